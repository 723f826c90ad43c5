"""Do the floors of scenarios hold? Scenarios come true on untouched rows; and a later time comes.

Part one: samples of 1,000 rows, judged on up to 3,000 untouched rows of which each scenario is made true. Part two:
promises from the first 60 % of a stretch of time, with shuffled folds, beside the score of its last 40 %. Full: 40
draws of each of eight tables; ``--quick``: 6 draws, under a minute. Numbers go to ``bench/results/scenarios.json``
and ``.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from bench.honesty.draws import sample
from bench.honesty.summary import markdown
from bench.honesty.tables import TABLES, Data, load
from bench.scenarios.judge import Kept, later, scenarios
from bench.scenarios.sea import draw
from lowtide.stats.intervals import share_interval

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
ALIKE = ("adult", "diamonds", "bank", "airbnb")
TIMED = ("elec2", "bike", "beijing", "bank calls")
UNTOUCHED = 3000
HEAD = (
    "scenario",
    "promises",
    "floors held",
    "95 % interval",
    "slack",
    "expected − real",
    "floor of new rows held",
)


def run(argv: list[str]) -> int:
    """Parse options, draw, judge, print and write."""
    options = _options(argv)
    warnings.simplefilter("ignore")
    began = time.perf_counter()
    alike: list[Kept] = []
    timed: list[Kept] = []
    names = options.tables or (*ALIKE, *TIMED)
    tables = {name: load(next(s for s in TABLES if s.name == name), options.data) for name in names}
    for seed in range(options.first, options.first + options.draws):
        for name, data in tables.items():
            if name in TIMED:
                timed += _later(data, options.n, seed)
            else:
                alike += _alike(data, options.n, seed, options.metric)
        print(f"draw {seed}: {time.perf_counter() - began:.0f} s", flush=True)
        _keep(alike, timed, time.perf_counter() - began, options.out)
    _show(alike, timed, time.perf_counter() - began, options.out)
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench scenarios", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    parser.add_argument(
        "--data", type=Path, default=Path(named) if named else ROOT.parent / "shared" / "data"
    )
    parser.add_argument("--quick", action="store_true", help="6 draws")
    parser.add_argument("--draws", type=int, help="draws of each table (40; quick 6)")
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--n", type=int, default=1000, help="rows of a sample")
    parser.add_argument("--tables", nargs="*", choices=(*ALIKE, *TIMED), default=[])
    parser.add_argument("--metric", help="of the tables with two outcomes, instead of the default")
    parser.add_argument("--out", type=Path, default=RESULTS / "scenarios")
    options = parser.parse_args(argv)
    options.draws = options.draws or (6 if options.quick else 40)
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; name the folder of the tables with --data or LOWTIDE_DATA")
    return options


def _alike(data: Data, n: int, seed: int, metric: str | None) -> list[Kept]:
    rows, untouched = sample(data, n, seed)
    untouched = np.random.default_rng([seed, 1]).permutation(untouched)[:UNTOUCHED]
    sea = draw(data, rows, seed, timed=False, metric=metric if data.source.kind == "binary" else None)
    if sea is None:
        return []
    frame = data.features.iloc[untouched].reset_index(drop=True)
    return scenarios(sea, frame, data.y[untouched], data.source.name, data.source.purpose, seed)


def _later(data: Data, n: int, seed: int) -> list[Kept]:
    """Draw a stretch of time in which every ``stride``-th row counts."""
    total = round(n / 0.6)
    step = data.source.stride
    rng = np.random.default_rng([seed, n, *data.source.name.encode()])
    line = int(rng.integers(0, len(data.y) - step * total)) + step * np.arange(total)
    sea = draw(data, line[:n], seed, timed=True)
    if sea is None or (data.source.kind == "binary" and len(np.unique(data.y[line[n:]])) < 2):
        return []
    frame = data.features.iloc[line[n:]].reset_index(drop=True)
    return later(sea, frame, data.y[line[n:]], data.source.name, data.source.purpose, seed)


def lines(kept: Sequence[Kept]) -> list[tuple[str, ...]]:
    """Return one line a scenario, all tables together and then each table."""
    plain = {(k.table, k.seed): k.floor for k in kept if k.scenario == "new rows"}
    names = list(dict.fromkeys(k.scenario for k in kept))
    tables = list(dict.fromkeys(k.table for k in kept))
    found = [_line(name, [k for k in kept if k.scenario == name], plain) for name in names]
    for table in tables:
        for name in names:
            some = [k for k in kept if (k.scenario, k.table) == (name, table)]
            found += [_line(f"… {name}, {table}", some, plain)] if some else []
    return found


def _line(name: str, kept: Iterable[Kept], plain: dict[tuple[str, int], float]) -> tuple[str, ...]:
    some = list(kept)
    held = sum(k.real >= k.floor for k in some)
    low, high = share_interval(held, len(some))
    slack = float(np.mean([k.real - k.floor for k in some]))
    error = float(np.mean([k.expected - k.real for k in some]))
    without = float(np.mean([k.real >= plain[k.table, k.seed] for k in some]))
    return (
        name, str(len(some)), f"{held / len(some):.1%}", f"{low:.0%}–{high:.0%}", f"{slack:.3f}", f"{error:+.3f}",
        f"{without:.1%}",
    )  # fmt: skip


def _keep(alike: list[Kept], timed: list[Kept], seconds: float, out: Path) -> None:
    """Write what is known so far."""
    out.parent.mkdir(parents=True, exist_ok=True)
    record = {"seconds": seconds, "alike": [asdict(k) for k in alike], "later": [asdict(k) for k in timed]}
    out.with_suffix(".json").write_text(json.dumps(record, indent=1), encoding="utf-8")


def _show(alike: list[Kept], timed: list[Kept], seconds: float, out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=150)
    parts = []
    for title, kept in (("Scenarios that come true", alike), ("A later time", timed)):
        if not kept:
            continue
        rows = lines(kept)
        table = Table(title=title, title_justify="left")
        for name in HEAD:
            table.add_column(name, justify="left" if name == "scenario" else "right")
        for row in rows:
            table.add_row(*row)
        console.print(table)
        parts.append(markdown(title, HEAD, rows))
    parts.append(
        f"Slack: real − floor. Errors of regression are divided by that of the best constant. {seconds:.0f} s.\n"
    )
    out.with_suffix(".md").write_text("\n".join(parts), encoding="utf-8")
    console.print(f"written: {out.with_suffix('.md')}, {out.with_suffix('.json')}")


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
