"""Each scenario keeps the contract, and sees what it is for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.testing.tables import make_table
from lowtide.validate.scenarios import CASES, explore
from lowtide.validate.scenarios.alter import frozen, missing, noisy
from lowtide.validate.scenarios.column_gone import ColumnGone, SourceGone, sources
from lowtide.validate.scenarios.hard_rows import losses
from lowtide.validate.scenarios.label_shift import LabelShift
from lowtide.validate.scenarios.measure import measure
from lowtide.validate.scenarios.noise import NoisyInputs
from lowtide.validate.scenarios.shift import DEFAULT, BoundedShift, distance, divergence, tilted
from lowtide.validate.scenarios.slices import WorstSlice
from lowtide.validate.scenarios.subpopulation import Subpopulation, worst_share
from lowtide.validate.scenarios.waters import Change, Waters
from tests.validate.scenarios.contract import ScenarioContract, seen_by, waters


class TestWorstSlice(ScenarioContract):
    case = WorstSlice()


class TestBoundedShift(ScenarioContract):
    case = BoundedShift()


class TestSubpopulation(ScenarioContract):
    case = Subpopulation()


class TestLabelShift(ScenarioContract):
    case = LabelShift()


class TestColumnGone(ScenarioContract):
    case = ColumnGone()
    new_predictions = True


class TestNoisyInputs(ScenarioContract):
    case = NoisyInputs()
    new_predictions = True


def test_every_case_is_tested() -> None:
    tested = {type(c.case) for c in ScenarioContract.__subclasses__()} | {SourceGone}
    assert {type(c) for c in CASES} == tested
    assert len({c.name for c in CASES}) == len(CASES)


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss", "f1"])
def test_counting_all_rows_once_changes_nothing(metric: str) -> None:
    sea = waters(metric=metric)
    found = measure("same", sea, Change(factor=np.full(len(sea.y), 3.0)))
    assert found.expected == pytest.approx(sea.expected)
    assert found.floor == pytest.approx(sea.floor)
    assert found.facts["baseline"] == pytest.approx(sea.baseline)


def test_rows_that_say_less_widen_the_distance_to_the_floor() -> None:
    sea = waters(n=1000)
    tenth = (np.arange(1000) < 100).astype(float)
    few, many = (measure("part", sea, Change(factor=f)) for f in (tenth, np.ones(1000)))
    assert few.expected is not None and few.floor is not None and many.expected is not None
    assert few.expected - few.floor > 1.3 * (many.expected - (many.floor or 0.0))


@given(st.integers(0, 2**31), st.floats(0.01, 1.5), st.floats(0.01, 1.5))
def test_a_larger_ball_is_never_better(seed: int, one: float, two: float) -> None:
    hard = np.random.default_rng(seed).normal(size=200)
    small, large = sorted((one, two))
    means = [float(np.mean(tilted(hard, r) * hard)) for r in (0.0, small, large)]
    assert means[0] <= means[1] + 1e-12 and means[1] <= means[2] + 1e-12
    assert divergence(tilted(hard, large)) <= large + 1e-6
    assert divergence(tilted(hard, small)) == pytest.approx(small, abs=1e-6)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=60), st.floats(0.05, 1.0))
def test_the_worst_share_is_a_share(values: list[int], share: float) -> None:
    hard = np.asarray(values, dtype=np.float64)
    w = worst_share(hard, share)
    assert w.sum() == pytest.approx(share * len(hard))
    assert ((w >= 0) & (w <= 1)).all()
    harder = hard[:, None] > hard[None, :]
    assert (w[:, None] >= w[None, :])[harder].all()


def test_of_equal_rows_no_mix_is_worse() -> None:
    assert (tilted(np.zeros(50), 0.3) == 1).all()


@pytest.mark.parametrize("metric", ["mae", "rmse"])
def test_losses_of_means_are_the_rows_own(metric: str) -> None:
    rng = np.random.default_rng(0)
    y, p = rng.normal(size=60), rng.normal(size=60)
    loss = losses(get(metric), y, p, float("nan"))
    own = np.abs(y - p) if metric == "mae" else (y - p) ** 2
    assert np.corrcoef(loss, own)[0, 1] == pytest.approx(1, abs=1e-5)
    assert abs(loss.mean()) < 1e-3


def test_losses_of_auc_are_the_pairs_that_a_row_loses() -> None:
    y = np.array([0.0, 0.0, 0.0, 1.0, 1.0])
    p = np.array([0.1, 0.2, 0.9, 0.8, 0.95])
    loss = losses(get("roc_auc"), y, p, float("nan"))
    assert int(np.argmax(loss)) in (2, 3) and loss[0] < loss[2] and loss[4] < loss[3]


def test_the_hard_rows_are_found() -> None:
    sea = waters("regression", n=800)
    found = seen_by(Subpopulation(), sea)
    x = sea.seen.numbers["x"]
    easy = replace(sea, y=x + np.random.default_rng(0).normal(size=800), p=x)
    even = seen_by(Subpopulation(), replace(easy, expected=easy.score(), floor=easy.score() + 0.05))
    assert found is not None and found.expected is not None
    assert even is not None and even.expected is not None
    assert found.expected > 1.6 * sea.expected
    assert even.expected < 1.25 * easy.score()


def _late(sea: Waters, hard_share: float) -> Waters:
    """Put rows with great ``z`` into the last window until they are this share of it."""
    n = len(sea.y)
    hard = np.flatnonzero(sea.seen.numbers["z"] > 0.5)
    easy = np.setdiff1d(np.arange(n), hard)
    size = n // 5
    many = int(hard_share * size)
    windows = np.zeros(n, dtype=np.int64)
    last = np.concatenate([hard[:many], easy[: size - many]])
    windows[np.setdiff1d(np.arange(n), last)] = np.arange(n - len(last)) % 4
    windows[last] = 4
    return replace(sea, windows=windows)


def test_the_bound_of_a_shift_is_measured_over_time() -> None:
    sea = waters("regression", n=1000)
    assert sea.hard is not None
    stable = np.random.default_rng(0).integers(0, 5, 1000)
    still, moved = distance(sea.hard, stable), distance(sea.hard, _late(sea, 0.9).windows)  # type: ignore[arg-type]
    assert still is not None and moved is not None
    assert still < DEFAULT < moved
    calm, rough = seen_by(BoundedShift(), sea), seen_by(BoundedShift(), _late(sea, 0.9))
    assert calm is not None and rough is not None and calm.expected and rough.expected
    assert (calm.facts["source"], rough.facts["source"]) == ("default", "time")
    assert rough.expected > calm.expected


def test_a_shift_covers_the_window_that_moved() -> None:
    sea = _late(waters("regression", n=1000), 0.9)
    found = seen_by(BoundedShift(), sea)
    assert sea.windows is not None and found is not None and found.floor is not None
    rows = sea.windows == 4
    assert found.floor > sea.metric(sea.y[rows], sea.p[rows])


def test_frequencies_do_not_move_what_only_ranks_two_classes() -> None:
    auc = seen_by(LabelShift(), waters())
    assert auc is not None and auc.facts["unchanged"] is True
    assert auc.floor == pytest.approx(waters().floor)
    precision = waters(metric="average_precision")
    found = seen_by(LabelShift(), precision)
    assert found is not None and found.expected is not None and found.facts["unchanged"] is False
    assert found.expected < precision.expected - 0.01
    assert float(found.facts["new_share"] or 0) < float(found.facts["share"] or 0)


def test_frequencies_are_those_of_the_worst_stretch() -> None:
    sea = waters(metric="average_precision", n=900)
    positives = np.flatnonzero(sea.y == 1)
    windows = np.arange(900) % 3
    windows[positives[windows[positives] == 2][:120]] = 0
    found = seen_by(LabelShift(), replace(sea, windows=windows))
    assert found is not None and found.facts["source"] == "time"
    assert float(found.facts["new_share"] or 0) == pytest.approx(sea.y[windows == 2].mean())


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_a_model_that_lives_on_one_column_falls_without_it(kind: str) -> None:
    sea = waters(kind)  # type: ignore[arg-type]
    found = seen_by(ColumnGone(), sea)
    assert found is not None and found.facts["column"] == "x"
    assert found.expected is not None and sea.sign * (sea.expected - found.expected) > 0.2


def test_a_source_is_told_by_names_or_by_gaps() -> None:
    gap = [None if i % 3 == 0 else float(i) for i in range(60)]
    table = make_table(
        {"pump_a": range(60), "pump_b": range(60), "lab": gap, "level": [None if v is None else v + 1 for v in gap],
         "x": range(60)}
    )  # fmt: skip
    assert sources(table, table.names) == {"pump": ("pump_a", "pump_b"), "lab": ("lab", "level")}
    assert sources(table, ("pump_a", "pump_b")) == {}
    assert seen_by(SourceGone(), waters()) is None


def test_a_source_is_taken_away_as_a_whole() -> None:
    sea = waters("regression")
    assert sea.models is not None
    x, z = sea.seen.numbers["x"], sea.seen.numbers["z"]
    table = make_table({"lab_1": list(x / 2), "lab_2": list(x / 2), "z": list(z)})

    def predict(changed):  # type: ignore[no-untyped-def]
        return np.nan_to_num(changed.numbers("lab_1")) + np.nan_to_num(changed.numbers("lab_2"))

    given = replace(
        sea, models=replace(sea.models, table=table, predict=predict, ranked=("lab_1", "lab_2", "z"))
    )
    one, both = seen_by(ColumnGone(), given), seen_by(SourceGone(), given)
    assert one is not None and both is not None and one.expected is not None and both.expected is not None
    assert both.facts["column"] == "lab" and both.facts["members"] == "lab_1\nlab_2"
    assert both.expected > one.expected > sea.expected


def test_changed_rows_keep_their_types() -> None:
    table = make_table(
        {"n": [1.5, None, 3.25, 7.0], "k": ["a", "b", "b", None], "w": [1, 2, 3, 400]},
        roles={"k": "category"},
    )
    for changed in (
        missing(table, ["n", "k"]), frozen(table, ["n", "k"], last=False), frozen(table, ["k"], last=True),
        noisy(table, table.names, 0),
    ):  # fmt: skip
        assert changed.data.schema == table.data.schema and len(changed) == 4
    assert missing(table, ["n"]).missing("n").all()
    assert frozen(table, ["n", "k"], last=False).data.to_pydict() == {
        "n": [3.25] * 4, "k": ["b"] * 4, "w": [1, 2, 3, 400],
    }  # fmt: skip
    assert frozen(table, ["k"], last=True).data.to_pydict()["k"] == ["a"] * 4


def test_noise_is_small_and_keeps_whole_numbers_whole() -> None:
    rng = np.random.default_rng(0)
    ages, codes = rng.integers(0, 90, 2000).astype(float), rng.integers(0, 5, 2000).astype(float)
    table = make_table({"age": list(ages), "code": list(codes), "k": [f"k{int(c)}" for c in codes]})
    changed = noisy(table, table.names, 3)
    moved = changed.numbers("age") - ages
    iqr = float(np.subtract(*np.quantile(ages, (0.75, 0.25))))
    assert moved.std() == pytest.approx(0.1 * iqr, rel=0.1) and (moved == np.round(moved)).all()
    for name in ("code", "k"):
        before, after = table.data.column(name).to_pylist(), changed.data.column(name).to_pylist()
        assert 0.02 < np.mean([a != b for a, b in zip(before, after, strict=True)]) < 0.07
        assert 0.015 < after.count(None) / 2000 < 0.035


def test_what_could_not_be_looked_at_says_why() -> None:
    found = {s.name: s for s in explore(replace(waters(), models=None, no_models="no_time"), CASES)}
    assert found["noisy inputs"].refusal == found["missing column"].refusal == "no_time"
    assert "missing source" not in found
    assert found["bounded shift"].refusal is None


def test_the_baseline_moves_with_the_rows() -> None:
    sea = waters("regression")
    half = (np.arange(len(sea.y)) % 2).astype(float)
    found = measure("half", sea, Change(factor=half))
    rows = half > 0
    assert sea.rule is not None
    assert found.facts["baseline"] == pytest.approx(sea.metric(sea.y[rows], sea.rule[rows]))


def test_a_rule_that_says_one_thing_in_a_slice_is_no_worse_than_chance_there() -> None:
    sea = waters()
    folds = np.arange(len(sea.y)) % 5
    # The share of positives among the others: high where the fold itself has few.
    share = np.array([sea.y[folds != f].mean() for f in range(5)])[folds]
    given = replace(sea, rule=share, rule_threshold=float("nan"), baseline=0.5, folds=folds)
    half = (sea.seen.numbers["z"] > 0).astype(float)
    found = measure("half", given, Change(factor=half))
    assert sea.metric(sea.y, share) < 0.5
    assert found.facts["baseline"] == pytest.approx(0.5)


def test_changed_predictions_are_compared_with_their_own_plain_ones() -> None:
    sea = waters("regression")
    off: Floats = sea.p + 0.3
    found = measure("off", sea, Change(plain=off, predictions=(off, off)))
    assert found.expected == pytest.approx(sea.expected)
