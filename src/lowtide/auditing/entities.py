"""Does a column name an entity that repeats (a customer, a patient, a store), or is it a plain category?

The rule. A plain category has a closed list of levels: the next row will have one of them. An entity is
known by its structure, on rows in repeats (values seen twice or more, at least ten such values):

* ``declared``: the task says so; ``role``: the column was read as a group;
* ``panel``: with some time column it is a key (value x time is unique, time repeats, and the rectangle of
  values and times is at least 30 % full): a store and its weeks;
* ``attributes``: it fixes at least two other columns, one of them a number, that are not mere renamings of
  it: a patient and his age and sex;
* ``open``: many values are seen only once (5 % of the rows; Good-Turing: so often will the next row bring a
  new one): a ticket, a host;
* ``name``: nothing but the name says so (``movie_id``); sure only if its rows also lie together in the file;
* ``balanced``: many values, and each has as good as the same number of rows, as in a study with visits;
* ``many``: more values than a list of categories has. These two are never sure, and of a number they count
  only when it does not matter as a number (see `apart_from_size`).

Structure alone is no finding: the target must be more alike inside the entity than the features explain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.auditing import words
from lowtide.stats.association import Bools, Floats, Ints, likeness, ranks

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

LEAST_GROUPS = 10
LEAST_REPEATS = 0.05
OPEN = 0.05
PANEL_FULL = 0.3
BALANCED, MANY = 20, 40
DISPERSION, BALANCED_P = 0.5, 1e-4
UNNAMED = 4
AS_NUMBER = 0.3
LARGEST = 0.25
# A column is fixed by an entity when so many rows have the entity's own value.
FIXED = 0.995
STRENGTH = {
    "declared": 6,
    "role": 5,
    "panel": 4,
    "attributes": 3,
    "open": 2,
    "name": 1,
    "balanced": 0,
    "many": 0,
}


@dataclass(frozen=True, slots=True)
class Entity:
    """A column that may name an entity.

    Attributes
    ----------
    codes : (n,) entity per sampled row; rows without a value are entities of their own.
    groups : distinct values that repeat; ``repeats``: share of the rows with a value that are in them.
    together : how often neighbours in the file are of one entity (0 as by chance, 1 as often as possible).
    attributes : columns that it fixes.
    """

    name: str
    evidence: str
    codes: Ints
    groups: int
    repeats: float
    largest: int
    rows: int
    together: float
    numeric: bool = False
    attributes: tuple[str, ...] = ()
    panel: str | None = None

    @property
    def strength(self) -> int:
        return STRENGTH[self.evidence] if self.sure else 0

    @property
    def sure(self) -> bool:
        return not self.unnamed and (self.evidence != "name" or self.together >= 0.8)

    @property
    def unnamed(self) -> bool:
        """True when only the counts of its values say that it may be an entity."""
        return self.evidence in ("balanced", "many")


def whole_codes(codes: Ints) -> Ints:
    """Give each row without a value (-1) an entity of its own."""
    out = codes.copy()
    lost = np.flatnonzero(codes < 0)
    out[lost] = (int(codes.max()) + 1 if len(codes) else 0) + np.arange(len(lost))
    return out


def entities(context: Context) -> list[Entity]:
    """Return columns with the structure of an entity, the strongest evidence first."""
    found = [e for n in context.candidates if (e := _judge(context, n)) is not None]
    return sorted(found, key=lambda e: (-e.strength, e.unnamed, -e.repeats * e.rows, e.name))


def apart_from_size(context: Context, codes: Ints, numbers: Floats | None) -> float:
    """Return how alike the target is inside values beyond what values nearby have in common (intraclass correlation).

    A number that matters as a number (an age) leads the target up or down; a number that is a name does not:
    0 when a parabola through it explains a good part of the likeness.
    """
    targets = context.targets
    whole = likeness(targets, codes, draws=0).icc
    if numbers is None or whole <= 0:
        return whole
    place = ranks(np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)) - 0.5
    curve = np.column_stack([np.ones(len(place)), place, place**2, np.isnan(numbers)])
    fitted = curve @ np.linalg.lstsq(curve, targets, rcond=None)[0]
    spread = float(((targets - targets.mean(axis=0)) ** 2).sum())
    bent = float(((fitted - targets.mean(axis=0)) ** 2).sum()) / max(spread, 1e-12)
    return likeness(targets - fitted, codes, draws=0).icc if bent <= AS_NUMBER * whole else 0.0


def _possible(context: Context, name: str) -> bool:
    view = context.view(name)
    if name == context.task.group or view.role == "group":
        return True
    if view.role == "text" and _prose(context, name):
        return False
    if view.type in ("date", "bool") or name == context.task.time or _is_part(name):
        return False
    return view.type == "text" or view.whole


def _prose(context: Context, name: str) -> bool:
    """True for sentences: six words or more on average."""
    _, levels = context.table.select([name]).take(context.index[:2000]).codes(name)
    return sum(len(level.split()) for level in levels) >= 6 * max(len(levels), 1)


def _names_entity(name: str) -> bool:
    """True when the whole name says entity or identifier (``movie_id``, ``Store``; not ``YearsAtCompany``)."""
    parts = [t for t in words.tokens(name) if not t.isdigit()]
    english = bool(parts) and all(t in words.ENTITY or t in words.IDENTIFIER for t in parts)
    return english or words.says(name, frozenset(), words.ENTITY_KO) is not None


def _is_part(name: str) -> bool:
    lists = (
        (words.YEAR, ()), (words.MONTH, ()), (words.DAY, ()), (words.HOUR, ()),
        (frozenset({"age", "week", "weekday", "quarter", "date", "time"}), ("나이", "연령", "요일", "연도", "년도")),
    )  # fmt: skip
    return any(words.says(name, e, k) for e, k in lists)


def _judge(context: Context, name: str) -> Entity | None:
    if not _possible(context, name):
        return None
    view = context.view(name)
    known = view.codes >= 0
    filled = int(known.sum())
    if filled < 20:
        return None
    counts = np.bincount(view.codes[known])
    repeated = counts >= 2
    rows = int(counts[repeated].sum())
    groups = int(repeated.sum())
    if groups < LEAST_GROUPS or rows < max(20, LEAST_REPEATS * filled) or filled < 0.1 * context.sampled:
        return None
    inside = known & repeated[np.maximum(view.codes, 0)]
    panel = _panel(context, name, inside)
    attributes = _attributes(context, name, inside)
    singles = int((counts == 1).sum()) / filled
    named = view.role == "id" or _names_entity(name)
    numeric = view.values is not None
    if name == context.task.group:
        evidence = "declared"
    elif view.role == "group":
        evidence = "role"
    elif panel is not None and not (numeric and view.distinct < 20):
        evidence = "panel"
    elif len(attributes) >= 2 and any(context.view(a).values is not None for a in attributes):
        evidence = "attributes"
    elif singles >= OPEN and (not numeric or named):
        evidence = "open"
    elif named and counts[repeated].mean() >= 2:
        evidence = "name"
    elif counts.max() > LARGEST * filled:
        # A value that is everywhere (nothing gained, nothing lost) is nobody.
        return None
    elif groups >= BALANCED and view.distinct <= 0.5 * filled and _balanced(counts):
        evidence = "balanced"
    elif groups >= MANY and view.distinct <= 0.5 * filled:
        evidence = "many"
    else:
        return None
    return Entity(
        name=name, evidence=evidence, codes=whole_codes(view.codes), groups=groups, repeats=rows / filled,
        largest=int(counts.max()), rows=filled, together=lie_together(view.codes, inside), numeric=numeric and view.role != "group",
        attributes=attributes, panel=panel,
    )  # fmt: skip


def _balanced(counts: Ints) -> bool:
    """True when the values share the rows far more evenly than chance would (lower tail of the dispersion test)."""
    from scipy.stats import chi2

    own = counts[counts > 0]
    mean = float(own.mean())
    dispersion = float(((own - mean) ** 2).sum()) / mean
    return (
        dispersion <= DISPERSION * (len(own) - 1) and float(chi2.cdf(dispersion, len(own) - 1)) <= BALANCED_P
    )


def lie_together(codes: Ints, inside: Bools) -> float:
    """Return how often neighbours in the file are of one entity: 0 as by chance, 1 as often as possible."""
    own = codes[inside]
    sizes = np.bincount(own)
    chance = float(((sizes / len(own)) ** 2).sum())
    most = 1 - int((sizes > 0).sum()) / len(own)
    seen = float(np.mean(own[1:] == own[:-1]))
    return (seen - chance) / (most - chance) if most > chance else 0.0


def _panel(context: Context, name: str, inside: Bools) -> str | None:
    """Return the time column with which this one is a key, or ``None``."""
    own = context.view(name)
    n = int(inside.sum())
    for other in context.candidates:
        view = context.view(other)
        timely = view.type == "date" or (view.whole and _is_part(other))
        if other == name or not timely or view.distinct < 4 or view.distinct * 3 > n:
            continue
        both = inside & (view.codes >= 0)
        if both.sum() < 0.9 * n:
            continue
        key = own.codes[both] * view.distinct + view.codes[both]
        unique = len(np.unique(key)) / int(both.sum())
        share = context.sampled / max(len(context.table), 1)
        full = int(both.sum()) / (own.distinct * view.distinct * share)
        if unique >= 0.99 and full >= PANEL_FULL:
            return other
    return None


def _attributes(context: Context, name: str, inside: Bools) -> tuple[str, ...]:
    """Return columns that have one value per entity and are not just another name of it."""
    own = context.view(name).codes[inside]
    _, group = np.unique(own, return_inverse=True)
    groups = int(group.max()) + 1
    rows = np.flatnonzero(inside)[np.argsort(group, kind="stable")]
    ordered = np.sort(group)
    neighbours = ordered[1:] == ordered[:-1]
    found = []
    for other in context.candidates:
        if other == name:
            continue
        view = context.view(other)
        beside = view.codes[rows]
        # A row unlike most of its entity differs from two neighbours at most.
        if ((beside[1:] != beside[:-1]) & neighbours).sum() > 2 * (1 - FIXED) * len(rows) + 1:
            continue
        codes = view.codes[inside] + 1
        width = int(codes.max()) + 1
        common = np.bincount(codes, minlength=width).max() / len(codes)
        if common > 0.95:
            continue
        pair, size = np.unique(group * width + codes, return_counts=True)
        most = np.zeros(groups, dtype=np.int64)
        np.maximum.at(most, pair // width, size)
        levels = len(np.unique(codes))
        renaming = levels >= 0.9 * groups and len(pair) <= 1.1 * groups and context.view(name).values is None
        if most.sum() / len(codes) >= FIXED and not renaming and len(codes) >= 2 * groups:
            found.append(other)
    return tuple(found)
