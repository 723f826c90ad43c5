"""Evidence may be looked at after every outcome: that is what must hold, whatever the outcomes."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.settlement import wealth

TWENTY = math.log(20.0)


@st.composite
def fair_pairs(draw: st.DrawFn) -> tuple[float, float, float]:
    """Return two margins whose chances make their mean exactly 0, and the chance of the second."""
    low = draw(st.floats(0.01, 5.0))
    high = draw(st.floats(0.01, 1.0))
    return -low, high, low / (low + high)


@given(st.lists(fair_pairs(), min_size=1, max_size=6))
def test_under_a_promise_that_just_holds_the_mean_wealth_is_one(
    pairs: list[tuple[float, float, float]],
) -> None:
    """All ways that the outcomes can come, each with its chance: the mean of the wealth is what was staked."""
    total = 0.0
    for way in range(2 ** len(pairs)):
        bits = [(way >> k) & 1 for k in range(len(pairs))]
        margins = np.asarray([pair[bit] for pair, bit in zip(pairs, bits, strict=True)])
        chance = math.prod(pair[2] if bit else 1.0 - pair[2] for pair, bit in zip(pairs, bits, strict=True))
        total += chance * math.exp(wealth.course(margins, 1.0).log[-1])
    assert total == pytest.approx(1.0, rel=1e-9)


@given(st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=7), st.floats(0.05, 2.0))
def test_bad_days_are_no_evidence_while_others_make_up_for_them(means: list[float], spread: float) -> None:
    """Means that change, but never add up to less than 0: the mean wealth stays at or below what was staked."""
    drift = np.asarray(means)
    drift = drift - min(0.0, float(np.min(np.cumsum(drift) / np.arange(1, len(drift) + 1))))
    reach = float(drift.max()) + spread
    # Two equally likely outcomes around each mean.
    ways = [
        np.asarray([1.0 if way >> k & 1 else -1.0 for k in range(len(drift))])
        for way in range(2 ** len(drift))
    ]
    worth = [math.exp(wealth.course(drift + spread * signs, reach).log[-1]) for signs in ways]
    assert np.mean(worth) <= 1.0 + 1e-9


@given(st.lists(st.floats(-3.0, 1.0), min_size=1, max_size=60), st.randoms(use_true_random=False))
def test_the_order_of_outcomes_does_not_matter_in_the_end(margins: list[float], random: object) -> None:
    mixed = list(margins)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    one = wealth.course(np.asarray(margins), 1.0)
    two = wealth.course(np.asarray(mixed), 1.0)
    assert one.log[-1] == pytest.approx(two.log[-1], abs=1e-9)
    assert wealth.mixed(wealth.last(np.asarray(margins), 1.0)) == pytest.approx(one.log[-1], abs=1e-9)


def test_long_streams_are_worked_off_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    margins = np.random.default_rng(0).uniform(-1.0, 0.9, 500)
    whole = wealth.course(margins, 1.0)
    monkeypatch.setattr(wealth, "CHUNK", 64)
    parts = wealth.course(margins, 1.0)
    assert np.allclose(parts.log, whole.log, atol=1e-9)
    assert np.allclose(parts.last, whole.last, atol=1e-9)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.98])
def test_looking_after_every_outcome_is_safe(share: float) -> None:
    rng = np.random.default_rng([5, int(100 * share)])
    right = rng.random((400, 800)) < share
    alarms = sum(bool((wealth.course(row - share, 1.0 - share).log >= TWENTY).any()) for row in right)
    # 5 % of 400 are 20; 33 or more would happen in less than 3 of 1,000 repetitions.
    assert alarms <= 32


def test_a_broken_promise_is_seen_soon() -> None:
    rng = np.random.default_rng(1)
    ends = []
    for _ in range(40):
        log = wealth.course((rng.random(1000) < 0.7) - 0.8, 0.2).log
        ends.append(int(np.argmax(log >= TWENTY)) + 1 if (log >= TWENTY).any() else 1000)
    # Wald's bound for a bettor who knows the truth: log 20 / KL(0.7, 0.8) = 105.
    assert np.median(ends) < 2 * 105


def test_several_courses_are_averaged_as_their_units_end() -> None:
    one, two = np.log([2.0, 4.0]), np.log([6.0])
    got = np.exp(wealth.mean_of([one, two], [np.asarray([1, 3]), np.asarray([2])], 4))
    assert got == pytest.approx([1.5, 4.0, 5.0, 5.0])


def test_how_many_more() -> None:
    log = wealth.course(np.tile([-1.0, 0.5, 0.5, -0.4], 10), 1.0)
    assert log.log[-1] < TWENTY
    times = wealth.more_times([log.last], TWENTY, 100.0)
    assert times is not None
    # As promised: after that many more of the same kind the evidence is there, a little earlier it is not.
    blocks = math.ceil(times * 10)
    again = wealth.course(np.tile([-1.0, 0.5, 0.5, -0.4], 10 + blocks), 1.0).log
    assert again[-1] >= TWENTY
    assert again[-5] < TWENTY
    assert wealth.more_times([wealth.course(np.full(20, 0.5), 1.0).last], TWENTY, 100.0) is None
