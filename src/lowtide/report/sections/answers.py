"""What a person must answer, and what was assumed: each with the exact line of ``lowtide.toml``."""

from __future__ import annotations

from lowtide.core.answering import about_split, choices
from lowtide.core.finding import Finding
from lowtide.core.task import Assumption
from lowtide.report import numbers
from lowtide.report.blocks import Block, Callout, Heading, Line, Paragraph, Section
from lowtide.report.inline import clean, code
from lowtide.report.names import metric_name
from lowtide.report.numbers import finite
from lowtide.report.sections import finding as one
from lowtide.report.view import View

FILE = "lowtide.toml"


def section(view: View) -> Section:
    """Return the section of questions and assumptions."""
    blocks: list[Block] = []
    file = code(FILE)
    if view.result.questions:
        blocks.append(Paragraph(view.say("report.answers.intro", file=file)))
        blocks += [_question(view, f) for f in view.result.questions]
    elif view.result.assumptions:
        blocks.append(Paragraph(view.say("report.answers.none_open")))
    if view.result.assumptions:
        blocks.append(Heading(view.say("report.answers.assumed")))
        blocks.append(Paragraph(view.say("report.answers.assumed_intro")))
        blocks += _assumptions(view)
    if not blocks:
        blocks.append(Paragraph(view.say("report.answers.none"), lead=True))
    return Section(
        "answers", view.say("report.answers.title"), tuple(blocks), view.say("report.answers.short")
    )


def answer_lines(finding: Finding) -> dict[str, str]:
    """Return the lines of each way to answer a finding, the table's header included, by what they say."""
    return {c.means: clean("\n".join([f"[{c.table}]", *c.lines])) for c in choices(finding)}


def _question(view: View, finding: Finding) -> Callout:
    words, file = view.words, code(FILE)
    blocks: list[Block] = [Paragraph(one.says(words, finding, view.result.task.target))]
    price = finding.price
    if price is not None and None not in (finite(price.as_is), finite(price.remedied)):
        gain = view.say(
            f"report.answers.gain{'_split' if about_split(finding) else ''}", metric=metric_name(words, price.metric),
            as_is=numbers.significant(price.as_is), remedied=numbers.significant(price.remedied),
        )  # fmt: skip
        blocks.append(Paragraph(gain))
    path = f"findings.{finding.code}.answer"
    if words.has(path):
        blocks.append(Paragraph(view.say("terminal.assumed_answer", answer=view.say(path)), "muted"))
    blocks += [
        Line(lines, view.say(f"report.answers.write_{means}", file=file))
        for means, lines in answer_lines(finding).items()
    ]
    return Callout(one.question(words, finding, view.result.task.target), "warn", tuple(blocks))


def assumption(view: View, assumed: Assumption) -> str:
    """Return what was assumed, in a sentence."""
    facts = {
        key: code(value) if key in ("group", "column", "target") and isinstance(value, str) else value
        for key, value in assumed.facts.items()
        if value is not None and key != "time"
    }
    key = f"assumptions.{assumed.code}"
    path = key if view.words.has(key) else "assumptions.other"
    return view.say(path, **{"code": clean(assumed.code), **facts})


def _assumptions(view: View) -> list[Block]:
    blocks: list[Block] = []
    for assumed in view.result.assumptions:
        blocks.append(Paragraph(assumption(view, assumed)))
        if assumed.setting:
            label = view.say("report.answers.change", file=code(FILE))
            setting = clean(assumed.setting)
            blocks.append(Line(setting if "[" in setting[:1] else f"[task]\n{setting}", label))
    return blocks
