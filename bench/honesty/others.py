"""What others report for the same draws: scikit-learn's random search, and FLAML when it is installed here.

The runners are those of `bench peers`, which compares more tools, and a whole lowtide run, on fewer draws.
"""

from __future__ import annotations

import sys
import warnings
from dataclasses import dataclass, replace
from pathlib import Path

from bench.honesty.draws import Draw
from bench.honesty.tables import Data
from bench.peers.execute import ask
from bench.peers.samples import cut
from bench.peers.tools import Tool, get

CONFIGURATIONS = 20
FLAML_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Report:
    """What a tool said about its own model, and what that model did on the untouched part.

    Both numbers are NaN when the tool failed; ``failure`` says how.
    """

    tool: str
    reported: float
    real: float
    seconds: float
    failure: str | None = None


def search(data: Data, draw: Draw, seed: int) -> Report:
    """Run ``RandomizedSearchCV`` over gradient boosting with its defaults (five folds, mean score)."""
    return _report(replace(get("search"), settings={"configurations": CONFIGURATIONS}), data, draw, seed)


def flaml(data: Data, draw: Draw, seed: int) -> Report | None:
    """Run FLAML for `FLAML_SECONDS` on one thread; None when it is not installed."""
    return _report(get("flaml"), data, draw, seed) if flaml_installed() else None


def flaml_installed() -> bool:
    """Return whether FLAML's AutoML can be imported (it needs xgboost beside it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from flaml import AutoML
        except ImportError:
            return False
    return AutoML is not None


def _report(tool: Tool, data: Data, draw: Draw, seed: int) -> Report:
    sample = cut(data, draw.rows, draw.untouched)
    answer = ask(tool, sample, Path(sys.executable), seconds=FLAML_SECONDS, seed=seed)
    reported, real = (float("nan") if x is None else x for x in (answer.reported, answer.real))
    return Report(tool.label, reported, real, answer.seconds, answer.failure)
