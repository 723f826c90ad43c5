"""One draw: a small sample judged as `lowtide run` judges it, and a model that can be asked about changed rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from bench.honesty.tables import Data
from lowtide.metrics import default, get
from lowtide.stats.resampling import Floats, Ints
from lowtide.tables.table import Table
from lowtide.testing.tables import make_table
from lowtide.validate.floor import estimate
from lowtide.validate.scenarios.waters import Models, Seen, Waters
from lowtide.validate.selection import blend

FOLDS = 5
MODEL_FOLDS = 3
LEVELS = 20
MOST_LEVELS = 50
STRETCHES = 6


class Matrices:
    """From a frame to numbers, everything taken from the rows that it was made from."""

    def __init__(self, train: pd.DataFrame) -> None:
        self.numbers = [c for c in train if _numeric(train[c])]
        self.levels = {
            c: pd.Index(train[c].dropna().value_counts().index[:LEVELS], dtype=object)
            for c in train
            if c not in self.numbers
        }
        known = train[self.numbers].to_numpy(dtype=np.float64)
        empty = np.isnan(known).all(axis=0)
        self.middle = np.where(empty, 0.0, np.nanmedian(np.where(empty, 0.0, known), axis=0))
        filled = self._filled(train)
        self.mean, spread = filled.mean(axis=0), filled.std(axis=0)
        self.spread = np.where(spread > 0, spread, 1.0)

    def both(self, frame: pd.DataFrame) -> tuple[Floats, Floats]:
        """Return scaled numbers and one column a level (for linear models); numbers and codes (for trees)."""
        filled = self._filled(frame)
        codes = [levels.get_indexer(frame[c].to_numpy(dtype=object)) for c, levels in self.levels.items()]
        hot = [c[:, None] == np.arange(len(v)) for c, v in zip(codes, self.levels.values(), strict=True)]
        scaled = np.clip((filled - self.mean) / self.spread, -6, 6)
        return np.hstack([scaled, *hot]).astype(np.float64), np.column_stack([filled, *codes]).astype(
            np.float64
        )

    def _filled(self, frame: pd.DataFrame) -> Floats:
        values = frame[self.numbers].to_numpy(dtype=np.float64)
        return np.where(np.isnan(values), self.middle, values)


class Fitted:
    """A linear model and a small boosting, fitted on some rows; `predict` takes rows as a frame."""

    def __init__(self, train: pd.DataFrame, y: Floats, kind: str, seed: int) -> None:
        from lightgbm import LGBMClassifier, LGBMRegressor
        from sklearn.linear_model import LogisticRegression, Ridge

        self.kind, self.matrices = kind, Matrices(train)
        boost = LGBMClassifier if kind == "binary" else LGBMRegressor
        self.linear: Any = LogisticRegression(C=0.3, max_iter=300) if kind == "binary" else Ridge(alpha=10.0)
        self.boost: Any = boost(
            num_leaves=6, n_estimators=60, learning_rate=0.1, min_child_samples=10, n_jobs=1, verbose=-1, random_state=seed,
            deterministic=True,
        )  # fmt: skip
        wide, codes = self.matrices.both(train)
        self.linear.fit(wide, y)
        self.boost.fit(codes, y)

    def predict(self, frame: pd.DataFrame) -> Floats:
        """Return (n, 2) predictions: linear, boosting."""
        pairs = zip((self.linear, self.boost), self.matrices.both(frame), strict=True)
        if self.kind == "binary":
            return np.column_stack([m.predict_proba(x)[:, 1] for m, x in pairs])
        return np.column_stack([m.predict(x) for m, x in pairs])


@dataclass(frozen=True)
class Sea:
    """What scenarios see of a draw, and how other rows fare.

    Attributes
    ----------
    waters : of the n drawn rows.
    fitted, weights : the shipped model, fitted on all of them.
    """

    waters: Waters
    fitted: Fitted
    weights: Floats

    def predict(self, frame: pd.DataFrame) -> Floats:
        return blend(self.fitted.predict(frame), self.weights)


def draw(data: Data, rows: Ints, seed: int, *, timed: bool, metric: str | None = None) -> Sea | None:
    """Judge the rows by five shuffled folds; ``timed``: rows are in order of time. None without a floor."""
    features, y, kind = data.features.iloc[rows], data.y[rows], data.source.kind
    n = len(rows)
    place = np.random.default_rng([seed, n]).permutation(n) % FOLDS
    cube = np.full((n, 2), np.nan)
    models = []
    for k in range(FOLDS):
        held = place == k
        fitted = Fitted(features[~held], y[~held], kind, seed)
        cube[held] = fitted.predict(features[held])
        models.append(fitted)
    judge = get(metric or default(kind))  # type: ignore[arg-type]
    found = estimate(
        y, cube, units=np.arange(n), metric=judge, kind=kind, scheme="rows", folds=place, seed=seed,  # type: ignore[arg-type]
    )  # fmt: skip
    if found.floor.value is None or found.expected is None:
        return None
    held_out = blend(cube, found.weights)
    waters = Waters(
        y=y, p=held_out, units=np.arange(n), metric=judge, kind=kind, expected=found.expected,  # type: ignore[arg-type]
        floor=found.floor.value, seen=seen_of(features), threshold=found.threshold, seed=seed,
        windows=np.arange(n) * STRETCHES // n if timed else None,
        models=None if timed else _models(features, models, place, found.weights, held_out),
        no_models="not_asked",
    )  # fmt: skip
    return Sea(waters, Fitted(features, y, kind, seed), found.weights)


def _models(frame: pd.DataFrame, models: list[Fitted], place: Ints, weights: Floats, p: Floats) -> Models:
    """Return the fold models over their held-out rows; columns ranked by what shuffling them costs."""
    parts = [np.flatnonzero(place == k) for k in range(MODEL_FOLDS)]
    rows = np.concatenate(parts)
    ends = np.cumsum([0, *(len(part) for part in parts)])

    def predict(table: Table) -> Floats:
        changed = frame_of(table, frame)
        pieces = [models[k].predict(changed.iloc[ends[k] : ends[k + 1]]) for k in range(MODEL_FOLDS)]
        return blend(np.concatenate(pieces), weights)

    rng = np.random.default_rng(0)
    first = frame.iloc[parts[0]]
    plain = blend(models[0].predict(first), weights)
    moved = {}
    for name in frame.columns:
        shuffled = first.assign(**{name: first[name].to_numpy()[rng.permutation(len(first))]})
        moved[name] = float(np.abs(blend(models[0].predict(shuffled), weights) - plain).mean())
    ranked = tuple(sorted(moved, key=lambda name: -moved[name]))
    return Models(rows=rows, table=table_of(frame.iloc[rows]), predict=predict, plain=p[rows], ranked=ranked)


def seen_of(frame: pd.DataFrame) -> Seen:
    """Return numbers and categories of a frame, codes by the sorted levels of these rows."""
    numbers = {c: frame[c].to_numpy(dtype=np.float64) for c in frame if _numeric(frame[c])}
    categories = {}
    for name in frame.columns:
        if name not in numbers:
            codes, levels = pd.factorize(frame[name], sort=True)
            if len(levels) <= MOST_LEVELS:
                categories[name] = (codes.astype(np.int64), [str(v) for v in levels])
    return Seen(numbers, categories)


def seen_like(seen: Seen, frame: pd.DataFrame) -> Seen:
    """Return the same columns of other rows, with the same codes; unknown levels are missing."""
    numbers = {c: frame[c].to_numpy(dtype=np.float64) for c in seen.numbers}
    categories = {}
    for name, (_, levels) in seen.categories.items():
        place = {level: i for i, level in enumerate(levels)}
        codes = np.array([place.get(str(v), -1) for v in frame[name]], dtype=np.int64)
        categories[name] = (codes, levels)
    return Seen(numbers, categories)


def _numeric(column: pd.Series) -> bool:
    return bool(pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column))


def table_of(frame: pd.DataFrame) -> Table:
    """Return a frame as the table that changes are made on."""
    columns = {c: frame[c].astype(object).where(frame[c].notna(), None).tolist() for c in frame}
    texts = {
        c: [None if v is None else str(v) for v in vs] for c, vs in columns.items() if not _numeric(frame[c])
    }
    roles = dict.fromkeys(texts, "category")
    return make_table({**columns, **texts}, roles)  # type: ignore[arg-type]


def frame_of(table: Table, like: pd.DataFrame) -> pd.DataFrame:
    """Return a table as a frame with the kinds of another one."""
    made = {}
    for name in like.columns:
        values = table.data.column(name).to_pylist()
        made[name] = pd.Series(values, dtype=np.float64 if _numeric(like[name]) else object)
    return pd.DataFrame(made)
