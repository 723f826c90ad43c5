"""Rows that belong together share a fold."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.finding import Finding
from lowtide.steps.ties import tied, tying


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(-1, 4), st.integers(-1, 4)), min_size=1, max_size=40)
)
def test_rows_with_a_common_number_share_a_key_and_no_others(rows: list[tuple[int, int, int]]) -> None:
    keys = np.array([r[0] for r in rows], dtype=np.uint64)
    together = {"LT104": np.array([r[1] for r in rows]), "LT303": np.array([r[2] for r in rows])}
    ties = tied(keys, ("LT104", "LT303"), together)
    # The slow way: join until nothing changes.
    part = list(range(len(rows)))
    for _ in rows:
        for i, a in enumerate(rows):
            for j, b in enumerate(rows):
                if a[0] == b[0] or (a[1] == b[1] >= 0) or (a[2] == b[2] >= 0):
                    part[i] = part[j] = min(part[i], part[j])
    same = np.array(part)[:, None] == np.array(part)[None, :]
    assert np.array_equal(ties[:, None] == ties[None, :], same)


@pytest.mark.parametrize(("severity", "answer", "ties"), [
    ("error", None, True), ("warning", None, True), ("note", None, False), ("question", "use", False),
])  # fmt: skip
def test_what_ties(severity: str, answer: str | None, ties: bool) -> None:
    finding = Finding(code="LT104", severity=severity, answer=answer)
    assert tying([finding], {"LT104": np.zeros(3, dtype=np.int64)}) == (("LT104",) if ties else ())
    assert tying([finding], {}) == ()


def test_nothing_to_tie_changes_nothing() -> None:
    keys = np.arange(4, dtype=np.uint64)
    assert tied(keys, (), {}) is keys
