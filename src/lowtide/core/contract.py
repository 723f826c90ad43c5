"""The read contract: every guess made while reading, with its evidence."""

from __future__ import annotations

from typing import Literal

import msgspec

ColumnType = Literal["number", "text", "date", "bool"]
Role = Literal["number", "category", "ordinal", "text", "date", "id", "group", "target", "weight", "ignore"]
ROLES: tuple[Role, ...] = (
    "number", "category", "ordinal", "text", "date", "id", "group", "target", "weight", "ignore",
)  # fmt: skip


class Guess(msgspec.Struct, frozen=True, kw_only=True):
    """One decision about how to read.

    Attributes
    ----------
    what : ``encoding``, ``delimiter``, ``header_rows``, ``title_rows``, ``sheet``, ``decimal``,
        ``null_tokens``, ``date_format``, ``type``, ``role``, ``unit`` ...
    value : what was decided, as text.
    evidence : stable code of the reason; ``facts`` carry its numbers.
    given : True when a person said so (``lowtide.toml``), so no guess was made.
    column : the column concerned, or ``None`` for the whole file.
    sure : from 0 (coin toss) to 1 (proof).
    """

    what: str
    value: str
    evidence: str = ""
    facts: dict[str, str | int | float | bool | None] = {}
    given: bool = False
    column: str | None = None
    sure: float = 1.0


class ColumnContract(msgspec.Struct, frozen=True, kw_only=True):
    """How the text of one column becomes values.

    Attributes
    ----------
    type : ``number`` (float64), ``text`` (string), ``date`` (timestamp[us], naive) or ``bool``.
    decimal, thousands : marks inside numbers; ``thousands`` is empty when there is none.
    prefix, suffix : constant text around numbers, e.g. ``$`` or ``원``; removed.
    percent : True when values carry ``%``: they are divided by 100.
    null_tokens : texts (besides the empty cell) that mean "missing" in this column.
    date_format : strptime format of a date column read from text (``None``: a native date).
    integer : all numbers are whole.
    low, high : range seen in training (numbers), for warnings at serving.
    levels : values seen (category/ordinal/bool), at most 1000, most frequent first.
    nullable : missing values were seen in training.
    """

    name: str
    type: ColumnType
    role: Role = "ignore"
    decimal: str = "."
    thousands: str = ""
    prefix: str = ""
    suffix: str = ""
    percent: bool = False
    null_tokens: tuple[str, ...] = ()
    date_format: str | None = None
    integer: bool = False
    low: float | None = None
    high: float | None = None
    levels: tuple[str, ...] = ()
    nullable: bool = True


class ReadContract(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was decided while reading one source.

    ``source`` keeps only the file's name, never a path or an address.
    """

    source: str = ""
    format: str = "frame"
    encoding: str | None = None
    delimiter: str | None = None
    quote: str | None = None
    title_rows: int = 0
    header_rows: int = 1
    sheet: str | None = None
    columns: tuple[ColumnContract, ...] = ()
    guesses: tuple[Guess, ...] = ()

    def column(self, name: str) -> ColumnContract:
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)
