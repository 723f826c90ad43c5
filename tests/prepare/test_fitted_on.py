"""What is fitted sees the rows given and nothing else; a training row does not see its own target."""

from __future__ import annotations

import json

import numpy as np
import pytest

from lowtide.prepare import fit, fit_transform
from lowtide.prepare.encoder import Shape
from tests.prepare.build import make

WORDS = ["배송", "빨라요", "느려요", "good", "bad", "품질", "별로", "최고"]


def _columns(rng: np.random.Generator, n: int) -> dict[str, list[object]]:
    return {
        "x": np.where(rng.random(n) < 0.2, np.nan, rng.lognormal(size=n)).tolist(),
        "c": [f"level {i}" for i in rng.integers(80, size=n)],
        "t": [" ".join(rng.choice(WORDS, size=4)) + f" {i}" for i in range(n)],
    }


ROLES = {"x": "number", "c": "category", "t": "text"}


@pytest.mark.parametrize("shape", ["tree", "linear"])
def test_rows_outside_change_nothing(shape: Shape) -> None:
    rng = np.random.default_rng(0)
    mine, other, third = (_columns(rng, 600) for _ in range(3))
    y = rng.integers(2, size=1200).astype(float)
    states = []
    for rest, flip in ((other, 0.0), (third, 1.0)):
        table = make({name: mine[name] + rest[name] for name in mine}, ROLES)  # type: ignore[arg-type]
        target = np.concatenate([y[:600], np.abs(flip - y[600:])])
        train = np.arange(600)
        state, arrays = fit(
            table.take(train), list(ROLES), style=shape, y=target[train], kind="binary"
        ).to_state()
        states.append((json.dumps(state), {name: array.tobytes() for name, array in arrays.items()}))
    assert states[0] == states[1]


@pytest.mark.parametrize("kind", ["regression", "multiclass"])
def test_own_target_is_not_in_a_training_row(kind: str) -> None:
    """Changing one target leaves the target means of its own row where they are, and moves those of others.

    All rows shift by the change of the overall mean, which tells no row from another.
    """
    rng = np.random.default_rng(1)
    codes = rng.integers(80, size=1000)
    table = make({"c": [f"level {i}" for i in codes]}, {"c": "category"})
    y = rng.integers(4, size=1000).astype(float)
    changed = y.copy()
    changed[17] = (y[17] + 1) % 4
    prepared, before = fit_transform(table, ["c"], style="tree", y=y, kind=kind)  # type: ignore[arg-type]
    _, after = fit_transform(table, ["c"], style="tree", y=changed, kind=kind)  # type: ignore[arg-type]
    assert len(prepared.names) == (5 if kind == "multiclass" else 2)
    values = np.arange(4.0) if kind == "multiclass" else None

    def means(target: np.ndarray[tuple[int], np.dtype[np.float64]]) -> object:
        return target.mean() if values is None else (target[:, None] == values).mean(axis=0)

    shift = np.asarray(means(changed)) - np.asarray(means(y))
    moved = np.abs(after[:, 1:] - before[:, 1:] - shift).max(axis=1) > 1e-12
    assert not moved[17]
    assert moved[codes == codes[17]].any()


def test_noise_stays_noise() -> None:
    """Levels and texts that say nothing look like nothing in training, though a refit would see them."""
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(2)
    n = 3000
    y = rng.integers(2, size=n).astype(float)
    letters = list("가나다라마바사아자차카타파하거너더러 ")
    table = make(
        {
            "c": [f"level {i}" for i in rng.integers(400, size=n)],
            "t": ["".join(rng.choice(letters, size=20)) for _ in range(n)],
        },
        {"c": "category", "t": "text"},
    )
    prepared, training = fit_transform(table, ["c", "t"], style="linear", y=y, kind="binary")
    seen = prepared.transform(table)
    for name in ("c: mean target", "t ~ score"):
        at = prepared.names.index(name)
        assert 0.44 < roc_auc_score(y, training[:, at]) < 0.56
        assert roc_auc_score(y, seen[:, at]) > 0.6


def test_equal_texts_do_not_tell_on_each_other() -> None:
    """Each text is there twice with a random label: folds by row would let a twin give it away."""
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(3)
    texts = ["".join(rng.choice(list("abcdefghij "), size=25)) for _ in range(800)]
    y = rng.integers(2, size=800).astype(float)
    table = make({"t": texts * 2}, {"t": "text"})
    _, training = fit_transform(table, ["t"], style="tree", y=np.tile(y, 2), kind="binary")
    assert 0.4 < roc_auc_score(np.tile(y, 2), training[:, 0]) < 0.6


def test_groups_stay_whole() -> None:
    """A level of one group only tells nothing once the group is held out: its rows get the overall mean."""
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(100), 20)
    y = np.repeat(rng.normal(size=100), 20)
    table = make({"shop": [f"shop {g}" for g in groups]}, {"shop": "category"})
    _, rows = fit_transform(table, ["shop"], style="tree", y=y, kind="regression")
    _, whole = fit_transform(table, ["shop"], style="tree", y=y, kind="regression", groups=groups)
    assert np.corrcoef(rows[:, 1], y)[0, 1] > 0.9
    np.testing.assert_allclose(whole[:, 1], y.mean())


def test_rows_without_target_are_kept_and_not_used() -> None:
    rng = np.random.default_rng(5)
    table = make(_columns(rng, 500), ROLES)  # type: ignore[arg-type]
    y = rng.integers(2, size=500).astype(float)
    y[::7] = np.nan
    prepared, training = fit_transform(table, list(ROLES), style="linear", y=y, kind="binary")
    assert training.shape == (500, len(prepared.names)) and np.isfinite(training).all()
    only = np.flatnonzero(~np.isnan(y))
    assert not np.isnan(fit_transform(table.take(only), ["x"], style="linear", y=y[only])[1]).any()
