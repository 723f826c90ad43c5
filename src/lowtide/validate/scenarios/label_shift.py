"""The outcome becomes more or less frequent (or greater, or smaller), rows with the same outcome staying alike."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.scenarios.waters import Change, Fact, LeftOut, Waters

PARTS = 5
LEAST_ROWS = 40
"""Rows of a stretch of time below which its shares are mostly noise."""


class LabelShift:
    """Rows reweighted by their outcome (prior probability shift; Saerens, Latinne & Decaestecker 2002).

    With time: to the shares of each stretch of time. Without: each outcome half and twice as frequent. Numbers are
    put into five parts of equally many rows. The worst of these is the scenario.
    """

    name: ClassVar[str] = "label shift"

    def look(self, waters: Waters) -> Change | LeftOut:
        part, names = _parts(waters)
        share = np.bincount(part, minlength=len(names)) / len(part)
        if len(names) < 2 or len(waters.y) < 2 * LEAST_ROWS:
            return LeftOut("too_few_rows")
        seen = list(_seen(waters.windows, part, len(names))) if waters.windows is not None else []
        candidates = seen or list(_supposed(share))
        source = "time" if seen else "default"
        plain = waters.score()
        worst: tuple[float, Floats] | None = None
        moves = 0.0
        for new in candidates:
            factor = (new / share)[part]
            score = waters.score(factor)
            if not np.isfinite(score):
                continue
            moves = max(moves, abs(score - plain))
            if worst is None or waters.sign * score < worst[0]:
                worst = (waters.sign * score, new)
        if worst is None:
            return LeftOut("unstable")
        new = worst[1]
        # What the metric does not see at all is no worse than before.
        still = moves <= 1e-9 * max(1.0, abs(plain))
        return Change(
            factor=(new / share)[part],
            facts=_facts(waters, part, names, share, new, candidates, source, still),
        )


def _parts(waters: Waters) -> tuple[Ints, list[str]]:
    """Return (n,) class or part of the target, and their numbers."""
    if waters.kind == "regression":
        edges = np.unique(np.quantile(waters.y, np.linspace(0, 1, PARTS + 1)[1:-1]))
        values, part = np.unique(np.searchsorted(edges, waters.y, side="right"), return_inverse=True)
    else:
        values, part = np.unique(waters.y, return_inverse=True)
    return part.astype(np.int64), [str(int(v)) for v in values]


def _seen(windows: Ints, part: Ints, count: int) -> Iterator[Floats]:
    for window in np.unique(windows):
        rows = part[windows == window]
        if len(rows) >= LEAST_ROWS:
            yield np.bincount(rows, minlength=count) / len(rows)


def _supposed(share: Floats) -> Iterator[Floats]:
    """Each outcome half and twice as frequent, the others alike; of two, the rarer one."""
    which = [int(np.argmin(share))] if len(share) == 2 else range(len(share))
    for c in which:
        for times in (0.5, 2.0):
            own = min(times * share[c], (1 + share[c]) / 2)
            new = share * (1 - own) / (1 - share[c])
            new[c] = own
            yield new


def _facts(
    waters: Waters,
    part: Ints,
    names: list[str],
    share: Floats,
    new: Floats,
    candidates: list[Floats],
    source: str,
    unchanged: bool,
) -> dict[str, Fact]:
    facts: dict[str, Fact] = {"source": source, "unchanged": unchanged, "looked": len(candidates)}
    if waters.kind == "binary" and len(share) == 2:
        seen = [float(c[1]) for c in candidates]
        return {
            **facts,
            "share": float(share[1]),
            "new_share": float(new[1]),
            "low": min(seen),
            "high": max(seen),
        }
    if waters.kind == "regression":
        weight = (new / share)[part]
        return {
            **facts,
            "mean": float(np.mean(waters.y)),
            "new_mean": float(np.average(waters.y, weights=weight)),
        }
    moved = int(np.argmax(np.abs(np.log((new + 1e-3) / (share + 1e-3)))))
    return {
        **facts,
        "outcome": int(names[moved]),
        "share": float(share[moved]),
        "new_share": float(new[moved]),
    }
