"""The bench itself must be honest: nothing of the untouched part reaches what is promised."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench.__main__ import benches, main
from bench.honesty import draws, summary
from bench.honesty.judge import Outcome, judge
from bench.honesty.tables import Data, Source


def table(scheme: str, kind: str = "binary", rows: int = 900) -> Data:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {"x": rng.normal(size=rows), "z": rng.normal(size=rows), "k": rng.choice(list("abc"), rows)}
    )
    y = frame["x"].to_numpy() + rng.normal(size=rows)
    y = (y > 0).astype(float) if kind == "binary" else y
    group = "g" if scheme == "groups" else None
    source = Source("made", "choose", scheme, kind, "y", lambda _: frame, group=group, cap=5, stride=2)
    return Data(source, frame, y, np.arange(rows) // 9 if group else None)


def test_benches_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert "Is the floor kept?" in benches()["honesty"]
    assert main([]) == 0
    assert "honesty" in capsys.readouterr().out
    assert main(["nothing"]) == 2


@pytest.mark.parametrize("scheme", ["rows", "groups", "future"])
def test_untouched_means_untouched(scheme: str) -> None:
    data = table(scheme)
    for seed in range(5):
        rows, untouched = draws.sample(data, 200, seed)
        assert len(rows) >= 200
        assert not set(rows) & set(untouched)
        if data.groups is not None:
            assert not set(data.groups[rows]) & set(data.groups[untouched])
        if scheme == "future":
            assert rows.max() < untouched.min()


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["rows", "future"])
def test_promises_do_not_see_the_untouched_outcomes(scheme: str, tmp_path: Path) -> None:
    data = table(scheme)
    draw = draws.make(data, 80, 0, repeats=1)
    changed = dataclasses.replace(data, y=data.y.copy())
    changed.y[draw.untouched] = 1 - changed.y[draw.untouched]
    again = draws.make(changed, 80, 0, repeats=1)
    np.testing.assert_array_equal(draw.cube, again.cube)
    np.testing.assert_array_equal(draw.test, again.test)
    first, second = (judge(d, d.untouched, data.source, 80, 0) for d in (draw, again))
    assert first.floor == second.floor
    assert first.real != second.real
    draws.keep(draw, tmp_path / "d.npz")
    kept = judge(draws.recall(tmp_path / "d.npz"), draw.untouched, data.source, 80, 0)
    assert kept.floor == pytest.approx(first.floor, abs=1e-6)


def test_summary_counts_kept_floors_and_refusals() -> None:
    one = Outcome(
        table="t", purpose="choose", scheme="rows", n=60, seed=0, metric="roc_auc", sign=1, unit=1.0, real=0.8,
        expected=0.78, floor=0.7, refusal=None, naive=0.85, seconds=0.1,
    )  # fmt: skip
    broken = dataclasses.replace(one, real=0.6)
    refused = dataclasses.replace(one, floor=None, refusal="too_few_positives")
    found = summary.line("some", [one, broken, refused])
    assert (found.draws, found.refused, found.promised) == (3, 1, 2)
    assert found.held == 1
    assert found.cells()[5] == "50.0%"
    assert found.slack == pytest.approx(0.0)
    assert found.naive_optimism == pytest.approx((0.05 + 0.25) / 2)
    assert found.error == pytest.approx((0.02 + 0.18) / 2)
