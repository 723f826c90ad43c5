"""What to try, in which order: baselines, one strong default of each family, then variations.

The order is fixed by the arguments alone, so any prefix of a menu is a sensible smaller menu, and two
runs that complete the same number of trials completed the same trials.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, product, zip_longest
from typing import Any, Literal

from lowtide.core.contract import Role
from lowtide.core.recipe import Recipe, Style
from lowtide.core.task import Kind

Size = Literal["quick", "normal", "wide"]
LENGTHS: dict[Size, int] = {"quick": 6, "normal": 24, "wide": 60}
SMALL = 500

Setting = tuple[str, dict[str, Any]]

# First entry: the family's default. Then by how often such a change helps on tables of this size.
LINEAR: tuple[Setting, ...] = (
    ("p10", {"penalty": 10.0}),
    ("p1", {"penalty": 1.0}),
    ("p100", {"penalty": 100.0}),
    ("p1000", {"penalty": 1000.0}),
    ("p0.1", {"penalty": 0.1}),
)
LINEAR_SMALL: tuple[Setting, ...] = (
    ("p10", {"penalty": 10.0}),
    ("p30", {"penalty": 30.0}),
    ("p100", {"penalty": 100.0}),
    ("p3", {"penalty": 3.0}),
    ("p300", {"penalty": 300.0}),
    ("p1", {"penalty": 1.0}),
)
BOOSTING: tuple[Setting, ...] = (
    ("small", {"rounds": 120, "leaves": 15, "rate": 0.06, "min_leaf": 20, "columns": 0.8}),
    ("slow", {"rounds": 350, "leaves": 15, "rate": 0.03, "min_leaf": 30, "columns": 0.6, "rows": 0.8}),
    ("shallow", {"rounds": 200, "leaves": 4, "rate": 0.08, "min_leaf": 30, "columns": 0.8}),
    ("large", {"rounds": 250, "leaves": 31, "rate": 0.05, "min_leaf": 20, "columns": 0.7, "rows": 0.8}),
    ("half-columns", {"rounds": 150, "leaves": 15, "rate": 0.06, "min_leaf": 20, "keep": 0.5}),
    ("firm", {"rounds": 200, "leaves": 8, "rate": 0.04, "min_leaf": 60, "columns": 0.5, "l2": 30.0}),
    ("deep", {"rounds": 300, "leaves": 63, "rate": 0.04, "min_leaf": 30, "columns": 0.5, "rows": 0.8}),
    ("quarter-columns", {"rounds": 120, "leaves": 15, "rate": 0.06, "min_leaf": 20, "keep": 0.25}),
)
BOOSTING_SMALL: tuple[Setting, ...] = (
    ("small", {"rounds": 60, "leaves": 4, "rate": 0.06, "min_leaf": 15, "columns": 0.6, "l2": 10.0}),
    ("stumps", {"rounds": 80, "leaves": 2, "rate": 0.08, "min_leaf": 15, "columns": 0.6, "l2": 10.0}),
    ("firm", {"rounds": 80, "leaves": 4, "rate": 0.03, "min_leaf": 25, "columns": 0.4, "l2": 30.0}),
    ("half-columns", {"rounds": 60, "leaves": 4, "rate": 0.06, "min_leaf": 15, "keep": 0.5, "l2": 10.0}),
    ("slow", {"rounds": 200, "leaves": 4, "rate": 0.03, "min_leaf": 15, "columns": 0.5, "rows": 0.8}),
    ("large", {"rounds": 80, "leaves": 8, "rate": 0.05, "min_leaf": 10, "columns": 0.6, "l2": 5.0}),
)
FOREST: tuple[Setting, ...] = (
    ("", {"trees": 100, "min_leaf": 5}),
    ("half", {"trees": 100, "min_leaf": 5, "columns": 0.5}),
    ("coarse", {"trees": 100, "min_leaf": 20}),
    ("fine", {"trees": 200, "min_leaf": 3}),
    ("all", {"trees": 100, "min_leaf": 10, "columns": 1.0}),
)
FOREST_SMALL: tuple[Setting, ...] = (
    ("", {"trees": 150, "min_leaf": 7}),
    ("coarse", {"trees": 150, "min_leaf": 15}),
    ("half", {"trees": 150, "min_leaf": 7, "columns": 0.5}),
    ("fine", {"trees": 150, "min_leaf": 4}),
)


def menu(
    *,
    kind: Kind,
    rows: int,
    columns: tuple[str, ...],
    roles: Mapping[str, Role],
    time: bool,
    seed: int,
    size: Size,
) -> tuple[Recipe, ...]:
    """Return the recipes to try, in order.

    Parameters
    ----------
    rows : rows available for training; below 500 the defaults are strongly regularised.
    columns, roles : what may be used, and what each column is.
    time : True when rows are in time order and the future is to be predicted: adds ``recent``.
    size : ``quick`` 6 (or all baselines and families, if more), ``normal`` 24, ``wide`` 60 at most.
    """
    small = rows < SMALL
    make = _Maker(kind, columns, roles, seed)
    linear = [make.model("linear", "linear", s) for s in (LINEAR_SMALL if small else LINEAR)]
    boosting = [make.model("lightgbm", "tree", s) for s in (BOOSTING_SMALL if small else BOOSTING)]
    forest = [make.model("extra-trees", "tree", s) for s in (FOREST_SMALL if small else FOREST)]
    robust = [make.robust(recipe) for recipe in boosting[:2]] if kind == "regression" else []
    subsets = list(_subsets(columns, roles, (boosting[0], linear[0], forest[0])))
    first = [*make.baselines(time), linear[0], boosting[0], forest[0]] if columns else make.baselines(time)
    rest = _interleave(boosting[1:], linear[1:], robust, subsets, forest[1:]) if columns else iter(())
    further = _further(make, small) if columns and size == "wide" else iter(())
    length = max(LENGTHS[size], len(first))
    return tuple(_distinct(chain(first, rest, further), length))


class _Maker:
    """Makes recipes that share kind, columns and seed."""

    def __init__(self, kind: Kind, columns: tuple[str, ...], roles: Mapping[str, Role], seed: int) -> None:
        self.kind, self.columns, self.seed = kind, columns, seed
        # What is computed from a text cannot be said aloud as a rule.
        self.readable = tuple(c for c in columns if roles.get(c) != "text")

    def baselines(self, time: bool) -> list[Recipe]:
        out = [self._rule("prior", "prior", {})]
        if self.kind == "regression":
            out.append(self._rule("prior-median", "prior", {"statistic": "median"}))
        if self.readable:
            out.append(self._rule("one-column", "one-column", {}, self.readable))
        if time:
            out.append(self._rule("recent", "recent", {}))
        return out

    def _rule(self, name: str, learner: str, params: dict[str, Any], columns: tuple[str, ...] = ()) -> Recipe:
        return Recipe(
            name=name,
            learner=learner,
            style="rule",
            params=params,
            columns=columns,
            seed=self.seed,
            baseline=True,
        )

    def model(self, learner: str, style: Style, setting: Setting) -> Recipe:
        name = f"{learner}-{setting[0]}" if setting[0] else learner
        return Recipe(
            name=name, learner=learner, style=style, params=setting[1], columns=self.columns, seed=self.seed
        )

    def robust(self, recipe: Recipe) -> Recipe:
        """The same booster for absolute errors."""
        return Recipe(
            name=f"{recipe.name}-l1",
            learner=recipe.learner,
            style=recipe.style,
            params={**recipe.params, "objective": "l1"},
            columns=recipe.columns,
            seed=recipe.seed,
        )


def _subsets(
    columns: tuple[str, ...], roles: Mapping[str, Role], bases: tuple[Recipe, ...]
) -> Iterator[Recipe]:
    """Yield the defaults without text, without dates, without categories, and with numbers only."""
    kept: tuple[tuple[str, set[Role]], ...] = (
        ("no-text", {"text"}),
        ("no-dates", {"date"}),
        ("no-categories", {"category", "group"}),
        ("numbers", {"text", "date", "category", "group"}),
    )
    for base in bases:
        for label, without in kept:
            chosen = tuple(c for c in columns if roles.get(c) not in without)
            if chosen and len(chosen) < len(columns):
                yield Recipe(
                    name=f"{base.name}-{label}",
                    learner=base.learner,
                    style=base.style,
                    params=base.params,
                    columns=chosen,
                    seed=base.seed,
                )


def _further(make: _Maker, small: bool) -> Iterator[Recipe]:
    """Yield a wide grid, boosters first."""
    leaves = (3, 6, 12) if small else (6, 12, 24, 48)
    rates = ((0.05, 80), (0.025, 160)) if small else ((0.05, 160), (0.025, 400))
    for l2, columns, (rate, rounds), size in product((1.0, 20.0), (0.8, 0.4), rates, leaves):
        params = {
            "rounds": rounds,
            "leaves": size,
            "rate": rate,
            "min_leaf": 12 if small else 25,
            "columns": columns,
            "rows": 0.8,
            "l2": l2,
        }
        yield make.model("lightgbm", "tree", (f"{size}x{rounds}-c{columns:g}-r{l2:g}", params))
    for columns, least in product((0.25, 0.75), (4, 8, 16)):
        yield make.model(
            "extra-trees",
            "tree",
            (f"c{columns:g}-m{least}", {"trees": 120, "min_leaf": least, "columns": columns}),
        )
    for penalty in (0.3, 5.0, 20.0, 50.0, 200.0, 500.0, 3000.0):
        yield make.model("linear", "linear", (f"p{penalty:g}", {"penalty": penalty}))


def _interleave(*families: list[Recipe]) -> Iterator[Recipe]:
    for turn in zip_longest(*families):
        yield from (recipe for recipe in turn if recipe is not None)


def _distinct(recipes: Iterable[Recipe], length: int) -> Iterator[Recipe]:
    seen: set[str] = set()
    for recipe in recipes:
        if len(seen) == length:
            return
        if recipe.key not in seen:
            seen.add(recipe.key)
            yield recipe
