"""What the joints of the spine hand to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lowtide.core.contract import Role
from lowtide.core.task import Task
from lowtide.learn.menu import Size
from lowtide.tables.raw import ColumnSettings, ReadSettings
from lowtide.tables.table import Table
from lowtide.tables.target import Target

if TYPE_CHECKING:
    from lowtide.auditing.audit import Answer, Audit
    from lowtide.steps.fitting import Fitter
    from lowtide.steps.vault import Locked

FEATURE_ROLES: tuple[Role, ...] = ("number", "category", "ordinal", "text", "date")


class Listener(Protocol):
    """Hears how far a run is; a progress bar, usually."""

    def stage(self, name: str) -> None: ...

    def trial(
        self, done: int, total: int, name: str, seconds_left: float | None, best: float | None
    ) -> None: ...


class Silent:
    """A listener that says nothing."""

    def stage(self, name: str) -> None:
        return

    def trial(self, done: int, total: int, name: str, seconds_left: float | None, best: float | None) -> None:
        return


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that decides a run; what a project's ``lowtide.toml`` says, or the arguments of `run`."""

    source: Any
    task: Task
    read: ReadSettings = ReadSettings()
    columns: Mapping[str, ColumnSettings] | None = None
    answers: Mapping[str, Answer] | None = None
    budget: float = 60.0
    seed: int = 0
    confidence: float = 0.95
    size: Size = "normal"
    threads: int | None = None
    batch_rows: int | None = None
    folder: Path | None = None
    lang: str = "en"
    vault: float | None = None
    release: bool = False
    open_vault: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is known before anything is judged: the rows, the question, what the audit says of them.

    ``locked`` tells of rows that are not among them.
    """

    table: Table
    task: Task
    target: Target
    audit: Audit
    fitter: Fitter
    features: tuple[str, ...]
    locked: Locked | None = None
