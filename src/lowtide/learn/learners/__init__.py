"""The learners: one file each, one line here."""

from __future__ import annotations

from lowtide.core.registry import with_plugins
from lowtide.learn.learner import Learner
from lowtide.learn.learners.extra_trees import ExtraTrees
from lowtide.learn.learners.lightgbm import LightGBM
from lowtide.learn.learners.linear import Linear
from lowtide.learn.learners.one_column import OneColumn
from lowtide.learn.learners.prior import Prior
from lowtide.learn.learners.recent import Recent

OWN: tuple[Learner, ...] = (
    Prior(),
    OneColumn(),
    Recent(),
    Linear(),
    LightGBM(),
    ExtraTrees(),
)
LEARNERS: tuple[Learner, ...] = with_plugins(OWN, "learners", Learner)
