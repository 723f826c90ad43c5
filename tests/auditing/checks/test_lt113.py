"""LT113: means of the target as a column."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.encoded import EncodedOnAllRows
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, ordinary, rng, strong_and_honest

Columns = dict[str, Any]


def levels(n: int, count: int, seed: int) -> Any:
    """Return categories of uneven size that tell nothing."""
    return (count * rng(seed).random(n) ** 1.3).astype(int)


def grouped(codes: Any, y: Any) -> tuple[Any, Any, Any]:
    """Return size, sum and mean of the level of each row."""
    size, total = np.bincount(codes)[codes], np.bincount(codes, weights=y)[codes]
    return size, total, total / size


def encode(codes: Any, y: Any, formula: str) -> Any:
    size, total, mean = grouped(codes, y)
    if formula == "mean":
        return mean
    if formula == "m_estimate":
        return (total + 10 * y.mean()) / (size + 10)
    if formula == "sigmoid":
        share = 1 / (1 + np.exp(-(size - 20) / 10))
        return share * mean + (1 - share) * y.mean()
    if formula == "leave_one_out":
        return np.where(size > 1, (total - y) / np.maximum(size - 1, 1), y.mean())
    if formula == "woe":
        return np.log((total + 1) / (y.sum() + 2)) - np.log((size - total + 1) / (len(y) - y.sum() + 2))
    if formula == "bayes":
        from sklearn.preprocessing import TargetEncoder

        kind = "binary" if set(np.unique(y)) == {0.0, 1.0} else "continuous"
        column = codes.astype(str)[:, None]
        return TargetEncoder(target_type=kind).fit(column, y).transform(column)[:, 0]
    raise ValueError(formula)


def yes_no(formula: str, count: int = 60, *, keep: bool = True, digits: int = 16) -> Columns:
    columns = ordinary()
    codes = levels(500, count, 41)
    value = encode(codes, (columns["bought"] == "yes").astype(float), formula).round(digits)
    return {**columns, "rate": value, **({"shop": [f"s{c:03d}" for c in codes]} if keep else {})}


def number(formula: str, count: int = 60, *, keep: bool = True) -> Columns:
    columns = amounts()
    codes = levels(500, count, 42)
    value = encode(codes, columns["price"], formula)
    return {**columns, "typical": value, **({"street": [f"s{c:03d}" for c in codes]} if keep else {})}


class TestEncodedOnAllRows(CheckContract):
    check = EncodedOnAllRows()
    shuffles = 1

    def leaking(self) -> list[Case]:
        return [
            case(yes_no("mean"), "bought", "binary", sees=("rate",)),
            case(yes_no("mean", keep=False, digits=4), "bought", "binary", sees=("rate",)),
            case(yes_no("m_estimate", keep=False), "bought", "binary", sees=("rate",)),
            case(yes_no("leave_one_out"), "bought", "binary", sees=("rate",)),
            case(yes_no("woe"), "bought", "binary", sees=("rate",)),
            case(number("mean", keep=False), "price", "regression", sees=("typical",)),
            case(number("sigmoid"), "price", "regression", sees=("typical",)),
            case(number("leave_one_out"), "price", "regression", sees=("typical",)),
        ]

    def clean(self) -> list[Case]:
        columns, values = ordinary(), amounts()
        y, codes = (columns["bought"] == "yes").astype(float), levels(500, 40, 43)
        fold = rng(44).integers(0, 5, 500)
        other = np.empty(500)
        for f in range(5):
            mean = np.bincount(codes[fold != f], weights=y[fold != f], minlength=40)
            size = np.maximum(np.bincount(codes[fold != f], minlength=40), 1)
            other[fold == f] = (mean / size)[codes[fold == f]]
        shop = [f"s{c:03d}" for c in codes]
        # What the shops did in another year, and how often each occurs.
        past = grouped(codes, (rng(45).random(500) < 0.3 + 0.4 * y).astype(float))[2]
        before = grouped(codes, values["price"] + rng(46).normal(0, 40, 500))[2]
        return [
            *strong_and_honest(),
            case({**columns, "shop": shop, "rate": other}, "bought", "binary"),
            case({**columns, "shop": shop, "rate": past}, "bought", "binary"),
            case({**columns, "shop": shop, "often": np.bincount(codes)[codes] / 500}, "bought", "binary"),
            case({**values, "street": shop, "typical": before.round(2)}, "price", "regression"),
        ]

    @pytest.mark.parametrize("formula", ["mean", "m_estimate", "sigmoid", "bayes", "leave_one_out", "woe"])
    def test_names_the_formula(self, formula: str) -> None:
        (finding,) = look(self.check, case(yes_no(formula), "bought", "binary"))
        assert finding.facts["formula"] == formula and finding.facts["category"] in ("shop", None)

    def test_large_groups_are_a_question(self) -> None:
        (finding,) = look(self.check, case(yes_no("mean", 4), "bought", "binary"))
        assert finding.severity == "question" and finding.facts["own"] < 0.01

    def test_scaling_afterwards_does_not_hide_it(self) -> None:
        columns = yes_no("mean", keep=False)
        columns["rate"] = (columns["rate"] - columns["rate"].mean()) / columns["rate"].std()
        (finding,) = look(self.check, case(columns, "bought", "binary"))
        assert finding.columns == ("rate",)

    def test_a_copy_is_not_an_encoding(self) -> None:
        columns = amounts()
        assert (
            look(self.check, case({**columns, "copy": columns["price"] * 1.1 + 2}, "price", "regression"))
            == []
        )
