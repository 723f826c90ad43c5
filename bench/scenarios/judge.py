"""The promise of each scenario beside what happens to untouched rows when it comes true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bench.scenarios.sea import Sea, frame_of, seen_like, table_of
from lowtide.stats.resampling import Floats
from lowtide.validate.scenarios.alter import frozen, missing, noisy
from lowtide.validate.scenarios.column_gone import ColumnGone
from lowtide.validate.scenarios.hard_rows import hardness_of
from lowtide.validate.scenarios.label_shift import LabelShift
from lowtide.validate.scenarios.measure import measure
from lowtide.validate.scenarios.noise import NoisyInputs
from lowtide.validate.scenarios.shift import BoundedShift, tilted
from lowtide.validate.scenarios.slices import WorstSlice
from lowtide.validate.scenarios.subpopulation import Subpopulation, worst_share
from lowtide.validate.scenarios.waters import Change, Waters

LEAST = 100


@dataclass(frozen=True, slots=True)
class Kept:
    """One promise and the truth, both turned so that greater is better."""

    table: str
    purpose: str
    scenario: str
    seed: int
    expected: float
    floor: float
    real: float
    unit: float


def scenarios(sea: Sea, frame: pd.DataFrame, y: Floats, name: str, purpose: str, seed: int) -> list[Kept]:
    """Let each scenario come true on untouched rows of the same kind."""
    waters, p = sea.waters, sea.predict(frame)
    other = seen_like(waters.seen, frame)
    hard = hardness_of(waters, other, p)
    found = [
        _kept(name, purpose, "new rows", seed, waters, waters.expected, waters.floor, _score(waters, y, p))
    ]
    for case in (WorstSlice(), BoundedShift(), Subpopulation(), LabelShift(), ColumnGone(), NoisyInputs()):
        change = case.look(waters)
        if not isinstance(change, Change):
            continue
        made = measure(case.name, waters, change)
        facts = change.facts
        real = float("nan")
        if case.name == "worst slice":
            rows = _in_slice(other, str(facts["column"]), str(facts["level"]))
            real = _score(waters, y, p, rows.astype(float)) if rows.sum() >= LEAST else real
        elif case.name == "bounded shift" and hard is not None:
            real = _score(waters, y, p, tilted(hard, float(facts["radius"] or 0.0)))
        elif case.name == "worst subpopulation" and hard is not None:
            real = _score(waters, y, p, worst_share(hard, Subpopulation().share))
        elif case.name == "label shift" and change.factor is not None:
            real = _score(waters, y, p, _alike(waters.y, change.factor, y))
        elif case.name == "missing column":
            column = str(facts["column"])
            table = table_of(frame)
            gone = (
                missing(table, [column]) if facts["how"] == "missing" else frozen(table, [column], last=False)
            )
            real = _score(waters, y, sea.predict(frame_of(gone, frame)))
        elif case.name == "noisy inputs":
            changed = noisy(table_of(frame), frame.columns, 7000 + seed)
            real = _score(waters, y, sea.predict(frame_of(changed, frame)))
        if made.expected is not None and made.floor is not None and np.isfinite(real):
            found.append(_kept(name, purpose, case.name, seed, waters, made.expected, made.floor, real))
    return found


def later(sea: Sea, frame: pd.DataFrame, y: Floats, name: str, purpose: str, seed: int) -> list[Kept]:
    """Set promises made on shuffled rows of an earlier time beside the score of a later time."""
    waters = sea.waters
    real = _score(waters, y, sea.predict(frame))
    found = [_kept(name, purpose, "new rows", seed, waters, waters.expected, waters.floor, real)]
    for case in (LabelShift(), BoundedShift(), Subpopulation()):
        change = case.look(waters)
        if isinstance(change, Change):
            made = measure(case.name, waters, change)
            if made.expected is not None and made.floor is not None:
                found.append(_kept(name, purpose, case.name, seed, waters, made.expected, made.floor, real))
    return found


def _score(waters: Waters, y: Floats, p: Floats, factor: Floats | None = None) -> float:
    return waters.metric.at(y, p, waters.threshold, factor)


def _kept(
    name: str,
    purpose: str,
    scenario: str,
    seed: int,
    waters: Waters,
    expected: float,
    floor: float,
    real: float,
) -> Kept:
    """Errors are divided by that of the best constant, so that tables can be put together."""
    unit = 1.0
    if waters.metric.unit == "target":
        unit = waters.metric(waters.y, np.full(len(waters.y), np.median(waters.y))) or 1.0
    sign = waters.sign / unit
    return Kept(name, purpose, scenario, seed, sign * expected, sign * floor, sign * real, unit)


def _in_slice(other: object, column: str, level: str) -> np.ndarray:
    """Return which of other rows lie in a slice that was named on the drawn ones."""
    numbers, categories = other.numbers, other.categories  # type: ignore[attr-defined]
    if column in numbers:
        values = numbers[column]
        if level == "missing":
            return np.isnan(values)
        low, high = (float(v) for v in level.split(" … "))
        return np.asarray((values >= low) & (values <= high))
    codes, levels = categories[column]
    return np.asarray(codes < 0 if level == "missing" else codes == list(levels).index(level))


def _alike(drawn: Floats, factor: Floats, y: Floats) -> Floats:
    """Return for other outcomes the weight that the nearest drawn outcome got."""
    order = np.argsort(drawn, kind="stable")
    place = np.clip(np.searchsorted(drawn[order], y, side="right") - 1, 0, len(drawn) - 1)
    return np.asarray(factor[order][place])
