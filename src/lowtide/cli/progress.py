"""The progress bar: what is being tried, and the time left."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from lowtide.cli.common import console, words


class Bar:
    """Shows stages and trials on stderr; says nothing when quiet or not on a terminal."""

    def __init__(self, *, quiet: bool) -> None:
        self._console = console()
        self._quiet = quiet or not self._console.is_terminal
        self._progress: Any = None
        self._task: Any = None
        self._words = words()

    def __enter__(self) -> Bar:
        if not self._quiet:
            from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

            self._progress = Progress(
                SpinnerColumn(),
                TextColumn("{task.description}"),
                BarColumn(bar_width=28),
                TextColumn("{task.fields[left]}"),
                console=self._console,
                transient=True,
            )
            self._progress.start()
            self._task = self._progress.add_task("", total=None, left="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is not None:
            self._progress.stop()

    def stage(self, name: str) -> None:
        """Say which stage has begun (``read``, ``audit``, ``trials``, ``floor``, ``fit``, ``report``)."""
        if self._progress is not None:
            self._progress.update(self._task, description=self._words.say(f"cli.stage.{name}"), left="")

    def trial(self, done: int, total: int, name: str, seconds_left: float | None, best: float | None) -> None:
        """Say which trial is running."""
        if self._progress is None:
            return
        left = (
            ""
            if seconds_left is None
            else self._words.say("cli.stage.left", seconds=round(max(seconds_left, 0)))
        )
        if best is not None:
            left = f"{left}  {self._words.say('cli.stage.best', best=round(best, 4))}"
        self._progress.update(
            self._task, completed=done, total=total, left=left,
            description=self._words.say("cli.stage.trial", done=done + 1, total=total, name=name),
        )  # fmt: skip
