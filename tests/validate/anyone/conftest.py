"""Fewer resamples: what is tested here is what goes into the estimate and what is made of it."""

from __future__ import annotations

from functools import partial

import pytest

from lowtide.validate.anyone import floor as module
from lowtide.validate.floor import estimate


@pytest.fixture(autouse=True)
def few_resamples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "estimate", partial(estimate, resamples=40))
