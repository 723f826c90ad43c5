"""The vault, end to end: nothing sees it before it is opened, and it opens once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.core.errors import InputError, UsageError
from lowtide.core.interval import Floor
from lowtide.core.result import RunResult, VaultFacts
from lowtide.steps.job import Job
from lowtide.steps.opening import verdict
from lowtide.steps.vault import book, divide, read_open
from lowtide.tables.raw import ReadSettings
from lowtide.tables.read import read
from lowtide.tables.target import coded
from lowtide.validate.ledger import Ledger
from lowtide.validate.once import Once
from lowtide.validate.vault import opening_of, vault_of
from tests.report import fixtures
from tests.test_flow import frame

QUICK: dict[str, Any] = {"budget": 60.0, "size": "quick", "threads": 1}


def numbers(rows: int = 240, seed: int = 0) -> pd.DataFrame:
    """Days, stores and a number that the columns tell something about."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "day": pd.date_range("2022-01-01", periods=rows, freq="D"),
            "store": np.array([f"s{k}" for k in rng.integers(0, 30, rows)]),
            "x": rng.normal(size=rows),
            "z": rng.normal(size=rows),
        }
    )
    data["y"] = 2 * data["x"] - data["z"] + rng.normal(0, 0.5, rows)
    return data


def job(data: pd.DataFrame, folder: Path, target: str = "y", **options: Any) -> Job:
    task = {k: options.pop(k) for k in ("group", "time", "deploy", "unit", "gap") if k in options}
    return Job(
        source=data, task=lowtide.Task(target=target, **task), folder=folder, read=ReadSettings(), **options
    )


def inside(data: pd.DataFrame, folder: Path, **options: Any) -> np.ndarray:
    """Lock (or obey) a vault and return which rows are in it."""
    made = job(data, folder, **options)
    with book(made) as ledger:
        assert ledger is not None
        return divide(made, ledger).inside


def told(result: RunResult) -> dict[str, Any]:
    """Return the whole result without what differs from run to run."""
    whole = json.loads(msgspec.json.encode(result))
    for name in ("seconds", "created", "bundle", "report"):
        whole.pop(name)
    whole["ledger"].pop("refit_seconds")
    whole["vault"].pop("locked")
    for trial in whole["trial_table"]:
        trial.pop("seconds")
    return whole


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what the bundle predicts with."""
    kept = folder / "bundle"
    return {
        str(p.relative_to(kept)): p.read_bytes()
        for p in sorted(kept.rglob("*"))
        if p.is_file() and p.name not in ("manifest.json", "card.md")
    }


@pytest.mark.parametrize(
    ("target", "options"),
    [
        ("outcome", {"deploy": "rows"}),
        pytest.param("y", {"group": "store", "deploy": "groups"}, marks=pytest.mark.slow),
        pytest.param("y", {"time": "day"}, marks=pytest.mark.slow),
    ],
)
def test_outcomes_in_the_vault_change_nothing_before_it_is_opened(
    tmp_path: Path, target: str, options: dict[str, str]
) -> None:
    data = frame(200) if target == "outcome" else numbers()
    one = lowtide.run(data, target, vault=0.25, out=tmp_path / "a", **options, **QUICK)
    rows = inside(data, tmp_path / "a", target=target, **options)
    assert one.result.vault is not None
    assert one.result.vault.rows == rows.sum() > 20
    assert one.result.rows == len(data) - rows.sum() == one.result.total_rows
    rng = np.random.default_rng(1)
    changed = data.copy()
    drawn = rng.permutation(data[target][rows]) if target == "outcome" else rng.normal(0, 1e6, rows.sum())
    changed.loc[rows, target] = (
        drawn if target == "y" else np.where(rng.random(rows.sum()) < 0.9, "benign", drawn)
    )
    two = lowtide.run(changed, target, vault=0.25, out=tmp_path / "b", **options, **QUICK)
    assert told(one.result) == told(two.result)
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    assert not changed.equals(data)


def _known(folder: Path) -> VaultFacts:
    known = msgspec.json.decode((folder / "result.json").read_bytes(), type=RunResult).vault
    assert known is not None
    return known


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vault") / "p"
    lowtide.run(frame(260), "outcome", vault=0.25, out=folder, **QUICK)
    return folder


def test_it_opens_once(project: Path) -> None:
    first = lowtide.run(frame(260), "outcome", out=project, **QUICK)
    assert first.result.vault is not None, "no later run has to ask for it"
    assert not first.result.vault.opened
    study = lowtide.run(frame(260), "outcome", out=project, open_vault=True)
    known = study.result.vault
    assert known is not None
    assert known.opened
    assert known.judged == known.rows == 65
    assert known.value is not None
    assert known.bound is not None
    assert 0.5 < known.bound <= known.value <= 1.0
    assert known.held is (known.verdict == "held")
    assert known.trials == study.result.trials
    on_disk = msgspec.json.decode((project / "result.json").read_bytes(), type=RunResult)
    assert on_disk.vault == known
    with pytest.raises(UsageError, match=rf"opened at {known.at[:10]}.*{known.value:.4g} on 65 rows.*anew"):
        lowtide.run(frame(260), "outcome", out=project, open_vault=True)


@pytest.mark.slow
def test_later_runs_say_that_it_was_opened(project: Path, tmp_path: Path) -> None:
    project = shutil.copytree(project, tmp_path / "p")
    if not (known := _known(project)).opened:
        known = lowtide.run(frame(260), "outcome", out=project, open_vault=True).result.vault
    assert known is not None
    more = lowtide.run(frame(260), "outcome", out=project, seed=5, **QUICK)
    assert more.result.vault is not None
    assert more.result.rows == 195, "the rows stay out"
    assert more.result.vault.trials_since > 0
    assert (more.result.vault.at, more.result.vault.value) == (known.at, known.value)
    free = lowtide.run(frame(260), "outcome", out=project, release_vault=True, **QUICK)
    assert free.result.rows == 260
    assert free.result.vault is not None
    assert free.result.vault.released
    assert free.result.ledger["unseen"] > 0, "trials without those rows only count"


@pytest.mark.slow
def test_the_score_is_that_of_the_shipped_model_on_those_rows(tmp_path: Path) -> None:
    from sklearn.metrics import roc_auc_score

    data = frame(240)
    lowtide.run(data, "outcome", vault=0.3, out=tmp_path, **QUICK)
    rows = inside(data, tmp_path, target="outcome")
    model = lowtide.load(tmp_path / "bundle")
    p = model.predict_proba(data[rows].drop(columns="outcome"))[:, 1]
    opened = lowtide.run(data, "outcome", out=tmp_path, open_vault=True).result.vault
    assert opened is not None
    assert opened.value == pytest.approx(roc_auc_score(data["outcome"][rows] == "malignant", p), abs=1e-12)


def test_rows_groups_and_the_last_period_are_locked_whole(tmp_path: Path) -> None:
    data = numbers(400)
    groups = inside(data, tmp_path / "g", vault=0.3, group="store", deploy="groups")
    locked = set(data["store"][groups])
    assert len(locked) == 9
    assert not locked & set(data["store"][~groups])
    late = inside(data, tmp_path / "t", vault=0.25, time="day")
    assert late.sum() == 100
    assert data["day"][late].min() > data["day"][~late].max()
    rows = inside(data, tmp_path / "r", vault=0.25, deploy="rows")
    assert rows.sum() == 100
    assert 10 < rows[300:].sum() < 40


def test_rows_that_come_later_go_where_their_hash_or_moment_says(tmp_path: Path) -> None:
    data, more = numbers(300), numbers(420)
    for name, options in (
        ("r", {"deploy": "rows"}), ("g", {"group": "store", "deploy": "groups"}), ("t", {"time": "day"})
    ):  # fmt: skip
        first = inside(data, tmp_path / name, vault=0.25, **options)
        both = pd.concat([data, more.iloc[300:]], ignore_index=True)
        later = inside(both, tmp_path / name, **options)
        assert np.array_equal(later[:300], first), "nobody moves"
        if name == "t":
            assert later[300:].all(), "what comes after the border is locked, too"
        elif name == "g":
            known = dict(zip(data["store"], first, strict=True))
            assert all(known.get(s, x) == x for s, x in zip(both["store"], later, strict=True))
        else:
            assert 10 < later[300:].sum() < 50
        # A new column, and another order, move nobody either.
        wider = both.assign(extra=1.5).sample(frac=1, random_state=0)
        assert np.array_equal(inside(wider, tmp_path / name, **options), later[wider.index])


def test_what_cannot_be_obeyed_is_said_in_one_sentence(tmp_path: Path) -> None:
    data = numbers()
    with pytest.raises(UsageError, match="project folder"):
        lowtide.run(data, "y", vault=0.2, time="day", **QUICK)
    with pytest.raises(UsageError, match="Only the vault of a project folder"):
        lowtide.run(data, "y", open_vault=True)
    with pytest.raises(UsageError, match=r"at most 0\.5, not 0\.9"):
        read_open(job(data, tmp_path / "a", vault=0.9, time="day"))
    with pytest.raises(UsageError, match=r"'day' may be the moment.*deploy = \"rows\".*time = \"day\""):
        read_open(job(data, tmp_path / "a", vault=0.2))
    with pytest.raises(UsageError, match=r'needs group = "COLUMN"'):
        read_open(job(data, tmp_path / "a", vault=0.2, deploy="groups"))
    assert not (tmp_path / "a" / "ledger" / "ledger.sqlite").is_file() or not _locked(tmp_path / "a")
    with pytest.raises(UsageError, match="no vault to open"):
        lowtide.run(data, "y", out=tmp_path / "a", open_vault=True)
    read_open(job(data, tmp_path / "b", vault=0.2, deploy="rows"))
    with pytest.raises(UsageError, match=r"share of 0\.2 on .*no row leaves it"):
        read_open(job(data, tmp_path / "b", vault=0.3, deploy="rows"))
    with pytest.raises(UsageError, match="outcomes of 'y', not of 'x'"):
        read_open(job(data, tmp_path / "b", target="x"))
    with pytest.raises(UsageError, match="no model"):
        lowtide.run(data, "y", out=tmp_path / "b", open_vault=True)
    with pytest.raises(UsageError, match="'z' is not in the data"):
        read_open(job(data.drop(columns="z"), tmp_path / "b"))
    with pytest.raises(UsageError, match="only 0 are found again"):
        read_open(job(data.assign(x=data["x"] + 1), tmp_path / "b"))
    read_open(job(data, tmp_path / "t", vault=0.2, time="day"))
    with pytest.raises(UsageError, match="read as date when it was locked and as number now"):
        read_open(job(data.assign(day=np.arange(len(data))), tmp_path / "t", time="day"))


def _locked(folder: Path) -> bool:
    with Ledger.open(folder / "ledger") as ledger:
        return vault_of(ledger) is not None


@pytest.mark.slow
def test_a_project_that_has_trials_gets_no_vault(tmp_path: Path) -> None:
    lowtide.run(frame(200), "outcome", out=tmp_path, **QUICK)
    with pytest.raises(UsageError, match="trials that used all rows"):
        lowtide.run(frame(200), "outcome", out=tmp_path, vault=0.2, **QUICK)


@pytest.mark.slow
def test_a_vault_without_outcomes_stays_shut(tmp_path: Path) -> None:
    data = numbers()
    lowtide.run(data, "y", vault=0.25, out=tmp_path, deploy="rows", **QUICK)
    rows = inside(data, tmp_path)
    empty = data.copy()
    empty.loc[rows, "y"] = np.nan
    with pytest.raises(UsageError, match="nothing was opened"):
        lowtide.run(empty, "y", out=tmp_path, open_vault=True)
    with Ledger.open(tmp_path / "ledger") as ledger:
        assert opening_of(ledger) is None
    some = empty.copy()
    some.loc[np.flatnonzero(rows)[:40], "y"] = data["y"]
    opened = lowtide.run(some, "y", out=tmp_path, open_vault=True).result.vault
    assert opened is not None
    assert (opened.judged, opened.unanswered) == (40, 0)


@pytest.mark.slow
def test_the_gap_and_new_groups_are_kept_when_the_last_period_is_judged(tmp_path: Path) -> None:
    data = numbers(420)
    lowtide.run(data, "y", vault=0.25, out=tmp_path / "t", time="day", gap=10, **QUICK)
    known = lowtide.run(data, "y", out=tmp_path / "t", time="day", gap=10, open_vault=True).result.vault
    assert known is not None
    assert known.rows == 105
    assert known.judged == 96, "a model trained up to the border predicts from ten days after it"
    new = data.copy()
    new.loc[360:, "store"] = [f"n{k % 7}" for k in range(60)]
    task: dict[str, Any] = {"time": "day", "group": "store", "deploy": "groups+future"}
    lowtide.run(new, "y", vault=0.25, out=tmp_path / "gt", **task, **QUICK)
    known = lowtide.run(new, "y", out=tmp_path / "gt", **task, open_vault=True).result.vault
    assert known is not None
    assert (known.rows, known.judged) == (105, 60)


@pytest.mark.slow
def test_a_floor_about_something_else_is_not_compared(tmp_path: Path) -> None:
    data = numbers(300)
    read_open(job(data, tmp_path, vault=0.25, deploy="rows"))
    lowtide.run(data, "y", out=tmp_path, group="store", deploy="groups", **QUICK)
    known = lowtide.run(data, "y", out=tmp_path, open_vault=True).result.vault
    assert known is not None
    assert (known.verdict, known.held) == ("other_scheme", None)


def test_all_rows_in_the_vault(tmp_path: Path) -> None:
    data = numbers()
    read_open(job(data, tmp_path, vault=0.2, time="day"))
    late = data.assign(day=data["day"] + pd.Timedelta(days=900))
    with pytest.raises(InputError, match="none left"):
        read_open(job(late, tmp_path, time="day"))


@pytest.mark.parametrize(
    ("up", "value", "reach", "said"),
    [(True, 0.71, 0.8, "held"), (True, 0.69, 0.75, "below_by_chance"), (True, 0.6, 0.69, "broken"),
     (False, 0.69, 0.6, "held"), (False, 0.75, 0.69, "below_by_chance"), (False, 0.9, 0.8, "broken")],
)  # fmt: skip
def test_held_missed_by_chance_or_broken(up: bool, value: float, reach: float, said: str) -> None:
    floor = Floor(value=0.7, confidence=0.95, scenario="new rows")
    result = msgspec.structs.replace(fixtures.binary(), floor=floor, greater_is_better=up)
    once = Once(value, value, reach, 50)
    scheme = result.split.scheme
    assert verdict(once, result, scheme) == said
    assert verdict(once, result, "future" if scheme != "future" else "rows") == "other_scheme"
    none = msgspec.structs.replace(result, floor=msgspec.structs.replace(floor, value=None))
    assert verdict(once, none, scheme) == "no_floor"


def test_outcomes_are_coded_as_the_model_knows_them() -> None:
    table = read(pd.DataFrame({"y": ["b", " a ", None, "c", "a"], "n": [1.0, 2, np.nan, 4, 5]}))
    many = coded(table, "y", kind="multiclass", classes=("a", "b"))
    assert np.array_equal(many, [1, 0, np.nan, np.nan, 0], equal_nan=True), "a label never seen has no code"
    rest = coded(table, "y", kind="binary", classes=("not a", "a"), positive="a")
    assert np.array_equal(rest, [0, 1, np.nan, 0, 1], equal_nan=True)
    two = coded(table, "y", kind="binary", classes=("a", "b"), positive="b")
    assert np.array_equal(two, [1, 0, np.nan, np.nan, 0], equal_nan=True)
    assert np.array_equal(coded(table, "n", kind="regression"), [1, 2, np.nan, 4, 5], equal_nan=True)


def test_facts_default_to_nothing_opened() -> None:
    assert VaultFacts(scheme="rows", share=0.2, rows=5).held is None
