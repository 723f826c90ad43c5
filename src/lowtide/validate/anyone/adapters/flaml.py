"""FLAML's ``AutoML``: its configurations are fitted again, because it keeps no out-of-fold predictions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from lowtide.core.errors import InputError, UsageError
from lowtide.core.task import Kind
from lowtide.validate.anyone.adapters.adapter import Request, Tried
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.crossfit import Candidate
from lowtide.validate.anyone.words import Note

# FLAML's names of metrics that have other ones here. Its losses are "1 - score" where greater is better.
_METRICS = {
    "mse": "neg_mean_squared_error",
    "mape": "neg_mean_absolute_percentage_error",
    "ap": "average_precision",
    "macro_f1": "f1_macro",
    "micro_f1": "f1_micro",
    "roc_auc_weighted": "roc_auc",
    "roc_auc_ovr": "roc_auc_ovr",
    "roc_auc_ovo": "roc_auc_ovo",
    "roc_auc_ovr_weighted": "roc_auc_ovr_weighted",
    "roc_auc_ovo_weighted": "roc_auc_ovo_weighted",
}
_SAME = ("roc_auc", "log_loss", "mae", "rmse", "r2", "accuracy", "f1")
_SAMPLE = "FLAML_sample_size"
_KINDS: Mapping[str, Kind] = {"binary": "binary", "multiclass": "multiclass", "regression": "regression"}

Trial = tuple[str, dict[str, Any]]


class Flaml:
    """Reads ``config_history``, ``best_config_per_estimator``, ``best_model_for_estimator`` and, if given, the log.

    The history names only configurations that improved on the best; a log written with ``log_type="all"`` names all.
    """

    name = "FLAML"

    def claims(self, model: Any) -> bool:
        # Of the type, because the properties of an object that is not fitted fail.
        return all(hasattr(type(model), a) for a in ("best_config_per_estimator", "config_history"))

    def collect(self, model: Any, request: Request) -> Tried:
        if not getattr(model, "best_estimator", None):
            raise UsageError("This AutoML has found no model yet; fit it first.")
        if request.limit is not None:
            raise UsageError(
                "limit is not for FLAML: it names only the configurations that improved, or those of log=."
            )
        kind = _kind(model)
        trials = _from_log(request.log) if request.log is not None else _from_history(model)
        candidates, gone = _candidates(model, trials)
        total = max(_total(model), len(trials))
        notes = [Note("prepared")]
        if request.log is None and total > len(trials):
            notes.append(Note("no_log"))
        if gone:
            notes.append(Note("not_kept", gone))
        y, classes = _outcomes(model, request.y, kind)
        return Tried(
            candidates=candidates,
            X=model.preprocess(request.X),
            y=y,
            kind=kind,
            metric=request.metric if request.metric is not None else _metric(model),
            total=total,
            notes=tuple(notes),
            classes=classes,
        )


def _kind(model: Any) -> Kind:
    task = str(getattr(getattr(model, "_state", None), "task", ""))
    if task not in _KINDS:
        raise UsageError(
            f"lowtide judges classification and regression; this AutoML was fitted for {task or '?'!r}."
        )
    return _KINDS[task]


def _from_history(model: Any) -> list[Trial]:
    """Return every configuration that FLAML still knows, each once."""
    known = [(name, dict(config)) for _, (name, config, _) in sorted(model.config_history.items())]
    known += [(name, dict(c)) for name, c in model.best_config_per_estimator.items() if c]
    return _distinct(known)


def _from_log(log: Any) -> list[Trial]:
    path = Path(log)
    if not path.is_file():
        raise InputError(f"There is no log file {str(path)!r}.")
    trials: list[Trial] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        try:
            record = json.loads(line)
        except json.JSONDecodeError as error:
            raise InputError(f"Line {number} of {str(path)!r} is not FLAML's: {error}.") from error
        # The last line only repeats which record was the best.
        if isinstance(record, dict) and "learner" in record and "config" in record:
            trials.append((record["learner"], dict(record["config"])))
    if not trials:
        raise InputError(f"The log {str(path)!r} names no configuration.")
    return _distinct(trials)


def _distinct(trials: list[Trial]) -> list[Trial]:
    """Return each configuration once; the same on more rows is the same."""
    seen: dict[str, Trial] = {}
    for name, config in trials:
        plain = {k: _plain(v) for k, v in config.items() if k not in (_SAMPLE, "learner", "_choice_")}
        seen.setdefault(f"{name} {json.dumps(plain, sort_keys=True, default=str)}", (name, plain))
    return list(seen.values())


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _candidates(model: Any, trials: list[Trial]) -> tuple[tuple[Candidate, ...], int]:
    """Return what can be made again, and how many cannot because FLAML kept no model of that learner."""
    made, gone = [], 0
    for place, (name, config) in enumerate(trials):
        example = model.best_model_for_estimator(name)
        if example is None or not hasattr(example, "get_params"):
            gone += 1
            continue
        task = example.get_params().get("task")
        made.append(Candidate(f"{place} {name}", _maker(type(example), task, config)))
    if not made:
        raise UsageError(
            "FLAML kept no model of any learner; fit it without ensemble=True, or with model_history=True."
        )
    return tuple(made), gone


def _maker(learner: Any, task: Any, config: dict[str, Any]) -> Any:
    def make() -> Any:
        return learner(task=task, **{**config, "n_jobs": 1})

    return make


def _outcomes(model: Any, y: Anything, kind: Kind) -> tuple[Any, Anything | None]:
    """Return outcomes as FLAML codes them, and the codes as classes in the order of the labels."""
    if kind == "regression":
        return y, None
    coder = getattr(model, "label_transformer", None)
    coded = y if not coder else np.asarray(coder.transform(y))
    return coded, np.unique(coded)


def _total(model: Any) -> int:
    """Return how many configurations were tried: counted by learner, or at least up to the last improvement."""
    counts = getattr(model, "_iter_per_learner", None)
    if isinstance(counts, Mapping) and counts:
        return int(sum(counts.values()))
    return max(model.config_history, default=0) + 1


def _metric(model: Any) -> str:
    name = getattr(getattr(model, "_state", None), "metric", None)
    if name in _SAME:
        return str(name)
    if isinstance(name, str) and name in _METRICS:
        return _METRICS[name]
    raise UsageError(f"FLAML judged by {name!r}; say metric= to lowtide.out_of_fold.")
