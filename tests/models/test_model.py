"""The shipped model: labels as the caller knows them, bad cells refused, one row equal to a batch."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lowtide.core.errors import InputError, UsageError
from lowtide.models.labels import typed_labels
from lowtide.tables.enforce import BadValue
from tests.models.build_one import FEATURES, made_model, made_table

KINDS = ("binary", "multiclass", "regression")


@pytest.mark.parametrize("kind", KINDS)
def test_golden_rows_come_back_to_the_last_bit(kind):
    seen = made_model(kind).check()
    assert seen.equal
    assert seen.rows == 48


@pytest.mark.parametrize("kind", KINDS)
def test_frame_equals_records_equals_table(kind):
    model, table = made_model(kind), made_table(60, seed=1)
    frame = table.data.select(list(FEATURES)).to_pandas()
    whole = model.predict_table(table)
    assert np.array_equal(model.answers(frame).raw, whole)
    for i, record in enumerate(table.data.select(list(FEATURES)).to_pylist()):
        assert np.array_equal(model.predict_record(record), whole[i])


def test_labels_and_probabilities():
    table = made_table(60, seed=1)
    frame = table.data.to_pandas()
    model = made_model("binary")
    P = model.predict_proba(frame)
    assert model.classes_.tolist() == ["no", "yes"]
    assert P.shape == (60, 2)
    assert (model.predict(frame) == np.where(P[:, 1] >= 0.5, "yes", "no")).all()
    graded = made_model("multiclass")
    assert graded.classes_.tolist() == [1, 2, 3]
    assert (graded.predict(frame) == 1 + graded.predict_proba(frame).argmax(axis=1)).all()
    valued = made_model("regression")
    assert valued.predict(frame).dtype == np.float64
    with pytest.raises(UsageError, match="use predict"):
        valued.predict_proba(frame)
    with pytest.raises(UsageError, match="no classes"):
        _ = valued.classes_


def test_bad_cells_refuse_their_rows_only():
    frame = made_table(20, seed=1).data.select(list(FEATURES)).to_pandas().astype({"amount": object})
    good = made_model().predict_proba(frame)
    frame.loc[3, "amount"] = "about ten"
    frame.loc[7, "since"] = pd.NaT
    answers = made_model().answers(frame)
    assert [(c.row, c.column, c.expected_code) for c in answers.refused] == [(4, "amount", "number")]
    assert answers.answered.sum() == 19
    assert np.isnan(answers.raw[3])
    keep = np.array([i not in (3, 7) for i in range(20)])
    assert np.array_equal(made_model().predict_proba(frame)[keep], good[keep])
    assert made_model().predict(frame)[3] is None
    assert np.isnan(made_model("regression").predict(frame)[3])


def test_a_bad_cell_in_a_column_that_is_not_needed_refuses_nothing():
    frame = made_table(20, seed=1).data.to_pandas()
    frame["worth"] = "unknown"
    frame["id"] = np.arange(20)
    assert made_model().answers(frame).answered.all()


def test_missing_columns_are_named():
    frame = made_table(20, seed=1).data.to_pandas()
    with pytest.raises(InputError, match=r"No column 'amount' .* Closest: 'amounts'.* The model needs it\."):
        made_model().predict(frame.rename(columns={"amount": "amounts"}))
    with pytest.raises(InputError, match=r"lacks 2 columns .* 'amount', 'city'"):
        made_model().predict(frame.drop(columns=["amount", "city"]))


def test_bad_records_name_every_cell():
    record = made_table(1).data.select(list(FEATURES)).to_pylist()[0]
    with pytest.raises(BadValue) as caught:
        made_model().predict_record({**record, "amount": "ten", "since": "soon"})
    assert {cell.column for cell in caught.value.cells} == {"amount", "since"}


def test_no_rows():
    frame = made_table(5).data.to_pandas().iloc[:0]
    with pytest.raises(InputError, match="no rows"):
        made_model().predict(frame)
    assert made_model().predict_table(made_table(5).take(np.zeros(0, dtype=np.int64))).shape == (0,)
    assert made_model("multiclass").predict_table(made_table(5).take(np.zeros(0, dtype=np.int64))).shape == (
        0,
        3,
    )


def test_label_types():
    assert typed_labels(("0", "1"), "number").tolist() == [0, 1]
    assert typed_labels(("0.5", "1"), "number").tolist() == [0.5, 1.0]
    assert typed_labels(("false", "true"), "bool").tolist() == [False, True]
    assert typed_labels(("not 3", "3"), "number").tolist() == ["not 3", "3"]


def test_repr_tells_the_floor():
    assert "floor 0.61 log_loss" in repr(made_model())
