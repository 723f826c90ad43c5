"""All checks, in the order in which they look: later ones may use what earlier ones found."""

from __future__ import annotations

from lowtide.auditing.check import Check
from lowtide.auditing.checks.balance import NearlyConstant
from lowtide.auditing.checks.constants import ConstantColumns
from lowtide.auditing.checks.copies import TargetCopy
from lowtide.auditing.checks.disguised import DisguisedMissing
from lowtide.auditing.checks.dominance import Dominance
from lowtide.auditing.checks.duplicates import Contradictions, DuplicateRows
from lowtide.auditing.checks.emptiness import MostlyMissing
from lowtide.auditing.checks.filled import FilledForOne
from lowtide.auditing.checks.formula import TargetFormula
from lowtide.auditing.checks.groups import RepeatedEntity
from lowtide.auditing.checks.identifiers import Identifier
from lowtide.auditing.checks.label_noise import LabelNoise
from lowtide.auditing.checks.names import OutcomeNames
from lowtide.auditing.checks.order import SortedRows
from lowtide.auditing.checks.outliers import MixedUnits
from lowtide.auditing.checks.shared import SharedRows
from lowtide.auditing.checks.singles import SingleLevels
from lowtide.auditing.checks.spelling import Spellings
from lowtide.auditing.checks.time import TimeOrder
from lowtide.auditing.checks.too_few import TooFew
from lowtide.auditing.checks.too_good import TooGood
from lowtide.auditing.checks.twins import Twins
from lowtide.core.registry import with_plugins

# Dominance compares a column with all others, so it comes after what can accuse them by structure or name;
# the split checks (LT301, LT302) judge what is left when all accused columns are out.
CHECKS: tuple[Check, ...] = (
    DuplicateRows(),
    Contradictions(),
    SharedRows(),
    TargetCopy(),
    FilledForOne(),
    TargetFormula(),
    Identifier(),
    SortedRows(),
    Dominance(),
    OutcomeNames(),
    RepeatedEntity(),
    TimeOrder(),
    DisguisedMissing(),
    ConstantColumns(),
    Twins(),
    MixedUnits(),
    Spellings(),
    SingleLevels(),
    MostlyMissing(),
    TooGood(),
    TooFew(),
    NearlyConstant(),
    LabelNoise(),
)


def all_checks() -> tuple[Check, ...]:
    """Return lowtide's own checks and those of installed plug-ins (entry points ``lowtide.checks``)."""
    return with_plugins(CHECKS, "checks", Check)


__all__ = ["CHECKS", "all_checks"]
