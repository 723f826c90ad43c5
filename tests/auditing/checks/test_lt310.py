"""LT310: rows chosen by their outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from lowtide.auditing.checks.row_selection import Selection
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import ordinary, strong_and_honest

Columns = dict[str, Any]


def sampled(ratio: int = 1, rare: int = 150) -> Columns:
    """All of the rare class and ``ratio`` times as many others."""
    columns = ordinary(n=3000)
    yes = np.flatnonzero(columns["bought"] == "yes")[:rare]
    no = np.flatnonzero(columns["bought"] == "no")[: ratio * rare]
    rows = np.random.default_rng([310, 1]).permutation(np.concatenate([yes, no]))
    return {n: np.asarray(v)[rows] for n, v in columns.items()}


def cut(at: float = 0.6, n: int = 1200) -> Columns:
    """Values above a limit were left out."""
    r = np.random.default_rng([310, 2])
    size = r.normal(size=n)
    weight = (70 + 8 * size + 5 * r.normal(size=n)).round(2)
    kept = weight <= np.quantile(weight, at)
    return {"size": size[kept].round(3), "weight": weight[kept]}


def two_systems() -> Columns:
    """One class was typed in without decimals."""
    columns = ordinary(n=800)
    columns["noise"] = np.where(columns["bought"] == "yes", columns["noise"].round(1), columns["noise"])
    return columns


def without_outcome(by: float) -> Case:
    """Some rows have no outcome, the rich ones rather."""
    columns = ordinary(n=1500)
    r = np.random.default_rng([310, 3])
    rank = np.argsort(np.argsort(columns["income"])) / 1500 - 0.5
    out = r.random(1500) < 1 / (1 + np.exp(-by * rank)) * 0.6
    whole = case(columns, "bought", "binary", sees=("income",), severity="question")
    first = whole.table.take(~out)
    return replace(
        whole, table=replace(first, rows=np.arange(1, len(first) + 1), total_rows=len(first)),
        target=replace(whole.target, y=whole.target.y[~out]), unlabelled=whole.table.take(out),
    )  # fmt: skip


class TestSelection(CheckContract):
    check = Selection()
    shuffles = 2

    def leaking(self) -> list[Case]:
        return [
            case(sampled(), "bought", "binary", sees=(), severity="question"),
            case(sampled(3), "bought", "binary", sees=(), severity="question"),
            case(cut(), "weight", "regression", sees=(), severity="question"),
            case(two_systems(), "bought", "binary", sees=("noise",), severity="question"),
            without_outcome(6.0),
        ]

    def clean(self) -> list[Case]:
        return [*strong_and_honest(), without_outcome(0.0), case(cut(1.0), "weight", "regression")]

    def test_which_sign(self) -> None:
        seen = [look(self.check, given)[0].facts["variant"] for given in self.leaking()]
        assert seen == ["balance", "balance", "edge_upper", "written", "unlabelled"]
