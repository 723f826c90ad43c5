"""Signs that rows were chosen by their outcome: exact balance, an edge of the target, other formats by class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lowtide.stats.association import Floats, Ints, binned_predictions, deal_folds, skill

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

LEAST_BALANCED = 200
RATIOS = (1, 2, 3, 4, 5, 10)
EDGE = 0.25
EDGE_ROWS = 20
EDGE_VALUES = 60
FORMAT_SKILL = 0.08
FOLDS = 5


@dataclass(frozen=True, slots=True)
class Balance:
    """Counts of classes in an exact ratio, and how likely that is when rows come as they come."""

    ratio: int
    counts: tuple[int, ...]
    chance: float


def balance(y: Floats, classes: int) -> Balance | None:
    """Return the exact ratio k:1 of two classes (or exactly equal classes), or ``None``."""
    from scipy.stats import binom

    known = y[~np.isnan(y)].astype(np.int64)
    counts = np.bincount(known, minlength=classes)
    n = int(counts.sum())
    if classes < 2 or n < LEAST_BALANCED or counts.min() < 20:
        return None
    if classes > 2:
        if np.ptp(counts) > 0:
            return None
        chance = float(
            np.prod([binom.pmf(counts[0], n - i * counts[0], 1 / (classes - i)) for i in range(classes - 1)])
        )
        return Balance(1, tuple(int(c) for c in counts), chance)
    low, high = sorted(int(c) for c in counts)
    for ratio in RATIOS:
        if high == ratio * low:
            # Chance of hitting this ratio exactly, were it the true rate.
            return Balance(ratio, (high, low), float(binom.pmf(low, n, 1 / (ratio + 1))))
    return None


@dataclass(frozen=True, slots=True)
class Edge:
    """A sharp end of the target: where, which side, and its density there against the densest place."""

    side: str
    at: float
    density: float
    rows: int


def edge(y: Floats) -> Edge | None:
    """Return a sharp end of a number, where many values lie just on this side and none on the other.

    A distribution that ends by itself thins out first. Ends that numbers have by nature are left alone: zero,
    a round scale (1, 10, 100), a value that is reached again and again, both ends at once, and a lower end at
    which the values are densest (waiting times, amounts).
    """
    known = np.sort(y[~np.isnan(y)])
    if len(known) < LEAST_BALANCED or len(np.unique(known)) < EDGE_VALUES:
        return None
    found = [e for e in (_end(known, "upper"), _end(-known[::-1], "lower")) if e is not None]
    middle = float(np.median(known))
    if not found and known[0] > 0 and known[-1] - middle > 2 * (middle - known[0]):
        # Amounts are judged by their logarithm: on their own scale a cut tail looks thin.
        seen = _end(np.log(known), "upper")
        return (
            None
            if seen is None or _natural(float(known[-1]))
            else Edge("upper", float(known[-1]), seen.density, seen.rows)
        )
    return found[0] if len(found) == 1 else None


def _natural(value: float) -> bool:
    return value in (0.0, 1.0, 10.0, 100.0, 1000.0)


def _end(values: Floats, side: str) -> Edge | None:
    top = float(values[-1])
    own = top if side == "upper" else -top
    spread = float(np.quantile(values, 0.9) - np.quantile(values, 0.1))
    width = spread / 12
    natural = _natural(own) or float(np.mean(values >= top - 1e-12)) > 0.02
    if width <= 0 or natural:
        return None
    starts = np.arange(top - width, values[0], -width)
    counts = np.searchsorted(values, starts + width, side="right") - np.searchsorted(
        values, starts, side="right"
    )
    if len(counts) < 4:
        return None
    # Inside the last cell the values must not thin out either.
    halves = np.searchsorted(values, [top - width, top - width / 2], side="right")
    outer, inner = len(values) - int(halves[1]), int(halves[1] - halves[0])
    densest = int(counts.argmax())
    ratio = float(counts[0] / max(counts.max(), 1))
    falls = ratio >= EDGE and counts[0] >= EDGE_ROWS and outer >= 0.6 * inner
    # Below, a mode inside; and a tail on the other side, or both ends would be alike.
    inside = densest >= 1 or side == "upper"
    tail = counts[-1] <= 0.3 * counts[0]
    if falls and inside and tail:
        return Edge(side, own, ratio, int(counts[0]))
    return None


@dataclass(frozen=True, slots=True)
class Written:
    """A column whose way of writing tells the class: how, and how well against its value."""

    name: str
    how: str
    skill: float
    by_value: float


def written(context: Context) -> list[Written]:
    """Return columns whose decimals, letter case or length tell the class while the value itself does not."""
    fold = deal_folds(None, context.sampled, FOLDS, context.seed)
    found = []
    for name in sorted(context.candidates):
        view = context.view(name)
        if view.missing.mean() > 0.5 or view.distinct < 10 or view.type in ("date", "bool"):
            continue
        if view.values is not None:
            forms = [("decimals", _decimals(view.values))]
        else:
            forms = _shapes(context, name)
        for how, form in forms:
            if len(np.unique(form[form > 0])) < 2:
                continue
            # Rows that have a form: no gaps and no zeros, which are a value and not a way of writing.
            rows = np.flatnonzero(form > 0)
            targets = context.targets[rows]
            if len(rows) < 100 or targets.std(axis=0).max() == 0:
                continue
            told = skill(targets, binned_predictions(form[rows], targets, fold[rows], FOLDS))
            if told < FORMAT_SKILL:
                continue
            cells = _by_value(context, name)[rows]
            value = skill(targets, binned_predictions(cells, targets, fold[rows], FOLDS))
            if told >= 2 * max(value, 0.0) + 0.02:
                found.append(Written(name, how, told, value))
    return sorted(found, key=lambda w: (-w.skill, w.name))


def _decimals(values: Floats) -> Ints:
    """Return 0 missing or zero, else 1 + the number of decimals needed (at most 5)."""
    out = np.zeros(len(values), dtype=np.int64)
    known = ~np.isnan(values) & (values != 0)
    for digits in range(5, -1, -1):
        scaled = np.abs(values) * 10.0**digits
        exact = known & (np.abs(scaled - np.round(scaled)) <= 1e-6 * np.maximum(1.0, scaled) ** 0.5)
        out[exact] = 1 + digits
    out[known & (out == 0)] = 6
    return out


def _shapes(context: Context, name: str) -> list[tuple[str, Ints]]:
    """Return by row how a text is written: its case, and its signs, letters and digits without their length."""
    codes, levels = context.levels(name)
    case = np.zeros(len(levels) + 1, dtype=np.int64)
    kinds: dict[str, int] = {}
    sign = np.zeros(len(levels) + 1, dtype=np.int64)
    for i in np.unique(codes[codes >= 0]):
        text = levels[i]
        case[i] = 1 + (text.islower()) + 2 * (text.isupper()) + 4 * (text != text.strip())
        shape = _shape(text)
        sign[i] = 1 + kinds.setdefault(shape, len(kinds))
    forms = [("case", case[codes])]
    if len(kinds) <= 12:
        forms.append(("signs", sign[codes]))
    return forms


def _shape(text: str) -> str:
    out: list[str] = []
    for letter in text:
        kind = "9" if letter.isdigit() else "a" if letter.isalpha() else letter
        if not out or out[-1] != kind:
            out.append(kind)
    return "".join(out)[:12]


def _by_value(context: Context, name: str) -> Ints:
    """Return the value itself as coarse cells: twentieths of its rank, or its text in small letters."""
    view = context.view(name)
    if view.values is not None:
        known = ~np.isnan(view.values) & (view.values != 0)
        cells = np.zeros(len(view.values), dtype=np.int64)
        edges = np.unique(np.quantile(view.values[known], np.linspace(0, 1, 21)[1:-1]))
        # Cut between values: an edge on a round number would tell round from fine.
        edges = (edges[1:] + edges[:-1]) / 2
        cells[known] = 1 + np.searchsorted(edges, view.values[known], side="right")
        return cells
    codes, levels = context.levels(name)
    names = {t: i + 1 for i, t in enumerate(sorted({v.strip().casefold() for v in levels}))}
    table = np.array([names[v.strip().casefold()] for v in levels] + [0], dtype=np.int64)
    cells = table[codes]
    return np.where((np.bincount(cells) >= 3)[cells], cells, 0).astype(np.int64)
