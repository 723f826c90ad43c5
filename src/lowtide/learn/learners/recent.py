"""The baseline for tables in time order: what held lately will hold on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lowtide.core.errors import BundleError
from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant


@dataclass(frozen=True, slots=True)
class Recent:
    """Mean, or share of each class, of the last rows. The rows of ``X`` must be in time order.

    ``params``: ``share`` of the rows that count as recent (default 0.1), never fewer than ``least`` (20).
    """

    name: str = "recent"
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
        rows = max(int(params.get("least", 20)), round(float(params.get("share", 0.1)) * len(y)))
        rows = min(rows, len(y))
        last = slice(len(y) - rows, None)
        told = {"rule": "recent", "rows": rows, "of": len(y)}
        return constant.average(y[last], kind, classes, None if weight is None else weight[last], told)

    def load(self, files: Files) -> Fitted:
        fitted = constant.load(files)
        if fitted is None:
            raise BundleError(f"The learner's file {constant.FILE} is missing.")
        return fitted
