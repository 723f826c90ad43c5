"""`lowtide predict BUNDLE SOURCE`: batch scoring under the read contract."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from lowtide.cli.common import Json, Lang, Quiet, Source, console, emit, shared, words


def predict(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle.")],
    source: Source,
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write (csv, parquet, jsonl); else CSV on stdout."),
    ] = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Score a file: bad rows are named, good rows are answered."""
    from lowtide.models.bundle import load
    from lowtide.models.score import score_file

    model = load(bundle)
    report = score_file(model, source, out, stream=None if out or shared.json else sys.stdout)
    w = words()
    err = console()
    for cell in report.refused[:20]:
        facts = {**cell.facts, "row": cell.row, "column": cell.column, "value": cell.value}
        err.print(w.say(f"cli.predict.refused.{cell.expected}", **facts), markup=False)
    if len(report.refused) > 20:
        err.print(w.say("cli.predict.more", count=len(report.refused) - 20))
    if report.rows and not report.answered:
        from lowtide.core.errors import InputError

        raise InputError(w.say("cli.predict.none_answered", rows=report.rows))
    if shared.json:
        emit(
            {
                "schema": 1,
                "rows": report.rows,
                "answered": report.answered,
                "refused": [
                    {
                        "row": c.row,
                        "column": c.column,
                        "value": c.value,
                        "expected": c.expected,
                        "facts": c.facts,
                    }
                    for c in report.refused
                ],
                "out": None if out is None else str(out),
            }
        )
        return
    err.print(w.say("cli.predict.done", rows=report.rows, answered=report.answered), markup=False)
    if out is not None:
        err.print(w.say("cli.wrote", path=str(out)), markup=False)
