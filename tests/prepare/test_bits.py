"""A row is the same to the last bit: alone, in any table, in any order, and after storing."""

from __future__ import annotations

import math
from datetime import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.contract import Role
from lowtide.prepare import fit_transform
from lowtide.prepare.encoder import Shape
from lowtide.tables.table import Table
from tests.prepare.build import make, rows, same_bits, stored

ROLES: dict[str, Role] = {
    "금액": "number",
    "flag": "number",
    "지역": "category",
    "code": "category",
    "grade": "ordinal",
    "band": "ordinal",
    "when": "date",
    "review": "text",
}
NUMBER = st.one_of(
    st.none(),
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(-1e3, 1e3),
    st.integers(0, 50).map(float),
    st.sampled_from([-0.0, 5e-324, 1.7976931348623157e308, -1e308, 1e15, 123456789.125]),
)
LEVEL = st.one_of(
    st.none(),
    st.sampled_from(["서울", " 서울", "부산", "서울", "a", "A", "a ", "", " "]),
    st.text(max_size=3),
)
TEXT = st.one_of(
    st.none(),
    st.lists(
        st.sampled_from(
            ["좋아요", "최고의 영화", "별로", "ㅋㅋㅋㅋ", "Great", "bad!!", "10점", "\n", "  ", "é", "👍"]
        ),
        max_size=6,
    ).map(" ".join),
    st.text(max_size=30),
)
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "금액": NUMBER,
    "flag": st.one_of(st.none(), st.booleans()),
    "지역": LEVEL,
    "code": st.one_of(st.none(), st.integers(0, 70).map(float)),
    "grade": st.one_of(st.none(), st.sampled_from(["low", "Medium", "high", "very high", "?"])),
    "band": st.one_of(st.none(), st.sampled_from(["18-29", "30-44", "45-60", "> 60", "< 18"])),
    "when": st.one_of(
        st.none(), st.datetimes(), st.datetimes(datetime(1950, 1, 1), datetime(2030, 12, 31, 23, 59))
    ),
    "review": TEXT,
}
TYPES = {"금액": "number", "flag": "bool", "code": "number", "when": "date", **dict.fromkeys(["지역", "grade", "band", "review"], "text")}  # fmt: skip


@st.composite
def tables(draw: st.DrawFn, least: int, most: int) -> Table:
    """Draw tables of all roles, with Korean text, nulls, infinities, and dates before 1970."""
    n = draw(st.integers(least, most))
    # A few rows are drawn and repeated: levels come often enough to be kept.
    seeds = draw(st.lists(st.tuples(*COLUMNS.values()), min_size=min(n, 8), max_size=min(n, 8)))
    order = draw(st.lists(st.integers(0, len(seeds) - 1), min_size=n, max_size=n)) if seeds else []
    columns = {name: [seeds[i][j] for i in order] for j, name in enumerate(COLUMNS)}
    return make(columns, ROLES, TYPES)  # type: ignore[arg-type]


@given(
    table=tables(12, 60),
    later=tables(0, 8),
    shape=st.sampled_from(["tree", "linear"]),
    kind=st.sampled_from([None, "binary", "multiclass", "regression"]),
    seed=st.integers(0, 5),
)
def test_rows_alone_and_stored(table: Table, later: Table, shape: Shape, kind: Any, seed: int) -> None:
    rng = np.random.default_rng([seed, 1])
    classes = {"binary": 2, "multiclass": 7}.get(kind, 0)
    y = rng.integers(classes, size=len(table)).astype(float) if classes else rng.standard_cauchy(len(table))
    prepared, training = fit_transform(
        table, list(ROLES), style=shape, y=None if kind is None else y, kind=kind, seed=seed
    )
    again = stored(prepared)
    assert training.shape == (len(table), len(prepared.names)) == (len(table), len(prepared.sources))
    assert len(set(prepared.names)) == len(prepared.names)
    assert again.names == prepared.names and again.categorical == prepared.categorical
    for part in (table, later):
        whole = prepared.transform(part)
        assert whole.flags.c_contiguous and whole.dtype == np.float64
        assert same_bits(again.transform(part), whole)
        for i, row in enumerate(rows(part)):
            assert same_bits(prepared.transform_row(row), whole[i])
            assert same_bits(again.transform_row(row), whole[i])
        if shape == "linear":
            assert np.isfinite(whole).all() and np.isfinite(training).all()
        else:
            assert not np.isinf(whole).any()
        order = rng.permutation(len(part))
        assert same_bits(prepared.transform(part.take(order)), whole[order])
        assert same_bits(prepared.transform(part.take(order[:3])), whole[order[:3]])


def test_many_texts_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cutting a column of texts into chunks changes nothing."""
    rng = np.random.default_rng(0)
    words = ["배송이", "빨라요", "느려요", "really", "good", "품질", "별로네요", "최고!", "7", "환불"]
    texts = [" ".join(rng.choice(words, size=rng.integers(1, 9))) for _ in range(300)]
    table = make({"글": texts}, {"글": "text"})
    y = np.array([float("최고!" in text or "good" in text) for text in texts])
    prepared, _ = fit_transform(table, ["글"], style="linear", y=y)
    whole = prepared.transform(table)
    monkeypatch.setattr("lowtide.prepare.ngrams.CHUNK_CHARACTERS", 64)
    assert same_bits(prepared.transform(table), whole)
    assert "글 ~ score" in prepared.names and "글 ~ 01" in prepared.names


def test_fit_does_not_depend_on_threads() -> None:
    from threadpoolctl import threadpool_limits

    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list("가나다라마바사아 "), size=30)) for _ in range(400)]
    table = make({"t": texts, "x": rng.normal(size=400)}, {"t": "text", "x": "number"})
    y = rng.integers(2, size=400).astype(float)
    results = []
    for threads in (1, 2):
        with threadpool_limits(limits=threads):
            results.append(fit_transform(table, ["t", "x"], style="linear", y=y, seed=3)[1])
    assert same_bits(*results)
    assert math.isfinite(float(results[0].sum()))
