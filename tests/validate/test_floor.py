"""The floor: on the bad side, kept, refused where evidence is thin, the same every time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.metrics import METRICS, get
from lowtide.metrics.metric import Floats, Metric
from lowtide.validate.exchangeable import small_sample
from lowtide.validate.floor import Estimate, estimate


def made(metric: Metric, n: int, trials: int, seed: int, signal: float = 1.0) -> tuple[Floats, Floats]:
    """Return outcomes and a cube that fit the metric."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(n, trials))
    if "regression" in metric.kinds:
        y = 5 + rng.normal(size=n)
        return y, y[:, None] * signal + (1 - signal) * 5 + noise
    y = (rng.random(n) < 0.4).astype(float)
    return y, 1 / (1 + np.exp(-(signal * (2 * y[:, None] - 1) + noise)))


def judge(y: Floats, cube: Floats, metric: Metric, scheme: str = "rows", **options: object) -> Estimate:
    kind = "regression" if "regression" in metric.kinds else "binary"
    defaults = {"units": np.arange(len(y)), "folds": np.arange(len(y)) % 5, "seed": 0, "resamples": 100}
    return estimate(
        y,
        cube,
        metric=metric,
        kind=kind,
        scheme=scheme,
        **{**defaults, **options},  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("metric", METRICS, ids=lambda m: m.name)
def test_floor_is_on_the_bad_side_and_inside_the_bounds(metric: Metric) -> None:
    y, cube = made(metric, 120, 5, 0)
    schemes = {
        "rows": {},
        "groups": {"units": np.arange(120) // 6},
        "future": {"folds": np.arange(120) // 20, "times": np.arange(120.0)},
        "groups+future": {"units": np.arange(120) % 12, "folds": np.arange(120) // 20},
    }
    for scheme, options in schemes.items():
        found = judge(y, cube, metric, scheme, resamples=40, **options)
        assert found.floor.value is not None
        assert found.expected is not None
        assert not metric.better(found.floor.value, found.expected)
        assert metric.low <= found.floor.value <= metric.high
        batch = found.batch_floor(60)
        assert batch is not None
        assert not metric.better(batch, found.floor.value)


@settings(max_examples=15)
@given(st.integers(0, 10_000), st.integers(30, 80), st.integers(1, 6))
def test_any_data_give_an_ordered_answer_or_a_refusal(seed: int, n: int, trials: int) -> None:
    metric = get("roc_auc")
    y, cube = made(metric, n, trials, seed, signal=0.3)
    found = judge(y, cube, metric, resamples=40)
    if found.floor.value is None:
        assert found.floor.refusal is not None
    else:
        assert found.expected is not None
        assert 0 <= found.floor.value <= found.expected <= 1
    assert found.weights.sum() == pytest.approx(1)


def test_same_seed_same_numbers() -> None:
    y, cube = made(get("roc_auc"), 200, 6, 1)
    a, b, c = (judge(y, cube, get("roc_auc"), seed=s) for s in (4, 4, 5))
    assert (a.expected, a.floor.value, a.batch_floor(50)) == (b.expected, b.floor.value, b.batch_floor(50))
    assert a.floor.value != c.floor.value


@pytest.mark.parametrize(
    ("repetitions", "trials"), [(8, 200), pytest.param(40, 1000, marks=pytest.mark.slow)]
)
def test_noise_is_not_sold(repetitions: int, trials: int) -> None:
    metric, floors, best = get("roc_auc"), [], []
    for seed in range(repetitions):
        rng = np.random.default_rng(seed)
        y = (rng.random(150) < 0.4).astype(float)
        found = judge(y, rng.random((150, trials)), metric, resamples=60, seed=seed)
        floors.append(found.floor.value)
        best.append(found.best_cv)
    assert np.mean([b > 0.58 for b in best if b is not None]) > 0.9
    assert sum(f is not None and f <= 0.5 for f in floors) >= 0.95 * repetitions


def test_a_threshold_is_not_chosen_on_the_rows_it_is_judged_by() -> None:
    metric = get("balanced_accuracy")
    gaps, held = [], 0
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = (rng.random(100) < 0.5).astype(float)
        found = judge(y, rng.random((100, 1)), metric, resamples=60)
        assert found.selected_cv is not None
        assert found.expected is not None
        assert found.floor.value is not None
        gaps.append(found.selected_cv - found.expected)
        held += found.floor.value <= 0.5
    assert np.mean(gaps) > 0.02
    assert held >= 28


def test_floor_is_kept_for_rows_of_known_truth() -> None:
    metric, held = get("mae"), 0
    truth = float(np.sqrt(2 / np.pi))
    for seed in range(60):
        y, cube = made(metric, 80, 10, seed)
        found = judge(y, cube, metric, resamples=60, selectable=np.arange(10) == 0, seed=seed)
        held += found.floor.value is not None and found.floor.value >= truth
    assert held >= 54


def test_dependence_inside_groups_lowers_the_floor() -> None:
    metric, rng = get("mae"), np.random.default_rng(0)
    group = np.arange(200) // 20
    y = rng.normal(size=200)
    cube = (y + 0.2 * rng.normal(size=200) + rng.normal(size=10)[group])[:, None]
    free = judge(y, cube, metric)
    tied = judge(y, cube, metric, "groups", units=group)
    assert free.floor.value is not None
    assert tied.floor.value is not None
    assert free.expected == pytest.approx(tied.expected, rel=0.15)
    assert tied.floor.value > free.floor.value + 0.1


def test_a_loss_that_rests_on_few_rows_is_stretched() -> None:
    metric, rng = get("rmse"), np.random.default_rng(0)
    y = rng.normal(size=300)
    even = (y + rng.normal(size=300))[:, None]
    odd = even.copy()
    odd[:3] += 40
    burden = metric.burden(y, odd[:, 0])
    assert burden is not None
    assert burden.sum() ** 2 / (burden**2).sum() < 5
    plain, heavy = judge(y, even, metric), judge(y, odd, metric)
    assert plain.floor.value is not None
    assert plain.expected is not None
    assert heavy.floor.value is not None
    assert heavy.expected is not None
    assert heavy.floor.value / heavy.expected > 1.5 > plain.floor.value / plain.expected


def test_small_samples_are_stretched() -> None:
    assert small_sample(10, 0.95) > small_sample(100, 0.95) > 1
    assert small_sample(100_000, 0.95) == pytest.approx(1, abs=1e-3)
    assert small_sample(10, 0.5) == 1


def test_more_rows_bring_the_floor_closer() -> None:
    metric, gap = get("roc_auc"), []
    for n in (100, 1600):
        y, cube = made(metric, n, 4, 0)
        found = judge(y, cube, metric)
        assert found.expected is not None
        assert found.floor.value is not None
        gap.append(found.expected - found.floor.value)
    assert gap[1] < 0.5 * gap[0]


def test_baselines_are_not_shipped() -> None:
    metric = get("roc_auc")
    y, cube = made(metric, 200, 4, 0)
    cube[:, 0] = y
    found = judge(y, cube, metric, selectable=np.array([False, True, True, True]))
    assert found.weights[0] == 0
    assert found.trials == 4
    assert found.best_cv is not None
    assert found.best_cv < 1


def test_missing_targets_and_dropped_trials_do_not_disturb() -> None:
    metric = get("roc_auc")
    y, cube = made(metric, 200, 4, 0)
    plain = judge(y, cube, metric)
    more = np.column_stack([cube, np.where(np.arange(200) < 40, cube[:, 0], np.nan)])
    longer = judge(
        np.append(y, np.nan),
        np.vstack([more, more[:1]]),
        metric,
        units=np.arange(201),
        folds=np.arange(201) % 5,
    )
    assert longer.floor.value == plain.floor.value
    assert longer.weights[4] == 0
    assert (longer.rows, longer.trials) == (200, 4)


def labels(positives: int, n: int) -> Floats:
    return (np.arange(n) < positives).astype(float)


@pytest.mark.parametrize(
    ("y", "scheme", "units", "code", "needed"),
    [
        (labels(7, 100), "rows", np.arange(100), "too_few_positives", 3),
        (labels(96, 100), "rows", np.arange(100), "too_few_negatives", 6),
        (labels(0, 100), "rows", np.arange(100), "one_class", 1),
        (labels(10, 21), "rows", np.arange(21), "too_few_rows", 9),
        (labels(40, 100), "groups", np.arange(100) % 5, "too_few_groups", 3),
        (labels(40, 100), "future", np.arange(100), "too_few_windows", 1),
    ],
)
def test_refusals(y: Floats, scheme: str, units: np.ndarray, code: str, needed: int) -> None:
    rng = np.random.default_rng(0)
    order = rng.permutation(len(y))
    cube = rng.random((len(y), 3))
    found = judge(y[order], cube, get("roc_auc"), scheme, units=units, folds=np.arange(len(y)) % 2)
    assert found.floor.value is None
    assert (found.floor.refusal, found.floor.needed) == (code, needed)
    assert found.batch_floor(50) is None
    assert found.weights.sum() == pytest.approx(1)


def test_few_are_bounded_on_request() -> None:
    y, cube = labels(7, 100), np.random.default_rng(0).random((100, 3))
    found = judge(y, cube, get("roc_auc"), few_ok=True)
    assert found.floor.value is not None
    assert found.floor.value < 0.4


def test_no_trial_no_floor() -> None:
    y, cube = made(get("roc_auc"), 100, 2, 0)
    found = judge(y, cube, get("roc_auc"), selectable=np.zeros(2, dtype=bool))
    assert found.floor.refusal == "no_trials"
    assert not found.weights.any()
    assert judge(y, np.full((100, 2), np.nan), get("roc_auc")).floor.refusal == "no_trials"


def test_small_batches_have_lower_floors() -> None:
    y, cube = made(get("roc_auc"), 400, 3, 0)
    found = judge(y, cube, get("roc_auc"))
    floors = [found.batch_floor(m) for m in (60, 300, 3000)]
    assert all(f is not None for f in floors)
    assert floors == sorted(floors)  # type: ignore[type-var]
    assert found.batch_floor(1) is None
    asked = judge(y, cube, get("roc_auc"), batch_rows=300)
    assert asked.floor.value == floors[1]
    assert asked.floor.scenario == "new rows, 300 rows"


def test_classes() -> None:
    rng = np.random.default_rng(0)
    y = rng.integers(0, 3, 200).astype(float)
    cube = rng.dirichlet(np.ones(3), (200, 5))
    cube[np.arange(200)[:, None], np.arange(5), y.astype(int)[:, None]] += 0.4
    cube /= cube.sum(axis=2, keepdims=True)
    found = estimate(
        y, cube, units=np.arange(200), metric=get("roc_auc"), kind="multiclass", scheme="rows",
        folds=np.arange(200) % 5, resamples=40,
    )  # fmt: skip
    assert found.floor.value is not None
    assert found.expected is not None
    assert 0.5 < found.floor.value < found.expected < 1
