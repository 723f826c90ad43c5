"""Realistic results: a binary one with leaks and groups, a forward one in a unit, one without a floor."""

from __future__ import annotations

import math
from typing import Any

import msgspec

from lowtide.core.contract import Guess
from lowtide.core.finding import Finding, NotApplicable, Price
from lowtide.core.interval import Floor, Lead, Scenario
from lowtide.core.result import (
    Bin,
    Charts,
    ColumnFacts,
    Importance,
    Naive,
    RunResult,
    Split,
    TrialFacts,
)  # fmt: skip
from lowtide.core.task import Assumption, Task

VERSIONS = {
    "lowtide": "0.1.0",
    "python": "3.12.7",
    "numpy": "2.3.1",
    "lightgbm": "4.6.0",
    "scikit-learn": "1.7.0",
}


def _price(
    as_is: float, remedied: float, metric: str = "roc_auc", up: bool = True, scheme: str = "groups"
) -> Price:
    width = abs(as_is) * 0.02
    return Price(
        metric=metric, greater_is_better=up, scheme=scheme, as_is=as_is, remedied=remedied,
        as_is_low=as_is - width, as_is_high=as_is + width, remedied_low=remedied - width,
        remedied_high=remedied + width,
    )  # fmt: skip


def binary() -> RunResult:
    """Passengers of a ship: two leaking columns, families that share a ticket, one open question."""
    boat = Finding(
        code="LT204", severity="error", columns=("boat",), rows=(1, 2, 5, 6, 7),
        facts={"variant": "missing_filled", "rows_on_side": 486, "outcome": "1", "share_of_outcome": 0.981, "share_elsewhere": 0.028},
        remedy="drop_columns", price=_price(0.986, 0.861),
    )  # fmt: skip
    body = Finding(
        code="LT204", severity="error", columns=("body",),
        facts={"variant": "missing_filled", "rows_on_side": 121, "outcome": "0", "share_of_outcome": 1.0, "share_elsewhere": 0.579},
        remedy="drop_columns", price=_price(0.879, 0.861),
    )  # fmt: skip
    ticket = Finding(
        code="LT301", severity="warning", columns=("ticket",),
        facts={"groups": 216, "rows_in_repeats": 596, "icc": 0.41, "p_value": 0.005, "largest": 11},
        remedy="split_by_group", price=_price(0.872, 0.858, scheme="rows"),
    )  # fmt: skip
    home = Finding(
        code="LT202", severity="question", columns=("home.dest",),
        facts={"skill_alone": 0.42, "skill_of_next": 0.31, "skill_of_others": 0.55}, remedy="ask", price=_price(0.868, 0.861),
    )  # fmt: skip
    disguised = Finding(
        code="LT401", severity="note", columns=("fare",), facts={"variant": "zero", "rows": 17, "share": 0.013, "nearest": 3.17},
        remedy="treat_as_missing",
    )  # fmt: skip
    calibration = tuple(
        Bin(predicted=p, observed=min(0.99, max(0.01, p + d)), low=max(0, p + d - 0.07), high=min(1, p + d + 0.07), rows=131)
        for p, d in zip(
            (0.06, 0.11, 0.15, 0.2, 0.28, 0.39, 0.52, 0.68, 0.83, 0.94),
            (0.01, -0.02, 0.01, 0.03, -0.03, 0.02, 0.03, -0.04, 0.02, 0.01),
            strict=True,
        )
    )  # fmt: skip
    importances = tuple(
        Importance(column=c, drop=d, share=d / 0.2)
        for c, d in (
            ("sex", 0.118), ("pclass", 0.034), ("age", 0.019), ("fare", 0.013), ("embarked", 0.007), ("sibsp", 0.006),
            ("cabin", 0.003),
        )
    )  # fmt: skip
    return RunResult(
        task=Task(target="survived", kind="binary", positive="1", metric="roc_auc"),
        assumptions=(
            Assumption(
                code="split_repeats_seen",
                facts={"scheme": "groups", "reason": "repeats_seen", "group": "ticket", "time": None, "groups": 929},
                setting='deploy = "rows"',
            ),
        ),
        source="titanic3.xls", rows=1309, columns=14, total_rows=1309,
        target={"positives": 500, "missing": 0, "distinct": 2, "kind_reason": "two_values"},
        contract=_guesses(), column_facts=_columns(),
        findings=(disguised, ticket, boat, home, body),
        not_applicable=(NotApplicable(code="LT302", reason="no_time"), NotApplicable(code="LT205", reason="too_few")),
        quarantined=("boat", "body", "home.dest"), questions=(home,),
        split=Split(
            scheme="groups", column="ticket", reason="repeats_seen", folds=5, repeats=2, held_out=1309, verified=True,
            facts={"groups": 929, "group": "ticket"},
        ),
        metric="roc_auc", greater_is_better=True, metric_unit="",
        baseline=0.7648, baseline_name="one-column",
        baseline_rule={"rule": "one-column", "column": "sex", "category": True, "pieces": []},
        expected=0.8594, floor=Floor(value=0.8357, confidence=0.95, scenario="new groups", method="bbc-f"),
        naive=Naive(value=0.9871, scheme="rows", columns=("boat", "body", "home.dest")), best_cv=0.8662,
        scenarios=(
            Scenario(name="new groups", expected=0.8594, floor=0.8357, batch_floor=0.791, rows=200, headline=True),
            Scenario(name="new rows", expected=0.871, floor=0.8502, batch_floor=0.812, rows=200),
            Scenario(name="worst slice", expected=0.762, floor=0.701),
        ),
        trials=43, trial_table=_trials(), model={"kind": "blend"},
        charts=Charts(calibration=calibration, importances=importances),
        bundle="runs/titanic/bundle", report="runs/titanic/report.html", budget=60.0, seed=0, seconds=41.7,
        created="2026-01-15T09:30:00+09:00", versions=VERSIONS,
    )  # fmt: skip


def _trials() -> tuple[TrialFacts, ...]:
    rows = [
        ("lightgbm-small", "lightgbm", 0.8662, 1.4, 0.5), ("extra-trees", "extra-trees", 0.861, 2.8, 0.3),
        ("logistic-1", "linear", 0.8544, 0.4, 0.2), ("lightgbm-deep", "lightgbm", 0.852, 2.2, 0.0),
        ("logistic-10", "linear", 0.8501, 0.4, 0.0),
    ]  # fmt: skip
    made = [TrialFacts(name=n, learner=w, score=s, seconds=t, weight=x) for n, w, s, t, x in rows]
    made.append(
        TrialFacts(name="lightgbm-wide", learner="lightgbm", score=None, seconds=0.8, status="dropped")
    )
    made.append(TrialFacts(name="one-column", learner="one-column", score=0.7648, seconds=0.1, baseline=True))
    made.append(TrialFacts(name="prior", learner="prior", score=0.5, seconds=0.0, baseline=True))
    return tuple(made)


def _guesses() -> tuple[Guess, ...]:
    return (
        Guess(what="sheet", value="titanic3", evidence="sheet_only"),
        Guess(what="header_rows", value="1", evidence="given", given=True),
        Guess(what="null_tokens", value="?", evidence="lone_mark", facts={"cells": 12}, column="cabin", sure=0.86),
        Guess(what="role", value="category", evidence="small_scale_and_named", facts={"distinct": 3}, column="pclass", sure=0.74),
        Guess(what="role", value="number", evidence="amounts", column="age", sure=0.99),
        Guess(what="type", value="number", evidence="native_number", column="fare", sure=1.0),
    )  # fmt: skip


def _columns() -> tuple[ColumnFacts, ...]:
    rows: list[tuple[str, str, str, int, int, tuple[str, ...], dict[str, Any], bool]] = [
        ("survived", "target", "number", 0, 2, ("0", "1"), {}, False),
        ("pclass", "category", "number", 0, 3, ("1", "2", "3"), {}, True),
        ("name", "ignore", "text", 0, 1307, ("A••••, M•••", "B•••••"), {"personal": "name"}, False),
        ("sex", "category", "text", 0, 2, ("female", "male"), {}, True),
        ("age", "number", "number", 263, 98, ("29", "0.92", "2"), {}, True),
        ("ticket", "group", "text", 0, 929, ("24160", "113781"), {}, False),
        ("fare", "number", "number", 1, 281, ("211.34", "151.55"), {}, True),
        ("cabin", "category", "text", 1014, 186, ("B5", "C22 C26"), {}, True),
        ("boat", "category", "text", 823, 27, ("2", "11"), {}, False),
        ("body", "number", "number", 1188, 121, ("135", "22"), {}, False),
        ("home.dest", "text", "text", 564, 369, ("St Louis, MO",), {}, False),
    ]
    return tuple(
        ColumnFacts(name=n, role=r, type=t, missing=m, distinct=d, examples=e, facts=f, used=u)
        for n, r, t, m, d, e, f, u in rows
    )


def regression() -> RunResult:
    """Rented bicycles by the hour: judged on the future, in a unit; two columns that add up to the target."""
    pair = Finding(
        code="LT203", severity="error", columns=("casual", "registered"),
        facts={"variant": "sum", "missed": 0.0, "weights": [1.0, 1.0]}, remedy="drop_columns",
        price=_price(3.1, 61.8, "mae", False, "future"),
    )  # fmt: skip
    order = Finding(
        code="LT302", severity="warning", columns=("dateday",),
        facts={"variant": "dated", "span_days": 730, "periods": 24, "drift": 0.31, "serial": 0.83}, remedy="split_by_time",
        price=_price(27.4, 61.8, "mae", False, "rows"),
    )  # fmt: skip
    labels = [f"2012-{m:02d}-{d:02d}" for m in range(3, 13) for d in (1, 16)]
    over = tuple(
        Bin(label=x, observed=150 + 70 * math.sin(i / 3.2) + 3 * i, low=135 + 70 * math.sin(i / 3.2) + 3 * i,
            high=165 + 70 * math.sin(i / 3.2) + 3 * i, rows=720)
        for i, x in enumerate(labels)
    )  # fmt: skip
    scores = (52.3, 58.1, 66.0, 61.2, 57.4, 49.9)
    windows = tuple(Bin(label=f"2012-{7 + i:02d}-01", observed=s, rows=730) for i, s in enumerate(scores))
    calibration = tuple(
        Bin(predicted=p, observed=p * 0.94 + 6, low=p * 0.94 - 6, high=p * 0.94 + 18, rows=438)
        for p in (12, 34, 68, 110, 152, 201, 260, 330, 420, 590)
    )
    importances = tuple(
        Importance(column=c, drop=d, share=d / 130)
        for c, d in (("hour", 71.0), ("workingday", 22.0), ("temp", 18.0), ("hum", 6.0), ("weathersit", 4.1))
    )
    return RunResult(
        task=Task(target="count", kind="regression", metric="mae"),
        assumptions=(
            Assumption(
                code="split_time_seen", facts={"scheme": "future", "time": "dateday", "reason": "time_seen"},
                setting='deploy = "rows"',
            ),
        ),
        source="bike_sharing_hour.csv.gz", rows=17379, columns=17, total_rows=17379,
        target={"distinct": 869, "missing": 0}, contract=(), column_facts=(), lead=Lead(expected=48.2, bound=31.7, confidence=0.95, windows=6, ahead=6), findings=(order, pair),
        quarantined=("casual", "registered"),
        split=Split(
            scheme="future", column="dateday", reason="time_seen", folds=6, gap=0.0, held_out=8690, verified=True,
            facts={"time": "dateday", "time_type": "date", "periods": 731},
        ),
        metric="mae", greater_is_better=False, metric_unit="target",
        baseline=121.37, baseline_name="recent", baseline_rule={"rule": "recent", "rows": 1738, "value": 204.3},
        expected=57.48, floor=Floor(value=68.913, confidence=0.95, scenario="next period", method="windows"),
        naive=Naive(value=3.02, scheme="rows", columns=("casual", "registered")), best_cv=56.2,
        scenarios=(
            Scenario(name="next period", expected=57.48, floor=68.913, batch_floor=79.4, rows=720, headline=True),
            Scenario(name="new rows", expected=29.4, floor=30.9),
        ),
        trials=31, trial_table=_trials()[:0], charts=Charts(
            calibration=calibration, over_time=over, windows=windows, importances=importances
        ),
        bundle="bundle", budget=120.0, seconds=97.1, created="2026-01-15T09:30:00+09:00", versions=VERSIONS,
    )  # fmt: skip


def refused() -> RunResult:
    """Seven positives: an estimate, but no floor."""
    return msgspec.structs.replace(
        binary(), floor=Floor(value=None, confidence=0.95, scenario="new rows", refusal="too_few_positives", needed=43),
        scenarios=(Scenario(name="new rows", expected=0.71, floor=None, headline=True, refusal="too_few_positives"),),
        expected=0.71, baseline=0.5, baseline_name="prior", baseline_rule={"rule": "prior", "value": 0.0007},
        naive=None, target={"positives": 7}, rows=10000, total_rows=10000, findings=(), questions=(), quarantined=(),
    )  # fmt: skip


def beaten() -> RunResult:
    """A model whose floor is below a rule that anyone can say aloud."""
    rule = {
        "rule": "one-column", "column": "나이", "source": "나이", "category": False,
        "pieces": [
            {"outcome": 0.12, "rows": 412.0, "low": None, "high": 35.5},
            {"outcome": 0.31, "rows": 388.0, "low": 35.5, "high": 60.0},
            {"outcome": 0.58, "rows": 200.0, "low": 60.0, "high": None},
        ],
    }  # fmt: skip
    return msgspec.structs.replace(
        binary(), task=Task(target="해지여부", kind="binary", positive="예"), source="고객_해지.csv", baseline=0.712,
        column_facts=(ColumnFacts(name="나이", role="number", type="number", missing=0, distinct=61),),
        baseline_rule=rule, expected=0.727, floor=Floor(value=0.6812, confidence=0.95, scenario="new rows"),
        naive=Naive(value=0.744, scheme="rows", columns=()), findings=(), questions=(), quarantined=(),
        scenarios=(Scenario(name="new rows", expected=0.727, floor=0.6812, headline=True),), rows=1000, total_rows=1000,
        target={"positives": 271},
        split=Split(scheme="rows", reason="nothing_seen", folds=5, repeats=3, held_out=1000, verified=True),
        assumptions=(Assumption(code="split_nothing_seen", setting='time = ":order"'),),
    )  # fmt: skip


ALL = {"binary": binary, "regression": regression, "refused": refused, "beaten": beaten}
