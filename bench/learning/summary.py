"""From outcomes to a table of markdown."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from bench.learning.trial import TARGETS, Outcome

HEAD = (
    "", "rows", "cases", "score held", "gain held", "one training held", "gain", "width", "err ours", "err same",
    "err plain", "gain err ours", "gain err same", "gain err plain",
)  # fmt: skip


def told(outcomes: Sequence[Outcome], refused: dict[str, int], jobs: int, seconds: float) -> str:
    """Return the tables: by purpose, by scheme, by table, by learner."""
    parts = ["# Learning curves: 500 rows asked about 1,000 and 2,000\n"]
    keys: tuple[tuple[str, Callable[[Outcome], str]], ...] = (
        ("by purpose", lambda o: o.purpose), ("by scheme", lambda o: o.scheme), ("by table", lambda o: o.table),
        ("by learner", lambda o: o.learner),
    )  # fmt: skip
    for title, key in keys:
        rows = [
            _line(name, size, some)
            for name in dict.fromkeys(map(key, outcomes))
            for size in TARGETS
            if (some := [o for o in outcomes if key(o) == name and o.rows == size])
        ]
        parts += [f"## {title}\n", _markdown(rows)]
    parts.append(
        f"{jobs} draws, {sum(refused.values())} refused ({', '.join(f'{k} {v}' for k, v in refused.items()) or 'none'}), "
        f"{seconds:.0f} s. Held: inside the interval whose ends are 95 % bounds each (90 % in all). One training held: the "
        "gain of the one draw itself, with the luck of its training rows. Errors: mean absolute, in units of AUC or "
        "as a share of the error of the best constant, 1 at most; same: no change is expected; plain: least squares.\n"
    )
    return "\n".join(parts)


def _line(name: str, size: int, some: Sequence[Outcome]) -> tuple[str, ...]:
    unit = np.array([o.unit for o in some])
    truth, gain = np.array([o.truth for o in some]), np.array([o.truth_gain for o in some])
    score, told_gain = np.array([o.score for o in some]), np.array([o.gain for o in some])
    single = np.array([o.single_gain for o in some])

    def held(values: np.ndarray, ends: np.ndarray) -> str:
        return f"{np.mean((values >= ends[:, 1]) & (values <= ends[:, 2])):.0%}"

    def error(values: np.ndarray, true: np.ndarray) -> str:
        return f"{np.mean(np.minimum(np.abs(values - true) / unit, 1.0)):.4f}"

    return (
        name, f"{size:,}", str(len(some)), held(truth, score), held(gain, told_gain), held(single, told_gain),
        f"{np.mean(gain / unit):.4f}", f"{np.mean((told_gain[:, 2] - told_gain[:, 1]) / unit):.4f}",
        error(score[:, 0], truth), error(np.array([o.same for o in some]), truth),
        error(np.array([o.plain for o in some]), truth), error(told_gain[:, 0], gain), error(np.zeros(len(some)), gain),
        error(np.array([o.plain_gain for o in some]), gain),
    )  # fmt: skip


def _markdown(rows: Sequence[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(HEAD) + " |", "|---|" + "--:|" * (len(HEAD) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)]) + "\n"
