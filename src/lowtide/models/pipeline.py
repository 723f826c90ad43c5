"""Prepared matrix, fitted learners, weights: from typed rows to numbers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lowtide.core.recipe import Recipe
from lowtide.core.task import Kind
from lowtide.learn import get
from lowtide.learn.ensemble import combine
from lowtide.learn.learner import Fitted, Floats
from lowtide.tables.table import Ints, Table

if TYPE_CHECKING:
    from lowtide.prepare import Preparation
    from lowtide.prepare.cells import Value


@dataclass(frozen=True, slots=True)
class Member:
    """One fitted recipe and its weight in the average."""

    recipe: Recipe
    preparation: Preparation
    fitted: Fitted
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Members whose predictions are averaged.

    Attributes
    ----------
    members : in the order in which they are summed; weights need not sum to one.
    kind : ``binary``, ``multiclass`` or ``regression``.
    classes : labels as text, in the order of the codes; empty for regression.
    positive : label of the positive class (binary).
    """

    members: tuple[Member, ...]
    kind: Kind
    classes: tuple[str, ...] = ()
    positive: str | None = None

    @property
    def needed(self) -> tuple[str, ...]:
        """Columns that a prediction reads, in order of first use."""
        return tuple(dict.fromkeys(name for m in self.members for name in m.preparation.columns))

    def predict_raw(self, table: Table) -> Floats:
        """Predict typed rows.

        Returns
        -------
        (n,) P(positive) for binary, the value for regression; (n, classes) for multiclass.
        """
        matrices: dict[int, Floats] = {}
        answers = []
        for member in self.members:
            key = id(member.preparation)
            if key not in matrices:
                matrices[key] = member.preparation.transform(table)
            answers.append(member.fitted.predict(matrices[key]))
        return combine(answers, self._weights)

    def predict_raw_row(self, values: Mapping[str, Value]) -> Floats:
        """Predict one row: shape () or (classes,), equal to `predict_raw` to the last bit."""
        rows: dict[int, Floats] = {}
        answers = []
        for member in self.members:
            key = id(member.preparation)
            if key not in rows:
                rows[key] = member.preparation.transform_row(values)
            answers.append(member.fitted.predict_row(rows[key]))
        return combine(answers, self._weights)

    @property
    def _weights(self) -> list[float]:
        return [member.weight for member in self.members]


def fit_recipe(
    recipe: Recipe,
    table: Table,
    y: Floats,
    *,
    kind: Kind,
    classes: int,
    seed: int,
    threads: int = 1,
    weight: Floats | None = None,
    groups: Ints | None = None,
) -> Member:
    """Fit preparation and learner on the rows given, and on nothing else.

    Parameters
    ----------
    table : (n) training rows; in time order when the recipe is ``recent``.
    y : (n,) target, no NaN.
    classes : number of classes (2 for binary, 0 for regression).
    seed : of the preparation; the learner uses the recipe's.
    groups : (n,) entity of each row, kept whole by inner folds.
    """
    from lowtide.prepare import fit_transform

    # A rule sees what trees see: numbers as they are, and codes.
    preparation, matrix = fit_transform(
        table,
        recipe.columns,
        style="linear" if recipe.style == "linear" else "tree",
        y=y,
        kind=kind,
        groups=groups,
        seed=seed,
    )
    fitted = get(recipe.learner).fit(
        matrix,
        y,
        kind=kind,
        classes=classes,
        params=recipe.params,
        seed=recipe.seed,
        threads=threads,
        categorical=preparation.categorical,
        names=preparation.names,
        weight=weight,
    )
    return Member(recipe, preparation, fitted)
