"""The baseline that looks at no column: the mean, the median, or the share of each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from lowtide.core.errors import BundleError
from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant


@dataclass(frozen=True, slots=True)
class Prior:
    """``params``: ``statistic`` (``mean``, or for regression ``median``, the best constant for MAE)."""

    name: str = "prior"
    style: Style = "rule"
    kinds: tuple[Kind, ...] = ("binary", "multiclass", "regression")

    def fit(
        self,
        X: Floats,
        y: Floats,
        *,
        kind: Kind,
        classes: int,
        params: Mapping[str, Any],
        seed: int,
        threads: int = 1,
        categorical: tuple[int, ...] = (),
        names: tuple[str, ...] = (),
        weight: Floats | None = None,
    ) -> Fitted:
        statistic = str(params.get("statistic", "mean")) if kind == "regression" else "mean"
        told = {"rule": "prior", "statistic": statistic, "rows": len(y)}
        if statistic == "median":
            return constant.Constant((_median(y, weight),), False, told)
        return constant.average(y, kind, classes, weight, told)

    def load(self, files: Files) -> Fitted:
        fitted = constant.load(files)
        if fitted is None:
            raise BundleError(f"The learner's file {constant.FILE} is missing.")
        return fitted


def _median(y: Floats, weight: Floats | None) -> float:
    if weight is None:
        return float(np.median(y))
    order = np.argsort(y, kind="stable")
    reached = np.cumsum(weight[order])
    return float(y[order][np.searchsorted(reached, reached[-1] / 2)])
