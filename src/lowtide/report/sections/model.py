"""The shipped model: its parts, and the columns that it relies on."""

from __future__ import annotations

from lowtide.report import numbers
from lowtide.report.blocks import Block, Chart, Column, Paragraph, Section, Table
from lowtide.report.charts.specs import Bars
from lowtide.report.inline import clean, plain
from lowtide.report.numbers import finite
from lowtide.report.view import View

MOST_COLUMNS = 12


def section(view: View) -> Section:
    """Return the section about the model."""
    parts = sorted((t for t in view.result.trial_table if t.weight > 0), key=lambda t: (-t.weight, t.name))
    blocks: list[Block] = []
    if view.ships_rule:
        blocks.append(Paragraph(view.say("report.model.rule")))
    if len(parts) == 1:
        blocks.append(Paragraph(view.say("report.model.one", name=learner(view, parts[0].learner))))
    elif parts:
        blocks.append(Paragraph(view.say("report.model.blend", n=len(parts))))
        columns = (
            Column(view.say("report.model.part")),
            Column(view.say("report.model.learner")),
            Column(view.say("report.model.weight"), "right"),
        )
        rows = tuple((clean(t.name), learner(view, t.learner), numbers.percent(t.weight)) for t in parts)
        blocks.append(Table(view.say("report.model.caption"), columns, rows))
    chart = importances(view)
    blocks.append(
        chart if chart is not None else Paragraph(view.say("report.model.importance_none"), "muted")
    )
    if view.result.quarantined:
        left = view.column_names(view.result.quarantined, 20)
        blocks.append(Paragraph(view.say("report.model.left_out", columns=left), "muted"))
    return Section("model", view.say("report.model.title"), tuple(blocks), view.say("report.model.short"))


def learner(view: View, name: str) -> str:
    """Return a learner's name in words."""
    path = f"learners.{name.replace('-', '_')}"
    return view.say(path) if view.words.has(path) else clean(name)


def importances(view: View) -> Chart | None:
    """Return the columns that matter, the most important first."""
    known = [
        (i.column, drop, finite(i.share) or 0.0)
        for i in view.result.charts.importances
        if (drop := finite(i.drop)) is not None and drop > 0
    ]
    known = sorted(known, key=lambda item: (-item[1], item[0]))[:MOST_COLUMNS]
    if not known:
        return None
    told = [
        view.say(
            "report.model.importance_alt_row", column=clean(column), drop=view.difference(drop),
            share=numbers.percent(share),
        )
        for column, drop, share in known
    ]  # fmt: skip
    rows = tuple((clean(column), drop, numbers.difference(drop)) for column, drop, _ in known)
    return Chart(
        title=view.say("report.model.importance"),
        alt=view.say("report.model.importance_alt", rows=" ".join(told)),
        picture=Bars(rows, plain(view.say("report.model.importance_axis"))),
        note=view.say("report.model.importance_note"),
    )
