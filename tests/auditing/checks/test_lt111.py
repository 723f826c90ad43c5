"""LT111: scaling over all rows."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.scaling import ScaledOnAllRows
from lowtide.auditing.scales import scale_of
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest

Columns = dict[str, Any]


def standard(values: Any, over: Any = None) -> Any:
    """Scale to mean 0 and deviation 1 over some rows."""
    values, over = np.asarray(values, dtype=float), np.asarray(values if over is None else over, dtype=float)
    return (values - over.mean()) / over.std()


def ends(values: Any, over: Any = None) -> Any:
    values, over = np.asarray(values, dtype=float), np.asarray(values if over is None else over, dtype=float)
    return (values - over.min()) / (over.max() - over.min())


def places(values: Any, over: Any = None) -> Any:
    values = np.asarray(values, dtype=float)
    return values.argsort().argsort() / (len(values) - 1)


def robust(values: Any, over: Any = None) -> Any:
    low, middle, high = np.quantile(values, (0.25, 0.5, 0.75))
    return (values - middle) / (high - low)


def parts(how: Any, over: str, first: int = 350) -> Case:
    """Two files whose numbers were scaled over one of them or over both."""
    columns = amounts()
    for name in ("size", "built", "noise"):
        rows = columns[name][:first] if over == "first" else columns[name]
        columns[name] = how(columns[name], rows)
    second = case({n: v[first:] for n, v in columns.items()}, "price", "regression")
    return replace(case({n: v[:first] for n, v in columns.items()}, "price", "regression"), test=second.table)


def scaled(how: Any, digits: int = 16) -> Columns:
    columns = amounts()
    return {**columns, **{n: how(columns[n]).round(digits) for n in ("size", "built", "noise")}}


class TestScaledOnAllRows(CheckContract):
    check = ScaledOnAllRows()
    shuffles = 1

    def leaking(self) -> list[Case]:
        sees, kind = ("size", "built", "noise"), "regression"
        return [
            case(scaled(standard), "price", kind, sees=sees, severity="question"),
            case(scaled(standard, 4), "price", kind, sees=sees, severity="question"),
            case(scaled(ends), "price", kind, sees=sees, severity="question"),
            case(scaled(robust), "price", kind, sees=sees, severity="question"),
            case(scaled(places), "price", kind, sees=sees, severity="question"),
            replace(parts(standard, "both"), sees=sees, severity="error"),
        ]

    def clean(self) -> list[Case]:
        r = rng(111)
        share = r.beta(0.4, 0.4, 500).round(2)
        natural = {
            "flag": r.integers(0, 2, 500), "share": share, "percent": (share * 100).round(),
            "tenth": r.integers(0, 11, 500) / 10, "months": r.integers(0, 13, 500) / 12, "change": r.normal(size=500),
            "sure": np.clip(r.normal(0.5, 0.4, 500), 0, 1),
        }  # fmt: skip
        return [
            *strong_and_honest(),
            case({**ordinary(), **natural}, "bought", "binary"),
            parts(standard, "first"),
            parts(ends, "first"),
        ]

    def test_the_training_part_alone_is_right(self) -> None:
        (finding,) = look(self.check, parts(standard, "first"))
        assert (finding.severity, finding.facts["variant"], finding.remedy) == ("note", "first", "none")

    def test_each_file_by_itself_is_told(self) -> None:
        columns = amounts()
        halves = [{n: v[part] for n, v in columns.items()} for part in (slice(0, 300), slice(300, 500))]
        for half in halves:
            half |= {n: standard(half[n]) for n in ("size", "built", "noise")}
        given = replace(
            case(halves[0], "price", "regression"), test=case(halves[1], "price", "regression").table
        )
        (finding,) = look(self.check, given)
        assert (finding.severity, finding.facts["variant"]) == ("warning", "apart")

    def test_components_are_called_so(self) -> None:
        r = rng(112)
        data = r.normal(size=(300, 6)) @ r.normal(size=(6, 6))
        turned = np.linalg.svd(data - data.mean(axis=0), full_matrices=False)
        scores = turned[0] * turned[1]
        columns = {f"part{j}": scores[:, j] for j in range(6)}
        (finding,) = look(self.check, case({**columns, "y": r.normal(size=300)}, "y", "regression"))
        assert finding.facts["variant"] == "components" and len(finding.columns) == 6

    def test_price_is_small_and_there(self) -> None:
        (finding,) = look(self.check, case(scaled(standard), "price", "regression"))
        assert finding.price is not None and abs(finding.price.points) < 0.02


@pytest.mark.parametrize("how", [standard, ends, robust, places])
def test_rows_taken_away_afterwards_hide_it(how: Any) -> None:
    values = how(rng(113).gamma(3, 2, 400))
    assert scale_of(values) is not None and scale_of(values).evidence >= 4  # type: ignore[union-attr]
    some = scale_of(np.delete(values, [values.argmax(), values.argmin(), 7, 9, 30, 31, 44]))
    assert some is None or some.evidence < 4 or some.family == "uniform"


def test_honest_noise_is_rarely_taken_for_scaled() -> None:
    r = rng(114)
    found = [scale_of(r.normal(size=300).round(3)) for _ in range(300)]
    assert sum(s is not None and s.evidence >= 4 for s in found) == 0


def test_real_table_that_was_scaled() -> None:
    from sklearn.datasets import load_diabetes

    data = load_diabetes()
    columns = {n: data.data[:, j] for j, n in enumerate(data.feature_names)}
    (finding,) = look(ScaledOnAllRows(), case({**columns, "y": data.target}, "y", "regression"))
    assert finding.severity == "question" and len(finding.columns) == 10
    assert finding.facts["families"] == {"norm": 10}
