"""Each candidate fitted on every fold, and what it predicts for the rows it did not see."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.splitters import Pair

Wants = Literal["probability", "labels", "score"]
"""Only probabilities will do; probabilities, or else labels; whatever ranks rows."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that was tried: its name, and how to make a fresh one that is not fitted."""

    name: str
    make: Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Target:
    """What is predicted.

    Attributes
    ----------
    y : (n,) as the models want it.
    classes : labels in the order in which predictions are wanted (of two the positive one last); empty for numbers.
    wants : what the metric needs.
    """

    y: Any
    kind: Kind
    classes: Anything
    wants: Wants


@dataclass(frozen=True, slots=True)
class Fitted:
    """Predictions of those that worked, the others' names and the first error."""

    predictions: Floats
    names: tuple[str, ...]
    failed: tuple[str, ...]
    error: str = ""


def crossfit(
    candidates: Sequence[Candidate], X: Any, target: Target, pairs: Sequence[Pair], n_jobs: int | None = None
) -> Fitted:
    """Fit every candidate on every fold.

    Parameters
    ----------
    X : rows as the models want them: array, sparse matrix, frame or list.
    n_jobs : of joblib; the predictions are the same for any number.

    Raises
    ------
    UsageError
        If no candidate works on all folds.
    """
    from sklearn.utils.parallel import Parallel, delayed

    jobs = [(c, train, test) for c in candidates for train, test in pairs]
    parts = Parallel(n_jobs=n_jobs)(delayed(_one)(c.make, X, target, train, test) for c, train, test in jobs)
    good, names, failed, error = [], [], [], ""
    for place, candidate in enumerate(candidates):
        own = parts[place * len(pairs) : (place + 1) * len(pairs)]
        wrong = [p for p in own if isinstance(p, str)]
        if wrong:
            failed.append(candidate.name)
            error = error or f"{candidate.name}: {wrong[0]}"
            continue
        whole = np.full(
            (len(target.y), len(target.classes)) if target.kind == "multiclass" else len(target.y), np.nan
        )
        for (_, test), values in zip(pairs, own, strict=True):
            whole[test] = values
        good.append(whole)
        names.append(candidate.name)
    if not good:
        raise UsageError(
            f"None of the {len(candidates)} candidates could be fitted on every fold; the first: {error}"
        )
    return Fitted(np.stack(good, axis=1), tuple(names), tuple(failed), error)


def _one(make: Callable[[], Any], X: Any, target: Target, train: Any, test: Any) -> Floats | str:
    """Return predictions for the test rows, or what went wrong."""
    from sklearn.utils import _safe_indexing

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = make()
            model.fit(_safe_indexing(X, train), _safe_indexing(target.y, train))
            values = _predict(model, _safe_indexing(X, test), target)
    except Exception as error:  # whatever another's model raises is that trial's end, not ours
        return f"{type(error).__name__}: {error}"
    return values if np.isfinite(values).all() else "its predictions are not all finite"


def _predict(model: Any, X: Any, target: Target) -> Floats:
    if target.kind == "regression":
        return np.asarray(model.predict(X), dtype=np.float64).reshape(-1)
    if hasattr(model, "predict_proba"):
        return _of_classes(np.asarray(model.predict_proba(X), dtype=np.float64), model, target, 0.0)
    if target.wants == "probability":
        raise TypeError("it has no predict_proba, which this metric needs")
    if target.wants == "score" and hasattr(model, "decision_function"):
        scores = np.asarray(model.decision_function(X), dtype=np.float64)
        if scores.ndim == 1:
            scores = np.column_stack([-scores, scores])
        return _of_classes(scores, model, target, float(scores.min()) - 1.0)
    called = np.asarray(model.predict(X))
    told = (called[:, None] == target.classes[None, :]).astype(np.float64)
    return told if target.kind == "multiclass" else np.asarray(told[:, -1])


def _of_classes(values: Floats, model: Any, target: Target, absent: float) -> Floats:
    """Put columns into the order of the classes; a class that the fold did not know gets ``absent``."""
    known: list[Any] = np.asarray(model.classes_).tolist()
    wanted = target.classes.tolist()
    whole = np.full((len(values), len(wanted)), absent)
    for place, label in enumerate(wanted):
        if label in known and known.index(label) < values.shape[1]:
            whole[:, place] = values[:, known.index(label)]
    return whole if target.kind == "multiclass" else whole[:, -1]
