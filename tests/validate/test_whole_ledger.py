"""Selection is over the whole ledger: run after run, other people, other seeds, other metrics."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lowtide import metrics
from lowtide.core.recipe import Recipe
from lowtide.splits.make import make
from lowtide.splits.plan import Plan
from lowtide.validate.floor import Estimate, estimate
from lowtide.validate.ledger import Ledger
from lowtide.validate.ledger_schema import Piece, TrialRecord, folds_key

N = 160
KEYS = np.arange(1, N + 1, dtype=np.uint64)
Y = np.random.default_rng(0).permutation(np.arange(N) % 2).astype(float)
AUC = metrics.get("roc_auc")


def add(
    ledger: Ledger, name: str, p: np.ndarray, *, seed: int = 0, repeats: int = 1, keys: np.ndarray = KEYS
) -> None:
    """Record one trial whose prediction of row i is ``p[i]`` in every repeat."""
    plan = Plan("rows", repeats=repeats)
    folds = make(plan, keys=keys, groups=None, times=None, y=np.zeros(len(keys)), seed=seed)
    record = TrialRecord(
        question="q", data="d", folds=folds_key([(f.train, f.test) for f in folds]),
        recipe=Recipe(name=name, learner=name), engine="1", status="done", seed=seed,
        fold_seconds=(0.0,) * len(folds), folds_seen=len(folds), folds_total=len(folds), rows=len(keys),
    )  # fmt: skip
    ledger.add(record, keys, [Piece(k, f.test, p[f.test]) for k, f in enumerate(folds)])


def judged(ledger: Ledger, **options: Any) -> Estimate:
    cube, records = ledger.cube("q", KEYS)
    assert len(records) == cube.shape[1]
    return estimate(
        Y, cube, units=np.arange(N), metric=AUC, kind="binary", scheme="rows", folds=np.zeros(N, dtype=np.int64),
        resamples=120, **options,
    )  # fmt: skip


def test_noise_run_after_run_raises_the_best_trial_and_nothing_else(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    best = []
    for run in range(4):
        with Ledger.open(tmp_path, who=f"person {run % 2}") as ledger:
            for trial in range(40):
                add(ledger, f"{run}-{trial}", rng.random(N))
            found = judged(ledger)
        assert found.trials == 40 * (run + 1), "everybody's trials compete"
        assert found.best_cv is not None
        assert found.expected is not None
        assert found.floor.value is not None
        best.append(found.best_cv)
        assert found.expected <= 0.53
        assert found.floor.value <= 0.5
    assert best == sorted(best)
    assert best[-1] > best[0]
    assert best[-1] > 0.6


@pytest.mark.slow
def test_the_floor_of_noise_is_at_or_below_chance_in_95_of_100_histories(tmp_path: Path) -> None:
    above, climbed = 0, []
    for history in range(60):
        rng = np.random.default_rng([history, 11])
        y = rng.permutation(np.arange(N) % 2).astype(float)
        cube = np.empty((N, 0))
        worst = -1.0
        for _ in range(5):
            cube = np.concatenate([cube, rng.random((N, 20))], axis=1)
            found = estimate(
                y, cube, units=np.arange(N), metric=AUC, kind="binary", scheme="rows",
                folds=np.zeros(N, dtype=np.int64), resamples=60, seed=history,
            )  # fmt: skip
            worst = max(worst, found.floor.value or 0.0)
        above += worst > 0.5
        climbed.append(found.best_cv or 0.0)
    assert above <= 3
    assert np.mean(climbed) > 0.6


def test_trials_of_other_seeds_and_repeats_are_out_of_fold_predictions_of_the_same_rows(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(5)
    p = rng.random((3, N))
    with Ledger.open(tmp_path) as ledger:
        add(ledger, "a", p[0], seed=0, repeats=3)
        add(ledger, "a", p[1], seed=1, repeats=1)
        add(ledger, "b", p[2], seed=2, repeats=2)
        cube, records = ledger.cube("q", KEYS)
        found = judged(ledger)
    assert len({r.folds for r in records}) == 3, "other folds are other trials"
    assert np.allclose(cube, p.T)
    assert found.trials == 3
    assert found.best_cv == pytest.approx(max(AUC(Y, row) for row in p))


def test_a_row_is_predicted_once_in_every_repeat_whatever_the_seed() -> None:
    """So that the mean over a trial's folds is one out-of-fold prediction a row, whoever made the folds."""
    for scheme, group in (("rows", None), ("groups", "g")):
        groups = None if group is None else np.arange(N) % 23
        for seed in (0, 1, 99):
            plan = Plan(scheme, group=group, repeats=3)  # type: ignore[arg-type]
            folds = make(plan, keys=KEYS, groups=groups, times=None, y=Y, seed=seed)
            times = np.bincount(np.concatenate([f.test for f in folds]), minlength=N)
            assert (times == 3).all()
            assert not any(np.isin(f.test, f.train).any() for f in folds)


def test_metrics_looked_at_are_counted_once_each_and_need_a_floor(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        assert ledger.metrics_looked_at("q") == ()
        assert ledger.metrics_looked_at("q", "roc_auc") == ("roc_auc",)
        for _ in range(3):
            ledger.look("q", metric="roc_auc", what="floor", value=0.7)
        ledger.look("q", metric="log_loss", what="floor", value=None)
        ledger.look("q", metric="brier", what="12 trials")
        ledger.look("other", metric="f1", what="floor", value=0.5)
        assert ledger.metrics_looked_at("q", "roc_auc") == ("roc_auc",)
        assert ledger.metrics_looked_at("q", "f1") == ("f1", "roc_auc")
