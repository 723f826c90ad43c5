"""A model's score left in the table; encodings, the past, and strong columns are no scores."""

from __future__ import annotations

from functools import cache

import numpy as np

from lowtide.auditing.checks.scores import ModelScore
from lowtide.stats.association import Floats
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import Columns, strong_and_honest

N = 800


def table(seed: int = 0) -> tuple[Columns, Floats, Floats]:
    """Return columns with a yes/no outcome, its features, and the outcome as 0/1."""
    r = np.random.default_rng([209, seed])
    x = r.normal(size=(N, 6))
    y = r.random(N) < 1 / (1 + np.exp(-(x[:, 0] + 0.8 * x[:, 1] + 0.6 * x[:, 2] - 0.5)))
    columns: Columns = {f"x{j}": x[:, j].round(4) for j in range(6)}
    return {**columns, "y": np.where(y, "yes", "no")}, x, y.astype(np.float64)


@cache
def scores(*, folds: int = 0) -> Floats:
    """Return a forest's probabilities: of the rows it was fitted on, or out of fold."""
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.model_selection import cross_val_predict

    _, x, y = table()
    forest = RandomForestClassifier(40, min_samples_leaf=8, random_state=0)
    if folds:
        return np.asarray(cross_val_predict(forest, x, y, cv=folds, method="predict_proba")[:, 1])
    return np.asarray(forest.fit(x, y).predict_proba(x)[:, 1])


def number() -> tuple[Columns, Floats]:
    """Return columns with a number, and the fitted values of a straight line through all rows."""
    r = np.random.default_rng([210])
    x = r.normal(size=(N, 5))
    y = 50 + 5 * x[:, 0] + 3 * x[:, 1] + r.normal(0, 6, N)
    design = np.column_stack([x, np.ones(N)])
    fitted = design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return {**{f"x{j}": x[:, j].round(4) for j in range(5)}, "y": y.round(2)}, fitted


class TestModelScore(CheckContract):
    check = ModelScore()
    shuffles = 1

    def leaking(self) -> list[Case]:
        columns, _, _ = table()
        values, fitted = number()
        honest = scores(folds=5)
        odds = np.log(honest.clip(0.01, 0.99) / (1 - honest.clip(0.01, 0.99)))
        return [
            case({**columns, "s": scores()}, "y", "binary", sees=("s",)),
            case({**columns, "s": honest.round(3)}, "y", "binary", sees=("s",), severity="question"),
            case({**columns, "s": (100 * honest).round(1)}, "y", "binary", sees=("s",), severity="question"),
            case({**columns, "s": odds}, "y", "binary", sees=("s",), severity="question"),
            case({**values, "s": fitted.round(3)}, "y", "regression", sees=("s",)),
        ]

    def clean(self) -> list[Case]:
        r = np.random.default_rng([211])
        columns, _, y = table()
        # The target mean of a category is another matter (LT113).
        town = r.integers(0, 20, N)
        shift = r.normal(0, 0.2, 20)
        bought = r.random(N) < (0.5 + shift[town]).clip(0.05, 0.95)
        mean = np.bincount(town, weights=bought) / np.bincount(town)
        encoded = {
            "town": np.array([f"t{v}" for v in town]), "mean": mean[town], "noise": y,
            "bought": np.where(bought, "yes", "no"),
        }  # fmt: skip
        walk = np.cumsum(r.normal(size=N + 10)).round(2)
        order = r.permutation(N)
        past = {f"lag{k}": walk[10 - k : N + 10 - k][order] for k in (1, 2, 7)}
        mean7 = np.asarray([walk[i + 3 : i + 10].mean() for i in range(N)])[order]
        return [
            *strong_and_honest()[2:4],
            case(columns, "y", "binary"),
            case(encoded, "bought", "binary"),
            case({**past, "week": mean7, "level": walk[10:][order]}, "level", "regression"),
        ]

    def test_tells_what_was_learned_by_heart(self) -> None:
        columns, _, _ = table()
        (finding,) = look(self.check, case({**columns, "s": scores()}, "y", "binary"))
        assert finding.facts["variant"] == "by_heart" and finding.facts["fitted_on_these_rows"]
        (finding,) = look(self.check, case({**columns, "s": scores(folds=5)}, "y", "binary"))
        assert finding.facts["variant"] == "score" and not finding.facts["fitted_on_these_rows"]
