"""What an encoder is, and what it is told while it is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt

from lowtide.prepare.cells import Value
from lowtide.prepare.outcome import Outcome
from lowtide.tables.table import Floats, Table

Shape = Literal["tree", "linear"]
Arrays = dict[str, npt.NDArray[Any]]
State = tuple[dict[str, Any], Arrays]

FEWEST = 5  # rows that a level, or a pattern of missing values, must have to be told apart
SIGNAL = 0.01  # p-value at which missing values are taken to carry signal


class Encoder(Protocol):
    """Turns one column into one or more numbers a row. Frozen once fitted.

    Attributes
    ----------
    kind : name of the encoder in stored state.
    source : the column that is read.
    names : readable names of the outputs.
    categorical : for each output, whether it is an integer code without order.
    """

    kind: ClassVar[str]

    @property
    def source(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    @property
    def categorical(self) -> tuple[bool, ...]: ...

    def table(self, table: Table, out: Floats) -> None:
        """Fill ``out`` (n, k) for all rows of a table."""
        ...

    def value(self, value: Value, out: Floats) -> None:
        """Fill ``out`` (k,) for one value: the same bits as `table` gives for that row."""
        ...

    def state(self) -> State:
        """Return JSON values and plain arrays from which ``restore`` makes an equal encoder."""
        ...

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> Encoder:
        """Make the encoder again."""
        ...


@dataclass(frozen=True, eq=False)
class Fitting:
    """What the encoders of one preparation share while they are fitted.

    Attributes
    ----------
    shape : style of the matrix.
    outcome : the target; ``None`` when none is given or it says nothing.
    seed : of everything random.
    patterns : patterns of missing values that have an indicator already.
    """

    shape: Shape
    outcome: Outcome | None
    seed: int
    patterns: set[bytes] = field(default_factory=set)

    def indicator(self, missing: npt.NDArray[np.bool_]) -> bool:
        """Tell whether these missing values (n,) deserve an output of their own.

        Linear style: whenever `FEWEST` rows have and `FEWEST` lack a value, as the imputed value alone
        would pass for a real one. Tree style, where NaN says it already: only when the outcome differs
        between the two (chi-square of standardised mean differences, p < `SIGNAL`), or, without an
        outcome, when at least one row in a hundred is on each side. The same pattern of several columns
        gets one indicator.
        """
        count = int(missing.sum())
        rest = len(missing) - count
        if min(count, rest) < FEWEST:
            return False
        key = np.packbits(missing).tobytes()
        if key in self.patterns:
            return False
        if self.shape == "tree":
            if self.outcome is None:
                if min(count, rest) < 0.01 * len(missing):
                    return False
            elif not _differs(missing, self.outcome):
                return False
        self.patterns.add(key)
        return True


def _differs(missing: npt.NDArray[np.bool_], outcome: Outcome) -> bool:
    """Test equal means of the outcome with and without a value.

    For K classes this is Pearson's chi-square with K - 1 degrees of freedom; for a value, the test of two
    groups by ranks (Kruskal and Wallis 1952), in its large-sample form.
    """
    from scipy.special import chdtrc

    known = outcome.known
    gone = missing[known]
    n, m = len(gone), int(gone.sum())
    if min(m, n - m) < FEWEST:
        return False
    values = outcome.values[known] if outcome.ranks is None else outcome.ranks[known, None]
    mean = values.mean(axis=0)
    squared = (values[gone].mean(axis=0) - mean) ** 2 * m / (1.0 - m / n)
    if values.shape[1] > 1:
        return bool(chdtrc(values.shape[1] - 1, float(np.sum(squared / mean))) < SIGNAL)
    return bool(chdtrc(1, float(squared[0] / values.var())) < SIGNAL)
