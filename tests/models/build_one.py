"""A small model of each kind, fitted on made-up rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import cache

import numpy as np

from lowtide.core.interval import Floor, Scenario
from lowtide.core.recipe import Recipe
from lowtide.core.task import Task
from lowtide.models.build import build
from lowtide.models.model import Model
from lowtide.models.pipeline import Pipeline, fit_recipe
from lowtide.tables.table import Table
from lowtide.testing.tables import make_table, make_target_of

CITIES = ("서울", "부산", "Berlin", "São Paulo")
WORDS = ("배송이 빨라요", "늦게 왔어요", "good value", "broken on arrival", "다시 살게요")


@cache
def made_table(rows: int = 160, seed: int = 0) -> Table:
    """Return rows with every kind of column, some cells missing, and three targets."""
    rng = np.random.default_rng(seed)
    amount = np.round(rng.gamma(2.0, 50.0, rows), 2)
    city = rng.integers(0, 4, rows)
    text = rng.integers(0, 5, rows)
    score = np.log(amount) + (city == 2) + (text > 2) + rng.normal(size=rows)
    high = score > np.median(score)
    values = {
        "id": [f"K{n:05d}" for n in range(rows)],
        "amount": [None if rng.random() < 0.1 else float(v) for v in amount],
        "visits": [int(v) for v in rng.poisson(3, rows)],
        "city": [None if rng.random() < 0.05 else CITIES[c] for c in city],
        "member": [bool(v) for v in rng.random(rows) < 0.4],
        "since": [dt.datetime(2023, 1, 1) + dt.timedelta(days=int(d)) for d in rng.integers(0, 700, rows)],
        "note": [f"{WORDS[t]} {WORDS[n]}" for t, n in zip(text, rng.integers(0, 5, rows), strict=True)],
        "left": [("no", "yes")[int(h)] for h in high],
        "grade": [float(np.digitize(s, np.quantile(score, [0.3, 0.7])) + 1) for s in score],
        "worth": [float(round(10 * s, 3)) for s in score],
    }
    roles = {
        "id": "id", "amount": "number", "visits": "number", "city": "category", "member": "category",
        "since": "date", "note": "text", "left": "target", "grade": "target", "worth": "target",
    }  # fmt: skip
    return make_table(values, roles, source="customers.csv")


FEATURES = ("amount", "visits", "city", "member", "since", "note")
TARGETS = {"binary": "left", "multiclass": "grade", "regression": "worth"}


@cache
def made_model(kind: str = "binary") -> Model:
    """Return a model of three members; two of them share a preparation."""
    table = made_table()
    target = make_target_of(table, TARGETS[kind], kind)
    recipes = (
        Recipe(
            name="lightgbm-small", learner="lightgbm", params={"rounds": 15, "leaves": 4}, columns=FEATURES
        ),
        Recipe(name="extra-trees", learner="extra-trees", params={"trees": 10}, columns=FEATURES),
        Recipe(
            name="linear-p10",
            learner="linear",
            style="linear",
            params={"penalty": 10.0},
            columns=FEATURES[:4],
        ),
    )
    members = [
        fit_recipe(r, table, target.y, kind=kind, classes=len(target.classes), seed=0) for r in recipes
    ]
    members[1] = replace(members[1], preparation=members[0].preparation)
    weighted = tuple(replace(m, weight=w) for m, w in zip(members, (0.5, 0.3, 0.2), strict=True))
    pipeline = Pipeline(weighted, kind, target.classes, target.positive)
    return build(
        pipeline,
        task=Task(target=target.name, kind=kind, positive=target.positive, unit=("id",)),
        table=table,
        metric="mae" if kind == "regression" else "log_loss",
        greater_is_better=False,
        floor=Floor(value=0.61, confidence=0.95, scenario="new rows"),
        expected=0.55,
        baseline=0.69,
        baseline_name="prior",
        scenarios=(Scenario(name="new rows", expected=0.55, floor=0.61, batch_floor=0.66, rows=100),),
        quarantined=("leak",),
        trials=7,
        created="2026-01-31T12:00:00Z",
    )
