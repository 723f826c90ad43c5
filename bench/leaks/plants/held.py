"""Held-out kinds of leaks: other constructions of the same families, kept from the authors of detectors."""

from __future__ import annotations

from bench.leaks.plants.ground import Plant

PLANTS: tuple[Plant, ...] = ()
