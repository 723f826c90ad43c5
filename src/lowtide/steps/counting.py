"""What else counts beside the trials that were compared: trials without predictions, and metrics looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from lowtide.tables.table import Floats

if TYPE_CHECKING:
    from lowtide.validate.floor import Estimate
    from lowtide.validate.ledger_schema import TrialRecord


def counted(cube: Floats, records: Sequence[TrialRecord], known: Sequence[TrialRecord]) -> dict[str, int]:
    """Return how many trials are compared, and how many more of the same question only count.

    Compared: trials for shipping that predicted all judged rows of the cube. Counted: those of ``known`` whose score
    somebody saw; rules that need no model are not chosen by it, and a failed trial has none.
    """
    from lowtide.validate.selection import complete_trials

    _, complete = complete_trials(cube)
    compared = sum(
        bool(c) and not r.recipe.baseline and r.status == "done"
        for c, r in zip(complete, records, strict=True)
    )
    seen = sum(not r.recipe.baseline and r.status != "failed" for r in known)
    return {"compared": compared, "unseen": max(0, seen - compared)}


def jointly(confidence: float, floors: int) -> float:
    """Return the confidence that each of several floors needs, so that all of them hold together with the given one.

    Whatever the metrics have in common (Bonferroni's inequality; Dunn 1961, "Multiple comparisons among means").
    """
    return 1 - (1 - confidence) / max(floors, 1)


def widen(estimate: Estimate, chosen: float | None, facts: dict[str, Any], *, of_windows: bool) -> Estimate:
    """Widen an estimate by the trials that only count, and note in ``facts`` by how much.

    Parameters
    ----------
    chosen : score of what is shipped on the rows that it was selected on, averaged as ``estimate.scores`` are.
    facts : with ``compared`` and ``unseen`` (`counted`).
    of_windows : ``estimate.scores`` are those of forward windows, and their mean is what was measured.
    """
    from lowtide.validate.unseen import Lowered, enlarge

    compared, unseen = facts["compared"], facts["unseen"]
    if not unseen or estimate.expected is None:
        return estimate
    metric = estimate.metric
    scores = estimate.scores[np.isfinite(estimate.scores)]
    noise = float(np.std(scores, ddof=1)) if len(scores) > 1 else 0.0
    measured = float(np.mean(scores)) if of_windows and len(scores) else estimate.expected
    sign = 1.0 if metric.greater_is_better else -1.0
    optimism = sign * (chosen - measured) if chosen is not None and np.isfinite(chosen) else 0.0
    wider, floor = enlarge(
        estimate.expected, estimate.floor.value, optimism, compared, compared + unseen, noise=noise, metric=metric
    )  # fmt: skip
    if wider is None or wider == estimate.expected:
        return estimate
    by = wider - estimate.expected
    facts["unseen_moved"] = abs(by)
    batches: Any = estimate.batches and Lowered(estimate.batches, by, metric)
    return replace(
        estimate, expected=wider, floor=msgspec.structs.replace(estimate.floor, value=floor), batches=batches
    )
