"""Kinds of leaks for development; the kinds that are held out are in ``held.py``."""

from __future__ import annotations

from bench.leaks.plants import (
    l1_preparation,
    l1_rows,
    l2_columns,
    l2_sets,
    l2_time,
    l3_dependence,
    l3_shift,
    l5,
)
from bench.leaks.plants.ground import Plant

PLANTS: tuple[Plant, ...] = (
    *l1_rows.PLANTS,
    *l1_preparation.PLANTS,
    *l2_columns.PLANTS,
    *l2_sets.PLANTS,
    *l2_time.PLANTS,
    *l3_dependence.PLANTS,
    *l3_shift.PLANTS,
    *l5.PLANTS,
)
