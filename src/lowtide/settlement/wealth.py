r"""What bets against a promise are worth: evidence that holds at every look.

A bettor who doubts the promise stakes, before each outcome, a fixed share c of what the worst possible outcome
would cost, and is paid in proportion to how far the outcome falls short. With margins g_i = "by how much unit i
is better than promised", of which none can exceed ``up``, the wealth is

    W_t(c) = prod_i (1 - c g_i / up),        0 < c < 1,

and E_t is its mean over a fixed set of shares c (Waudby-Smith & Ramdas 2024, section 4, with the mixture of
constant bets of Cover 1991 in place of their predictable ones; Orabona & Jun 2023 use the same for intervals).

Why constant bets. Write m_i for the mean of g_i given everything before it. W_t(c) / prod(1 - c m_i / up) is a
nonnegative martingale that starts at 1. By the concavity of the logarithm prod(1 - c m_i / up) <= 1 as soon as
m_1 + ... + m_t >= 0. So E_t is at most a martingale whenever the promise held *on average over the outcomes so
far*, and by Ville's inequality (1939) reaches 1/alpha at any time with probability at most alpha: however often
one looks, and also when single days were worse than promised as long as others made up for it. Bets that adapt
to the past would need the promise to hold at every single moment. Nor does W_t depend on the order of units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# Each step in c costs at most 4 % of the growth of the best constant bet: growth is nearly a parabola in c, and
# a factor of 1.5 between neighbours leaves at most 1.22 to the nearest.
SHARES: Floats = 0.99 * 1.5 ** -np.arange(24.0)
# One bet is as good as the other before anything is known, except that very small stakes are worth something
# after tens of thousands of outcomes only: Robbins' weights, slowly falling (Robbins 1970).
_SLOW: Floats = 1.0 / np.log(np.e / SHARES)
LOG_WEIGHTS: Floats = np.log(_SLOW / _SLOW.sum())
CHUNK = 20_000
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Course:
    """How the evidence went.

    Attributes
    ----------
    log : (n,) logarithm of E after each unit.
    last : (shares,) logarithm of the wealth of each bettor at the end.
    """

    log: Floats
    last: Floats


def course(margins: Floats, reach: float) -> Course:
    """Return the evidence against "margins are not negative on average", after each of them.

    Parameters
    ----------
    margins : (n,) in order of arrival.
    reach : greatest value that a margin can have; larger ones are taken for it.
    """
    reach = max(reach, TINY)
    scaled = np.minimum(np.asarray(margins, dtype=np.float64) / reach, 1.0)
    out = np.empty(len(scaled))
    wealth = np.zeros(len(SHARES))
    for start in range(0, len(scaled), CHUNK):
        part = np.log1p(-np.outer(scaled[start : start + CHUNK], SHARES))
        part[0] += wealth
        np.cumsum(part, axis=0, out=part)
        out[start : start + CHUNK] = mixed(part)
        wealth = part[-1].copy()
    return Course(out, wealth)


def last(margins: Floats, reach: float, counts: Floats | None = None) -> Floats:
    """Return only the wealth of each bettor at the end, margins counted ``counts`` times (n,)."""
    scaled = np.minimum(np.asarray(margins, dtype=np.float64) / max(reach, TINY), 1.0)
    total = np.zeros(len(SHARES))
    for start in range(0, len(scaled), CHUNK):
        part = np.log1p(-np.outer(scaled[start : start + CHUNK], SHARES))
        total += part.sum(axis=0) if counts is None else counts[start : start + CHUNK] @ part
    return total


def mixed(wealth: Floats) -> Floats:
    """Return the logarithm of the mean wealth over the bettors (last axis)."""
    shifted = wealth + LOG_WEIGHTS
    top = shifted.max(axis=-1)
    found: Floats = top + np.log(np.exp(shifted - top[..., None]).sum(axis=-1))
    return found


def mean_of(logs: list[Floats], ends: list[Ints], rows: int) -> Floats:
    """Return (rows,) the logarithm of the mean of several courses after each row.

    Parameters
    ----------
    logs, ends : of each course: its logarithm after each unit, and how many rows had arrived when the unit
        was complete.
    """
    whole = np.zeros((len(logs), rows))
    for line, log, end in zip(whole, logs, ends, strict=True):
        # After a row counts the last unit that is complete by then; before the first, the stake itself.
        known = np.searchsorted(end, np.arange(1, rows + 1), side="right")
        line[:] = np.concatenate([[0.0], log])[known]
    top = whole.max(axis=0)
    found: Floats = top + np.log(np.exp(whole - top).mean(axis=0))
    return found


def more_times(lasts: list[Floats], target: float, farthest: float) -> float | None:
    """Return how many times as much as was seen must still come to reach a log evidence of ``target``.

    The wealth of each bettor is taken to grow on as it did; None when even ``farthest`` times as much would
    not do.
    """

    def log(times: float) -> float:
        grown = [float(mixed(w * (1.0 + times))) for w in lasts]
        top = max(grown)
        return top + float(np.log(np.mean(np.exp(np.asarray(grown) - top))))

    low, high = 0.0, farthest
    if log(high) < target:
        return None
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if log(middle) >= target else (middle, high)
    return high
