"""What the audit says: codes and numbers. Words are made by ``report/``."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

Fact = str | int | float | bool | None | list[Any] | dict[str, Any]


class Severity(IntEnum):
    """How bad a finding is; ordered, so that ``max`` and ``>=`` work."""

    note = 0
    warning = 1
    question = 2
    error = 3


class Price(msgspec.Struct, frozen=True, kw_only=True):
    """The estimated score with the finding left as it is, and with its remedy applied.

    Scores are of ``metric`` under ``scheme``, by a fixed fast learner; ``*_low``/``*_high`` bound a
    two-sided 90 % interval of each.
    """

    metric: str
    greater_is_better: bool
    scheme: str
    as_is: float
    remedied: float
    as_is_low: float | None = None
    as_is_high: float | None = None
    remedied_low: float | None = None
    remedied_high: float | None = None

    @property
    def points(self) -> float:
        """How much of the score was not real (positive: the remedy lowers the score)."""
        sign = 1.0 if self.greater_is_better else -1.0
        return sign * (self.as_is - self.remedied)


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that the audit saw.

    Attributes
    ----------
    code : stable code such as ``LT204``; ``lowtide explain LT204`` tells about it.
    severity : name of a `Severity`.
    columns : columns concerned, in table order.
    rows : numbers (1-based, in source order) of some of the rows concerned, at most 20.
    facts : numbers and names only; sentences are made later.
    remedy : ``drop_columns``, ``split_by_group``, ``split_by_time``, ``drop_rows``, ``treat_as_missing``, ``ask`` or ``none``.
    price : see `Price`; ``None`` when it was not, or could not be, estimated.
    answer : what a person said in ``lowtide.toml`` about it, or ``None``: ``use``, ``drop``, or ``declared`` when
        ``[task]`` says how held-out data is to be made; ``ignored`` when the command line said so.
    answered_by : who answered, when the answer says it.
    """

    code: str
    severity: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    facts: dict[str, Fact] = {}
    remedy: str = "none"
    price: Price | None = None
    answer: str | None = None
    answered_by: str | None = None

    @property
    def level(self) -> Severity:
        return Severity[self.severity]


class NotApplicable(msgspec.Struct, frozen=True, kw_only=True):
    """A check that had nothing to look at: an answer, not a crash."""

    code: str
    reason: str
    facts: dict[str, Fact] = {}
