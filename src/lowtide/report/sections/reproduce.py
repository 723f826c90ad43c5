"""What is needed to get the same numbers again."""

from __future__ import annotations

import re

from lowtide.report import numbers
from lowtide.report.blocks import Block, Column, Line, Paragraph, Section, Table
from lowtide.report.inline import clean, code
from lowtide.report.numbers import finite
from lowtide.report.view import View


def section(view: View) -> Section:
    """Return the section about repeating the run."""
    rows = tuple((view.say(f"report.reproduce.{key}"), text) for key, text in _facts(view) if text)
    table = Table(view.say("report.reproduce.caption"), (Column(""), Column("")), rows)
    blocks: list[Block] = [
        Paragraph(view.say("report.reproduce.intro")),
        Line(command(view), view.say("report.reproduce.command")),
        table,
    ]
    return Section(
        "repeat", view.say("report.reproduce.title"), tuple(blocks), view.say("report.reproduce.short")
    )


def command(view: View) -> str:
    """Return the command line of the run."""
    result, task = view.result, view.result.task
    parts = ["lowtide run", _quoted(result.source), "--target", _quoted(task.target)]
    for option, value in (
        ("--group", task.group), ("--time", task.time), ("--deploy", task.deploy), ("--metric", task.metric),
    ):  # fmt: skip
        if value:
            parts += [option, _quoted(value)]
    for unit in task.unit:
        parts += ["--unit", _quoted(unit)]
    budget = finite(result.budget)
    if budget is not None:
        parts += ["--budget", f"{budget:g}"]
    return " ".join([*parts, "--seed", str(result.seed)])


def _quoted(text: str) -> str:
    """Return an argument as a shell takes it; double quotes work in all of them."""
    text = clean(text)
    return text if re.fullmatch(r"[\w./:+@%-]+", text) else '"' + re.sub(r'(["\\$`])', r"\\\1", text) + '"'


def _facts(view: View) -> list[tuple[str, str]]:
    result = view.result
    versions = ", ".join(f"{clean(k)} {clean(v)}" for k, v in sorted(result.versions.items()))
    budget = finite(result.budget)
    seconds = finite(result.seconds)
    return [
        ("created", clean(result.created)),
        ("seed", str(result.seed)),
        ("budget", view.say("report.reproduce.seconds_said", n=f"{budget:g}") if budget is not None else ""),
        (
            "seconds",
            view.say("report.reproduce.seconds_said", n=numbers.significant(seconds)) if seconds else "",
        ),
        ("bundle", code(_last(result.bundle)) if result.bundle else ""),
        ("versions", versions),
    ]


def _last(path: str) -> str:
    """Return a path's last two parts: where it lies on a machine is nobody's business."""
    return "/".join(re.split(r"[\\/]+", path.rstrip("\\/"))[-2:])
