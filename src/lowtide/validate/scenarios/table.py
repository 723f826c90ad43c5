"""The lines of the tide table."""

from __future__ import annotations

from collections.abc import Sequence

from lowtide.core.interval import Scenario
from lowtide.core.task import Scheme
from lowtide.validate.floor import SCENARIO, Estimate
from lowtide.validate.scenarios.measure import measure
from lowtide.validate.scenarios.waters import Case, LeftOut, Waters


def build(
    estimates: Sequence[Estimate],
    *,
    headline: Scheme,
    batch_rows: int | None = None,
    others: Sequence[Scenario] = (),
) -> tuple[Scenario, ...]:
    """Return one scenario for each estimate, the headline first, then the others.

    ``batch_rows``: size of the batch whose floor is shown beside the long-run floor; by default as many
    rows as were held out, at most 1,000.
    """
    lines = [_line(e, e.scheme == headline, batch_rows) for e in estimates]
    lines.sort(key=lambda s: not s.headline)
    return (*lines, *others)


def _line(estimate: Estimate, headline: bool, batch_rows: int | None) -> Scenario:
    rows = batch_rows if batch_rows is not None else min(1000, estimate.rows)
    batch = estimate.batch_floor(rows)
    return Scenario(
        name=SCENARIO[estimate.scheme],
        expected=estimate.expected,
        floor=estimate.floor.value,
        batch_floor=batch,
        rows=rows if batch is not None else None,
        headline=headline,
        refusal=estimate.floor.refusal,
        facts={
            "scheme": estimate.scheme,
            "held_out": estimate.rows,
            "units": estimate.units,
            "trend": estimate.trend,
        },
    )


def explore(waters: Waters, cases: Sequence[Case]) -> tuple[Scenario, ...]:
    """Return what each case does to the headline.

    A case that could not be looked at is a scenario without numbers whose ``refusal`` is the code of the reason
    (``no_time``, ``too_few_rows`` ...); one that does not apply to these data is left out, and so is a slice that
    did not turn out to be weaker.
    """
    found = []
    for case in cases:
        answer = case.look(waters)
        if isinstance(answer, LeftOut):
            if answer.told:
                found.append(Scenario(name=case.name, expected=None, floor=None, refusal=answer.reason))
            continue
        made = measure(case.name, waters, answer)
        difference = made.facts.get("difference")
        weaker = not isinstance(difference, float) or waters.sign * difference < 0
        if answer.facts.get("confirmed") is None or weaker:
            found.append(made)
    return tuple(found)


__all__ = ["build", "explore"]
