"""Fit and predict on indices: what trials, prices and the final model share."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, Literal, TypeVar

import numpy as np

from lowtide.auditing.pricing import FastFit
from lowtide.core.contract import Role
from lowtide.core.recipe import Recipe, Style
from lowtide.core.task import Kind
from lowtide.tables.table import Floats, Ints, Table

T = TypeVar("T")
# Settings of the learner that prices findings.
PRICE = {"rounds": 60, "leaves": 15, "rate": 0.1, "min_leaf": 10}


class Fitter:
    """Fits recipes on rows of one table; preparations of a fold are shared by the recipes that need the same.

    Parameters
    ----------
    table : the rows (n).
    y : (n,) target as numbers.
    kind, classes : of the target.
    threads : threads that a learner may use; results do not depend on it.
    keep_bytes : how much of the fitted preparations is kept (memory against time).
    weight : (n,) how much each row counts in fitting, or None; missing weights count as 1.
    """

    def __init__(
        self,
        table: Table,
        y: Floats,
        *,
        kind: Kind,
        classes: int,
        threads: int,
        seed: int,
        keep_bytes: int = 500_000_000,
        weight: Floats | None = None,
    ) -> None:
        self.table, self.y, self.kind, self.classes = table, y, kind, classes
        self.threads, self.seed, self.keep_bytes = threads, seed, keep_bytes
        self.weight = weight
        self._groups: Ints | None = None
        self._times: Floats | None = None
        self._prepared: _Recent[tuple[Any, Floats]] = _Recent(keep_bytes, lambda pair: pair[1].nbytes)
        self._matrices: _Recent[Floats] = _Recent(keep_bytes // 2, lambda matrix: matrix.nbytes)

    def arranged(self, table: Table, groups: Ints | None, times: Floats | None) -> Fitter:
        """Return a fitter of the same rows with other roles; training rows come in order of ``times`` (n,), and
        inner folds keep ``groups`` (n,) whole."""
        other = Fitter(
            table, self.y, kind=self.kind, classes=self.classes, threads=self.threads, seed=self.seed,
            keep_bytes=self.keep_bytes, weight=self.weight,
        )  # fmt: skip
        other._groups, other._times = groups, times
        return other

    def prepare(self, style: Style, columns: tuple[str, ...], train: Ints) -> tuple[Any, Floats]:
        """Return the preparation fitted on ``train`` and the training matrix."""
        from lowtide.prepare import fit_transform

        shape = shape_of(style)
        return self._prepared.get(
            (shape, columns, _digest(train)),
            lambda: fit_transform(
                self.table.take(train),
                columns,
                style=shape,
                y=self.y[train],
                kind=self.kind,
                seed=self.seed,
                groups=None if self._groups is None else self._groups[train],
            ),
        )

    def fit(self, recipe: Recipe, train: Ints) -> Any:
        """Return a fitted ``Member`` of a pipeline."""
        from lowtide.learn import get
        from lowtide.models.pipeline import Member

        if self._times is not None:
            train = train[np.argsort(self._times[train], kind="stable")]
        preparation, matrix = self.prepare(recipe.style, recipe.columns, train)
        fitted = get(recipe.learner).fit(
            matrix,
            self.y[train],
            kind=self.kind,
            classes=self.classes,
            params=recipe.params,
            seed=recipe.seed,
            threads=self.threads,
            categorical=preparation.categorical,
            names=preparation.names,
            weight=None if self.weight is None else _scaled(self.weight[train]),
        )
        return Member(recipe=recipe, preparation=preparation, fitted=fitted, weight=1.0)

    def __call__(self, recipe: Recipe, train: Ints, test: Ints) -> Floats:
        """`lowtide.core.recipe.FitPredict`: everything that is fitted sees ``train`` only."""
        member = self.fit(recipe, train)
        shape = shape_of(recipe.style)
        matrix = self._matrices.get(
            (shape, recipe.columns, _digest(train), _digest(test)),
            lambda: member.preparation.transform(self.table.take(test)),
        )
        return np.asarray(member.fitted.predict(matrix), dtype=np.float64)


def fast_fit(fitter: Fitter) -> FastFit:
    """Return the fixed fast learner that prices findings: a small LightGBM, the same for everyone.

    It takes identifiers and groups too: what they would add to a score is part of their price.
    """
    table = fitter.table
    plain: dict[str, Role] = {
        c.name: "number" if c.role == "id" and c.type == "number" else "category"
        for c in table.contract.columns
        if c.role in ("id", "group")
    }
    loose = Fitter(
        table.with_roles(plain), fitter.y, kind=fitter.kind, classes=fitter.classes, threads=fitter.threads,
        seed=fitter.seed, keep_bytes=fitter.keep_bytes // 2, weight=fitter.weight,
    )  # fmt: skip

    def fit(columns: tuple[str, ...], train: Ints, test: Ints) -> Floats:
        recipe = Recipe(
            name="price", learner="lightgbm", style="tree", params=PRICE, columns=columns, seed=loose.seed
        )
        return loose(recipe, train, test)

    return fit


def shape_of(style: Style) -> Literal["tree", "linear"]:
    """Return how the matrix is shaped: rules see what trees see."""
    return "linear" if style == "linear" else "tree"


class _Recent(Generic[T]):
    """Keeps what was made most recently, up to a number of bytes (at least one thing)."""

    def __init__(self, limit: int, size: Callable[[T], int]) -> None:
        self._limit, self._size = limit, size
        self._held: OrderedDict[tuple[Any, ...], T] = OrderedDict()
        self._bytes = 0

    def get(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        if key not in self._held:
            self._held[key] = made = make()
            self._bytes += self._size(made)
            while self._bytes > self._limit and len(self._held) > 1:
                _, old = self._held.popitem(last=False)
                self._bytes -= self._size(old)
        self._held.move_to_end(key)
        return self._held[key]


def _scaled(weight: Floats) -> Floats:
    """Return weights whose mean is 1; a missing weight counts as 1."""
    known = np.where(np.isfinite(weight), weight, 1.0)
    mean = float(known.mean())
    return known / mean if mean > 0 else np.ones(len(known))


def _digest(index: Ints) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(index).tobytes(), digest_size=16).digest()
