"""From the command line, or a project folder, to a job."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from lowtide.core.errors import UsageError
from lowtide.core.task import Task
from lowtide.learn.menu import LENGTHS, Size
from lowtide.project import CONFIG, Config, Project
from lowtide.steps.job import Job
from lowtide.tables.raw import ReadSettings

DEFAULT_BUDGET = 60.0


def job_of(
    source: str,
    *,
    out: Path | None,
    lang: str,
    target: str | None = None,
    budget: float | None = None,
    seed: int | None = None,
    size: str | None = None,
    threads: int | None = None,
    read: ReadSettings | None = None,
    vault: float | None = None,
    open_vault: bool = False,
    **task_options: Any,
) -> Job:
    """Return the job of a project folder, or of a file and a target.

    A file gets a project folder of its own (``out``, or the file's name with ``-lowtide``), so that its trials
    are remembered; when that folder has a ``lowtide.toml``, its answers and settings hold, and options given
    on the command line win over them.
    """
    given = {k: v for k, v in task_options.items() if v not in (None, ())}
    if target is not None:
        given["target"] = target
    path = Path(source)
    if path.is_dir() or path.name == CONFIG:
        project = Project.open(path)
        if project.source is None:
            raise UsageError(
                f'{project.folder / CONFIG} does not say where the rows are: add [source] path = "FILE".'
            )
        data, folder = project.source, out or project.folder
        config: Config | None = project.config
    else:
        folder = out or Path(default_folder(source))
        data = source
        config = Project.open(folder).config if (folder / CONFIG).is_file() else None
        if target is None and config is None and source != "-" and not path.exists():
            raise UsageError(
                f"There is no {source!r} here. Give a project folder, or a file and --target COL."
            )
        if target is None and config is None:
            raise UsageError("Say which column is to be predicted: --target COL.")
        if target is not None and config is not None and config.task.target != target:
            raise UsageError(
                f"{folder / CONFIG} is about the target {config.task.target!r}, not {target!r}. "
                "Give another folder: --out DIR."
            )
    task = _task(config.task if config else None, given)
    settings = _read(config.read if config else None, read)
    run = config.run if config else None
    answers = None
    if config is not None:
        from lowtide.auditing.audit import Answer

        answers = {
            k: Answer(answer=a.answer, who=a.who or "", when=a.when or "", why=a.why or "")
            for k, a in config.answers.items()
        }
    return Job(
        source=data,
        task=task,
        read=settings,
        columns=config.columns if config else None,
        answers=answers,
        budget=_first(budget, run.budget if run else None, DEFAULT_BUDGET),
        seed=_first(seed, run.seed if run else None, 0),
        confidence=run.confidence if run else 0.95,
        size=_size(_first(size, run.size if run else None, "normal")),
        threads=_first(threads, run.threads if run else None, None),
        batch_rows=run.batch_rows if run else None,
        folder=folder,
        lang=lang,
        vault=_first(vault, config.vault.share if config and config.vault else None),
        release=bool(config and config.vault and config.vault.release),
        open_vault=open_vault,
    )


def default_folder(source: str) -> str:
    """Return the name of the project folder made for a file, in the working folder."""
    if source == "-":
        return "stdin-lowtide"
    name = re.sub(r"(\.(gz|zst))?$", "", Path(source).name)
    stem = re.sub(r"\.[A-Za-z]+$", "", name)
    return f"{re.sub(r'[*?]+', '_', stem) or 'data'}-lowtide"


def _task(declared: Task | None, given: dict[str, Any]) -> Task:
    if declared is None:
        return msgspec.convert(given, Task)
    return msgspec.convert({**msgspec.to_builtins(declared), **given}, Task)


def _read(declared: ReadSettings | None, given: ReadSettings | None) -> ReadSettings:
    if declared is None or given is None:
        return declared or given or ReadSettings()
    told = {k: v for k, v in msgspec.structs.asdict(given).items() if v is not None and k != "row_limit"}
    return msgspec.structs.replace(declared, **told)


def _size(size: str) -> Size:
    if size not in LENGTHS:
        raise UsageError(f"--size takes quick, normal or wide, not {size!r}.")
    return size


def _first(*values: Any) -> Any:
    return next((v for v in values if v is not None), None)
