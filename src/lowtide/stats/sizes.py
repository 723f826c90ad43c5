"""How many cases a bound needs before it says something."""

from __future__ import annotations

import math


def auc_slack(positives: int, negatives: int, area: float = 0.8, z: float = 1.645) -> float | None:
    """Return how far a one-sided 95 % bound of an AUC lies below it; ``None`` when a class is empty.

    Standard error of Hanley & McNeil (1982), equation 2, at an AUC of ``area``.
    """
    if positives < 1 or negatives < 1:
        return None
    q1, q2 = area / (2 - area), 2 * area**2 / (1 + area)
    variance = area * (1 - area) + (positives - 1) * (q1 - area**2) + (negatives - 1) * (q2 - area**2)
    return z * math.sqrt(variance / (positives * negatives))


def positives_for(slack: float = 0.05, area: float = 0.8, z: float = 1.645) -> int:
    """Return how many cases of the rarer class keep `auc_slack` within ``slack`` when the other class is large."""
    q2 = 2 * area**2 / (1 + area)
    return math.ceil((q2 - area**2) * (z / slack) ** 2)
