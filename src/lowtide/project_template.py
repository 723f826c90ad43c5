"""The commented ``lowtide.toml`` that ``lowtide init`` writes."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from lowtide.core.answering import about_split, choices
from lowtide.core.contract import ROLES, Guess
from lowtide.core.errors import InputError
from lowtide.core.finding import Finding
from lowtide.core.task import Task
from lowtide.core.text import write_text
from lowtide.tables.raw import ColumnSettings, ReadSettings

CONFIG = "lowtide.toml"
# More columns than this would bury the rest of the file.
MOST_COLUMNS = 100

_HEAD = """\
# A lowtide project. `lowtide run .` in this folder does the whole job.
# A line that begins with "# " does nothing: take the mark away to set it. Every guess below can be overruled.

[task]
"""
_TASK_HINTS = {
    "kind": ('"binary"', "binary, multiclass or regression"),
    "positive": ('"LABEL"', "label of the positive class"),
    "unit": ('["COLUMN"]', "columns that identify a row"),
    "group": ('"COLUMN"', "the entity that repeats: customer, machine, patient"),
    "time": ('"COLUMN"', 'the moment of a row; ":order" is the order of the rows'),
    "horizon": ("30", "length of the outcome window, in days (rows under :order)"),
    "gap": ("7", "pause between training and use, in days (rows under :order)"),
    "metric": ('"METRIC"', "what to be judged by; `lowtide run --help` lists them"),
}
_DEPLOY = "# What the model will be used on: rows, groups, future or groups+future.\n"
_DEPLOY_OPEN = """\
# What will the model be used on? Until you say so, the worst that the data give evidence for is assumed.
# Take the mark away from ONE of these:
"""
_DEPLOYS = {
    "rows": "rows like these: the same time, the same entities",
    "groups": "entities that are not in this table",
    "future": "later rows than these",
    "groups+future": "entities that are not in this table, later",
}
_READ_NUMBERS = ("title_rows", "header_rows")
_RUN = """
[run]
# budget = 60              # seconds to spend
# seed = 0
# confidence = 0.95        # of the floor
# size = "normal"          # menu of trials: quick, normal, wide
# batch_rows = 1000        # how many rows you will see at a time
"""
_VAULT = """
# Rows locked away before anybody looks at outcomes, to judge the finished model on, once:
# lowtide run DIR --open-vault. It must stand here before the first run.
[vault]
"""


def write_template(
    folder: Path,
    *,
    source: str,
    task: Task,
    read: ReadSettings | None = None,
    guesses: Sequence[Guess] = (),
    questions: Sequence[Finding] = (),
    findings: Sequence[Finding] = (),
    vault: float | None = None,
) -> Path:
    """Write ``lowtide.toml`` into ``folder`` (made when it is not there) and return its path.

    What was said stands in plain lines; guesses and open questions stand as comments that only need the
    mark taken away. ``findings`` fill the comments about time and group with what was seen.

    Raises
    ------
    InputError
        When the folder cannot be written.
    """
    text = template(
        folder, source=source, task=task, read=read, guesses=guesses, questions=questions, findings=findings, vault=vault,
    )  # fmt: skip
    try:
        write_text(folder / CONFIG, text)
    except OSError as error:
        raise InputError(f"{folder / CONFIG} cannot be written ({error.strerror}).") from None
    return folder / CONFIG


def template(
    folder: Path,
    *,
    source: str,
    task: Task,
    read: ReadSettings | None = None,
    guesses: Sequence[Guess] = (),
    questions: Sequence[Finding] = (),
    findings: Sequence[Finding] = (),
    vault: float | None = None,
) -> str:
    """Return the text that `write_template` writes."""
    parts = [
        _HEAD,
        _task(task, (*questions, *findings)),
        _source(folder, source),
        _read(read or ReadSettings(), guesses),
    ]
    parts += [_columns(guesses), _answers(questions), _RUN, _VAULT, *_vault(vault)]
    if task.costs is not None:
        parts.append("\n[task.costs]\n" + "".join(_line(n, v) for n, v in _set_fields(task.costs)))
    return "".join(parts)


def _vault(share: float | None) -> list[str]:
    kept = _hint("share = 0.2", "of the rows or groups, or the last period") if share is None else ""
    return [kept or _line("share", share), _hint("release = true", "once opened, its rows train again")]


def toml_value(value: Any) -> str:
    """Write text, numbers, true/false and lists of them as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml_value(v) for v in value) + "]"
    escaped = [_ESCAPES.get(c, c) if c.isprintable() or c in _ESCAPES else _code(c) for c in str(value)]
    return '"' + "".join(escaped) + '"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def _code(character: str) -> str:
    number = ord(character)
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"


def _line(name: str, value: Any) -> str:
    return f"{name} = {toml_value(value)}\n"


def _hint(line: str, note: str = "") -> str:
    return f"# {line:<24}  # {note}\n" if note else f"# {line}\n"


def _set_fields(struct: msgspec.Struct) -> list[tuple[str, Any]]:
    """Return the settings that differ from their defaults (and those that have none)."""
    return [
        (f.name, getattr(struct, f.name))
        for f in msgspec.structs.fields(struct)
        if f.required or getattr(struct, f.name) != f.default
    ]


def _task(task: Task, findings: Sequence[Finding] = ()) -> str:
    splits = [f for f in findings if about_split(f) and f.severity in ("question", "warning")]
    seen = {key: value for f in splits for c in choices(f) for key, value in c.settings if key != "deploy"}
    given = dict(_set_fields(task))
    given.pop("costs", None)
    lines = [_line(name, value) for name, value in given.items()]
    for name, (example, note) in _TASK_HINTS.items():
        if name in seen and name not in given:
            lines.append(_hint(f"{name} = {toml_value(seen[name])}", f"{note} (seen, nobody said so)"))
        elif name not in given:
            lines.append(_hint(f"{name} = {example}", note))
    if "deploy" not in given:
        lines.append(_DEPLOY_OPEN if splits else _DEPLOY)
        lines += [_hint(f"deploy = {toml_value(name)}", note) for name, note in _deploy(splits).items()]
    return "".join(lines)


def _deploy(splits: Sequence[Finding]) -> dict[str, str]:
    """Return the schemes that are worth naming, and what each says: all of them when nothing was seen."""
    if not splits:
        return {"rows": _DEPLOYS["rows"]}
    found = {c.means for f in splits for c in choices(f)}
    found |= {
        scheme for means, scheme in (("known_places", "rows"), ("new_places", "groups")) if means in found
    }
    if {"groups", "future"} <= found:
        found.add("groups+future")
    return {name: note for name, note in _DEPLOYS.items() if name in found}


def _source(folder: Path, source: str) -> str:
    if source == "-":
        return '\n# The rows came from standard input. To run this folder again, save them and say where:\n# [source]\n# path = "FILE"\n'
    return f"\n[source]\n{_line('path', _relative(folder, source))}"


def _relative(folder: Path, source: str) -> str:
    """Return a path as seen from the project folder; addresses, and paths on another drive, as they are."""
    if "://" in source:
        return source
    try:
        return Path(os.path.relpath(Path(source).absolute(), folder.absolute())).as_posix()
    except ValueError:
        return Path(source).absolute().as_posix()


def _read(read: ReadSettings, guesses: Sequence[Guess]) -> str:
    given = dict(_set_fields(read))
    lines = [_line(name, value) for name, value in given.items()]
    names = set(ReadSettings.__struct_fields__) - set(given) - {"null_tokens", "names"}
    for guess in guesses:
        if guess.column is None and guess.what in names:
            number = guess.what in _READ_NUMBERS and guess.value.isdigit()
            value = int(guess.value) if number else guess.value
            lines.append(_hint(_line(guess.what, value).strip(), _sure(guess)))
    return "\n[read]\n" + "".join(lines)


def _sure(guess: Guess) -> str:
    return "as given" if guess.given else f"guessed, {guess.sure:.0%} sure"


def _columns(guesses: Sequence[Guess]) -> str:
    """Return a commented table for each column about which something was guessed."""
    names = set(ColumnSettings.__struct_fields__) - {"null_tokens"}
    by_column: dict[str, list[Guess]] = {}
    for guess in guesses:
        if guess.column is not None and guess.what in names:
            by_column.setdefault(guess.column, []).append(guess)
    if not by_column:
        return ""
    # The least certain first: they are worth a look.
    ordered = sorted(by_column.items(), key=lambda item: min(g.sure for g in item[1]))
    lines = [f"\n# Roles: {', '.join(ROLES)}.\n"]
    for column, found in ordered[:MOST_COLUMNS]:
        plain = all(g.given for g in found)
        mark = "" if plain else "# "
        lines.append(f"{mark}[columns.{toml_value(column)}]\n")
        for guess in found:
            line = _line(guess.what, guess.value).strip()
            lines.append(line + "\n" if guess.given and plain else _hint(line, _sure(guess)))
    if len(ordered) > MOST_COLUMNS:
        lines.append(f"# ... and {len(ordered) - MOST_COLUMNS} more columns.\n")
    return "".join(lines)


def _answers(questions: Sequence[Finding]) -> str:
    lines = ["\n[answers]\n"]
    columns = [f for f in questions if not about_split(f)]
    if columns:
        lines.append(
            "# Open questions: until you answer, these columns are out. Is the value known when the prediction is\n"
            '# made? "use" keeps the column, "drop" leaves it out. `lowtide explain CODE` tells more.\n'
        )
    for finding in columns:
        for key, _ in choices(finding)[0].settings:
            lines.append(_hint(f'{toml_value(key)} = "drop"'))
    lines.append(
        '# or, with a name: "COLUMN" = {answer = "use", who = "NAME", when = 2026-01-31, why = "TEXT"}\n'
    )
    return "".join(lines)
