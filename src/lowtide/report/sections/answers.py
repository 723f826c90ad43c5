"""What a person must answer, and what was assumed: each with the exact line of ``lowtide.toml``."""

from __future__ import annotations

import json

from lowtide.core.finding import Finding
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


def toml_text(value: str) -> str:
    """Return text as a TOML basic string (JSON's escapes are a part of TOML's)."""
    return json.dumps(clean(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def answer_lines(finding: Finding, answer: str) -> str:
    """Return the lines that answer a finding, the table's header included."""
    keys = [f"{finding.code}:{column}" for column in finding.columns] or [finding.code]
    return "\n".join(["[answers]", *(f'{toml_text(key)} = "{answer}"' for key in keys)])


def _question(view: View, finding: Finding) -> Callout:
    words, file = view.words, code(FILE)
    blocks: list[Block] = [Paragraph(one.says(words, finding, view.result.task.target))]
    price = finding.price
    if price is not None and None not in (finite(price.as_is), finite(price.remedied)):
        gain = view.say(
            "report.answers.gain", metric=metric_name(words, price.metric),
            as_is=numbers.significant(price.as_is), remedied=numbers.significant(price.remedied),
        )  # fmt: skip
        blocks.append(Paragraph(gain))
    blocks.append(Line(answer_lines(finding, "use"), view.say("report.answers.write", file=file)))
    blocks.append(Line(answer_lines(finding, "drop"), view.say("report.answers.write_drop", file=file)))
    return Callout(one.question(words, finding, view.result.task.target), "warn", tuple(blocks))


def _assumptions(view: View) -> list[Block]:
    blocks: list[Block] = []
    for assumption in view.result.assumptions:
        facts = {
            key: code(value) if key in ("group", "column", "target") and isinstance(value, str) else value
            for key, value in assumption.facts.items()
            if value is not None and key != "time"
        }
        key = f"assumptions.{assumption.code}"
        path = key if view.words.has(key) else "assumptions.other"
        text = view.say(path, **{"code": clean(assumption.code), **facts})
        blocks.append(Paragraph(text))
        if assumption.setting:
            label = view.say("report.answers.change", file=code(FILE))
            setting = clean(assumption.setting)
            blocks.append(Line(setting if "[" in setting[:1] else f"[task]\n{setting}", label))
    return blocks
