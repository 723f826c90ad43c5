"""What a learner is: it fits a matrix, and what it fitted predicts, explains itself and becomes safe files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

from lowtide.core.recipe import Style
from lowtide.core.task import Kind

Floats = npt.NDArray[np.float64]
Files = Mapping[str, bytes]


@runtime_checkable
class Fitted(Protocol):
    """A learner after `Learner.fit`. Frozen: predicting changes nothing."""

    def predict(self, X: Floats) -> Floats:
        """Predict the rows of ``X`` (n, p).

        Returns
        -------
        (n,) P(positive) for binary, the value for regression; (n, classes) for multiclass.
        """
        ...

    def predict_row(self, x: Floats) -> Floats:
        """Predict one row (p,): shape () or (classes,), equal to `predict` to the last bit."""
        ...

    def to_files(self) -> dict[str, bytes]:
        """Return everything that predicting needs: JSON, LightGBM text or npz without pickle."""
        ...

    def facts(self) -> dict[str, Any]:
        """Return what was fitted, as JSON values: settings, and for a rule the rule itself."""
        ...


@runtime_checkable
class Learner(Protocol):
    """A way to learn. Stateless: all settings come with the call.

    Attributes
    ----------
    name : stable name, used in recipes and bundles.
    style : how the preparation shapes the matrix for it.
    kinds : task kinds that it can do.
    """

    @property
    def name(self) -> str: ...
    @property
    def style(self) -> Style: ...
    @property
    def kinds(self) -> tuple[Kind, ...]: ...

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
        """Fit the rows of ``X`` (n, p) to ``y`` (n,).

        Parameters
        ----------
        X : style ``tree``: codes and NaN; style ``linear``: finite and scaled.
        y : binary 0/1, multiclass codes 0 .. classes-1, regression values; no NaN.
        classes : number of classes (2 for binary, 0 for regression).
        params : settings, JSON values; every learner has a default for each.
        seed : same data, params and seed give the same bits at any number of ``threads``.
        categorical : columns of ``X`` that hold codes without order.
        names : names of the columns of ``X``, for `Fitted.facts`.
        weight : (n,) weights, mean about 1.
        """
        ...

    def load(self, files: Files) -> Fitted:
        """Rebuild what `Fitted.to_files` wrote; never runs code from the files."""
        ...
