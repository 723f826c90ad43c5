"""What a floor says of itself, and what changes nothing in it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lowtide.core.errors import UsageError
from lowtide.validate.anyone.floor import floor
from lowtide.validate.anyone.words import _NOTES, Note, sentence

RNG = np.random.default_rng(5)
ROWS = 120
Y = RNG.integers(0, 2, ROWS)
P = np.clip(0.3 * Y[:, None] + 0.7 * RNG.random((ROWS, 4)), 0, 1)


def test_a_batch_has_a_lower_floor_and_a_longer_one_a_higher() -> None:
    found = floor(Y, P)
    few, many = found.batch(50), found.batch(5000)
    assert few is not None
    assert many is not None
    assert few < many <= (found.value or 0) + 1e-12
    assert found.batch(1) is None, "one row has one class"
    assert floor([1] * 4 + [0] * 116, P).batch(100) is None
    for wrong in (0, -3, 2.5, True):
        with pytest.raises(UsageError, match="A batch has a number of rows, 1 or more"):
            found.batch(wrong)  # type: ignore[arg-type]


def test_json_holds_every_number_and_no_nan() -> None:
    found = floor(Y, pd.DataFrame(P, columns=list("abcd")), "neg_log_loss", groups=np.arange(ROWS) // 6)
    told = json.loads(found.to_json())
    assert told == found.to_dict()
    assert told["value"] == found.value
    assert told["threshold"] is None
    assert (told["metric"], told["asked"], told["turned"]) == ("log_loss", "neg_log_loss", True)
    assert (told["scheme"], told["units"], told["trials"], told["method"]) == ("groups", 20, 4, found.method)
    assert sum(told["shipped"].values()) == pytest.approx(1)
    assert set(told["shipped"]) <= set("abcd")
    assert told["notes"][0]["code"] == "groups_unchecked"
    none = json.loads(floor([1] * 4 + [0] * 116, P).to_json())
    assert (none["value"], none["refusal"], none["needed"]) == (None, "too_few_positives", 6)


def test_html_says_what_the_repr_says_and_escapes_names() -> None:
    found = floor(Y, pd.DataFrame(P, columns=["<b>", "c", "d", "e"]), "accuracy")
    page = found._repr_html_()
    assert page.startswith("<table><caption>lowtide.floor</caption>")
    assert f"at least {found.value:.4g}" in page
    assert "<b>" not in page
    assert f"<th>threshold</th><td>{found.threshold:.4g}</td>" in page
    assert "which was chosen on these rows" in page
    none = floor([1] * 4 + [0] * 116, P)._repr_html_()
    assert "none: too few positive rows" in none
    assert "<th>more needed</th><td>6</td>" in none


def test_one_trial_and_a_blend_are_told_apart() -> None:
    assert "blend" not in repr(floor(Y, P[:, 0]))
    alone = floor(Y, P)
    assert len(alone.shipped) == 1
    assert alone.best == pytest.approx(max(floor(Y, P[:, t]).best or 0.0 for t in range(P.shape[1])))
    found = floor(Y, P, blend=True)
    assert len(found.shipped) > 1, "these four noisy trials are better together"
    assert f"the blend of {len(found.shipped)} trials in .shipped" in repr(found)


def test_trials_that_only_count_move_the_floor_to_the_bad_side() -> None:
    noise = RNG.random((ROWS, 30))
    alone = floor(Y, noise)
    some, many = (floor(Y, noise, trials_total=n) for n in (60, 3000))
    assert many.value is not None
    assert some.value is not None
    assert many.value < some.value < (alone.value or 0)
    assert many.expected is not None
    assert many.expected < (alone.expected or 0)
    assert (many.trials, many.trials_total) == (30, 3000)
    assert "30 of 3000 trials" in repr(many)
    assert "2970 more trials were made but are not here" in repr(many)
    batch, before = many.batch(200), alone.batch(200)
    assert batch is not None
    assert before is not None
    assert batch < before
    loss = floor(Y, noise, "neg_log_loss", trials_total=3000)
    assert (loss.value or 0) > (floor(Y, noise, "neg_log_loss").value or 0)
    ahead = floor(Y, noise, time=np.arange(ROWS), trials_total=3000)
    assert (ahead.value or 0) < (floor(Y, noise, time=np.arange(ROWS)).value or 0)
    for wrong in (29, 30.5, True):
        with pytest.raises(UsageError, match=r"trials_total is .*, but predictions hold 30 trials"):
            floor(Y, noise, trials_total=wrong)  # type: ignore[arg-type]


@settings(max_examples=4, deadline=None)
@given(order=st.permutations(range(ROWS)))
def test_the_order_of_rows_changes_nothing_for_groups_and_for_the_future(order: list[int]) -> None:
    """Whole groups are drawn by name and time sorts the rows; only single rows are drawn by position."""
    turned = np.asarray(order)
    groups = np.arange(ROWS) * 7 % 20
    for options in (
        {"groups": groups},
        {"time": np.arange(ROWS)},
        {"time": np.arange(ROWS), "groups": groups},
    ):
        shuffled: dict[str, Any] = {name: values[turned] for name, values in options.items()}
        a, b = floor(Y, P, **options), floor(Y[turned], P[turned], **shuffled)
        assert (a.scheme, a.units, a.rows) == (b.scheme, b.units, b.rows)
        for x, z in ((a.value, b.value), (a.expected, b.expected), (a.best, b.best)):
            assert x == pytest.approx(z, abs=1e-9)
    assert floor(Y, P).best == pytest.approx(floor(Y[turned], P[turned]).best, abs=1e-12)


@settings(max_examples=4, deadline=None)
@given(order=st.permutations(range(4)))
def test_the_order_of_trials_changes_only_their_places(order: list[int]) -> None:
    names = list("abcd")
    a = floor(Y, pd.DataFrame(P, columns=names))
    b = floor(Y, pd.DataFrame(P[:, order], columns=[names[t] for t in order]))
    assert (a.value, a.expected, a.best) == pytest.approx((b.value, b.expected, b.best), abs=1e-9)
    assert a.shipped == pytest.approx(b.shipped)


def test_every_note_has_a_sentence() -> None:
    for code in _NOTES:
        said = sentence(Note(code, 3))
        assert said.endswith(".")
        assert "{" not in said
