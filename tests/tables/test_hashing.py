"""Row keys: content only, for ever."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lowtide.tables.hashing import row_keys
from lowtide.tables.read import type_raw
from tests.tables.raw_tables import raw


def table(**columns: object):  # type: ignore[no-untyped-def]
    return type_raw(raw(columns))  # type: ignore[arg-type]


GOLDEN = [15162255350546214281, 10260202341300768358, 12363519818549583980]


def test_golden_keys_never_change() -> None:
    t = table(a=["x", "가", None], b=pa.array([1.0, -0.0, 2.5]))
    assert row_keys(t, ["a", "b"]).tolist() == GOLDEN


@given(
    st.lists(st.tuples(st.text(max_size=3), st.floats(allow_nan=False, width=32)), min_size=1, max_size=15),
    st.randoms(),
)
def test_keys_follow_rows_and_know_no_other_columns(rows: list[tuple[str, float]], random) -> None:  # type: ignore[no-untyped-def]
    order = list(range(len(rows)))
    random.shuffle(order)
    a = [f"t{r[0]}" for r in rows]
    b = pa.array([r[1] for r in rows], pa.float64())
    whole = table(a=a, b=b, c=pa.array([float(i) for i in order]))
    moved = table(b=b.take(pa.array(order)), a=[a[i] for i in order])
    keys = row_keys(whole, ["a", "b"])
    assert row_keys(moved, ["b", "a"]).tolist() == keys[order].tolist()


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30))
def test_equal_rows_have_equal_keys_and_others_do_not(rows: list[tuple[int, int]]) -> None:
    t = table(a=pa.array([float(r[0]) for r in rows]), b=pa.array([float(r[1]) for r in rows]))
    keys = row_keys(t, ["a", "b"])
    assert len(set(keys.tolist())) == len(set(rows))


def test_keys_spread_over_folds() -> None:
    t = table(a=pa.array(np.arange(20_000.0)))
    share = np.bincount((row_keys(t, ["a"]) % np.uint64(5)).astype(int)) / 20_000
    assert np.abs(share - 0.2).max() < 0.015


def test_missing_is_a_value_of_its_own() -> None:
    t = table(a=pa.array([None, 0.0, None]))
    keys = row_keys(t, ["a"])
    assert keys[0] == keys[2] != keys[1]
