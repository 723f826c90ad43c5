"""LT103: rows of a second file that the first one has already."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.core.errors import InputError
from lowtide.core.finding import Finding
from lowtide.tables.hashing import row_keys
from lowtide.tables.table import Table
from lowtide.tables.target import Target

SHOWN = 20
# A share of the second file beyond which its score cannot be trusted.
ERROR_SHARE = 0.01


def between(train: Table, test: Table, target: Target, seed: int = 0) -> tuple[Finding, ...]:
    """Compare a training file with a file that will be predicted.

    Rows are equal when all columns are that both files have, but for the target and identifiers. How many
    would be equal by chance is counted after shuffling each column of the second file by itself.

    Raises
    ------
    InputError
        When the files have no column in common.
    """
    names = [
        n for n in train.names
        if n in test.names and n != target.name and "id" not in (train.role(n), test.role(n))
        and train.data.schema.field(n).type == test.data.schema.field(n).type
    ]  # fmt: skip
    if not names:
        raise InputError("The two files have no column in common besides the target and identifiers.")
    known = row_keys(train, names)
    shared = np.isin(row_keys(test, names), known)
    count = int(shared.sum())
    chance = int(np.isin(row_keys(_shuffled(test, names, seed), names), known).sum())
    if count <= 2 * chance + 3 * np.sqrt(chance) + 1:
        return ()
    share = count / max(len(test), 1)
    return (
        Finding(
            code="LT103",
            severity="error" if share >= ERROR_SHARE else "warning",
            rows=tuple(int(r) for r in test.rows[shared][:SHOWN]),
            facts={
                "rows": count,
                "share": share,
                "expected_by_chance": chance,
                "compared": len(names),
                "rows_of_test": len(test),
            },
            remedy="drop_rows",
        ),
    )


def _shuffled(table: Table, names: list[str], seed: int) -> Table:
    data = table.data
    for j, name in enumerate(names):
        order = np.random.default_rng([seed, 103, j]).permutation(len(table))
        data = data.set_column(data.column_names.index(name), name, data.column(name).take(order))
    return replace(table, data=data.combine_chunks())
