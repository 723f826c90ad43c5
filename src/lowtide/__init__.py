"""lowtide: models with a floor.

Public names are loaded on first use, so that ``import lowtide`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_HOMES = {
    "run": "lowtide.flow",
    "audit": "lowtide.flow",
    "profile": "lowtide.flow",
    "read": "lowtide.flow",
    "Study": "lowtide.study",
    "floor": "lowtide.validate.anyone.floor",
    "out_of_fold": "lowtide.validate.anyone.collect",
    "settle": "lowtide.steps.settling",
    "Settlement": "lowtide.core.settlement",
    "load": "lowtide.models.bundle",
    "Task": "lowtide.core.task",
    "Costs": "lowtide.core.task",
    "LowtideError": "lowtide.core.errors",
}

__all__ = [
    "Costs",
    "LowtideError",
    "Settlement",
    "Study",
    "Task",
    "__version__",
    "audit",
    "floor",
    "load",
    "out_of_fold",
    "profile",
    "read",
    "run",
    "settle",
]

if TYPE_CHECKING:
    from lowtide.core.errors import LowtideError
    from lowtide.core.settlement import Settlement
    from lowtide.core.task import Costs, Task
    from lowtide.flow import audit, profile, read, run
    from lowtide.models.bundle import load
    from lowtide.steps.settling import settle
    from lowtide.study import Study
    from lowtide.validate.anyone.collect import out_of_fold
    from lowtide.validate.anyone.floor import floor


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'lowtide' has no attribute {name!r}")
    from importlib import import_module

    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
