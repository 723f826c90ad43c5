"""The worst fifth of the rows, as far as their columns tell which rows those are."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from lowtide.metrics.metric import Floats
from lowtide.validate.scenarios.hard_rows import wobble
from lowtide.validate.scenarios.waters import Change, LeftOut, Waters

SHARE = 0.2


class Subpopulation:
    """Only the ``share`` of rows whose predicted loss is greatest: the worst-case conditional subpopulation.

    Jeong & Namkoong 2020 ("Robust causal inference under covariate shift via worst-case subpopulation treatment
    effects") and Subbaswamy, Adams & Saria 2021 ("Evaluating model robustness and stability to dataset shift").
    Which rows these are is predicted for each row by a model that did not see it, so their score is not
    too bad by selection; a sharper eye could find a worse fifth, so it is not the worst that exists.
    """

    name: ClassVar[str] = "worst subpopulation"

    def __init__(self, share: float = SHARE) -> None:
        self.share = share

    def look(self, waters: Waters) -> Change | LeftOut:
        hard = waters.hard
        if hard is None:
            return LeftOut("too_few_rows")
        return Change(
            factor=worst_share(hard, self.share),
            wobble=wobble(waters, lambda h: worst_share(h, self.share)),
            facts={"share": self.share},
        )


def worst_share(hard: Floats, share: float) -> Floats:
    """Return (n,) weights that keep the hardest ``share`` of rows; rows of equal hardness are kept alike.

    >>> worst_share(np.array([3.0, 1.0, 1.0, 0.0]), 0.5)
    array([1. , 0.5, 0.5, 0. ])
    """
    _, place, count = np.unique(-hard, return_inverse=True, return_counts=True)
    room = share * len(hard) - np.concatenate([[0], np.cumsum(count)[:-1]])
    return np.asarray(np.clip(room / count, 0.0, 1.0)[place], dtype=np.float64)
