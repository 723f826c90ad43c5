"""Draw rows that look like the data and are nobody's: column by column, from the contract.

Numbers come from between the smallest and largest value, levels from those that at least five rows share,
texts from frequencies of characters, personal columns from thin air. Columns are drawn independently, so
what a row combines never happened together; should it have, by chance, the row is drawn again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.core.contract import ColumnContract
from lowtide.models.dates import write_date
from lowtide.tables.dates import parse_date
from lowtide.tables.personal import personal_kinds
from lowtide.tables.table import Table

if TYPE_CHECKING:
    import pyarrow as pa

ROWS = 48
SHARED = 5  # rows that must share a level or a character before it may appear
UNSEEN = "lowtide unseen level"
ATTEMPTS = 50
TEXTS = 2000
SYLLABLES = ("ka", "lo", "mi", "nu", "ra", "se", "ti", "vo")
EPOCH = datetime(1970, 1, 1)


def draw(table: Table, needed: Sequence[str], seed: int, rows: int = ROWS) -> pa.Table:
    """Return up to ``rows`` generated rows of the columns ``needed``, none equal to a row of ``table``.

    The last quarter has values outside the range, levels never seen, and missing values. Rows for which
    no combination off the record can be found (tables of very few distinct rows) are left out.
    """
    import pyarrow as pa

    if not needed:
        return pa.table({})
    columns = [_Column(table, name, personal_kinds(table.contract.guesses).get(name)) for name in needed]
    real = set(_keys(table, needed))
    kept: list[pa.Table] = []
    wanted = np.arange(rows)
    for attempt in range(ATTEMPTS):
        if not len(wanted):
            break
        drawn = pa.table(
            {
                column.name: pa.array(
                    column.draw(wanted, rows, np.random.default_rng([seed, place, attempt, 7])),
                    type=table.data.schema.field(column.name).type,
                )
                for place, column in enumerate(columns)
            }
        )
        fresh = np.asarray([key not in real for key in _keys_of(drawn, table, needed)], dtype=bool)
        kept.append(drawn.filter(pa.array(fresh)))
        wanted = wanted[~fresh]
    return pa.concat_tables(kept).combine_chunks()


def _keys(table: Table, needed: Sequence[str]) -> list[int]:
    from lowtide.tables.hashing import row_keys

    return [int(key) for key in row_keys(table, list(needed))]


def _keys_of(rows: pa.Table, like: Table, needed: Sequence[str]) -> list[int]:
    return _keys(Table(rows, like.contract, np.arange(1, rows.num_rows + 1), rows.num_rows), needed)


class _Column:
    """Draws values of one column."""

    def __init__(self, table: Table, name: str, personal: str | None) -> None:
        self.name, self.contract, self.personal = name, table.column(name), personal
        self.share_missing = min(float(np.mean(table.missing(name))) if len(table) else 0.0, 0.5)
        self.maker = _maker(table, self.contract, personal)

    def draw(self, place: Any, rows: int, rng: np.random.Generator) -> list[Any]:
        """Draw values for the rows at ``place`` among ``rows``; the last quarter is odd."""
        odd = place >= rows - rows // 4
        values = [self.maker.odd(rng) if strange else self.maker.usual(rng) for strange in odd]
        missing = rng.random(len(place)) < np.where(odd, 0.3, self.share_missing)
        return [None if gone else value for gone, value in zip(missing, values, strict=True)]


class _Numbers:
    def __init__(self, table: Table, column: ColumnContract) -> None:
        values = table.numbers(column.name)
        values = values[np.isfinite(values)]
        # Not the extremes themselves: they may be one person's.
        self.low, self.high = (
            (float(np.quantile(values, 0.02)), float(np.quantile(values, 0.98)))
            if len(values)
            else (0.0, 1.0)
        )
        self.whole = column.integer

    def usual(self, rng: np.random.Generator) -> float:
        return self._tidy(rng.uniform(self.low, self.high))

    def odd(self, rng: np.random.Generator) -> float:
        span = (self.high - self.low) or max(abs(self.high), 1.0)
        side = rng.choice((-1.0, 1.0))
        middle = self.low + (self.high - self.low) / 2
        return self._tidy(middle + side * span * rng.uniform(0.6, 3.0))

    def _tidy(self, value: float) -> float:
        if not np.isfinite(value):
            return self.low
        return (float(np.round(value)) if self.whole else float(f"{value:.6g}")) + 0.0  # no -0.0


class _Dates:
    def __init__(self, table: Table, column: ColumnContract) -> None:
        days = table.numbers(column.name)
        days = days[np.isfinite(days)]
        self.low, self.high = (float(days.min()), float(days.max())) if len(days) else (18000.0, 18365.0)
        self.whole = bool(np.all(days == np.floor(days)))
        self.form = column.date_format

    def usual(self, rng: np.random.Generator) -> datetime | None:
        return self._moment(rng.uniform(self.low, self.high))

    def odd(self, rng: np.random.Generator) -> datetime | None:
        return self._moment(self.high + rng.uniform(1.0, 400.0))

    def _moment(self, day: float) -> datetime | None:
        """Return the moment as far as the column's format can write it."""
        moment = EPOCH + timedelta(seconds=int(day) * 86_400 if self.whole else int(day * 86_400))
        return moment if self.form is None else parse_date(write_date(moment, self.form), self.form)


class _Truths:
    def usual(self, rng: np.random.Generator) -> bool:
        return bool(rng.random() < 0.5)

    odd = usual


class _Levels:
    def __init__(self, table: Table, column: ColumnContract) -> None:
        codes, levels = table.codes(column.name)
        counts = np.bincount(codes[codes >= 0], minlength=len(levels))
        self.levels = [level for level, rows in zip(levels, counts, strict=True) if rows >= SHARED] or [
            UNSEEN
        ]

    def usual(self, rng: np.random.Generator) -> str:
        return self.levels[int(rng.integers(len(self.levels)))]

    def odd(self, rng: np.random.Generator) -> str:
        return f"{UNSEEN} {int(rng.integers(100))}"


class _Texts:
    """Texts of the usual length made of characters drawn alone, by frequency; never a text that occurs."""

    def __init__(self, table: Table, column: ColumnContract) -> None:
        texts = [t for t in table.data.column(column.name).slice(0, TEXTS).to_pylist() if t]
        self.real = set(texts)
        rows = Counter(c for t in texts for c in sorted(set(t)))
        total = Counter(c for t in texts for c in t)
        shared = sorted(c for c, n in rows.items() if n >= SHARED and c.isprintable() and not c.isdigit())
        self.letters = shared or ["a", "b", " "]
        weight = np.asarray([total.get(c, 1) for c in self.letters], dtype=np.float64)
        self.chance = weight / weight.sum()
        lengths = [len(t) for t in texts] or [10]
        self.lengths = (int(np.quantile(lengths, 0.1)), int(np.quantile(lengths, 0.9)))

    def usual(self, rng: np.random.Generator) -> str:
        while True:
            low, high = max(3, min(self.lengths[0], 300)), max(6, min(self.lengths[1], 300))
            picked = rng.choice(len(self.letters), size=int(rng.integers(low, high + 1)), p=self.chance)
            text = "".join(self.letters[i] for i in picked).strip()
            if text and text not in self.real:
                return text

    def odd(self, rng: np.random.Generator) -> str:
        return f"{self.usual(rng)} {UNSEEN}"


class _Personal:
    """Values of the form of personal data that belong to nobody."""

    def __init__(self, kind: str) -> None:
        self.kind = kind

    def usual(self, rng: np.random.Generator) -> str:
        word = "".join(SYLLABLES[int(i)] for i in rng.integers(0, len(SYLLABLES), 3))
        number = "".join(str(int(i)) for i in rng.integers(0, 10, 4))
        match self.kind:
            case "email":
                return f"{word}@example.com"
            case "phone":
                return f"000-0000-{number}"
            case "resident_number" | "card" | "account":
                return f"000000-000{number}"
            case "address":
                return f"{word.title()} {int(number) % 100}"
            case _:
                return word.title()

    odd = usual


def _maker(table: Table, column: ColumnContract, personal: str | None) -> Any:
    if column.type == "number":
        return _Numbers(table, column)
    if column.type == "date":
        return _Dates(table, column)
    if column.type == "bool":
        return _Truths()
    if personal is not None:
        return _Personal(personal)
    return _Texts(table, column) if column.role == "text" else _Levels(table, column)
