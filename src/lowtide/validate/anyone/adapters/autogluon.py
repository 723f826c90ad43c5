"""AutoGluon's ``TabularPredictor``: bagged models keep their out-of-fold predictions."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Kind
from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.adapters.adapter import Kept, Request
from lowtide.validate.anyone.checks import Anything, column_names
from lowtide.validate.anyone.words import Note

# AutoGluon's names of metrics that have other ones here.
_METRICS = {
    "root_mean_squared_error": "rmse",
    "mean_absolute_error": "mae",
    "mean_squared_error": "neg_mean_squared_error",
    "median_absolute_error": "neg_median_absolute_error",
    "mean_absolute_percentage_error": "neg_mean_absolute_percentage_error",
    "mcc": "matthews_corrcoef",
    "roc_auc_ovr_macro": "roc_auc_ovr",
    "roc_auc_ovo_macro": "roc_auc_ovo",
}
_SAME = (
    "roc_auc", "log_loss", "accuracy", "balanced_accuracy", "f1", "f1_macro", "f1_micro", "f1_weighted",
    "average_precision", "precision", "recall", "r2", "roc_auc_ovr_weighted", "roc_auc_ovo_weighted",
)  # fmt: skip
_KINDS: dict[str, Kind] = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}
_WEIGHTED = "WeightedEnsemble"
_LEVEL = re.compile(r"_L(\d+)(?:_FULL)?$")


class AutoGluon:
    """Reads ``model_names``, ``predict_proba_oof``, ``predict_oof``, ``class_labels``, ``eval_metric``.

    Weighted ensembles are left out: their weights were chosen on the very rows, and selection here repeats such
    blending inside every resample. Stacked models stay, with a note.
    """

    name = "AutoGluon"

    def claims(self, model: Any) -> bool:
        return all(hasattr(type(model), a) for a in ("predict_oof", "model_names"))

    def collect(self, model: Any, request: Request) -> Kept:
        names = _names(model)
        kind = _kind(model)
        folds = _folds(model, request)
        if request.limit is not None:
            raise UsageError("limit is not for AutoGluon: its out-of-fold predictions cost nothing.")
        classes = np.empty(0) if kind == "regression" else np.asarray(model.class_labels)
        weighted = [n for n in names if n.startswith(_WEIGHTED)]
        found: dict[str, Floats] = {}
        for name in names:
            values = None if name in weighted else _held_out(model, name, kind, request, classes)
            if values is not None:
                found[name] = values
        if not found:
            raise UsageError(
                "No model of this TabularPredictor has out-of-fold predictions; fit it with num_bag_folds=5 (or "
                "presets='good_quality'), because a holdout that chose the model cannot judge it as well."
            )
        missing = len(names) - len(weighted) - len(found)
        stacked = sum(1 for n in found if _level(n) > 1)
        notes = [Note("stopped")]
        notes += [Note("weighted", len(weighted))] if weighted else []
        notes += [Note("stacked", stacked)] if stacked else []
        notes += [Note("not_bagged", missing)] if missing else []
        return Kept(
            predictions=np.stack(list(found.values()), axis=1),
            names=tuple(found),
            kind=kind,
            classes=classes,
            metric=request.metric if request.metric is not None else _metric(model),
            total=len(found) + missing,
            notes=tuple(notes),
            folds=folds,
        )


def _names(model: Any) -> list[str]:
    """Return the models, but not those fitted again on all rows, which are no trials of their own."""
    try:
        return [str(n) for n in model.model_names() if not str(n).endswith("_FULL")]
    except AssertionError:
        raise UsageError(
            "This TabularPredictor is not fitted yet; fit it first, with num_bag_folds=5."
        ) from None


def _kind(model: Any) -> Kind:
    kind = _KINDS.get(str(model.problem_type))
    if kind is None:
        raise UsageError(
            f"lowtide judges classification and regression, not AutoGluon's {model.problem_type!r}."
        )
    return kind


def _folds(model: Any, request: Request) -> Any:
    """Return the column that numbered the bags' folds, if any, or raise where bags were not made for what is asked."""
    if request.timed:
        raise UsageError(
            "AutoGluon's bags were fitted on later rows too, so its out-of-fold predictions say nothing of the future; "
            "predict each period with a predictor fitted on earlier rows, and give these predictions to lowtide.floor."
        )
    column = getattr(getattr(model, "_learner", None), "groups", None)
    if isinstance(column, str) and column in column_names(request.X):
        return request.X[column]
    if not request.grouped:
        return None
    if column is None:
        raise UsageError(
            "AutoGluon dealt rows to its bags without regard to groups; fit TabularPredictor(label, groups=COLUMN) with a "
            "column that numbers the folds, every group in one of them."
        )
    raise UsageError(
        f"X lacks the column {column!r} that numbered AutoGluon's folds; give the frame it was fitted on."
    )


def _held_out(model: Any, name: str, kind: Kind, request: Request, classes: Anything) -> Floats | None:
    """Return out-of-fold predictions in the order of y, or None when a model has none."""
    try:
        made = model.predict_oof(model=name) if kind == "regression" else model.predict_proba_oof(model=name)
    except (AssertionError, AttributeError, KeyError, ValueError, FileNotFoundError):
        return None
    if kind != "regression":
        made = made[list(classes)]
    values = np.asarray(made, dtype=np.float64)
    values = _in_rows(values, made, request)
    return values[:, -1] if kind == "binary" else values


def _in_rows(values: Floats, made: Any, request: Request) -> Floats:
    """Bring predictions into the order of the rows of X."""
    rows = len(request.y)
    have = np.asarray(made.index) if hasattr(made, "index") else np.arange(len(values))
    index = getattr(request.X, "index", None)
    want = np.arange(rows) if index is None or callable(index) else np.asarray(index)
    if len(have) == rows and (have == want).all():
        return values
    if (
        len(set(have.tolist())) < len(have)
        or len(set(want.tolist())) < len(want)
        or not set(have) <= set(want.tolist())
    ):
        raise UsageError(
            "AutoGluon's out-of-fold rows do not match the rows of X; give as X the very frame that it was fitted on, "
            "with a unique index."
        )
    place = {label: number for number, label in enumerate(want.tolist())}
    whole = np.full((rows, *values.shape[1:]), np.nan)
    whole[[place[label] for label in have.tolist()]] = values
    return whole


def _level(name: str) -> int:
    level = _LEVEL.search(name)
    return int(level[1]) if level else 1


def _metric(model: Any) -> str:
    name = str(getattr(model.eval_metric, "name", model.eval_metric))
    if name in _SAME:
        return name
    if name in _METRICS:
        return _METRICS[name]
    raise UsageError(f"AutoGluon judged by {name!r}; say metric= to lowtide.out_of_fold.")
