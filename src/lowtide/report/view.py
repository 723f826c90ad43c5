"""A result as the sections look at it: numbers told in the reader's language, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from lowtide.core.decision import Verdict, verdict
from lowtide.core.result import RunResult
from lowtide.report import numbers, scenario_words
from lowtide.report.inline import clean, code
from lowtide.report.names import metric_name
from lowtide.report.numbers import Toward, finite
from lowtide.report.words import Words

SHARES = frozenset({"roc_auc", "average_precision", "balanced_accuracy", "f1", "accuracy"})


@dataclass(frozen=True)
class View:
    """A run's result with the words of one language.

    Attributes
    ----------
    result : the facts.
    words : the sentences.
    """

    result: RunResult
    words: Words

    # Words -------------------------------------------------------------------------------------

    def say(self, path: str, /, **facts: Any) -> str:
        """Return a sentence (with marks) in which the task's own names are always known."""
        return self.words.mark(path, **{**self.names, **facts})

    def maybe(self, path: str, /, **facts: Any) -> str:
        """Like `say`, but empty when the language files have no such sentence."""
        return self.say(path, **facts) if self.words.has(path) else ""

    @cached_property
    def names(self) -> dict[str, Any]:
        """Names that any sentence may use: ``target``, ``event``, ``metric``, ``group``, ``time``."""
        task = self.result.task
        event = task.target if task.positive is None else f"{task.target} = {task.positive}"
        return {
            "target": code(task.target),
            "event": code(event),
            "metric": self.metric_name,
            "group": code(task.group or self.split_group or numbers.UNKNOWN),
            "time": self.time_name,
            "confidence": numbers.percent(self.result.floor.confidence),
        }

    @property
    def metric_name(self) -> str:
        return metric_name(self.words, self.result.metric)

    @property
    def split_group(self) -> str | None:
        split = self.result.split
        group = split.facts.get("group")
        if isinstance(group, str):
            return group
        return split.column if "groups" in split.scheme and "future" not in split.scheme else None

    @property
    def time_name(self) -> str:
        """The time column, marked; the order of the rows has a name of its own."""
        split = self.result.split
        column = self.result.task.time
        if column is None:
            named = split.facts.get("time")
            column = named if isinstance(named, str) else split.column if "future" in split.scheme else None
        if column is None:
            return numbers.UNKNOWN
        return self.words.mark("common.row_order") if column == ":order" else code(column)

    # Numbers -----------------------------------------------------------------------------------

    def score(self, value: object, toward: Toward = "near") -> str:
        """Return a score as told, with the unit of the metric when it has one."""
        if finite(value) is None:
            return self.words.mark("common.none")
        text = numbers.significant(float(value), toward=toward)  # type: ignore[arg-type]
        return f"{text} {self.unit}" if self.unit else text

    @cached_property
    def unit(self) -> str:
        """The unit of scores, when it has a name: the customer's currency, or what the metric says."""
        costs = self.result.task.costs
        if self.result.metric == "cost" and costs is not None and costs.currency:
            return clean(costs.currency).strip()
        unit = clean(self.result.metric_unit).strip()
        # The target's own name as unit: the score is in the target's unit, which nobody named.
        return "" if unit in ("target", clean(self.result.task.target).strip()) else unit

    def difference(self, value: object, digits: int = 2) -> str:
        """Return a difference of scores as told."""
        text = numbers.difference(value, digits)
        return f"{text} {self.unit}" if self.unit and finite(value) is not None else text

    def bound(self, value: object) -> str:
        """Return a bound, rounded to its bad side: no more is promised than was computed."""
        return self.score(value, self.bad_side)

    @property
    def bad_side(self) -> Toward:
        return "down" if self.result.greater_is_better else "up"

    def better(self, a: float, b: float) -> bool:
        """Say whether score ``a`` is better than ``b``."""
        return a > b if self.result.greater_is_better else a < b

    def gain(self, better: str, worse: str) -> float | None:
        """Return by how much one told score is better than another (negative: worse).

        It is taken between the numbers as they stand on the page, so that a reader's own subtraction agrees.
        """
        a, b = numbers.parsed(better), numbers.parsed(worse)
        if a is None or b is None:
            return None
        return a - b if self.result.greater_is_better else b - a

    @cached_property
    def floor(self) -> float | None:
        return finite(self.result.floor.value)

    @cached_property
    def baseline(self) -> float | None:
        return finite(self.result.baseline)

    @cached_property
    def expected(self) -> float | None:
        return finite(self.result.expected)

    @cached_property
    def naive(self) -> float | None:
        return None if self.result.naive is None else finite(self.result.naive.value)

    @cached_property
    def leaks(self) -> tuple[str, ...]:
        """Columns of the naive score that were taken out before anything was judged."""
        naive = () if self.result.naive is None else self.result.naive.columns
        return tuple(c for c in self.result.quarantined if c in naive)

    # Meaning -----------------------------------------------------------------------------------

    @cached_property
    def verdict(self) -> Verdict:
        """Whether the model is worth more than the rule, for sure: see `lowtide.core.decision.verdict`."""
        lead = None if self.result.lead is None else self.result.lead.bound
        up = self.result.greater_is_better
        return verdict(self.floor, self.baseline, lead, greater_is_better=up)

    @property
    def ships_rule(self) -> bool:
        """True when the honest advice is to use the simple rule instead of the model."""
        return self.verdict in ("level", "below")

    @cached_property
    def scenario(self) -> str:
        """The headline scenario, as it stands inside a sentence."""
        return self.scenario_words(self.result.floor.scenario, "phrase")

    def scenario_words(self, name: str, form: str, facts: Mapping[str, Any] | None = None) -> str:
        """Return the ``name``, the ``phrase`` or what is meant (``means``) of a scenario."""
        return scenario_words.told(self, name, form, facts)

    def scheme_words(self, scheme: str, form: str) -> str:
        """Return the ``name``, ``how`` or ``use`` of a split scheme."""
        key = scheme.replace("+", "_")
        known = self.words.has(f"splits.{key}.{form}")
        return self.say(f"splits.{key}.{form}") if known else clean(scheme)

    def means(self, value: float | None, form: str = "means", toward: Toward = "near") -> str:
        """Return what a score means for someone who knows no metric; empty when there is no score."""
        if value is None:
            return ""
        metric = self.result.metric if self.words.has(f"metrics.{self.result.metric}.name") else "other"
        kind = "_many" if self.result.task.kind == "multiclass" else ""
        path = f"metrics.{metric}.{form}"
        path = path + kind if self.words.has(path + kind) else path
        return self.say(path, **self._meanings(value, toward)) if self.words.has(path) else ""

    def _meanings(self, value: float, toward: Toward) -> dict[str, str]:
        return {
            "value": numbers.significant(value, toward=toward),
            "amount": self.score(value, toward),
            "hits": _whole(100 * value, toward),
            "percent": numbers.percent(value, toward),
            "root": numbers.percent(math.sqrt(value), toward) if value >= 0 else numbers.UNKNOWN,
            "chance": numbers.percent(math.exp(-value)) if abs(value) < 700 else "0%",
        }

    @cached_property
    def rule_column(self) -> str | None:
        """The column that the baseline rule looks at, as the table calls it."""
        rule = self.result.baseline_rule
        column = rule.get("source") or rule.get("column")
        return column if isinstance(column, str) else None

    @cached_property
    def rule(self) -> str:
        """The baseline rule in words."""
        rule = self.result.baseline_rule
        kind = str(rule.get("rule") or self.result.baseline_name or "")
        key = {"one-column": "one_column"}.get(kind, kind.replace("-", "_").replace(" ", "_"))
        column = self.rule_column
        if key == "one_column" and column is None:
            key = "prior"
        if key == "prior" and self.result.task.kind == "regression":
            key = "median" if rule.get("statistic") == "median" else "mean"
        path = f"baselines.{key}"
        if not key or not self.words.has(path):
            return clean(self.result.baseline_name) or self.words.mark("baselines.other")
        return self.say(
            path,
            column=code(str(column)),
            rows=numbers.count(rule.get("rows")),
            value=self.words.value(rule.get("value")),
        )

    def column_names(self, names: Sequence[str], limit: int = 6) -> str:
        return self.words.names(names, limit)


def _whole(value: float, toward: Toward) -> str:
    exact = round(value, 9)
    if abs(exact) >= 1e9:
        return numbers.UNKNOWN
    whole = math.floor(exact) if toward == "down" else math.ceil(exact) if toward == "up" else round(exact)
    return f"{whole:,}"
