"""The next period: a prediction bound, not a bound for the average of the past."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints
from lowtide.validate.floor import Estimate, estimate
from lowtide.validate.windows import Windows, ahead, judge_windows


def series(effects: Floats, rows: int, seed: int) -> tuple[Floats, Floats, Ints]:
    """Return values, one trial whose error has the given mean per window, and the windows."""
    rng = np.random.default_rng(seed)
    window = np.repeat(np.arange(len(effects)), rows)
    y = rng.normal(size=len(window))
    return y, (y + effects[window] * np.abs(rng.normal(size=len(window))))[:, None], window


def future(y: Floats, cube: Floats, window: Ints, **options: object) -> Estimate:
    return estimate(
        y, cube, units=np.arange(len(y)), metric=get("mae"), kind="regression", scheme="future", folds=window,
        times=np.arange(float(len(y))), resamples=50, **options,  # type: ignore[arg-type]
    )  # fmt: skip


def test_prediction_bound_is_kept_by_the_next_window() -> None:
    held = 0
    for seed in range(80):
        rng = np.random.default_rng([seed, 1])
        effects = np.exp(0.3 * rng.normal(size=7))
        y, cube, window = series(effects, 60, seed)
        past = window < 6
        found = future(y[past], cube[past], window[past])
        real = get("mae")(y[~past], cube[~past, 0])
        held += found.floor.value is not None and real <= found.floor.value
    assert held >= 72


def test_agreeing_windows_leave_the_noise_of_their_rows() -> None:
    y, cube, window = series(np.ones(4), 50, 0)
    seen = judge_windows(y, cube, window, np.arange(200), get("mae"), np.array([True]), seed=0, times=200)
    same = Windows(np.full(4, 0.8), seen.noise, seen.sizes, seen.metric, seen.scale)
    assert np.all(seen.noise > 0.03)
    assert ahead(same, 0.95).floor > 0.9


def test_windows_that_worsen_are_continued() -> None:
    y, cube, window = series(np.linspace(0.5, 3, 6), 80, 0)
    found = future(y, cube, window)
    assert found.trend
    assert found.expected is not None
    assert found.expected > found.scores.max()
    better = future(*series(np.linspace(3, 0.5, 6), 80, 0))
    assert not better.trend


def test_each_window_is_judged_by_what_the_others_select() -> None:
    rng = np.random.default_rng(0)
    y = rng.normal(size=400)
    window = np.repeat(np.arange(4), 100)
    right_in_three = np.where(window == 3, -5.0, y)
    always_fair = y + 0.5
    cube = np.column_stack([right_in_three, always_fair])
    found = judge_windows(
        y, cube, window, np.arange(400), get("mae"), np.array([True, True]), seed=0, times=20
    )
    # The first three windows select the trial that fails in the last.
    assert found.scores[3] > 3


def test_smaller_batches_add_noise() -> None:
    y, cube, window = series(np.array([1.0, 1.1, 0.9, 1.05]), 200, 0)
    found = future(y, cube, window)
    floors = [found.batch_floor(m) for m in (20, 100, 5000)]
    assert floors[0] > floors[1] > floors[2] == found.floor.value  # type: ignore[operator]


def test_groups_inside_windows_widen_the_noise() -> None:
    rng = np.random.default_rng(0)
    window = np.repeat(np.arange(4), 100)
    group = np.arange(400) % 10
    y = rng.normal(size=400)
    cube = (y + rng.normal(size=10)[group] + 0.1 * rng.normal(size=400))[:, None]
    options = {"seed": 0, "times": 200}
    free = judge_windows(y, cube, window, np.arange(400), get("mae"), np.array([True]), **options)  # type: ignore[arg-type]
    tied = judge_windows(y, cube, window, group, get("mae"), np.array([True]), **options)  # type: ignore[arg-type]
    assert tied.noise.mean() > 2 * free.noise.mean()


def test_one_window_gives_an_expectation_and_no_floor() -> None:
    y, cube, _ = series(np.ones(1), 100, 0)
    found = future(y, cube, np.zeros(100, dtype=np.int64))
    assert found.floor.refusal == "too_few_windows"
    assert found.expected == pytest.approx(get("mae")(y, cube[:, 0]))


def test_windows_of_one_class_are_left_out() -> None:
    rng = np.random.default_rng(0)
    window = np.repeat(np.arange(5), 60)
    y = (rng.random(300) < 0.4).astype(float)
    y[window == 2] = 0
    cube = (y + rng.normal(size=300))[:, None]
    found = estimate(
        y, cube, units=np.arange(300), metric=get("roc_auc"), kind="binary", scheme="future", folds=window,
        times=np.arange(300.0), resamples=50,
    )  # fmt: skip
    assert np.isnan(found.scores[2])
    assert found.floor.value is not None
    assert found.expected is not None
    assert found.floor.value < found.expected
