"""Levels with an order: their numbers, or their steps on a known scale, as one number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.category import LevelEncoder, fit_category
from lowtide.prepare.cells import Value
from lowtide.prepare.encoder import FEWEST, Fitting, State
from lowtide.prepare.number import NumberEncoder
from lowtide.prepare.scales import amount, scale_of, word
from lowtide.tables.table import Floats, Ints, Table


@dataclass(frozen=True, eq=False)
class OrdinalEncoder:
    """One number a level. ``steps`` is the scale; ``None``: the number in the level's text."""

    kind: ClassVar[str] = "ordinal"

    steps: dict[str, int] | None
    number: NumberEncoder

    @property
    def source(self) -> str:
        return self.number.source

    @property
    def names(self) -> tuple[str, ...]:
        return self.number.names

    @property
    def categorical(self) -> tuple[bool, ...]:
        return self.number.categorical

    def table(self, table: Table, out: Floats) -> None:
        codes, keys = cells.levels(table, self.source)
        self.number.fill(np.array([position(key, self.steps) for key in keys])[codes], out)

    def value(self, value: Value, out: Floats) -> None:
        place = position(cells.level(value), self.steps)
        self.number.fill(np.array([place]), out.reshape(1, -1))

    def state(self) -> State:
        return {"steps": self.steps, "number": self.number.state()[0]}, {}

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> OrdinalEncoder:
        return cls(state["steps"], NumberEncoder.restore(source, state["number"], {}))


def position(key: str | None, steps: Mapping[str, int] | None) -> float:
    """Return where a level stands; NaN when it is missing or has no place."""
    if key is None:
        return math.nan
    found = amount(key) if steps is None else steps.get(word(key))
    return math.nan if found is None else float(found)


def fit_ordinal(
    source: str, codes: Ints, keys: list[str | None], fitting: Fitting
) -> tuple[OrdinalEncoder | LevelEncoder, Floats]:
    """Fit on (n,) codes into ``keys``; return the encoder and the (n, k) training block.

    The order comes from a known scale, else from the numbers in the levels. Without either it is not
    known, and the levels are a category, coded by how frequent they are.
    """
    counts = np.bincount(codes, minlength=len(keys))
    usual = [key for key, count in zip(keys, counts, strict=True) if key is not None and count >= FEWEST]
    steps = scale_of(usual)
    if steps is None:
        amounts = [amount(key) for key in usual]
        if len(usual) < 2 or None in amounts or len(set(amounts)) < len(usual):
            return fit_category(source, codes, keys, fitting)
    places = np.array([position(key, steps) for key in keys])[codes]
    number, block = NumberEncoder.fit(source, places, fitting)
    return OrdinalEncoder(steps, number), block
