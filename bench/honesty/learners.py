"""A cheap menu of configurations, prepared and fitted inside every fold, on one thread."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True)
class Configuration:
    """One thing to try. ``columns``: share of the columns that it sees (a random subset, fixed by name)."""

    name: str
    learner: Literal["prior", "linear", "boost", "extra", "forest", "neighbours"]
    size: float = 1.0
    columns: float = 1.0


MENU: tuple[Configuration, ...] = (
    Configuration("prior", "prior"),
    Configuration("linear-strong", "linear", 0.02),
    Configuration("linear", "linear", 0.3),
    Configuration("linear-weak", "linear", 10.0),
    Configuration("linear-half", "linear", 0.1, columns=0.5),
    Configuration("linear-two-thirds", "linear", 0.1, columns=0.67),
    Configuration("boost-stumps", "boost", 2),
    Configuration("boost-small", "boost", 6),
    Configuration("boost-medium", "boost", 16),
    Configuration("boost-half", "boost", 6, columns=0.5),
    Configuration("extra-3", "extra", 3),
    Configuration("extra-10", "extra", 10),
    Configuration("forest-5", "forest", 5),
    Configuration("neighbours-15", "neighbours", 15),
    Configuration("neighbours-40", "neighbours", 40),
)


class Prepared:
    """Numeric matrices of training and test rows, every statistic taken from the training rows."""

    def __init__(self, train: pd.DataFrame, test: pd.DataFrame) -> None:
        from sklearn.impute import SimpleImputer
        from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

        numbers = [c for c in train if pd.api.types.is_numeric_dtype(train[c])]
        texts = [c for c in train if c not in numbers]
        parts: list[tuple[np.ndarray, np.ndarray]] = []
        onehot: list[tuple[np.ndarray, np.ndarray]] = []
        self.origin: list[int] = []
        self.wide_origin: list[int] = []
        if numbers:
            impute = SimpleImputer(strategy="median", keep_empty_features=True)
            a = impute.fit_transform(train[numbers].astype(float))
            b = impute.transform(test[numbers].astype(float))
            parts.append((a, b))
            scale = StandardScaler()
            onehot.append((scale.fit_transform(a), np.clip(scale.transform(b), -6, 6)))
            self.origin += list(range(len(numbers)))
            self.wide_origin += list(range(len(numbers)))
        if texts:
            a_text, b_text = (_texts(f[texts]) for f in (train, test))
            order = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
            parts.append((order.fit_transform(a_text), order.transform(b_text)))
            hot = OneHotEncoder(
                handle_unknown="infrequent_if_exist", min_frequency=5, max_categories=20, sparse_output=False
            )
            onehot.append((hot.fit_transform(a_text), hot.transform(b_text)))
            self.origin += [len(numbers) + i for i in range(len(texts))]
            named = [int(str(n).split("_", 1)[0][1:]) for n in hot.get_feature_names_out()]
            self.wide_origin += [len(numbers) + i for i in named]
        self.codes = tuple(np.hstack([p[i] for p in parts]) for i in (0, 1))
        self.wide = tuple(np.hstack([p[i] for p in onehot]) for i in (0, 1))
        self.columns = len(numbers) + len(texts)

    def matrices(self, configuration: Configuration) -> tuple[np.ndarray, np.ndarray]:
        """Return training and test matrix in the shape the learner likes, restricted to its columns."""
        wide = configuration.learner in ("linear", "neighbours")
        train, test = self.wide if wide else self.codes
        if configuration.columns < 1:
            seed = np.frombuffer(configuration.name.encode(), dtype=np.uint8).astype(np.uint32)
            keep = max(1, round(configuration.columns * self.columns))
            chosen = np.random.default_rng(seed).permutation(self.columns)[:keep]
            mask = np.isin(self.wide_origin if wide else self.origin, chosen)
            if mask.any():
                return train[:, mask], test[:, mask]
        return train, test


def _texts(frame: pd.DataFrame) -> np.ndarray:
    return frame.astype("object").fillna("?").astype(str).to_numpy(dtype=object)


def _make(configuration: Configuration, kind: str, seed: int) -> Any:
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklearn import dummy, ensemble, linear_model, neighbors

    binary = kind == "binary"
    size = configuration.size
    match configuration.learner:
        case "prior":
            return (
                dummy.DummyClassifier(strategy="prior") if binary else dummy.DummyRegressor(strategy="median")
            )
        case "linear":
            if binary:
                return linear_model.LogisticRegression(C=size, max_iter=300)
            return linear_model.Ridge(alpha=3.0 / size)
        case "boost":
            make = LGBMClassifier if binary else LGBMRegressor
            return make(
                num_leaves=int(size), n_estimators=60, learning_rate=0.1, min_child_samples=10, n_jobs=1,
                verbose=-1, random_state=seed, deterministic=True, subsample=0.8, subsample_freq=1,
            )  # fmt: skip
        case "extra":
            make = ensemble.ExtraTreesClassifier if binary else ensemble.ExtraTreesRegressor
            return make(n_estimators=25, min_samples_leaf=int(size), n_jobs=1, random_state=seed)
        case "forest":
            make = ensemble.RandomForestClassifier if binary else ensemble.RandomForestRegressor
            return make(n_estimators=25, min_samples_leaf=int(size), max_features="sqrt", random_state=seed)
        case _:
            make = neighbors.KNeighborsClassifier if binary else neighbors.KNeighborsRegressor
            return make(n_neighbors=int(size))


def fit_predict(train: pd.DataFrame, y: np.ndarray, test: pd.DataFrame, kind: str, seed: int) -> np.ndarray:
    """Fit the whole menu on some rows and predict others.

    Returns
    -------
    (len(test), len(MENU)) probability of the positive class, or value; NaN where a fit was impossible.
    """
    out = np.full((len(test), len(MENU)), np.nan)
    if kind == "binary" and len(np.unique(y)) < 2:
        out[:] = y.mean()
        return out
    prepared = Prepared(train, test)
    for t, configuration in enumerate(MENU):
        a, b = prepared.matrices(configuration)
        if configuration.learner == "neighbours" and len(a) < configuration.size:
            out[:, t] = y.mean()
            continue
        model = _make(configuration, kind, seed).fit(a, y)
        out[:, t] = model.predict_proba(b)[:, 1] if kind == "binary" else model.predict(b)
    return out
