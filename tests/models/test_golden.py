"""Golden rows look like the data and are nobody's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.contract import Guess
from lowtide.models.build import shipped_contract
from lowtide.models.dates import write_date
from lowtide.models.golden import Golden
from lowtide.models.golden_rows import ROWS, UNSEEN, draw
from lowtide.tables.dates import parse_date
from lowtide.testing.tables import make_table
from tests.models.build_one import FEATURES, made_model, made_table

cell = st.one_of(st.none(), st.integers(-3, 3).map(float))
level = st.one_of(st.none(), st.sampled_from(["a", "b", "c"]))


@given(
    st.lists(st.tuples(cell, level, st.one_of(st.none(), st.booleans())), min_size=1, max_size=60),
    st.integers(0, 99),
)
def test_no_generated_row_is_a_real_one(rows, seed):
    values = dict(zip(("x", "l", "t"), map(list, zip(*rows, strict=True)), strict=True))
    values = {k: v if any(c is not None for c in v) else [1.0, *v[1:]] for k, v in values.items()}
    table = make_table(values, {"x": "number", "l": "category", "t": "category"})
    drawn = draw(table, ("x", "l", "t"), seed)
    real = {tuple(row.values()) for row in table.data.to_pylist()}
    assert drawn.num_rows <= ROWS
    assert not real & {tuple(row.values()) for row in drawn.to_pylist()}
    assert drawn.equals(draw(table, ("x", "l", "t"), seed))


def test_rows_are_plausible_and_some_are_odd():
    table = made_table()
    rows = draw(table, FEATURES, 0).to_pylist()
    assert len(rows) == ROWS
    usual, odd = rows[: ROWS * 3 // 4], rows[ROWS * 3 // 4 :]
    amounts = [v for v in table.data["amount"].to_pylist() if v is not None]
    assert all(min(amounts) <= r["amount"] <= max(amounts) for r in usual if r["amount"] is not None)
    assert any(not min(amounts) <= r["amount"] <= max(amounts) for r in odd if r["amount"] is not None)
    assert any(UNSEEN in r["city"] for r in odd if r["city"])
    assert {r["city"] for r in usual} <= set(table.data["city"].to_pylist()) | {None}
    assert all(float(r["visits"]).is_integer() for r in usual if r["visits"] is not None)
    assert any(None in r.values() for r in rows)


def test_texts_are_not_copied():
    table = made_table()
    real = set(table.data["note"].to_pylist())
    for row in draw(table, ("note",), 3).to_pylist():
        assert row["note"] not in real


def test_rare_levels_and_personal_values_do_not_appear():
    names = [f"Person{n}" for n in range(10)] * 8
    table = make_table(
        {"who": names, "l": ["common"] * 76 + ["only one"] * 4}, {"who": "category", "l": "category"}
    )
    guess = Guess(what="personal", value="name", column="who")
    table = replace(table, contract=msgspec.structs.replace(table.contract, guesses=(guess,)))
    rows = draw(table, ("who", "l"), 0).to_pylist()
    assert len(rows) > 20
    assert not {r["who"] for r in rows} & set(names)
    assert "only one" not in {r["l"] for r in rows}


def test_shipped_contract_points_at_nobody():
    levels = ["north"] * 500 + ["south"] * 498 + ["only one"] * 2
    table = make_table(
        {"l": levels, "k": [f"K{n // 3}" for n in range(1000)], "x": list(range(1000)), "z": ["a"] * 1000},
        {"l": "category", "k": "category", "x": "number"},
    )
    listed = tuple(
        msgspec.structs.replace(c, levels=tuple(table.codes(c.name)[1]), low=0.0, high=999.0)
        for c in table.contract.columns
    )
    table = replace(table, contract=msgspec.structs.replace(table.contract, columns=listed))
    shipped = {c.name: c for c in shipped_contract(table, ("l", "k"), ("x",)).columns}
    assert shipped["l"].levels == ("north", "south")
    assert shipped["k"].levels == (), "levels of three rows each"
    assert shipped["x"].levels == ()
    assert shipped["x"].high is None
    assert "z" not in shipped


def test_a_tiny_space_still_gives_rows_off_the_record():
    """Two values in all: every usual row would be a real one; what is left was never seen."""
    table = make_table({"l": ["a", "b"] * 20}, {"l": "category"})
    rows = draw(table, ("l",), 0).to_pylist()
    assert rows
    assert not {r["l"] for r in rows} & {"a", "b"}


def test_no_columns_no_rows():
    assert draw(made_table(), (), 0).num_rows == 0


def test_parquet_round_trip():
    for kind in ("binary", "multiclass"):
        golden = made_model(kind).golden
        again = Golden.from_parquet(golden.to_parquet())
        assert again.rows.equals(golden.rows)
        assert np.array_equal(again.answers, golden.answers)


def test_a_differing_copy_is_told():
    from lowtide.core.errors import BundleError

    model = made_model()
    answers = model.golden.answers.copy()
    answers[5] = np.nextafter(answers[5], 2.0)
    with pytest.raises(BundleError, match="1 of 48 rows differ"):
        replace(model, golden=Golden(model.golden.rows, answers)).check()


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2060, 1, 1)).map(lambda m: m.replace(microsecond=0)),
    st.sampled_from(
        [
            "%Y-%m-%d %H:%M:%S",
            "%d/%m/%Y %I:%M:%S %p",
            "%b %d, %Y %H:%M:%S",
            "%Y년 %m월 %d일 %H:%M:%S",
            "%Y%m%d%H%M%S",
        ]
    ),
)
def test_dates_are_written_as_they_are_read(moment, form):
    assert parse_date(write_date(moment, form), form) == moment


def test_dates_without_a_format_are_iso():
    assert write_date(datetime(2024, 3, 9, 18, 5), None) == "2024-03-09T18:05:00"
