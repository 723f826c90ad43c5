"""What a project's history does to its next floor: metrics looked at, trials that only count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowtide
from lowtide.steps.counting import jointly
from lowtide.validate.ledger import Ledger
from tests.test_flow import frame

QUICK: dict[str, Any] = {"budget": 30.0, "size": "quick", "threads": 1}


@given(st.floats(0.5, 0.999), st.integers(1, 20))
def test_floors_that_fail_together_fail_no_more_often_than_one_may(confidence: float, floors: int) -> None:
    each = jointly(confidence, floors)
    assert floors * (1 - each) == pytest.approx(1 - confidence)
    assert jointly(confidence, 1) == pytest.approx(confidence)
    assert jointly(confidence, 0) == pytest.approx(confidence)


@pytest.mark.slow
def test_a_second_metric_costs_a_stricter_floor_and_says_so(tmp_path: Path) -> None:
    data = frame(200)
    first = lowtide.run(data, "outcome", out=tmp_path, **QUICK)
    assert first.result.ledger["metrics_looked_at"] == ["roc_auc"]
    with Ledger.open(tmp_path / "ledger", who="Lee") as ledger:
        ledger.look(first.result.ledger["question"], metric="brier", what="floor", value=0.1)
    second = lowtide.run(data, "outcome", out=tmp_path, **QUICK)
    assert second.result.ledger["metrics_looked_at"] == ["brier", "roc_auc"]
    assert second.floor.confidence == first.floor.confidence == 0.95, "of all of them together"
    assert first.floor.value is not None
    assert second.floor.value is not None
    assert second.expected == first.expected
    assert second.floor.value < first.floor.value
    assert first.result.lead is not None
    assert second.result.lead is not None
    assert second.result.lead.confidence == 0.95
    assert second.result.lead.bound < first.result.lead.bound


@pytest.mark.slow
def test_trials_on_fewer_rows_or_on_columns_that_are_out_only_count(tmp_path: Path) -> None:
    less, data = frame(300).iloc[:200], frame(300)
    early = lowtide.run(less, "outcome", out=tmp_path / "p", **QUICK)
    grown = lowtide.run(data, "outcome", out=tmp_path / "p", **QUICK)
    alone = lowtide.run(data, "outcome", out=tmp_path / "q", **QUICK)
    assert early.result.ledger["unseen"] == alone.result.ledger["unseen"] == 0
    models = sum(not t.baseline for t in early.result.trial_table)
    assert grown.result.ledger["unseen"] == models
    assert grown.result.ledger["compared"] == alone.result.ledger["compared"]
    assert grown.expected <= alone.expected
    moved = grown.result.ledger.get("unseen_moved", 0.0)
    assert alone.expected - grown.expected == pytest.approx(moved)
    assert alone.floor.value - grown.floor.value == pytest.approx(moved)
    used = lowtide.run(data, "outcome", answers={"operation_note": "use"}, out=tmp_path / "r", **QUICK)
    dropped = lowtide.run(data, "outcome", answers={"operation_note": "drop"}, out=tmp_path / "r", **QUICK)
    assert used.result.ledger["unseen"] == 0
    assert dropped.result.ledger["unseen"] == sum(not t.baseline for t in used.result.trial_table)
