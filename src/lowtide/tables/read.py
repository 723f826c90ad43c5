"""From a source to a typed table with its read contract."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from lowtide.core.contract import ColumnContract, Guess, ReadContract
from lowtide.core.errors import unknown_column
from lowtide.tables.blanks import spread, trim
from lowtide.tables.personal import recognise
from lowtide.tables.raw import ColumnSettings, RawTable, ReadSettings
from lowtide.tables.roles import Decision, Look, decide, levels_of
from lowtide.tables.table import Table
from lowtide.tables.text_column import Typed
from lowtide.tables.typing import type_column

if TYPE_CHECKING:
    import pyarrow as pa

_PERSONAL_SAMPLE = 500


def read(
    source: object,
    *,
    settings: ReadSettings = ReadSettings(),
    columns: Mapping[str, ColumnSettings] | None = None,
    seed: int = 0,
) -> Table:
    """Read a source: load it, decide the type and role of each column, convert all rows.

    Parameters
    ----------
    source : path, frame or anything else that `lowtide.tables.load.load` takes.
    settings : what a person said about the file.
    columns : what a person said about single columns; obeyed, and marked as given in the contract.
    seed : for the sample of rows when the source is larger than ``settings.row_limit``.

    Returns
    -------
    Table

    Raises
    ------
    InputError
        If the source cannot be read.
    UsageError
        If a column of ``columns`` does not exist or cannot have the type asked for.
    """
    from lowtide.tables.load import load

    return type_raw(load(source, settings, seed=seed), columns, null_tokens=settings.null_tokens)


def type_raw(
    raw: RawTable,
    columns: Mapping[str, ColumnSettings] | None = None,
    *,
    null_tokens: tuple[str, ...] | None = None,
) -> Table:
    """Decide types and roles of what a source handed over; see `read`."""
    import pyarrow as pa

    columns = columns or {}
    names = list(raw.data.column_names)
    for name in columns:
        if name not in names:
            raise unknown_column(name, names, raw.source or "the data")
    arrays: list[pa.Array] = []
    contracts: list[ColumnContract] = []
    guesses: list[Guess] = list(raw.guesses)
    for position, name in enumerate(names):
        settings = columns.get(name)
        typed = type_column(name, combined(raw.data.column(position)), settings, null_tokens)
        typed, made = _with_role(typed, settings)
        arrays.append(typed.array)
        contracts.append(typed.contract)
        guesses += made
    contracts, more = _as_the_others(contracts, guesses)
    guesses += more
    contract = ReadContract(
        source=raw.source, format=raw.format, encoding=raw.encoding, delimiter=raw.delimiter, quote=raw.quote,
        title_rows=raw.title_rows, header_rows=raw.header_rows, sheet=raw.sheet, columns=tuple(contracts),
        guesses=tuple(guesses),
    )  # fmt: skip
    data = pa.Table.from_arrays(arrays, names=names)
    return Table(data, contract, raw.rows, raw.total_rows, raw.ragged, dict(raw.notes))


def _marks(column: ColumnContract) -> tuple[str, str] | None:
    """Return the decimal and thousands marks of a column that showed any."""
    shown = column.type == "number" and (column.decimal != "." or column.thousands != "")
    return (column.decimal, column.thousands) if shown else None


def _small(column: ColumnContract) -> bool:
    return (
        column.low is not None and column.high is not None and max(abs(column.low), abs(column.high)) < 1000
    )


def _as_the_others(
    contracts: list[ColumnContract], guesses: list[Guess]
) -> tuple[list[ColumnContract], list[Guess]]:
    """Give columns whose numbers were too small to show any marks the marks of the file's other columns.

    Without this, a column that happened to stay below 1,000 in training would refuse ``1,012`` later.
    """
    texts = {
        g.column for g in guesses if g.what == "type" and g.evidence not in ("native_number", "native_bool")
    }
    marks = Counter(m for c in contracts if c.name in texts and (m := _marks(c)) is not None)
    if not marks:
        return contracts, []
    (decimal, thousands), rows = marks.most_common(1)[0]
    if rows < 3 or rows < 0.9 * marks.total():
        return contracts, []
    out: list[ColumnContract] = []
    more: list[Guess] = []
    for c in contracts:
        small = c.type == "number" and c.name in texts and c.integer and not _marks(c) and _small(c)
        if small:
            c = msgspec.structs.replace(c, decimal=decimal, thousands=thousands)
            more.append(
                Guess(
                    what="thousands" if thousands else "decimal", value=thousands or decimal,
                    evidence="as_in_other_columns", facts={"columns": rows}, column=c.name, sure=0.8,
                )
            )  # fmt: skip
        out.append(c)
    return out, more


def combined(column: pa.ChunkedArray) -> pa.Array:
    """Return a column as one array."""
    import pyarrow as pa

    whole = column.combine_chunks()
    if not isinstance(whole, pa.ChunkedArray):
        return whole
    # Arrow leaves columns without rows, and some extension types, in chunks.
    return (
        whole.chunk(0)
        if whole.num_chunks == 1
        else pa.concat_arrays(whole.chunks or [pa.array([], whole.type)])
    )


def _with_role(typed: Typed, settings: ColumnSettings | None) -> tuple[Typed, list[Guess]]:
    """Give a typed column its role and levels; return it and all of its guesses."""
    name = typed.contract.name
    look = Look.of(typed.contract, typed.array, None)
    guesses = list(typed.guesses)
    found = recognise(name, _texts(look)) if look.type in ("text", "number") else None
    if found is not None:
        look = replace(look, personal=found.kind)
        guesses.append(
            Guess(
                what="personal", value=found.kind, evidence=found.evidence, column=name, sure=min(found.share, 0.95),
                facts={"share": round(found.share, 4), "distinct": look.distinct},
            )
        )  # fmt: skip
        guesses = [_masked(g, found.kind) for g in guesses]
    if settings is not None and settings.role is not None:
        own = decide(look)
        decision = Decision(settings.role, "given", 1.0, {}, own.ordered if own.role == settings.role else ())
        guesses.append(msgspec.structs.replace(decision.guess(name), given=True))
    else:
        decision = decide(look)
        guesses.append(decision.guess(name))
    contract = msgspec.structs.replace(typed.contract, role=decision.role, levels=levels_of(look, decision))
    return replace(typed, contract=contract), guesses


def _texts(look: Look) -> list[str]:
    """Return a sample of distinct texts; of numbers only long whole ones, which may be phones or cards."""
    index = spread(np.arange(look.distinct), _PERSONAL_SAMPLE)
    if look.type == "text":
        # The frequent ones say more about what a column is than the odd ones.
        frequent = np.argsort(-look.counts, kind="stable")[:_PERSONAL_SAMPLE]
        return [trim(str(look.values[i])) for i in dict.fromkeys([*frequent.tolist(), *index.tolist()])]
    if not look.integer or look.distinct < 5 or float(look.values[-1]) < 1e8:
        return []
    return [str(int(float(look.values[i]))) for i in index]


def _masked(guess: Guess, kind: str) -> Guess:
    """Take personal values out of guesses about tokens."""
    from lowtide.tables.personal import mask

    if guess.evidence not in ("stray_text", "set_to_missing", "mostly_numbers"):
        return guess
    facts = dict(guess.facts)
    if isinstance(facts.get("token"), str):
        facts["token"] = mask(str(facts["token"]), kind)
    value = guess.value if guess.what == "type" else mask(guess.value, kind)
    return msgspec.structs.replace(guess, value=value, facts=facts)
