"""The menu: fixed order, baselines first, every family early, no recipe twice."""

from __future__ import annotations

import pytest

from lowtide.learn import get
from lowtide.learn.menu import menu

ROLES = {"a": "number", "b": "category", "c": "text", "d": "date"}


def _menu(**more):
    arguments = {
        "kind": "binary",
        "rows": 5000,
        "columns": tuple(ROLES),
        "roles": ROLES,
        "time": True,
        "seed": 3,
        "size": "normal",
    }
    return menu(**{**arguments, **more})


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("rows", [60, 5000])
@pytest.mark.parametrize("size", ["quick", "normal", "wide"])
def test_order(kind, rows, size):
    recipes = _menu(kind=kind, rows=rows, size=size)
    assert recipes == _menu(kind=kind, rows=rows, size=size)
    assert len({r.key for r in recipes}) == len({r.name for r in recipes}) == len(recipes)
    baselines = [r.baseline for r in recipes]
    assert baselines == sorted(baselines, reverse=True)
    models = [r for r in recipes if not r.baseline]
    assert [r.learner for r in models[:3]] == ["linear", "lightgbm", "extra-trees"]
    for recipe in recipes:
        assert recipe.seed == 3
        assert kind in get(recipe.learner).kinds
        assert get(recipe.learner).style == recipe.style


def test_lengths_and_prefixes():
    assert len(_menu(size="quick")) == 6
    assert len(_menu(size="normal")) == 24
    assert len(_menu(size="wide")) == 60
    assert _menu(size="wide")[:24] == _menu(size="normal")
    assert _menu(size="normal")[:6] == _menu(size="quick")


def test_recent_only_with_time_and_median_only_for_regression():
    assert "recent" not in {r.name for r in _menu(time=False)}
    assert "prior-median" not in {r.name for r in _menu()}
    assert "prior-median" in {r.name for r in _menu(kind="regression")}


def test_small_data_is_regularised():
    large, small = (next(r for r in _menu(rows=n) if r.learner == "lightgbm").params for n in (5000, 100))
    assert small["leaves"] < large["leaves"]
    assert small["rounds"] < large["rounds"]


def test_no_columns_leaves_the_prior():
    assert [r.name for r in _menu(columns=(), time=False)] == ["prior"]


def test_subsets_keep_table_order():
    subset = next(r for r in _menu() if r.name.endswith("no-text"))
    assert subset.columns == ("a", "b", "d")
