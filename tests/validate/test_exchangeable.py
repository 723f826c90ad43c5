"""The arithmetic of the floor for rows and groups, apart from any data."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.core.task import Scheme
from lowtide.metrics import get
from lowtide.validate.bootstrap import Reselected, fixed_scores, reselect
from lowtide.validate.exchangeable import correct


def made(centre: float, spread: float, seed: int = 0) -> tuple[Reselected, np.ndarray]:
    rng = np.random.default_rng(seed)
    out = centre + 1.6 * spread * rng.standard_normal(400)
    inside = centre + spread * rng.standard_normal(400)
    fixed = centre + spread * rng.standard_normal(400)
    return Reselected(np.clip(out, 0, 1), np.clip(inside, 0, 1), np.ones((400, 1))), np.clip(fixed, 0, 1)


def bound(
    metric: str, centre: float, spread: float, selected: float, scheme: Scheme = "rows", evidence: int = 50
) -> tuple[float, float]:
    found, fixed = made(centre, spread)
    told = correct(found, fixed, selected, get(metric), scheme, 0.95, evidence)
    return told.expected, told.floor


@settings(max_examples=40, deadline=None)
@given(
    st.floats(0.2, 0.9), st.floats(0.005, 0.05), st.floats(0, 0.1), st.sampled_from(["rows", "groups"]),
    st.integers(4, 400),
)  # fmt: skip
def test_the_floor_is_on_the_bad_side_for_gains_and_losses(
    centre: float, spread: float, luck: float, scheme: Scheme, evidence: int
) -> None:
    expected, floor = bound("roc_auc", centre, spread, min(1.0, centre + luck), scheme, evidence)
    assert 0 <= floor <= expected <= 1
    expected, floor = bound("mae", centre, spread, max(0.0, centre - luck), scheme, evidence)
    assert floor >= expected >= 0


@pytest.mark.parametrize(("worse", "than"), [
    ({"selected": 0.85}, {"selected": 0.8}),
    ({"spread": 0.04}, {"spread": 0.02}),
    ({"evidence": 10}, {"evidence": 100}),
    ({"scheme": "groups"}, {"scheme": "rows"}),
])  # fmt: skip
def test_luck_noise_little_evidence_and_groups_lower_the_floor(
    worse: dict[str, object], than: dict[str, object]
) -> None:
    usual: dict[str, object] = {"centre": 0.75, "spread": 0.02, "selected": 0.78}
    low, high = bound("roc_auc", **{**usual, **worse}), bound("roc_auc", **{**usual, **than})  # type: ignore[arg-type]
    assert low[1] < high[1]
    assert low[0] == pytest.approx(high[0], abs=0.01)


def test_a_selected_score_below_the_expected_one_earns_nothing() -> None:
    assert bound("roc_auc", 0.75, 0.02, 0.70) == bound("roc_auc", 0.75, 0.02, 0.60)


def test_unjudged_resamples_are_said() -> None:
    found, fixed = made(0.7, 0.02)
    half = np.where(np.arange(400) % 4 == 0, found.out, np.nan)
    told = correct(Reselected(half, found.within, found.picks), fixed, 0.7, get("roc_auc"), "rows", 0.95, 50)
    assert told.usable == pytest.approx(0.25)


def scores_by_hand(y: np.ndarray, p: np.ndarray, counts: Sequence[np.ndarray]) -> list[float]:
    return [float(np.average(np.abs(y - p), weights=c)) for c in counts]


def test_fixed_scores_are_those_of_the_same_resamples_as_selection_sees() -> None:
    rng = np.random.default_rng(3)
    y = rng.normal(size=60)
    p = y + rng.normal(size=60)
    metric = get("mae")
    units = np.arange(60)
    fixed = fixed_scores(y, p, units, metric, float("nan"), times=40, seed=7)
    # With one trial there is nothing to choose: selection's own score in a resample is that of the trial.
    found = reselect(y, p[:, None], units, metric, np.array([True]), times=40, seed=7)
    np.testing.assert_allclose(fixed, found.within)
