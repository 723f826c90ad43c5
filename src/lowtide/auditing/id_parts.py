"""Parts of identifier strings that repeat: the subject in ``rec_S07_03``, the ward in ``A12-0007``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.stats.association import Ints

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

LEAST_GROUPS = 5
MOST_SHARE = 0.5
UNIQUE = 0.5
SAME_SHAPE = 0.9
LETTERS_ONLY_GROUPS = 20
MOST_PARTS = 8
TRIED = 6

_DATE = re.compile(
    r"(19|20)[0-9]{2}([-/.])[0-9]{1,2}\2[0-9]{1,2}|[0-9]{1,2}([-/.])[0-9]{1,2}\3(19|20)[0-9]{2}"
)
_RUNS = re.compile(r"[0-9]+|[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an identifier as a key.

    Attributes
    ----------
    column : the column it was cut from.
    how : ``part`` (one run of letters or digits), ``prefix`` (all runs up to one) or ``digits`` (a number
        without its last digits).
    place : which run, counted from 1 at the left, or how many last digits are left out.
    codes : (n,) key per sampled row, -1 unknown.
    groups : number of keys.
    """

    column: str
    how: str
    place: int
    codes: Ints
    groups: int


def id_parts(context: Context) -> list[Part]:
    """Return parts of nearly unique columns that repeat, with the structure of an entity's number."""
    found: list[Part] = []
    for name in context.candidates:
        view = context.view(name)
        filled = int((~view.missing).sum())
        if filled < 20 or filled < 0.5 * context.sampled or view.distinct < UNIQUE * filled:
            continue
        if view.values is None:
            found.extend(_of_text(context, name))
        elif view.whole and view.type == "number" and view.distinct >= 0.9 * filled:
            found.extend(_of_number(name, view.values))
    return found


def _of_text(context: Context, name: str) -> list[Part]:
    codes, levels = context.levels(name)
    used = np.unique(codes[codes >= 0])
    runs = {int(c): _RUNS.findall(levels[int(c)]) for c in used}
    if sum(len(level.split()) for level in (levels[int(c)] for c in used)) >= 4 * len(used):
        return []
    if sum(_DATE.match(levels[int(c)]) is not None for c in used) >= SAME_SHAPE * len(used):
        return []
    # Most identifiers of one column have the same number of runs; whatever has another has no key.
    lengths = np.bincount([len(r) for r in runs.values()])
    usual = int(lengths.argmax())
    if usual < 2 or usual > MOST_PARTS or lengths[usual] < SAME_SHAPE * len(used):
        return []
    keyed = {c: r for c, r in runs.items() if len(r) == usual}
    out: list[Part] = []
    for place in range(usual):
        single = {c: r[place] for c, r in keyed.items()}
        digits = all(t.isdigit() for t in single.values())
        out.extend(
            _key(name, "part", place + 1, single, codes, LEAST_GROUPS if digits else LETTERS_ONLY_GROUPS)
        )
        if 0 < place < usual - 1:
            whole = {c: "\x1f".join(r[: place + 1]) for c, r in keyed.items()}
            out.extend(
                _key(name, "prefix", place + 1, whole, codes, LEAST_GROUPS if digits else LETTERS_ONLY_GROUPS)
            )
    return _distinct(out)


def _key(name: str, how: str, place: int, texts: dict[int, str], codes: Ints, least: int) -> list[Part]:
    """Return the key made of one text per level, when it repeats and has enough values."""
    labels = {t: i for i, t in enumerate(sorted(set(texts.values())))}
    table = np.full(int(codes.max()) + 2, -1, dtype=np.int64)
    for code, text in texts.items():
        table[code] = labels[text]
    own = table[codes]
    known = own >= 0
    if not least <= len(labels) <= MOST_SHARE * known.sum():
        return []
    return [Part(name, how, place, own, len(labels))]


def _of_number(name: str, values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Part]:
    """Return numbers without their last digits where those are a small counter that starts again and again.

    A running number uses all its last digits; subject times 100 plus visit uses only the first few.
    """
    known = ~np.isnan(values)
    whole = np.abs(values[known]).astype(np.int64)
    found: list[Part] = []
    for digits in range(1, 7):
        base = 10**digits
        rest, key = whole % base, whole // base
        kinds = np.unique(rest)
        groups = len(np.unique(key))
        counter = len(kinds) <= 0.5 * base and kinds[0] <= 1 and int(kinds[-1]) <= 0.5 * base
        if not counter or not LEAST_GROUPS <= groups <= MOST_SHARE * len(whole) or len(kinds) < 2:
            continue
        codes = np.full(len(values), -1, dtype=np.int64)
        codes[known] = np.unique(key, return_inverse=True)[1]
        found.append(Part(name, "digits", digits, codes, groups))
    return _distinct(found)


def _distinct(parts: list[Part]) -> list[Part]:
    """Leave out keys that group the rows just as an earlier one does."""
    kept: list[Part] = []
    for part in parts:
        if not any(same_groups(part.codes, other.codes) for other in kept):
            kept.append(part)
    return kept[:TRIED]


def same_groups(left: Ints, right: Ints) -> bool:
    """True when two keys group the rows (nearly) alike."""
    both = (left >= 0) & (right >= 0)
    if not both.any():
        return False
    a, b = left[both], right[both]
    pairs = len(np.unique(a * (int(b.max()) + 1) + b))
    return pairs <= 1.02 * min(len(np.unique(a)), len(np.unique(b)))


def inside(fine: Ints, coarse: Ints) -> bool:
    """True when (nearly) every key of ``fine`` lies in one key of ``coarse``: a split by the latter keeps it whole."""
    both = (fine >= 0) & (coarse >= 0)
    if not both.any():
        return False
    a, b = fine[both], coarse[both]
    pairs = len(np.unique(a * (int(b.max()) + 1) + b))
    return pairs <= 1.02 * len(np.unique(a))
