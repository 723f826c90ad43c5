"""The spine, end to end, on small real tables that ship in packages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

import lowtide
from lowtide.core.errors import InputError, Refusal, UsageError
from lowtide.core.recipe import Recipe
from lowtide.steps.fitting import Fitter
from lowtide.tables.read import read
from lowtide.tables.target import make_target

QUICK: dict[str, Any] = {"budget": 15.0, "size": "quick", "threads": 1}


def frame(rows: int = 240, seed: int = 0) -> pd.DataFrame:
    """Eight columns of the breast cancer data, with gaps, a category, and a column filled only for one outcome."""
    bunch = load_breast_cancer(as_frame=True)
    rng = np.random.default_rng(seed)
    data = bunch.frame.sample(rows, random_state=seed).reset_index(drop=True)
    data = data[
        ["mean radius", "mean texture", "mean smoothness", "worst area", "mean symmetry", "target"]
    ].copy()
    data["site"] = rng.choice(["north", "south", "west"], rows)
    data.loc[rng.random(rows) < 0.1, "mean texture"] = np.nan
    data["operation_note"] = np.where(data["target"] == 0, rng.choice(["A", "B"], rows), None)
    data["outcome"] = np.where(data.pop("target") == 0, "malignant", "benign")
    return data


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return lowtide.run(frame(), "outcome", out=tmp_path_factory.mktemp("study"), **QUICK)


def test_floor_stands_between_the_bad_side_and_expected(study: Any) -> None:
    assert study.floor.value is not None
    assert 0.5 < study.floor.value <= study.expected <= 1.0
    assert study.floor.confidence == 0.95
    assert study.result.best_cv is not None
    # What is shipped is a blend: it may be a little better than the best single trial.
    assert study.expected <= study.result.best_cv + 0.005
    assert study.baseline is not None


def test_a_column_filled_only_for_one_outcome_is_out(study: Any) -> None:
    assert "operation_note" in study.result.quarantined
    assert "operation_note" not in study.result.model["columns"]
    assert study.result.naive is not None
    assert study.result.naive.value > study.expected


def test_the_split_is_named_and_verified(study: Any) -> None:
    assert study.result.split.scheme == "rows"
    assert study.result.split.verified
    assert study.result.split.held_out == study.result.rows


def test_predictions_have_the_callers_labels(study: Any) -> None:
    rows = frame().drop(columns="outcome")
    labels = study.model.predict(rows)
    assert set(labels) <= {"malignant", "benign"}
    chances = study.model.predict_proba(rows)
    assert chances.shape == (len(rows), 2)
    assert np.allclose(chances.sum(axis=1), 1.0)
    assert list(study.model.classes_) == ["benign", "malignant"]


def test_saved_model_returns_the_same_bits(study: Any, tmp_path: Path) -> None:
    study.save(tmp_path / "bundle")
    again = lowtide.load(tmp_path / "bundle")
    rows = frame().drop(columns="outcome")
    assert np.array_equal(again.predict_proba(rows), study.model.predict_proba(rows))
    assert again.check().equal


def test_report_is_written_in_both_languages(study: Any, tmp_path: Path) -> None:
    for lang, word in (("en", "floor"), ("ko", "바닥")):
        text = study.report(tmp_path / f"{lang}.html", lang=lang).read_text(encoding="utf-8")
        assert word in text
        assert "operation_note" in text


def test_a_second_run_continues_the_ledger(study: Any) -> None:
    folder = Path(study.result.bundle).parent
    again = lowtide.run(frame(), "outcome", out=folder, **QUICK)
    assert again.result.ledger["reused"] == study.result.trials
    assert again.result.trials == study.result.trials
    assert again.floor == study.floor
    assert again.expected == study.expected


def test_more_trials_are_counted(study: Any, tmp_path: Path) -> None:
    first = lowtide.run(frame(), "outcome", out=tmp_path, seed=0, **QUICK)
    more = lowtide.run(frame(), "outcome", out=tmp_path, seed=0, budget=20.0, size="normal", threads=1)
    assert more.result.trials > first.result.trials


def test_a_persons_answer_brings_a_column_back(study: Any) -> None:
    told = lowtide.run(frame(), "outcome", answers={"operation_note": "use"}, **QUICK)
    assert "operation_note" in told.result.model["columns"] or "operation_note" not in told.result.quarantined
    assert told.expected > study.expected
    assert any(f.answer == "use" for f in told.findings)


@pytest.mark.slow
def test_same_numbers_at_any_number_of_threads() -> None:
    one = lowtide.run(frame(), "outcome", **QUICK)
    two = lowtide.run(frame(), "outcome", **{**QUICK, "threads": 2})
    assert one.floor == two.floor
    assert one.expected == two.expected
    rows = frame().drop(columns="outcome")
    assert np.array_equal(one.model.predict_proba(rows), two.model.predict_proba(rows))


@pytest.mark.parametrize("learner", ["linear", "lightgbm", "extra-trees", "one-column"])
def test_nothing_that_is_fitted_sees_held_out_rows(learner: str) -> None:
    data = frame()
    table = read(data)
    target = make_target(table, "outcome")
    train, test = np.arange(0, 160), np.arange(160, 240)
    style = "linear" if learner == "linear" else "rule" if learner == "one-column" else "tree"
    recipe = Recipe(name="r", learner=learner, style=style, columns=("mean radius", "mean texture", "site"))
    before = Fitter(table, target.y, kind="binary", classes=2, threads=1, seed=0)(recipe, train, test)
    changed = data.copy()
    changed.loc[200:, ["mean radius", "mean texture"]] = 1e9
    changed.loc[200:, "site"] = "elsewhere"
    y = target.y.copy()
    y[test] = 1 - y[test]
    after = Fitter(read(changed), y, kind="binary", classes=2, threads=1, seed=0)(recipe, train, test)
    assert np.array_equal(before[:40], after[:40])


def test_regression_in_time_order_is_judged_on_the_future() -> None:
    rng = np.random.default_rng(3)
    days = pd.date_range("2021-01-01", periods=400, freq="D")
    level = np.cumsum(rng.normal(0, 1, 400))
    data = pd.DataFrame({"day": days, "x": rng.normal(size=400), "y": 0.0})
    data["y"] = 3 * data["x"] + level + rng.normal(0, 0.3, 400)
    study = lowtide.run(data, "y", time="day", **QUICK)
    assert study.result.split.scheme == "future"
    assert study.result.split.column == "day"
    assert not study.result.greater_is_better
    assert study.floor.value is None or study.floor.value >= study.expected


def test_declared_group_is_kept_whole() -> None:
    data = frame()
    data["patient"] = np.repeat(np.arange(60), 4)
    study = lowtide.run(data, "outcome", group="patient", **QUICK)
    assert study.result.split.scheme == "groups"
    assert study.floor.scenario == "new groups"
    assert "patient" not in study.result.model["columns"]


def test_multiclass_runs() -> None:
    from sklearn.datasets import load_wine

    data = load_wine(as_frame=True).frame[["alcohol", "hue", "proline", "magnesium", "target"]]
    study = lowtide.run(data, "target", **QUICK)
    assert study.result.task.kind == "multiclass"
    assert study.model.predict_proba(data.drop(columns="target")).shape == (len(data), 3)
    assert study.floor.value is not None


def test_one_class_is_refused() -> None:
    data = frame()
    data["outcome"] = "benign"
    with pytest.raises(Refusal, match="benign"):
        lowtide.run(data, "outcome", **QUICK)


def test_unknown_columns_name_the_closest() -> None:
    with pytest.raises(UsageError, match="outcome"):
        lowtide.run(frame(), "outcom", **QUICK)
    with pytest.raises(UsageError, match="site"):
        lowtide.run(frame(), "outcome", group="Site", **QUICK)


def test_a_metric_of_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="roc_auc"):
        lowtide.run(frame(), "outcome", metric="rmse", **QUICK)


def test_costs_are_judged_in_money() -> None:
    costs = lowtide.Costs(false_positive=1.0, false_negative=10.0, currency="EUR")
    study = lowtide.run(frame(), "outcome", metric="cost", costs=costs, **QUICK)
    assert study.floor.value is not None
    assert study.floor.value >= study.expected >= 0


def test_weights_count_in_fitting_and_are_no_feature() -> None:
    data = frame()
    data["w"] = np.where(np.arange(len(data)) < 120, 1.0, 0.0)
    table = read(data)
    target = make_target(table, "outcome")
    recipe = Recipe(name="r", learner="linear", style="linear", columns=("mean radius", "worst area"))
    train, test = np.arange(0, 200), np.arange(200, 240)
    weight = table.numbers("w")
    changed = target.y.copy()
    changed[120:] = 1 - changed[120:]
    one, two, plain = (
        Fitter(table, y, kind="binary", classes=2, threads=1, seed=0, weight=w)(recipe, train, test)
        for y, w in ((target.y, weight), (changed, weight), (changed, None))
    )
    # Outcomes of rows without weight do not matter to the learner; only inner preparation may see them.
    assert np.abs(one - two).max() < np.abs(one - plain).max() / 5
    with pytest.raises(InputError, match="negative"):
        lowtide.run(data.assign(w=-1.0), "outcome", weight="w", **QUICK)
