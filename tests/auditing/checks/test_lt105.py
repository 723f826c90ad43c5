"""LT105: rows that were made of other rows."""

from __future__ import annotations

import numpy as np
import pytest

from lowtide.auditing.checks.synthetic import SyntheticRows
from lowtide.auditing.context import Context
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.checks.rows import honest, patients, series, smote
from tests.auditing.test_checks import strong_and_honest


def _stretched() -> dict[str, np.ndarray]:
    """Numbers of very different units: neighbours in raw units are those of one column."""
    columns = patients(600)
    return {n: v * 1000 if n == "m2" else v for n, v in columns.items()}


class TestSyntheticRows(CheckContract):
    check = SyntheticRows()

    def leaking(self) -> list[Case]:
        return [
            case(smote(patients(600), "ill", "yes", 420), "ill", "binary", sees=()),
            case(smote(patients(600), "ill", "yes", 60), "ill", "binary", sees=()),
            case(smote(_stretched(), "ill", "yes", 200), "ill", "binary", sees=()),
            case(smote(patients(600), "ill", "yes", 420, digits=4), "ill", "binary", sees=()),
        ]

    def clean(self) -> list[Case]:
        return [*honest(), *strong_and_honest()]

    def test_counts_the_rows_that_were_made(self) -> None:
        (finding,) = look(self.check, self.leaking()[0])
        assert finding.facts["label"] == "yes" and 380 <= finding.facts["rows"] <= 430
        assert finding.price is not None and finding.price.points > 0.03

    def test_parents_are_told_to_pricing(self) -> None:
        given = self.leaking()[1]
        context = Context(given.table, given.target, given.task)
        self.check.look(given.table, given.target, given.task, context)
        _, size = np.unique(context.together["LT105"], return_counts=True)
        assert (size > 1).sum() > 10 and size.max() < 40

    def test_several_classes(self) -> None:
        columns = patients(900)
        third = columns["m0"] > np.quantile(columns["m0"], 0.9)
        columns["ill"] = np.where(third, "maybe", columns["ill"])
        both = smote(smote(columns, "ill", "yes", 200), "ill", "maybe", 200, seed=1)
        (finding,) = look(self.check, case(both, "ill", "multiclass"))
        assert set(finding.facts["labels"]) == {"yes", "maybe"}

    def test_regression(self) -> None:
        columns = patients(600)
        made = smote(columns, "ill", "yes", 150)
        noise = np.random.default_rng(5).normal(size=len(made["ill"]))
        made["ill"] = np.where(made["ill"] == "yes", 3.0, 0.0) + noise
        (finding,) = look(self.check, case(made, "ill", "regression"))
        assert finding.facts["variant"] == "regression" and finding.severity == "error"
        assert finding.price is not None and finding.price.metric == "r2" and 0 < finding.price.remedied < 1
        assert look(self.check, case(series(), "next", "regression")) == []

    @pytest.mark.parametrize("digits", [0, 1])
    def test_grids_are_no_lines(self, digits: int) -> None:
        columns = {n: v.round(digits) if v.dtype.kind == "f" else v for n, v in patients(900).items()}
        assert look(self.check, case(columns, "ill", "binary")) == []
