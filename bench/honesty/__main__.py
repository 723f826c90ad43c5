"""Is the floor kept? Small samples of real tables, judged by the large part that nobody touched.

Full run: 50 draws of each of 33 tables (6 of them simulated) at up to 500 rows, 12 at 1,000, 4 at 3,000, seven metrics, and the
textbook estimators on the same draws: about two hours on two quiet cores. ``--quick``: two draws at the smallest size, about 4 minutes.
Numbers go to ``bench/results/honesty.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from bench.honesty import draws, others, summary
from bench.honesty.judge import Outcome, judge
from bench.honesty.noise import noise
from bench.honesty.tables import TABLES, Data, load
from bench.honesty.textbook import Textbook, textbook

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
MORE, MORE_ROWS = 2, 500
"""Draws (by number and size) for which nested cross-validation and conservative Z get what they need."""
LARGE = 1000
OTHER_METRICS = 12
"""Draws that are judged by all metrics; the others by the default one of their kind."""
METRICS = ("roc_auc", "average_precision", "log_loss", "balanced_accuracy", "mae", "rmse", "r2")
OTHERS_TABLES = ("adult", "telco", "airbnb", "parkinsons", "males", "elec2", "bike")


def run(argv: list[str]) -> int:
    """Parse options, draw, judge, print and write."""
    options = _options(argv)
    began = time.perf_counter()
    jobs = [
        (s.name, n, seed, str(options.data), str(options.keep or ""), tuple(options.metrics), options.repeats)
        for seed in range(options.first, options.first + options.draws)
        for s in TABLES
        if not options.tables or s.name in options.tables or s.purpose in options.tables
        for n in (s.sizes[:1] if options.quick else s.sizes)
        if _wanted(n, seed, options)
    ]
    outcomes: list[Outcome] = []
    books: list[Textbook] = []
    with ProcessPoolExecutor(options.workers) as pool:
        for done, (some, more) in enumerate(pool.map(_one, jobs, chunksize=1), 1):
            outcomes += some
            books += more
            if done % 50 == 0 or done == len(jobs):
                print(f"{done}/{len(jobs)} draws, {time.perf_counter() - began:.0f} s", flush=True)
        chosen = [j for j in jobs if j[0] in OTHERS_TABLES and j[2] < options.others]
        reports = [p for some in pool.map(_others, chosen, chunksize=1) for p in some]
    random = (
        [noise(options.noise, rows=200), noise(2 * options.noise, rows=100, trials=100)]
        if options.noise
        else []
    )
    _write(outcomes, books, reports, random, time.perf_counter() - began, options.out)
    return 0


def _wanted(n: int, seed: int, options: argparse.Namespace) -> bool:
    """Return whether a draw is made: large ones are dear, so there are fewer of them."""
    return n < LARGE or seed < (options.large if n < 3 * LARGE else options.large // 3)


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench honesty", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    parser.add_argument(
        "--data", type=Path, default=Path(named) if named else ROOT.parent / "shared" / "data"
    )
    parser.add_argument("--quick", action="store_true", help="smallest sizes, few draws")
    parser.add_argument("--draws", type=int, help="draws of each table and size (50; quick 2)")
    parser.add_argument(
        "--large", type=int, default=12, help=f"draws at {LARGE} rows (12); a third of it at 3,000"
    )
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--tables", nargs="*", default=[], help="names, or choose / confirm")
    parser.add_argument(
        "--metrics", nargs="*", default=list(METRICS), help="metrics (those that judge the kind)"
    )
    parser.add_argument("--repeats", type=int, default=1, help="repeats of cross-validation (1)")
    parser.add_argument(
        "--others", type=int, help="draws on which random search and FLAML are run, too (2; quick 0)"
    )
    parser.add_argument("--noise", type=int, help="repetitions of 1,000 trials of pure noise (100; quick 10)")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--keep", type=Path, help="keep draws here and use them again")
    parser.add_argument("--out", type=Path, default=RESULTS / "honesty")
    options = parser.parse_args(argv)
    defaults = (
        {"draws": 2, "others": 0, "noise": 10} if options.quick else {"draws": 50, "others": 2, "noise": 100}
    )
    for name, value in defaults.items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; name the folder of the tables with --data or LOWTIDE_DATA")
    return options


@cache
def _read(name: str, folder: str) -> Data:
    return load(next(s for s in TABLES if s.name == name), Path(folder))


def _table(name: str, folder: str, n: int, seed: int) -> Data:
    source = next(s for s in TABLES if s.name == name)
    return load(source, Path(folder), n, seed) if source.simulate is not None else _read(name, folder)


Job = tuple[str, int, int, str, str, tuple[str, ...], int]


def _draw(job: Job) -> draws.Draw:
    name, n, seed, folder, keep, _, repeats = job
    path = Path(keep) / f"{name}-{n}-{seed}.npz" if keep else None
    if path is not None and path.is_file():
        return draws.recall(path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        draw = draws.make(_table(name, folder, n, seed), n, seed, repeats, seed < MORE and n <= MORE_ROWS)
    if path is not None:
        draws.keep(draw, path)
    return draw


def _one(job: Job) -> tuple[list[Outcome], list[Textbook]]:
    name, n, seed, _, _, metrics, _ = job
    source = next(s for s in TABLES if s.name == name)
    draw = _draw(job)
    from lowtide.metrics import default, get

    units = _test_units(job, draw)
    fitting = [m for m in metrics if source.kind in get(m).kinds]
    if seed >= OTHER_METRICS:
        fitting = [default(source.kind)]  # type: ignore[arg-type]
    return [judge(draw, units, source, n, seed, m) for m in fitting], textbook(draw, source, n, seed)


def _test_units(job: Job, draw: draws.Draw) -> np.ndarray:
    groups = _table(job[0], job[3], job[1], job[2]).groups
    return draw.untouched if groups is None else groups[draw.untouched]


def _others(job: Job) -> list[tuple[Outcome, others.Report]]:
    name, n, seed, folder, _, _, _ = job
    data, draw = _table(name, folder, n, seed), _draw(job)
    outcome = judge(draw, _test_units(job, draw), data.source, n, seed)
    found = [others.search(data, draw, seed)] if len(set(draw.y)) > 1 else []
    second = others.flaml(data, draw, seed)
    return [(outcome, r) for r in [*found, second] if r is not None]


def _write(
    outcomes: list[Outcome], books: list[Textbook], reports: list[Any], random: Any, seconds: float, out: Path
) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=180)
    parts = []
    shown = [(title, summary.HEAD, [x.cells() for x in some]) for title, some in summary.lines(outcomes)]
    shown += [(title, summary.BOOK_HEAD, rows) for title, rows in summary.book_lines(outcomes, books)]
    if reports:
        shown.append(("What tools report, same draws", summary.OTHERS_HEAD, summary.other_lines(reports)))
        if not others.flaml_installed():
            console.print("FLAML was left out: it is not installed, or lacks xgboost.")
    for title, head, rows in shown:
        table = Table(title=title, title_justify="left")
        for name in head:
            table.add_column(
                name, justify="left" if name in ("table", "scheme", "tool", "method") else "right"
            )
        for row in rows:
            table.add_row(*row)
        console.print(table)
        parts.append(summary.markdown(title, head, rows))
    for found in random:
        text = (
            f"Pure noise, {found.trials:,} trials on {found.rows} rows: floor at or below chance in {found.held} of "
            f"{found.repetitions}; best trial {found.best:.3f}, expected {found.expected:.3f}, floor {found.floor:.3f} "
            "(means; truth 0.5)."
        )
        console.print(text)
        parts.append(text + "\n")
    parts.append(
        "Slack: real − floor. Differences of MAE and RMSE are divided by the error of the best constant. "
        f"{len(outcomes)} draws in {seconds:.0f} s.\n"
    )
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".md").write_text("\n".join(parts), encoding="utf-8")
    record = {
        "seconds": seconds,
        "outcomes": [asdict(o) for o in outcomes],
        "textbook": [asdict(b) for b in books],
        "others": [{"table": o.table, "n": o.n, "seed": o.seed, **asdict(r)} for o, r in reports],
        "noise": [asdict(r) for r in random],
    }
    out.with_suffix(".json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    console.print(f"written: {out.with_suffix('.md')}, {out.with_suffix('.json')}")


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
