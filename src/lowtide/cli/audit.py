"""`lowtide audit SOURCE --target COL`: what would make the score a lie, with its price."""

from __future__ import annotations

import time as clock
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
    warn,
    words,
)  # fmt: skip

if TYPE_CHECKING:
    from lowtide.flow import AuditLook


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
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", help="A finding you know about; it stays visible.", metavar="CODE[:COLUMN]"),
    ] = None,
    ledger: Annotated[
        Path | None,
        typer.Option("--ledger", help="Project folder: was --test looked at before?", metavar="DIR"),
    ] = None,
    sarif: Annotated[
        Path | None, typer.Option("--sarif", help="Write SARIF 2.1.0 for code review.", metavar="FILE")
    ] = None,
    junit: Annotated[
        Path | None, typer.Option("--junit", help="Write JUnit XML for CI servers.", metavar="FILE")
    ] = None,
    infosheet: Annotated[
        Path | None, typer.Option("--infosheet", help="Write the model info sheet (HTML).", metavar="FILE")
    ] = None,
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

    levels = {"error", "question", "warning"}
    if fail_on is not None and fail_on not in levels:
        raise UsageError(f"--fail-on takes error, question or warning, not {fail_on!r}.")
    start = clock.perf_counter()
    found = flow.audit(
        source, target=target, unit=unit or (), group=group, time=time, test=test, ignore=ignore or (),
        ledger=ledger, prices=prices, seed=seed, read=read_settings(encoding, delimiter, sheet),
    )  # fmt: skip
    seconds = round(clock.perf_counter() - start, 3)
    if shared.json:
        emit(
            {
                "schema": 1,
                "rows": found.rows,
                "columns": found.columns,
                "sampled": found.sampled,
                "findings": found.findings,
                "questions": found.questions,
                "not_applicable": found.not_applicable,
                "quarantined": found.quarantined,
                "price": found.price,
                "infosheet": found.sheet,
                "unused_ignores": found.unused,
                "seconds": seconds,
            }
        )
    else:
        _tell(found)
    for unused in found.unused:
        warn(words().say("cli.audit.unused", ignored=unused))
    _write(found, source, sarif=sarif, junit=junit, infosheet=infosheet, fail_on=fail_on, seconds=seconds)
    if fail_on is not None and any(f.level >= Severity[fail_on] for f in found.findings if f.answer is None):
        raise typer.Exit(1)


def _tell(found: AuditLook) -> None:
    from lowtide.report.inline import plain
    from lowtide.report.names import metric_name
    from lowtide.report.numbers import significant
    from lowtide.report.terminal import findings_table, questions

    w = words()
    say(w.say("cli.audit.summary", rows=found.rows, columns=found.columns, findings=len(found.findings)))
    if found.sampled < found.rows:
        say(w.say("cli.audit.sampled", sampled=found.sampled, rows=found.rows))
    say(findings_table(found.findings, language()))
    if found.price is not None:
        metric = plain(metric_name(w, found.price.metric))
        before, after = plain(significant(found.price.as_is)), plain(significant(found.price.remedied))
        say(w.say("cli.audit.joint", metric=metric, as_is=before, remedied=after))
    if found.questions:
        say(questions(found.questions, language()))


def _write(
    found: AuditLook, source: str, *, sarif: Path | None, junit: Path | None, infosheet: Path | None,
    fail_on: str | None, seconds: float,
) -> None:  # fmt: skip
    """Write the files that were asked for."""
    import datetime

    from lowtide import __version__

    target, lang = found.target, language()
    made = []
    if sarif is not None:
        from lowtide.report.sarif import write as write_sarif

        write_sarif(found.findings, sarif, source=source, target=target, version=__version__, lang=lang)
        made.append(sarif)
    if junit is not None:
        from lowtide.report.junit import write as write_junit

        write_junit(
            found.findings, found.not_applicable, found.checks, junit,
            target=target, fail_on=fail_on or "error", seconds=seconds, lang=lang,
        )  # fmt: skip
        made.append(junit)
    if infosheet is not None:
        from lowtide.report.infosheet import write as write_sheet

        write_sheet(
            found.sheet, infosheet, target=target, source=found.source, lang=lang, version=__version__,
            created=datetime.date.today().isoformat(),
        )  # fmt: skip
        made.append(infosheet)
    for path in made:
        say(words().say("cli.wrote", path=str(path)))
