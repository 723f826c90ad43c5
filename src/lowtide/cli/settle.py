"""`lowtide settle BUNDLE OUTCOMES`: what came, against what was promised."""

from __future__ import annotations

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
    emit,
    language,
    read_settings,
    say,
    shared,
)


def settle(
    bundle: Annotated[Path, typer.Argument(help="Folder of the bundle.")],
    outcomes: Annotated[
        str,
        typer.Argument(
            help="File with the model's columns and the outcome, or predictions with the outcome beside them."
        ),
    ],
    time: Annotated[
        str | None, typer.Option("--time", help="Column by which rows arrived.", metavar="COL")
    ] = None,
    group: Annotated[
        str | None, typer.Option("--group", help="Column of the entity that repeats.", metavar="COL")
    ] = None,
    state: Annotated[
        Path | None,
        typer.Option("--state", help="Folder that remembers what was counted; else the project's ledger."),
    ] = None,
    largest_error: Annotated[
        float | None,
        typer.Option("--largest-error", help="Greatest error that a row can have (mae, rmse, wape, r2)."),
    ] = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    sheet: Sheet = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Say whether the promise is kept, broken, or too early to tell. Look as often as you like."""
    import msgspec

    from lowtide.report.settled import summary
    from lowtide.steps.settling import settle as compare

    found = compare(
        bundle, outcomes, time=time, group=group, state=state, largest_error=largest_error,
        read=read_settings(encoding, delimiter, sheet),
    )  # fmt: skip
    if shared.json:
        emit(msgspec.to_builtins(found))
    else:
        say(summary(found, language()))
    if found.verdict == "broken":
        raise typer.Exit(1)
