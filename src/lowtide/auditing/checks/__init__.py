"""All checks, in the order in which they look: later ones may use what earlier ones found."""

from __future__ import annotations

from lowtide.auditing.check import Check
from lowtide.auditing.checks.balance import NearlyConstant
from lowtide.auditing.checks.bias import TrainTestBias
from lowtide.auditing.checks.constants import ConstantColumns
from lowtide.auditing.checks.copies import TargetCopy
from lowtide.auditing.checks.dates import LaterDate
from lowtide.auditing.checks.disguised import DisguisedMissing
from lowtide.auditing.checks.dominance import Dominance
from lowtide.auditing.checks.drift import ColumnDrift, RelationDrift, TargetDrift
from lowtide.auditing.checks.duplicates import Contradictions, DuplicateRows
from lowtide.auditing.checks.emptiness import MostlyMissing
from lowtide.auditing.checks.encoded import EncodedOnAllRows
from lowtide.auditing.checks.feature_selection import SelectedOnAllRows
from lowtide.auditing.checks.filled import FilledForOne
from lowtide.auditing.checks.filling import FilledOnAllRows
from lowtide.auditing.checks.formula import TargetFormula
from lowtide.auditing.checks.groups import RepeatedEntity
from lowtide.auditing.checks.hidden import HiddenEntity
from lowtide.auditing.checks.identifiers import Identifier
from lowtide.auditing.checks.label_noise import LabelNoise
from lowtide.auditing.checks.looked_at import LookedAt
from lowtide.auditing.checks.maturity import LabelMaturity
from lowtide.auditing.checks.names import OutcomeNames
from lowtide.auditing.checks.near import NearRows
from lowtide.auditing.checks.order import SortedRows
from lowtide.auditing.checks.outliers import MixedUnits
from lowtide.auditing.checks.places import Places
from lowtide.auditing.checks.row_selection import Selection
from lowtide.auditing.checks.scaling import ScaledOnAllRows
from lowtide.auditing.checks.scores import ModelScore
from lowtide.auditing.checks.shared import SharedRows
from lowtide.auditing.checks.singles import SingleLevels
from lowtide.auditing.checks.spelling import Spellings
from lowtide.auditing.checks.statements import TellingText
from lowtide.auditing.checks.synthetic import SyntheticRows
from lowtide.auditing.checks.time import TimeOrder
from lowtide.auditing.checks.too_few import TooFew
from lowtide.auditing.checks.too_good import TooGood
from lowtide.auditing.checks.twins import Twins
from lowtide.auditing.checks.windows import FutureWindow
from lowtide.core.registry import with_plugins

# Dominance compares a column with all others, so it comes after what can accuse them by structure or name;
# the split checks (LT301, LT302) judge what is left when all accused columns are out.
CHECKS: tuple[Check, ...] = (
    DuplicateRows(),
    Contradictions(),
    NearRows(),
    SyntheticRows(),
    SharedRows(),
    LookedAt(),
    ScaledOnAllRows(),
    FilledOnAllRows(),
    TargetCopy(),
    EncodedOnAllRows(),
    SelectedOnAllRows(),
    FilledForOne(),
    TargetFormula(),
    Identifier(),
    SortedRows(),
    FutureWindow(),
    LaterDate(),
    TellingText(),
    ModelScore(),
    Dominance(),
    OutcomeNames(),
    RepeatedEntity(),
    HiddenEntity(),
    TimeOrder(),
    Places(),
    ColumnDrift(),
    TargetDrift(),
    RelationDrift(),
    LabelMaturity(),
    Selection(),
    TrainTestBias(),
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
