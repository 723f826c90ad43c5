"""What every scenario must keep; a test class inherits it and names its case."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import pytest

from lowtide.core.interval import Scenario
from lowtide.core.task import Kind
from lowtide.metrics import get
from lowtide.metrics.metric import Floats
from lowtide.report.words import Words
from lowtide.testing.tables import make_table
from lowtide.validate.scenarios import explore
from lowtide.validate.scenarios.waters import Case, Models, Seen, Waters

METRICS: dict[Kind, str] = {"binary": "roc_auc", "multiclass": "log_loss", "regression": "mae"}


def waters(kind: Kind = "binary", n: int = 500, seed: int = 0, metric: str | None = None) -> Waters:
    """Return held-out rows on which a model that knows ``x`` is weak where ``z`` is great; ``k`` is a bystander."""
    rng = np.random.default_rng([seed, n])
    x, z = rng.normal(size=n), rng.normal(size=n)
    k = rng.integers(0, 3, n)
    noise = rng.normal(size=n) * np.where(z > 0.5, 2.5, 0.4)
    value = x + noise
    if kind == "regression":
        y, p = value, x
    elif kind == "binary":
        y, p = (value > 0).astype(float), 1 / (1 + np.exp(-2 * x))
    else:
        y = np.digitize(value, [-0.7, 0.7]).astype(float)
        near = np.exp(-((x[:, None] - np.array([-1.2, 0.0, 1.2])) ** 2))
        p = near / near.sum(axis=1, keepdims=True)
    measure = get(metric or METRICS[kind])
    rule = (
        np.full(n, y.mean()) if p.ndim == 1 else np.tile(np.bincount(y.astype(int), minlength=3) / n, (n, 1))
    )
    threshold = measure.choose(y, p)
    score = measure.at(y, p, threshold)
    sign = 1.0 if measure.greater_is_better else -1.0
    return Waters(
        y=y, p=p, units=np.arange(n), metric=measure, kind=kind, expected=score, floor=score - sign * 0.05,
        seen=Seen({"x": x, "z": z}, {"k": (k, ["a", "b", "c"])}), rule=rule, threshold=threshold,
        rule_threshold=threshold, baseline=measure.at(y, rule, threshold), models=models(kind, x, z, k, p), seed=seed,
    )  # fmt: skip


def models(kind: Kind, x: Floats, z: Floats, k: Floats, p: Floats) -> Models:
    """Return models that predict from ``x`` alone; where it is missing, as if it were 0."""
    table = make_table({"x": list(x), "z": list(z), "k": [f"level {c}" for c in k]})

    def predict(changed):  # type: ignore[no-untyped-def]
        own = np.nan_to_num(changed.numbers("x"))
        if kind == "regression":
            return own
        if kind == "binary":
            return 1 / (1 + np.exp(-2 * own))
        near = np.exp(-((own[:, None] - np.array([-1.2, 0.0, 1.2])) ** 2))
        return near / near.sum(axis=1, keepdims=True)

    return Models(
        rows=np.arange(len(x)), table=table, predict=predict, plain=p, ranked=("x", "z", "k"), ordered=False
    )


def seen_by(case: Case, given: Waters) -> Scenario | None:
    """Return what one case makes of the waters."""
    found = explore(given, (case,))
    return found[0] if found else None


class ScenarioContract:
    """Inherit, set ``case``; ``new_predictions`` is True when the case needs fold models."""

    case: Case
    new_predictions = False

    @pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
    def test_never_better_than_the_headline(self, kind: Kind) -> None:
        given = waters(kind)
        found = seen_by(self.case, given)
        assert found is not None and found.expected is not None and found.floor is not None
        sign = given.sign
        assert sign * found.floor <= sign * found.expected <= sign * given.expected
        assert sign * found.floor <= sign * given.floor
        assert given.metric.low <= found.floor <= given.metric.high

    @pytest.mark.parametrize("metric", ["balanced_accuracy", "average_precision", "brier", "f1"])
    def test_every_kind_of_metric(self, metric: str) -> None:
        found = seen_by(self.case, waters(metric=metric))
        assert found is not None and found.floor is not None and np.isfinite(found.floor)

    def test_same_again(self) -> None:
        assert seen_by(self.case, waters()) == seen_by(self.case, waters())

    def test_facts_are_plain_and_have_words(self) -> None:
        found = seen_by(self.case, waters())
        assert found is not None
        assert msgspec.json.decode(msgspec.json.encode(found), type=Scenario) == found
        key = found.name.replace(" ", "_")
        for lang in ("en", "ko"):
            assert Words(lang).has(f"scenarios.{key}.means")

    def test_order_of_rows_does_not_matter(self) -> None:
        given = replace(waters(), models=None)
        if self.new_predictions:
            found = seen_by(self.case, given)
            assert found is None or (found.floor is None and found.refusal == "no_models")
            return
        order = np.random.default_rng(1).permutation(len(given.y))
        k, levels = given.seen.categories["k"]
        assert given.rule is not None
        moved = replace(
            given, y=given.y[order], p=given.p[order], units=given.units[order], rule=given.rule[order],
            seen=Seen({n: v[order] for n, v in given.seen.numbers.items()}, {"k": (k[order], levels)}),
        )  # fmt: skip
        first, second = seen_by(self.case, given), seen_by(self.case, moved)
        assert first is not None and second is not None
        assert second.expected == pytest.approx(first.expected, abs=1e-9)
        assert second.floor == pytest.approx(first.floor, abs=1e-9)

    def test_few_rows_are_no_crash(self) -> None:
        found = seen_by(self.case, waters(n=20))
        assert found is None or found.floor is None or np.isfinite(found.floor)
