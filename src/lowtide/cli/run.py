"""`lowtide run`: the whole job, from a table to a floor, a bundle and a report."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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
    emit,
    language,
    read_settings,
    say,
    shared,
    words,
)  # fmt: skip


def run(
    source: Annotated[
        str, typer.Argument(help="A project folder, or a file with --target.", metavar="[DIR|SOURCE]")
    ] = ".",
    target: Target = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Seconds to spend.", metavar="SECONDS")
    ] = None,
    metric: Annotated[str | None, typer.Option("--metric", help="Metric to be judged by.")] = None,
    deploy: Annotated[
        str | None,
        typer.Option("--deploy", help="What deployment will be.", metavar="rows|groups|future|groups+future"),
    ] = None,
    unit: Unit = None,
    group: Group = None,
    time: Time = None,
    kind: Annotated[str | None, typer.Option("--kind", help="binary, multiclass or regression.")] = None,
    positive: Annotated[str | None, typer.Option("--positive", help="Label of the positive class.")] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Seed.")] = None,
    threads: Annotated[
        int | None, typer.Option("--threads", help="Threads; the numbers do not depend on it.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", help="How many trials: quick, normal or wide.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder to write.", metavar="DIR")] = None,
    sheet: Sheet = None,
    encoding: Encoding = None,
    delimiter: Delimiter = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Do the whole job; write bundle, report and JSON."""
    run_and_show(
        source, target=target, out=out, budget=budget, metric=metric, deploy=deploy, unit=tuple(unit or ()),
        group=group, time=time, kind=kind, positive=positive, seed=seed, threads=threads, size=size,
        read=read_settings(encoding, delimiter, sheet),
    )  # fmt: skip


def run_and_show(source: str, *, out: Path | None, **options: Any) -> None:
    """Run and print: the floor first."""
    from lowtide import flow
    from lowtide.cli.progress import Bar

    with Bar(quiet=shared.quiet or shared.json) as bar:
        study = flow.run_source(source, out=out, lang=language(), progress=bar, **options)
    result = study.result
    emit(flow.summary(result))
    if not shared.json:
        from lowtide.report.terminal import contract_table, summary

        unsure = tuple(g for g in result.contract if g.given or g.sure < 0.9 or g.column is None)
        say(contract_table(unsure, language()))
        say(summary(result, language()))
        say(
            words().say(
                "cli.run.next", bundle=str(result.bundle), folder=str(Path(result.bundle or ".").parent)
            )
        )
