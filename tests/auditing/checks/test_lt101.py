"""LT101 and LT102: rows that are the same."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.auditing.cells import days_in, exact_cells, natural_share, number_in, plain_cells, plain_text
from lowtide.auditing.checks.duplicates import Contradictions, DuplicateRows
from lowtide.auditing.context import Context
from lowtide.testing.contracts import Case, CheckContract, case, look
from lowtide.testing.tables import make_table
from tests.auditing.checks.rows import coarse, honest, joined, patients, respelled, taken
from tests.auditing.test_checks import strong_and_honest


class TestDuplicates(CheckContract):
    check = DuplicateRows()

    def leaking(self) -> list[Case]:
        few, rare = patients(), patients(300, 1)
        ill = np.flatnonzero(rare["ill"] == "yes")
        often = taken(rare, np.random.default_rng(3).choice(ill, 200))
        return [
            case(joined(few, taken(few, np.arange(40))), "ill", "binary", sees=()),
            case(joined(few, taken(few, np.arange(8))), "ill", "binary", sees=(), severity="question"),
            case(joined(rare, often), "ill", "binary", sees=()),
        ]

    def clean(self) -> list[Case]:
        return [*honest(), *strong_and_honest()]

    def test_a_class_that_was_multiplied(self) -> None:
        (finding,) = look(self.check, self.leaking()[2])
        assert finding.facts["variant"] == "oversampled" and finding.facts["label"] == "yes"
        (other,) = look(self.check, self.leaking()[0])
        assert "variant" not in other.facts

    def test_copies_are_told_to_pricing(self) -> None:
        given = self.leaking()[0]
        context = Context(given.table, given.target, given.task)
        self.check.look(given.table, given.target, given.task, context)
        together = context.together["LT101"]
        assert np.array_equal(together[400:], together[:40]) and np.unique(together).size == 400

    def test_natural_repetitions_are_counted_out(self) -> None:
        table = make_table(coarse())
        assert natural_share(exact_cells(table, table.names), 0) > 0.7
        copied = make_table(joined(patients(), taken(patients(), np.arange(40))))
        assert natural_share(exact_cells(copied, copied.names), 0) < 0.05


class TestContradictions(CheckContract):
    check = Contradictions()

    def leaking(self) -> list[Case]:
        few = patients()
        again = respelled(taken(few, np.arange(40)), "ill")
        again["ill"] = np.where(again["ill"] == "yes", "no", "yes")
        return [case(joined(few, again), "ill", "binary", sees=(), severity="question")]

    def clean(self) -> list[Case]:
        return [*honest(), *strong_and_honest()]


@pytest.mark.parametrize(
    ("one", "other"),
    [(" Ａ b", "a B"), ("x\u00a0 y", "X Y"), ("É", "e\u0301")],
)
def test_spelling(one: str, other: str) -> None:
    assert plain_text(one) == plain_text(other)


def test_numbers_in_texts() -> None:
    assert number_in("1,234.5") == 1234.5 and number_in("true") == 1.0 and days_in("1970/01/03") == 2.0
    assert (
        np.isnan(days_in("20240131"))
        and np.isnan(number_in("12 apples"))
        and np.isnan(number_in("-"))
        and np.isnan(number_in("1_0"))
    )


def test_moments_and_whole_numbers_are_not_rounded() -> None:
    table = make_table(
        {
            "at": ["2024-01-01 10:00:00", "2024-01-01 10:00:01"],
            "n": [1600000000.0, 1600000001.0],
            "x": [0.1, 0.1],
        }
    )
    for name in ("at", "n"):
        (cells,) = plain_cells([table], (name, "x"))
        assert cells[0, 0] != cells[1, 0] and cells[0, 1] == cells[1, 1]


def test_cells_of_two_files_of_other_types() -> None:
    first = make_table({"n": [1.0, 2.5, 1234.0, 1 / 3], "t": ["Red ", "blue", None, "x"]})
    second = make_table({"n": ["1", "2.50", "1,234", "0.3333"], "t": ["red", "BLUE", "", "x"]})
    one, two = plain_cells([first, second], ("n", "t"))
    assert np.array_equal(one, two)
