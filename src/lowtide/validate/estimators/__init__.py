"""Estimators of expected score and floor, all behind one contract (`lowtide.validate.estimators.estimator`).

One file each, listed in `ESTIMATORS`; what each assumes and what of it is proven: ``docs/estimators.md``.
"""

from __future__ import annotations

from lowtide.validate.estimators.bbc_cv import BbcCv
from lowtide.validate.estimators.bbc_f import BbcF
from lowtide.validate.estimators.bootstrap import Bca, Percentile
from lowtide.validate.estimators.closed import Closed, Proven
from lowtide.validate.estimators.conservative_z import ConservativeZ
from lowtide.validate.estimators.estimator import Bound, Estimator, Evidence
from lowtide.validate.estimators.folds import FoldT
from lowtide.validate.estimators.holdout import Holdout
from lowtide.validate.estimators.nadeau_bengio import NadeauBengio
from lowtide.validate.estimators.naive import Naive
from lowtide.validate.estimators.nested import Nested
from lowtide.validate.estimators.repeated import BbcRanks
from lowtide.validate.estimators.tibshirani import Tibshirani

ESTIMATORS: tuple[Estimator, ...] = (
    Naive(),
    FoldT(),
    Holdout(),
    NadeauBengio(),
    ConservativeZ(),
    Nested(),
    Percentile(),
    Bca(),
    Closed(),
    Proven(),
    BbcCv(),
    BbcF(),
    BbcRanks(),
    Tibshirani(),
)

__all__ = ["ESTIMATORS", "Bound", "Estimator", "Evidence"]
