"""Estimators of scikit-learn's kind: one, a list, or a mapping of names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.validate.anyone.adapters.adapter import Request, Tried
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.crossfit import Candidate


class Estimators:
    """Each estimator is a trial: pipelines too, and a search that is not fitted (which is then nested)."""

    name = "estimators"

    def claims(self, model: Any) -> bool:
        items = _named(model)
        return bool(items) and all(hasattr(m, "fit") and hasattr(m, "predict") for _, m in items)

    def collect(self, model: Any, request: Request) -> Tried:
        from sklearn.base import clone

        items = _named(model)
        kinds = {classifies(m) for _, m in items}
        if len(kinds) > 1:
            raise UsageError("Classifiers and regressors cannot be compared; give estimators of one kind.")
        if request.limit is not None:
            raise UsageError(
                "limit is for searches that have a score already; estimators in a list are all tried."
            )
        return Tried(
            candidates=tuple(Candidate(name, partial(clone, m)) for name, m in items),
            X=request.X,
            y=request.y,
            kind=kind_of(request.y, kinds.pop()),
            metric=request.metric,
            total=len(items),
        )


def classifies(model: Any) -> bool:
    """Return whether an estimator predicts classes."""
    from sklearn.base import is_classifier

    return bool(is_classifier(model))


def kind_of(y: Anything, classifier: bool) -> Kind:
    """Return the kind of target for a classifier or a regressor."""
    if not classifier:
        return "regression"
    return "multiclass" if len(set(y.tolist())) > 2 else "binary"


def _named(model: Any) -> list[tuple[str, Any]]:
    if isinstance(model, Mapping):
        return [(str(name), m) for name, m in model.items()]
    many = list(model) if isinstance(model, Sequence) and not isinstance(model, (str, bytes)) else [model]
    if many and all(isinstance(m, tuple) and len(m) == 2 for m in many):
        return [(str(name), m) for name, m in many]
    return [
        (f"{place} {type(m).__name__}" if len(many) > 1 else type(m).__name__, m)
        for place, m in enumerate(many)
    ]
