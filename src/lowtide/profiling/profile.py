"""What the columns look like: one pass over each, facts only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.core.contract import ColumnContract
from lowtide.core.result import ColumnFacts
from lowtide.profiling.relation import Outcome, relate
from lowtide.tables.cells import text_of
from lowtide.tables.personal import mask, personal_kinds, scrub
from lowtide.tables.table import Floats, Ints, Table
from lowtide.tables.target import Target

if TYPE_CHECKING:
    import pyarrow as pa

TOP = 5
_LONGEST = 60
_QUANTILES = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
_DAY_US = 86_400_000_000
_UNUSED = ("id", "ignore", "target", "weight")


def profile(table: Table, target: Target | None = None) -> tuple[ColumnFacts, ...]:
    """Describe every column.

    Parameters
    ----------
    table : any typed table.
    target : relates every other column to it, each alone; see `lowtide.profiling.relation`.

    Returns
    -------
    tuple of ColumnFacts
        In table order. ``facts`` has, by type: numbers ``low high mean sd quantiles zeros negatives
        outliers integer``; dates ``first last days``; texts ``top length_mean length_max words_mean``;
        ``missing_share`` always; and, with a target, ``relation`` {measure, value, missing_value, rows}.
        Personal values are masked.
    """
    kinds = personal_kinds(table.contract.guesses)
    outcome = None if target is None else Outcome.of(target)
    out: list[ColumnFacts] = []
    for column in table.contract.columns:
        array = table.data.column(column.name).combine_chunks()
        facts, distinct, examples, codes = _describe(array, column, kinds.get(column.name))
        rows = len(array)
        facts["missing_share"] = round(array.null_count / rows, 6) if rows else 0.0
        if column.name in kinds:
            facts["personal"] = kinds[column.name]
        if (
            outcome is not None
            and target is not None
            and column.name != target.name
            and column.role != "ignore"
        ):
            found = relate(codes, outcome)
            if found is not None:
                facts["relation"] = found
        out.append(
            ColumnFacts(
                name=column.name, role=column.role, type=column.type, missing=int(array.null_count),
                distinct=distinct, used=column.role not in _UNUSED, examples=examples, facts=facts,
            )
        )  # fmt: skip
    return tuple(out)


Described = tuple[dict[str, Any], int, tuple[str, ...], Floats]


def _describe(array: pa.Array, column: ColumnContract, personal: str | None) -> Described:
    """Return facts, the number of distinct values, examples, and the values as numbers or codes (NaN: missing)."""
    if column.type == "number":
        return _number(array, column, personal)
    if column.type == "date":
        return _date(array)
    return _text(array, personal)


def _number(array: pa.Array, column: ColumnContract, personal: str | None) -> Described:
    values = np.asarray(array.to_numpy(zero_copy_only=False), dtype=np.float64)
    known = np.sort(values[~np.isnan(values)])
    if len(known) == 0:
        return {}, 0, (), values
    distinct = 1 + int(np.count_nonzero(np.diff(known)))
    # numpy's quantile with its default method, on values that are sorted already.
    at = np.asarray(_QUANTILES) * (len(known) - 1)
    below = at.astype(np.int64)
    above = np.minimum(below + 1, len(known) - 1)
    quantiles = known[below] + (known[above] - known[below]) * (at - below)
    low_fence, high_fence = _fences(float(quantiles[2]), float(quantiles[4]))
    outside = (
        np.searchsorted(known, low_fence, "left") + len(known) - np.searchsorted(known, high_fence, "right")
    )
    facts: dict[str, Any] = {
        "low": float(known[0]), "high": float(known[-1]), "mean": float(known.mean()), "sd": float(known.std()),
        "quantiles": {f"q{round(100 * q):02d}": float(v) for q, v in zip(_QUANTILES, quantiles, strict=True)},
        "zeros": round(float(np.mean(known == 0)), 6), "negatives": round(float(np.mean(known < 0)), 6),
        "outliers": round(float(outside) / len(known), 6), "integer": column.integer,
    }  # fmt: skip
    shown = known[np.linspace(0, len(known) - 1, TOP).astype(np.int64)]
    texts = list(dict.fromkeys(text_of(float(v)) or "" for v in shown))
    if personal is not None:
        for key in ("low", "high", "quantiles"):
            facts.pop(key)
        texts = list(dict.fromkeys(mask(t, personal) for t in texts))
    return facts, distinct, tuple(texts), values


def _fences(q25: float, q75: float) -> tuple[float, float]:
    """Tukey's outer fences (1977): three times the middle range beyond the quartiles."""
    reach = 3.0 * (q75 - q25)
    # More than half the rows share one value: no spread to measure outliers by.
    return (-np.inf, np.inf) if reach == 0.0 else (q25 - reach, q75 + reach)


def _date(array: pa.Array) -> Described:
    import pyarrow as pa

    micros: Ints = np.asarray(array.cast(pa.int64()).fill_null(0).to_numpy(zero_copy_only=False))
    missing = np.asarray(array.is_null().to_numpy(zero_copy_only=False), dtype=bool)
    known = np.unique(micros[~missing])
    values = np.where(missing, np.nan, micros / _DAY_US)
    if len(known) == 0:
        return {}, 0, (), values
    first, last = (str(np.datetime64(int(known[i]), "us").astype("datetime64[s]")) for i in (0, -1))
    clock = bool(np.any(known % _DAY_US))
    cut = slice(None) if clock else slice(0, 10)
    facts = {
        "first": first[cut],
        "last": last[cut],
        "days": round(float(known[-1] - known[0]) / _DAY_US, 3),
        "clock": clock,
    }
    examples = tuple(str(np.datetime64(int(v), "us").astype("datetime64[s]"))[cut] for v in known[:TOP])
    return facts, len(known), examples, values


def _text(array: pa.Array, personal: str | None) -> Described:
    import pyarrow as pa
    import pyarrow.compute as pc

    encoded = pc.dictionary_encode(array.cast(pa.string()))
    index = np.asarray(encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False), dtype=np.int64)
    levels = encoded.dictionary
    if len(levels) == 0:
        return {}, 0, (), np.full(len(array), np.nan)
    counts = np.bincount(index[index >= 0], minlength=len(levels))
    order = np.argsort(-counts, kind="stable")
    lengths = np.asarray(pc.utf8_length(levels).to_numpy(zero_copy_only=False), dtype=np.float64)
    top = [(_shown(levels[int(i)].as_py(), personal), int(counts[i])) for i in order[:TOP]]
    facts: dict[str, Any] = {
        "top": [{"value": value, "rows": rows} for value, rows in top],
        "length_mean": round(float(np.average(lengths, weights=counts)), 2), "length_max": int(lengths.max()),
    }  # fmt: skip
    if lengths.max() >= 20:
        words = np.asarray(
            pc.count_substring_regex(levels, r"\S+").to_numpy(zero_copy_only=False), dtype=float
        )
        facts["words_mean"] = round(float(np.average(words, weights=counts)), 2)
    if personal is not None:
        # Masked values can fall together; rows of one person would still be told apart by their counts.
        facts.pop("top")
    # Codes by frequency, so that the rare levels share the last bins when levels are many.
    rank = np.empty(len(levels), dtype=np.float64)
    rank[order] = np.arange(len(levels))
    values = np.where(index >= 0, rank[np.maximum(index, 0)], np.nan)
    examples = tuple(dict.fromkeys(value for value, _ in top))
    return facts, len(levels), examples, values


def _shown(text: str, personal: str | None) -> str:
    text = mask(text, personal) if personal is not None else scrub(text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
