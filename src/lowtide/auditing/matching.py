"""Near copies of rows: in one table, or of one table's rows in another."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lowtide.auditing.alike import (
    MARGIN,
    NEAR_CELL,
    NEIGHBOURS,
    PAIRS_WORK,
    changed,
    moved,
    nearest,
    points_of,
)
from lowtide.auditing.cells import (
    Keys,
    exact_cells,
    natural_share,
    numbers_of,
    plain_cells,
    repeated,
    row_sums,
)
from lowtide.stats.association import Bools, Floats, Ints
from lowtide.tables.table import Table

# A column that differs in most of the pairs is what tells them apart: a time, a visit, another number of the row.
ALWAYS = 0.7
LEAST_ALONE = 0.7
# Columns that change (effective number, as a share of all) in rows that were entered again; of an entity fewer do.
LEAST_SPREAD = 0.3
LINK_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Alike:
    """Rows with a near copy, of one kind.

    Attributes
    ----------
    kind : ``spelled``, ``changed``, ``stamped`` (all but one column, which is new each time) or ``moved``.
    hit : (n,) rows that have one; ``asked`` (n,) rows that were looked at (all, or a random part).
    left, right : pairs, row and copy.
    share : of the rows asked, those that have a near copy; ``natural``: the share that chance explains.
    """

    kind: str
    hit: Bools
    asked: Bools
    left: Ints
    right: Ints
    share: float
    natural: float

    @property
    def beyond(self) -> float:
        return (
            max(self.share - MARGIN * self.natural, 0.0)
            if self.kind == "moved"
            else self.share - self.natural
        )


class Matcher:
    """Looks for near copies of the rows of ``table`` in ``refs`` (the same table when ``None``)."""

    def __init__(self, table: Table, refs: Table | None, names: tuple[str, ...], seed: int) -> None:
        self.names, self.seed, self.same = names, seed, refs is None
        self.tables = [table] if refs is None else [table, refs]
        self.plain = plain_cells(self.tables, names)
        self.keys = [row_sums(c) for c in self.plain]
        self.n = len(table)

    @cached_property
    def exact(self) -> list[Keys]:
        return [exact_cells(t, self.names) for t in self.tables]

    @property
    def own(self) -> Keys:
        return self.plain[0]

    @property
    def others(self) -> Keys:
        return self.plain[-1]

    def equal(self) -> Bools:
        """Return rows (n,) that are in the other table, as they are or after normalising."""
        return np.asarray(np.isin(self.keys[0], self.keys[-1]))

    def spelled(self) -> Alike | None:
        """Rows of one table that are equal after normalising, and not before."""
        twice = np.flatnonzero(repeated(self.keys[0])).astype(np.int64)
        if len(twice) == 0:
            return None
        keys, exact = self.keys[0][twice], row_sums(exact_cells(self.tables[0].take(twice), self.names))
        order = np.lexsort((exact, keys))
        a, b = order[:-1], order[1:]
        pair = (keys[a] == keys[b]) & (exact[a] != exact[b])
        return self._made("spelled", twice[a[pair]], twice[b[pair]], np.ones(self.n, bool), 0.0)

    def distinct(self) -> tuple[Ints, Ints]:
        """Return positions of the rows to compare: each once, and (two tables) none that the other has as it is."""
        _, first = np.unique(self.keys[0], return_index=True)
        if self.same:
            return np.sort(first), np.sort(first)
        _, there = np.unique(self.keys[1], return_index=True)
        own = np.flatnonzero(~np.isin(self.keys[0], self.keys[1]))
        return own, np.sort(there)

    def changed(self) -> Alike | None:
        """Rows that differ from another in a cell or two."""
        rows, there = self.distinct()
        found = changed(self.own[rows], self.others[there], self.seed, same=self.same)
        if found is None or found.alone < LEAST_ALONE:
            return None
        left, right = rows[found.left], there[found.right]
        kind, natural = "changed", 1.0 - found.alone
        often = np.flatnonzero(found.rates > ALWAYS)
        if len(often):
            # What differs each time tells the rows apart; only a stamp that never repeats says nothing about them.
            if len(often) > 1 or not self._never_repeats(int(often[0])):
                return None
            rest = np.concatenate([self.own, self.others] if not self.same else [self.own])
            if natural_share(np.delete(rest, often, axis=1), self.seed) > 0.3:
                return None
            kind = "stamped"
        elif found.spread < max(LEAST_SPREAD * self.own.shape[1], 2.0):
            return None
        made = self._made(kind, left, right, np.ones(self.n, bool), 0.0)
        if made is None:
            return None
        return Alike(kind, made.hit, made.asked, left, right, made.share, made.share * natural)

    def _never_repeats(self, j: int) -> bool:
        return np.unique(self.own[:, j]).size >= 0.98 * self.n

    def moved(self, labels: Ints | None = None) -> Alike | None:
        """Rows whose numbers are all a little off those of another row; ``labels`` (n,): their classes."""
        rows, there = self.distinct()
        rng = np.random.default_rng([self.seed, 1043])
        most = max(400, PAIRS_WORK // max(len(there), 1))
        asked = rows if len(rows) <= most else np.sort(rng.choice(rows, most, replace=False))
        numbers = [self._numbers(t) for t in self.tables]
        shared = [n for n in self.names if all(n in own for own in numbers)]
        if len(shared) < 2 or len(asked) < 10 or len(there) < 20:
            return None
        texts = [j for j, n in enumerate(self.names) if n not in shared]
        if texts and not self._twins(asked, there, texts).any():
            return None
        order = list(reversed(range(len(self.tables))))  # the reference sets the scale
        made = points_of(
            [self.tables[i] for i in order], [self.plain[i] for i in order], self.names,
            [numbers[i] for i in order],
        )  # fmt: skip
        points, plain = made[0][::-1], made[1][::-1]
        k = NEIGHBOURS + (1 if self.same else 0)
        distance, where = nearest(points[0][asked], points[-1][there], k)
        if self.same:
            distance, where = _without_self(distance, where, asked, there)
        near = self._near(asked, there[where[:, 0]], plain, texts)
        seen = moved(distance, where, near, None if labels is None else labels[asked])
        if not seen.hit.any():
            return None
        left, right = asked[seen.hit], there[seen.partner[seen.hit]]
        if not self._everywhere(left, right, shared, numbers):
            return None
        mask = np.zeros(self.n, dtype=bool)
        mask[asked] = True
        made_ = self._made("moved", left, right, mask, seen.natural)
        if made_ is None or not self.same or len(asked) == len(rows):
            return made_
        return self._linked(made_, points[0], plain, texts, rows, seen.reach)

    def _twins(self, asked: Ints, there: Ints, texts: list[int]) -> Bools:
        """Return which rows asked about agree in all texts with another row; no other row can be near."""
        keys, refs = row_sums(self.own[asked][:, texts]), row_sums(self.others[there][:, texts])
        return np.asarray(np.isin(keys, refs[repeated(refs)] if self.same else refs))

    def _linked(
        self, found: Alike, points: Floats, plain: list[Floats], texts: list[int], rows: Ints, reach: float
    ) -> Alike:
        """Add the pairs among rows that were not asked: those that are as near."""
        from scipy.spatial import cKDTree

        few = rows
        if len(rows) > LINK_ROWS:
            few = np.sort(np.random.default_rng([self.seed, 1044]).choice(rows, LINK_ROWS, replace=False))
        tree = cKDTree(points[few])
        distance, where = tree.query(points[few], k=4, distance_upper_bound=reach)
        a, c = np.nonzero(np.isfinite(distance) & (where != np.arange(len(few))[:, None]))
        left, right = few[a], few[where[a, c]]
        keep = self._near(left, right, plain, texts)
        left = np.concatenate([found.left, left[keep]])
        right = np.concatenate([found.right, right[keep]])
        return Alike(found.kind, found.hit, found.asked, left, right, found.share, found.natural)

    def _near(self, left: Ints, right: Ints, plain: list[Floats], texts: list[int]) -> Bools:
        with np.errstate(invalid="ignore"):
            gap = np.abs(plain[0][left] - plain[-1][right])
        numbers = (np.isnan(gap) & np.isnan(plain[0][left]) & np.isnan(plain[-1][right])) | (gap <= NEAR_CELL)
        same = self.own[left][:, texts] == self.others[right][:, texts]
        return np.asarray(numbers.all(axis=1) & same.all(axis=1))

    def _numbers(self, table: Table) -> dict[str, Floats]:
        """Return columns that are numbers, whatever their type."""
        out = {}
        for name in self.names:
            values = numbers_of(table, name)
            gone = table.missing(name)
            if (~gone).any() and np.isfinite(values[~gone]).mean() > 0.95:
                out[name] = np.where(np.isfinite(values), values, np.nan)
        return out

    def _everywhere(
        self, left: Ints, right: Ints, shared: list[str], numbers: list[dict[str, Floats]]
    ) -> bool:
        """Say whether the pairs differ all over, not in the one or two columns that tell rows of an entity apart."""
        rates = []
        for name in shared:
            a, b = numbers[0][name][left], numbers[-1][name][right]
            rates.append(float(((a != b) & ~(np.isnan(a) & np.isnan(b))).mean()))
        often = sum(r > ALWAYS for r in rates)
        fine = sum(np.unique(numbers[-1][n]).size > 0.2 * len(self.others) for n in shared)
        return often >= 3 or often >= max(1, min(fine, 3)) or (often == 0 and max(rates) > 0)

    def _made(self, kind: str, left: Ints, right: Ints, asked: Bools, natural: float) -> Alike | None:
        if len(left) == 0:
            return None
        hit = np.zeros(self.n, dtype=bool)
        hit[left] = True
        if self.same and asked.all():
            hit[right] = True
        count = int(asked.sum())
        number = int((hit & asked).sum())
        # Three standard deviations of what chance alone would show.
        if number <= 3 or number <= MARGIN * natural * count + 3 * np.sqrt(natural * count):
            return None
        return Alike(kind, hit, asked, left, right, number / count, natural)


def _without_self(distance: Floats, where: Ints, asked: Ints, there: Ints) -> tuple[Floats, Ints]:
    """Take each row's distance to itself out (the last neighbour, should rounding have lost it)."""
    own = there[where] == asked[:, None]
    own[~own.any(axis=1), -1] = True
    keep = ~own
    q, k = distance.shape
    return distance[keep].reshape(q, k - 1), where[keep].reshape(q, k - 1)
