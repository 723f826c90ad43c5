"""Folds for models that bring none: shuffled, by whole groups, or forward windows."""

from __future__ import annotations

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics.metric import Floats
from lowtide.splits.make import make
from lowtide.splits.plan import Plan
from lowtide.stats.resampling import Ints
from lowtide.validate.anyone.checks import PERIODS, Anything
from lowtide.validate.anyone.splitters import Folds, read

FOLDS = 5


def own_folds(y: Anything, kind: Kind, groups: Ints | None, times: Floats | None, seed: int) -> Folds:
    """Return five folds, or `PERIODS` forward windows when there are times.

    With groups and times a window is predicted by models that saw neither its time nor its groups.
    """
    if times is not None:
        return _ahead(groups, times, seed)
    from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold, StratifiedKFold

    count = FOLDS
    if kind != "regression":
        # A class with fewer rows than folds cannot be in each of them.
        least = int(np.unique(y, return_counts=True)[1].min())
        count = max(2, min(FOLDS, least))
    if groups is not None:
        count = min(count, len(np.unique(groups)))
        if count < 2:
            raise UsageError("All rows are of one group, so nothing can be held out; leave groups out.")
        chosen = GroupKFold(count) if kind == "regression" else StratifiedGroupKFold(count)
    elif kind == "regression":
        chosen = KFold(count, shuffle=True, random_state=seed)
    else:
        chosen = StratifiedKFold(count, shuffle=True, random_state=seed)
    return read(chosen, len(y), y=y, groups=groups, name="cv")


def _ahead(groups: Ints | None, times: Floats, seed: int) -> Folds:
    scheme = Plan("future", time="time", folds=PERIODS) if groups is None else _both()
    rows = np.arange(len(times), dtype=np.uint64)
    made = make(scheme, keys=rows, groups=groups, times=times, y=np.zeros(len(times)), seed=seed)
    fold = np.full(len(times), -1, dtype=np.int64)
    for one in made:
        fold[one.test] = one.index
    return Folds("cv", (fold,), tuple((one.train, one.test) for one in made))


def _both() -> Plan:
    return Plan("groups+future", group="groups", time="time", folds=PERIODS)
