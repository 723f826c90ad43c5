"""The bench of learning curves: its rivals and its counting."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from bench.honesty.tables import Data, Source
from bench.learning import summary, trial

from lowtide.metrics import get
from lowtide.validate.learning_curve import Points


def test_the_plain_law_finds_a_planted_one_and_survives_nonsense() -> None:
    sizes = np.array([0.125, 0.25, 0.5, 1.0])
    law = np.tile(0.9 - 0.03 * sizes**-0.5, (3, 1))
    score, gain = trial._plain(Points(sizes, law, np.zeros((3, 4, 4)), 400.0), 1.25, 2.0, get("roc_auc"))
    assert score == pytest.approx(0.9 - 0.03 * 2.5**-0.5, abs=1e-4)
    assert gain == pytest.approx(0.03 * (1.25**-0.5 - 2.5**-0.5), abs=1e-4)
    flat = Points(sizes, np.full((3, 4), 0.7), np.zeros((3, 4, 4)), 400.0)
    assert trial._plain(flat, 1.25, 2.0, get("roc_auc"))[0] == pytest.approx(0.7, abs=1e-3)


def test_held_is_counted() -> None:
    one = trial.Outcome(
        "t", "rows", "choose", "linear", 0, 1000, truth=0.8, truth_gain=0.01, single_gain=0.05, score=(0.79, 0.7, 0.85),
        gain=(0.012, 0.0, 0.02), same=0.78, plain=0.9, plain_gain=0.1, unit=1.0,
    )  # fmt: skip
    cells = summary._line("t", 1000, [one])
    assert cells[:6] == ("t", "1,000", "1", "100%", "100%", "0%")
    assert cells[8:11] == ("0.0100", "0.0200", "0.1000")
    assert "1 refused (one_class 1)" in summary.told([one], {"one_class": 1}, 2, 3.0)


@pytest.mark.slow
def test_a_trial_on_a_made_table() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(9000, 6))
    y = (rng.random(9000) < 1 / (1 + np.exp(-x[:, 0] - 0.5 * x[:, 1] * x[:, 2]))).astype(float)
    source = Source("made", "choose", "rows", "binary", "y", lambda _: pd.DataFrame())
    found = trial.run(Data(source, pd.DataFrame(x, columns=list("abcdef")), y, None), 0)
    assert not isinstance(found, str) and len(found) == 6
    assert all(o.score[1] <= o.score[0] <= o.score[2] and 0.5 < o.truth < 1 for o in found)
