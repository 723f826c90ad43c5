"""The best rule that looks at one column: the strongest baseline that a person can still say aloud."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lowtide.core.recipe import Style
from lowtide.core.task import Kind
from lowtide.learn.arrays import averages, seen_classes, targets, with_absent
from lowtide.learn.files import json_bytes, json_value
from lowtide.learn.learner import Files, Fitted, Floats
from lowtide.learn.learners import constant
from lowtide.learn.steps import Binned, Loss, Steps, bin_codes, bin_numbers, fit_steps, held_out_loss

FOLDS = 5


@dataclass(frozen=True, slots=True)
class OneColumnFit:
    """A piecewise-constant rule on one column.

    Attributes
    ----------
    column, name : index and name of the column.
    edges : numbers: upper ends (inclusive) of all pieces but the last; categories: the codes known.
    values : (pieces, k) answer of each piece.
    support : (pieces,) training rows in each.
    missing, otherwise : (k,) answers for a missing value and for a code never seen.
    """

    column: int
    name: str
    category: bool
    edges: Floats
    values: Floats
    support: Floats
    missing: Floats
    otherwise: Floats
    missing_rows: float
    multiclass: bool
    told: dict[str, Any] = field(default_factory=dict)

    def predict(self, X: Floats) -> Floats:
        x = np.asarray(X[:, self.column], dtype=np.float64)
        table = np.vstack([self.values, self.missing, self.otherwise])
        place = np.searchsorted(self.edges, x, side="left")
        if self.category:
            known = place < len(self.edges)
            known &= self.edges[np.minimum(place, len(self.edges) - 1)] == x if len(self.edges) else False
            place = np.where(known, place, len(self.values) + 1)
        place = np.where(np.isnan(x), len(self.values), place)
        out: Floats = table[place]
        return out if self.multiclass else out[:, 0]

    def predict_row(self, x: Floats) -> Floats:
        return np.asarray(self.predict(np.asarray(x, dtype=np.float64)[None, :])[0])

    def to_files(self) -> dict[str, bytes]:
        about = {
            "column": self.column,
            "name": self.name,
            "category": self.category,
            "edges": self.edges.tolist(),
            "values": self.values.tolist(),
            "support": self.support.tolist(),
            "missing": self.missing.tolist(),
            "otherwise": self.otherwise.tolist(),
            "missing_rows": self.missing_rows,
            "multiclass": self.multiclass,
            "facts": self.told,
        }
        return {"rule.json": json_bytes(about)}

    def facts(self) -> dict[str, Any]:
        """Return the rule in values: pieces with ``low`` < x <= ``high``, or the ``code`` of a category."""
        pieces: list[dict[str, Any]] = []
        for k in range(len(self.values)):
            answer = [float(v) for v in self.values[k]]
            piece: dict[str, Any] = {
                "outcome": answer if self.multiclass else answer[0],
                "rows": float(self.support[k]),
            }
            if self.category:
                piece["code"] = float(self.edges[k])
            else:
                piece["low"] = float(self.edges[k - 1]) if k else None
                piece["high"] = float(self.edges[k]) if k < len(self.edges) else None
            pieces.append(piece)
        return {
            **self.told,
            "column": self.name,
            "place": self.column,
            "category": self.category,
            "pieces": pieces,
            "missing": {
                "outcome": self.missing.tolist() if self.multiclass else float(self.missing[0]),
                "rows": self.missing_rows,
            },
        }


@dataclass(frozen=True, slots=True)
class OneColumn:
    """The best one-column rule.

    Numbers: the best division into at most ``pieces`` (4) intervals. Categories: the mean of each level,
    shrunk towards the mean of all by ``shrink`` (10) rows. Column and number of pieces are those with the
    smallest loss (log loss, squared error) in five inner folds of the training rows.
    """

    name: str = "one-column"
    style: Style = "rule"
    kinds: tuple[Kind, ...] = ("binary", "multiclass", "regression")

    def fit(
        self,
        X: Floats,
        y: Floats,
        *,
        kind: Kind,
        classes: int,
        params: Mapping[str, Any],
        seed: int,
        threads: int = 1,
        categorical: tuple[int, ...] = (),
        names: tuple[str, ...] = (),
        weight: Floats | None = None,
    ) -> Fitted:
        T = targets(y, classes, kind == "multiclass")
        w = np.ones(len(y)) if weight is None else weight
        shrink, most = float(params.get("shrink", 10.0)), int(params.get("pieces", 4))
        folds = np.random.default_rng([seed, 1]).permutation(len(y)) % FOLDS
        loss: Loss = "squares" if kind == "regression" else "log"
        best: tuple[float, int, int, Binned] | None = None
        for j in range(X.shape[1] if not constant.hopeless(y, kind) else 0):
            binned = (bin_codes if j in categorical else bin_numbers)(X[:, j], T, w, folds, FOLDS)
            if binned is None:
                continue
            losses = held_out_loss(binned, most, shrink, loss)
            pieces = int(np.argmin(losses))
            if best is None or losses[pieces] < best[0]:
                best = (float(losses[pieces]), j, pieces + 1, binned)
        if best is None:
            return constant.average(y, kind, classes, weight, {"rule": "one-column", "column": None})
        _, j, pieces, binned = best
        steps: Steps = fit_steps(binned, pieces, shrink)
        seen = seen_classes(y) if kind == "multiclass" else None

        def whole(answers: Floats) -> Floats:
            return answers if seen is None else with_absent(answers[:, seen], seen, classes, len(y))

        return OneColumnFit(
            column=j,
            name=names[j] if len(names) == X.shape[1] else str(j),
            category=binned.category,
            edges=steps.edges,
            values=whole(steps.values),
            support=steps.support,
            missing=whole(steps.missing[None, :])[0],
            otherwise=whole(averages(T, weight)[None, :])[0],
            missing_rows=steps.missing_rows,
            multiclass=kind == "multiclass",
            told={"rule": "one-column", "inner_loss": best[0], "rows": len(y)},
        )

    def load(self, files: Files) -> Fitted:
        fallback = constant.load(files)
        if fallback is not None:
            return fallback
        about = json_value(files, "rule.json")
        arrays = {
            key: np.asarray(about[key], dtype=np.float64)
            for key in ("edges", "values", "support", "missing", "otherwise")
        }
        return OneColumnFit(
            column=int(about["column"]),
            name=str(about["name"]),
            category=bool(about["category"]),
            missing_rows=float(about["missing_rows"]),
            multiclass=bool(about["multiclass"]),
            told=dict(about["facts"]),
            **arrays,
        )
