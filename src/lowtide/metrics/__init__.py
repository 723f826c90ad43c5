"""Metrics: one file each, listed in `METRICS`."""

from __future__ import annotations

import difflib

from lowtide.core.errors import UsageError
from lowtide.core.registry import with_plugins
from lowtide.core.task import Costs, Kind
from lowtide.metrics.accuracy import Accuracy
from lowtide.metrics.average_precision import AveragePrecision
from lowtide.metrics.balanced_accuracy import BalancedAccuracy
from lowtide.metrics.brier import Brier
from lowtide.metrics.cost_matrix import Cost
from lowtide.metrics.f1 import F1
from lowtide.metrics.log_loss import LogLoss
from lowtide.metrics.mae import Mae
from lowtide.metrics.metric import Metric
from lowtide.metrics.r2 import R2
from lowtide.metrics.rmse import Rmse
from lowtide.metrics.roc_auc import RocAuc
from lowtide.metrics.wape import Wape

METRICS: tuple[Metric, ...] = (
    RocAuc(),
    AveragePrecision(),
    LogLoss(),
    Brier(),
    BalancedAccuracy(),
    F1(),
    Accuracy(),
    Cost(),
    Mae(),
    Rmse(),
    R2(),
    Wape(),
)

__all__ = ["METRICS", "Metric", "cost", "default", "get"]


def get(name: str, *, kind: Kind | None = None) -> Metric:
    """Return a metric by name.

    Parameters
    ----------
    kind : when given, the metric must be able to judge such targets.

    Raises
    ------
    UsageError
        If there is no such metric, or it does not fit ``kind``.
    """
    known = {m.name: m for m in METRICS}
    if name not in known:
        known = {m.name: m for m in with_plugins(METRICS, "metrics", Metric)}
    fitting = [n for n, m in known.items() if kind is None or kind in m.kinds]
    if name not in known:
        close = difflib.get_close_matches(name, fitting, n=1, cutoff=0.5)
        hint = f"Did you mean {close[0]!r}? " if close else ""
        raise UsageError(f"No metric {name!r}. {hint}There are: {', '.join(fitting)}.")
    metric = known[name]
    if kind is not None and kind not in metric.kinds:
        raise UsageError(f"The metric {name!r} does not judge a {kind} target; use {', '.join(fitting)}.")
    return metric


def cost(costs: Costs | None = None) -> Metric:
    """Return the metric ``cost`` with the customer's money; without it, each mistake costs 1."""
    return Cost(costs)


def default(kind: Kind) -> str:
    """Return the name of the metric used when nobody chose one."""
    return "mae" if kind == "regression" else "roc_auc"
