"""LT103: rows of the second file that the first one has."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lowtide.auditing.checks.shared import SharedRows
from lowtide.testing.contracts import Case, CheckContract, look
from lowtide.testing.tables import make_table
from tests.auditing.checks.rows import (
    Columns,
    coarse,
    jittered,
    joined,
    patients,
    respelled,
    retyped,
    series,
    taken,
    two_files,
    visits,
)


def _halves(columns: Columns, seed: int = 0) -> tuple[Columns, Columns]:
    n = len(next(iter(columns.values())))
    order = np.random.default_rng([98, seed]).permutation(n)
    return taken(columns, order[: int(0.7 * n)]), taken(columns, order[int(0.7 * n) :])


class TestSharedRows(CheckContract):
    check = SharedRows()

    def copies(self) -> dict[str, Columns]:
        first = patients(700)
        some = taken(first, np.arange(30))
        return {
            "default": some, "normalised": respelled(some, "ill"), "near": jittered(some, "ill", 0.01),
            "changed": retyped(some, "ill", first),
        }  # fmt: skip

    def leaking(self) -> list[Case]:
        first, rest = patients(700), patients(250, 5)
        return [two_files(first, joined(rest, c), "ill", "binary", sees=()) for c in self.copies().values()]

    def clean(self) -> list[Case]:
        out = [two_files(patients(700), patients(250, 5), "ill", "binary")]
        for columns, target, kind in (
            (visits(), "better", "binary"), (series(), "next", "regression"), (coarse(), "y", "binary"),
            (patients(600), "ill", "binary"),
        ):  # fmt: skip
            out.append(two_files(*_halves(columns), target, kind))
        return out

    def test_says_how_they_are_alike(self) -> None:
        told = [look(self.check, given)[0].facts for given in self.leaking()]
        assert [f["variant"] for f in told] == ["default", "normalised", "near", "near"]
        assert all(20 <= f["rows"] <= 32 for f in told)

    def test_other_columns_and_types(self) -> None:
        first, rest = patients(700), patients(250, 5)
        second = joined(rest, self.copies()["default"])
        given = two_files(first, second, "ill", "binary")
        written = {n: [str(x) for x in v] for n, v in second.items() if n not in ("sex", "ill")}
        (finding,) = look(self.check, replace(given, test=make_table(written), test_target=None))
        assert finding.severity == "error" and finding.facts["variant"] == "normalised"
        assert finding.facts["compared"] == 9 and finding.facts["rows"] == 30

    def test_missing_values_do_not_hide_copies(self) -> None:
        first, rest = patients(700), patients(250, 5)
        for c in (first, rest):
            c["m3"][::3] = np.nan
        moved = taken(first, np.arange(30))
        moved |= {f"m{j}": moved[f"m{j}"] + 0.002 * (1 + j) for j in range(8)}
        (finding,) = look(self.check, two_files(first, joined(rest, moved), "ill", "binary"))
        assert finding.severity == "error"
