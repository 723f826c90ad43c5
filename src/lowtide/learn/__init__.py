"""From a numeric matrix to something that predicts: learners, the menu of what to try, ensembles."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from lowtide.core.errors import UsageError

if TYPE_CHECKING:
    from lowtide.learn.learner import Files, Fitted, Learner
    from lowtide.learn.learners import LEARNERS

__all__ = ["LEARNERS", "from_files", "get"]


def get(name: str) -> Learner:
    """Return a learner by name."""
    from lowtide.learn.learners import LEARNERS

    for learner in LEARNERS:
        if learner.name == name:
            return learner
    known = [learner.name for learner in LEARNERS]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Closest: {close[0]!r}." if close else f"There are {', '.join(known)}."
    raise UsageError(f"No learner {name!r}. {hint}")


def from_files(learner_name: str, files: Files) -> Fitted:
    """Rebuild what a learner fitted from its files (see ``Fitted.to_files``)."""
    return get(learner_name).load(files)


def __getattr__(name: str) -> Any:
    if name == "LEARNERS":
        from lowtide.learn.learners import LEARNERS

        return LEARNERS
    raise AttributeError(f"module 'lowtide.learn' has no attribute {name!r}")
