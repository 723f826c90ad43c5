"""Columns that give the target together: every form once, wrong rows, and honest tables that come near."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.auditing.checks.formula import TargetFormula
from lowtide.stats.association import Floats
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.real import question, read
from tests.auditing.test_checks import Columns, rng

N = 600


def parts(seed: int = 0) -> dict[str, Floats]:
    r = np.random.default_rng([203, seed])
    return {
        "a": r.lognormal(3, 0.5, N).round(2), "b": r.lognormal(2.5, 0.6, N).round(2), "c": r.gamma(4, 2, N).round(2) + 0.1,
        "u": r.normal(size=N).round(3), "v": r.normal(size=N).round(3), "k": r.poisson(0.3, N) * 1.0,
        "l": r.poisson(0.2, N) * 1.0, "noise": r.normal(size=N).round(3), "other": r.gamma(2, 3, N).round(2),
    }  # fmt: skip


def numbers() -> dict[str, tuple[str, Floats]]:
    p = parts()
    a, b, c, u, v = (p[n] for n in "abcuv")
    mixed = (3 * a + 2 * b - c).round(2)
    wrong = mixed.copy()
    wrong[:40] = rng(31).permutation(wrong)[:40] * 1.1
    quotient = a / b
    quotient[:40] = rng(32).permutation(quotient)[:40] * 1.1
    return {
        "signs": ("uv", u * v), "over": ("uv", u / v), "relative": ("ab", (a - b) / b), "share": ("ab", a / (a + b)),
        "rounded": ("ab", (a / b).round(1)), "weights": ("abc", mixed), "wrong sum": ("abc", wrong),
        "wrong quotient": ("ab", quotient), "plus": ("abc", a * b + c), "times": ("abc", a * (b + c)),
        "per": ("abc", (a + b) / c), "under": ("abc", a / (b + c)), "square": ("ac", a / c**2),
        "mean": ("abc", (a + b + c) / 3), "max": ("ab", np.maximum(a, b)), "log": ("ab", np.log(a / b)),
    }  # fmt: skip


def classes() -> dict[str, tuple[str, Floats]]:
    p = parts()
    a, b, c, u, v, k, m = (p[n] for n in "abcuvkl")
    return {
        "threshold": ("a", a > np.quantile(a, 0.7)), "compared": ("ab", a > b), "sum": ("ab", a + b > 40),
        "quotient": ("ab", a / b > 2), "apart": ("uv", np.abs(u - v) > 1.5), "counts": ("kl", k + m > 0),
        "either": ("ab", (a > np.quantile(a, 0.8)) | (b > np.quantile(b, 0.8))),
        "larger": ("ab", np.maximum(a, b) > 25), "bands": ("ab", np.searchsorted([25, 45], a + b)),
        "total": ("abc", a + b + c > np.quantile(a + b + c, 0.7)),
    }  # fmt: skip


def as_case(of: str, y: Floats) -> Case:
    columns: Columns = dict(parts())
    if y.dtype.kind == "f":
        return case({**columns, "y": y}, "y", "regression", sees=tuple(of))
    labels = np.asarray([f"class {int(v)}" for v in y])
    return case(
        {**columns, "y": labels}, "y", "binary" if len(set(labels)) == 2 else "multiclass", sees=tuple(of)
    )


@pytest.mark.parametrize("name", sorted(numbers()))
def test_numbers(name: str) -> None:
    (finding,) = look(TargetFormula(), as_case(*numbers()[name]))
    assert (set(finding.columns), finding.severity) == (set(numbers()[name][0]), "error"), finding


@pytest.mark.parametrize("name", sorted(classes()))
def test_classes(name: str) -> None:
    (finding,) = look(TargetFormula(), as_case(*classes()[name]))
    assert (set(finding.columns), finding.severity) == (set(classes()[name][0]), "error"), finding


class TestFormulas(CheckContract):
    check = TargetFormula()
    shuffles = 1

    def leaking(self) -> list[Case]:
        p = parts()
        part = np.where(rng(33).random(N) < 0.4, np.nan, p["b"])
        flags = rng(34).integers(0, 2, (N, 2))
        other = np.where(flags[:, 0] != flags[:, 1], "yes", "no")
        scores = rng(35).dirichlet([1.5, 1.5, 1.5], N).round(3)
        named = np.array(["A", "B", "C"])[scores.argmax(axis=1)]
        zone = rng(36).integers(0, 3, N)
        freight = p["a"] * np.array([1.5, 2.7, 4.1])[zone]
        return [
            case({**p, "b": part, "y": p["a"] + np.nan_to_num(part)}, "y", "regression", sees=("a", "b")),
            case({**p, "f": flags[:, 0], "g": flags[:, 1], "y": other}, "y", "binary", sees=("f", "g")),
            case({**p, **{f"p{j}": scores[:, j] for j in range(3)}, "y": named}, "y", "multiclass",
                 sees=("p0", "p1", "p2")),
            case({**p, "zone": np.array(["x", "y", "z"])[zone], "y": freight}, "y", "regression", sees=("a", "zone")),
            as_case("ab", (p["a"] - p["b"]) / p["b"]),
            as_case("ab", p["a"] > p["b"]),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        p = parts()
        physics = p["a"] * p["c"] * np.exp(rng(37).normal(0, 0.03, N))
        # Two kinds of rows with a gap between them: a column that separates them is honest.
        kind = rng(38).random(N) < 0.4
        return [
            case({**p, "y": physics}, "y", "regression"),
            case(
                {**p, "level": np.where(kind, 9.0, 2.0) + 0.5 * p["u"], "y": np.where(kind, "yes", "no")},
                "y",
                "binary",
            ),
        ]


def test_modes_of_failure() -> None:
    table, target, task = question(read("A_leaks/ai4i2020.csv"), "MachineFailure", "binary")
    (finding,) = look(TargetFormula(), Case(table, target, task))
    assert (finding.columns, finding.severity) == (("TWF", "HDF", "PWF", "OSF"), "error")


@pytest.mark.slow
def test_instalment_of_a_loan() -> None:
    table, target, task = question(
        read("A_leaks/lendingclub_loans_full_schema.csv.gz"), "interest_rate", "regression"
    )
    (finding,) = look(TargetFormula(), Case(table, target, task))
    assert (finding.columns, finding.severity) == (("loan_amount", "term", "installment"), "error")
