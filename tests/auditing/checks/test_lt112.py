"""LT112: filling over all rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lowtide.auditing.checks.filling import FilledOnAllRows
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import shared
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest

Columns = dict[str, Any]


def with_gaps(values: Any, seed: int, share: float = 0.15) -> Any:
    values = np.asarray(values, dtype=float).copy()
    values[rng(seed).random(len(values)) < share] = np.nan
    return values


def filled(values: Any, filler: Any) -> Any:
    return np.where(np.isnan(values), filler, values)


def by(values: Any, groups: Any, statistic: Any) -> Any:
    """Fill gaps with a statistic of the group's own rows."""
    out = values.copy()
    for level in np.unique(groups):
        rows = groups == level
        out[rows] = filled(values[rows], statistic(values[rows]))
    return out


def files(over: str, statistic: Any = np.nanmean, first: int = 350) -> Case:
    columns = amounts()
    gaps = with_gaps(columns["size"], 30)
    columns["size"] = filled(gaps, statistic(gaps[:first] if over == "first" else gaps))
    second = case({n: v[first:] for n, v in columns.items()}, "price", "regression")
    return replace(case({n: v[:first] for n, v in columns.items()}, "price", "regression"), test=second.table)


class TestFilledOnAllRows(CheckContract):
    check = FilledOnAllRows()
    shuffles = 1

    def leaking(self) -> list[Case]:
        values, classes = amounts(), ordinary()
        size, income = with_gaps(values["size"], 31), with_gaps(classes["income"], 32)
        yes, region = classes["bought"], classes["region"]
        return [
            case({**values, "size": filled(size, np.nanmean(size))}, "price", "regression", sees=("size",),
                 severity="question"),
            case({**values, "size": filled(size, np.nanmedian(size))}, "price", "regression", sees=("size",),
                 severity="question"),
            case({**classes, "income": by(income, region, np.nanmean)}, "bought", "binary", sees=("income",),
                 severity="question"),
            case({**classes, "income": by(income, yes, np.nanmean)}, "bought", "binary", sees=("income",)),
            case({**classes, "income": by(income, yes, np.nanmedian).round(2)}, "bought", "binary", sees=("income",)),
            replace(files("both"), sees=("size",), severity="error"),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        r = rng(115)
        natural = {
            "hours": np.where(r.random(500) < 0.4, 40, r.integers(10, 80, 500)),
            "rain": np.where(r.random(500) < 0.6, 0.0, r.gamma(1, 5, 500).round(1)),
            "capped": np.minimum(r.lognormal(3, 1, 500).round(2), 50.0),
            "dose": r.choice([-1.0, 0.0, 1.0], 500), "year": r.integers(2000, 2021, 500),
        }  # fmt: skip
        return [
            *strong_and_honest(),
            case({**ordinary(), **natural}, "bought", "binary"),
            case({**ordinary(), "gaps": with_gaps(r.normal(size=500), 33)}, "bought", "binary"),
            files("first"),
            files("first", np.nanmedian),
        ]

    def test_the_training_part_alone_is_right(self) -> None:
        (finding,) = look(self.check, files("first"))
        assert (finding.severity, finding.facts["variant"]) == ("note", "first")

    def test_group_and_target_are_named(self) -> None:
        classes = ordinary()
        income = with_gaps(classes["income"], 34)
        for name, severity in (("region", "question"), ("bought", "error")):
            changed = {**classes, "income": by(income, classes[name], np.nanmean)}
            (finding,) = look(self.check, case(changed, "bought", "binary"))
            assert (finding.severity, finding.facts["group"]) == (severity, name)

    def test_a_filler_by_outcome_has_a_price(self) -> None:
        classes = ordinary()
        noise = with_gaps(rng(35).normal(size=500).round(3), 35, 0.4)
        (finding,) = look(
            self.check,
            case({**classes, "noise": by(noise, classes["bought"], np.nanmean)}, "bought", "binary"),
        )
        assert finding.remedy == "drop_columns" and finding.price is not None and finding.price.points > 0.05

    def test_a_model_that_filled(self) -> None:
        from sklearn.impute import KNNImputer

        r = rng(36)
        base = r.normal(size=400)
        data = np.column_stack([(base * k + r.normal(size=400) * 0.5 + 20).round(1) for k in (1, 2, 3)])
        gaps = np.where(r.random(data.shape) < 0.1, np.nan, data)
        done = KNNImputer().fit_transform(gaps)
        columns = {f"x{j}": done[:, j] for j in range(3)}
        (finding,) = look(self.check, case({**columns, "y": base + r.normal(size=400)}, "y", "regression"))
        assert finding.facts["variant"] == "computed" and finding.severity == "question"

    def test_scaling_afterwards_does_not_hide_it(self) -> None:
        columns = amounts()
        gaps = with_gaps(columns["size"], 37)
        done = filled(gaps, np.nanmean(gaps))
        columns["size"] = (done - done.mean()) / done.std()
        (finding,) = look(self.check, case(columns, "price", "regression"))
        assert finding.columns == ("size",)


def test_ages_of_passengers() -> None:
    import pandas as pd

    frame = pd.read_excel(shared("A_leaks/titanic3.xls"))
    frame = frame[["survived", "age", "sibsp", "fare", "pclass"]].dropna(subset=["survived", "fare"])
    frame["age"] = frame["age"].fillna(frame["age"].mean())
    columns = {n: frame[n].tolist() for n in frame.columns}
    columns["survived"] = [str(int(v)) for v in columns["survived"]]
    found = look(FilledOnAllRows(), case(columns, "survived", "binary"))
    assert [f.columns for f in found if f.severity == "question"] == [("age",)]
