"""Is a column made of the target in neighbouring rows, and of which: earlier ones, this one, later ones?

A column that sums up the target over a window is a linear function of its lags (means, sums, differences,
leads), follows a recursion in them (running sums and means, exponential smoothing), or is an order statistic
of them (largest, smallest, median). Each is fitted on the first part of an order and judged on the rest. What
counts is not how well the fit does, but that it needs the present or the future of the target: the same fit
on the past alone, and on the row's own target alone, leaves at least ten times as much unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lowtide.auditing.grams import Grams
from lowtide.auditing.sequences import Sequence
from lowtide.stats.association import Bools, Floats, Ints

EXACT = 0.98
LEAVES = 0.1
REACHES = ((1, 1), (3, 3), (7, 7), (7, 1), (1, 7), (14, 1), (1, 14), (30, 1), (30, 30))
LEAST_ROWS = 60
COUNTED = 300
LONGEST = 15
LAGS = 30
FAINT = 4.5
MANY = 3_000
FLOOR = 1e-7
LEANING_ROWS = 200
LEANS = 0.2
FLAT = 0.5
EDGES = 0.7


@dataclass(frozen=True, slots=True)
class Fit:
    """How a column follows from the target of neighbouring rows.

    Attributes
    ----------
    kind : ``window``, ``running_sum``, ``running_mean``, ``smoothed``, ``largest``, ``smallest``, ``median``,
        ``spread``, ``entity_mean``; and for what is only likely ``flat`` or ``leans``.
    ahead : it needs rows later than its own; else the row's own target.
    r2, r2_past, r2_own : held-out R² of the fit, of the past alone and of the row's own target alone.
    first, last : the window in rows from the row's own (negative: earlier).
    honest : the past alone does it.
    falls : a running sum that takes values away: the order runs backwards, or it is what is left.
    """

    kind: str
    ahead: bool
    r2: float
    r2_past: float
    r2_own: float
    first: int
    last: int
    honest: bool = False
    falls: bool = False


class Windows:
    """The target along one order, prepared once for all columns."""

    def __init__(self, sequence: Sequence, y: Floats) -> None:
        self.sequence = sequence
        self.y = (y - y.mean()) / max(float(y.std()), 1e-300)
        self._lags: dict[int, Floats] = {}
        self._grams: dict[tuple[tuple[int, int], bytes], Grams] = {}
        self._windows: list[tuple[tuple[str, int, int], Floats]] | None = None
        self._near: Floats | None = None
        self._made: list[tuple[str, int, int, Floats]] | None = None

    def lag(self, by: int) -> Floats:
        if by not in self._lags:
            self._lags[by] = self.sequence.shifted(self.y, by)
        return self._lags[by]

    def fit(self, x: Floats) -> Fit | None:
        """Return the best proof about one column (m,), honest or not; ``None`` when there is none."""
        x = _scaled(x)
        if np.isfinite(x).sum() < LEAST_ROWS or not self.related(x):
            return None
        best: Fit | None = None
        for reach in REACHES:
            for found in (self._linear(x, reach), self._recursive(x, reach)):
                if found is not None and found.honest:
                    return found
                if found is not None and (best is None or found.r2 > best.r2 + 1e-6):
                    best = found
            if best is not None and best.r2 >= 0.999:
                break
        return best or self._ordered(x)

    def related(self, x: Floats) -> bool:
        """Return False for a column that has nothing to do with the target nearby: no need to look closer.

        In long orders, the column, its step, and the direction of the step are correlated with the target, its
        step, and the squares of both at each lag.
        """
        if len(x) < MANY:
            return True
        step = x - self.sequence.shifted(x, -1)
        own = np.nan_to_num(np.column_stack([_scaled(v) for v in (x, step, np.sign(step))]))
        if self._near is None:
            lags = [self.lag(b) for b in range(-LAGS, LAGS + 1)]
            near = [*lags, *(b - a for a, b in pairwise(lags))]
            self._near = np.nan_to_num(np.column_stack([_scaled(v) for a in near for v in (a, a * a)]))
        return bool(np.abs(own.T @ self._near).max() >= FAINT * np.sqrt(len(x)))

    def _prepared(self, reach: tuple[int, int], ready: Bools) -> Grams | None:
        """Return the lags (so many before, so many after) in the rows that are ready and have them all."""
        if ready.sum() < max(LEAST_ROWS, 4 * (sum(reach) + 2)):
            return None
        key = (reach, np.packbits(ready).tobytes())
        if key not in self._grams:
            if len(self._grams) >= 12:
                self._grams.clear()
            self._grams[key] = Grams.of(np.column_stack([self.lag(b)[ready] for b in _lags(reach)]))
        return self._grams[key]

    def _inside(self, reach: tuple[int, int]) -> Bools:
        inside: Bools = np.isfinite(self.lag(-reach[0])) & np.isfinite(self.lag(reach[1]))
        return inside

    def _linear(self, x: Floats, reach: tuple[int, int]) -> Fit | None:
        ready = self._inside(reach) & np.isfinite(x)
        grams = self._prepared(reach, ready)
        return None if grams is None else self._compare("window", x[ready], grams, reach)

    def _recursive(self, x: Floats, reach: tuple[int, int]) -> Fit | None:
        before = self.sequence.shifted(x, -1)
        if _instant(x, before, self.lag(0), self.lag(-1)):
            return None
        ready = self._inside(reach) & np.isfinite(x) & np.isfinite(before)
        grams = self._prepared(reach, ready)
        if grams is None:
            return None
        found = self._compare("running_sum", (x - before)[ready], grams, reach)
        if found is not None:
            return found
        # A running mean over c rows: c x(t) - (c - 1) x(t-1) is the newest value.
        count = self._counts(x)
        few = ready & (count <= COUNTED) & (count >= 2)
        some = self._prepared(reach, few)
        if some is not None:
            found = self._compare("running_mean", (count * x - (count - 1) * before)[few], some, reach)
        if found is None:
            found = self._compare("smoothed", x[ready], grams, reach, before[ready])
        return found

    def _counts(self, x: Floats) -> Floats:
        """Return how many values a running mean has seen: places since its first value in the entity."""
        filled = np.isfinite(x)
        own = self.sequence.own
        first = np.full(int(own.max()) + 1, np.inf)
        np.minimum.at(first, own[filled], self.sequence.place[filled].astype(np.float64))
        count: Floats = self.sequence.place - first[own] + 1
        return count

    def _compare(
        self, kind: str, x: Floats, grams: Grams, reach: tuple[int, int], fixed: Floats | None = None
    ) -> Fit | None:
        """Compare the fits on all lags, on the past, and on the row's own target (``fixed`` in each)."""
        lags = _lags(reach)
        every = np.ones(len(lags), dtype=bool)
        whole, weights = grams.r2(x, every, fixed)
        if whole < (0.999 if kind == "smoothed" else EXACT):
            return None
        past = grams.r2(x, lags < 0, fixed)[0]
        if not _better(whole, past):
            known = past >= 0.999 and kind != "smoothed"
            return Fit(kind, False, past, past, 0.0, -reach[0], -1, honest=True) if known else None
        own = grams.r2(x, lags == 0, fixed)[0]
        # The row's own target alone explains it: a copy, which is another matter (except where the
        # difference of neighbours is meant).
        if kind in ("window", "smoothed") and not _better(whole, own):
            return None
        now = grams.r2(x, lags <= 0, fixed)[0]
        size = np.abs(weights[: len(lags)])
        heavy = lags[size >= 0.2 * size.max()]
        falls = kind == "running_sum" and float(weights[int(size.argmax())]) < 0
        return Fit(kind, _better(whole, now), whole, past, own, int(heavy[0]), int(heavy[-1]), falls=falls)

    def _ordered(self, x: Floats) -> Fit | None:
        """Compare with the largest, smallest, median and spread of windows of the target."""
        own = _correlation(x, self.y)
        best: Fit | None = None
        past = 0.0
        for kind, first, last, values in self._library():
            close = _correlation(x, values)
            if last < 0:
                past = max(past, close)
            elif best is None or close > best.r2 + 1e-9:
                best = Fit(kind, last > 0, close, 0.0, own, first, last)
        if best is None or best.r2 < EXACT:
            if past >= 0.999:
                return Fit("largest", False, past, past, own, -LONGEST, -1, honest=True)
            return None
        if not _better(best.r2, past):
            known = past >= 0.999
            return Fit(best.kind, False, past, past, own, best.first, -1, honest=True) if known else None
        if not _better(best.r2, own):
            return None
        return Fit(best.kind, best.ahead, best.r2, past, own, best.first, best.last)

    def _library(self) -> list[tuple[str, int, int, Floats]]:
        if self._made is None:
            self._made = self._make_library()
        return self._made

    def _make_library(self) -> list[tuple[str, int, int, Floats]]:
        most = int(np.bincount(self.sequence.own).max())
        longest = min(LONGEST, most - 1)
        places = sorted(
            {(-b, 0) for b in range(1, longest)} | {(0, a) for a in range(1, longest)}
            | {(-b, b) for b in range(1, longest // 2 + 1)} | {(-b, -1) for b in range(2, longest + 1)}
            | {(1, a) for a in range(2, longest + 1)}
        )  # fmt: skip
        out = []
        for first, last in places:
            stack = np.column_stack([self.lag(b) for b in range(first, last + 1)])
            out.append(("largest", first, last, stack.max(axis=1)))
            out.append(("smallest", first, last, stack.min(axis=1)))
            if stack.shape[1] >= 3:
                out.append(("spread", first, last, stack.std(axis=1, ddof=1)))
                if stack.shape[1] <= 9 and stack.shape[1] % 2:
                    out.append(("median", first, last, np.median(stack, axis=1)))
        for kind, step in (("largest", np.fmax), ("smallest", np.fmin)):
            running = self._running(step)
            out.append((kind, -most, 0, running))
            out.append((kind, -most, -1, self.sequence.shifted(running, -1)))
        return out

    def _running(self, step: np.ufunc) -> Floats:
        out = np.empty_like(self.y)
        starts = np.flatnonzero(np.r_[True, np.diff(self.sequence.own) != 0])
        for a, b in zip(starts, np.r_[starts[1:], len(self.y)], strict=True):
            out[a:b] = step.accumulate(self.y[a:b])
        return np.asarray(out, dtype=np.float64)

    def entity_mean(self, x: Floats) -> Fit | None:
        """Is the column the mean of the target over all rows of the entity (with or without the row itself)?"""
        own = self.sequence.own
        has = np.isfinite(x)
        sizes = np.bincount(own)
        if len(sizes) < 8 or sizes.max() < 3 or has.mean() < 0.9:
            return None
        mean = np.bincount(own, weights=self.y) / sizes
        inside = float(((self.y - mean[own]) ** 2).mean())
        others = np.maximum(sizes[own] - 1, 1)
        design = np.column_stack([mean[own], sizes[own] * mean[own] / others, self.y / others])
        row = has & (sizes[own] >= 2)
        if inside < 0.05 or row.sum() < LEAST_ROWS or np.ptp(x[row]) == 0:
            return None
        x = _scaled(x)[row]
        grams = Grams.of(np.column_stack([design, self.y])[row])
        whole = grams.r2(x, np.array([True, True, True, False]))[0]
        alone = grams.r2(x, np.array([False, False, False, True]))[0]
        if whole < 0.9995 or 1 - whole + FLOOR > 0.01 * (1 - alone + FLOOR):
            return None
        return Fit("entity_mean", True, whole, 0.0, alone, 1 - int(sizes.max()), int(sizes.max()) - 1)

    def leaning(self, x: Floats) -> Fit | None:
        """Does the column fit later rows much better than earlier ones, beyond the row's own target?

        Partial R² of the five next targets, given this one and the five before, against its mirror image.
        """
        reach = (5, 5)
        x = _scaled(x)
        ready = self._inside(reach) & np.isfinite(x)
        grams = self._prepared(reach, ready)
        if grams is None or ready.sum() < LEANING_ROWS:
            return None
        lags = _lags(reach)
        x = x[ready]
        whole, weights = grams.r2(x, np.ones(len(lags), dtype=bool))
        past, ahead = grams.r2(x, lags <= 0)[0], grams.r2(x, lags >= 0)[0]
        after = (whole - past) / max(1 - past, 1e-12)
        before = (whole - ahead) / max(1 - ahead, 1e-12)
        # Of a column that its neighbours do not predict at all, nothing can be said.
        if whole < LEANS or after < LEANS or after < 4 * max(before, 0.02):
            return None
        size = np.abs(weights[: len(lags)])
        heavy = lags[size >= 0.3 * size.max()]
        return Fit("leans", True, whole, past, grams.r2(x, lags == 0)[0], int(heavy[0]), int(heavy[-1]))

    def flat(self, x: Floats) -> Fit | None:
        """Is the column, apart from noise, the plain mean of a window that reaches into the present?

        A slow honest driver of a noisy target fits a window of it too, but with weights that fade to both
        sides: a window with edges must leave clearly less unexplained than every fading one.
        """
        x = _scaled(x)
        kernels = self._kernels()
        if kernels is None or np.isfinite(x).sum() < LEANING_ROWS:
            return None
        close = [(_correlation(x, v), k) for k, v in kernels]
        best = max((c for c in close if c[1][0] == "flat"), key=lambda c: c[0])
        fading = max(c[0] for c in close if c[1][0] == "fading")
        r2, (_, first, last) = best
        own, past = _correlation(x, self.y), max(c[0] for c in close if c[1][2] < 0)
        if last < 0 or r2 < FLAT or 1 - r2 > EDGES * (1 - max(own, past, fading)):
            return None
        return Fit("flat", last > 0, r2, past, own, first, last)

    def _kernels(self) -> list[tuple[tuple[str, int, int], Floats]] | None:
        """Return windows with edges and fading ones, over the rows of each entity."""
        if self._windows is None:
            longest = int(np.bincount(self.sequence.own).max()) // 3
            widths = [w for w in (3, 5, 7, 10, 14, 21, 28, 30, 31) if w <= longest]
            ends = {(1 - w, 0) for w in widths} | {(-w, -1) for w in widths} | {(0, w - 1) for w in widths}
            ends |= {(1, w) for w in widths} | {(-(w // 2), w // 2) for w in widths if w % 2}
            made: list[tuple[tuple[str, int, int], Floats]] = [
                (("flat", a, b), np.mean([self.lag(j) for j in range(a, b + 1)], axis=0))
                for a, b in sorted(ends)
            ]
            span = min(20, longest)
            for fade in (0.3, 0.5, 0.7, 0.8, 0.9, 0.95):
                for a, b in ((-span, span), (-span, 0), (-span, -1), (0, span), (1, span)):
                    weight = [fade ** abs(j) for j in range(a, b + 1)]
                    mixed = np.sum(
                        [w * self.lag(j) for w, j in zip(weight, range(a, b + 1), strict=True)], axis=0
                    )
                    made.append((("fading", a, b), mixed))
            self._windows = made if widths else []
        return self._windows or None


def _lags(reach: tuple[int, int]) -> Ints:
    return np.arange(-reach[0], reach[1] + 1, dtype=np.int64)


def _scaled(x: Floats) -> Floats:
    """Return a column with mean 0 and spread 1, all missing when it does not vary; infinite is missing."""
    x = np.where(np.isfinite(x), x, np.nan)
    known = x[~np.isnan(x)]
    if len(known) < 2 or np.ptp(known) == 0:
        return np.full_like(x, np.nan)
    scaled: Floats = (x - known.mean()) / known.std()
    return scaled


def _better(whole: float, part: float) -> bool:
    """True when the part leaves ten times as much unexplained as the whole."""
    return 1 - whole + FLOOR <= LEAVES * (1 - part + FLOOR)


def _instant(x: Floats, before: Floats, now: Floats, last: Floats) -> bool:
    """True when the column moves with the target in the same row: alike up to something that changes slowly."""
    ready = np.isfinite(x) & np.isfinite(before) & np.isfinite(last)
    if ready.sum() < LEAST_ROWS:
        return True
    step, move = (x - before)[ready], (now - last)[ready]
    if np.ptp(step) == 0 or np.ptp(move) == 0:
        return True
    return abs(float(np.corrcoef(step, move)[0, 1])) >= 0.9


def _correlation(x: Floats, values: Floats) -> float:
    """Return the squared correlation over rows that have both; 0 when they are few."""
    both = np.isfinite(x) & np.isfinite(values)
    if both.sum() < LEAST_ROWS or np.ptp(x[both]) == 0 or np.ptp(values[both]) == 0:
        return 0.0
    return float(np.corrcoef(x[both], values[both])[0, 1] ** 2)
