"""Trees in LightGBM's text format: the one thing that predicts for boosters and forests."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from lowtide.core.errors import BundleError
from lowtide.learn.learner import Files, Floats

MANY_ROWS = 10_000  # below, waking threads costs more than they save


class TreeModel:
    """A model in LightGBM's text format, parsed when it is first used.

    Parameters
    ----------
    text : the model as LightGBM writes it.
    """

    def __init__(self, text: str) -> None:
        self.text = text

    @classmethod
    def from_files(cls, files: Files, name: str) -> TreeModel:
        """Take the text from a learner's files."""
        if name not in files:
            raise BundleError(f"The learner's file {name} is missing.")
        return cls(files[name].decode("utf-8"))

    @cached_property
    def booster(self) -> Any:
        import lightgbm

        try:
            return lightgbm.Booster(model_str=self.text)
        except lightgbm.basic.LightGBMError as error:
            raise BundleError(f"LightGBM cannot read its model text ({error}).") from None

    def predict(self, X: Floats) -> Floats:
        """Predict (n,) or (n, classes). Each row is walked alone, so threads and batches change no bit."""
        if len(X) == 0:
            outputs = self.booster.num_model_per_iteration()
            return np.zeros((0, outputs) if outputs > 1 else 0)
        threads = 0 if len(X) >= MANY_ROWS else 1
        out = self.booster.predict(np.ascontiguousarray(X, dtype=np.float64), num_threads=threads)
        return np.asarray(out, dtype=np.float64)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TreeModel) and other.text == self.text

    def __hash__(self) -> int:
        return hash((TreeModel, len(self.text)))

    def __repr__(self) -> str:
        return f"TreeModel({len(self.text)} characters)"
