"""Time: how much is left, and how long the next trial will take."""

from __future__ import annotations

import time
from collections.abc import Callable

from lowtide.core.recipe import Recipe


class Budget:
    """Seconds to spend, counted from when it is made.

    Parameters
    ----------
    seconds : ``None`` means no limit.
    clock : gives the present in seconds, never going back.

    Examples
    --------
    >>> ticks = iter([0.0, 4.0, 4.0])
    >>> budget = Budget(10, clock=lambda: next(ticks))
    >>> budget.reserve("refit", 2)
    >>> budget.fits(3), budget.fits(5)
    (True, False)
    """

    def __init__(self, seconds: float | None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._start = clock()
        self._reserved: dict[str, float] = {}

    @property
    def spent(self) -> float:
        return self._clock() - self._start

    @property
    def reserved(self) -> float:
        return sum(self._reserved.values())

    def reserve(self, purpose: str, seconds: float) -> None:
        """Set aside time for ``purpose``; a later call for the same purpose replaces it."""
        self._reserved[purpose] = max(0.0, seconds)

    def release(self, purpose: str) -> None:
        """Give back what was set aside for ``purpose``."""
        self._reserved.pop(purpose, None)

    def left(self) -> float | None:
        """Return the seconds that are neither spent nor reserved (never negative), ``None`` without limit."""
        if self.seconds is None:
            return None
        return max(0.0, self.seconds - self.spent - self.reserved)

    def fits(self, estimated_seconds: float) -> bool:
        """Tell whether something that takes this long can still be begun."""
        left = self.left()
        return left is None or (left > 0 and estimated_seconds <= left)

    @property
    def over(self) -> bool:
        """True when nothing is left."""
        return self.left() == 0.0


class Pace:
    """Predicts how long folds of a recipe take from the folds that its learner did before.

    Time is taken to grow with the training rows, and with the columns when there are more of them than
    before. A recipe's own folds replace its learner's as soon as there are any.
    """

    def __init__(self) -> None:
        self._own: dict[str, tuple[float, int]] = {}
        self._learner: dict[str, list[tuple[float, int, int]]] = {}

    def add(self, recipe: Recipe, rows: int, seconds: float) -> None:
        """Note that a fold with ``rows`` training rows took ``seconds``."""
        before = self._own.get(recipe.key, (0.0, 0))
        self._own[recipe.key] = (before[0] + seconds, before[1] + rows)
        self._learner.setdefault(recipe.learner, []).append((seconds, rows, len(recipe.columns)))

    def knows(self, recipe: Recipe) -> bool:
        """Tell whether this recipe's learner was timed."""
        return recipe.learner in self._learner

    def seconds(self, recipe: Recipe, rows: int) -> float:
        """Return the predicted seconds for ``rows`` training rows in all.

        A learner that was never timed is taken to be like the slowest that was; 0 when none was.
        """
        own = self._own.get(recipe.key)
        if own is not None:
            return own[0] / max(own[1], 1) * rows
        seen = self._learner.get(recipe.learner)
        if not seen:
            rates = (
                sum(t for t, _, _ in s) / max(sum(r for _, r, _ in s), 1) for s in self._learner.values()
            )
            return max(rates, default=0.0) * rows
        columns = max(len(recipe.columns), 1)
        scaled = sum(seconds * max(1.0, columns / max(had, 1)) for seconds, _, had in seen)
        return scaled / max(sum(r for _, r, _ in seen), 1) * rows
