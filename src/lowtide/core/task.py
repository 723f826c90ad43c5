"""The question that a model answers."""

from __future__ import annotations

from typing import Literal

import msgspec

Kind = Literal["binary", "multiclass", "regression", "ranking"]
Scheme = Literal["rows", "groups", "future", "groups+future"]


class Costs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Money per decision, in the customer's currency (costs positive, gains negative)."""

    false_positive: float
    false_negative: float
    true_positive: float = 0.0
    true_negative: float = 0.0
    currency: str = ""


class Task(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is predicted, for whom, from when on, and how it is judged.

    ``None`` means "not said": the flow fills it by evidence and records the assumption.

    Attributes
    ----------
    target : column to predict.
    kind : ``binary``, ``multiclass``, ``regression`` or ``ranking``.
    positive : label of the positive class, as text (binary only).
    unit : columns that identify one row.
    group : column of the entity that repeats.
    time : column of the moment a row belongs to. ``":order"`` means the order of the rows.
    horizon, gap : length of the outcome window and of the pause between training and use, in days
        (or in rows when ``time`` is ``":order"``).
    metric : name of a metric (see ``lowtide.metrics``).
    deploy : the split scheme that deployment will really be.
    """

    target: str
    kind: Kind | None = None
    positive: str | None = None
    unit: tuple[str, ...] = ()
    group: str | None = None
    time: str | None = None
    moment: str | None = None
    horizon: float | None = None
    gap: float | None = None
    weight: str | None = None
    metric: str | None = None
    deploy: Scheme | None = None
    costs: Costs | None = None


class Assumption(msgspec.Struct, frozen=True, kw_only=True):
    """Something that nobody said and lowtide took for the worst.

    Attributes
    ----------
    code : stable name, key of the sentence in the language files.
    facts : numbers and names for that sentence.
    setting : the one line of ``lowtide.toml`` that changes it.
    """

    code: str
    facts: dict[str, str | int | float | bool | None] = {}
    setting: str = ""
