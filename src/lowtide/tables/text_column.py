"""A text column under decision: its distinct texts, its tokens for "missing", the guesses told about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.contract import ColumnContract, Guess
from lowtide.core.finding import Fact
from lowtide.tables.blanks import Distinct
from lowtide.tables.number_format import FormatGuess
from lowtide.tables.numbers import EXACT
from lowtide.tables.personal import scrub
from lowtide.tables.raw import ColumnSettings
from lowtide.tables.table import Ints

if TYPE_CHECKING:
    import pyarrow as pa

JUNK_SHARE = 0.01
JUNK_KINDS = 5
_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """A canonical column, its contract (role not yet decided) and the guesses made."""

    array: pa.Array
    contract: ColumnContract
    guesses: tuple[Guess, ...]


@dataclass(frozen=True, slots=True)
class TextColumn:
    """A text column under decision: its distinct texts and which of them are tokens for "missing"."""

    name: str
    cells: pa.Array
    column: Distinct
    settings: ColumnSettings
    blank: npt.NDArray[np.bool_]
    token: npt.NDArray[np.bool_]
    given_tokens: bool

    @property
    def rest(self) -> Ints:
        """Positions of the texts that are neither blank nor candidates for "missing"."""
        return np.flatnonzero(~self.blank & ~self.token)

    def tokens(self) -> list[str]:
        return sorted({self.column.texts[i] for i in np.flatnonzero(self.token)})

    def rows_of(self, text: str) -> int:
        return int(sum(int(self.column.counts[i]) for i, t in enumerate(self.column.texts) if t == text))


def few(text: TextColumn, junk: Ints) -> bool:
    """True when the cells that do not fit are at most 1 % of the rows and a few distinct texts."""
    rows = int(text.column.counts[text.rest].sum())
    bad = int(text.column.counts[junk].sum())
    allowed = max(JUNK_SHARE * rows, 1.0 if rows >= 50 else 0.0)
    return bad <= allowed and len({text.column.texts[i] for i in junk}) <= JUNK_KINDS


def number_guesses(text: TextColumn, found: FormatGuess) -> list[Guess]:
    form, settings, name = found.form, text.settings, text.name
    given = settings.type == "number"
    facts = plain_facts(found.facts or {})
    out = [
        Guess(
            what="type", value="number", evidence="given" if given else found.evidence, facts=facts,
            column=name, given=given, sure=1.0 if given else found.sure,
        )
    ]  # fmt: skip
    for what, value, said in (
        ("decimal", form.decimal if form.decimal != "." else "", settings.decimal is not None),
        ("thousands", form.thousands, settings.thousands is not None),
        ("prefix", form.prefix, False),
        ("unit", form.suffix, False),
        ("percent", "divided by 100" if form.percent else "", False),
    ):
        if value or said:
            evidence = "given" if said else found.evidence
            sure = 1.0 if said else found.sure
            out.append(
                Guess(
                    what=what,
                    value=value or ".",
                    evidence=evidence,
                    facts=facts,
                    column=name,
                    given=said,
                    sure=sure,
                )
            )
    return out


def null_guesses(text: TextColumn, junk: Ints, forced: bool) -> list[Guess]:
    """Say which tokens are missing in a number, date or bool column, and which stray texts were set aside."""
    evidence = "given" if text.given_tokens else "among_numbers_or_dates"
    out = [null_guess(text, t, evidence, 0.9, given=text.given_tokens) for t in text.tokens()]
    if len(junk) and forced:
        cells = int(text.column.counts[junk].sum())
        first = scrub(text.column.texts[int(junk[0])])[:_SHOWN]
        out.append(
            Guess(
                what="unreadable", value=first, evidence="set_to_missing", column=text.name, sure=0.5,
                facts={"cells": cells, "distinct": len(junk)},
            )
        )  # fmt: skip
    elif len(junk):
        for i in junk:
            token = text.column.texts[int(i)]
            out.append(null_guess(text, token, "stray_text", 0.6))
    return out


def null_guess(
    text: TextColumn, token: str, evidence: str, sure: float, *, missing: bool = True, given: bool = False
) -> Guess:
    facts: dict[str, str | int | float | bool | None] = {
        "token": scrub(token)[:_SHOWN],
        "cells": text.rows_of(token),
        "missing": missing,
    }
    what = "null_tokens" if missing else "kept_token"
    return Guess(
        what=what,
        value=scrub(token)[:_SHOWN],
        evidence=evidence,
        column=text.name,
        sure=sure,
        facts=facts,
        given=given,
    )


def plain_facts(facts: Mapping[str, Fact]) -> dict[str, str | int | float | bool | None]:
    """Return the facts that a `Guess` can hold: no lists, no mappings."""
    return {k: v for k, v in facts.items() if v is None or isinstance(v, str | int | float | bool)}


def finish(name: str, array: pa.Array, contract: ColumnContract, guesses: list[Guess]) -> Typed:
    """Fill in what was seen: range, whole numbers, missing values."""
    facts: dict[str, object] = {"nullable": array.null_count > 0}
    if contract.type == "number" and array.null_count < len(array):
        values = np.asarray(array.drop_null().to_numpy(zero_copy_only=False), dtype=np.float64)
        low, high = float(values.min()), float(values.max())
        facts |= {"low": low, "high": high}
        facts["integer"] = bool(np.all(values == np.floor(values)) and max(abs(low), abs(high)) < EXACT)
    return Typed(array, msgspec.structs.replace(contract, **facts), tuple(guesses))
