"""`lowtide report DIR`: documents from what a run found."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lowtide.cli.common import Json, Lang, Quiet, emit, language, say, shared, words

if TYPE_CHECKING:
    from lowtide.core.result import RunResult

KINDS = ("result", "infosheet")
FORMATS = ("html",)


def report(
    folder: Annotated[Path, typer.Argument(help="Project folder of a run.", metavar="DIR")],
    kind: Annotated[
        str, typer.Option("--kind", help="Which document.", metavar="result|infosheet")
    ] = "result",
    format: Annotated[str, typer.Option("--format", help="html.")] = "html",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write.")] = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Write a document, in Korean or English, from the same facts."""
    import msgspec

    from lowtide.core.errors import InputError, UsageError
    from lowtide.core.result import RunResult
    from lowtide.report.html import write

    if kind not in KINDS:
        raise UsageError(f"This version writes the kinds {', '.join(KINDS)}, not {kind!r}.")
    if format not in FORMATS:
        raise UsageError(f"This version writes the formats {', '.join(FORMATS)}, not {format!r}.")
    facts = folder / "result.json"
    if not facts.is_file():
        raise UsageError(f"No result in {folder}: `lowtide run {folder}` makes one.")
    try:
        result = msgspec.json.decode(facts.read_bytes(), type=RunResult)
    except msgspec.DecodeError as error:
        raise InputError(
            f"{facts} is not a result of this version ({error}). Run the project again."
        ) from None
    path = out or folder / f"{'report' if kind == 'result' else kind}.{language()}.html"
    if kind == "infosheet":
        _infosheet(result, path)
    else:
        write(result, path, lang=language())
    if shared.json:
        emit({"schema": 1, "kind": kind, "lang": language(), "out": str(path)})
    else:
        say(words().say("cli.wrote", path=str(path)))


def _infosheet(result: RunResult, path: Path) -> None:
    from lowtide.core.infosheet import sheet
    from lowtide.report.infosheet import write

    entries = sheet(result.findings, result.not_applicable, result.checks)
    write(
        entries, path, target=result.task.target, source=result.source, lang=language(),
        version=result.versions.get("lowtide", ""), created=result.created,
    )  # fmt: skip
