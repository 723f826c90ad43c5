"""What each column is to a model, decided on its content; its name only supports."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.core.contract import ColumnContract, Guess, Role
from lowtide.core.finding import Fact
from lowtide.tables import role_words
from lowtide.tables.blanks import spread, trim
from lowtide.tables.ordinal import order
from lowtide.tables.table import Floats, Ints

if TYPE_CHECKING:
    import pyarrow as pa

LEVELS = 1000
_SAMPLE = 1000
_HANGUL = re.compile(r"[가-힣]")
_HEXES = re.compile(r"[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{4,}){0,4}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2})?")
_DIGITS = re.compile(r"[0-9]+")
_LETTERS = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Decision:
    """A role with its evidence, and the order of the levels where the column has one."""

    role: Role
    evidence: str
    sure: float
    facts: dict[str, str | int | float | bool | None]
    ordered: tuple[str, ...] = ()

    def guess(self, name: str) -> Guess:
        return Guess(
            what="role",
            value=self.role,
            evidence=self.evidence,
            facts=self.facts,
            column=name,
            sure=self.sure,
        )


@dataclass(frozen=True)
class Look:
    """A canonical column with the counts that the rules need.

    Attributes
    ----------
    rows : rows of the table; ``filled`` of them have a value.
    values : distinct values, numbers sorted, texts in order of first appearance.
    counts : rows of each.
    """

    name: str
    type: str
    rows: int
    filled: int
    integer: bool
    values: list[str] | Floats
    counts: Ints
    personal: str | None = None

    @classmethod
    def of(cls, contract: ColumnContract, array: pa.Array, personal: str | None) -> Look:
        """Count the values of a column."""
        import pyarrow as pa
        import pyarrow.compute as pc

        filled = len(array) - array.null_count
        if pa.types.is_floating(array.type):
            values, counts = np.unique(array.drop_null().to_numpy(zero_copy_only=False), return_counts=True)
            shown: list[str] | Floats = values
        elif pa.types.is_string(array.type):
            counted = pc.value_counts(array.drop_null())
            shown = counted.field("values").to_pylist()
            counts = np.asarray(counted.field("counts").to_numpy(zero_copy_only=False))
        else:
            counted = pc.value_counts(array.drop_null().cast(pa.int64()))
            shown = np.asarray(counted.field("values").to_numpy(zero_copy_only=False), dtype=np.float64)
            counts = np.asarray(counted.field("counts").to_numpy(zero_copy_only=False))
        return cls(
            contract.name, contract.type, len(array), filled, contract.integer, shown,
            np.asarray(counts, dtype=np.int64), personal,
        )  # fmt: skip

    @property
    def distinct(self) -> int:
        return len(self.values)

    @property
    def share(self) -> float:
        """Distinct values per row that has one."""
        return self.distinct / self.filled if self.filled else 0.0

    @cached_property
    def sample(self) -> list[str]:
        """Up to a thousand distinct texts, trimmed, evenly spaced over the column."""
        return [trim(str(self.values[i])) for i in spread(np.arange(self.distinct), _SAMPLE)]

    def basics(self, **more: Fact) -> dict[str, str | int | float | bool | None]:
        facts: dict[str, str | int | float | bool | None] = {"distinct": self.distinct, "rows": self.filled}
        for key, value in more.items():
            if value is None or isinstance(value, str | int | float | bool):
                facts[key] = round(value, 4) if isinstance(value, float) else value
        return facts


def decide(look: Look) -> Decision:
    """Decide the role of a column."""
    if look.filled == 0:
        return Decision("ignore", "empty", 1.0, look.basics())
    if look.distinct == 1 and look.filled == look.rows:
        return Decision("ignore", "constant", 1.0, look.basics())
    if look.distinct == 1:
        if look.type == "number":
            return Decision("number", "filled_or_not", 0.7, look.basics(missing=look.rows - look.filled))
        role: Role = "date" if look.type == "date" else "category"
        return Decision(role, "filled_or_not", 0.7, look.basics(missing=look.rows - look.filled))
    match look.type:
        case "bool":
            return Decision("category", "true_false", 1.0, look.basics())
        case "date":
            return Decision("date", "dates", 1.0, look.basics())
        case "number":
            return _number(look)
        case _:
            return _text(look)


def _number(look: Look) -> Decision:
    values = look.values
    assert isinstance(values, np.ndarray)
    low, high = float(values[0]), float(values[-1])
    if not look.integer:
        return Decision("number", "amounts", 1.0, look.basics())
    if look.personal is not None:
        role: Role = "id" if look.share >= 0.98 else "group"
        return Decision(role, "personal_number", 0.8, look.basics())
    named = role_words.names_id(look.name)
    facts = look.basics(low=low, high=high, named=named)
    if look.filled >= 20 and look.share == 1.0:
        # A few numbers may be missing where rows were deleted.
        if high - low <= 1.01 * look.filled and low in (0.0, 1.0):
            return Decision("id", "row_numbers", 0.95, facts)
        if named:
            return Decision("id", "all_different_and_named", 0.95, facts)
    width = len({len(str(int(abs(v)))) for v in (low, high)})
    long = low >= 1e6 and width == 1
    if look.filled >= 100 and look.share >= 0.98 and long and not _round(values):
        return Decision("id", "long_codes", 0.6 if not named else 0.9, facts)
    if look.share < 1.0 and look.distinct >= 10 and look.filled >= 2 * look.distinct:
        if role_words.strong_id(look.name) and look.distinct >= 20:
            return Decision("group", "named_and_repeats", 0.85, facts)
        if role_words.strong_id(look.name) or role_words.names_entity(look.name):
            return Decision("group", "named_and_repeats", 0.75, facts)
    if named and role_words.strong_id(look.name) and look.filled >= 20:
        if look.share >= 0.98:
            return Decision("id", "nearly_all_different_and_named", 0.85, facts)
        if look.distinct >= 20:
            return Decision("group", "named_and_repeats", 0.8, facts)
        return Decision("category", "few_codes", 0.6, facts)
    without_gaps = 3 <= look.distinct <= 11 and low >= 0 and high <= 10 and high - low == look.distinct - 1
    if without_gaps and role_words.names_scale(look.name):
        return Decision("ordinal", "small_scale_and_named", 0.8, facts)
    if look.distinct == 2:
        return Decision("number", "two_values", 0.9, facts)
    return Decision("number", "whole_numbers", 0.8 if look.distinct <= 20 else 0.9, facts)


def _round(values: Floats) -> bool:
    """True when most values end in zeros, as amounts do and codes do not."""
    return bool(np.mean(values % 100 == 0) > 0.2)


def _text(look: Look) -> Decision:
    sample = look.sample
    length = float(np.mean([len(t) for t in sample]))
    words = float(np.mean([len(t.split()) for t in sample]))
    hangul = float(np.mean([_HANGUL.search(t) is not None for t in sample]))
    facts = look.basics(words=words, length=length)
    key = ":" not in sample[0] and _key_like(sample)
    named = role_words.names_id(look.name)
    if look.personal not in (None, "name", "address"):
        role: Role = "id" if look.share >= 0.98 else "group" if look.distinct >= 20 else "category"
        return Decision(role, "personal_text", 0.8, facts | {"personal": look.personal})
    if look.filled >= 20 and look.share >= 0.98 and (key or (named and words < 2)):
        return Decision("id", "all_different_codes" if key else "all_different_and_named", 0.9, facts)
    if float(np.mean([_CLOCK.fullmatch(t) is not None for t in sample])) >= 0.99:
        if look.distinct <= LEVELS:
            times = sorted((str(v) for v in look.values), key=lambda v: trim(v).rjust(12, "0"))
            return Decision("ordinal", "times_of_day", 0.6, facts, tuple(times))
        return Decision("category", "times_of_day", 0.5, facts)
    ordered = order(sample) if look.distinct <= 30 else None
    if ordered is not None:
        facts = facts | {"order": " < ".join(ordered)[:200]}
        raw = {trim(str(v)): str(v) for v in look.values}
        return Decision("ordinal", "known_scale", 0.8, facts, tuple(raw[v] for v in ordered))
    coded = key or (named and words < 1.5 and _codes(sample))
    if coded and look.distinct >= 20 and look.share < 0.98 and look.filled >= 1.1 * look.distinct:
        return Decision("group", "codes_repeat", 0.8 if named and key else 0.7, facts)
    if _free(look, words, length, hangul):
        return Decision("text", "free_text", 0.9 if words >= 4 or length >= 30 else 0.6, facts)
    if look.filled >= 20 and look.share >= 0.98:
        if words >= 1.5:
            return Decision("text", "all_different_words", 0.5, facts)
        return Decision("id", "all_different", 0.5, facts)
    sure = 0.95 if look.distinct <= 50 else 0.7 if look.share < 0.2 else 0.5
    return Decision("category", "few_texts" if look.distinct <= 50 else "many_texts", sure, facts)


def _free(look: Look, words: float, length: float, hangul: float) -> bool:
    """True for sentences, titles and open answers; Korean packs more into fewer words, so letters count."""
    if look.distinct < 20:
        return False
    long = words >= 4 or length >= 30 or (hangul >= 0.5 and length >= 12)
    if long:
        return look.share >= 0.3 or (look.distinct >= 200 and length >= 60)
    some = words >= 1.7 or (hangul >= 0.5 and length >= 7)
    return some and look.share >= 0.5 and look.distinct >= 100


def _shape(text: str) -> str:
    return _LETTERS.sub("A", _DIGITS.sub("9", text))


def _codes(sample: Sequence[str]) -> bool:
    """True when most texts are one word with a digit in it."""
    return float(np.mean([" " not in t and any(c.isdigit() for c in t) for t in sample])) >= 0.9


def _key_like(sample: Sequence[str]) -> bool:
    """True for codes of one make: hashes, ``C2483``, ``jtezu11f88k007763``, ``060310``."""
    if not _codes(sample) or float(np.mean([_HANGUL.search(t) is not None for t in sample])) > 0.05:
        return False
    if float(np.mean([_HEXES.fullmatch(t) is not None for t in sample])) >= 0.95:
        return True
    digits = float(np.mean([sum(c.isdigit() for c in t) for t in sample]))
    widths = np.asarray([len(t) for t in sample])
    same = float(np.mean(widths == np.bincount(widths).argmax()))
    shapes: dict[str, int] = {}
    for text in sample:
        shape = _shape(text)
        shapes[shape] = shapes.get(shape, 0) + 1
    return digits >= 3 and (max(shapes.values()) >= 0.9 * len(sample) or same >= 0.9)


def levels_of(look: Look, decision: Decision) -> tuple[str, ...]:
    """Return the levels for the contract: scale order for ordinals, else the most frequent first.

    Personal texts have none: the contract is shipped.
    """
    if look.personal is not None or decision.role not in ("category", "ordinal"):
        return ()
    if decision.ordered:
        return decision.ordered
    from lowtide.tables.cells import text_of

    if look.type == "bool":
        shown = ["true" if v else "false" for v in look.values]
    elif look.type == "number":
        shown = [text_of(float(v)) or "" for v in look.values]
        if decision.role == "ordinal":
            return tuple(shown[:LEVELS])
    else:
        shown = [str(v) for v in look.values]
    frequent: npt.NDArray[np.int64] = np.lexsort((np.asarray(shown, dtype=object).astype(str), -look.counts))
    return tuple(shown[i] for i in frequent[:LEVELS])
