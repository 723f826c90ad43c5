"""Which draws, in which order: what is most worth knowing comes first, since a bench may be stopped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.honesty.tables import TABLES, Source

TABLES_BY_DEFAULT = ("adult", "telco", "credit", "airbnb", "parkinsons", "males", "elec2", "bike")
QUICK_TABLES = ("adult", "parkinsons", "elec2")


@dataclass(frozen=True, slots=True)
class Job:
    """One tool on one draw; ``budget`` is its time limit in seconds."""

    table: str
    n: int
    seed: int
    tool: str
    budget: float

    @property
    def key(self) -> str:
        return f"{self.table} {self.n} {self.seed} {self.tool} {self.budget:g}"


def source(name: str) -> Source:
    """Return a table of `bench honesty` by its name."""
    return next(s for s in TABLES if s.name == name)


def sizes(of: Source, *, quick: bool) -> tuple[int, ...]:
    """Return the sizes of a table: 200 and 1,000 rows, the next two from 200 for groups, from 500 for the future.

    Below that some tools refuse, or hold out a handful of rows.
    """
    usual = tuple(n for n in of.sizes if n >= (500 if of.scheme == "future" else 200))
    if quick:
        return usual[:1]
    if of.scheme == "rows":
        return tuple(sorted({usual[0], max(n for n in usual if n <= 1000)}))
    return usual[:2]


def jobs(
    tables: Sequence[str],
    tools: Sequence[str],
    *,
    draws: int,
    seconds: float,
    quick: bool = False,
    only: Sequence[int] = (),
) -> list[Job]:
    """Return all jobs: by draw, then new rows before groups and future, then small before large."""
    order = {"rows": 0}
    places = [
        (seed, order.get(source(t).scheme, 1), k, n, t)
        for seed in range(draws)
        for t in tables
        for k, n in enumerate(only or sizes(source(t), quick=quick))
    ]
    places.sort(key=lambda p: p[:3])
    return [Job(t, n, seed, tool, seconds) for seed, _, _, n, t in places for tool in tools]
