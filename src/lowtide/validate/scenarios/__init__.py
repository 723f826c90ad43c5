"""The ways in which deployment may differ from the data: one file each, listed in `CASES`."""

from __future__ import annotations

from lowtide.validate.scenarios.column_gone import ColumnGone, SourceGone
from lowtide.validate.scenarios.label_shift import LabelShift
from lowtide.validate.scenarios.noise import NoisyInputs
from lowtide.validate.scenarios.shift import BoundedShift
from lowtide.validate.scenarios.slices import WorstSlice
from lowtide.validate.scenarios.subpopulation import Subpopulation
from lowtide.validate.scenarios.table import build, explore
from lowtide.validate.scenarios.waters import Case

CASES: tuple[Case, ...] = (
    LabelShift(),
    NoisyInputs(),
    BoundedShift(),
    WorstSlice(),
    Subpopulation(),
    ColumnGone(),
    SourceGone(),
)

__all__ = ["CASES", "build", "explore"]
