"""What selection would have chosen on other draws of the same data, and how that does on the rest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lowtide.metrics import Metric
from lowtide.metrics.metric import Floats
from lowtide.stats.resampling import Ints, codes, resamples
from lowtide.validate.selection import STEPS, Bools, Selector, blend, looked_at


@dataclass(frozen=True, slots=True)
class Reselected:
    """Scores of what each resample selected, (b,) each, NaN where undefined.

    Attributes
    ----------
    out : on the units that the resample left out.
    within : on the resample itself (so its spread is that of the selected score, seen from outside).
    picks : (b, T) weights that each resample selected.
    """

    out: Floats
    within: Floats
    picks: Floats


def reselect(
    y: Floats,
    cube: Floats,
    units: Ints,
    metric: Metric,
    candidates: Bools,
    *,
    times: int,
    seed: int,
    members: int = STEPS,
) -> Reselected:
    """Repeat selection, blending weights and threshold included, on ``times`` resamples of the units.

    Parameters
    ----------
    y : (n,) finite outcomes.
    cube : (n, T) or (n, T, classes) out-of-fold predictions of these rows.
    units : (n,) unit of dependence of each row; whole units are drawn with replacement.
    candidates : (T,) trials that may be selected; each is complete.
    """
    unit, count = codes(units)
    looked = looked_at(np.arange(len(y), dtype=np.int64), seed, _classes(cube))
    selector = Selector(y[looked], cube[looked], metric, candidates, members)
    out, within, picks = [], [], []
    for weights in resamples(unit, count, times, seed):
        chosen = selector.pick(weights[:, looked])
        for weight, pick in zip(weights, chosen, strict=True):
            inside, outside = _judge(y, cube, metric, weight, pick)
            within.append(inside)
            out.append(outside)
        picks.append(chosen)
    return Reselected(np.asarray(out), np.asarray(within), np.concatenate(picks))


def fixed_scores(
    y: Floats, p: Floats, units: Ints, metric: Metric, threshold: float, *, times: int, seed: int
) -> Floats:
    """Return (times,) scores of one prediction in the same resamples of the units as `reselect` draws.

    Parameters
    ----------
    p : (n,) or (n, classes) predictions that stay as they are.
    """
    unit, count = codes(units)
    column = metric.column(y, p)
    return np.concatenate(
        [column.scores(w, np.full(len(w), threshold)) for w in resamples(unit, count, times, seed)]
    )


def _judge(y: Floats, cube: Floats, metric: Metric, weight: Floats, pick: Floats) -> tuple[float, float]:
    """Return the score of a pick inside and outside its resample, with the threshold from inside."""
    mixed = blend(cube, pick)
    inside, outside = weight > 0, weight == 0
    column = metric.column(y[inside], mixed[inside])
    chosen = weight[None, inside]
    cut = column.choose(chosen)
    within = float(column.scores(chosen, cut)[0])
    return within, metric.at(y[outside], mixed[outside], float(cut[0]))


def _classes(cube: Floats) -> int:
    return cube.shape[2] if cube.ndim == 3 else 2
