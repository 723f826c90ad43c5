"""FLAML's configurations, fitted again."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes

from lowtide.core.errors import InputError, UsageError
from lowtide.validate.anyone.collect import out_of_fold
from lowtide.validate.anyone.floor import floor

pytestmark = pytest.mark.slow
ROWS = 150


def automl() -> Any:
    """Return an AutoML that is not fitted; skip without FLAML."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        flaml = pytest.importorskip("flaml")
        if getattr(flaml, "AutoML", None) is None:
            pytest.skip("FLAML's AutoML needs xgboost beside it")
        return flaml.AutoML()


def fit(model: Any, X: Any, y: Any, **options: Any) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model.fit(
            X,
            y,
            time_budget=-1,
            max_iter=8,
            estimator_list=["lgbm", "rf"],
            n_jobs=1,
            seed=0,
            verbose=0,
            **options,
        )
    return model


@pytest.fixture(scope="module")
def binary(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, pd.DataFrame, pd.Series, Path]:
    frame = load_breast_cancer(as_frame=True).frame.sample(ROWS, random_state=1)
    X = frame[["mean texture", "mean smoothness"]].copy()
    X["size"] = pd.Categorical(np.where(X["mean texture"] > 18, "large", "small"))
    y = frame["target"].map({0: "bad", 1: "fine"})
    log = tmp_path_factory.mktemp("flaml") / "trials.log"
    model = fit(automl(), X, y, task="classification", log_file_name=str(log), log_type="all")
    return model, X, y, log


def test_configurations_that_improved_and_the_number_of_all(binary: Any) -> None:
    model, X, y, _ = binary
    made = out_of_fold(model, X, y)
    assert made.metric == "roc_auc"
    assert made.positive == "fine"
    assert made.trials_total == 8
    assert 2 <= made.trials < 8
    assert {name.split()[1] for name in made.names} == {"lgbm", "rf"}
    assert "give log= for all of them" in repr(made)
    found = floor(made)
    assert (found.trials, found.trials_total) == (made.trials, 8)
    assert found.value is not None
    assert found.value < 1 - model.best_loss
    assert 0.5 < (found.best or 0) < 1


def test_the_log_names_every_configuration(binary: Any) -> None:
    model, X, y, log = binary
    logged = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    made = out_of_fold(model, X, y, log=log, groups=np.arange(ROWS) // 3, positive="bad")
    assert made.trials == made.trials_total == sum("learner" in record for record in logged) == 8
    assert made.positive == "bad"
    found = floor(made)
    assert found.scheme == "groups"
    assert found.best is not None
    assert found.best > 0.5


def test_numbers_and_time() -> None:
    X, y = load_diabetes(return_X_y=True)
    model = fit(automl(), X[:ROWS], y[:ROWS], task="regression", metric="mae")
    made = out_of_fold(model, X[:ROWS], y[:ROWS], time=np.arange(ROWS))
    assert made.metric == "mae"
    found = floor(made)
    assert found.scheme == "future"
    assert (found.best or 0) < np.abs(y[:ROWS] - y[:ROWS].mean()).mean() * 1.1


def test_mistakes_are_named(binary: Any, tmp_path: Path) -> None:
    model, X, y, _ = binary
    with pytest.raises(UsageError, match="This AutoML has found no model yet; fit it first"):
        out_of_fold(automl(), X, y)
    with pytest.raises(UsageError, match="limit is not for FLAML"):
        out_of_fold(model, X, y, limit=2)
    with pytest.raises(InputError, match="There is no log file"):
        out_of_fold(model, X, y, log=tmp_path / "none.log")
    other = tmp_path / "other.log"
    other.write_text("what\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"Line 1 of .* is not FLAML's"):
        out_of_fold(model, X, y, log=other)
    other.write_text('{"curr_best_record_id": 3}\n', encoding="utf-8")
    with pytest.raises(InputError, match="names no configuration"):
        out_of_fold(model, X, y, log=other)
