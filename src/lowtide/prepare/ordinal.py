"""Levels with a known order: their ranks, as one number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.category import LevelEncoder, fit_category
from lowtide.prepare.cells import Value
from lowtide.prepare.encoder import FEWEST, Fitting, State
from lowtide.prepare.number import NumberEncoder
from lowtide.tables.ordinal import order
from lowtide.tables.table import Floats, Ints, Table


@dataclass(frozen=True, eq=False)
class OrdinalEncoder:
    """The rank of a level among ``levels``, which go from low to high."""

    kind: ClassVar[str] = "ordinal"

    levels: tuple[str, ...]
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

    @cached_property
    def ranks(self) -> dict[str, float]:
        return {key: float(rank) for rank, key in enumerate(self.levels)}

    def rank(self, key: str | None) -> float:
        """Return the rank of a level; NaN when it is missing or has no place in the order.

        A level that was not, or rarely, seen in fitting stands half-way between its neighbours: "medium"
        between "low" and "high".
        """
        if key is None:
            return math.nan
        known = self.ranks.get(key)
        if known is not None:
            return known
        placed = order([*self.levels, key])
        return math.nan if placed is None else placed.index(key) - 0.5

    def table(self, table: Table, out: Floats) -> None:
        codes, keys = cells.levels(table, self.source)
        self.number.fill(np.array([self.rank(key) for key in keys])[codes], out)

    def value(self, value: Value, out: Floats) -> None:
        self.number.fill(np.array([self.rank(cells.level(value))]), out.reshape(1, -1))

    def state(self) -> State:
        return {"levels": list(self.levels), "number": self.number.state()[0]}, {}

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> OrdinalEncoder:
        return cls(tuple(state["levels"]), NumberEncoder.restore(source, state["number"], {}))


def fit_ordinal(
    source: str, codes: Ints, keys: list[str | None], fitting: Fitting
) -> tuple[OrdinalEncoder | LevelEncoder, Floats]:
    """Fit on (n,) codes into ``keys``; return the encoder and the (n, k) training block.

    The order is that of `lowtide.tables.ordinal`: a known scale, or the numbers in the levels. Levels that
    have none are a category.
    """
    counts = np.bincount(codes, minlength=len(keys))
    usual = sorted(
        key for key, count in zip(keys, counts, strict=True) if key is not None and count >= FEWEST
    )
    ordered = order(usual)
    if ordered is None:
        return fit_category(source, codes, keys, fitting)
    unscaled = OrdinalEncoder(tuple(ordered), NumberEncoder(source, False, None))
    number, block = NumberEncoder.fit(source, np.array([unscaled.rank(key) for key in keys])[codes], fitting)
    return OrdinalEncoder(unscaled.levels, number), block
