"""`lowtide init DIR --data SOURCE --target COL`: a project folder with a commented lowtide.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowtide.cli.common import (
    Delimiter,
    Encoding,
    Group,
    Json,
    Lang,
    Quiet,
    Sheet,
    Target,
    Time,
    Unit,
    Vault,
    emit,
    language,
    read_settings,
    say,
    shared,
    words,
)  # fmt: skip


def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make.", metavar="DIR")],
    data: Annotated[str | None, typer.Option("--data", help="Where the rows are.", metavar="SOURCE")] = None,
    target: Target = None,
    unit: Unit = None,
    group: Group = None,
    time: Time = None,
    deploy: Annotated[
        str | None,
        typer.Option("--deploy", help="What deployment will be.", metavar="rows|groups|future|groups+future"),
    ] = None,
    vault: Vault = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Look at the data, write a project folder, list the open questions."""
    from lowtide import flow
    from lowtide.core.errors import UsageError

    if data is None or target is None:
        raise UsageError("Say where the rows are and what is to be predicted: --data SOURCE --target COL.")
    made = flow.init(
        folder, data, target=target, unit=unit or (), group=group, time=time,
        read=read_settings(encoding, delimiter, sheet), deploy=deploy, vault=vault,
    )  # fmt: skip
    if shared.json:
        emit(
            {
                "schema": 1,
                "folder": str(made.folder),
                "config": str(made.config),
                "rows": made.rows,
                "columns": made.columns,
                "findings": made.audit.findings,
                "questions": made.audit.questions,
            }
        )
        return
    from lowtide.report.terminal import findings_table, questions, reading

    w = words()
    say(reading(made.guesses, language(), data), findings_table(made.audit.findings, language()))
    if made.audit.questions:
        say(questions(made.audit.questions, language(), made.config.as_posix()))
    key = "cli.init.answer" if made.audit.questions else "cli.init.next"
    say(w.say(key, config=str(made.config), folder=str(made.folder)))
