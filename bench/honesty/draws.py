"""One draw: a small training sample, its out-of-fold predictions, and predictions of the untouched part."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.honesty.learners import fit_predict
from bench.honesty.tables import Data

FOLDS = 5
UNTOUCHED = 8000
WINDOWS = 6


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
        start = int(rng.integers(0, total - step * (n + after)))
        line = start + step * np.arange(n + after)
        return line[:n], line[n:]
    assert data.groups is not None
    keep: list[np.ndarray] = []
    for group in rng.permutation(int(data.groups.max()) + 1):
        rows = np.flatnonzero(data.groups == group)
        keep.append(rows if len(rows) <= data.source.cap else rng.permutation(rows)[: data.source.cap])
    cut = int(np.searchsorted(np.cumsum([len(k) for k in keep]), n)) + 1
    return np.sort(np.concatenate(keep[:cut])), np.sort(np.concatenate(keep[cut:]))[:UNTOUCHED]


def _hashed(units: np.ndarray, salt: int) -> np.ndarray:
    """Return a fold for each unit by the hash of its number, so that it never depends on other rows."""
    distinct, inverse = np.unique(units, return_inverse=True)
    fold = [
        int.from_bytes(hashlib.blake2b(b"%d:%d" % (salt, u), digest_size=8).digest(), "big") % FOLDS
        for u in distinct
    ]
    return np.asarray(fold)[inverse]


def make(data: Data, n: int, seed: int, repeats: int = 2) -> Draw:
    """Draw a sample, predict it out of fold, refit on all of it and predict the untouched part."""
    began = time.perf_counter()
    rows, untouched = sample(data, n, seed)
    features, y, kind = data.features.iloc[rows], data.y[rows], data.source.kind
    units = rows if data.groups is None else data.groups[rows]
    if data.source.scheme == "future":
        repeats = 1
        size = len(rows) // (WINDOWS + 2)
        window = np.arange(len(rows)) // size - 2
        folds = np.clip(window, -1, WINDOWS - 1)[None]
    else:
        folds = np.stack([_hashed(units, salt=1000 * seed + r) for r in range(repeats)])
    cube: np.ndarray | None = None
    for r in range(repeats):
        for k in range(folds[r].max() + 1):
            held = folds[r] == k
            if not held.any():
                continue
            past = (
                (np.arange(len(rows)) < np.flatnonzero(held)[0]) if data.source.scheme == "future" else ~held
            )
            part = fit_predict(features[past], y[past], features[held], kind, seed)
            if cube is None:
                cube = np.full((repeats, len(rows), part.shape[1]), np.nan)
            cube[r, held] = part
    assert cube is not None
    test = fit_predict(features, y, data.features.iloc[untouched], kind, seed)
    return Draw(
        y, cube, folds, units, data.y[untouched], test.astype(np.float32).astype(float), rows, untouched,
        time.perf_counter() - began,
    )  # fmt: skip


def keep(draw: Draw, path: Path) -> None:
    """Write a draw as plain arrays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    arrays = {k: getattr(draw, k) for k in Draw.__slots__ if k != "seconds"}
    arrays["test"] = draw.test.astype(np.float32)
    arrays["cube"] = draw.cube.astype(np.float32)
    partial = path.with_suffix(".part.npz")
    np.savez(partial, seconds=np.float64(draw.seconds), **arrays)
    partial.replace(path)


def recall(path: Path) -> Draw:
    """Read a kept draw."""
    with np.load(path, allow_pickle=False) as found:
        arrays = {k: found[k] for k in Draw.__slots__}
    for name in ("cube", "test"):
        arrays[name] = arrays[name].astype(np.float64)
    return Draw(**{**arrays, "seconds": float(arrays["seconds"])})
