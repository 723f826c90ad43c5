"""Targets: kind and positive class by evidence; refusals in plain words."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lowtide.core.errors import Refusal, UsageError
from lowtide.tables.raw import ColumnSettings
from lowtide.tables.read import read, type_raw
from lowtide.tables.table import Table
from lowtide.tables.target import make_target
from tests.conftest import shared
from tests.tables.raw_tables import raw

RNG = np.random.default_rng(5)


def table(y: list[str | None] | pa.Array, **settings: ColumnSettings) -> Table:
    return type_raw(raw({"y": y}), settings or None)


@pytest.mark.parametrize(
    ("labels", "positive", "reason"),
    [
        (("no", "yes"), "yes", "positive_word"),
        (("False", "True"), "true", "positive_word"),
        (("0", "1"), "1", "positive_word"),
        (("ham", "spam"), "spam", "positive_word"),
        (("normal", "defekt"), "defekt", "negative_word_opposite"),
        (("양품", "불량"), "불량", "positive_word"),
        (("유지", "이탈"), "이탈", "positive_word"),
        (("생존", "사망"), "사망", "positive_word"),
        (("No, never", "Yes, often"), "Yes, often", "positive_word"),
        (("apples", "pears"), "pears", "rarer"),
        (("1", "2"), "1", "positive_word"),
    ],
)
def test_binary(labels: tuple[str, str], positive: str, reason: str) -> None:
    target = make_target(table([labels[0]] * 60 + [labels[1]] * 40 + [None] * 3), "y")
    assert (target.kind, target.positive, target.facts["positive_reason"]) == ("binary", positive, reason)
    assert target.classes[1] == positive
    assert np.isnan(target.y).sum() == 3 == target.facts["missing"]
    assert np.nansum(target.y) == target.facts["positives"] in (40, 60)


def test_a_given_positive_class_is_obeyed_however_it_is_written() -> None:
    y = pa.array([1.0] * 60 + [2.0] * 40)
    for said in ("2", "2.0"):
        assert make_target(table(y), "y", positive=said).positive == "2"
    with pytest.raises(UsageError, match="no label '3'"):
        make_target(table(y), "y", positive="3")


def test_one_label_against_the_rest() -> None:
    target = make_target(table(["a"] * 50 + ["b"] * 30 + ["c"] * 30), "y", positive="b")
    assert target.kind == "binary" and target.classes == ("not b", "b") and np.nansum(target.y) == 30


def test_blanks_around_labels_make_no_class() -> None:
    assert make_target(table(["yes", "yes ", "no"] * 30), "y").classes == ("no", "yes")


def test_multiclass_and_its_small_classes() -> None:
    target = make_target(table(["a"] * 50 + ["b"] * 40 + ["c"] * 4), "y")
    assert target.kind == "multiclass" and target.classes == ("a", "b", "c")
    assert target.facts["small_class_labels"] == ["c"]
    assert set(target.y) == {0.0, 1.0, 2.0}


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (RNG.normal(size=200), "regression"),
        (RNG.integers(0, 500, 200).astype(float), "regression"),
        (RNG.choice([1.0, 10.0, 100.0, 1000.0, 20000.0], 200), "regression"),
        (RNG.integers(0, 5, 200).astype(float), "multiclass"),
    ],
)
def test_kinds_of_numbers(values: np.ndarray, kind: str) -> None:
    assert make_target(table(pa.array(values)), "y").kind == kind


def test_a_given_kind_is_obeyed() -> None:
    y = pa.array(RNG.integers(0, 5, 200).astype(float))
    assert make_target(table(y), "y", kind="regression").kind == "regression"
    with pytest.raises(UsageError, match="only numbers"):
        make_target(table(["a", "b", "c"] * 50), "y", kind="regression")
    with pytest.raises(UsageError, match="positive"):
        make_target(table(["a", "b", "c"] * 50), "y", kind="binary")


@pytest.mark.parametrize(
    ("y", "words"),
    [
        ([None] * 100, "empty in all 100 rows"),
        (["a", "b"] * 20, "Only 40 rows"),
        (["a"] * 100, "is 'a' in all 100 rows"),
        (["ok"] * 1000 + ["fail"] * 7, "only 7 rows with 'fail'"),
        ([f"person {i}" for i in range(300)], "identifier|name or free text"),
        ([f"2020-01-{d:02d}" for d in range(1, 31)] * 4, "is a date"),
        (["5"] * 990 + [str(i) for i in range(100, 110)], "10 others are too few"),
        (["a"] * 970 + ["b"] * 12 + ["c"] * 9 + ["d"] * 9, "cannot carry a model"),
    ],
)
def test_refusals(y: list[str | None], words: str) -> None:
    with pytest.raises(Refusal, match=words):
        make_target(table(y), "y")


def test_an_unknown_column_is_told_with_the_closest() -> None:
    with pytest.raises(UsageError, match="Closest: 'churned'"):
        make_target(type_raw(raw({"churned": ["1"]})), "churn")


def test_unmatured_loans_are_refused_in_plain_words() -> None:
    loans = read(shared("A_leaks/lendingclub_loans_full_schema.csv.gz"))
    with pytest.raises(Refusal) as told:
        make_target(loans, "loan_status")
    for part in ("'Current': 9,375", "'Charged Off' (7)", "not matured"):
        assert part in str(told.value)
    assert make_target(loans, "interest_rate").kind == "regression"


def test_heart_disease_grades_are_five_classes() -> None:
    target = make_target(read(shared("A_leaks/heart_cleveland.csv")), "target")
    assert target.kind == "multiclass" and target.classes == ("0", "1", "2", "3", "4")
