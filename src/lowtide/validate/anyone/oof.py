"""Out-of-fold predictions of all trials of a tool, with everything that a floor must know of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.checks import Anything
from lowtide.validate.anyone.splitters import Folds
from lowtide.validate.anyone.words import Note, sentence


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """What ``lowtide.out_of_fold`` made; ``lowtide.floor`` takes it as it is.

    Attributes
    ----------
    y : (n,) outcomes as they were given.
    predictions : (n, trials), of more than two classes (n, trials, classes); NaN for rows that were never held out.
    folds : who was fitted on whom; None when the tool does not tell.
    groups, time : (n,) as given, or None.
    names : of the trials.
    metric : what the tool was judged by: a name or a scorer.
    positive : label of the class that binary predictions are of.
    trials_total : trials that were made, those that are not here included.
    notes : what must be known beside the floor.
    """

    y: Anything
    predictions: Floats
    folds: Folds | None
    groups: Anything | None
    time: Anything | None
    names: tuple[str, ...]
    metric: Any
    positive: Any = None
    trials_total: int = 0
    notes: tuple[Note, ...] = ()

    @property
    def trials(self) -> int:
        """Trials that can be compared."""
        return len(self.names)

    def __repr__(self) -> str:
        of = f" of {self.trials_total}" if self.trials_total > self.trials else ""
        metric = self.metric if isinstance(self.metric, str) else repr(self.metric)
        notes = "".join(f"\n  {sentence(n)}" for n in self.notes)
        many = "trial" if self.trials_total == 1 else "trials"
        return f"<out-of-fold predictions: {self.trials}{of} {many}, {len(self.y)} rows, {metric}{notes}>"
