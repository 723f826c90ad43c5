"""Each learner keeps the contract; what is particular to one is tested beside it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lowtide.core.errors import BundleError, UsageError
from lowtide.learn import LEARNERS, from_files, get
from lowtide.learn.arrays import positive_exp, softmax
from lowtide.learn.ensemble import combine
from lowtide.learn.learners.extra_trees import ExtraTrees
from lowtide.learn.learners.lightgbm import LightGBM, _settings, _train
from lowtide.learn.learners.linear import Linear, LinearFit
from lowtide.learn.learners.one_column import OneColumn
from lowtide.learn.learners.prior import Prior
from lowtide.learn.learners.recent import Recent
from lowtide.testing.learner_contract import LearnerContract


class TestPrior(LearnerContract):
    learner = Prior()


class TestOneColumn(LearnerContract):
    learner = OneColumn()


class TestRecent(LearnerContract):
    learner = Recent()


class TestLinear(LearnerContract):
    learner = Linear()


class TestLightGBM(LearnerContract):
    learner = LightGBM()


class TestExtraTrees(LearnerContract):
    learner = ExtraTrees()


def test_every_learner_has_a_contract_test():
    tested = {c.learner.name for c in LearnerContract.__subclasses__() if c.__module__ == __name__}
    assert tested == {learner.name for learner in LEARNERS}


def test_get_names_the_closest():
    with pytest.raises(UsageError, match="Closest: 'lightgbm'"):
        get("lightgbn")


def test_missing_file_is_a_bundle_error():
    with pytest.raises(BundleError, match=r"linear\.json is missing"):
        from_files("linear", {})


def test_prior_median_and_recent():
    y = np.array([1.0, 2.0, 3.0, 100.0])
    X = np.zeros((4, 0))
    arguments = {"kind": "regression", "classes": 0, "seed": 0}
    assert Prior().fit(X, y, params={"statistic": "median"}, **arguments).predict_row(X[0]) == 2.5
    weighted = Prior().fit(
        X, y, params={"statistic": "median"}, weight=np.array([0.1, 0.1, 0.1, 9]), **arguments
    )
    assert weighted.predict_row(X[0]) == 100.0
    late = Recent().fit(X, y, params={"share": 0.5, "least": 1}, **arguments)
    assert late.predict_row(X[0]) == 51.5
    assert late.facts()["rows"] == 2


finite = st.floats(-1e6, 1e6, allow_subnormal=False)


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 40), st.just(9)), elements=finite),
    hnp.arrays(np.float64, (3, 9), elements=st.floats(-5, 5)),
    st.sampled_from(["binary", "multiclass", "regression"]),
)
def test_linear_row_equals_batch(X, coef, kind):
    k = 3 if kind == "multiclass" else 1
    fitted = LinearFit(coef[:k], np.linspace(-1, 1, k), kind, (0, 1, 2), 3, 10)
    batch = fitted.predict(X)
    assert all(np.array_equal(fitted.predict_row(x), row) for x, row in zip(X, batch, strict=True))


@given(
    hnp.arrays(np.float64, st.tuples(st.integers(1, 30), st.integers(2, 9)), elements=st.floats(-800, 800))
)
def test_softmax_agrees_with_scipy_and_is_row_wise(Z):
    from scipy.special import softmax as reference

    P = softmax(Z)
    assert np.allclose(P, reference(Z, axis=1), rtol=1e-13, atol=1e-300)
    assert all(np.array_equal(softmax(z[None, :])[0], p) for z, p in zip(Z, P, strict=True))


def test_positive_exp_is_accurate():
    z = -np.geomspace(1e-12, 700, 500)
    assert np.allclose(positive_exp(z), np.exp(z), rtol=4e-15, atol=0)


@given(
    hnp.arrays(
        np.float64, (25, 4), elements=st.one_of(st.just(np.nan), st.floats(-50, 50), st.integers(0, 6))
    )
)
def test_trees_row_equals_batch(X):
    for fitted in TREES:
        batch = fitted.predict(X)
        assert all(np.array_equal(fitted.predict_row(x), row) for x, row in zip(X, batch, strict=True))


def _trees():
    rng = np.random.default_rng(3)
    X = np.round(rng.normal(size=(200, 4)) * 9, 1)
    X[:, 3] = rng.integers(0, 6, 200)
    X[rng.random((200, 4)) < 0.05] = np.nan
    y = np.nan_to_num(X[:, 0]) + rng.normal(size=200)
    for kind, target, classes in (
        ("binary", (y > 0) * 1.0, 2),
        ("multiclass", np.digitize(y, [-5, 5]) * 1.0, 3),
        ("regression", y, 0),
    ):
        for learner in (LightGBM(), ExtraTrees(), OneColumn()):
            params = {"rounds": 20, "trees": 8} if learner.name != "one-column" else {}
            yield learner.fit(X, target, kind=kind, classes=classes, params=params, seed=1, categorical=(3,))


TREES = tuple(_trees())


def test_lightgbm_trees_do_not_depend_on_threads():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(3000, 6))
    X[:, 5] = rng.integers(0, 20, 3000)
    y = (X[:, 0] + X[:, 5] % 3 + rng.normal(size=3000) > 1) * 1.0
    texts = []
    for threads in (1, 2):
        settings = _settings(
            {**_defaults(), "rows": 0.7, "columns": 0.5}, "binary", 2, 3000, 10**6, 4, threads
        )
        assert settings["num_threads"] == threads
        texts.append(_train(X, y, settings, 5, (5,), None)[0])
    assert texts[0] == texts[1]


def _defaults():
    from lowtide.learn.learners.lightgbm import DEFAULTS

    return DEFAULTS


def test_lightgbm_keeps_columns_by_gain_on_training_rows_only():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(400, 8))
    y = X[:, 2] * 3 + X[:, 5] + 0.1 * rng.normal(size=400)
    fitted = LightGBM().fit(X, y, kind="regression", classes=0, params={"keep": 0.25}, seed=0)
    other = X.copy()
    other[:, [0, 1, 3, 4, 6, 7]] = rng.normal(size=(400, 6))
    assert np.array_equal(fitted.predict(X), fitted.predict(other))
    assert [name for name, _ in fitted.facts()["strongest"]] == ["2", "5"]


def test_lightgbm_large_targets_keep_their_digits():
    """LightGBM keeps targets in 32 bits: 1e12 + small differences must survive."""
    x = np.linspace(0, 1, 300)
    y = 1e12 + 100 * (x > 0.5)
    fitted = LightGBM().fit(x[:, None], y, kind="regression", classes=0, params={}, seed=0)
    assert np.abs(fitted.predict(x[:, None]) - y).max() < 1.0


def test_nothing_on_stdout(capfd):
    rng = np.random.default_rng(0)
    X = np.column_stack([rng.normal(size=50), rng.integers(-1, 4, 50), np.full(50, np.nan)])
    for threads in (1, 2):
        fitted = LightGBM().fit(
            X,
            (X[:, 0] > 0) * 1.0,
            kind="binary",
            classes=2,
            params={},
            seed=0,
            categorical=(1,),
            threads=threads,
        )
        from_files("lightgbm", fitted.to_files()).predict(X)
    assert capfd.readouterr().out == ""


def test_combine_is_fixed_order_and_row_wise():
    rng = np.random.default_rng(0)
    parts = [rng.random((50, 3)) for _ in range(4)]
    weights = [0.1, 0.7, 0.2, 3.0]
    whole = combine(parts, weights)
    assert np.allclose(whole, sum(w * p for w, p in zip(weights, parts, strict=True)) / 4.0)
    for i in range(50):
        assert np.array_equal(combine([p[i] for p in parts], weights), whole[i])
    assert combine(parts[:1], [0.3]) is parts[0]
