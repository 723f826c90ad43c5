"""A process that adds trials to a ledger until it is stopped: ``python ledger_writer.py FOLDER NAME COUNT``.

Prints one line when it begins and the name of each trial after `Ledger.add` returned.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

from lowtide.core.recipe import Recipe
from lowtide.validate.ledger import Ledger, _to_parquet
from lowtide.validate.ledger_schema import Piece, TrialRecord

ROWS = 4000
KEYS = np.arange(ROWS, dtype=np.uint64) * np.uint64(2654435761)


def main(folder: Path, name: str, count: int) -> None:
    # Imports take longer than all else: they are done before anybody is killed.
    _to_parquet([Piece(0, np.arange(ROWS), np.zeros(ROWS))], KEYS)
    with Ledger.open(folder) as ledger:
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for number in range(count):
            trial = f"{name}-{number}"
            made = TrialRecord(
                question="q", data="d", folds="f", recipe=Recipe(name=trial, learner=trial), engine="1",
                status="done", folds_seen=1, folds_total=1, rows=ROWS,
            )  # fmt: skip
            values = np.full(ROWS, float(number))
            ledger.add(made, KEYS, [Piece(0, np.arange(ROWS), values)])
            ledger.look("q", metric="m", what=trial)
            sys.stdout.write(f"{trial}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
