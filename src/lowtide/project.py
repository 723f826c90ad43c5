"""A project folder: ``lowtide.toml``, and beside it the ledger, the bundle and the reports.

Everything that a person says about a task stands in ``lowtide.toml``. It is read strictly: an unknown
key or a wrong value is an error that names the line, never a setting that silently does nothing.
"""

from __future__ import annotations

import datetime
import difflib
import hashlib
import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError
from lowtide.core.finding import Finding
from lowtide.core.task import Task
from lowtide.project_template import CONFIG, write_template
from lowtide.tables.raw import ColumnSettings, ReadSettings

LEDGER = "ledger"

__all__ = ["CONFIG", "Config", "Project", "line_of", "parse", "write_template"]

S = TypeVar("S", bound=msgspec.Struct)


class SourceSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where the rows are: ``[source]``. A path is relative to the project folder."""

    path: str
    sheet: str | None = None
    query: str | None = None
    table: str | None = None


class AnswerSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person answered about a column or a finding: ``[answers]``."""

    answer: Literal["use", "drop"]
    who: str | None = None
    when: str | None = None
    why: str | None = None


class RunSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a run is done: ``[run]``. ``None``: the default of `lowtide.run`."""

    budget: Annotated[float, msgspec.Meta(gt=0)] | None = None
    seed: Annotated[int, msgspec.Meta(ge=0)] = 0
    metric: str | None = None
    confidence: Annotated[float, msgspec.Meta(gt=0.5, lt=1)] = 0.95
    size: Literal["quick", "normal", "wide"] = "normal"
    batch_rows: Annotated[int, msgspec.Meta(ge=1)] | None = None
    threads: Annotated[int, msgspec.Meta(ge=1)] | None = None


class VaultSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Rows that are locked away at first sight: ``[vault]``. ``release``: once opened, they train again."""

    share: Annotated[float, msgspec.Meta(gt=0, le=0.5)] | None = None
    release: bool = False


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """A whole ``lowtide.toml``."""

    task: Task
    source: SourceSettings | None = None
    read: ReadSettings = ReadSettings()
    columns: dict[str, ColumnSettings] = {}
    answers: dict[str, AnswerSettings] = {}
    run: RunSettings = RunSettings()
    vault: VaultSettings | None = None

    @property
    def key(self) -> str:
        """Hash of all settings, those left to their defaults included."""
        return hashlib.blake2b(msgspec.json.encode(self, order="sorted"), digest_size=10).hexdigest()


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a ``lowtide.toml``."""

    folder: Path
    config: Config

    @classmethod
    def open(cls, folder: Path) -> Project:
        """Read the project in ``folder`` (or the one whose ``lowtide.toml`` is given).

        Raises
        ------
        UsageError
            When there is none, or it says something that cannot be obeyed.
        """
        file = folder if folder.name == CONFIG else folder / CONFIG
        try:
            text = file.read_bytes().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = error.object[: error.start].count(b"\n") + 1
            raise UsageError(f"{file}, line {line}: not UTF-8. Save the file as UTF-8.") from None
        except (FileNotFoundError, NotADirectoryError):
            raise UsageError(
                f"There is no {CONFIG} in {file.parent}. Make one: "
                f"lowtide init {file.parent} --data FILE --target COLUMN"
            ) from None
        except OSError as error:
            raise UsageError(f"{file} cannot be read ({error.strerror}).") from None
        return cls(file.parent, parse(text, str(file)))

    @classmethod
    def find(cls, start: Path) -> Project | None:
        """Open the project that ``start`` is or lies in; None when there is none."""
        start = start.resolve()
        for folder in (start, *start.parents):
            if (folder / CONFIG).is_file():
                return cls.open(folder)
        return None

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        source: str,
        task: Task,
        read: ReadSettings | None = None,
        guesses: Sequence[Guess] = (),
        questions: Sequence[Finding] = (),
    ) -> Project:
        """Make a project folder with a commented ``lowtide.toml``, and open it.

        Raises
        ------
        UsageError
            When the folder has one already: what a person wrote is never overwritten.
        """
        if (folder / CONFIG).exists():
            raise UsageError(f"{folder / CONFIG} is there already: `lowtide run {folder}` uses it.")
        write_template(folder, source=source, task=task, read=read, guesses=guesses, questions=questions)
        return cls.open(folder)

    @property
    def source(self) -> str | None:
        """The source, as an address or as a path that does not depend on the working folder."""
        given = self.config.source
        if given is None:
            return None
        return given.path if "://" in given.path else str(self.folder / Path(given.path))

    @property
    def ledger(self) -> Path:
        """Folder of the ledger."""
        return self.folder / LEDGER


def parse(text: str, where: str = CONFIG) -> Config:
    """Turn the text of a ``lowtide.toml`` into settings.

    Raises
    ------
    UsageError
        One sentence with the line, and the closest known name when one was misspelt.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_broken(str(error), where, text)) from None
    reader = _Reader(text, where)
    reader.known(raw, tuple(Config.__struct_fields__), ())
    if "task" not in raw:
        raise UsageError(f'{where}: there is no [task]. Add one with target = "COLUMN".')
    read = reader.struct(raw.get("read", {}), ReadSettings, ("read",))
    run = reader.struct(raw.get("run", {}), RunSettings, ("run",))
    task = reader.struct(raw["task"], Task, ("task",))
    source = reader.struct(raw["source"], SourceSettings, ("source",)) if "source" in raw else None
    if source is not None and source.sheet is not None and read.sheet is None:
        read = msgspec.structs.replace(read, sheet=source.sheet)
    if run.metric is not None and task.metric not in (None, run.metric):
        raise UsageError(f"{where}: [task] metric and [run] metric differ. Keep one of them.")
    task = msgspec.structs.replace(task, metric=task.metric or run.metric)
    columns = reader.table(raw, "columns")
    answers = reader.table(raw, "answers")
    return Config(
        task=task,
        source=source,
        read=read,
        columns={n: reader.struct(v, ColumnSettings, ("columns", n)) for n, v in columns.items()},
        answers={n: reader.struct(_answer(v), AnswerSettings, ("answers", n)) for n, v in answers.items()},
        run=run,
        vault=reader.struct(raw["vault"], VaultSettings, ("vault",)) if "vault" in raw else None,
    )


def _answer(value: Any) -> Any:
    """Spell out ``"use"`` as ``{answer = "use"}``, and dates as text."""
    if isinstance(value, str):
        return {"answer": value}
    if not isinstance(value, dict):
        return value
    return {k: v.isoformat() if isinstance(v, datetime.date) else v for k, v in value.items()}


def _broken(message: str, where: str, text: str) -> str:
    found = re.match(r"(.*) \(at line (\d+), column (\d+)\)$", message)
    if found:
        return f"{where}, line {found[2]}, column {found[3]}: {found[1]}."
    last = text.rstrip().count("\n") + 1
    return f"{where}, line {last}: {message.replace(' (at end of document)', ' at the end of the file')}."


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns tables into structs; knows the text, to say in which line something is wrong."""

    text: str
    where: str

    def table(self, raw: Mapping[str, Any], name: str) -> dict[str, Any]:
        value = raw.get(name, {})
        if not isinstance(value, dict):
            raise self.error((name,), f"[{name}] must be a table")
        return value

    def struct(self, raw: Any, kind: type[S], path: tuple[str, ...]) -> S:
        if not isinstance(raw, dict):
            raise self.error(path, f"{_shown(path)} must be a table")
        self.known(raw, kind.__struct_fields__, path)
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            message, _, inner = str(error).partition(" - at `$")
            steps = tuple(s for s in re.split(r"[.\[\]`]+", inner) if s and s != "...")
            full = (*path, *steps)
            field = steps[0] if steps else ""
            raise self.error(full, f"{_shown(full)}: {_plain(message, kind, field)}") from None

    def known(self, raw: Mapping[str, Any], names: tuple[str, ...], path: tuple[str, ...]) -> None:
        """Raise for the first key that is not in ``names``, with the closest one that is."""
        for key in raw:
            if key in names:
                continue
            what = f"{_shown(path)} has no setting {key!r}" if path else f"there is no table [{key}]"
            close = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
            known = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(names)}."
            raise self.error((*path, key), what, known)

    def error(self, path: tuple[str, ...], what: str, hint: str = "") -> UsageError:
        line = line_of(self.text, path)
        where = self.where if line is None else f"{self.where}, line {line}"
        return UsageError(f"{where}: {what}." + (f" {hint}" if hint else ""))


def line_of(text: str, path: tuple[str, ...]) -> int | None:
    """Return the line (from 1) of the deepest known part of a key, None when it is not found."""
    table: tuple[str, ...] = ()
    best: tuple[int, int] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        head = line.strip()
        if head.startswith("["):
            table = _keys(head.split("#")[0] if '"' not in head else head) or table
            here = table
        else:
            own = _keys(head.partition("=")[0] + " = 0") if "=" in head else None
            if own is None:
                continue
            here = (*table, *own)
        depth = len(here)
        if here == path[:depth] and (best is None or depth > best[0]):
            best = (depth, number)
    return None if best is None else best[1]


def _keys(line: str) -> tuple[str, ...] | None:
    """Return the keys that a header or an assignment opens, one in another."""
    try:
        value: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    keys: list[str] = []
    while isinstance(value, (dict, list)) and value:
        if isinstance(value, list):
            value = value[0]
            continue
        key = next(iter(value))
        keys.append(key)
        value = value[key]
    return tuple(keys)


def _shown(path: tuple[str, ...]) -> str:
    """Return ``[table] key`` as a person writes it."""
    if len(path) > 1 and path[0] == "columns":
        rest = ".".join(path[2:])
        return f'[columns."{path[1]}"]' + (f" {rest}" if rest else "")
    rest = ".".join(path[1:])
    return f"[{path[0]}]" + (f" {rest}" if rest else "")


_TYPES = {
    "str": "text in quotes",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "array": "a list in square brackets",
    "object": "a table",
    "null": "nothing",
}


def _plain(message: str, kind: type[msgspec.Struct], field: str) -> str:
    """Say a validation message in plain words."""
    missing = re.match(r"Object missing required field `(.+)`", message)
    if missing:
        return f"{missing[1]!r} is needed"
    if message.startswith("Invalid enum value"):
        allowed = _literals(typing.get_type_hints(kind)[field]) if field else ()
        return f"{message.removeprefix('Invalid enum value ')} is not one of {', '.join(allowed)}"
    limits = re.match(r"Expected `.+?` ([<>]=?) (\S+)$", message)
    if limits:
        return f"must be {limits[1]} {limits[2]}"
    found = re.match(r"Expected `(.+?)`( .+)?, got `(.+?)`", message)
    if not found:
        return message[:1].lower() + message[1:].replace("`", "")
    wanted = [_TYPES.get(w, w) for w in found[1].split(" | ") if w != "null"]
    return f"expected {' or '.join(wanted)}{found[2] or ''}, not {_TYPES.get(found[3], found[3])}"


def _literals(hint: Any) -> tuple[str, ...]:
    if typing.get_origin(hint) is Literal:
        return tuple(repr(v) for v in typing.get_args(hint))
    return tuple(v for part in typing.get_args(hint) for v in _literals(part))
