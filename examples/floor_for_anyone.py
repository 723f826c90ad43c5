"""The floor of models that lowtide did not make: out-of-fold predictions are enough.

Forty configurations are tried on 300 rows and the best is chosen. Its score is what a search would report; the floor is
what can be promised after forty tries.
"""

from __future__ import annotations

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

import lowtide

bunch = load_breast_cancer()
rows = np.random.default_rng(0).choice(len(bunch.target), 300, replace=False)
# Two weak columns: with all thirty nearly every model is right.
X, y = bunch.data[rows][:, [1, 4]], bunch.target[rows]

folds = StratifiedKFold(5, shuffle=True, random_state=0)
tried = [
    RandomForestClassifier(n_estimators=30, max_depth=depth, min_samples_leaf=leaf, random_state=seed)
    for depth in (2, 4)
    for leaf in (1, 5, 20, 50)
    for seed in range(5)
]
predictions = np.column_stack(
    [cross_val_predict(m, X, y, cv=folds, method="predict_proba")[:, 1] for m in tried]
)

promise = lowtide.floor(y, predictions, metric="roc_auc", seed=0)
print(promise)
assert promise.value is not None
assert promise.value < promise.expected <= promise.best
