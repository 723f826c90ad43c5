"""Categories: rare, unseen and missing levels; codes, one output a level, or what the level does."""

from __future__ import annotations

import unicodedata

import numpy as np
import pytest

from lowtide.prepare import fit, fit_transform
from lowtide.prepare.outcome import make_outcome
from lowtide.prepare.statistics import target_means
from tests.prepare.build import make


def _table(values: list[object]) -> object:
    return make({"c": values}, {"c": "category"})


def test_codes_of_trees() -> None:
    values = ["a"] * 9 + ["b"] * 7 + ["c"] * 6 + ["rare"] * 2 + [None] * 3
    prepared, matrix = fit_transform(_table(values), ["c"], style="tree")  # type: ignore[arg-type]
    assert prepared.names == ("c",) and prepared.categorical == (0,)
    assert matrix[:, 0].tolist() == [0.0] * 9 + [1.0] * 7 + [2.0] * 6 + [3.0] * 2 + [4.0] * 3
    for value, code in (
        ("b", 1.0),
        ("unseen", 3.0),
        ("rare", 3.0),
        (None, 4.0),
        ("", 4.0),
        (" b\t", 1.0),
        ("B", 3.0),
    ):
        assert prepared.transform_row({"c": value})[0] == code


def test_what_was_never_seen_is_nan_for_trees() -> None:
    prepared = fit(_table(["a"] * 9 + ["b"] * 7 + ["c"] * 6), ["c"], style="tree")  # type: ignore[arg-type]
    assert np.isnan(prepared.transform_row({"c": "unseen"})[0])
    assert np.isnan(prepared.transform_row({"c": None})[0])


def test_two_levels_are_a_plain_number() -> None:
    prepared = fit(_table(["yes"] * 9 + ["no"] * 7), ["c"], style="tree")  # type: ignore[arg-type]
    assert prepared.categorical == ()
    linear, matrix = fit_transform(_table(["yes"] * 9 + ["no"] * 7), ["c"], style="linear")  # type: ignore[arg-type]
    assert linear.names == ("c = no",)
    assert matrix[:, 0].tolist() == [0.0] * 9 + [1.0] * 7


def test_one_output_a_level() -> None:
    values = ["서울"] * 9 + ["부산"] * 7 + ["섬", "산"] * 4 + [None] * 5
    prepared = fit(_table(values), ["c"], style="linear")  # type: ignore[arg-type]
    assert prepared.names == ("c = 서울", "c = 부산", "c is another", "c is missing")
    assert prepared.sources == ("c",) * 4
    assert prepared.transform_row({"c": "부산"}).tolist() == [0.0, 1.0, 0.0, 0.0]
    assert prepared.transform_row({"c": "대구"}).tolist() == [0.0, 0.0, 1.0, 0.0]
    assert prepared.transform_row({"c": None}).tolist() == [0.0, 0.0, 0.0, 1.0]


def test_few_rows_get_no_output_of_their_own() -> None:
    prepared = fit(_table(["a"] * 9 + ["b"] * 7 + ["c"] * 6 + ["d", None]), ["c"], style="linear")  # type: ignore[arg-type]
    assert prepared.names == ("c = a", "c = b", "c = c")
    assert not prepared.transform_row({"c": "d"}).any() and not prepared.transform_row({"c": None}).any()


@pytest.mark.parametrize("kind", ["binary", "regression"])
def test_codes_go_by_the_outcome(kind: str) -> None:
    """For learners that take codes as numbers; the mean of few rows is shrunken."""
    rng = np.random.default_rng(0)
    level = rng.permutation(np.repeat([0, 1, 2, 3], [400, 300, 200, 100]))
    share = np.array([0.5, 0.9, 0.1, 0.7])[level]
    y = (rng.random(1000) < share).astype(float) if kind == "binary" else share + rng.normal(size=1000) / 9
    table = _table([None if i == 3 else f"level {i}" for i in level])
    prepared = fit(table, ["c"], style="tree", y=y, kind=kind)  # type: ignore[arg-type]
    codes = [prepared.transform_row({"c": c})[0] for c in ("level 2", "level 0", None, "level 1")]
    assert codes == [0.0, 1.0, 2.0, 3.0] and prepared.categorical == (0,)


def test_blanks_and_unicode_forms_are_one_level() -> None:
    values = (
        ["finishing "] * 6 + ["finishing"] * 6 + [unicodedata.normalize("NFD", "한글")] * 6 + ["한글"] * 6
    )
    _, matrix = fit_transform(_table(values), ["c"], style="tree")  # type: ignore[arg-type]
    assert len(set(matrix[:12, 0])) == len(set(matrix[12:, 0])) == 1


def test_numbers_and_flags_as_levels() -> None:
    table = make({"n": [1.0, 2.0, 2.5] * 6, "b": [True, False, None] * 6}, {"n": "category", "b": "category"})
    prepared = fit(table, ["n", "b"], style="linear")
    assert prepared.names == ("n = 1", "n = 2", "n = 2.5", "b = false", "b = true", "b is missing")
    assert prepared.transform_row({"n": 2, "b": True}).tolist() == [0.0, 1.0, 0.0, 0.0, 1.0, 0.0]


@pytest.mark.parametrize("style", ["tree", "linear"])
def test_many_levels(style: str) -> None:
    rng = np.random.default_rng(0)
    codes = rng.integers(120, size=6000)
    y = (rng.random(6000) < 0.2 + 0.6 * (codes % 2)).astype(float)
    table = _table([f"level {i}" for i in codes])
    prepared = fit(table, ["c"], style=style, y=y, kind="binary")  # type: ignore[arg-type]
    assert prepared.names == ("c: frequency", "c: mean target") and prepared.categorical == ()
    odd, even, unseen = (prepared.transform_row({"c": c})[1] for c in ("level 1", "level 2", "unseen"))
    assert odd > unseen > even
    if style == "tree":
        assert 0.7 < odd < 0.9 and 0.1 < even < 0.3 and 0.45 < unseen < 0.55
    alone = fit(table, ["c"], style=style)  # type: ignore[arg-type]
    assert alone.names[-1] == "c: frequency"
    assert len(alone.names) == (2 if style == "tree" else 52)


def test_means_shrink_with_evidence() -> None:
    """A level's mean goes to the overall mean as its rows get fewer, and wholly when levels do not differ."""
    rng = np.random.default_rng(1)
    sizes = np.array([400, 100, 25, 6])
    codes = np.repeat(np.arange(4), sizes)
    y = np.where(codes % 2 == 0, 1.0, -1.0) + rng.normal(size=len(codes))
    outcome = make_outcome(y, "regression", groups=None, seed=0)
    assert outcome is not None
    full, inner = target_means(codes, 5, outcome)
    prior = y.mean()
    raw = np.bincount(codes, weights=y) / sizes
    weight = (full[:4, 0] - prior) / (raw - prior)
    assert (np.diff(weight) < 0).all() and 0.95 < weight[0] < 1.0 and 0.3 < weight[3] < 0.95
    assert full[4, 0] == prior
    assert inner.shape == (len(y), 1)
    noise = make_outcome(np.tile([0.0, 1.0], 250), "binary", groups=None, seed=0)
    assert noise is not None
    full, _ = target_means(np.arange(500) % 5, 5, noise)
    np.testing.assert_allclose(full, 0.5, atol=0.01)
