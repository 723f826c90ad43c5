"""LT210: windows over the target that reach into the present or the future."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lowtide.auditing.checks.windows import FutureWindow
from lowtide.core.finding import Finding
from lowtide.testing.contracts import Case, CheckContract, case, look

Columns = dict[str, Any]


def readings(machines: int = 12, days: int = 50, seed: int = 0, memory: float = 0.6) -> pd.DataFrame:
    """Daily readings of some machines, in the order of the days, with an honest cause and some noise."""
    r = np.random.default_rng([81, seed])
    frames = []
    for m in range(machines):
        load = np.zeros(days)
        for t in range(1, days):
            load[t] = memory * load[t - 1] + r.normal()
        load += r.normal() + 5
        frames.append(
            pd.DataFrame(
                {
                    "machine": f"M{m:02d}", "day": [dt.datetime(2023, 3, 1) + dt.timedelta(days=t) for t in range(days)],
                    "heat": 0.5 * load + r.normal(size=days), "noise": r.normal(size=days), "load": load,
                }
            )
        )  # fmt: skip
    return pd.concat(frames, ignore_index=True).sort_values(["day", "machine"], ignore_index=True)


def within(frame: pd.DataFrame, make: Any) -> Any:
    return frame.groupby("machine")["load"].transform(make)


BAD = {
    "next": lambda s: s.shift(-1),
    "centred": lambda s: s.rolling(5, center=True, min_periods=1).mean(),
    "week": lambda s: s.rolling(7, min_periods=1).mean(),
    "so_far": lambda s: s.expanding().mean(),
    "total": lambda s: s.cumsum(),
    "smooth": lambda s: s.ewm(alpha=0.3).mean(),
    "change": lambda s: s.shift(-1) - s,
    "peak": lambda s: s.rolling(5, min_periods=1).max(),
    "highest": lambda s: s.cummax(),
    "middle": lambda s: s.rolling(5, center=True).median(),
    "spread": lambda s: s.rolling(5).std(),
    "usual": lambda s: s.mean(),
    "others": lambda s: (s.sum() - s) / (len(s) - 1),
}
GOOD = {
    "before": lambda s: s.shift(1),
    "last_week": lambda s: s.shift(1).rolling(7, min_periods=1).mean(),
    "until_now": lambda s: s.shift(1).expanding().mean(),
    "total_before": lambda s: s.cumsum() - s,
    "smooth_before": lambda s: s.shift(1).ewm(alpha=0.3).mean(),
    "peak_before": lambda s: s.shift(1).rolling(5, min_periods=1).max(),
    "about_before": lambda s: s.shift(1) + np.random.default_rng(3).normal(size=len(s)) * 0.5,
}


def plain(frame: pd.DataFrame) -> Columns:
    return {
        n: [v.to_pydatetime() for v in frame[n]] if n == "day" else frame[n].tolist() for n in frame.columns
    }


def seen(frame: pd.DataFrame) -> dict[str, Finding]:
    return {f.columns[0]: f for f in look(FutureWindow(), case(plain(frame), "load", "regression"))}


class TestFutureWindow(CheckContract):
    check = FutureWindow()
    shuffles = 1

    def leaking(self) -> list[Case]:
        frame = readings()
        frame["week"] = within(frame, BAD["week"])
        after = readings(seed=1)
        r = np.random.default_rng(4)
        after["about_next"] = within(after, BAD["next"]) + r.normal(0, 0.7, len(after))
        return [
            case(plain(frame), "load", "regression", sees=("week",)),
            case(plain(after), "load", "regression", sees=("about_next",), severity="question"),
        ]

    def clean(self) -> list[Case]:
        frame = readings()
        for name, make in GOOD.items():
            frame[name] = within(frame, make)
        return [case(plain(frame), "load", "regression")]


@pytest.mark.parametrize("order", ["up", "down", "mixed"])
@pytest.mark.parametrize("memory", [0.0, 0.95])
def test_all_kinds_of_windows(order: str, memory: float) -> None:
    frame = readings(memory=memory)
    for name, make in {**BAD, **GOOD}.items():
        frame[name] = within(frame, make)
    if order == "down":
        frame = frame.iloc[::-1]
    if order == "mixed":
        frame = frame.sample(frac=1, random_state=2)
    findings = seen(frame)
    assert set(findings) == set(BAD)
    assert all(f.severity == "error" for f in findings.values())
    assert findings["next"].facts["first"] == findings["next"].facts["last"] == 1
    assert findings["week"].facts["last"] == 0 and findings["week"].facts["variant"] == "present"


def test_without_a_date_only_later_rows_are_a_question() -> None:
    frame = readings().sort_values(["machine", "day"], ignore_index=True)
    frame["next"], frame["week"] = within(frame, BAD["next"]), within(frame, BAD["week"])
    findings = seen(frame.drop(columns="day"))
    assert findings["next"].severity == "question" and findings["week"].severity == "error"


def test_a_counter_inside_entities_is_a_time() -> None:
    frame = readings().sort_values(["machine", "day"], ignore_index=True)
    frame["next"] = within(frame, BAD["next"])
    frame["before"] = within(frame, GOOD["before"])
    frame["visit"] = frame.groupby("machine").cumcount()
    frame = frame.drop(columns="day").iloc[::-1]
    findings = seen(frame)
    assert set(findings) == {"next"} and findings["next"].severity == "error"


def test_a_copy_is_another_matter() -> None:
    frame = readings()
    frame["copy"] = frame["load"] * 3 + 1
    assert seen(frame) == {}


def test_short_entities() -> None:
    frame = readings(machines=80, days=6)
    frame["next"], frame["before"] = within(frame, BAD["next"]), within(frame, GOOD["before"])
    assert set(seen(frame)) == {"next"}
