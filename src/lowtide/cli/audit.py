"""`lowtide audit SOURCE --target COL`: what would make the score a lie, with its price."""

from __future__ import annotations

import time as clock
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
    Source,
    Target,
    Time,
    Unit,
    emit,
    language,
    read_settings,
    say,
    shared,
    words,
)  # fmt: skip


def audit(
    source: Source,
    target: Target = None,
    unit: Unit = None,
    group: Group = None,
    time: Time = None,
    test: Annotated[str | None, typer.Option("--test", help="A second file that will be predicted.")] = None,
    fail_on: Annotated[
        str | None,
        typer.Option(
            "--fail-on", help="Leave with exit code 1 on findings this bad.", metavar="error|question|warning"
        ),
    ] = None,
    prices: Annotated[bool, typer.Option("--price/--no-price", help="Price the findings in score.")] = True,
    seed: Annotated[int, typer.Option("--seed", help="Seed of samples.")] = 0,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Audit a table for leaks and bad splits."""
    from lowtide import flow
    from lowtide.core.errors import UsageError
    from lowtide.core.finding import Severity

    if target is None:
        raise UsageError("Say which column is to be predicted: --target COL.")
    levels = {"error", "question", "warning"}
    if fail_on is not None and fail_on not in levels:
        raise UsageError(f"--fail-on takes error, question or warning, not {fail_on!r}.")
    start = clock.perf_counter()
    found = flow.audit(
        source, target=target, unit=unit or (), group=group, time=time, test=test,
        prices=prices, seed=seed, read=read_settings(encoding, delimiter, sheet),
    )  # fmt: skip
    seconds = round(clock.perf_counter() - start, 3)
    if shared.json:
        emit(
            {
                "schema": 1,
                "rows": found.rows,
                "columns": found.columns,
                "findings": found.findings,
                "questions": found.questions,
                "not_applicable": found.not_applicable,
                "quarantined": found.quarantined,
                "seconds": seconds,
            }
        )
    else:
        from lowtide.report.terminal import findings_table, questions

        w = words()
        say(w.say("cli.audit.summary", rows=found.rows, columns=found.columns, findings=len(found.findings)))
        say(findings_table(found.findings, language()))
        if found.questions:
            say(questions(found.questions, language()))
    if fail_on is not None and any(f.level >= Severity[fail_on] for f in found.findings if f.answer is None):
        raise typer.Exit(1)
