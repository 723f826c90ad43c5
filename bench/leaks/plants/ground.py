"""The ground in which leaks are planted, and what a plant is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from bench.leaks.case import Case, Kind, Part

STRENGTHS = ("strong", "medium", "weak")
BOTH: tuple[Kind, ...] = ("binary", "multiclass")
ALL: tuple[Kind, ...] = ("binary", "multiclass", "regression")
ROWS = 3000
"""Rows of a table in which something is planted (at most)."""

WORDS = (
    "level", "index", "measure", "amount", "value", "channel", "segment", "factor", "item", "band", "point", "share", "unit",
    "stage", "area", "code", "step", "volume", "size", "width", "ratio",
)  # fmt: skip
"""Names of planted columns say nothing of outcomes."""


@dataclass
class Ground:
    """A clean table about to get a leak, with a source of chance and a strength."""

    frame: pd.DataFrame
    target: str
    task: Kind
    rng: np.random.Generator
    strength: str = "strong"

    def pick(self, strong: Any, medium: Any, weak: Any) -> Any:
        """Return what belongs to the strength."""
        return (strong, medium, weak)[STRENGTHS.index(self.strength)]

    @property
    def n(self) -> int:
        return len(self.frame)

    @cached_property
    def y(self) -> np.ndarray:
        """The target as numbers: regression as it is, classes 0, 1, … with the commonest first."""
        raw = self.frame[self.target]
        if self.task == "regression":
            return raw.to_numpy(np.float64)
        order = {k: i for i, k in enumerate(raw.value_counts().index)}
        return raw.map(order).to_numpy(np.float64)

    @property
    def hit(self) -> np.ndarray:
        """Rows with the event: the rarest class, or the highest 30 % of a regression target."""
        if self.task == "regression":
            return np.asarray(self.y >= np.quantile(self.y, 0.7))
        return np.asarray(self.y == self.y.max())

    @property
    def features(self) -> list[str]:
        return [c for c in self.frame.columns if c != self.target]

    @property
    def numeric(self) -> list[str]:
        """Numeric features with at least 20 values."""
        return [
            c for c in self.features
            if pd.api.types.is_numeric_dtype(self.frame[c]) and self.frame[c].nunique() >= 20
        ]  # fmt: skip

    @property
    def texts(self) -> list[str]:
        """Features that are text."""
        return [c for c in self.features if not pd.api.types.is_numeric_dtype(self.frame[c])]

    def fresh(self, count: int = 1) -> list[str]:
        """Return names that the table does not have yet and that say nothing."""
        names: list[str] = []
        while len(names) < count:
            name = f"{WORDS[self.rng.integers(len(WORDS))]}_{self.rng.integers(1, 99)}"
            if name not in self.frame and name not in names:
                names.append(name)
        return names

    def put(self, columns: Mapping[str, Any], frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Return the table with new columns at places drawn by chance."""
        frame = (self.frame if frame is None else frame).copy()
        for name, values in columns.items():
            frame.insert(int(self.rng.integers(0, frame.shape[1] + 1)), name, values)
        return frame

    def some(self, share: float, among: np.ndarray | None = None) -> np.ndarray:
        """Return a mask of rows drawn by chance: exactly that share (at least one row) of ``among``."""
        pool = np.arange(self.n) if among is None else np.flatnonzero(among)
        count = round(share * len(pool)) if share > 0 else 0
        mask = np.zeros(self.n, dtype=bool)
        mask[self.rng.choice(pool, min(len(pool), max(count, 1 if share > 0 else 0)), replace=False)] = True
        return mask

    def halves(self, share: float = 0.3) -> tuple[np.ndarray, np.ndarray]:
        """Return numbers of training and test rows, drawn by chance."""
        order = self.rng.permutation(self.n)
        cut = round(self.n * (1 - share))
        return order[:cut], order[cut:]

    def flipped(self, share: float) -> np.ndarray:
        """Return the event with that share of wrong rows."""
        return np.asarray(self.hit ^ self.some(share))

    @property
    def spread(self) -> float:
        return float(np.std(self.y)) or 1.0


@dataclass(frozen=True)
class Planted:
    """What a plant made: the table, and what must be flagged in it."""

    frame: pd.DataFrame
    columns: Sequence[str] = ()
    test: pd.DataFrame | None = None
    group: str | None = None
    time: str | None = None
    target: str | None = None
    task: Kind | None = None
    options: Mapping[str, object] = field(default_factory=dict)


Make = Callable[[Ground], Planted | None]


@dataclass(frozen=True)
class Plant:
    """One kind of leak.

    Attributes
    ----------
    kind : its name, a row of the results.
    family : ``L1``, ``L2``, ``L3`` or ``L5``.
    make : plants it, or returns ``None`` where the table does not suit.
    strengths : what strong, medium and weak mean here.
    tasks : tasks in which it makes sense.
    own : it makes a table of its own; the ground is not used.
    order, names : whether the order of rows, or the names of columns, are evidence.
    least : fewest rows of the ground.
    """

    kind: str
    family: str
    make: Make
    strengths: str
    tasks: tuple[Kind, ...] = ALL
    own: bool = False
    order: bool = False
    names: bool = False
    least: int = 100

    def plant(self, ground: Ground, part: Part, source: str, seed: int) -> Case | None:
        """Return the case, or ``None`` where the table does not suit."""
        from bench.leaks.codes import CODES

        made = self.make(ground)
        if made is None:
            return None
        return Case(
            f"{self.kind}, {ground.strength}, {source}, {seed}", self.family, self.kind,
            made.frame.reset_index(drop=True), made.target or ground.target, made.task or ground.task,
            strength=ground.strength, test=None if made.test is None else made.test.reset_index(drop=True),
            group=made.group, time=made.time, columns=tuple(made.columns), codes=CODES.get(self.kind, ()),
            order=self.order, names=self.names, part=part, source=source, seed=seed, options=made.options,
        )  # fmt: skip


def stack(frame: pd.DataFrame, more: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return both tables one under the other, shuffled."""
    both = pd.concat([frame, more], ignore_index=True)
    return both.iloc[rng.permutation(len(both))].reset_index(drop=True)
