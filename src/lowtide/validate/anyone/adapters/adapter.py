"""What every adapter is given, and what it returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from lowtide.core.task import Kind
from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.crossfit import Candidate
from lowtide.validate.anyone.words import Note


@dataclass(frozen=True, slots=True)
class Request:
    """What the caller of ``lowtide.out_of_fold`` said.

    Attributes
    ----------
    y : (n,) outcomes as an array.
    grouped, timed : groups or times were given.
    limit : candidates to fit at most, the best by the tool's own score; None for all.
    log : FLAML's log file, or None.
    """

    X: Any
    y: Anything
    metric: Any
    grouped: bool
    timed: bool
    limit: int | None
    log: Any


@dataclass(frozen=True, slots=True)
class Tried:
    """Candidates that must be fitted on folds to know what they predict out of fold.

    Attributes
    ----------
    X, y : as the candidates want them.
    metric : by which the tool judged: a name, a scorer, or None when it did not say.
    searched : the tool cross-validated with ``cv``, its splitter or number of folds (None: scikit-learn's default).
    total : trials that could have been chosen, those that are not here included.
    """

    candidates: tuple[Candidate, ...]
    X: Any
    y: Any
    kind: Kind
    metric: Any
    total: int
    searched: bool = False
    cv: Any = None
    n_jobs: int | None = None
    notes: tuple[Note, ...] = ()
    classes: Anything | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Out-of-fold predictions that the tool has kept itself.

    ``folds`` is (n,) the fold of each row, None when the tool does not tell; see `Tried` for the rest.
    """

    predictions: Floats
    names: tuple[str, ...]
    kind: Kind
    classes: Anything
    metric: Any
    total: int
    notes: tuple[Note, ...] = ()
    folds: Any = None


class Adapter(Protocol):
    """Takes the trials out of a tool's object."""

    name: str

    def claims(self, model: Any) -> bool:
        """Return whether the object is of this tool."""
        ...

    def collect(self, model: Any, request: Request) -> Tried | Kept:
        """Return the trials, or raise one clear sentence."""
        ...
