"""``lowtide.floor``: the floor of anyone's out-of-fold predictions."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Scheme
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.anyone import checks, splitters
from lowtide.validate.anyone.answer import AnyFloor
from lowtide.validate.anyone.called import Called
from lowtide.validate.anyone.counted import moved
from lowtide.validate.anyone.oof import OutOfFold
from lowtide.validate.anyone.scorers import resolve
from lowtide.validate.anyone.splitters import Folds
from lowtide.validate.anyone.words import Note
from lowtide.validate.floor import estimate


def floor(
    y: Any,
    predictions: Any = None,
    metric: Any = None,
    groups: Any = None,
    time: Any = None,
    folds: Any = None,
    confidence: float = 0.95,
    seed: int = 0,
    *,
    positive: Any = None,
    greater_is_better: bool | None = None,
    trials_total: int | None = None,
    blend: bool = False,
) -> AnyFloor:
    """Bound the performance of the best of several models from their out-of-fold predictions.

    Parameters
    ----------
    y : (n,) outcomes: numbers, or labels of two or more classes. Or the `OutOfFold` of ``lowtide.out_of_fold``,
        which holds the predictions, folds, groups and times as well.
    predictions : (n,), (n, trials) or, for more than two classes, (n, trials, classes) with classes in
        sorted order (a single multiclass trial may be (n, classes)). Every value must have been predicted
        by a model that did not see the row. All trials ever made belong here, not only the good ones. Rows
        that no trial predicted are NaN. The names of a frame's columns become those of the trials.
    metric : name of a metric (``lowtide.metrics.METRICS``) or of a scorer of scikit-learn, a scorer object, or a
        function of (y, predictions). By default ``roc_auc``, or what an `OutOfFold` was made with. Losses are
        reported as losses: ``neg_mean_absolute_error`` is ``mae``.
    groups : (n,) entity of each row; whole groups are resampled.
    time : (n,) moment of each row (numbers or dates); the bound is then for the next period.
    folds : how the predictions were made: (n,) fold of each row, a splitter of scikit-learn (with the
        ``random_state`` it was used with), or pairs of (train rows, test rows). With groups or time it is checked
        that the predictions were out of fold for them. ``TimeSeriesSplit`` means forward windows. With ``time``
        alone the default is six periods of equal size.
    confidence : of the one-sided bound, between 0.5 and 1.
    positive : label of the positive class of two; by default the one that sorts last.
    greater_is_better : of a function as metric that is not scikit-learn's.
    trials_total : trials that were made, when not all of them are in ``predictions``.
    blend : False when the best single trial is what you ship, as a search does; True for a greedy blend of trials
        (as ``lowtide.run`` ships, and close to what a weighted ensemble is).

    Returns
    -------
    AnyFloor

    Raises
    ------
    UsageError
        If shapes, lengths, labels or missing values make no sense, or the folds are not out of fold for the groups
        or times.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> y = rng.integers(0, 2, 300)
    >>> noise = rng.random((300, 50))
    >>> found = floor(y, noise)
    >>> found.best > 0.55 and found.value <= 0.5
    True
    """
    if not isinstance(confidence, (int, float)) or not 0.5 <= confidence < 1:
        raise UsageError(f"confidence must lie between 0.5 and 1, not {confidence!r}; 0.95 is usual.")
    names, notes = checks.column_names(predictions), []
    if isinstance(y, OutOfFold):
        _nothing_else(
            predictions=predictions, groups=groups, time=time, folds=folds, trials_total=trials_total
        )
        made = y
        if positive is not None and positive != made.positive:
            raise UsageError(
                f"These predictions are of {made.positive!r}; say positive= in lowtide.out_of_fold."
            )
        y, predictions, groups, time, folds = made.y, made.predictions, made.groups, made.time, made.folds
        metric = made.metric if metric is None else metric
        positive, trials_total, names = made.positive, made.trials_total, made.names
        notes = [n for n in made.notes if n.code != "refitted"]
    elif predictions is None:
        raise UsageError("predictions are missing: give the out-of-fold predictions of every trial.")
    asked = resolve("roc_auc" if metric is None else metric, greater_is_better)
    outcome = checks.vector(y, "y")
    kind = checks.kind_of(outcome, asked.metric, np.ndim(checks.array(predictions)))
    if positive is not None and asked.positive is not None and positive != asked.positive:
        raise UsageError(
            f"positive is {positive!r}, but the scorer was made with pos_label={asked.positive!r}."
        )
    target, classes = checks.target(
        outcome, asked.metric, kind, asked.positive if positive is None else positive
    )
    cube = checks.cube(predictions, len(target), kind, len(classes))
    question = _question(outcome, cube, groups, time, folds, notes)
    checks.same_rows(question.cube)
    if kind != "regression":
        checks.probabilities(question.cube, asked.metric)
    if isinstance(asked.metric, Called):
        asked.metric.of(classes)
        held = checks.there(question.cube).any(axis=1)
        asked.metric.probe(target[held], question.cube[held, 0])
    found = estimate(
        target, question.cube, units=question.units, metric=asked.metric, kind=kind, scheme=question.scheme,
        folds=question.folds, times=question.times, confidence=confidence, seed=seed, blend=blend,
    )  # fmt: skip
    total = max(found.trials, _count(trials_total, cube.shape[1]))
    expected, value = moved(found, total, target, question.cube, question.folds)
    if asked.metric.thresholded and value is not None and np.isfinite(found.threshold):
        notes.append(Note("threshold"))
    members = int((found.weights > 0).sum())
    if members > 1 and value is not None:
        notes.append(Note("blended", members))
    if total > found.trials:
        notes.append(Note("not_compared" if value is None else "counted", total - found.trials))
    return AnyFloor(
        value=value,
        expected=expected,
        best=found.best_cv,
        metric=asked.metric.name,
        greater_is_better=asked.metric.greater_is_better,
        confidence=float(confidence),
        scheme=question.scheme,
        trials=found.trials,
        rows=found.rows,
        units=found.units,
        weights=found.weights,
        threshold=found.threshold,
        refusal=found.floor.refusal,
        needed=found.floor.needed,
        method=found.floor.method,
        asked=asked.name,
        turned=asked.turned,
        trials_total=total,
        names=names if len(names) == cube.shape[1] else (),
        notes=tuple(notes),
        _found=found,
    )


class _Question:
    """Predictions, units, folds and times under one scheme."""

    __slots__ = ("cube", "folds", "scheme", "times", "units")

    def __init__(self, cube: Floats, scheme: Scheme, units: Ints, folds: Ints, times: Floats | None) -> None:
        self.cube, self.scheme, self.units, self.folds, self.times = cube, scheme, units, folds, times


def _question(
    outcome: checks.Anything, cube: Floats, groups: Any, time: Any, folds: Any, notes: list[Note]
) -> _Question:
    """Read groups, times and folds, and see that they agree."""
    rows = len(outcome)
    units = np.arange(rows, dtype=np.int64)
    group_names: checks.Anything = np.empty(0)
    if groups is not None:
        units, group_names = checks.labels(groups, "groups", rows)
    times = None if time is None else checks.moments(time, rows)
    given = _folds(folds, rows, outcome, units if groups is not None else None)
    if given is not None and given.forward and times is None:
        times = np.arange(rows, dtype=np.float64)
    scheme: Scheme = "rows" if groups is None else "groups"
    if times is not None:
        scheme = "future" if groups is None else "groups+future"
    if groups is not None:
        if given is None or (times is not None and given.pairs is None):
            notes.append(Note("groups_unchecked"))
        else:
            splitters.apart(given, units, group_names)
    if times is not None:
        if given is None or given.pairs is None:
            notes.append(Note("time_unchecked"))
        else:
            splitters.forward(given, times)
    if given is not None and not isinstance(folds, Folds):
        if len(given.repeats) > 1:
            notes.append(Note("averaged", len(given.repeats)))
        untested = int(((given.fold < 0) & checks.there(cube).any(axis=1)).sum())
        if untested:
            # Models may have been fitted on these rows.
            notes.append(Note("untested", untested))
            cube = cube.copy()
            cube[given.fold < 0] = np.nan
    fold = np.zeros(rows, dtype=np.int64) if given is None else given.fold
    if times is not None:
        checks.same_rows(cube)
        fold = checks.in_order(checks.periods(times, cube) if given is None else fold, times, cube)
    return _Question(cube, scheme, units, fold, times)


def _folds(folds: Any, rows: int, outcome: checks.Anything, groups: Ints | None) -> Folds | None:
    if folds is None or isinstance(folds, Folds):
        return folds
    splitters.reproducible(folds)
    return splitters.read(folds, rows, y=outcome, groups=groups)


def _nothing_else(**given: Any) -> None:
    for name, value in given.items():
        if value is not None:
            raise UsageError(f"The out-of-fold predictions hold their {name} already; leave {name} out here.")


def _count(total: int | None, trials: int) -> int:
    if total is None:
        return trials
    if isinstance(total, bool) or not isinstance(total, (int, np.integer)) or total < trials:
        raise UsageError(f"trials_total is {total!r}, but predictions hold {trials} trials.")
    return int(total)
