"""Other tools are run without seeing outcomes, judged by the same arithmetic, and never run twice."""

from __future__ import annotations

import dataclasses
import json
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from bench.honesty import draws, others
from bench.honesty.tables import Data, Source
from bench.peers import __main__ as peers
from bench.peers import environments, execute, plan, summary
from bench.peers.execute import Answer, ask
from bench.peers.record import Done, Record
from bench.peers.samples import Sample, cut, write
from bench.peers.tools import LOWTIDE, RUNNERS, TOOLS, Tool
from hypothesis import given
from hypothesis import strategies as st

# Answers what its settings say; leaves its job beside the test, and a line for every time it ran.
FAKE = """
import json, sys, time
from pathlib import Path
job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
settings = job["settings"]
with open(settings["seen"], "a", encoding="utf-8") as seen:
    seen.write(json.dumps(job) + chr(10))
if "sleep" in settings:
    time.sleep(settings["sleep"])
if "crash" in settings:
    sys.exit("it broke: " + settings["crash"])
Path(job["answer"]).write_text(json.dumps(settings["answer"]), encoding="utf-8")
"""


def table(scheme: str, kind: str = "binary", rows: int = 400) -> Data:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"x": rng.normal(size=rows), "k": rng.choice(["a", "b", None], rows)})
    y = (np.arange(rows) % 2).astype(float) if kind == "binary" else np.arange(rows, dtype=float)
    group = "g" if scheme == "groups" else None
    source = Source("adult", "choose", scheme, kind, "y", lambda _: frame, group=group, cap=5, sizes=(40,))
    return Data(source, frame, y, np.arange(rows) // 8 if group else None)


def sample(scheme: str = "rows", kind: str = "binary") -> Sample:
    data = table(scheme, kind)
    return cut(data, *draws.sample(data, 40, 0))


def fake(folder: Path, answer: Mapping[str, Any], key: str = "fake", **settings: Any) -> Tool:
    script = folder / "fake.py"
    script.write_text(FAKE, encoding="utf-8")
    return Tool(key, key, str(script), settings={"answer": answer, "seen": str(folder / "seen"), **settings})


def run(tool: Tool, of: Sample, limit: float | None = None) -> Answer:
    return ask(tool, of, Path(sys.executable), seconds=5, seed=3, limit=limit)


@pytest.mark.parametrize("scheme", ["rows", "groups", "future"])
def test_files_hold_features_as_they_are_and_no_outcome_of_untouched_rows(
    scheme: str, tmp_path: Path
) -> None:
    found = sample(scheme)
    told = write(found, tmp_path, own=False)
    assert told["told"] == {}
    train, untouched = (pd.read_parquet(told[name]) for name in ("train", "untouched"))
    assert list(train) == ["x", "k", "target"]
    assert list(untouched) == ["x", "k"]
    assert set(train["target"]) == {0, 1}
    np.testing.assert_array_equal(train["k"].isna(), found.train["k"].isna())
    own = write(found, tmp_path, own=True)
    assert own["told"]["deploy"] == scheme
    assert ("group" in pd.read_parquet(own["train"])) == (scheme == "groups")
    assert ("time" in own["told"]) == (scheme == "future")


def test_a_job_tells_a_runner_what_it_needs(tmp_path: Path) -> None:
    of = sample()
    answer = {"reported": 0.9, "predictions": [0.5] * len(of.y_test), "model": "m", "versions": {"t": "1"}}
    found = run(fake(tmp_path, answer), of)
    job = json.loads((tmp_path / "seen").read_text(encoding="utf-8"))
    assert {k: job[k] for k in ("target", "kind", "seconds", "seed", "threads", "told")} == {
        "target": "target", "kind": "binary", "seconds": 5, "seed": 3, "threads": 1, "told": {},
    }  # fmt: skip
    assert not Path(job["train"]).exists()
    assert (found.reported, found.real, found.model, found.failure) == (0.9, 0.5, "m", None)
    assert found.gap == pytest.approx(0.4)


def test_errors_are_measured_by_the_best_constant(tmp_path: Path) -> None:
    of = sample(kind="regression")
    middle = float(np.median(of.y_test))
    constant = float(np.abs(of.y_test - middle).mean())
    found = run(fake(tmp_path, {"reported": 0.0, "predictions": [middle] * len(of.y_test)}), of)
    assert found.real == pytest.approx(constant)
    assert found.gap == pytest.approx(1.0)


def test_rows_without_an_answer_are_counted_and_scored_as_the_constant(tmp_path: Path) -> None:
    of = sample(kind="regression")
    perfect = [float(v) for v in of.y_test]
    found = run(fake(tmp_path, {"reported": 0.0, "predictions": [None, *perfect[1:]]}), of)
    assert found.unanswered == 1
    assert found.real == pytest.approx(abs(of.train["target"].median() - perfect[0]) / len(perfect))


@pytest.mark.parametrize(
    ("answer", "settings", "says"),
    [
        ({"failure": "ValueError: 12 rows"}, {}, "12 rows"),
        ({}, {"crash": "no memory"}, "exit code 1 without an answer: it broke: no memory"),
        ({}, {"sleep": 60}, "killed after 2 s"),
        ({"reported": 0.9, "predictions": [0.5]}, {}, "1 predictions for"),
    ],
)
def test_failures_are_answers(
    answer: dict[str, Any], settings: dict[str, Any], says: str, tmp_path: Path
) -> None:
    found = run(fake(tmp_path, answer, **settings), sample(), limit=2 if "sleep" in settings else None)
    assert says in str(found.failure)
    assert (found.reported, found.real, found.gap) == (None, None, None)


def test_a_stopped_tool_leaves_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "_stopped", threading.Event())
    tool = fake(tmp_path, {}, sleep=60)

    def when_it_runs() -> None:
        while not (tmp_path / "seen").exists():
            time.sleep(0.01)
        execute.stop()

    threading.Thread(target=when_it_runs).start()
    with pytest.raises(execute.Stopped):
        run(tool, sample())
    assert not execute._running


score = st.floats(0, 1)


@given(score, score, st.sampled_from([1, -1]), st.floats(0.1, 10))
def test_a_gap_is_positive_where_the_report_was_too_good(
    reported: float, real: float, sign: int, unit: float
) -> None:
    one = Answer(reported, real, unit, sign, 1.0, 1.0, 0.0, floor=reported)
    assert one.gap is not None
    assert one.slack is not None
    assert (one.gap > 0) == (sign * reported > sign * real)
    assert one.gap == -one.slack


def done(tool: str, reported: float | None, real: float | None, n: int = 200, **more: Any) -> Done:
    answer = Answer(reported, real, 1.0, 1, 10.0, 4.0, 0.0, **more)
    return Done(plan.Job("adult", n, 0, tool, 60), f"d{n}", answer)


def test_summary_sums_up() -> None:
    finished = [
        done("flaml", 0.9, 0.8), done("flaml", 0.71, 0.7, 500), done("flaml", None, None, 1000, failure="it broke"),
        done(LOWTIDE, 0.8, 0.82, floor=0.7, best_cv=0.84), done(LOWTIDE, 0.7, 0.6, 500, floor=0.65),
        done(LOWTIDE, 0.7, 0.6, 1000, refusal="too_few_positives"),
    ]  # fmt: skip
    ours, theirs = (dict(zip(summary.HEAD, r, strict=True)) for r in summary.tools_table(finished))
    assert ours["tool"] == "lowtide"
    assert (theirs["draws"], theirs["failed"]) == ("3", "1")
    assert (theirs["reported − real"], theirs["its size"]) == ("+0.055", "0.055")
    assert (theirs["reported > real + 0.02"], theirs["worst"]) == ("1 of 2", "+0.100")
    assert theirs["its model − lowtide's"] == "+0.040"
    (floors,) = (dict(zip(summary.FLOOR_HEAD, r, strict=True)) for r in summary.floors_table(finished))
    assert (floors["draws"], floors["no floor"], floors["floors held"]) == ("3", "1", "1 of 2")
    assert (floors["slack"], floors["least slack"]) == ("+0.035", "-0.050")
    assert (floors["expected − real"], floors["its size"]) == ("+0.060", "0.073")
    assert floors["best CV − real"] == "+0.020"
    assert any("it broke" in r[-1] for r in summary.each_table(finished))


def test_a_record_comes_back_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "peers.json"
    first = [done("flaml", 0.9, 0.8), done(LOWTIDE, 0.7, 0.6, quarantined=("k",), versions={"a": "1"})]
    record = Record(path)
    for one in first:
        record.add(one)
    again = Record(path)
    assert again.all() == first
    assert again.has(first[0].job, "d200")
    assert not again.has(first[0].job, "other rows")
    assert not again.has(dataclasses.replace(first[0].job, budget=20), "d200")


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Two fake tools on one made table; returns the options of a run."""
    data = table("rows")
    m = len(sample().y_test)
    tools = {
        key: fake(tmp_path, {"reported": 0.9, "predictions": [0.5] * m}, key) for key in ("search", "flaml")
    }
    monkeypatch.setattr(peers, "TOOLS", tuple(tools.values()))
    monkeypatch.setattr(peers, "get", tools.__getitem__)
    monkeypatch.setattr(peers, "_table", lambda name, folder: data)
    monkeypatch.setattr(plan, "source", lambda name: data.source)
    monkeypatch.setattr(peers.signal, "signal", lambda *_: None)
    peers._sample.cache_clear()
    return ["--data", str(tmp_path), "--tables", "adult", "--sizes", "40", "--out", str(tmp_path / "peers")]


def runs(folder: Path) -> int:
    return len((folder / "seen").read_text(encoding="utf-8").splitlines())


def test_a_stopped_bench_goes_on_where_it_was(bench: list[str], tmp_path: Path) -> None:
    assert peers.run([*bench, "--tools", "flaml"]) == 0
    assert runs(tmp_path) == 1
    assert peers.run(bench) == 0
    assert runs(tmp_path) == 2
    assert peers.run(bench) == 0
    assert runs(tmp_path) == 2
    assert peers.run([*bench, "--tools", "search", "--fresh"]) == 0
    assert runs(tmp_path) == 3
    assert len(Record(tmp_path / "peers.json")) == 2
    text = (tmp_path / "peers.md").read_text(encoding="utf-8")
    assert "| rows | FLAML | 1 | 0 | +0.400 |" in text


def test_a_tool_that_cannot_be_installed_is_said(
    bench: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = environments.python

    def python(name: str | None, folder: Path) -> Path:
        if not (tmp_path / "once").exists():
            (tmp_path / "once").touch()
            raise environments.CannotInstall("no such version")
        return real(None, folder)

    monkeypatch.setattr(environments, "python", python)
    assert peers.run(bench) == 3
    assert len(Record(tmp_path / "peers.json")) == 1
    assert "no such version" in (tmp_path / "peers.md").read_text(encoding="utf-8")


def test_an_environment_is_made_once_for_its_pins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[list[str]] = []

    def call(command: list[str]) -> None:
        calls.append(command)
        inside = tmp_path / "flaml" / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
        inside.parent.mkdir(parents=True, exist_ok=True)
        inside.touch()

    monkeypatch.setattr(environments, "_call", call)
    assert environments.python(None, tmp_path) == Path(sys.executable)
    for _ in range(2):
        assert environments.python("flaml", tmp_path).is_file()
    assert len(calls) == 2
    assert "flaml==2.7.0" in calls[1]
    monkeypatch.setitem(environments.NEEDS, "flaml", ("flaml==0.0",))
    environments.python("flaml", tmp_path)
    assert "flaml==0.0" in calls[3]


def test_pip_is_quoted_when_it_fails() -> None:
    script = "import sys; print('no matching version'); print('WARNING: old pip'); sys.exit(1)"
    with pytest.raises(environments.CannotInstall, match="no matching version"):
        environments._call([sys.executable, "-c", script])


def test_the_plan_begins_with_small_samples_of_new_rows() -> None:
    found = plan.jobs(("bike", "adult"), ("flaml", "search"), draws=2, seconds=60)
    places = [(j.table, j.n, j.seed) for j in found[::2]]
    first = [("adult", 200, 0), ("adult", 1000, 0), ("bike", 500, 0), ("bike", 1000, 0)]
    assert places == first + [(t, n, 1) for t, n, _ in first]
    assert len({j.key for j in found}) == len(found)


def test_every_tool_has_its_runner_and_its_pins() -> None:
    for tool in TOOLS:
        assert tool.script.is_file()
        assert tool.environment is None or tool.environment in environments.NEEDS
        text = tool.script.read_text(encoding="utf-8")
        assert ("import lowtide" in text) == (tool.key == LOWTIDE)
        assert "bench" not in text
    assert {p.name for p in RUNNERS.glob("run_*.py")} == {t.runner for t in TOOLS}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_random_search_answers_through_its_runner(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(others, "CONFIGURATIONS", 2)
    data = table("rows", kind)
    rows, untouched = draws.sample(data, 100, 0)
    blank = np.empty(0)
    draw = draws.Draw(
        data.y[rows], blank, blank, rows, data.y[untouched], blank, rows, untouched, 0.0
    )  # fmt: skip
    found = others.search(data, draw, 0)
    assert found.failure is None
    assert np.isfinite([found.reported, found.real]).all()
