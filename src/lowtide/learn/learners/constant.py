"""One answer for every row: what a rule without columns gives, and what any learner falls back to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.core.task import Kind
from lowtide.learn.arrays import averages, seen_classes, targets, with_absent
from lowtide.learn.files import json_bytes, json_value
from lowtide.learn.learner import Files, Floats

FILE = "constant.json"


@dataclass(frozen=True, slots=True)
class Constant:
    """The same answer for every row.

    Attributes
    ----------
    value : one number, or for multiclass one probability a class.
    told : facts about where it came from.
    """

    value: tuple[float, ...]
    multiclass: bool = False
    told: dict[str, Any] = field(default_factory=dict)

    def predict(self, X: Floats) -> Floats:
        out = np.tile(np.asarray(self.value), (len(X), 1))
        return out if self.multiclass else out[:, 0]

    def predict_row(self, x: Floats) -> Floats:
        row = np.asarray(self.value)
        return row if self.multiclass else row[0:1].reshape(())

    def to_files(self) -> dict[str, bytes]:
        return {
            FILE: json_bytes({"value": list(self.value), "multiclass": self.multiclass, "facts": self.told})
        }

    def facts(self) -> dict[str, Any]:
        return {**self.told, "value": list(self.value) if self.multiclass else self.value[0]}


def average(y: Floats, kind: Kind, classes: int, weight: Floats | None, told: dict[str, Any]) -> Constant:
    """Return the mean of ``y`` (regression), or the share of the positives or of each class."""
    if kind != "multiclass":
        return Constant((float(averages(targets(y, classes, False), weight)[0]),), False, told)
    seen = seen_classes(y)
    shares = averages(targets(y, classes, True), weight)[seen]
    full = with_absent(shares[None, :], seen, classes, len(y))[0]
    return Constant(tuple(float(v) for v in full), True, told)


def hopeless(y: Floats, kind: Kind) -> bool:
    """Return True when there is nothing to learn: no rows, or one single value of the target."""
    return len(y) == 0 or bool(np.all(y == y[0]))


def load(files: Files) -> Constant | None:
    """Rebuild a `Constant` when that is what a learner left behind, else ``None``."""
    if FILE not in files:
        return None
    stored = json_value(files, FILE)
    value = tuple(float(v) for v in stored["value"])
    return Constant(value, bool(stored["multiclass"]), dict(stored["facts"]))
