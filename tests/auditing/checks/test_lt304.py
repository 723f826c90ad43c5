"""LT304: rows from several places."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.places import Places
from lowtide.testing.contracts import Case, CheckContract, case, look
from lowtide.testing.tables import make_table
from tests.auditing.real import question
from tests.auditing.test_checks import strong_and_honest
from tests.conftest import shared

Columns = dict[str, Any]
HEART = ("cleveland", "hungarian", "switzerland", "va")


def clinics(offset: float, seed: int = 1, n: int = 900, clinics: int = 5) -> tuple[Columns, Any]:
    """Instruments of each clinic read differently; the outcome does not care. Returns columns and clinic."""
    r = np.random.default_rng([304, seed])
    where = r.integers(0, clinics, n)
    true = r.normal(size=(n, 4))
    target = true @ np.array([1.0, 0.8, 0.5, 0.0]) + 0.5 * r.normal(size=n)
    bias = offset * r.normal(size=(clinics, 4))
    read = (true + bias[where]).round(3)
    return {f"reading {j}": read[:, j] for j in range(4)} | {"effect": target}, where


def plain(seed: int = 2, n: int = 800) -> Columns:
    """A category with a strong effect of its own that other columns hardly tell."""
    r = np.random.default_rng([305, seed])
    colour, size = r.integers(0, 4, n), r.normal(size=n)
    price = np.array([0.0, 2.0, 4.0, -1.0])[colour] + size + r.normal(size=n)
    return {"colour": np.array(list("abcd"))[colour], "size": size, "noise": r.normal(size=n), "price": price}


def heart(with_site: bool) -> Case:
    import pandas as pd

    parts = []
    for site in HEART:
        part = pd.read_csv(shared(f"A_leaks/heart_{site}.csv"), na_values="?")
        parts.append(part.assign(hospital=site) if with_site else part)
    whole = pd.concat(parts, ignore_index=True)
    whole["target"] = np.where(whole["target"] > 0, "sick", "well")
    table = make_table({n: whole[n].where(whole[n].notna(), None).tolist() for n in whole.columns})
    return Case(*question(table, "target", "binary"))


class TestPlaces(CheckContract):
    check = Places()
    shuffles = 1

    def leaking(self) -> list[Case]:
        columns, where = clinics(1.5)
        named = {"where": np.array(["k", "l", "m", "n", "o"])[where], **columns}
        return [case(named, "effect", "regression", sees=("where",), severity="question")]

    def clean(self) -> list[Case]:
        columns, where = clinics(0.0)
        return [
            *strong_and_honest(),
            case(plain(), "price", "regression"),
            case({"where": where.astype(str), **columns}, "effect", "regression"),
        ]

    def test_blocks_of_a_file_without_a_column(self) -> None:
        columns, where = clinics(1.5)
        order = np.argsort(where, kind="stable")
        (finding,) = look(self.check, case({n: v[order] for n, v in columns.items()}, "effect", "regression"))
        assert (finding.facts["variant"], finding.remedy) == ("blocks", "ask")
        assert finding.facts["skill_new_site"] < finding.facts["skill_rows"]
        assert look(self.check, case(columns, "effect", "regression")) == []

    @pytest.mark.parametrize("with_site", [True, False])
    def test_four_hospitals(self, with_site: bool) -> None:
        (finding,) = look(self.check, heart(with_site))
        assert finding.columns == (("hospital",) if with_site else ())
        assert finding.facts["recorded_otherwise"]
