"""`lowtide run`: the whole job, from a table to a floor, a bundle and a report."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

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

METRICS = (
    "What to be judged by. Yes/no: roc_auc, average_precision, log_loss, brier, balanced_accuracy, f1, accuracy, "
    "cost. Numbers: mae, rmse, r2, wape."
)
if TYPE_CHECKING:
    from lowtide.core.result import RunResult


def run(
    source: Annotated[
        str, typer.Argument(help="A project folder, or a file with --target.", metavar="[DIR|SOURCE]")
    ] = ".",
    target: Target = None,
    budget: Annotated[
        float | None, typer.Option("--budget", help="Seconds to spend.", metavar="SECONDS")
    ] = None,
    metric: Annotated[str | None, typer.Option("--metric", help=METRICS)] = None,
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
    vault: Vault = None,
    open_vault: Annotated[
        bool,
        typer.Option("--open-vault", help="Judge the model of the last run on the vault. Once."),
    ] = False,
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
        read=read_settings(encoding, delimiter, sheet), vault=vault, open_vault=open_vault,
    )  # fmt: skip


def run_and_show(source: str, *, out: Path | None, **options: Any) -> None:
    """Run and print: how it was read in short, the floor, what to do next."""
    result = run_it(source, out=out, **options)
    if options.get("open_vault") and result.vault is not None:
        show_vault(result)
        return
    if shared.json:
        return
    from lowtide.report.terminal import reading, settings, summary

    w = words()
    say(reading(result.contract, language(), _data_of(source)), summary(result, language()))
    say(w.say("cli.run.predict", bundle=str(result.bundle)))
    if result.floor.value is not None:
        say(w.say("settling.next", bundle=str(result.bundle)))
    if result.questions:
        folder = str(Path(result.bundle or ".").parent)
        say(w.say("cli.run.answer", file=settings(result), folder=folder))


def show_vault(result: RunResult) -> None:
    """Say what came out of the vault; a promise that was broken for sure ends with exit code 1."""
    from lowtide.report.terminal import vault

    if not shared.json:
        say(vault(result, language()))
    if result.vault is not None and result.vault.verdict == "broken":
        raise typer.Exit(1)


def run_it(source: str, *, out: Path | None, **options: Any) -> RunResult:
    """Run with a progress bar; print the JSON object when it was asked for."""
    from lowtide import flow
    from lowtide.cli.progress import Bar

    with Bar(quiet=shared.quiet or shared.json) as bar:
        study = flow.run_source(source, out=out, lang=language(), progress=bar, **options)
    emit(flow.summary(study.result))
    return study.result


def _data_of(source: str) -> str:
    """Return the file that `lowtide profile` would look at: a project folder names its own."""
    from lowtide.project import CONFIG, Project

    path = Path(source)
    if not path.is_dir() and path.name != CONFIG:
        return source
    data = Project.open(path).source
    return source if data is None else min(str(data), os.path.relpath(data), key=len)
