"""What ``lowtide.floor`` answers."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.metrics.metric import Floats
from lowtide.validate.anyone.words import Note, reason, sentence
from lowtide.validate.floor import Estimate

SHOWN = 6
"""Trials of the blend that are named in a notebook."""


@dataclass(frozen=True, slots=True)
class AnyFloor:
    """The floor of a choice among trials.

    Attributes
    ----------
    value : one-sided bound of what the chosen model will do; for losses the upper bound; None when none
        can be given (then ``refusal`` is the code of the reason and ``needed`` how many more are needed).
    expected : estimate corrected for having chosen the best of ``trials``.
    best : score of the best trial, not corrected: what is usually reported.
    metric, greater_is_better, confidence : of these numbers.
    scheme : ``rows``, ``groups``, ``future`` or ``groups+future``.
    trials, rows, units : trials that were compared, rows judged, units of dependence resampled.
    weights : (trials,) blend that was judged, summing to 1.
    threshold : of the blend; NaN when the metric needs none.
    method : of the floor; empty when there is none.
    asked : the caller's own name of the metric.
    turned : the metric was asked for as a scorer with its sign turned (``neg_...``): the numbers here are losses.
    trials_total : trials that were made, compared or not.
    names : of the trials.
    notes : what a reader of the floor must know beside it.
    """

    value: float | None
    expected: float | None
    best: float | None
    metric: str
    greater_is_better: bool
    confidence: float
    scheme: str
    trials: int
    rows: int
    units: int
    weights: Floats = field(compare=False)
    threshold: float = float("nan")
    refusal: str | None = None
    needed: int | None = None
    method: str = ""
    asked: str = ""
    turned: bool = False
    trials_total: int = 0
    names: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    _found: Estimate | None = field(default=None, repr=False, compare=False)

    @property
    def shipped(self) -> dict[str, float]:
        """Return the trials that the floor speaks of, with their weights in the blend, heaviest first."""
        order = np.argsort(-self.weights, kind="stable")
        return {self._name(int(t)): float(self.weights[t]) for t in order if self.weights[t] > 0}

    def batch(self, rows: int) -> float | None:
        """Return the floor for the score on the next ``rows`` rows, which you can check yourself.

        A batch adds its own chance to the floor's. None when there is no floor, or when batches of this size often
        cannot be judged (one class only).
        """
        if isinstance(rows, bool) or not isinstance(rows, (int, np.integer)) or rows < 1:
            raise UsageError(f"A batch has a number of rows, 1 or more, not {rows!r}.")
        if self._found is None or self.value is None or self._found.floor.value is None:
            return None
        floor = self._found.batch_floor(int(rows))
        # What trials that only count have taken from the floor, they take from each batch.
        return (
            None if floor is None else self._found.metric.clip(floor + self.value - self._found.floor.value)
        )

    def to_dict(self) -> dict[str, Any]:
        """Return every number as plain values, None for what there is none of."""
        left_out = ("weights", "names", "notes", "_found")
        plain = {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in left_out}
        return {
            **plain,
            "shipped": self.shipped,
            "notes": [{"code": n.code, "count": n.count, "says": sentence(n)} for n in self.notes],
        }

    def to_json(self) -> str:
        """Return `to_dict` as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False)

    def __repr__(self) -> str:
        what = f"{self._metric()}, {self._trials()}, {self.rows} rows"
        if self.scheme != "rows":
            what += f", {self.units} groups" if "groups" in self.scheme else ""
            what += f", scheme {self.scheme}"
        notes = "".join(f"\n  {sentence(n)}" for n in self.notes)
        if self.value is None:
            more = f" ({self.needed} more needed)" if self.needed else ""
            return f"<no floor: {reason(self.refusal)}{more}; {what}{notes}>"
        return (
            f"<floor {self.value:.4g} ({self.confidence:.0%} sure: {self._side()}), expected {_short(self.expected)}, "
            f"best trial {_short(self.best)}; {what}{notes}>"
        )

    def _repr_html_(self) -> str:
        from html import escape

        floor = f"none: {reason(self.refusal)}" if self.value is None else f"{self._side()} {self.value:.4g}"
        rows = [
            (f"floor ({self.confidence:.0%} sure)", floor),
            ("expected", _short(self.expected)),
            ("best trial, not corrected", _short(self.best)),
            ("metric", self._metric()),
            ("scheme", f"{self.scheme} ({self.units} units, {self.rows} rows)"),
            ("trials", self._trials()),
            ("floor of", self._blend()),
            *(("note", sentence(n)) for n in self.notes),
        ]
        if self.needed:
            rows.insert(1, ("more needed", str(self.needed)))
        if math.isfinite(self.threshold):
            rows.insert(-len(self.notes) or len(rows), ("threshold", f"{self.threshold:.4g}"))
        cells = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows)
        return f"<table><caption>lowtide.floor</caption>{cells}</table>"

    def __float__(self) -> float:
        return float("nan") if self.value is None else self.value

    def _name(self, trial: int) -> str:
        return self.names[trial] if trial < len(self.names) else str(trial)

    def _side(self) -> str:
        return "at least" if self.greater_is_better else "at most"

    def _metric(self) -> str:
        if self.turned:
            return f"{self.metric} (a loss: scikit-learn's {self.asked} with its sign turned back)"
        return self.metric

    def _trials(self) -> str:
        many = f"{self.trials} trial{'s' * (self.trials != 1)}"
        return many if self.trials_total <= self.trials else f"{self.trials} of {self.trials_total} trials"

    def _blend(self) -> str:
        parts = [f"{weight:.0%} {name}" for name, weight in self.shipped.items()]
        more = f" and {len(parts) - SHOWN} more" if len(parts) > SHOWN else ""
        return (" + ".join(parts[:SHOWN]) or "none") + more


def _short(value: float | None) -> str:
    return "?" if value is None else f"{value:.4g}"


def _plain(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
