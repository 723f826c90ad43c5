"""`lowtide profile SOURCE`: the columns, and every guess made while reading them."""

from __future__ import annotations

import time as clock
from pathlib import Path
from typing import Annotated

import typer

from lowtide.cli.common import (
    Delimiter,
    Encoding,
    Json,
    Lang,
    Quiet,
    Sheet,
    Source,
    Target,
    emit,
    language,
    read_settings,
    say,
    shared,
    words,
)  # fmt: skip


def profile(
    source: Source,
    target: Target = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write an HTML page too.")] = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Look at the columns: types, missing values, shapes, relation to the target, how the file was read."""
    from lowtide import flow

    start = clock.perf_counter()
    look = flow.profile(source, target=target, read=read_settings(encoding, delimiter, sheet))
    if out is not None:
        from lowtide.report.profile_html import write

        write(look, out, lang=language())
    if shared.json:
        contract = look.contract
        emit(
            {
                "schema": 1,
                "rows": look.rows,
                "total_rows": look.total_rows,
                "columns": look.columns,
                "contract": contract,
                "findings": look.findings,
                "seconds": round(clock.perf_counter() - start, 3),
            }
        )
        return
    from lowtide.report.terminal import contract_table, profile_table

    w = words()
    say(contract_table(look.contract.guesses, language()), profile_table(look.columns, language()))
    if out is not None:
        say(w.say("cli.wrote", path=str(out)))
