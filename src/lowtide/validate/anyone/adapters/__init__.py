"""Adapters: one file a tool, listed in `ADAPTERS`; the first that claims an object takes it."""

from __future__ import annotations

from lowtide.validate.anyone.adapters.adapter import Adapter
from lowtide.validate.anyone.adapters.autogluon import AutoGluon
from lowtide.validate.anyone.adapters.estimators import Estimators
from lowtide.validate.anyone.adapters.flaml import Flaml
from lowtide.validate.anyone.adapters.search import Search

ADAPTERS: tuple[Adapter, ...] = (AutoGluon(), Flaml(), Search(), Estimators())
