"""What the promise does not cover."""

from __future__ import annotations

from lowtide.report import scenario_words
from lowtide.report.blocks import Points, Section
from lowtide.report.inline import code
from lowtide.report.view import View


def section(view: View) -> Section:
    """Return the section about limits."""
    result = view.result
    items = []
    if view.floor is None:
        items.append(view.say("report.limits.no_floor"))
    else:
        items.append(view.say("report.limits.confidence"))
        items.append(view.say("report.limits.scenario", scenario=view.scenario))
    items += scenario_words.left_out(view)
    if result.questions:
        items.append(view.say("report.limits.open", n=len(result.questions)))
    if result.assumptions:
        items.append(view.say("report.limits.assumed", n=len(result.assumptions)))
    if not result.split.verified:
        items.append(view.say("report.limits.unverified"))
    if result.total_rows > result.rows:
        items.append(view.say("report.limits.sample", rows=result.rows, total=result.total_rows))
    if result.ragged:
        items.append(view.say("report.limits.ragged", n=result.ragged))
    if result.not_applicable:
        codes = ", ".join(code(n.code) for n in result.not_applicable[:20])
        items.append(view.say("report.limits.not_applicable", n=len(result.not_applicable), codes=codes))
    items.append(view.say("report.limits.cause"))
    items.append(view.say("report.limits.settle", command=code("lowtide settle BUNDLE OUTCOMES")))
    return Section(
        "limits", view.say("report.limits.title"), (Points(tuple(items)),), view.say("report.limits.short")
    )
