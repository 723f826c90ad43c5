"""One configuration that can be tried: what a trial's identity is made of."""

from __future__ import annotations

import hashlib
from typing import Any, Literal, Protocol

import msgspec
import numpy as np
import numpy.typing as npt

Style = Literal["tree", "linear", "rule"]


class Recipe(msgspec.Struct, frozen=True, kw_only=True):
    """Features, preparation, learner, settings, seed.

    Attributes
    ----------
    name : short and human, e.g. ``lightgbm-small``.
    learner : name in ``lowtide.learn.LEARNERS``.
    style : how the preparation shapes the matrix (``tree``: codes and NaN; ``linear``: one-hot, imputed,
        scaled; ``rule``: the learner sees the table itself).
    params : settings of the learner, JSON values only.
    columns : columns used, in table order.
    baseline : True for rules that need no model (prior, last value, one-column rule).
    """

    name: str
    learner: str
    style: Style = "tree"
    params: dict[str, Any] = {}
    columns: tuple[str, ...] = ()
    seed: int = 0
    baseline: bool = False

    @property
    def key(self) -> str:
        """Content hash: equal recipes are one trial, whoever ran them."""
        plain = msgspec.json.encode(msgspec.structs.replace(self, name=""), order="sorted")
        return hashlib.blake2b(plain, digest_size=10).hexdigest()


class FitPredict(Protocol):
    """Fit on some rows and predict others; everything that is fitted sees ``train`` only."""

    def __call__(
        self, recipe: Recipe, train: npt.NDArray[np.int64], test: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.float64]:
        """Return predictions (len(test),) or, multiclass, probabilities (len(test), classes)."""
        ...
