"""Numbers with their uncertainty."""

from __future__ import annotations

import msgspec


class Floor(msgspec.Struct, frozen=True, kw_only=True):
    """A one-sided bound for the shipped model's performance: the bad side of it.

    For losses this is the upper bound. ``value`` is ``None`` when no floor can be given;
    ``refusal`` then is the stable code of the reason and ``needed`` how many more
    positives/groups/periods would allow one.
    """

    value: float | None
    confidence: float
    scenario: str
    method: str = ""
    refusal: str | None = None
    needed: int | None = None


class Scenario(msgspec.Struct, frozen=True, kw_only=True):
    """Expected performance and floor in one way that deployment may differ from the data.

    Attributes
    ----------
    name : ``new rows``, ``new groups``, ``next period``, ``worst slice`` ...
    expected : estimate of the shipped model's performance, corrected for selection.
    floor : one-sided bound for the long run.
    batch_floor : one-sided bound for the next ``rows`` rows.
    """

    name: str
    expected: float | None
    floor: float | None
    batch_floor: float | None = None
    rows: int | None = None
    headline: bool = False
    refusal: str | None = None
    facts: dict[str, str | int | float | bool | None] = {}


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """How far the shipped model is ahead of the best rule without a model, on the same rows.

    In units of the metric, positive when the model is better; ``bound`` is the one-sided lower bound in the long
    run. In ``ahead`` of ``windows`` windows the model was better (future schemes).
    """

    expected: float
    bound: float
    confidence: float
    windows: int | None = None
    ahead: int | None = None
