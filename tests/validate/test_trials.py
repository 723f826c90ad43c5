"""Trials: the same numbers at any speed, the budget kept, nothing lost."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lowtide.core.errors import InternalError, LowtideError
from lowtide.core.recipe import Recipe
from lowtide.metrics import get
from lowtide.splits.make import make
from lowtide.splits.plan import Fold, Plan
from lowtide.tables.table import Floats, Ints
from lowtide.validate.budget import Budget
from lowtide.validate.dropping import hopeless
from lowtide.validate.ledger import Ledger
from lowtide.validate.trials import Progress, TrialSet, run_trials

N = 300
KEYS = np.arange(N, dtype=np.uint64)
Y = (np.arange(N) % 3 == 0).astype(np.float64)
FOLDS = make(Plan("rows", repeats=2), keys=KEYS, groups=None, times=None, y=Y, seed=0)

PRIOR = Recipe(name="prior", learner="prior", style="rule", baseline=True)
LINEAR = Recipe(name="linear", learner="linear", style="linear", params={"noise": 1.0})
BOOST = Recipe(name="lightgbm", learner="lightgbm", params={"noise": 0.8})
FOREST = Recipe(name="forest", learner="extra_trees", params={"noise": 0.9})
HOPELESS = Recipe(name="hopeless", learner="other", params={"noise": 60.0})
BROKEN = Recipe(name="broken", learner="other", params={"error": "no memory\nat all"})


class Fake:
    """Predicts the truth with noise, drawn from recipe and training rows; counts and may take time."""

    def __init__(self, clock: Clock | None = None, seconds: dict[str, float] | None = None) -> None:
        self.calls: list[str] = []
        self.clock, self.seconds = clock, seconds or {}

    def __call__(self, recipe: Recipe, train: Ints, test: Ints) -> Floats:
        self.calls.append(recipe.name)
        if self.clock is not None:
            self.clock.now += self.seconds.get(recipe.learner, 0.0)
        if "error" in recipe.params:
            raise ValueError(recipe.params["error"])
        if recipe.baseline:
            return np.full(len(test), Y[train].mean())
        rng = np.random.default_rng([int(recipe.key, 16) % 2**32, int(train.sum())])
        return Y[test] + rng.normal(0, recipe.params["noise"], len(test))


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def run(
    *recipes: Recipe,
    fake: Callable[[Recipe, Ints, Ints], Floats] | None = None,
    ledger: Ledger | None = None,
    budget: Budget | None = None,
    progress: Callable[[Progress], None] | None = None,
    folds: tuple[Fold, ...] = FOLDS,
) -> TrialSet:
    return run_trials(
        recipes, folds=folds, y=Y, kind="binary", classes=2, keys=KEYS, metric=get("roc_auc"),
        fit_predict=fake or Fake(), ledger=ledger, question_key="q", data_key="d",
        budget=budget or Budget(None), progress=progress, seed=0,
    )  # fmt: skip


def status(found: TrialSet) -> dict[str, str]:
    return {r.name: r.status for r in found.records}


def test_every_row_is_predicted_and_repeats_are_averaged() -> None:
    found = run(PRIOR, LINEAR)
    assert found.cube.shape == (N, 2)
    assert np.isfinite(found.cube).all()
    fake = Fake()
    row = 7
    mine = [fake(LINEAR, f.train, f.test)[np.flatnonzero(f.test == row)[0]] for f in FOLDS if row in f.test]
    assert len(mine) == 2
    assert found.cube[row, 1] == np.mean(mine)
    assert found.records[1].scores["roc_auc"] == get("roc_auc")(Y, found.cube[:, 1])
    assert len(found.records[1].fold_scores) == len(FOLDS) == found.records[1].folds_seen


def test_multiclass_has_a_column_for_each_class() -> None:
    y = np.arange(N) % 3.0

    def fit(recipe: Recipe, train: Ints, test: Ints) -> Floats:
        return np.tile([0.2, 0.3, 0.5], (len(test), 1))

    found = run_trials(
        [PRIOR], folds=FOLDS, y=y, kind="multiclass", classes=3, keys=KEYS, metric=get("log_loss"),
        fit_predict=fit, ledger=None, question_key="q", data_key="d", budget=Budget(None),
    )  # fmt: skip
    assert found.cube.shape == (N, 1, 3)
    assert np.allclose(found.cube[:, 0], [0.2, 0.3, 0.5])


def test_the_hopeless_is_dropped_after_two_folds_and_stays_in_the_ledger(tmp_path: Path) -> None:
    fake = Fake()
    with Ledger.open(tmp_path) as ledger:
        found = run(PRIOR, LINEAR, HOPELESS, BOOST, fake=fake, ledger=ledger)
        cube, records = ledger.cube("q", KEYS)
    assert status(found) == {"prior": "done", "linear": "done", "hopeless": "dropped", "lightgbm": "done"}
    assert fake.calls.count("hopeless") == 2
    seen = np.isfinite(found.cube[:, 2])
    assert np.array_equal(np.flatnonzero(seen), np.sort(np.concatenate([f.test for f in FOLDS[:2]])))
    assert [r.status for r in records] == ["done", "done", "dropped", "done"]
    assert np.array_equal(cube, found.cube, equal_nan=True)


def test_baselines_are_never_dropped() -> None:
    bad = Recipe(name="bad", learner="bad", style="rule", baseline=True, params={"noise": 9.0})
    assert status(run(PRIOR, LINEAR, bad))["bad"] == "done"


@pytest.mark.parametrize(
    ("mine", "verdict"),
    [
        ([0.60, 0.62], True),
        ([0.60], False),
        ([0.60, 0.86], False),
        ([0.80, 0.81], False),
        ([0.74, 0.20], False),
        ([0.60, None], False),
    ],
)
def test_hopeless_means_far_behind_in_every_fold(mine: list[float | None], verdict: bool) -> None:
    best, rule = [0.85, 0.86, 0.87], [0.55, 0.56, 0.57]
    assert hopeless(mine, best, rule, greater_is_better=True) is verdict
    losses = [None if s is None else -s for s in mine]
    assert hopeless(losses, [-s for s in best], [-s for s in rule], greater_is_better=False) is verdict


def test_a_best_that_does_not_beat_the_baseline_drops_nobody() -> None:
    assert not hopeless([0.1, 0.1], [0.5, 0.5], [0.6, 0.6], greater_is_better=True)


def test_a_failed_trial_does_not_end_the_run(tmp_path: Path) -> None:
    with Ledger.open(tmp_path) as ledger:
        found = run(PRIOR, BROKEN, LINEAR, ledger=ledger)
        assert [r.status for r in ledger.trials("q")] == ["done", "failed", "done"]
    assert found.records[1].reason == "ValueError: no memory"
    assert np.isnan(found.cube[:, 1]).all()


def test_predictions_that_cannot_be_used_are_failures() -> None:
    def fit(recipe: Recipe, train: Ints, test: Ints) -> Floats:
        return np.full(len(test), np.nan) if recipe is LINEAR else np.zeros(3)

    with pytest.raises(LowtideError, match=r"None of the 2 trials succeeded.*not finite"):
        run(LINEAR, BOOST, fake=fit)


def test_a_fault_of_our_own_is_not_hidden() -> None:
    def fit(recipe: Recipe, train: Ints, test: Ints) -> Floats:
        raise InternalError("wrong")

    with pytest.raises(InternalError):
        run(LINEAR, fake=fit)


def test_the_second_run_reuses_everything_and_adds_nothing(tmp_path: Path) -> None:
    recipes = (PRIOR, LINEAR, HOPELESS, BOOST, FOREST)
    with Ledger.open(tmp_path) as ledger:
        first = run(*recipes, ledger=ledger)
        fake = Fake()
        again = run(*recipes, fake=fake, ledger=ledger)
        assert ledger.count("q") == len(recipes)
    assert fake.calls == []
    assert again.facts["reused"] == len(recipes)
    assert np.array_equal(first.cube, again.cube, equal_nan=True)
    assert [r.scores for r in first.records] == [r.scores for r in again.records]
    assert [r.id for r in again.records] == [1, 2, 3, 4, 5]


def test_other_folds_or_features_are_other_trials(tmp_path: Path) -> None:
    other = make(Plan("rows"), keys=KEYS, groups=None, times=None, y=Y, seed=1)
    fewer = Recipe(name="linear", learner="linear", style="linear", params={"noise": 1.0}, columns=("a",))
    with Ledger.open(tmp_path) as ledger:
        run(LINEAR, ledger=ledger)
        run(LINEAR, ledger=ledger, folds=other)
        run(fewer, ledger=ledger)
        assert ledger.count("q") == 3


def test_an_interrupted_run_goes_on_where_it_was(tmp_path: Path) -> None:
    class Stop(KeyboardInterrupt):
        pass

    fake = Fake()

    def fit(recipe: Recipe, train: Ints, test: Ints) -> Floats:
        if recipe is BOOST:
            raise Stop
        return fake(recipe, train, test)

    with Ledger.open(tmp_path) as ledger, pytest.raises(Stop):
        run(PRIOR, LINEAR, BOOST, fake=fit, ledger=ledger)
    fake.calls.clear()
    with Ledger.open(tmp_path) as ledger:
        found = run(PRIOR, LINEAR, BOOST, fake=fake, ledger=ledger)
    assert set(fake.calls) == {"lightgbm"}
    assert np.array_equal(found.cube, run(PRIOR, LINEAR, BOOST).cube)


def test_the_budget_is_kept_with_time_for_fitting_set_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("lowtide.validate.trials.time.perf_counter", clock)
    fake = Fake(clock, {"linear": 0.1, "lightgbm": 0.5, "extra_trees": 1.0})
    budget = Budget(60, clock=clock)
    more = [
        Recipe(name=f"forest-{i}", learner="extra_trees", params={"noise": 0.9, "i": i}) for i in range(20)
    ]
    found = run(PRIOR, LINEAR, BOOST, *more, fake=fake, budget=budget)
    refit = float(str(found.facts["refit_seconds"]))
    assert refit == pytest.approx(3 * 1.25)
    assert budget.reserved == pytest.approx(refit)
    assert clock.now + refit <= 60
    assert clock.now + refit > 60 - 11, "a trial that fits is begun"
    assert found.facts["stopped"] == []
    assert len(found.records) + len(found.facts["skipped"]) == 23  # type: ignore[arg-type]


def test_a_trial_that_turns_out_too_long_stops_and_is_taken_up_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    clock = Clock()
    monkeypatch.setattr("lowtide.validate.trials.time.perf_counter", clock)
    fake = Fake(clock, {"linear": 0.1, "extra_trees": 5.0})
    with Ledger.open(tmp_path) as ledger:
        found = run(PRIOR, LINEAR, FOREST, fake=fake, ledger=ledger, budget=Budget(20, clock=clock))
        assert found.facts["stopped"] == ["forest"]
        assert status(found) == {"prior": "done", "linear": "done"}
        assert ledger.count() == 2
        fake.calls.clear()
        found = run(PRIOR, LINEAR, FOREST, fake=fake, ledger=ledger)
        assert status(found)["forest"] == "done"
        assert ledger.count() == 3
    assert fake.calls == ["forest"] * 9
    assert np.array_equal(found.cube, run(PRIOR, LINEAR, FOREST).cube)


def test_the_least_runs_however_small_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    monkeypatch.setattr("lowtide.validate.trials.time.perf_counter", clock)
    fake = Fake(clock, {"linear": 5.0, "lightgbm": 5.0, "extra_trees": 5.0})
    second = Recipe(name="lightgbm-2", learner="lightgbm", params={"noise": 0.7})
    found = run(PRIOR, LINEAR, FOREST, BOOST, second, fake=fake, budget=Budget(1, clock=clock))
    assert status(found) == {"prior": "done", "linear": "done"}
    assert found.facts["skipped"] == ["forest", "lightgbm", "lightgbm-2"]
    spent = Budget(1, clock=clock)
    clock.now += 2
    found = run(PRIOR, LINEAR, fake=fake, budget=spent)
    assert status(found) == {"prior": "done", "linear": "done"}
    assert "linear" in found.facts["beyond_budget"]


def test_speed_does_not_change_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    recipes = (PRIOR, LINEAR, HOPELESS, BOOST, FOREST)
    fast = run(*recipes)
    clock = Clock()
    monkeypatch.setattr("lowtide.validate.trials.time.perf_counter", clock)
    slow = run(*recipes, fake=Fake(clock, {"linear": 50.0, "other": 90.0}), budget=Budget(9e9, clock=clock))
    assert np.array_equal(fast.cube, slow.cube, equal_nan=True)
    assert [(r.scores, r.fold_scores, r.status) for r in fast.records] == [
        (r.scores, r.fold_scores, r.status) for r in slow.records
    ]


def test_progress_counts_folds_and_knows_the_best() -> None:
    seen: list[Progress] = []
    found = run(PRIOR, LINEAR, BOOST, progress=seen.append, budget=Budget(1e6))
    assert [(p.trial, p.fold) for p in seen] == [(t, f) for t in range(3) for f in range(10)]
    assert {p.total for p in seen} == {3}
    assert seen[0].best is None
    assert seen[-1].best == max(r.scores["roc_auc"] for r in found.records[:2])  # type: ignore[type-var]
    assert all(p.seconds_left is not None and p.seconds_left > 0 for p in seen)


def test_a_threshold_is_chosen_before_trials_are_compared() -> None:
    def fit(recipe: Recipe, train: Ints, test: Ints) -> Floats:
        return 0.1 * Y[test]

    found = run_trials(
        [LINEAR], folds=FOLDS, y=Y, kind="binary", classes=2, keys=KEYS, metric=get("f1"), fit_predict=fit,
        ledger=None, question_key="q", data_key="d", budget=Budget(None),
    )  # fmt: skip
    assert found.records[0].scores == {"f1": 1.0}
