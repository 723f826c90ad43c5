"""Which cases are made: every kind at every strength, each draw in a table drawn by chance."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd

from bench.leaks.case import Case, Part
from bench.leaks.clean import Clean, available, load
from bench.leaks.clean import case as clean_case
from bench.leaks.plants.ground import ROWS, STRENGTHS, Ground, Plant

TABLES = {"development": "bench.leaks.tables", "held": "bench.leaks.held_tables"}
PLANTS = {"development": "bench.leaks.plants", "held": "bench.leaks.plants.held"}
CLEAN = "clean"
DOCUMENTED = "documented"
VARIANTS = ("plain", "renamed")
"""As it is; all columns called c1, c2, … and rows shuffled where their order is no evidence."""


@dataclass(frozen=True, slots=True)
class Job:
    """One case to be made, looked at and judged.

    ``kind`` is a plant, or `CLEAN` or `DOCUMENTED` with the name of a table or case in ``table``.
    """

    part: Part
    kind: str
    strength: str
    seed: int
    variant: str
    table: str = ""
    rows: int = ROWS

    @property
    def key(self) -> str:
        return "|".join(
            (self.part, self.kind, self.strength, str(self.seed), self.variant, self.table, str(self.rows))
        )


def tables(part: str) -> tuple[Clean, ...]:
    """Return the clean tables of a part."""
    return tuple(import_module(TABLES[part]).TABLES)


def plants(part: str) -> tuple[Plant, ...]:
    """Return the kinds of leaks of a part."""
    return tuple(import_module(PLANTS[part]).PLANTS)


def jobs(
    parts: tuple[str, ...],
    only: tuple[str, ...],
    seeds: int,
    variants: tuple[str, ...],
    rows: int,
    quick: bool,
    folder: Path | None,
) -> Iterator[Job]:
    """Return all jobs; the first seed of everything comes before the second. ``quick``: one strength a kind."""
    planted = [p for p in parts if p != DOCUMENTED]
    for seed in range(seeds):
        for part in planted:
            for number, plant in enumerate(plants(part)):
                if only and not any(o.lower() in plant.kind.lower() or o == plant.family for o in only):
                    continue
                for strength in (STRENGTHS[number % 3],) if quick else STRENGTHS:
                    for variant in variants:
                        if variant == "plain" or not plant.names:
                            yield Job(part, plant.kind, strength, seed, variant, rows=rows)  # type: ignore[arg-type]
    for part in planted:
        for table in tables(part):
            if (not only or CLEAN in only) and available(table, folder):
                for variant in variants:
                    yield Job(part, CLEAN, "-", 0, variant, table.name)  # type: ignore[arg-type]
    if DOCUMENTED in parts and folder is not None:
        for name in documented(folder)[:: 5 if quick else 1]:
            if not only or DOCUMENTED in only or any(o.lower() in name.lower() for o in only):
                for variant in variants:
                    yield Job("documented", DOCUMENTED, "-", 0, variant, name)


def documented(folder: Path) -> list[str]:
    """Return the names of the documented cases whose tables are there, without reading any."""
    from bench.leaks.documented import SOURCES

    return [
        f"{s.name}/{name}" for s in SOURCES if s.present(folder)
        for name in [*(leak.name for leak in s.leaks), *(["all"] if s.all else [])]
    ]  # fmt: skip


def _documented(name: str, folder: Path) -> Case:
    from bench.leaks.documented import SOURCES

    table = name.split("/", 1)[0]
    source = next(s for s in SOURCES if s.name == table)
    return next(c for c in source.cases(folder) if c.name == name)


@lru_cache(maxsize=64)
def _read(part: str, name: str, folder: Path | None) -> tuple[pd.DataFrame, pd.DataFrame | None]:
    return load(next(t for t in tables(part) if t.name == name), folder)


def make(job: Job, folder: Path | None) -> Case | None:
    """Return the case of a job, or ``None`` when no table suits it."""
    if job.kind == DOCUMENTED:
        return _documented(job.table, folder or Path())
    if job.kind == CLEAN:
        table = next(t for t in tables(job.part) if t.name == job.table)
        return clean_case(table, folder, job.part)
    plant = next(p for p in plants(job.part) if p.kind == job.kind)
    level = STRENGTHS.index(job.strength)
    code = crc32(job.kind.encode())
    if plant.own:
        ground = Ground(
            pd.DataFrame({"y": []}),
            "y",
            plant.tasks[0],
            np.random.default_rng([code, level, job.seed]),
            job.strength,
        )
        return plant.plant(ground, job.part, "made", job.seed)
    suited = [t for t in tables(job.part) if t.planted and t.task in plant.tasks and available(t, folder)]
    for place in np.random.default_rng([code, level, job.seed]).permutation(len(suited)):
        table = suited[place]
        frame = _read(job.part, table.name, folder)[0]
        rng = np.random.default_rng([code, level, job.seed, crc32(table.name.encode())])
        if len(frame) > job.rows:
            frame = frame.iloc[np.sort(rng.choice(len(frame), job.rows, replace=False))].reset_index(
                drop=True
            )
        if len(frame) < plant.least:
            continue
        case = plant.plant(
            Ground(frame, table.target, table.task, rng, job.strength), job.part, table.name, job.seed
        )
        if case is not None:
            return replace(case, name=f"{job.part} {case.name}")
    return None
