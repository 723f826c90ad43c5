"""One draw: a small training sample, its out-of-fold predictions, and predictions of the untouched part."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.honesty.learners import MENU, fit_predict
from bench.honesty.tables import Data

FOLDS = 5
UNTOUCHED = 8000
WINDOWS = 6
HALVES = 5
PREDICTIONS = ("cube", "test", "nested", "halves")


@dataclass(frozen=True, slots=True)
class Draw:
    """Everything that a method may see (first part) and the truth (``y_test``, ``test``).

    Attributes
    ----------
    rows, untouched : row numbers in the table.
    cube : (repeats, n, trials) out-of-fold predictions; NaN for rows before the first forward window.
    folds : (repeats, n) fold or window of each row, -1 for none.
    units : (n,) row or group.
    test : (m, trials) predictions of the untouched rows by the trials refitted on all n rows.
    seconds : of cross-validation and refitting.
    nested, halves : as in `lowtide.validate.estimators.estimator.Evidence`; empty when not made.
    """

    y: np.ndarray
    cube: np.ndarray
    folds: np.ndarray
    units: np.ndarray
    y_test: np.ndarray
    test: np.ndarray
    rows: np.ndarray
    untouched: np.ndarray
    seconds: float
    nested: np.ndarray = field(default_factory=lambda: np.empty(0))
    halves: np.ndarray = field(default_factory=lambda: np.empty(0))


def sample(data: Data, n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return row numbers for training and of the untouched part, as the table's scheme wants them."""
    rng = np.random.default_rng([seed, n, *data.source.name.encode()])
    total = len(data.y)
    if data.source.scheme == "rows":
        order = rng.permutation(total)
        return np.sort(order[:n]), np.sort(order[n : n + UNTOUCHED])
    if data.source.scheme == "future":
        step = data.source.stride
        after = n // (WINDOWS + 2)
        start = int(rng.integers(0, max(1, total - step * (n + after))))
        line = start + step * np.arange(n + after)
        return line[:n], line[n:]
    assert data.groups is not None
    keep: list[np.ndarray] = []
    for group in rng.permutation(int(data.groups.max()) + 1):
        rows = np.flatnonzero(data.groups == group)
        keep.append(rows if len(rows) <= data.source.cap else rng.permutation(rows)[: data.source.cap])
    cut = int(np.searchsorted(np.cumsum([len(k) for k in keep]), n)) + 1
    # The first rows of the table would be those of neighbouring groups: take whole groups as they were drawn.
    return np.sort(np.concatenate(keep[:cut])), np.sort(np.concatenate(keep[cut:])[:UNTOUCHED])


def _hashed(units: np.ndarray, salt: int) -> np.ndarray:
    """Return a fold for each unit by the hash of its number, so that it never depends on other rows."""
    distinct, inverse = np.unique(units, return_inverse=True)
    fold = [
        int.from_bytes(hashlib.blake2b(b"%d:%d" % (salt, u), digest_size=8).digest(), "big") % FOLDS
        for u in distinct
    ]
    return np.asarray(fold)[inverse]


def make(data: Data, n: int, seed: int, repeats: int = 1, more: bool = False) -> Draw:
    """Draw a sample, predict it out of fold, refit on all of it and predict the untouched part.

    ``more``: also what nested cross-validation and conservative Z need (three times the fits; not for the future).
    """
    began = time.perf_counter()
    rows, untouched = sample(data, n, seed)
    features, y, kind = data.features.iloc[rows], data.y[rows], data.source.kind
    units = rows if data.groups is None else data.groups[rows]
    future = data.source.scheme == "future"
    if future:
        size = len(rows) // (WINDOWS + 2)
        window = np.arange(len(rows)) // size - 2
        folds = np.clip(window, -1, WINDOWS - 1)[None]
    else:
        folds = np.stack([_hashed(units, salt=1000 * seed + r) for r in range(repeats)])

    def predict(train: np.ndarray, test: np.ndarray) -> np.ndarray:
        return fit_predict(features[train], y[train], features[test], kind, seed)

    cube = np.full((len(folds), len(rows), len(MENU)), np.nan)
    for r in range(len(folds)):
        for k in range(folds[r].max() + 1):
            held = folds[r] == k
            if held.any():
                past = (np.arange(len(rows)) < np.flatnonzero(held)[0]) if future else ~held
                cube[r, held] = predict(past, held)
    test = fit_predict(features, y, data.features.iloc[untouched], kind, seed)
    seconds = time.perf_counter() - began
    extra = more and not future
    return Draw(
        y, cube, folds, units, data.y[untouched], test.astype(np.float32).astype(float), rows, untouched, seconds,
        _nested(folds[0], len(rows), predict) if extra else np.empty(0),
        _halves(units, seed, predict) if extra else np.empty(0),
    )  # fmt: skip


Predict = Callable[[np.ndarray, np.ndarray], np.ndarray]


def _nested(fold: np.ndarray, n: int, predict: Predict) -> np.ndarray:
    """Return (K, n, trials): predictions of row i by models that saw neither fold k nor the fold of i."""
    count = int(fold.max()) + 1
    out = np.full((count, n, len(MENU)), np.nan)
    for j in range(count):
        for k in range(j + 1, count):
            both = (fold == j) | (fold == k)
            if not (fold == j).any() or not (fold == k).any():
                continue
            part = np.full((n, len(MENU)), np.nan)
            part[both] = predict(~both, both)
            out[j, fold == k], out[k, fold == j] = part[fold == k], part[fold == j]
    return out


def _halves(units: np.ndarray, seed: int, predict: Predict) -> np.ndarray:
    """Return (J, 2, n, trials): within each half, two fifths held out and predicted by the other three."""
    code = np.unique(units, return_inverse=True)[1]
    out = np.full((HALVES, 2, len(units), len(MENU)), np.nan)
    for j in range(HALVES):
        place = np.random.default_rng([seed, j, 0x4A1F]).permutation(code.max() + 1)[code] / (code.max() + 1)
        for h, low in enumerate((0.0, 0.5)):
            train, test = (place >= low) & (place < low + 0.3), (place >= low + 0.3) & (place < low + 0.5)
            if train.sum() > 5 and test.any():
                out[j, h, test] = predict(train, test)
    return out


def keep(draw: Draw, path: Path) -> None:
    """Write a draw as plain arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {k: getattr(draw, k) for k in Draw.__slots__ if k != "seconds"}
    for name in PREDICTIONS:
        arrays[name] = arrays[name].astype(np.float32)
    partial = path.with_suffix(".part.npz")
    np.savez(partial, seconds=np.float64(draw.seconds), **arrays)
    partial.replace(path)


def recall(path: Path) -> Draw:
    """Read a kept draw."""
    with np.load(path, allow_pickle=False) as found:
        arrays = {k: found[k] for k in Draw.__slots__}
    for name in PREDICTIONS:
        arrays[name] = arrays[name].astype(np.float64)
    return Draw(**{**arrays, "seconds": float(arrays["seconds"])})
