"""Does looking every day cause false alarms, and how soon is a broken promise seen?

Streams of outcomes whose truth is known, beside promises that hold exactly, hold slightly, or are broken; lowtide's
verdict beside rules that are in use. Full run: 1,000 streams of each kind, about 8 minutes on one core; ``--quick``:
200 streams, less than 2 minutes. Numbers go to ``bench/results/settling.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from bench.settling import rules, streams
from lowtide.stats.intervals import share_interval

ROOT = Path(__file__).resolve().parents[2]
ROWS = 2000
SOON = 200
SWINGING = "swinging"
KEPT, ESTIMATE = "lowtide: called kept", "lowtide: how many more"
NO_AUC_EACH = ("5 % test, every outcome",)  # the same test at each outcome takes too long for an AUC


@dataclass(frozen=True, slots=True)
class Cell:
    """How one rule did on one stream and promise.

    Attributes
    ----------
    alarms : streams in which it raised an alarm within all rows.
    delay : median number of outcomes until then, streams without one counted as never; None: more than half.
    """

    stream: str
    metric: str
    promise: str
    rule: str
    runs: int
    alarms: int
    delay: float | None


def run(argv: list[str]) -> int:
    """Parse options, simulate, print and write."""
    options = _options(argv)
    began = time.perf_counter()
    cells: list[Cell] = []
    for stream in (*streams.simulated(), *(streams.real(options.data) if options.data.is_dir() else [])):
        for promise in stream.floors:
            cells += _cells(stream, promise, options.runs)
        print(f"{stream.name} {stream.metric}: {time.perf_counter() - began:.0f} s", flush=True)
    cells += _swinging(options.runs)
    _write(cells, time.perf_counter() - began, options.out)
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench settling", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    parser.add_argument(
        "--data", type=Path, default=Path(named) if named else ROOT.parent / "shared" / "data"
    )
    parser.add_argument("--quick", action="store_true", help="200 streams of each kind")
    parser.add_argument("--runs", type=int, help="streams of each kind (1,000; quick 200)")
    parser.add_argument("--out", type=Path, default=ROOT / "bench" / "results" / "settling")
    options = parser.parse_args(argv)
    if options.runs is None:
        options.runs = 200 if options.quick else 1000
    return options


def looks_of(every: int) -> np.ndarray:
    """Return after how many outcomes a rule looks; 0: once, at the end."""
    return np.asarray([ROWS]) if every == 0 else np.arange(every, ROWS + 1, every)


def _cells(stream: streams.Stream, promise: str, runs: int) -> list[Cell]:
    seed = [ord(c) for c in f"{stream.name}{stream.metric}{promise}"]
    cases = []
    for number in range(runs):
        y, p = stream.draw(np.random.default_rng([*seed, number]), ROWS)
        cases.append(rules.case(stream.metric, stream.floors[promise], y, p, stream.width))
    return _judged(stream.name, stream.metric, promise, cases)


def _judged(name: str, metric: str, promise: str, cases: list[rules.Case]) -> list[Cell]:
    found = []
    own = [rules.lowtide(c, looks_of(1)) for c in cases]
    for rule, (every, alarm) in rules.RULES.items():
        useless = promise.startswith("+") or (metric == "roc_auc" and rule in NO_AUC_EACH)
        if not useless and metric in rules.JUDGES.get(rule, (metric,)):
            found.append(_cell(name, metric, promise, rule, [alarm(c, looks_of(every)) for c in cases]))
    if name != SWINGING:  # which is better than promised most of the time
        found.append(_cell(name, metric, promise, KEPT, [kept for _, kept in own]))
    side = 1 if promise.startswith("+") else 0
    if promise not in ("at", "above"):
        found.append(_estimates(name, metric, promise, cases, [o[side] for o in own]))
    return found


def _estimates(name: str, metric: str, promise: str, cases: list[rules.Case], ends: list[int | None]) -> Cell:
    """Return how "about N more are needed", said after `SOON` outcomes, compares with what was needed.

    ``alarms`` counts estimates within a factor of 3; ``delay`` is the median of estimate / truth.
    """
    ratios = []
    for c, end in zip(cases, ends, strict=True):
        said = rules.needed(c, SOON)
        if end is not None and end > SOON and said is not None:
            ratios.append(said / (end - SOON))
    near = sum(1 / 3 <= r <= 3 for r in ratios)
    return Cell(
        name, metric, promise, ESTIMATE, len(ratios), near, float(np.median(ratios)) if ratios else None
    )


def _cell(name: str, metric: str, promise: str, rule: str, ends: list[int | None]) -> Cell:
    middle = float(np.median([np.inf if e is None else e for e in ends]))
    alarms = sum(e is not None for e in ends)
    return Cell(name, metric, promise, rule, len(ends), alarms, middle if np.isfinite(middle) else None)


def _swinging(runs: int) -> list[Cell]:
    """Return how rules take an accuracy that swings, but is never below the promise on average so far."""
    cases = []
    for number in range(runs):
        y, p = streams.swinging(np.random.default_rng([77, number]), ROWS, 0.8, 0.1, 1000)
        cases.append(rules.case("accuracy", 0.8, y, p, None))
    return _judged(SWINGING, "accuracy", "at", cases)


def tables(cells: list[Cell]) -> list[tuple[str, list[str], list[list[str]]]]:
    """Return the tables that are shown: title, head, lines."""
    shown = []
    for title, promise in (
        ("False alarms: the truth is exactly at the floor", "at"),
        ("False alarms: the truth is slightly better than the floor", "above"),
    ):
        some = [c for c in cells if c.promise == promise and c.rule != ESTIMATE]
        if promise == "above":
            some = [c for c in some if c.rule != KEPT]
        shown.append(_table(title, some, _share))
    for name in dict.fromkeys(c.stream for c in cells):
        some = [c for c in cells if c.stream == name and c.promise.startswith("−") and c.rule in rules.RULES]
        if some:
            shown.append(_table(f"Outcomes until a broken promise is seen, median ({name})", some, _delay))
    kept = [c for c in cells if c.promise.startswith("+") and c.rule == KEPT]
    lines = [[f"{c.metric}, {c.stream}", c.promise, _delay(c)] for c in kept]
    shown.append(
        ("Outcomes until a kept promise is shown, median", ["stream", "better by", "lowtide"], lines)
    )
    head = ["verdict to come", "streams", "estimate / truth, median", "within a factor of 3"]
    lines = [_pooled(cells, sign, told) for sign, told in (("−", "broken"), ("+", "kept"))]
    shown.append((f"How many more are needed, estimated after {SOON} outcomes", head, lines))
    return shown


def _pooled(cells: list[Cell], sign: str, told: str) -> list[str]:
    some = [c for c in cells if c.rule == ESTIMATE and c.promise.startswith(sign) and c.delay is not None]
    runs = sum(c.runs for c in some)
    middle = (
        float(np.median(np.repeat([c.delay or 0.0 for c in some], [c.runs for c in some]))) if runs else 0.0
    )
    return [told, str(runs), f"{middle:.2f}", f"{sum(c.alarms for c in some) / max(runs, 1):.0%}"]


def _table(title: str, cells: list[Cell], text) -> tuple[str, list[str], list[list[str]]]:  # type: ignore[no-untyped-def]
    columns = list(dict.fromkeys((c.stream, c.metric, c.promise) for c in cells))
    head = ["rule"] + [
        f"{m} {p}" if p not in ("at", "above") else m if s == "simulated" else f"{m}, {s}"
        for s, m, p in columns
    ]
    lines = []
    for rule in (*rules.RULES, KEPT):
        own = {(c.stream, c.metric, c.promise): c for c in cells if c.rule == rule}
        if own:
            lines.append([rule] + [text(own[k]) if k in own else "–" for k in columns])
    return title, head, lines


def _share(cell: Cell) -> str:
    return f"{cell.alarms / max(cell.runs, 1):.1%}"


def _delay(cell: Cell) -> str:
    seen = f"{cell.alarms / cell.runs:.0%}"
    return f"{cell.delay:,.0f}" if cell.delay is not None else f"({seen} seen)"


def _write(cells: list[Cell], seconds: float, out: Path) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=200)
    parts = []
    for title, head, lines in tables(cells):
        table = Table(title=title, title_justify="left")
        for place, name in enumerate(head):
            table.add_column(name, justify="left" if place == 0 else "right")
        for line in lines:
            table.add_row(*line)
        console.print(table)
        parts.append(_markdown(title, head, lines))
    low, high = share_interval(round(0.05 * cells[0].runs), cells[0].runs)
    note = (
        f"{cells[0].runs} streams of {ROWS:,} outcomes in each cell, {seconds:.0f} s; a rate of 5 % is seen as "
        f"{low:.1%} to {high:.1%}."
    )
    console.print(note)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.with_suffix(".md").write_text("\n".join([*parts, note + "\n"]), encoding="utf-8")
    out.with_suffix(".json").write_text(
        json.dumps({"seconds": seconds, "rows": ROWS, "cells": [asdict(c) for c in cells]}, indent=1),
        encoding="utf-8",
    )
    console.print(f"written: {out.with_suffix('.md')}, {out.with_suffix('.json')}")


def _markdown(title: str, head: list[str], lines: list[list[str]]) -> str:
    rows = [head, ["---"] * len(head), *lines]
    return f"## {title}\n\n" + "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
