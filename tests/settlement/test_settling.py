"""Settling as a user does it: a bundle, files of outcomes, the command line."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.core.errors import InputError, UsageError
from lowtide.models.bundle import save
from lowtide.models.model import Model
from lowtide.models.score import score_file
from lowtide.validate.ledger import Ledger
from tests.cli.test_cli import call
from tests.models.build_one import made_model, made_table


@cache
def frame(rows: int = 240, seed: int = 3) -> pd.DataFrame:
    return made_table(rows, seed).data.to_pandas()


def model(kind: str = "binary", metric: str = "accuracy", floor: float | None = 0.5, **changes: Any) -> Model:
    made = made_model(kind)
    greater = metric not in ("log_loss", "brier", "mae", "rmse", "wape", "cost")
    m = made.manifest
    changed = msgspec.structs.replace(
        m, metric=metric, greater_is_better=greater, floor=msgspec.structs.replace(m.floor, value=floor),
        scenarios=(), **changes,
    )  # fmt: skip
    return dataclasses.replace(made, manifest=changed)


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    return save(model(), tmp_path / "bundle")


def test_a_frame_is_settled_in_python() -> None:
    found = lowtide.settle(model(), frame())
    assert isinstance(found, lowtide.Settlement)
    assert found.verdict == "kept"
    assert found.value == pytest.approx(np.mean(made_model().predict(frame()) == frame()["left"]))
    assert found.rows == found.new == 240
    assert found.ledger is None
    assert "kept: accuracy" in repr(found)
    with pytest.raises(AttributeError):
        found.verdict = "broken"  # type: ignore[misc]


def test_files_one_after_another_are_one_stream(bundle: Path, tmp_path: Path) -> None:
    parts = [frame().iloc[:50], frame().iloc[50:], frame().iloc[40:60]]
    for number, part in enumerate(parts):
        part.to_csv(tmp_path / f"{number}.csv", index=False)
    first = lowtide.settle(bundle, tmp_path / "0.csv")
    second = lowtide.settle(bundle, tmp_path / "1.csv")
    third = lowtide.settle(bundle, tmp_path / "2.csv")
    whole = lowtide.settle(bundle, frame(), state=tmp_path / "elsewhere")
    assert (first.rows, second.rows, third.rows) == (50, 240, 240)
    assert (third.new, third.already_counted) == (0, 20)
    for name in ("verdict", "value", "low", "high", "evidence", "settled_after", "tested"):
        assert getattr(second, name) == getattr(whole, name) == getattr(third, name)
    # The bundle is as it was, and the state beside it.
    lowtide.load(bundle).check()
    assert first.ledger == str(bundle.with_name("bundle.ledger"))
    with Ledger.open(Path(first.ledger)) as ledger:
        assert [s.rows for s in ledger.settlements()] == [50, 240]


def test_a_project_remembers_in_its_ledger(bundle: Path) -> None:
    Ledger.open(bundle.parent / "ledger").close()
    found = lowtide.settle(bundle, frame())
    assert found.ledger == str(bundle.parent / "ledger")
    assert not bundle.with_name("bundle.ledger").exists()


def test_another_model_is_another_promise(bundle: Path, tmp_path: Path) -> None:
    lowtide.settle(bundle, frame())
    save(model(floor=0.55), bundle)
    again = lowtide.settle(bundle, frame())
    assert again.already_counted == 0
    assert again.rows == 240


def test_a_ledger_of_the_first_schema_is_taken_along(bundle: Path) -> None:
    folder = bundle.parent / "ledger"
    Ledger.open(folder).close()
    with sqlite3.connect(folder / "ledger.sqlite") as old:
        old.executescript("DROP TABLE settlements; PRAGMA user_version = 1;")
    old.close()
    assert lowtide.settle(bundle, frame()).rows == 240
    with Ledger.open(folder) as ledger:
        assert len(ledger.settlements()) == 1
        assert ledger.check()


@pytest.mark.parametrize(
    ("kind", "metric", "floor"),
    [("binary", "roc_auc", 0.6), ("multiclass", "log_loss", 1.2), ("regression", "mae", 15.0)],
)
def test_predictions_with_the_outcome_beside_them_say_the_same(
    kind: str, metric: str, floor: float, tmp_path: Path
) -> None:
    made = model(kind, metric, floor)
    target = made.task.target
    score_file(made, frame().drop(columns=target), tmp_path / "scores.csv")
    joined = pd.read_csv(tmp_path / "scores.csv").merge(frame()[["id", target]], on="id")
    joined.to_csv(tmp_path / "joined.csv", index=False)
    one, two = lowtide.settle(made, frame()), lowtide.settle(made, tmp_path / "joined.csv")
    assert two.verdict == one.verdict
    assert two.value == pytest.approx(one.value, rel=1e-12)
    assert two.evidence == one.evidence


def test_labels_alone_are_enough_for_decisions_only(tmp_path: Path) -> None:
    made = model()
    labels = frame()[["id", "left"]].assign(prediction=made.predict(frame()))
    assert lowtide.settle(made, labels).value == lowtide.settle(made, frame()).value
    with pytest.raises(InputError, match="'probability'"):
        lowtide.settle(model(metric="brier"), labels)


def test_rows_without_outcome_or_prediction_are_said(tmp_path: Path) -> None:
    data = frame().astype({"visits": object})
    data.loc[0:4, "left"] = None
    data.loc[5:7, "visits"] = "many"
    data.loc[8, "left"] = "perhaps"
    data.to_csv(tmp_path / "x.csv", index=False)
    found = lowtide.settle(model(), tmp_path / "x.csv")
    assert (found.without_outcome, found.refused, found.new) == (5, 4, 231)


def test_time_orders_rows_and_says_since_when() -> None:
    shuffled = frame().sample(frac=1.0, random_state=0)
    by_time = lowtide.settle(model(), shuffled, time="since")
    assert by_time.since == str(frame()["since"].min().date())
    ordered = frame().sort_values("since", kind="stable")
    assert lowtide.settle(model(), ordered).evidence == by_time.evidence


def test_groups_count_once() -> None:
    made = model(scheme="groups")
    data = frame().assign(clinic=[f"c{n // 6}" for n in range(240)])
    found = lowtide.settle(made, data, group="clinic")
    assert (found.unit, found.units) == ("groups", 40)
    with pytest.raises(UsageError, match="new groups"):
        lowtide.settle(made, data)


def test_a_kept_promise_about_errors_needs_their_range() -> None:
    known = lowtide.settle(model("regression", "mae", 15.0), frame())
    assert known.verdict == "kept"
    assert known.cap == 86.0  # training outcomes from 13 to 99
    unknown = model("regression", "mae", 15.0, target_range=None)
    assert lowtide.settle(unknown, frame()).reason == "no_bound"
    assert lowtide.settle(unknown, frame(), largest_error=86.0).verdict == "kept"
    assert lowtide.settle(model("regression", "mae", 5.0, target_range=None), frame()).verdict == "broken"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"largest_error": 3.0}, "about accuracy"),
        ({"confidence": 1.0}, "between 0.5 and 1"),
        ({"time": "sinc"}, "'since'"),
        ({"time": "city"}, "must hold dates or numbers"),
    ],
)
def test_wrong_options_are_one_sentence(options: dict[str, Any], words: str) -> None:
    with pytest.raises((InputError, UsageError), match=words):
        lowtide.settle(model(), frame(), **options)


@pytest.mark.parametrize(
    ("changes", "data", "words"),
    [
        ({"floor": None}, lambda d: d, "promises nothing"),
        ({}, lambda d: d.drop(columns="left"), "'left'"),
        ({}, lambda d: d.assign(left=None), "No row has an outcome"),
        ({}, lambda d: d.assign(left="perhaps"), "'no', 'yes'"),
        ({}, lambda d: d.drop(columns="visits"), "'visits' is missing"),
    ],
)
def test_bad_input_is_one_sentence(changes: dict[str, Any], data: Any, words: str) -> None:
    with pytest.raises((InputError, UsageError), match=words):
        lowtide.settle(model(**changes), data(frame()))


def test_the_command_line(bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    frame().to_csv(tmp_path / "x.csv", index=False)
    code, out, _ = call(capsys, "settle", bundle, tmp_path / "x.csv", "--time", "since")
    assert code == 0
    assert "The promise is kept." in out
    assert "accuracy is 0.629 on 240 outcomes; at least 0.500 was promised" in out
    code, out, _ = call(capsys, "settle", bundle, tmp_path / "x.csv", "--lang", "ko")
    assert code == 0
    assert "약속이 지켜졌습니다." in out
    assert "240행은 이미" in out
    code, out, _ = call(capsys, "settle", bundle, tmp_path / "x.csv", "--json")
    answer = json.loads(out)
    wanted = {"schema", "verdict", "value", "floor", "rows", "since", "metric", "confidence", "evidence", "needed",
              "refused", "already_counted"}  # fmt: skip
    assert wanted <= set(answer)
    assert answer["verdict"] == "kept"


def test_a_broken_promise_is_exit_code_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    high = save(model(floor=0.95), tmp_path / "high")
    frame().to_csv(tmp_path / "x.csv", index=False)
    for lang, words in (("en", "The promise is broken."), ("ko", "약속이 깨졌습니다.")):
        code, out, _ = call(capsys, "settle", high, tmp_path / "x.csv", "--lang", lang)
        assert code == 1
        assert words in out
    code, out, _ = call(capsys, "settle", high, tmp_path / "x.csv", "--json")
    assert (code, json.loads(out)["verdict"]) == (1, "broken")
    code, out, _ = call(capsys, "settle", tmp_path / "nothing", tmp_path / "x.csv", "--json")
    assert code == 2
    assert "no such folder" in json.loads(out)["error"]["message"]
