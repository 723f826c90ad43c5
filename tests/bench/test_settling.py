"""The bench of settling: its truths are true, and its numbers say what they should."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from bench.__main__ import benches
from bench.settling import __main__ as bench
from bench.settling import rules, streams

from lowtide.metrics import get


@pytest.mark.parametrize("stream", streams.simulated(), ids=lambda s: s.metric)
def test_the_truth_of_simulated_streams_is_true(stream: streams.Stream) -> None:
    y, p = stream.draw(np.random.default_rng(0), 400_000)
    metric = get(stream.metric)
    assert metric(y, p) == pytest.approx(stream.truth, rel=0.01)
    # A promise with a minus is broken, one with a plus is kept.
    for name, floor in stream.floors.items():
        if name[0] in "−+":
            assert metric.better(stream.truth, floor) == (name[0] == "+")


def test_swings_make_up_for_themselves() -> None:
    level = 0.1 * np.sin(2 * np.pi * np.arange(2000) / 1000)
    assert (np.cumsum(level) > -1e-9).all()


def test_rules_see_what_is_broken_and_tables_are_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench, "ROWS", 300)
    monkeypatch.setattr(bench, "SOON", 100)
    assert "every day" in benches()["settling"]
    assert bench.run(["--runs", "2", "--data", str(tmp_path / "none"), "--out", str(tmp_path / "s")]) == 0
    text = (tmp_path / "s.md").read_text(encoding="utf-8")
    assert "False alarms" in text
    assert (tmp_path / "s.json").is_file()
    assert "2 streams" in capsys.readouterr().out


def test_delong_is_the_auc() -> None:
    rng = np.random.default_rng(0)
    y = (rng.random(300) < 0.3).astype(float)
    p = np.round(rng.normal(size=300) + y, 1)
    value, error = rules._delong(y, p)
    assert value == pytest.approx(get("roc_auc")(y, p))
    assert 0.01 < error < 0.06
