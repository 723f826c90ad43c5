"""Held-out kinds of leaks: other constructions of the same families, kept from the authors of detectors."""

from __future__ import annotations

from bench.leaks.plants import held_l1, held_l2, held_l2_sets, held_l3, held_l5
from bench.leaks.plants.ground import Plant

PLANTS: tuple[Plant, ...] = (
    *held_l1.PLANTS,
    *held_l2.PLANTS,
    *held_l2_sets.PLANTS,
    *held_l3.PLANTS,
    *held_l5.PLANTS,
)
