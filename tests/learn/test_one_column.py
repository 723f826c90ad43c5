"""The one-column rule: exact division, honest choice of the column, readable facts."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lowtide.learn.learners.one_column import OneColumn
from lowtide.learn.steps import best_cuts, between


def _fit(X, y, kind="binary", **more):
    arguments = {"classes": 2, "params": {}, "seed": 0, **more}
    return OneColumn().fit(np.asarray(X, float), np.asarray(y, float), kind=kind, **arguments)


def test_finds_the_column_and_the_cut():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(400, 5))
    y = X[:, 3] > 0.7
    facts = _fit(X, y, names=tuple("abcde")).facts()
    assert facts["column"] == "d"
    cuts = [piece["high"] for piece in facts["pieces"] if piece["high"] is not None]
    assert any(abs(cut - 0.7) < 0.15 for cut in cuts)
    assert facts["pieces"][0]["outcome"] < 0.1
    assert facts["pieces"][-1]["outcome"] > 0.9
    assert sum(piece["rows"] for piece in facts["pieces"]) == 400


def test_many_levels_do_not_win_by_memory():
    """An identifier fits every row and predicts none: inner folds must see that."""
    rng = np.random.default_rng(2)
    X = np.column_stack([np.arange(300) % 150, rng.normal(size=300)])
    y = X[:, 1] + 2 * rng.normal(size=300) > 0
    assert _fit(X, y, categorical=(0,), names=("id", "x")).facts()["column"] == "x"


def test_missing_has_its_own_answer_and_unseen_the_prior():
    x = np.array([0.0] * 100 + [1.0] * 100 + [np.nan] * 100)
    y = np.array([0.0] * 100 + [0.0] * 80 + [1.0] * 20 + [1.0] * 100)
    fitted = _fit(x[:, None], y, categorical=(0,), names=("c",))
    P = fitted.predict(np.array([[0.0], [1.0], [np.nan], [7.0], [0.5]]))
    assert P[0] < P[1] < 0.3 < 0.9 < P[2]
    assert P[3] == P[4] == y.mean()
    assert fitted.facts()["missing"]["rows"] == 100


def test_multiclass_and_regression():
    x = np.repeat([0.0, 1.0, 2.0], 40)
    P = _fit(x[:, None], x, "multiclass", classes=3).predict(x[:, None])
    assert (P.argmax(axis=1) == x).all()
    value = _fit(x[:, None], 10 * x, "regression", classes=0).predict(np.array([[0.0], [2.0]]))
    assert value[0] < 3
    assert value[1] > 17


@given(
    hnp.arrays(np.float64, st.integers(2, 7), elements=st.integers(1, 9).map(float)),
    st.integers(1, 4),
    st.randoms(use_true_random=False),
)
def test_cuts_are_the_best_there_are(w, pieces, random):
    s = np.array([[random.uniform(0, 1) * v] for v in w])

    def kept(starts):
        return sum(
            part_s.sum() ** 2 / part_w.sum()
            for part_s, part_w in zip(np.split(s, starts), np.split(w, starts), strict=True)
        )

    pieces = min(pieces, len(w))
    found = best_cuts(w, s, pieces, 0.0)[pieces - 1]
    best = max(kept(list(starts)) for starts in combinations(range(1, len(w)), pieces - 1))
    assert len(found) == pieces
    assert np.isclose(kept(list(found[1:])), best)


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9))
def test_between_separates(a, b):
    if a == b:
        return
    a, b = min(a, b), max(a, b)
    assert a <= between(a, b) < b


def test_between_is_short():
    assert between(37.0, 38.0) in (37.0, 37.5)
    assert between(0.31999, 0.5712) == 0.4
