"""What the command line shows: short, the floor beside the baseline first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lowtide.core.contract import Guess
from lowtide.core.finding import Finding
from lowtide.core.result import ColumnFacts, RunResult
from lowtide.report import numbers
from lowtide.report.inline import CODE, END_CODE, END_STRONG, STRONG, clean, plain
from lowtide.report.names import metric_name
from lowtide.report.sections import answers, columns, finding, floor, read
from lowtide.report.sections.findings import by_weight
from lowtide.report.view import View
from lowtide.report.words import Words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

STYLES = {"error": "bold red", "question": "bold yellow", "warning": "yellow", "note": "dim"}
TONES = {"good": "bold green", "bad": "bold red", "warn": "bold yellow", "plain": "bold"}
MOST_FINDINGS = 12


def text(marked: str, style: str = "") -> Text:
    """Return marked text for the terminal; nothing in it is taken for rich's own markup."""
    from rich.text import Text

    out = Text(style=style)
    kind = ""
    for character in clean_keep_marks(marked):
        if character in (CODE, STRONG):
            kind = "cyan" if character == CODE else "bold"
        elif character in (END_CODE, END_STRONG):
            kind = ""
        else:
            out.append(character, kind or None)
    return out


def clean_keep_marks(marked: str) -> str:
    """Return text without control characters, so that no name from the data can steer the terminal."""
    return "".join(c if c in (CODE, END_CODE, STRONG, END_STRONG) else clean(c) for c in marked)


def summary(result: RunResult, lang: str = "en") -> Group:
    """Return the result of a run in a few lines.

    Floor and baseline first, expected second, then findings, questions with the line that answers each,
    and the files.
    """
    from rich.console import Group
    from rich.text import Text

    view = View(result, Words(lang))
    told = floor.facts(view)
    parts: list[RenderableType] = [
        Text(),
        _numbers(view),
        text(_what(view), "dim"),
        Text(),
        text(_verdict(view), TONES[floor.TONES[view.verdict]]),
    ]
    means = view.means(view.floor, toward=view.bad_side)
    if view.floor is None:
        parts.append(text(view.say("report.floor.no_floor_body", **told)))
    elif means:
        parts.append(text(view.say("report.floor.floor_means", means=means), "dim"))
    ahead = floor.lead(view)
    if ahead:
        parts.append(text(ahead, "dim"))
    if view.ships_rule:
        parts.append(text(view.say("report.floor.rule_body", rule=view.rule)))
    grave = [f for f in by_weight(result.findings) if f.severity != "note"]
    if grave:
        parts += [Text(), findings_table(grave[:MOST_FINDINGS], lang)]
        if len(grave) > MOST_FINDINGS:
            parts.append(text(view.say("terminal.more", n=len(grave) - MOST_FINDINGS), "dim"))
    if result.quarantined:
        parts.append(text(view.say("terminal.left_out", columns=view.column_names(result.quarantined, 10))))
    if result.questions:
        parts += [Text(), questions(result.questions, lang)]
    files = [(key, value) for key, value in (("report", result.report), ("bundle", result.bundle)) if value]
    if files:
        parts.append(Text())
        parts += [text(f"{view.say(f'terminal.{key}')}  {clean(value)}") for key, value in files]
    return Group(*parts)


def _verdict(view: View) -> str:
    return view.say(f"report.floor.{view.verdict}")


def _numbers(view: View) -> Table:
    """Return floor and baseline on the first line, expected and the hurried score below."""
    from rich.table import Table

    table = Table.grid(padding=(0, 3))
    style = TONES[floor.TONES[view.verdict]]
    low = view.say("report.floor.tile_floor_none") if view.floor is None else view.bound(view.floor)
    table.add_row(
        text(view.say("terminal.floor"), "bold"), text(low, style), text(view.say("terminal.baseline"), "bold"),
        text(view.score(view.baseline), "bold"),
    )  # fmt: skip
    naive = view.naive if floor.flatters(view) else None
    if view.expected is not None or naive is not None:
        hurried = f"{view.say('terminal.hurried')} ({view.say('terminal.not_real')})"
        table.add_row(
            text(view.say("terminal.expected")), text(view.score(view.expected)),
            text("" if naive is None else hurried, "dim"),
            text("" if naive is None else view.score(naive), "dim strike"),
        )  # fmt: skip
    return table


def _what(view: View) -> str:
    """Return what the numbers are: the metric, how sure, and for whom."""
    if view.floor is None:
        return view.metric_name
    return f"{view.metric_name}; {view.say('terminal.sure', scenario=view.scenario)}"


def findings_table(findings: Sequence[Finding], lang: str = "en") -> RenderableType:
    """Return findings, the worst first, each with its price."""
    from rich import box
    from rich.table import Table

    words = Words(lang)
    if not findings:
        return text(words.mark("terminal.none"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=None)
    table.add_column(words.say("terminal.col_code"), no_wrap=True)
    table.add_column(words.say("terminal.col_severity"), no_wrap=True)
    table.add_column(words.say("terminal.col_finding"), ratio=3, overflow="fold")
    metrics = {metric_name(words, f.price.metric) for f in findings if f.price is not None}
    price_title = words.say("terminal.col_price")
    price_title = f"{price_title} ({plain(metrics.pop())})" if len(metrics) == 1 else price_title
    table.add_column(price_title, justify="right", no_wrap=True)
    for f in by_weight(findings):
        price, note = finding.price_told(words, f.price)
        price = price if not note or price[:1] in "0123456789+-" else "0"
        title = finding.title(words, f)
        named = all(clean(c) in title for c in f.columns[:1])
        cell = title if named or not f.columns else f"{title}: {words.names(f.columns, 4)}"
        table.add_row(
            text(f.code), text(words.mark(f"common.severities.{f.severity}"), STYLES.get(f.severity, "")),
            text(cell), text(price),
        )  # fmt: skip
    return table


def questions(findings: Sequence[Finding], lang: str = "en") -> Group:
    """Return questions, each with the line of ``lowtide.toml`` that answers it."""
    from rich.console import Group

    words = Words(lang)
    parts: list[RenderableType] = [text(words.mark("terminal.questions"), "bold")]
    for f in findings:
        parts.append(text(finding.question(words, f)))
        parts.append(text(words.mark("terminal.answer_with", file=answers.FILE), "dim"))
        lines = answers.answer_lines(f, "use").split("\n")[1:]
        parts += [_line(line) for line in lines]
    return Group(*parts)


def _line(line: str) -> Text:
    """Return a line to copy: it is never folded."""
    shown = text(f"  {line}", "cyan")
    shown.no_wrap, shown.overflow = True, "ignore"
    return shown


def contract_table(
    guesses: Sequence[Guess], lang: str = "en", columns: Sequence[ColumnFacts] = ()
) -> RenderableType:
    """Return guesses made while reading, the file's first and then the least certain; roles when given."""
    from rich import box
    from rich.console import Group
    from rich.table import Table

    words = Words(lang)
    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, title=words.say("terminal.contract"), title_justify="left"
    )
    for name in ("col_what", "col_value", "col_evidence"):
        table.add_column(words.say(f"terminal.{name}"), overflow="fold")
    table.add_column(words.say("terminal.col_sure"), justify="right", no_wrap=True)
    ordered = sorted(guesses, key=lambda g: (g.column is not None, g.sure if g.column is not None else 0.0))
    for guess in ordered:
        what = read.what(words, guess)
        what = what if guess.column is None else f"{words.names([guess.column])} {what}"
        sure = words.mark("report.read.given") if guess.given else numbers.percent(guess.sure)
        table.add_row(
            text(what), text(read.value(words, guess)), text(read.evidence(words, guess)), text(sure)
        )
    return Group(table, profile_table(columns, lang)) if columns else table


def profile_table(facts: Sequence[ColumnFacts], lang: str = "en", rows: int | None = None) -> Table:
    """Return the columns, one a line; ``rows`` turns counts of missing values into shares."""
    from rich import box
    from rich.table import Table

    words = Words(lang)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in ("column", "role", "type", "missing", "distinct", "examples"):
        number = name in ("missing", "distinct")
        title = words.say(f"terminal.col_{name}")
        table.add_column(title, justify="right" if number else "left", overflow="fold")
    for c in facts:
        missing = numbers.percent(c.missing / rows) if rows else numbers.count(c.missing)
        table.add_row(
            text(words.names([c.name])), text(words.first(f"common.roles.{c.role}", "common.roles.ignore")),
            text(words.first(f"common.types.{c.type}", "common.types.text")), text(missing if c.missing else ""),
            text(numbers.count(c.distinct)), text(columns.examples(words, c), "dim"),
        )  # fmt: skip
    return table
