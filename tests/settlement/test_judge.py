"""From outcomes to a verdict."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.errors import UsageError
from lowtide.metrics import get
from lowtide.settlement.judge import Promise, evidence, judge, rounded_up
from lowtide.settlement.rows import Rows, decode, encode, fresh, together


def rows(share: float, n: int, seed: int = 0) -> Rows:
    rng = np.random.default_rng(seed)
    y = (rng.random(n) < 0.4).astype(float)
    p = np.where(rng.random(n) < share, y, 1.0 - y)
    return Rows(np.arange(n, dtype=np.uint64), y, p)


@pytest.mark.parametrize(("floor", "verdict"), [(0.6, "kept"), (0.8, "too early"), (0.95, "broken")])
def test_three_verdicts(floor: float, verdict: str) -> None:
    facts = judge(Promise(get("accuracy"), floor), rows(0.8, 300))
    assert facts["verdict"] == verdict
    assert facts["low"] < facts["value"] < facts["high"]
    assert facts["needed_evidence"] == 20.0
    assert (facts["low"] > floor) == (verdict == "kept")
    assert (facts["high"] < floor) == (verdict == "broken")
    assert (facts["settled_after"] is None) == (verdict == "too early")


def test_losses_are_read_the_other_way_round() -> None:
    made = rows(0.8, 300)
    soft = Rows(made.keys, made.y, 0.2 + 0.6 * made.p)
    value = get("brier")(soft.y, soft.p)
    assert judge(Promise(get("brier"), value + 0.1), soft)["verdict"] == "kept"
    assert judge(Promise(get("brier"), value - 0.1), soft)["verdict"] == "broken"


def test_what_was_broken_stays_broken_and_kept_is_taken_back() -> None:
    good, bad = rows(0.95, 200, 1), rows(0.3, 60, 2)
    promise = Promise(get("accuracy"), 0.8)
    assert judge(promise, good)["verdict"] == "kept"
    assert judge(promise, together([good, bad]))["verdict"] == "too early"
    assert judge(promise, bad)["verdict"] == "broken"
    healed = judge(promise, together([bad, rows(1.0, 2000, 3)]))
    assert healed["verdict"] == "broken"
    assert healed["value"] > 0.9


def test_how_many_more_are_needed_shrinks_and_comes_true() -> None:
    promise, made = Promise(get("accuracy"), 0.75), rows(0.8, 3000, 4)
    end = int(np.argmax(evidence(promise, made)[1] >= np.log(20.0))) + 1  # type: ignore[operator]
    early = judge(promise, made.take(np.arange(2 * end // 3)))
    late = judge(promise, made.take(np.arange(end - 5)))
    assert early["likely"] == "kept"
    assert end / 6 < early["needed"] < 6 * end
    assert late["needed"] < early["needed"]


def test_too_few_or_none() -> None:
    promise = Promise(get("accuracy"), 0.75)
    few = judge(promise, rows(0.8, 5))
    assert few["verdict"] == "too early"
    assert "needed" not in few
    none = judge(promise, rows(0.8, 0))
    assert none["verdict"] == "too early"
    assert none["value"] is None
    close = judge(Promise(get("accuracy"), 0.79), rows(0.8, 100, 9))
    assert close["likely"] is None
    assert close["needed"] == 1000


def test_a_promise_of_perfection_breaks_with_the_first_mistake() -> None:
    facts = judge(Promise(get("accuracy"), 1.0), rows(0.9, 40))
    assert facts["verdict"] == "broken"
    assert judge(Promise(get("accuracy"), 0.0), rows(0.9, 40))["verdict"] == "kept"


def test_what_cannot_be_watched_is_judged_once_by_its_batch() -> None:
    made, metric = rows(0.8, 300), get("average_precision")
    promise = Promise(metric, 0.5, batch=(200, 0.5))
    assert judge(promise, made.take(np.arange(150)))["needed"] == 50
    facts = judge(promise, made)
    assert facts["verdict"] == "kept"
    assert facts["reason"] == "cannot_watch"
    assert facts["batch"].value == metric(made.y[:200], made.p[:200])
    assert judge(Promise(metric, 0.9, batch=(200, 0.9)), made)["verdict"] == "broken"
    assert judge(Promise(metric, 0.9), made)["verdict"] == "too early"
    with pytest.raises(UsageError, match="outcome by outcome"):
        evidence(promise, made)


def test_the_batch_does_not_decide_where_evidence_can() -> None:
    facts = judge(Promise(get("accuracy"), 0.8, batch=(100, 0.99)), rows(0.8, 300))
    assert facts["batch"].kept is False
    assert facts["verdict"] == "too early"


def test_large_files_are_bounded_with_caution(monkeypatch: pytest.MonkeyPatch) -> None:
    from lowtide.settlement import judge as module

    rng = np.random.default_rng(0)
    y = rng.uniform(0, 10, 900)
    made = Rows(np.arange(900, dtype=np.uint64), y, y + rng.normal(size=900))
    promise = Promise(get("mae"), 0.9, width=10.0)
    exact = judge(promise, made)
    monkeypatch.setattr(module, "MOST_MARGINS", 200)
    rounded = judge(promise, made)
    assert rounded["low"] <= exact["low"] + 1e-6
    assert rounded["high"] >= exact["high"] - 1e-6
    assert rounded["high"] - rounded["low"] < 1.3 * (exact["high"] - exact["low"])


@given(st.integers(0, 60), st.integers(0, 60), st.booleans())
def test_one_file_after_another_is_the_same_as_both_at_once(first: int, second: int, grouped: bool) -> None:
    made = rows(0.8, first + second, 7)
    if grouped:
        # No group is in both files.
        groups = np.concatenate([np.arange(first) // 4, 1000 + np.arange(second) // 4]).astype(np.uint64)
        made = Rows(made.keys, made.y, made.p, groups)
    one, two = made.take(np.arange(first)), made.take(np.arange(first, first + second))
    before = fresh(one, None, named=True)
    after = together([before, fresh(two, before, named=True)])
    whole = fresh(made, None, named=True)
    promise = Promise(get("accuracy"), 0.7, grouped=grouped)
    assert judge(promise, after) == judge(promise, whole)


@given(st.integers(0, 20), st.integers(1, 40))
def test_rows_are_never_counted_twice(shift: int, n: int) -> None:
    made = rows(0.8, 60, 8)
    first = made.take(np.arange(n))
    second = made.take(np.arange(min(shift, n), min(shift + n, 60)))
    new = fresh(second, first, named=True)
    assert set(new.keys.tolist()) == set(second.keys.tolist()) - set(first.keys.tolist())
    assert len(fresh(together([second, second]), first, named=True)) == len(new)
    # Rows without a name may be alike and both real, but only within one file.
    assert len(fresh(together([second, second]), first, named=False)) == 2 * len(new)


def test_rows_of_groups_that_were_counted_wait_for_nothing() -> None:
    groups = np.asarray([5, 9, 5, 9, 7], dtype=np.uint64)
    made = Rows(np.arange(5, dtype=np.uint64), np.zeros(5), np.zeros(5), groups)
    first = fresh(made, None, named=True)
    assert first.groups is not None
    assert first.groups.tolist() == [5, 5, 9, 9, 7]
    later = Rows(
        np.arange(10, 12, dtype=np.uint64), np.zeros(2), np.zeros(2), np.asarray([9, 3], dtype=np.uint64)
    )
    assert fresh(later, first, named=True).keys.tolist() == [11]


@pytest.mark.parametrize("wide", [False, True])
def test_rows_come_back_to_the_last_bit(wide: bool) -> None:
    rng = np.random.default_rng(0)
    p = rng.random((9, 3)) if wide else rng.random(9)
    keys = rng.integers(0, 2**63, 9).astype(np.uint64) * np.uint64(2)
    made = Rows(keys, rng.random(9), p, None if wide else keys)
    again = decode(encode(made), wide=wide)
    assert np.array_equal(again.keys, made.keys)
    assert np.array_equal(again.y, made.y)
    assert np.array_equal(again.p, made.p)
    assert (again.groups is None) == wide


@given(st.floats(0.0, 1e9))
def test_needed_is_rounded_up_to_two_digits(number: float) -> None:
    got = rounded_up(number)
    assert number - 1e-6 <= got <= max(1.0, 1.1 * number + 1.0)
    assert len(str(got).rstrip("0")) <= 2
