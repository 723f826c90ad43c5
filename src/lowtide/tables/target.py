"""The column to predict: its kind, its classes, and when no honest model can be made of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lowtide.core.finding import Fact
from lowtide.core.task import Kind
from lowtide.tables.table import Floats


@dataclass(frozen=True, slots=True)
class Target:
    """The target as numbers.

    Attributes
    ----------
    name : column.
    kind : ``binary``, ``multiclass`` or ``regression``.
    y : (n,) float64; binary 0/1 (1 is ``positive``), multiclass the index into ``classes``, regression
        the value; NaN where the target is missing.
    classes : labels as text, in the order of the codes (binary: (negative, positive)); empty for regression.
    positive : label of the positive class (binary).
    facts : evidence: ``kind_reason``, ``positive_reason``, ``positives``, ``missing``, ``distinct`` ...
    """

    name: str
    kind: Kind
    y: Floats
    classes: tuple[str, ...] = ()
    positive: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)
