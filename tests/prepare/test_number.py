"""Numbers: NaN for trees; filled, clipped, shaped and scaled for linear models; indicators with a reason."""

from __future__ import annotations

import math
from datetime import datetime

import numpy as np
import pytest

from lowtide.core.errors import InputError, UsageError
from lowtide.prepare import fit, fit_transform
from lowtide.prepare.scale import Scale
from tests.prepare.build import make


def test_tree_keeps_values_and_nan() -> None:
    values = [1.5, None, math.inf, -math.inf, 1e308, -0.0]
    table = make({"x": values}, {"x": "number"})
    prepared, matrix = fit_transform(table, ["x"], style="tree")
    assert prepared.names == ("x",)
    np.testing.assert_array_equal(matrix[:, 0], [1.5, np.nan, np.nan, np.nan, 1e308, 0.0])


def test_linear_is_centred_of_spread_one_and_outliers_are_clipped() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(50.0, 10.0, size=4000)
    x[7] = 1e9
    scale = Scale.fit(x)
    scaled = scale.apply(x)
    assert scale.unit == 0.0
    assert abs(scaled.mean()) < 1e-9 and abs(scaled.std() - 1.0) < 1e-9
    assert np.abs(scaled).max() < 4.0


@pytest.mark.parametrize("factor", [1e-6, 1.0, 1e9])
def test_heavy_tails_get_a_logarithm_in_any_unit(factor: float) -> None:
    rng = np.random.default_rng(1)
    x = rng.lognormal(0.0, 1.5, size=3000)
    scale, same = Scale.fit(x * factor), Scale.fit(x)
    assert scale.unit > 0.0
    np.testing.assert_allclose(scale.apply(x * factor), same.apply(x), atol=1e-6)
    assert Scale.fit(-x).unit == 0.0


@pytest.mark.parametrize(
    "values",
    [
        [], [np.nan] * 9, [3.0] * 9, [0.1] * 9, [0.0] * 999 + [5.0], [1e308, -1e308] * 50, [5e-324, 0.0] * 9,
        [1e308] * 20 + [1.0] * 20, [1e16, 1e16 + 2.0] * 20,
    ],
)  # fmt: skip
def test_scale_is_finite_and_not_large_whatever_the_values(values: list[float]) -> None:
    x = np.array(values, dtype=np.float64)
    later = np.concatenate([x, [np.nan, 0.0, 1.0, -1e308, 1e308]])
    with np.errstate(all="raise", under="ignore"):
        scaled = Scale.fit(x).apply(later)
    assert np.isfinite(scaled).all() and np.abs(scaled).max() < 100.0


def test_a_rare_value_is_not_clipped_away() -> None:
    x = np.array([0.0] * 997 + [1.0] * 3)
    scaled = Scale.fit(x).apply(x)
    assert scaled[-1] > 10.0 * abs(scaled[0])


def test_indicator_in_tree_style_needs_signal() -> None:
    rng = np.random.default_rng(2)
    n = 2000
    y = rng.integers(2, size=n).astype(float)
    told = np.where((y == 1) & (rng.random(n) < 0.2), np.nan, 1.0)
    blind = np.where(rng.random(n) < 0.1, np.nan, 1.0)
    table = make(
        {"told": told, "blind": blind, "copy": told}, dict.fromkeys(["told", "blind", "copy"], "number")
    )  # type: ignore[arg-type]
    columns = ["told", "blind", "copy"]
    assert fit(table, columns, style="tree", y=y).names == ("told", "told is missing", "blind", "copy")
    graded = fit(table, columns, style="tree", y=y + rng.normal(size=n), kind="regression")
    assert graded.names == ("told", "told is missing", "blind", "copy")
    several = fit(
        table, columns, style="tree", y=np.where(y == 1, 2.0, rng.integers(2, size=n)), kind="multiclass"
    )
    assert several.names == ("told", "told is missing", "blind", "copy")
    assert "blind is missing" in fit(table, columns, style="tree").names
    linear = fit(table, columns, style="linear", y=y).names
    assert linear == ("told", "told is missing", "blind", "blind is missing", "copy")


def test_the_test_of_missing_values_keeps_its_level() -> None:
    """Without signal, about one pattern in a hundred is taken for one; the outcome's tails do not matter."""
    rng = np.random.default_rng(3)
    n = 400
    for kind in ("binary", "multiclass", "regression"):
        y = {"binary": rng.integers(2, size=n), "multiclass": rng.integers(4, size=n)}.get(
            kind, rng.standard_cauchy(n)
        )
        columns = {f"x{i}": np.where(rng.random(n) < 0.3, np.nan, 1.0) for i in range(400)}
        table = make(columns, dict.fromkeys(columns, "number"))  # type: ignore[arg-type]
        names = fit(table, list(columns), style="tree", y=y.astype(float), kind=kind).names  # type: ignore[arg-type]
        assert len(names) - len(columns) <= 12


def test_bool_and_date_as_number() -> None:
    table = make(
        {"b": [True, None, False], "d": [datetime(1970, 1, 2, 12), None, datetime(1969, 12, 31)]},
        {"b": "number", "d": "number"},
    )
    prepared, matrix = fit_transform(table, ["b", "d"], style="tree")
    np.testing.assert_array_equal(matrix, [[1.0, 1.5], [np.nan, np.nan], [0.0, -1.0]])
    np.testing.assert_array_equal(
        prepared.transform_row({"b": True, "d": datetime(1970, 1, 2, 12)}), matrix[0]
    )


def test_errors_name_the_column() -> None:
    table = make(
        {"x": [1.0, 2.0], "t": ["a", "b"], "key": ["1", "2"]}, {"x": "number", "t": "number", "key": "id"}
    )
    prepared = fit(table, ["x"], style="tree")
    with pytest.raises(InputError, match=r"'x'.*'eins'"):
        prepared.transform_row({"x": "eins"})
    with pytest.raises(UsageError, match="No column 'x'"):
        prepared.transform_row({"X": 1.0})
    with pytest.raises(InputError, match="'t' holds text"):
        fit(table, ["t"], style="tree")
    with pytest.raises(UsageError, match="'key' has the role id"):
        fit(table, ["key"], style="tree")
    with pytest.raises(UsageError, match="twice"):
        fit(table, ["x", "x"], style="tree")
    with pytest.raises(UsageError, match="No column 'y'"):
        fit(table, ["y"], style="tree")
