"""Finished jobs as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np

from bench.peers.plan import source
from bench.peers.record import Done
from bench.peers.tools import LOWTIDE, TOOLS

CLAIM = 0.02
"""A report that is better than the truth by more than this counts as an overstatement."""

HEAD = (
    "scheme", "tool", "draws", "failed", "reported − real", "its size", f"reported > real + {CLAIM:g}",
    "worst", "its model − lowtide's", "s", "CPU s",
)  # fmt: skip
FLOOR_HEAD = (
    "scheme", "draws", "failed", "no floor", "expected − real", "its size", "best CV − real",
    "floors held", "slack", "least slack",
)  # fmt: skip
EACH_HEAD = (
    "table",
    "n",
    "draw",
    "tool",
    "reported",
    "real",
    "floor",
    "of a constant",
    "s",
    "CPU s",
    "load",
    "remark",
)

SCHEMES = ("rows", "groups", "future", "groups+future")
LABELS = {t.key: t.label for t in TOOLS}


def tools_table(done: Sequence[Done]) -> list[tuple[str, ...]]:
    """Return a line for every scheme and tool; ``lowtide`` among them, by what it expects."""
    ours = {_draw(d): d for d in done if d.job.tool == LOWTIDE}
    rows = []
    for (scheme, tool), mine in _grouped(done, lambda d: (_scheme(d), d.job.tool)):
        gaps = np.asarray([d.answer.gap for d in mine if d.answer.gap is not None], dtype=float)
        ahead = [
            a
            for d in mine
            if tool != LOWTIDE and (a := _ahead(d, ours.get(_draw(d)))) is not None
        ]  # fmt: skip
        rows.append(
            (
                scheme, LABELS.get(tool, tool), str(len(mine)), str(sum(d.answer.failure is not None for d in mine)),
                _mean(gaps, "+"), _mean(np.abs(gaps)), _share(int((gaps > CLAIM).sum()), len(gaps)),
                f"{gaps.max():+.3f}" if len(gaps) else "–", _mean(ahead, "+"),
                _mean([d.answer.seconds for d in mine], digits=0), _mean([d.answer.cpu for d in mine], digits=0),
            )
        )  # fmt: skip
    return rows


def floors_table(done: Sequence[Done]) -> list[tuple[str, ...]]:
    """Return a line for every scheme: what lowtide expected and promised."""
    rows = []
    ours = [d for d in done if d.job.tool == LOWTIDE]
    for scheme, mine in _grouped(ours, _scheme):
        answers = [d.answer for d in mine]
        gaps = np.asarray([a.gap for a in answers if a.gap is not None], dtype=float)
        slack = np.asarray([a.slack for a in answers if a.slack is not None], dtype=float)
        best = [
            a.sign * (a.best_cv - a.real) / a.unit
            for a in answers
            if a.best_cv is not None and a.real is not None
        ]
        failed = sum(a.failure is not None for a in answers)
        none = sum(a.failure is None and a.floor is None for a in answers)
        rows.append(
            (
                scheme, str(len(mine)), str(failed), str(none), _mean(gaps, "+"), _mean(np.abs(gaps)),
                _mean(best, "+"), _share(int((slack >= 0).sum()), len(slack)), _mean(slack, "+"),
                f"{slack.min():+.3f}" if len(slack) else "–",
            )
        )  # fmt: skip
    return rows


def each_table(done: Sequence[Done]) -> list[tuple[str, ...]]:
    """Return a line for every job."""
    rows = []
    for d in sorted(
        done, key=lambda d: (SCHEMES.index(_scheme(d)), d.job.table, d.job.n, d.job.seed, _place(d))
    ):
        a = d.answer
        remark = a.failure or a.refusal or ""
        if a.unanswered:
            remark = f"{a.unanswered} rows without an answer {remark}".strip()
        rows.append(
            (
                d.job.table, str(d.job.n), str(d.job.seed), LABELS.get(d.job.tool, d.job.tool), _number(a.reported),
                _number(a.real), _number(a.floor), _number(a.unit) if a.sign < 0 else "0.5", f"{a.seconds:.0f}",
                f"{a.cpu:.0f}", f"{a.load:.1f}", remark.replace("|", "/"),
            )
        )  # fmt: skip
    return rows


def parts(done: Sequence[Done]) -> list[tuple[str, Sequence[str], list[tuple[str, ...]]]]:
    """Return titled tables, the totals first."""
    return [
        ("What tools report of themselves, and what untouched rows say", HEAD, tools_table(done)),
        ("What lowtide expected and promised on the same draws", FLOOR_HEAD, floors_table(done)),
        ("Each", EACH_HEAD, each_table(done)),
    ]


NOTE = (
    "reported − real is positive where the report was too good; its size is the mean of absolute differences. Differences of the mean absolute error are divided by "
    "the error of the best constant on the untouched rows; AUC is taken as it is. lowtide's report is what it expects."
)


def versions(done: Sequence[Done]) -> str:
    """Return the versions that were run, one line a tool."""
    lines = []
    for tool, mine in _grouped(done, lambda d: d.job.tool):
        found: dict[str, set[str]] = {}
        for d in mine:
            for name, number in d.answer.versions.items():
                found.setdefault(name, set()).add(number)
        text = ", ".join(f"{n} {'/'.join(sorted(v))}" for n, v in found.items()) or "unknown"
        lines.append(f"- {LABELS.get(tool, tool)}: {text}")
    return "\n".join(lines)


def _scheme(d: Done) -> str:
    return source(d.job.table).scheme


def _draw(d: Done) -> tuple[str, str, float]:
    return (d.job.table, d.digest, d.job.budget)


def _place(d: Done) -> int:
    keys = list(LABELS)
    return keys.index(d.job.tool) if d.job.tool in keys else len(keys)


def _ahead(theirs: Done, ours: Done | None) -> float | None:
    """How much better their model was than lowtide's on the same untouched rows."""
    if ours is None or theirs.answer.real is None or ours.answer.real is None:
        return None
    return theirs.answer.sign * (theirs.answer.real - ours.answer.real) / theirs.answer.unit


def _grouped(done: Iterable[Done], key: Callable[[Done], Any]) -> list[tuple[Any, list[Done]]]:
    """Group by a key; schemes and tools in their own order."""
    found: dict[Any, list[Done]] = {}
    for d in sorted(done, key=lambda d: (SCHEMES.index(_scheme(d)), _place(d))):
        found.setdefault(key(d), []).append(d)
    return list(found.items())


def _mean(values: Sequence[float] | np.ndarray, sign: str = "", digits: int = 3) -> str:
    return f"{float(np.mean(values)):{sign}.{digits}f}" if len(values) else "–"


def _share(count: int, of: int) -> str:
    return f"{count} of {of}" if of else "–"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
