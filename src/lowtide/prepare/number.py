"""Numbers: as they are for trees, scaled for linear models, with an indicator of missing values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.cells import Value
from lowtide.prepare.encoder import Fitting, State
from lowtide.prepare.scale import Scale
from lowtide.tables.table import Floats, Table


@dataclass(frozen=True, eq=False)
class NumberEncoder:
    """One number; ``scale`` is ``None`` in tree style, where missing stays NaN."""

    kind: ClassVar[str] = "number"

    source: str
    indicator: bool
    scale: Scale | None

    @classmethod
    def fit(cls, source: str, x: Floats, fitting: Fitting) -> tuple[NumberEncoder, Floats]:
        """Fit on (n,) values; return the encoder and the (n, k) training block."""
        scale = None if fitting.shape == "tree" else Scale.fit(x)
        made = cls(source, fitting.indicator(np.isnan(x)), scale)
        block = np.empty((len(x), len(made.names)))
        made.fill(x, block)
        return made, block

    @cached_property
    def names(self) -> tuple[str, ...]:
        return (self.source, f"{self.source} is missing") if self.indicator else (self.source,)

    @property
    def categorical(self) -> tuple[bool, ...]:
        return (False,) * len(self.names)

    def fill(self, x: Floats, out: Floats) -> None:
        """Fill ``out`` (n, k) from (n,) values."""
        out[:, 0] = x if self.scale is None else self.scale.apply(x)
        if self.indicator:
            out[:, 1] = np.isnan(x)

    def table(self, table: Table, out: Floats) -> None:
        self.fill(cells.numbers(table, self.source), out)

    def value(self, value: Value, out: Floats) -> None:
        self.fill(np.array([cells.number(value, self.source)]), out.reshape(1, -1))

    def state(self) -> State:
        return {"indicator": self.indicator, "scale": self.scale and self.scale.state()}, {}

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> NumberEncoder:
        scale = state["scale"]
        return cls(source, bool(state["indicator"]), None if scale is None else Scale.restore(scale))
