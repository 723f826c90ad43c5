"""The profile: facts of every column, and what each alone says about the target."""

from __future__ import annotations

import time

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from lowtide.core.result import ColumnFacts
from lowtide.profiling.profile import profile
from lowtide.profiling.relation import Outcome, relate
from lowtide.tables.read import type_raw
from lowtide.tables.target import Target, make_target
from tests.tables.raw_tables import raw

RNG = np.random.default_rng(11)


def facts(columns: dict[str, object], target: str | None = None) -> dict[str, ColumnFacts]:
    table = type_raw(raw(columns))  # type: ignore[arg-type]
    found = profile(table, None if target is None else make_target(table, target))
    return {c.name: c for c in found}


def test_numbers() -> None:
    values = np.r_[np.arange(99.0), 1000.0, np.nan]
    a = facts({"a": pa.array(values)})["a"]
    assert (a.missing, a.distinct, a.type) == (1, 100, "number")
    assert a.facts["low"] == 0.0 and a.facts["high"] == 1000.0
    assert a.facts["quantiles"]["q50"] == pytest.approx(np.nanquantile(values, 0.5))
    assert a.facts["quantiles"]["q95"] == pytest.approx(np.nanquantile(values, 0.95))
    assert a.facts["outliers"] == 0.01 and a.facts["zeros"] == 0.01


def test_texts_and_dates() -> None:
    found = facts(
        {"t": ["red", "blue", "red", None] * 10, "d": ["2020-01-01", "2020-01-31", None, "2020-01-15"] * 10}
    )
    assert found["t"].facts["top"][0] == {"value": "red", "rows": 20}
    assert found["t"].facts["missing_share"] == 0.25
    assert (found["d"].facts["first"], found["d"].facts["last"], found["d"].facts["days"]) == (
        "2020-01-01",
        "2020-01-31",
        30.0,
    )


def test_a_column_that_decides_the_target_shows_and_noise_does_not() -> None:
    y = RNG.integers(0, 2, 2000)
    columns = {
        "copy": pa.array(y.astype(float)),
        "u_shape": pa.array(np.where(y == 1, RNG.choice([-3.0, 3.0], 2000), 0.0) + RNG.normal(0, 0.1, 2000)),
        "noise": pa.array(RNG.normal(size=2000)),
        "unique": [f"word{i} and more" for i in range(2000)],
        "filled": pa.array([5.0 if v else None for v in y]),
        "y": pa.array(y.astype(float)),
    }
    found = facts(columns, "y")
    value = {n: c.facts["relation"]["value"] for n, c in found.items() if "relation" in c.facts}
    assert value["copy"] == 1.0 and value["u_shape"] > 0.99
    assert abs(value["noise"] - 0.5) < 0.05 and abs(value["unique"] - 0.5) < 0.05
    assert found["filled"].facts["relation"]["missing_value"] == 1.0
    assert "y" not in value


def test_regression_and_multiclass_relations() -> None:
    x = RNG.normal(size=1500)
    table = {
        "x": pa.array(x),
        "z": pa.array(RNG.normal(size=1500)),
        "y": pa.array(x**3 + RNG.normal(0, 0.1, 1500)),
    }
    found = facts(table, "y")
    assert (
        found["x"].facts["relation"]["measure"] == "spearman" and found["x"].facts["relation"]["value"] > 0.95
    )
    assert abs(found["z"].facts["relation"]["value"]) < 0.1
    labels = np.asarray(["a", "b", "c"])[np.digitize(x, [-0.5, 0.5])]
    many = facts({"x": pa.array(x), "y": labels.tolist()}, "y")
    assert (
        many["x"].facts["relation"]["measure"] == "roc_auc_ovr"
        and many["x"].facts["relation"]["value"] > 0.97
    )


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 4)), min_size=30, max_size=80))
def test_the_auc_is_that_of_cross_fitted_means(rows: list[tuple[int, int]]) -> None:
    y, x = np.asarray(rows, dtype=float).T
    if y.min() == y.max():
        return
    outcome = Outcome.of(Target("y", "binary", y))
    found = relate(x, outcome)
    assert found is not None
    scores = np.empty(len(y))
    for fold in range(5):
        out = outcome.fold == fold
        prior = y[~out].mean()
        for level in np.unique(x):
            seen = ~out & (x == level)
            scores[out & (x == level)] = (y[seen].sum() + 5 * prior) / (seen.sum() + 5) - prior
    assert found["value"] == pytest.approx(roc_auc_score(y, np.round(scores, 12)), abs=1e-4)


def test_unused_roles_are_marked_and_constant_columns_have_no_relation() -> None:
    y = (["yes"] * 30 + ["no"] * 30) * 2
    found = facts({"k": [str(i) for i in range(1, 121)], "c": ["x"] * 120, "y": y}, "y")
    assert not found["k"].used and not found["c"].used
    assert "relation" not in found["c"].facts


@pytest.mark.slow
def test_ten_thousand_columns() -> None:
    columns = {f"c{i}": pa.array(RNG.normal(size=100)) for i in range(10_000)}
    table = type_raw(raw({**columns, "y": ["0", "1"] * 50}))
    target = make_target(table, "y")
    start = time.perf_counter()
    assert len(profile(table, target)) == 10_001
    assert time.perf_counter() - start < 30
