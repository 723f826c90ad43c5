"""``lowtide.floor`` for anyone's predictions."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import lowtide
from lowtide.core.errors import UsageError
from lowtide.validate.anyone.answer import AnyFloor
from lowtide.validate.anyone.floor import floor

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, 120)
P = np.clip(0.3 * Y[:, None] + 0.7 * RNG.random((120, 3)), 0, 1)


def same(a: AnyFloor, b: AnyFloor) -> bool:
    return (a.value, a.expected, a.best) == (b.value, b.expected, b.best)


def test_public_name() -> None:
    assert lowtide.floor is floor


@pytest.mark.parametrize(
    ("y", "p"),
    [
        (Y.tolist(), P.tolist()),
        (pd.Series(Y), pd.DataFrame(P)),
        (pl.Series(Y), pl.DataFrame(P)),
        (pa.array(Y), pa.table({f"t{i}": P[:, i] for i in range(3)})),
        (np.where(Y == 1, "yes", "no"), P),
        (Y == 1, np.stack([1 - P, P], axis=2)),
    ],
    ids=["lists", "pandas", "polars", "arrow", "labels", "two columns"],
)
def test_takes_any_container(y: Any, p: Any) -> None:
    assert same(floor(y, p), floor(Y, P))


def test_one_trial_may_be_a_vector() -> None:
    assert same(floor(Y, P[:, 0]), floor(Y, P[:, :1]))


def test_positive_class_can_be_named() -> None:
    labels = np.where(Y == 1, "bad", "good")
    assert same(floor(labels, P, positive="bad"), floor(Y, P))
    assert (floor(labels, P).best or 1) < 0.5
    with pytest.raises(UsageError, match="positive is 'ugly', but y has the labels bad, good"):
        floor(labels, P, positive="ugly")


def test_groups_and_time_choose_the_scheme() -> None:
    groups = [f"g{i}" for i in np.arange(120) // 8]
    days = np.datetime64("2024-01-01") + np.arange(120)
    assert floor(Y, P).scheme == "rows"
    by_group = floor(Y, P, groups=groups)
    assert (by_group.scheme, by_group.units) == ("groups", 15)
    ahead = floor(Y, P, time=days)
    assert ahead.scheme == "future"
    assert same(ahead, floor(Y, P, time=[str(d) for d in days]))
    assert floor(Y, P, time=days, groups=groups).scheme == "groups+future"


def test_folds_may_be_in_any_order_of_names() -> None:
    time = np.arange(120)
    letters = np.array(list("dcba"))[time // 30]
    assert same(floor(Y, P, time=time, folds=letters), floor(Y, P, time=time, folds=time // 30))


def test_rows_before_the_first_window_may_be_missing() -> None:
    gone = P.copy()
    gone[:30] = np.nan
    found = floor(Y, gone, time=np.arange(120))
    assert found.rows == 90
    assert found.value is not None


def test_regression_and_classes() -> None:
    value = RNG.normal(size=120)
    loss = floor(value, value[:, None] + P, metric="mae")
    assert loss.value is not None
    assert loss.expected is not None
    assert loss.value > loss.expected
    assert "at most" in repr(loss)
    three = RNG.choice(["a", "b", "c"], 120)
    share = RNG.dirichlet(np.ones(3), (120, 2))
    assert floor(three, share, metric="accuracy").trials == 2
    assert same(floor(three, share[:, 0]), floor(three, share[:, :1]))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"predictions": P[:100]}, "predictions have 100 rows, but y has 120"),
        ({"predictions": P[:, :0]}, r"must be \(rows, trials\), but their shape is \(120, 0\)"),
        ({"predictions": np.full((120, 2), "yes")}, "predictions must be numbers"),
        (
            {"predictions": np.where(np.arange(360).reshape(120, 3) == 7, np.nan, P)},
            "Trial 1 .* lacks 1 predictions",
        ),
        ({"y": np.where(np.arange(120) == 4, np.nan, Y)}, "y has 1 missing values, the first in row 5"),
        ({"y": [None, *Y[1:].tolist()]}, "y has 1 missing values, the first in row 1"),
        ({"y": []}, "y is empty"),
        ({"y": np.stack([Y, Y], axis=1)}, "y must have one value a row"),
        ({"y": Y + 0.5 * RNG.random(120)}, "needs classes in y, but it holds numbers; try 'mae'"),
        ({"y": np.arange(120) % 3, "metric": "cost"}, "'cost' judges two classes, but y has 3"),
        ({"y": np.arange(120) % 3, "predictions": P[:, :2]}, r"must be \(rows, trials, 3\)"),
        ({"y": np.full(120, "a"), "metric": "mae"}, "needs numbers in y"),
        ({"metric": "rocauc"}, "Did you mean 'roc_auc'"),
        ({"groups": [1, 2]}, "groups has 2 values, but y has 120"),
        ({"time": ["soon"] * 120}, "time must be numbers or dates"),
        ({"confidence": 95}, "confidence must lie between 0.5 and 1, not 95"),
    ],
)
def test_mistakes_are_named(options: dict[str, Any], message: str) -> None:
    arguments = {"y": Y, "predictions": P, **options}
    with pytest.raises(UsageError, match=message):
        floor(**arguments)


def test_refusal_is_told() -> None:
    few = floor([1] * 4 + [0] * 116, P)
    assert few.value is None
    assert (few.refusal, few.needed) == ("too_few_positives", 6)
    assert repr(few) == "<no floor: too few positive rows (6 more needed); roc_auc, 3 trials, 120 rows>"
    assert np.isnan(float(few))


def test_repr_says_what_it_is() -> None:
    found = floor(Y, P, groups=np.arange(120) // 8)
    text = repr(found)
    assert text.startswith("<floor 0.")
    assert "95% sure: at least" in text
    assert "15 groups, scheme groups" in text
    assert float(found) == found.value
