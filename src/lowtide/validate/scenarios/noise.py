"""Inputs with small mistakes: numbers a little off, some values swapped or lost."""

from __future__ import annotations

from typing import ClassVar

from lowtide.validate.scenarios.alter import JITTER, SLIPS, noisy
from lowtide.validate.scenarios.column_gone import LEAST_ROWS
from lowtide.validate.scenarios.waters import Change, LeftOut, Waters

DRAWS = 3


class NoisyInputs:
    """Held-out rows predicted again by the fold models, with noise in every column; the mean of `DRAWS` draws."""

    name: ClassVar[str] = "noisy inputs"

    def look(self, waters: Waters) -> Change | LeftOut:
        models = waters.models
        if models is None or not models.ranked:
            return LeftOut(waters.no_models or "no_models")
        if len(models.rows) < LEAST_ROWS:
            return LeftOut("too_few_rows")
        columns = [name for name in models.ranked if name not in models.clock]
        drawn = tuple(
            models.predict(noisy(models.table, columns, 1000 * waters.seed + draw)) for draw in range(DRAWS)
        )
        facts = {"jitter": JITTER, "slips": SLIPS, "rows": len(models.rows)}
        return Change(rows=models.rows, plain=models.plain, predictions=drawn, facts=facts)
