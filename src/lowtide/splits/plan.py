"""The values of this room: what was decided, and the folds that came of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from lowtide.core.finding import Fact
from lowtide.core.task import Scheme
from lowtide.tables.table import Ints

ORDER = ":order"


@dataclass(frozen=True, slots=True)
class Plan:
    """How held-out data will be made.

    Attributes
    ----------
    scheme : ``rows``, ``groups``, ``future`` or ``groups+future``.
    group : column of the entity that repeats, when one is known (also under ``future``).
    time : column of the moment, or ``":order"`` for the order of the rows, when one is known.
    folds : folds of one repeat; forward windows when the scheme looks ahead.
    repeats : times that the folds are drawn anew (always 1 for forward windows).
    gap : least distance between the last training moment and the first test moment, in the unit of the
        times (days for dates, rows for ``":order"``). The horizon of the outcome is already in it.
    reason : stable code why this scheme: ``declared``, ``time_seen``, ``repeats_seen``, ``both_seen`` ...
    facts : evidence and counts (``groups``, ``periods``, ``missing_time``, ``returning``, ``second`` ...).
    parts : columns that make ``time`` finer (month, day, hour); see `lowtide.splits.moments`.
    """

    scheme: Scheme
    group: str | None = None
    time: str | None = None
    folds: int = 5
    repeats: int = 1
    gap: float = 0.0
    reason: str = ""
    facts: dict[str, Fact] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    @property
    def by_group(self) -> bool:
        return self.scheme in ("groups", "groups+future")

    @property
    def by_time(self) -> bool:
        return self.scheme in ("future", "groups+future")


@dataclass(frozen=True, slots=True)
class Fold:
    """Row positions to fit on and to predict, both ascending.

    ``index`` numbers folds, or forward windows in order of time; under ``groups+future`` the parts of one
    window share its number. ``label`` is free of language: ``2/5`` for folds, the first and last moment for windows.
    """

    train: Ints
    test: Ints
    repeat: int
    index: int
    label: str = ""
