"""The tools, and what each was told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RUNNERS = Path(__file__).resolve().parent / "runners"


@dataclass(frozen=True, slots=True)
class Tool:
    """One tool in one setting.

    Attributes
    ----------
    key : how the command line and the record name it.
    label : how tables name it.
    runner : file in ``runners/``, or an absolute path.
    environment : name in `bench.peers.environments.NEEDS`; None runs it in this Python.
    settings : handed to the runner.
    told : what it knows besides features, target, kind, metric, seconds and threads.
    """

    key: str
    label: str
    runner: str
    environment: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    told: str = "nothing"

    @property
    def script(self) -> Path:
        return RUNNERS / self.runner


LOWTIDE = "lowtide"

TOOLS = (
    Tool(LOWTIDE, "lowtide", "run_lowtide.py", told="the group's column, or that rows are in order of time"),
    Tool("search", "RandomizedSearchCV", "run_search.py", settings={"configurations": 30}),
    Tool("flaml", "FLAML", "run_flaml.py", "flaml"),
    Tool("mljar-explain", "MLJAR Explain", "run_mljar.py", "mljar", {"mode": "Explain"}),
    Tool("mljar-compete", "MLJAR Compete", "run_mljar.py", "mljar", {"mode": "Compete"}),
    Tool("autogluon-medium", "AutoGluon medium", "run_autogluon.py", "autogluon", {"presets": "medium_quality"}),
    Tool("autogluon-best", "AutoGluon best", "run_autogluon.py", "autogluon", {"presets": "best_quality"}),
)  # fmt: skip


def get(key: str) -> Tool:
    """Return a tool by its key."""
    return next(t for t in TOOLS if t.key == key)
