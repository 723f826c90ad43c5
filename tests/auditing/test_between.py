"""LT103: a second file that repeats rows of the first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import lowtide
from lowtide.core.errors import InputError
from tests.test_flow import frame


def test_shared_rows_are_found_in_any_order() -> None:
    data = frame(240)
    train, test = data.iloc[:160], data.iloc[150:].drop(columns="outcome")
    found = lowtide.audit(train, "outcome", test=test.sample(frac=1, random_state=1), prices=False)
    finding = next(f for f in found.findings if f.code == "LT103")
    assert finding.severity == "error"
    assert finding.facts["rows"] == 10
    assert len(finding.rows) == 10


def test_separate_files_are_clean() -> None:
    data = frame(240)
    found = lowtide.audit(data.iloc[:160], "outcome", test=data.iloc[160:], prices=False)
    assert not [f for f in found.findings if f.code == "LT103"]


def test_coarse_columns_repeat_by_chance() -> None:
    rng = np.random.default_rng(0)
    data = pd.DataFrame(
        {"a": rng.integers(0, 3, 400), "b": rng.choice(list("xy"), 400), "y": rng.integers(0, 2, 400)}
    )
    found = lowtide.audit(data.iloc[:300], "y", test=data.iloc[300:], prices=False)
    assert not [f for f in found.findings if f.code == "LT103"]


def test_nothing_in_common_is_an_error() -> None:
    with pytest.raises(InputError, match="in common"):
        lowtide.audit(frame(), "outcome", test=pd.DataFrame({"q": range(60)}), prices=False)
