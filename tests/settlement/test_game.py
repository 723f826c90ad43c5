"""Every metric's promise is the sign of a mean, and no unit exceeds its bounds."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.task import Costs
from lowtide.metrics import cost, get
from lowtide.settlement.blocks import block_ends
from lowtide.settlement.game import LOG_CAP, game

LINEAR = ("accuracy", "brier", "log_loss", "f1", "mae", "rmse", "wape")
BINARY = ("accuracy", "brier", "log_loss", "f1", "roc_auc", "balanced_accuracy", "cost")
ERRORS = ("mae", "rmse", "wape", "r2")


def made(kind: str, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    if kind == "regression":
        y = rng.uniform(-5.0, 10.0, n)
        return y, np.clip(y + rng.normal(size=n), -5.0, 10.0)
    if kind == "multiclass":
        return rng.integers(0, 3, n).astype(float), rng.dirichlet(np.ones(3), n)
    y = (rng.random(n) < 0.4).astype(float)
    return y, np.clip(0.3 * y + 0.7 * rng.random(n), 0.001, 0.999)


def of(name: str, y: np.ndarray, p: np.ndarray, groups: np.ndarray | None = None):  # type: ignore[no-untyped-def]
    metric = (
        cost(Costs(false_positive=3.0, false_negative=7.0, true_positive=-2.0))
        if name == "cost"
        else get(name)
    )
    found = game(metric, y, p, threshold=0.5, groups=groups, width=15.0, largest=10.0)
    return metric, found


@pytest.mark.parametrize("name", [*LINEAR, "cost", "r2"])
def test_the_margin_is_zero_on_average_at_the_score_itself(name: str) -> None:
    y, p = made("regression" if name in ERRORS else "binary", 400, 1)
    metric, found = of(name, y, p)
    assert found is not None
    sides = found.favour + found.against if name != "r2" else ()
    for stream in sides:
        score = metric.at(y, p, 0.5)
        assert stream.margins(found.phi(score)).mean() == pytest.approx(0.0, abs=1e-9)
    if name == "r2":
        # Compared with the mean of earlier outcomes, or with a neighbour, the same up to what a sample leaves open.
        score = metric(y, p)
        for stream in (*found.against, *found.favour):
            assert abs(stream.margins(score).mean()) < 0.1 * y.var()


@given(
    st.sampled_from([*BINARY, *ERRORS, "accuracy*", "brier*", "balanced_accuracy*", "roc_auc*", "log_loss*"]),
    st.integers(0, 10_000),
    st.floats(0.02, 0.98),
)
def test_no_unit_exceeds_its_bounds(name: str, seed: int, floor: float) -> None:
    kind = "multiclass" if name.endswith("*") else "regression" if name in ERRORS else "binary"
    y, p = made(kind, 60, seed)
    _, found = of(name.rstrip("*"), y, p)
    assert found is not None
    phi = found.phi(floor)
    for stream in found.against:
        assert stream.margins(phi).max(initial=0.0) <= found.up(floor) + 1e-9
    for stream in found.favour:
        assert (-stream.margins(phi)).max(initial=0.0) <= found.down(floor) + 1e-9
        assert (np.diff(stream.ends) > 0).all()
        assert stream.ends.max(initial=0) <= len(y)


@given(st.integers(0, 10_000), st.sampled_from(["roc_auc", "balanced_accuracy"]))
def test_blocks_are_fair(seed: int, name: str) -> None:
    """The mean of a block, over all ways to give predictions to the rows of each class, is the score of all rows."""
    y = np.asarray([0.0, 1.0, 0.0, 0.0, 1.0, 1.0])
    p = np.round(np.random.default_rng(seed).random(6), 1)
    blocks = []
    for negatives, positives in product(permutations(p[y == 0]), permutations(p[y == 1])):
        q = p.copy()
        q[y == 0], q[y == 1] = negatives, positives
        found = of(name, y, q)[1]
        assert found is not None
        blocks.append(found.against[0].u)
    assert np.mean(blocks, axis=0) == pytest.approx(get(name)(y, p), abs=1e-9)


def test_a_block_ends_when_every_class_is_there() -> None:
    y = np.asarray([0, 0, 1, 1, 1, 0, 0, 0], dtype=float)
    assert block_ends(y, 2, 1, None, across=True).tolist() == [3, 6]
    assert block_ends(y, 2, 2, None, across=True).tolist() == [4]
    groups = np.asarray([1, 1, 1, 2, 2, 3, 3, 3], dtype=np.uint64)
    # Only with a group, and for AUC only when a pair of different groups is in it.
    assert block_ends(y, 2, 1, groups, across=False).tolist() == [3, 8]
    assert block_ends(y, 2, 1, groups, across=True).tolist() == [5]


def test_groups_count_the_same_whatever_their_size() -> None:
    y = np.asarray([1.0, 1.0, 1.0, 1.0, 0.0])
    p = np.asarray([0.9, 0.9, 0.9, 0.9, 0.9])
    groups = np.asarray([1, 1, 1, 1, 2], dtype=np.uint64)
    found = of("accuracy", y, p, groups)[1]
    assert found is not None
    assert found.unit == "groups"
    assert found.against[0].u.tolist() == [1.0, 0.0]
    assert found.against[0].ends.tolist() == [4, 5]


@given(st.integers(0, 10_000), st.booleans())
def test_a_kept_r2_is_never_evidence_against_itself(seed: int, grouped: bool) -> None:
    """The distances to earlier means add up to no less than n times the variance (Welford's identity)."""
    rng = np.random.default_rng(seed)
    y = np.cumsum(rng.normal(size=40)).clip(-5.0, 10.0)
    p = y + rng.normal(size=40)
    groups = np.repeat(np.arange(8), 5).astype(np.uint64) if grouped else None
    found = of("r2", y, p, groups)[1]
    assert found is not None
    assert found.against[0].margins(get("r2")(y, p)).sum() >= -1e-9


def test_a_sure_mistake_is_capped_in_favour_only() -> None:
    y, p = np.asarray([1.0, 1.0]), np.asarray([0.5, 1e-9])
    found = of("log_loss", y, p)[1]
    assert found is not None
    assert found.capped == 1
    assert -found.favour[0].u[1] == pytest.approx(LOG_CAP)
    assert -found.against[0].u[1] > 20.0


@pytest.mark.parametrize(("name", "kind"), [("average_precision", "binary"), ("f1", "multiclass")])
def test_some_metrics_cannot_be_bet_on(name: str, kind: str) -> None:
    assert of(name, *made(kind, 30, 0))[1] is None


def test_without_a_known_range_only_a_break_can_be_shown() -> None:
    y, p = made("regression", 30, 0)
    found = game(get("mae"), y, p, threshold=0.5)
    assert found is not None
    assert not found.favour
    assert game(get("wape"), y, p, threshold=0.5) is None
    assert game(get("r2"), y, p, threshold=0.5) is None
