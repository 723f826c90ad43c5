"""Outcomes that the model learned from are no outcomes."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import msgspec
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowtide
from lowtide.core.errors import InputError
from lowtide.models.bundle import save
from lowtide.steps.learned import learned, too_many
from lowtide.testing.tables import make_table
from tests.cli.test_cli import call
from tests.models.build_one import made_model, made_table
from tests.settlement.test_settling import frame, model

TOML = '[source]\npath = "rows.csv"\n[task]\ntarget = "left"\n'


@pytest.fixture
def training(tmp_path: Path) -> pd.DataFrame:
    """Make a project of the rows that `made_model` learned from."""
    rows: pd.DataFrame = made_table().data.to_pandas()
    rows.to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "lowtide.toml").write_text(TOML)
    return rows


def bundle(tmp_path: Path, *unit: str) -> Path:
    made = model()
    task = msgspec.structs.replace(made.task, unit=unit)
    changed = msgspec.structs.replace(made.manifest, task=task)
    return save(dataclasses.replace(made, manifest=changed), tmp_path / "bundle")


def renamed(rows: pd.DataFrame) -> pd.DataFrame:
    return rows.assign(id=[f"L{n:05d}" for n in range(len(rows))])


def test_the_training_file_is_refused(
    training: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = call(capsys, "settle", bundle(tmp_path), tmp_path / "rows.csv", "--json")
    assert code == 2
    assert "160 of the 160 outcomes stand in the data" in json.loads(out)["error"]["message"]
    assert not (tmp_path / "bundle.ledger").exists()


def test_rows_known_by_name_are_left_out_and_said(
    training: pd.DataFrame, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = bundle(tmp_path, "id")
    with pytest.raises(InputError, match="All 160 outcomes stand in the data"):
        lowtide.settle(folder, tmp_path / "rows.csv")
    later = renamed(frame())
    pd.concat([training[:30], later]).to_csv(tmp_path / "mixed.csv", index=False)
    for lang, words in (("en", "learned from: 30."), ("ko", "30행은 모델이 학습한")):
        state = tmp_path / lang
        _, out, _ = call(capsys, "settle", folder, tmp_path / "mixed.csv", "--lang", lang, "--state", state)
        assert words in out
    mixed = lowtide.settle(folder, tmp_path / "mixed.csv")
    assert (mixed.training_checked, mixed.in_training, mixed.rows) == (True, 30, 240)
    alone = lowtide.settle(folder, later, state=tmp_path / "alone")
    assert (alone.in_training, alone.evidence, alone.value) == (0, mixed.evidence, mixed.value)


def test_later_rows_are_settled_as_before(training: pd.DataFrame, tmp_path: Path) -> None:
    later = renamed(frame())
    here = lowtide.settle(bundle(tmp_path), later)
    assert (here.training_checked, here.alike_in_training, here.rows) == (True, 0, 240)
    assert here.evidence == lowtide.settle(model(), later).evidence
    some = lowtide.settle(bundle(tmp_path), pd.concat([training[:20], later]), state=tmp_path / "some")
    assert (some.alike_in_training, some.rows) == (20, 260)


@pytest.mark.parametrize("change", ["no project", "no source", "grown", "other target"])
def test_what_cannot_be_compared_is_not_called_checked(
    change: str, training: pd.DataFrame, tmp_path: Path
) -> None:
    toml = tmp_path / "lowtide.toml"
    if change == "no project":
        toml.unlink()
    elif change == "no source":
        (tmp_path / "rows.csv").unlink()
    elif change == "grown":
        pd.concat([training, renamed(frame())]).to_csv(tmp_path / "rows.csv", index=False)
    else:
        toml.write_text(TOML.replace("left", "grade"))
    found = lowtide.settle(bundle(tmp_path), training)
    assert (found.training_checked, found.alike_in_training, found.rows) == (False, 0, 160)


def test_twins_by_chance_are_no_reason_to_refuse() -> None:
    rng = np.random.default_rng(4)
    one, two = (
        make_table(
            {"left": rng.choice(["no", "yes"], n).tolist(), "city": rng.choice(list("abc"), n).tolist()}
        )
        for n in (300, 80)
    )
    m = made_model().manifest
    assert learned(two, one, m, named=False).alike == 80


@given(st.integers(0, 400), st.integers(1, 400), st.floats(0.0, 1.0))
def test_more_found_is_never_less_suspect(found: int, rows: int, twins: float) -> None:
    found = min(found, rows)
    if too_many(found, rows, twins):
        assert found / rows > twins + 0.3
        assert too_many(rows, rows, twins)
        assert too_many(found, rows, twins / 2)
