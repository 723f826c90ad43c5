"""``lowtide.out_of_fold``: the out-of-fold predictions of every trial of a tool."""

from __future__ import annotations

from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.metrics import Metric, default
from lowtide.stats.resampling import Ints
from lowtide.validate.anyone import checks, splitters
from lowtide.validate.anyone.adapters import ADAPTERS
from lowtide.validate.anyone.adapters.adapter import Adapter, Kept, Request, Tried
from lowtide.validate.anyone.called import Called
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.crossfit import Target, Wants, crossfit
from lowtide.validate.anyone.oof import OutOfFold
from lowtide.validate.anyone.own_folds import own_folds
from lowtide.validate.anyone.scorers import resolve
from lowtide.validate.anyone.splitters import Folds
from lowtide.validate.anyone.words import Note


def out_of_fold(
    model_or_search: Any,
    X: Any,
    y: Any = None,
    *,
    cv: Any = None,
    groups: Any = None,
    time: Any = None,
    metric: Any = None,
    positive: Any = None,
    limit: int | None = None,
    log: Any = None,
    n_jobs: int | None = None,
    seed: int = 0,
) -> OutOfFold:
    """Return what every trial of a tool predicts for rows that it did not see.

    Parameters
    ----------
    model_or_search : a fitted search of scikit-learn, AutoGluon's ``TabularPredictor`` (bagged), FLAML's ``AutoML``;
        or an estimator, a list of them, or a mapping from names to them.
    X : the rows that the tool was fitted on, as the tool takes them.
    y : (n,) their outcomes; for AutoGluon by default the label's column of ``X``.
    cv : splitter, number of folds, or pairs of (train rows, test rows). By default that of the search; otherwise five
        shuffled folds, folds of whole groups, or six forward windows, as ``groups`` and ``time`` want it.
    groups, time : as in ``lowtide.floor``. That no fold breaks them is checked.
    metric : as in ``lowtide.floor``; by default what the tool was judged by.
    positive : label of the positive class of two; by default the one that sorts last (AutoGluon's own).
    limit : fit only this many candidates of a search, those that it ranked best. How many were tried is kept.
    log : FLAML's log file, written with ``log_type="all"``: then every configuration is fitted.
    n_jobs : processes that fit; by default as many as the search had.
    seed : of the default folds.

    Returns
    -------
    OutOfFold

    Raises
    ------
    UsageError
        If the object is of no known tool, is not fitted, or its folds are not out of fold for the groups or times.

    Notes
    -----
    Candidates of a search, configurations of FLAML and estimators are fitted again on every fold: this costs as much
    as the search itself did. AutoGluon keeps the predictions of bagged models; there it costs nothing.
    """
    if y is None:
        y = _label(model_or_search, X)
    outcome = checks.vector(y, "y")
    if outcome.dtype.kind == "O" and any(isinstance(v, str) for v in outcome):
        outcome = outcome.astype(str)
    if _rows(X) != len(outcome):
        raise UsageError(f"X has {_rows(X)} rows, but y has {len(outcome)}.")
    if limit is not None and (
        isinstance(limit, bool) or not isinstance(limit, (int, np.integer)) or limit < 1
    ):
        raise UsageError(f"limit must be a number of candidates, 1 or more, not {limit!r}.")
    adapter = _adapter(model_or_search)
    if log is not None and adapter.name != "FLAML":
        raise UsageError("log is only for FLAML.")
    request = Request(X, outcome, metric, groups is not None, time is not None, limit, log)
    tried = adapter.collect(model_or_search, request)
    known = _Known(outcome, groups, time)
    if isinstance(tried, Kept):
        if cv is not None:
            raise UsageError(f"{adapter.name} has made its predictions already; leave cv out.")
        return _kept(tried, known, positive)
    return _fitted(tried, known, cv, positive, tried.n_jobs if n_jobs is None else n_jobs, seed)


class _Known:
    """Outcomes, and groups and times as they were given and as numbers."""

    __slots__ = ("codes", "groups", "time", "times", "y")

    def __init__(self, y: Anything, groups: Any, time: Any) -> None:
        self.y = y
        self.groups = None if groups is None else checks.array(groups)
        self.time = None if time is None else checks.array(time)
        self.codes = None if groups is None else checks.labels(groups, "groups", len(y))
        self.times = None if time is None else checks.moments(time, len(y))

    def check(self, folds: Folds) -> None:
        """Raise when the folds break the groups or the order of time."""
        if self.codes is not None:
            splitters.apart(folds, *self.codes)
        if self.times is not None:
            splitters.forward(folds, self.times)


def _fitted(tried: Tried, known: _Known, cv: Any, positive: Any, n_jobs: int | None, seed: int) -> OutOfFold:
    """Fit every candidate on every fold."""
    wanted = tried.cv if cv is None else cv
    folds = _folds(tried, wanted, known, seed)
    known.check(folds)
    # Averages over repeats would be those of several models, of which one is shipped.
    used = Folds(folds.name, (folds.fold,), folds.first, folds.forward)
    pairs = used.pairs or ()
    metric = tried.metric if tried.metric is not None else default(tried.kind)
    own = np.unique(known.y) if tried.kind != "regression" else np.empty(0)
    # The direction of a plain function does not matter yet; lowtide.floor asks for it.
    judge = resolve(metric, greater_is_better=True)
    order = _order(own, judge.positive if positive is None else positive)
    classes = (own if tried.classes is None else tried.classes)[order]
    target = Target(tried.y, tried.kind, classes, _wants(judge.metric))
    made = crossfit(tried.candidates, tried.X, target, pairs, n_jobs)
    notes = [
        *tried.notes,
        Note("other_folds", 0 if splitters.settled(wanted) else 1),
        Note("first_repeat", len(folds.repeats) if len(folds.repeats) > 1 else 0),
        Note("refitted", len(tried.candidates) * len(pairs)),
        Note("failed", len(made.failed)),
    ]
    return OutOfFold(
        y=known.y,
        predictions=made.predictions,
        folds=used,
        groups=known.groups,
        time=known.time,
        names=made.names,
        metric=metric,
        positive=own[order][-1].item() if tried.kind == "binary" else None,
        trials_total=tried.total,
        notes=tuple(n for n in notes if n.count or n in tried.notes),
    )


def _kept(tried: Kept, known: _Known, positive: Any) -> OutOfFold:
    """Return predictions that the tool kept, with classes in their order."""
    outcome = known.y
    folds = (
        None if tried.folds is None else splitters.read(tried.folds, len(outcome), name="the tool's folds")
    )
    if folds is not None:
        known.check(folds)
    predictions = tried.predictions
    label = None
    if tried.kind == "binary":
        label = tried.classes[-1].item() if hasattr(tried.classes[-1], "item") else tried.classes[-1]
        if positive is not None and positive != label:
            checks.positive_of(np.unique(outcome), positive)
            predictions, label = 1 - predictions, positive
    elif tried.kind == "multiclass":
        place = {str(c): i for i, c in enumerate(tried.classes.tolist())}
        wanted = [str(c) for c in np.unique(outcome).tolist()]
        if set(wanted) != set(place):
            raise UsageError(f"The tool knows the classes {', '.join(place)}, but y has {', '.join(wanted)}.")
        predictions = predictions[:, :, [place[c] for c in wanted]]
    return OutOfFold(
        y=outcome,
        predictions=predictions,
        folds=folds,
        groups=known.groups,
        time=known.time,
        names=tried.names,
        metric=tried.metric,
        positive=label,
        trials_total=tried.total,
        notes=tried.notes,
    )


def _adapter(model: Any) -> Adapter:
    searching = hasattr(model, "param_grid") or hasattr(model, "param_distributions")
    if searching and not hasattr(model, "cv_results_"):
        raise UsageError("This search has tried nothing yet; fit it first, or put it into a list to nest it.")
    for adapter in ADAPTERS:
        if adapter.claims(model):
            return adapter
    known = ", ".join(a.name for a in ADAPTERS)
    raise UsageError(
        f"{type(model).__name__} is none of {known}; give its out-of-fold predictions to lowtide.floor yourself."
    )


def _folds(tried: Tried, wanted: Any, known: _Known, seed: int) -> Folds:
    """Return the folds that were asked for or are the tool's own, else such as suit groups and times."""
    from sklearn.model_selection import check_cv

    groups = None if known.codes is None else known.codes[0]
    if wanted is None and not tried.searched:
        return own_folds(known.y, tried.kind, groups, known.times, seed)
    if wanted is None or isinstance(wanted, (int, np.integer)):
        try:
            wanted = check_cv(wanted, known.y, classifier=tried.kind != "regression")
        except ValueError as error:
            raise UsageError(f"cv={wanted!r} cannot be used: {error}") from error
    return splitters.read(wanted, len(known.y), y=known.y, groups=groups, name="cv")


def _wants(metric: Metric) -> Wants:
    if isinstance(metric, Called):
        return metric.takes if metric.takes in ("probability", "labels") else "score"
    return "probability" if metric.needs == "probability" and not metric.thresholded else "score"


def _order(classes: Anything, positive: Any) -> Ints:
    """Return the order of the classes: of two the positive one last."""
    order = np.arange(len(classes))
    if positive is None or len(classes) != 2:
        return order
    return order[::-1] if checks.positive_of(classes, positive)[0] else order


def _label(model: Any, X: Any) -> Any:
    label = getattr(model, "label", None)
    if label is None or label not in checks.column_names(X):
        raise UsageError("y is missing: give the outcomes of the rows.")
    return X[label]


def _rows(X: Any) -> int:
    shape = getattr(X, "shape", None)
    return int(shape[0]) if shape else len(X)
