"""What the audit found, the worst first, each with its price."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from lowtide.core.finding import Finding, Severity
from lowtide.report import numbers
from lowtide.report.blocks import Block, Chart, Details, Paragraph, Section
from lowtide.report.charts.specs import Range, Ranges
from lowtide.report.inline import plain, shorten
from lowtide.report.names import metric_name
from lowtide.report.numbers import finite
from lowtide.report.sections import finding as one
from lowtide.report.view import View

MOST_PRICES = 12


def section(view: View) -> Section:
    """Return the section of the findings."""
    words = view.words
    ordered = by_weight(view.result.findings)
    grave = [f for f in ordered if f.level > Severity.note]
    notes = [f for f in ordered if f.level == Severity.note]
    blocks: list[Block] = []
    if not ordered:
        blocks.append(Paragraph(view.say("report.findings.none"), lead=True))
    dear = priced(view)
    if dear and dear[0].price is not None:
        metric = metric_name(words, dear[0].price.metric)
        blocks += [Paragraph(view.say("report.findings.intro", metric=metric)), prices(view, dear)]
    blocks += [one.card(words, f, view.result.task.target) for f in grave]
    if notes:
        cards = tuple(one.card(words, f, view.result.task.target) for f in notes)
        blocks.append(Details(view.say("report.findings.notes", n=len(notes)), cards))
    if view.result.not_applicable:
        n = len(view.result.not_applicable)
        blocks.append(Paragraph(view.say("report.findings.none_checks", checks=n), "muted"))
    return Section(
        "findings", view.say("report.findings.title"), tuple(blocks), view.say("report.findings.short")
    )


def by_weight(findings: Sequence[Finding]) -> list[Finding]:
    """Return findings, the worst first: severity, then points that were not real, then code."""

    def rank(finding: Finding) -> tuple[int, float, str, tuple[str, ...]]:
        points = None if finding.price is None else finite(finding.price.points)
        weight = -math.inf if points is None else points
        return (-int(finding.level), -weight, finding.code, finding.columns)

    return sorted(findings, key=rank)


def priced(view: View) -> list[Finding]:
    """Return findings with a price, the dearest first; all in the metric that most prices are in."""
    metrics = Counter(f.price.metric for f in view.result.findings if f.price is not None)
    if not metrics:
        return []
    metric = max(metrics, key=lambda name: (metrics[name], name))
    found = []
    for f in view.result.findings:
        price = f.price
        if price is None or price.metric != metric or None in (finite(price.as_is), finite(price.remedied)):
            continue
        if price.points > one.FREE * max(abs(price.as_is), abs(price.remedied)):
            found.append((-price.points, f.code, f))
    return [f for _, _, f in sorted(found, key=lambda item: item[:2])][:MOST_PRICES]


def prices(view: View, dear: list[Finding]) -> Chart:
    """Return the picture of prices."""
    rows, told, first = [], [], dear[0].price
    assert first is not None
    for f in dear:
        assert f.price is not None
        name = _short_name(view, f)
        rows.append(
            Range(
                label=name,
                start=f.price.remedied,
                end=f.price.as_is,
                text=one.price_told(view.words, f.price)[0],
            )
        )
        told.append(
            view.say(
                "report.findings.chart_alt_row", name=name, as_is=numbers.significant(f.price.as_is),
                remedied=numbers.significant(f.price.remedied),
            )
        )  # fmt: skip
    metric = metric_name(view.words, first.metric)
    return Chart(
        title=view.say("report.findings.chart"),
        alt=view.say("report.findings.chart_alt", rows=" ".join(told)),
        picture=Ranges(
            kind="prices", rows=tuple(rows), axis=plain(view.say("report.floor.axis_better_right", metric=metric)),
            start_name=plain(view.say("report.findings.as_is_name")),
            end_name=plain(view.say("report.findings.end_name")), up=first.greater_is_better,
        ),
    )  # fmt: skip


def _short_name(view: View, finding: Finding) -> str:
    """Return the columns of a finding, or its title when it has none."""
    if not finding.columns:
        return shorten(plain(one.title(view.words, finding)), 40)
    return shorten(plain(view.column_names(finding.columns, 3)), 40)
