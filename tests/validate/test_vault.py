"""The vault in the ledger, and the score of a model on rows that nothing has seen."""

from __future__ import annotations

from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide import metrics
from lowtide.core.errors import UsageError
from lowtide.validate.ledger import Ledger
from lowtide.validate.once import judge_once
from lowtide.validate.vault import Opening, Vault, lock, members_of, opening_of, record_opening, vault_of
from tests.validate.test_ledger import KEYS, pieces, record

VAULT = Vault(target="y", share=0.2, scheme="rows", columns=("a",), salt=3, hash_border=2**63 + 5)
OPENING = Opening(
    question="q", model="m", metric="roc_auc", greater_is_better=True, value=0.71234, bound=0.65, confidence=0.95,
    floor=0.7, verdict="held", rows=80, units=80, unanswered=0, trials=4,
)  # fmt: skip


def test_a_vault_is_kept_as_it_was_locked(tmp_path: Path) -> None:
    with Ledger.open(tmp_path, who="Kim") as ledger:
        assert vault_of(ledger) is None
        kept = lock(ledger, VAULT, np.array([7, 2**64 - 1, 7], dtype=np.uint64))
        assert kept.who == "Kim"
        assert kept.created.endswith("+00:00")
    with Ledger.open(tmp_path) as ledger:
        again = lock(ledger, msgspec.structs.replace(VAULT, share=0.4), np.empty(0, dtype=np.uint64))
        assert again == kept == vault_of(ledger), "the first one holds"
        assert members_of(ledger).tolist() == [7, 2**64 - 1]
        assert ledger.check()


def test_no_vault_after_the_first_trial(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        ledger.add(record(), KEYS, pieces())
        with pytest.raises(UsageError, match="1 trials that used all rows"):
            lock(ledger, VAULT, KEYS)
        assert vault_of(ledger) is None


def test_it_opens_once_whoever_tries(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as one, Ledger.open(tmp_path, who="Lee") as two:
        lock(one, VAULT, KEYS)
        first = record_opening(one, OPENING)
        with pytest.raises(UsageError, match=rf"opened at {first.at[:10]}.* 0\.7123 on 80 rows"):
            record_opening(two, msgspec.structs.replace(OPENING, value=0.99))
        assert opening_of(two) == first
        assert [(x.what, x.value) for x in two.looks("q")] == [("vault", 0.71234)]
        assert two.metrics_looked_at("q") == (), "the vault is no floor"


@pytest.mark.parametrize(("verdict", "held"), [("held", True), ("broken", False), ("below_by_chance", False), ("no_floor", None)])  # fmt: skip
def test_held_in_short(verdict: str, held: bool | None) -> None:
    assert msgspec.structs.replace(OPENING, verdict=verdict).held is held


def test_an_older_ledger_gets_the_new_books(tmp_path: Path) -> None:
    import sqlite3

    Ledger.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "ledger.sqlite") as db:
        db.execute("DROP TABLE vaults")
        db.execute("DROP TABLE openings")
        db.execute("PRAGMA user_version = 1")
    db.close()
    with Ledger.open(tmp_path) as ledger:
        assert lock(ledger, VAULT, KEYS) == vault_of(ledger)


@pytest.mark.parametrize("name", ["roc_auc", "mae"])
def test_the_bound_holds_as_often_as_it_says(name: str) -> None:
    metric = metrics.get(name)
    truth, held = (0.76025, 0) if name == "roc_auc" else (0.79788, 0)
    for draw in range(120):
        rng = np.random.default_rng([draw, 5])
        if name == "roc_auc":
            y = np.repeat([0.0, 1.0], 50)
            p = y + rng.normal(size=100)
        else:
            y, p = rng.normal(size=100), np.zeros(100)
        seen = judge_once(
            y, p, np.arange(100), metric, kind="binary" if name == "roc_auc" else "regression",
            threshold=0.5, confidence=0.95, seed=draw, times=200,
        )  # fmt: skip
        assert seen is not None
        sign = 1 if metric.greater_is_better else -1
        assert sign * seen.bound <= sign * seen.value <= sign * seen.reach
        held += sign * seen.bound <= sign * truth
    assert held >= 108


def test_groups_count_as_one_each() -> None:
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(12), 30)
    y = rng.normal(size=12)[group]
    made = {"kind": "regression", "threshold": 0.5, "confidence": 0.95, "seed": 0, "times": 300}
    whole = judge_once(y, np.zeros(360), group, metrics.get("mae"), **made)  # type: ignore[arg-type]
    single = judge_once(y, np.zeros(360), np.arange(360), metrics.get("mae"), **made)  # type: ignore[arg-type]
    assert whole is not None
    assert single is not None
    assert whole.units == 12
    assert whole.bound - whole.value > 3 * (single.bound - single.value)


@given(st.integers(3, 60))
def test_a_perfect_score_is_not_taken_for_certain(each: int) -> None:
    y = np.repeat([0.0, 1.0], each)
    seen = judge_once(
        y, y, np.arange(2 * each), metrics.get("roc_auc"), kind="binary", threshold=0.5, confidence=0.95,
        seed=0, times=50,
    )  # fmt: skip
    assert seen is not None
    assert seen.value == 1.0
    assert seen.bound == pytest.approx(0.05 ** (1 / each))


def test_what_cannot_be_scored_is_not() -> None:
    common = {"kind": "binary", "threshold": 0.5, "confidence": 0.95, "seed": 0, "times": 50}
    auc = metrics.get("roc_auc")
    ones = np.ones(20)
    assert judge_once(ones, ones, np.arange(20), auc, **common) is None  # type: ignore[arg-type]
    empty = np.empty(0)
    assert judge_once(empty, empty, empty.astype(int), auc, **common) is None  # type: ignore[arg-type]
    few = np.array([0.0, 0.0, 0.0, 1.0])
    assert judge_once(few, few, np.arange(4), auc, **common) is None  # type: ignore[arg-type]
