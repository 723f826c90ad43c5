"""Cells as hashes, exact or normalised, and how many equal rows honest chance explains."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.hashing import column_keys
from lowtide.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

Keys = npt.NDArray[np.uint64]

DIGITS = 6
MOST_DECIMALS = 6
BASELINE_ROWS = 100_000
ONE_COLUMN = 0.8
_PIVOTS = 5
_OTHERS = 10
_NOTHING = np.uint64(0xA0761D6478BD642F)


def mix(keys: Keys) -> Keys:
    """Spread every bit over all bits (finaliser of SplitMix64; Steele, Lea, Flood 2014)."""
    with np.errstate(over="ignore"):
        keys = (keys ^ (keys >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        keys = (keys ^ (keys >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return keys ^ (keys >> np.uint64(31))


def exact_cells(table: Table, names: Sequence[str]) -> Keys:
    """Return hashes (n, p) of the cells as they are."""
    out = np.empty((len(table), len(names)), dtype=np.uint64)
    for j, name in enumerate(names):
        out[:, j] = _salted(column_keys(table.data.column(name).combine_chunks()), j)
    return out


def plain_cells(tables: Sequence[Table], names: Sequence[str]) -> list[Keys]:
    """Return hashes (n, p) of the cells of each table after normalising, comparable between the tables.

    Texts lose case, width and blanks around and between (Unicode NFKC, casefold); texts that are numbers,
    truths or dates become them; fractions keep six digits, and no more decimals than the table that has the fewest.
    """
    out = [np.empty((len(t), len(names)), dtype=np.uint64) for t in tables]
    for j, name in enumerate(names):
        made = [_plain(t, name) for t in tables]
        places = min(_decimals(values[~np.isnan(values)]) for values, _, _ in made)
        for keys, (values, days, texts) in zip(out, made, strict=True):
            own = np.where(np.isnan(values), texts, _number_keys(values, places))
            seconds = np.round(np.where(np.isnan(days), 0.0, days) * 86_400.0) + 0.0
            keys[:, j] = _salted(np.where(np.isnan(days), own, mix(seconds.view(np.uint64))), j)
    return out


def row_sums(cells: Keys) -> Keys:
    """Return one key per row: a sum, so that a column can be taken out again."""
    with np.errstate(over="ignore"):
        return np.asarray(cells.sum(axis=1, dtype=np.uint64), dtype=np.uint64)


def repeated(keys: Keys) -> Bools:
    """Return which keys (n,) are there more than once."""
    ordered = np.sort(keys)
    again = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if len(again) == 0:
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(again, keys), len(again) - 1)
    return np.asarray(again[place] == keys)


def equal_pairs(keys: Keys) -> int:
    """Return how many pairs of rows have equal keys."""
    ordered = np.sort(keys)
    cuts = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))
    size = np.diff(cuts).astype(np.float64)
    return int((size * (size - 1) / 2).sum())


def natural_share(cells: Keys, seed: int, ranks: Ints | None = None) -> float:
    """Return the share (0 to 1) of equal pairs of rows that chance explains, whatever binds the columns together.

    Shuffling each column would be too severe on tables whose columns go together. So equal rows are judged by
    almost equal ones. For a column j: pairs of rows that differ in j only (N1), and how often a pair agrees in j
    that agrees in everything else but for one further column k (a). Rows that arose by themselves then agree in all
    columns N1 a / (1 - a) times; copies add to that and to nothing else. In a number, equal values are moreover half as
    frequent as neighbouring ones, among rows that agree in everything else. Several columns j are asked, and the
    one that explains most is believed.

    Parameters
    ----------
    ranks : (n, p) see `ranks_of`.
    """
    n, p = cells.shape
    if n > BASELINE_ROWS:
        few = np.sort(np.random.default_rng([seed, 1011]).choice(n, BASELINE_ROWS, replace=False))
        cells, ranks = cells[few], None if ranks is None else ranks[few]
    total = row_sums(cells)
    same = equal_pairs(total)
    if same == 0:
        return 1.0
    if p < 2:
        # One column has no others to be judged by: long texts do not repeat by chance, short values do.
        return float(np.unique(total).size < ONE_COLUMN * len(total))
    with np.errstate(over="ignore"):
        one = np.asarray([equal_pairs(total - cells[:, j]) - same for j in range(p)], dtype=np.float64)
        order = np.argsort(-one, kind="stable")
        best = 0.0
        for j in order[:_PIVOTS]:
            if one[j] == 0:
                break
            others = [k for k in order if k != j][:_OTHERS]
            near = sum(one[k] for k in others)
            both = sum(
                max(equal_pairs(total - cells[:, j] - cells[:, k]) - same - one[j] - one[k], 0.0) for k in others
            )  # fmt: skip
            rate = near / (near + both) if near + both > 0 else 0.0
            best = max(best, one[j] * rate / max(1.0 - rate, 1e-9))
            if ranks is not None and ranks[:, j].max(initial=-1) > 0:
                best = max(best, 0.5 * _neighbouring(total - cells[:, j], ranks[:, j], same))
    return float(min(best / same, 1.0))


def _neighbouring(rest: Keys, rank: Ints, same: int) -> int:
    """Return pairs of rows that agree in the rest, and in one column have values next to each other.

    Bins of two ranks, with both offsets, hold each such pair once and each pair of equal values twice.
    """
    with np.errstate(over="ignore"):
        pairs = sum(equal_pairs(rest + mix(((rank + off) // 2).astype(np.uint64))) for off in (0, 1))
    return max(pairs - 2 * same, 0)


def ranks_of(tables: Sequence[Table], names: Sequence[str]) -> Ints:
    """Return the rank (n, p) of each number among the distinct ones of its column, over all tables; -1: none."""
    out = np.full((sum(len(t) for t in tables), len(names)), -1, dtype=np.int64)
    for j, name in enumerate(names):
        values = np.concatenate([numbers_of(t, name) for t in tables])
        known = np.isfinite(values)
        out[known, j] = np.unique(values[known], return_inverse=True)[1]
    return out


def groups_of(keys: Keys) -> tuple[Ints, Ints]:
    """Return the group (n,) of each row, equal keys together, and the size of each group."""
    _, group, size = np.unique(keys, return_inverse=True, return_counts=True)
    return group.astype(np.int64), size.astype(np.int64)


def numbers_of(table: Table, name: str) -> Floats:
    """Return a column as numbers whatever its type: texts that are numbers, dates as days; NaN elsewhere."""
    if table.column(name).type == "number":
        return table.numbers(name)
    values, days, _ = _plain(table, name, keyed=False)
    return np.where(np.isnan(values), days, values)


def _salted(keys: Keys, j: int) -> Keys:
    with np.errstate(over="ignore"):
        return mix(keys + np.uint64(j + 1) * np.uint64(0x9E3779B97F4A7C15))


def _plain(table: Table, name: str, *, keyed: bool = True) -> tuple[Floats, Floats, Keys]:
    """Return numbers (n,), days (n,), both NaN for what is none, and hashes (n,) of the texts or of "missing"."""
    kind = table.column(name).type
    if kind != "text":
        values = table.numbers(name)
        nothing = np.full(len(values), np.nan)
        none = np.full(len(values), _NOTHING)
        return (nothing, values, none) if kind == "date" else (values, nothing, none)
    import pyarrow as pa
    import pyarrow.compute as pc

    array = table.data.column(name).combine_chunks()
    encoded = pc.dictionary_encode(array if pa.types.is_string(array.type) else array.cast(pa.string()))
    codes = np.asarray(
        encoded.indices.fill_null(len(encoded.dictionary)).to_numpy(zero_copy_only=False), dtype=np.int64
    )
    plain = _plain_texts(encoded.dictionary)
    levels = len(plain)
    value, days = np.full(levels + 1, np.nan), np.full(levels + 1, np.nan)
    keys = np.full(levels + 1, _NOTHING)
    if levels:
        # Numbers and dates begin with a digit of some script, a sign or a point; truths are two words.
        told = pc.match_substring_regex(plain, r"^(?:[-+.]|\p{N}|true$|false$)").fill_null(False)
        for i in np.flatnonzero(np.asarray(told.to_numpy(zero_copy_only=False), dtype=bool)):
            text = plain[int(i)].as_py()
            value[i], days[i] = number_in(text), days_in(text)
    if levels and keyed:
        nothing = np.asarray(plain.is_null().to_numpy(zero_copy_only=False), dtype=bool)
        keys[:-1] = np.where(nothing, _NOTHING, column_keys(plain))
    return value[codes], np.where(np.isnan(value), days, np.nan)[codes], keys[codes]


def _plain_texts(levels: pa.Array) -> pa.Array:
    """Return `plain_text` of each level: all at once where it is ASCII with single blanks."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if len(levels) == 0:
        return levels
    # Two blanks, a blank at an end, any other blank or control character; and what is not ASCII.
    odd = pc.or_(
        pc.invert(pc.string_is_ascii(levels)),
        pc.match_substring_regex(levels, r"^$|^ | $|  |[\x00-\x1f\x7f]"),
    )
    lower = pc.ascii_lower(levels)
    if not pc.any(odd).as_py():
        return lower
    each = pa.array([plain_text(t) for t in levels.filter(odd).to_pylist()], type=pa.string())
    return pc.replace_with_mask(lower, odd, each)


def plain_text(text: str) -> str | None:
    """Return a text without what spelling adds to it; ``None`` when nothing is left."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()) or None


def number_in(text: str) -> float:
    """Return the number or truth that a normalised text states; NaN when none."""
    if text in ("true", "false"):
        return float(text == "true")
    if text[0] not in "+-.0123456789" or "_" in text:
        return float("nan")
    try:
        value = float(text.replace(",", ""))
    except ValueError:
        return float("nan")
    return value if np.isfinite(value) else float("nan")


def days_in(text: str) -> float:
    """Return the days since 1970 of a date that begins with its year; NaN when the text is none."""
    if len(text) < 8 or not text[:4].isdigit() or text.isdigit():
        return float("nan")
    try:
        when = datetime.fromisoformat(text.replace("/", "-").replace(".", "-", 2))
    except ValueError:
        return float("nan")
    return when.replace(tzinfo=when.tzinfo or UTC).timestamp() / 86_400.0


def _decimals(values: Floats) -> int:
    """Return how many decimals the values have (at most six)."""
    few = values[np.isfinite(values)][:2000]
    for places in range(MOST_DECIMALS):
        if np.allclose(few, np.round(few, places), rtol=1e-7, atol=1e-9):
            return places
    return MOST_DECIMALS


def _number_keys(values: Floats, places: int) -> Keys:
    """Return hashes of numbers: fractions with six digits and so many decimals at most, whole numbers as they are."""
    if places == 0:
        # Whole numbers: nothing to round away.
        with np.errstate(all="ignore"):
            known = np.isfinite(values) & (values != 0)
            whole = np.where(known, np.floor(values + 0.5 + 1e-7), np.where(values == 0, 0.0, values)) + 0.0
            return mix(whole.view(np.uint64) + mix(np.zeros(1).view(np.uint64)) + np.uint64(7))
    known = np.isfinite(values) & (values != 0)
    magnitude = np.zeros(len(values))
    magnitude[known] = np.floor(np.log10(np.abs(values[known])))
    keep = np.clip(DIGITS - 1 - magnitude, 0, places if places < MOST_DECIMALS else 300)
    # Halves go the same way on both sides, whatever the last bit of the product is.
    with np.errstate(all="ignore"):
        scaled = np.where(known, values * 10.0**keep, 0.0)
        whole = np.where(known, np.floor(scaled + 0.5 + 1e-7), np.where(values == 0, 0.0, values))
    exponent = np.where(known & (whole != 0), keep, 0.0)
    bits = (whole + 0.0).view(np.uint64)
    with np.errstate(over="ignore"):
        return mix(bits + mix((exponent + 0.0).view(np.uint64)) + np.uint64(7))
