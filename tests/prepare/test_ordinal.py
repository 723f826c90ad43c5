"""Orders: known scales and numbers in the levels give ranks; without an order it is a category."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.prepare import fit, fit_transform
from tests.prepare.build import make


@pytest.mark.parametrize(
    "levels",
    [
        ["low", "Medium", "HIGH", "very high"],
        ["여유", "보통", "약간 붐빔", "붐빔"],
        ["매우 불만족", "불만족", "보통", "만족", "매우 만족"],
        ["하", "중", "상"],
        ["Never", "Rarely", "Sometimes", "Often", "Always"],
        ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"],
        ["< 18", "18-29", "30-44", "45-60", "> 60"],
        ["$0 - $24,999", "$25,000 - $49,999", "$50,000 - $99,999", "150000+"],
    ],
)
def test_order(levels: list[str]) -> None:
    rng = np.random.default_rng(0)
    order = rng.permutation(np.repeat(np.arange(len(levels)), 8))
    table = make({"o": [levels[i] for i in order]}, {"o": "ordinal"})
    prepared, matrix = fit_transform(table, ["o"], style="tree")
    assert prepared.names == ("o",) and prepared.categorical == ()
    np.testing.assert_array_equal(matrix[:, 0], order)
    assert np.isnan(prepared.transform_row({"o": "구름"})[0])
    linear, scaled = fit_transform(table, ["o"], style="linear")
    assert np.corrcoef(scaled[:, 0], order)[0, 1] > 0.999
    assert np.isfinite(linear.transform_row({"o": "구름"})).all()


def test_levels_that_were_not_seen_stand_between_their_neighbours() -> None:
    table = make({"o": [*["low", "high", "very high"] * 6, "very low"]}, {"o": "ordinal"})
    prepared, matrix = fit_transform(table, ["o"], style="tree")
    for level, rank in (("low", 0.0), ("medium", 0.5), ("high", 1.0), ("very low", -0.5)):
        assert prepared.transform_row({"o": level})[0] == rank
    assert matrix[-1, 0] == -0.5


def test_without_an_order_it_is_a_category() -> None:
    table = make({"o": ["red", "blue", "green"] * 6}, {"o": "ordinal"})
    assert fit(table, ["o"], style="tree").categorical == (0,)
    assert len(fit(table, ["o"], style="linear").names) == 3


def test_numbers_stay_numbers() -> None:
    table = make({"o": [1.0, 2.0, 5.0] * 6}, {"o": "ordinal"})
    _, matrix = fit_transform(table, ["o"], style="tree")
    assert matrix[:3, 0].tolist() == [1.0, 2.0, 5.0]
