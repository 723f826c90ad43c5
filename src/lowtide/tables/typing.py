"""The type of each column, decided on evidence, and all of its rows converted.

A text column is a number or a date when, null tokens aside, at most 1 % of its cells are neither. Codes
such as postal codes are never 99 % numbers and 1 % words, while tables that people keep by hand do carry a
stray ``n.b.`` or ``see note``; and at 1 % a handful of cells made missing cannot turn a model's answer. Such
stray texts must also be few distinct ones; they then become null tokens of the column, with their counts.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lowtide.core.contract import ColumnContract, Guess
from lowtide.core.errors import UsageError
from lowtide.tables.blanks import Distinct, spread
from lowtide.tables.cells import BOOLS, as_text, without_tokens
from lowtide.tables.date_format import DateGuess, guess_date, whole_number_dates
from lowtide.tables.dates import parse_dates
from lowtide.tables.native import canonical
from lowtide.tables.nulls import CANDIDATES, in_text
from lowtide.tables.number_format import FormatGuess, guess_format
from lowtide.tables.numbers import EXACT, NumberFormat, parse_numbers
from lowtide.tables.personal import scrub
from lowtide.tables.raw import ColumnSettings
from lowtide.tables.table import Floats, Ints
from lowtide.tables.text_column import (
    JUNK_SHARE,
    TextColumn,
    Typed,
    few,
    finish,
    null_guess,
    null_guesses,
    number_guesses,
    plain_facts,
)

if TYPE_CHECKING:
    import pyarrow as pa

SAMPLE = 1_000
_LONG = re.compile(r"[+\-]?[0-9]{16,}")


def type_column(
    name: str,
    array: pa.Array,
    settings: ColumnSettings | None = None,
    null_tokens: tuple[str, ...] | None = None,
) -> Typed:
    """Decide the type of a column and convert all of its rows.

    Parameters
    ----------
    array : Arrow array (n,) as the source handed it over.
    settings : what a person said about the column; obeyed.
    null_tokens : what a person said for the whole source; instead of the candidates known to lowtide.

    Raises
    ------
    UsageError
        If a type was asked for that the cells cannot have.
    """
    settings = settings or ColumnSettings()
    native = canonical(array)
    if settings.type == "number" and native.type == "bool":
        native = replace(native, array=native.array.cast("int8").cast("double"), type="number")
    tokens = settings.null_tokens if settings.null_tokens is not None else null_tokens
    if settings.type in (None, native.type) and native.type is not None and settings.date_format is None:
        shown = tokens if tokens is not None and native.type == "number" else ()
        contract = ColumnContract(name=name, type=native.type, null_tokens=shown)
        typed = finish(name, without_tokens(native.array, shown), contract, [])
        guess = Guess(
            what="type", value=native.type, evidence=native.evidence, column=name, given=settings.type is not None,
            facts={"zone": native.zone} if native.zone else {},
        )  # fmt: skip
        if settings.type is None and _worth_dates(name, typed):
            return type_column(name, as_text(typed.array))
        return replace(typed, guesses=(guess, *typed.guesses))
    texts = native.array if native.type is None else as_text(native.array)
    column = Distinct.of(texts)
    known = CANDIDATES if tokens is None else frozenset(tokens)
    text = TextColumn(
        name, texts, column, settings,
        blank=np.asarray([not t for t in column.texts], dtype=bool),
        token=np.asarray([t in known and t != "" for t in column.texts], dtype=bool),
        given_tokens=tokens is not None,
    )  # fmt: skip
    return _decide(text)


def _decide(text: TextColumn) -> Typed:
    settings, wanted = text.settings, text.settings.type
    if wanted == "text":
        return _as_words(text, "given", given=True)
    if len(text.rest) == 0 and wanted is None:
        return _as_words(text, "empty")
    if wanted == "date" or settings.date_format is not None:
        return _given_date(text)
    if wanted == "bool":
        typed = _as_bool(text, given=True)
        if typed is None:
            raise UsageError(
                f'The column {text.name!r} cannot be read as bool: it has texts besides "true" and "false".'
            )
        return typed
    typed, nearly = _as_number(text)
    if typed is not None:
        return typed
    if wanted == "number":
        raise UsageError(
            f"The column {text.name!r} cannot be read as numbers: fewer than half of its cells are numbers. "
            "Say how they are written (decimal, thousands) or give it another type."
        )
    typed = _as_bool(text, given=False)
    if typed is not None:
        return typed
    found = guess_date(text.column, text.rest)
    if found is not None:
        typed = _as_date(text, found)
        if typed is not None:
            return typed
    typed = _as_words(text, "words")
    return typed if nearly is None else replace(typed, guesses=(nearly, *typed.guesses[1:]))


def _as_number(text: TextColumn) -> tuple[Typed | None, Guess | None]:
    """Read as numbers; else say in a guess if it is text only because of some cells."""
    settings, column, rest = text.settings, text.column, text.rest
    forced = settings.type == "number"
    sample = [column.texts[i] for i in spread(rest, SAMPLE)]
    found = guess_format(sample)
    if settings.decimal is not None or settings.thousands is not None:
        form = found.form if found is not None else NumberFormat()
        form = replace(form, decimal=settings.decimal or ".", thousands=settings.thousands or "")
        found = FormatGuess(form, 1.0, "given", 1.0)
    if found is None:
        return None, None
    import pyarrow as pa

    values = np.full(len(column.texts), np.nan)
    values[rest] = parse_numbers(column.array.take(pa.array(rest)), found.form)
    reason = None if forced else _code_like(text, values)
    if reason is not None and (reason != "leading_zeros" or not _padded(text)):
        dated = _dates_in_digits(text)
        return dated or _as_words(text, reason), None
    if not forced:
        dated = _dates_in_digits(text)
        if dated is not None:
            return dated, None
    junk = rest[np.isnan(values[rest])]
    if len(junk) and not forced and not few(text, junk):
        return None, _nearly(text, junk)
    guesses = number_guesses(text, found)
    guesses += null_guesses(text, junk, forced)
    tokens = text.tokens() + ([] if forced else sorted({column.texts[i] for i in junk}))
    contract = ColumnContract(
        name=text.name, type="number", decimal=found.form.decimal, thousands=found.form.thousands,
        prefix=found.form.prefix, suffix=found.form.suffix, percent=found.form.percent,
        null_tokens=tuple(dict.fromkeys(tokens)),
    )  # fmt: skip
    return finish(text.name, _spread_out(column, values), contract, guesses), None


def _nearly(text: TextColumn, junk: Ints) -> Guess | None:
    """Tell of a column that is text although most of its cells are numbers."""
    rows, bad = int(text.column.counts[text.rest].sum()), int(text.column.counts[junk].sum())
    if bad > 0.2 * rows:
        return None
    first = scrub(text.column.texts[int(junk[0])])[:40]
    return Guess(
        what="type", value="text", evidence="mostly_numbers", column=text.name, sure=0.5,
        facts={"cells": bad, "rows": rows, "distinct": len(junk), "token": first},
    )  # fmt: skip


def _spread_out(column: Distinct, values: Floats) -> pa.Array:
    """Give every row the number of its text."""
    import pyarrow as pa

    every = np.append(values, np.nan)[column.index]
    return pa.array(every, mask=np.isnan(every), type=pa.float64())


def _code_like(text: TextColumn, values: Floats) -> str | None:
    """Say why digits are a code and not an amount, if they are."""
    import pyarrow as pa
    import pyarrow.compute as pc

    column, rest = text.column, text.rest
    if pc.any(pc.match_substring_regex(column.array.take(pa.array(rest)), "^0[0-9]+$")).as_py():
        return "leading_zeros"
    big = rest[np.abs(np.nan_to_num(values[rest])) >= EXACT]
    if any(_LONG.fullmatch(column.texts[i]) for i in big):
        return "too_long_for_a_number"
    return None


def _padded(text: TextColumn) -> bool:
    """True for 01 … 31 and the like: two digits each, a small number written with a zero before it."""
    seen = {text.column.texts[i] for i in text.rest}
    return len(seen) >= 5 and all(len(t) == 2 and t.isdigit() for t in seen)


def _dates_in_digits(text: TextColumn) -> Typed | None:
    rest = text.rest
    if text.settings.type is not None or len(text.column.texts[rest[0]]) not in (6, 8):
        return None
    found = whole_number_dates(text.name, [text.column.texts[i] for i in rest])
    return None if found is None else _as_date(text, found)


def _given_date(text: TextColumn) -> Typed:
    form = text.settings.date_format
    if form is not None:
        typed = _as_date(text, DateGuess(form, 1.0, "given", 1.0, {"format": form}), forced=True)
    else:
        found = guess_date(text.column, text.rest) or whole_number_dates(
            "date", [text.column.texts[i] for i in text.rest]
        )
        typed = None if found is None else _as_date(text, found, forced=True)
    if typed is None:
        raise UsageError(
            f"The column {text.name!r} cannot be read as dates. Say how they are written: "
            'date_format = "%d/%m/%Y", for instance.'
        )
    return typed


def _as_date(text: TextColumn, found: DateGuess, forced: bool = False) -> Typed | None:
    import pyarrow as pa

    column, rest = text.column, text.rest
    good = np.zeros(len(column.texts), dtype=bool)
    micros = np.zeros(len(column.texts), dtype=np.int64)
    micros[rest], good[rest] = parse_dates(column.array.take(pa.array(rest)), found.form)
    if len(rest) and not good.any():
        return None
    junk = rest[~good[rest]]
    if len(junk) and not forced and not few(text, junk):
        return None
    index = column.index
    missing = ~np.append(good, False)[index]
    array = pa.array(np.append(micros, 0)[index], mask=missing).cast(pa.timestamp("us"))
    tokens = text.tokens() + ([] if forced else sorted({column.texts[i] for i in junk}))
    contract = ColumnContract(
        name=text.name, type="date", date_format=found.form, null_tokens=tuple(dict.fromkeys(tokens))
    )
    given = text.settings.type == "date"
    guesses = [
        Guess(what="type", value="date", evidence="given" if given else "dates", column=text.name, given=given),
        Guess(
            what="date_format", value=found.form, evidence=found.evidence, facts=plain_facts(found.facts),
            column=text.name, sure=found.sure, given=text.settings.date_format is not None,
        ),
    ]  # fmt: skip
    if "%z" in found.form:
        guesses.append(Guess(what="time_zone", value="UTC", evidence="converted_to_utc", column=text.name))
    return finish(text.name, array, contract, guesses + null_guesses(text, junk, forced))


def _as_bool(text: TextColumn, given: bool) -> Typed | None:
    import pyarrow as pa

    column = text.column
    meaning = [BOOLS.get(column.texts[i].lower()) for i in text.rest]
    if any(m is None for m in meaning):
        return None
    codes = np.full(len(column.texts) + 1, -1, dtype=np.int64)
    codes[text.rest] = [int(m is True) for m in meaning]
    rows = codes[column.index]
    array = pa.array(rows == 1, mask=rows < 0)
    contract = ColumnContract(name=text.name, type="bool", null_tokens=tuple(text.tokens()))
    guess = Guess(
        what="type", value="bool", evidence="given" if given else "true_false", column=text.name, given=given
    )
    return finish(text.name, array, contract, [guess, *null_guesses(text, np.empty(0, np.int64), False)])


def _as_words(text: TextColumn, reason: str, *, given: bool = False) -> Typed:
    import pyarrow as pa

    column = text.column
    guesses = [Guess(what="type", value="text", evidence=reason, column=text.name, given=given)]
    found = text.tokens()
    if text.given_tokens:
        nulls = found
        guesses += [null_guess(text, t, "given", 1.0, given=True) for t in nulls]
    else:
        others = [column.texts[i] for i in spread(text.rest, SAMPLE)]
        decided = in_text(found, others) if others else []
        # Among thousands of texts a lone "none" is just one of them; only what may matter is told.
        rows = int(column.counts.sum())
        told = [g for g in decided if g.missing or text.rows_of(g.token) >= JUNK_SHARE * rows]
        guesses += [null_guess(text, g.token, g.evidence, g.sure, missing=g.missing) for g in told]
        # A column of nothing but such words says nothing, whatever they mean.
        nulls = [g.token for g in decided if g.missing] if others else _only_tokens(text, found)
    drop = np.isin(np.asarray(column.texts, dtype=object), nulls) | text.blank
    gone = np.append(drop, True)[column.index]
    array = text.cells
    if gone.any():
        import pyarrow.compute as pc

        array = pc.if_else(pa.array(~gone), array, pa.scalar(None, pa.string()))
    return finish(
        text.name, array, ColumnContract(name=text.name, type="text", null_tokens=tuple(nulls)), guesses
    )


def _only_tokens(text: TextColumn, found: list[str]) -> list[str]:
    """Tokens of a column that has nothing else: one of them is "missing", two differ from each other."""
    return found if len(found) == 1 and len(text.rest) == 0 else []


def _worth_dates(name: str, typed: Typed) -> bool:
    """True for a native whole-number column that is 20170305 or 201703."""
    c = typed.contract
    if c.type != "number" or not c.integer or c.low is None or c.high is None:
        return False
    if c.low < 10_101 or c.high > 21_001_231 or len(str(int(c.low))) != len(str(int(c.high))):
        return False
    import pyarrow.compute as pc

    distinct = np.unique(np.asarray(pc.drop_null(typed.array).to_numpy(zero_copy_only=False)))
    return whole_number_dates(name, [str(int(v)) for v in distinct]) is not None
