"""What all commands share: the console, the options every command takes, JSON on stdout."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LANGUAGES = ("en", "ko")


@dataclass
class Shared:
    """Options that may stand before or after the command's name."""

    json: bool = False
    lang: str | None = None
    quiet: bool = False


shared = Shared()


def _set_json(value: bool) -> bool:
    shared.json = shared.json or value
    return value


def _set_lang(value: str | None) -> str | None:
    if value is not None:
        if value not in LANGUAGES:
            raise typer.BadParameter(f"{value!r} is not one of {', '.join(LANGUAGES)}")
        shared.lang = value
    return value


def _set_quiet(value: bool) -> bool:
    shared.quiet = shared.quiet or value
    return value


Json = Annotated[
    bool, typer.Option("--json", help="Print one JSON object on stdout, nothing else.", callback=_set_json)
]
Lang = Annotated[
    str | None,
    typer.Option("--lang", help="Language of words: en or ko.", metavar="en|ko", callback=_set_lang),
]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help="Say nothing but the result.", callback=_set_quiet)
]
Target = Annotated[str | None, typer.Option("--target", "-t", help="Column to predict.", metavar="COL")]
Unit = Annotated[
    list[str] | None, typer.Option("--unit", help="Column that identifies a row (may be given twice).")
]
Group = Annotated[
    str | None, typer.Option("--group", help="Column of the entity that repeats.", metavar="COL")
]
Time = Annotated[
    str | None,
    typer.Option(
        "--time", help='Column of the moment of a row; ":order" for the order of rows.', metavar="COL"
    ),
]
Vault = Annotated[
    float | None,
    typer.Option("--vault", help="Share of rows that is locked away at first sight.", metavar="SHARE"),
]
Source = Annotated[
    str, typer.Argument(help="A file (csv, tsv, xlsx, xls, parquet, json, jsonl; gz, zst; *), or -.")
]
Sheet = Annotated[str | None, typer.Option("--sheet", help="Sheet of a workbook.")]
Encoding = Annotated[str | None, typer.Option("--encoding", help="Encoding of a text file, e.g. cp949.")]
Delimiter = Annotated[str | None, typer.Option("--delimiter", help="Delimiter of a text file.")]


def language() -> str:
    """Return the language of words: ``--lang``, else ``LOWTIDE_LANG``, else English."""
    chosen = shared.lang or os.environ.get("LOWTIDE_LANG", "en")
    return chosen if chosen in LANGUAGES else "en"


def console(*, err: bool = True) -> Console:
    """Return a rich console on stderr (words, progress) or stdout (results)."""
    from rich.console import Console

    return Console(
        stderr=err, quiet=err and shared.quiet, highlight=False, soft_wrap=not sys.stdout.isatty() and not err
    )


def say(*things: RenderableType) -> None:
    """Print words: on stdout for people, on stderr when stdout carries JSON."""
    out = console(err=shared.json)
    for thing in things:
        out.print(thing)


def warn(*things: RenderableType) -> None:
    """Print words about the call itself: always on stderr."""
    for thing in things:
        console(err=True).print(thing)


def emit(value: Any) -> None:
    """Print one JSON object on stdout when ``--json`` was given."""
    import msgspec

    if shared.json:
        sys.stdout.write(msgspec.json.encode(value).decode("utf-8") + "\n")
        sys.stdout.flush()


def read_settings(encoding: str | None, delimiter: str | None, sheet: str | None) -> Any:
    """Make ReadSettings of options."""
    from lowtide.tables.raw import ReadSettings

    text = {"\\t": "\t", "tab": "\t"}.get(delimiter or "", delimiter)
    return ReadSettings(encoding=encoding, delimiter=text, sheet=sheet)


def words() -> Any:
    """Return the phrases of the chosen language."""
    from lowtide.report.words import Words

    return Words(language())
