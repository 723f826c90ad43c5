"""What the command line shows: short, the floor beside the baseline first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from lowtide.core.answering import SPLITS, about_split, choices
from lowtide.core.contract import Guess
from lowtide.core.finding import Finding
from lowtide.core.result import ColumnFacts, RunResult
from lowtide.report import numbers
from lowtide.report.inline import CODE, END_CODE, END_STRONG, STRONG, clean, code, plain, shorten
from lowtide.report.names import metric_name
from lowtide.report.sections import answers, columns, decide, finding, floor, judged, ledger, read, tides
from lowtide.report.sections import rule as rules
from lowtide.report.sections import vault as locking
from lowtide.report.sections.findings import by_weight
from lowtide.report.view import View
from lowtide.report.words import Words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType
    from rich.table import Table
    from rich.text import Text

STYLES = {"error": "bold red", "question": "bold yellow", "warning": "yellow", "note": "dim"}
TONES = {"good": "bold green", "bad": "bold red", "warn": "bold yellow", "plain": "bold"}
# Rows of the same kind when nothing speaks against it: that is what everybody expects.
NOTHING = "split_nothing_seen"
MOST_FINDINGS = 12
ROUGHEST = 3
MOST_GUESSES = 8
# What a file usually is: not worth a line.
USUAL = {
    "format": ("csv", "excel", "parquet", "json"), "encoding": ("utf-8", "ascii"), "delimiter": (",",), "quote": ('"',),
    "header_rows": ("1",), "title_rows": ("0",), "compression": ("gzip", "zstd"),
}  # fmt: skip


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
    parts += _tides(view)
    if view.ships_rule:
        parts += _rule(view)
    parts += [text(line, "dim") for line in decide.lines(view)]
    grave = [f for f in by_weight(result.findings) if f.severity != "note"]
    parts += [Text(), findings_table(grave[:MOST_FINDINGS], lang)]
    if len(grave) > MOST_FINDINGS:
        parts.append(text(view.say("terminal.more", n=len(grave) - MOST_FINDINGS), "dim"))
    parts += [text(line, "dim") for line in ledger.metrics(view)]
    if result.quarantined:
        parts.append(text(view.say("terminal.left_out", columns=view.column_names(result.quarantined, 10))))
    failed = judged.failures(view)
    if failed:
        parts.append(text(failed, "yellow"))
    if result.questions:
        parts += [Text(), questions(result.questions, lang, settings(result))]
    parts += _assumed(view)
    locked = locking.sentences(view)
    if locked:
        parts += [Text(), *(text(line) for line in locked)]
    files = [(key, value) for key, value in (("report", result.report), ("bundle", result.bundle)) if value]
    if files:
        parts.append(Text())
        parts += [_file(view.say(f"terminal.{key}"), value) for key, value in files]
    return Group(*parts)


def vault(result: RunResult, lang: str = "en") -> Group:
    """Return what came out when the vault was opened."""
    from rich.console import Group

    view = View(result, Words(lang))
    verdict = "" if result.vault is None else result.vault.verdict
    tone = {"held": "good", "broken": "bad"}.get(verdict, "warn")
    first, *rest = locking.sentences(view)
    return Group(text(first, TONES[tone]), *(text(line) for line in rest))


def _rule(view: View) -> list[RenderableType]:
    """Return the rule to ship, line by line, and what the bundle holds."""
    made = rules.told(view)
    parts: list[RenderableType] = [text(view.say("report.floor.rule_body", rule=view.rule))]
    parts += [text(f"  {view.say('decide.rule.line', when=line.when, say=line.say)}") for line in made.lines]
    if made.more:
        parts.append(text(f"  {view.say('decide.rule.more', n=made.more)}", "dim"))
    if made.note:
        parts.append(text(made.note))
    if view.result.decision is not None:
        parts.append(text(decide.bundle(view, view.result.decision, "_terminal")))
    return parts


def settings(result: RunResult) -> str:
    """Return where the ``lowtide.toml`` of a run is, as the user would write it."""
    folder = "" if result.bundle is None else result.bundle.replace("\\", "/").rpartition("/")[0]
    return f"{folder}/{answers.FILE}" if folder else answers.FILE


def _file(name: str, path: str) -> Text:
    """Return where a file is; the path is never folded, so that it can be copied."""
    shown = text(f"{name}  {clean(path)}")
    shown.no_wrap, shown.overflow = True, "ignore"
    return shown


def _assumed(view: View) -> list[RenderableType]:
    """Return what was assumed, with the line that changes it; without what the open questions ask already."""
    from rich.text import Text

    asked = any(about_split(f) for f in view.result.questions)
    told: list[RenderableType] = []
    for a in view.result.assumptions:
        if a.setting and a.code != NOTHING and not (asked and a.code.startswith("split_")):
            told.append(text(view.say("terminal.assumed", what=answers.assumption(view, a))))
            told += [_line("[task]"), _line(clean(a.setting))]
    return [Text(), *told] if told else []


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


def _tides(view: View) -> list[RenderableType]:
    """Return the headline and the roughest scenarios, or nothing when there are no others."""
    from rich.table import Table
    from rich.text import Text

    known = tides.known(view)
    rough = [s for s in known if not s.headline][-ROUGHEST:]
    if not rough:
        return []
    table = Table.grid(padding=(0, 3))
    table.add_column(overflow="fold")
    for _ in range(2):
        table.add_column(justify="right", no_wrap=True)
    names = ("scenarios.terminal.title", "report.floor.col_floor", "report.floor.col_expected")
    table.add_row(*(text(view.say(name), "dim") for name in names))
    for s in known:
        if s.headline or s in rough:
            name = view.scenario_words(s.name, "name", s.facts)
            style = "bold" if s.headline else ""
            table.add_row(
                text(name, style), text(view.bound(s.floor), style), text(view.score(s.expected), style)
            )
    return [Text(), table]


def _what(view: View) -> str:
    """Return what the numbers are: the metric, how sure, and for whom."""
    up = "higher" if view.result.greater_is_better else "lower"
    named = f"{view.metric_name} ({view.say(f'terminal.{up}_is_better')})"
    if view.floor is None:
        return named
    return f"{named}; {view.say('terminal.sure', scenario=view.scenario)}"


def findings_table(findings: Sequence[Finding], lang: str = "en") -> RenderableType:
    """Return findings, the worst first, each with its price."""
    from rich import box
    from rich.console import Group
    from rich.table import Table

    words = Words(lang)
    if not findings:
        return text(words.mark("terminal.none"))
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, title=None)
    table.add_column(words.say("terminal.col_code"), no_wrap=True)
    table.add_column(words.say("terminal.col_severity"), no_wrap=True)
    table.add_column(words.say("terminal.col_finding"), ratio=3, overflow="fold")
    metrics = {metric_name(words, f.price.metric) for f in findings if f.price is not None}
    priced = bool(metrics)
    price_title = words.say("terminal.col_price")
    price_title = f"{price_title} ({plain(metrics.pop())})" if len(metrics) == 1 else price_title
    table.add_column(price_title, justify="right", no_wrap=True)
    for f, price in _alike(words, findings):
        title = finding.title(words, f)
        named = all(code(c) in title for c in f.columns[:1])
        cell = title if named or not f.columns else f"{title}: {words.names(f.columns, 4)}"
        table.add_row(
            text(f.code), text(finding.badge(words, f), STYLES.get(f.severity, "")),
            text(cell), text(price),
        )  # fmt: skip
    if not priced:
        return table
    return Group(table, text(words.mark("terminal.price_means"), "dim"))


def _alike(words: Words, findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Return findings with their prices as told; those of one kind that cost nothing share a line."""
    found: dict[tuple[str, ...], tuple[Finding, str]] = {}
    for f in by_weight(findings):
        price = finding.price_told(words, f.price)[0]
        # What a remedy improves was no false score: the report tells by how much.
        price = price if price[:1].isdigit() or not price else words.say("terminal.price_free")
        alone = () if f.columns and f.price is None and f.remedy not in SPLITS else (str(len(found)),)
        key = (f.code, f.severity, *alone)
        if key in found:
            first = found[key][0]
            f = msgspec.structs.replace(first, columns=(*first.columns, *f.columns))
        found[key] = (f, price)
    return list(found.values())


def questions(findings: Sequence[Finding], lang: str = "en", file: str = answers.FILE) -> Group:
    """Return questions, each with the lines of ``lowtide.toml`` (``file``) that answer it."""
    from rich.console import Group

    words = Words(lang)
    parts: list[RenderableType] = [text(words.mark("terminal.questions", file=clean(file)), "bold")]
    for f in findings:
        parts.append(text(finding.question(words, f)))
        for n, choice in enumerate(choices(f)):
            parts.append(_line(words.say("terminal.or")) if n else _line(f"[{choice.table}]"))
            *first, last = choice.lines
            parts += [_line(line) for line in first]
            parts.append(_line(last, words.say(f"terminal.means_{choice.means}")))
        path = f"findings.{f.code}.answer"
        if words.has(path):
            parts.append(text(words.mark("terminal.assumed_answer", answer=words.mark(path)), "dim"))
    return Group(*parts)


def _line(line: str, note: str = "") -> Text:
    """Return a line to copy and what it says: it is never folded."""
    shown = text(f"  {line}", "cyan")
    if note:
        shown.append(f"  # {note}", "dim")
    shown.no_wrap, shown.overflow = True, "ignore"
    return shown


def reading(guesses: Sequence[Guess], lang: str = "en", source: str = "FILE") -> RenderableType:
    """Return the guesses that are worth a look, one a line, and how to see all of them.

    Those that a person gave, those about the file that are unusual, the least certain about columns; columns
    about which the same was guessed share a line.
    """
    from rich.console import Group
    from rich.table import Table

    words = Words(lang)
    rest = text(words.mark("terminal.reading_rest", source=shorten(clean(source), 80)), "dim")
    lines = _worth_a_look(guesses)
    if not lines:
        return Group(text(words.mark("terminal.reading_plain")), rest)
    rows: list[tuple[Text, ...]] = []
    for same in lines[:MOST_GUESSES]:
        first = same[0]
        what = read.what(words, first)
        names = [g.column for g in same if g.column is not None]
        sure = words.mark("report.read.given") if first.given else numbers.percent(first.sure)
        told = read.evidence(words, first)
        told = told if len(names) < 2 else words.mark("terminal.for_example", column=names[0], evidence=told)
        about = f"{what}: {words.names(names, 2 if len(names) == 2 else 1)}" if names else what
        rows.append((text(about), text(read.value(words, first)), text(sure), text(told, "dim")))
    table = Table.grid(padding=(0, 2), expand=True)
    for place, most in enumerate((32, 16, 12)):
        # What is fixed here is not squeezed by long evidence, which takes what is left of the line.
        width = min(most, max(row[place].cell_len for row in rows))
        table.add_column(
            width=width, no_wrap=True, overflow="ellipsis", justify="right" if place == 2 else "left"
        )
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for row in rows:
        table.add_row(*row)
    more = len(lines) - MOST_GUESSES
    parts: list[RenderableType] = [text(words.mark("terminal.contract"), "bold"), table]
    parts += [text(words.mark("terminal.more", n=more), "dim")] if more > 0 else []
    return Group(*parts, rest)


def _worth_a_look(guesses: Sequence[Guess]) -> list[list[Guess]]:
    """Return the guesses that matter: given ones, then the file's, then the least certain; alike ones together."""
    alike: dict[tuple[str, ...], list[Guess]] = {}
    for g in guesses:
        usual = g.column is None and (g.value in USUAL.get(g.what, ()) or g.evidence == "sheet_only")
        if g.given or (not usual and (g.column is None or g.sure < read.SURE)):
            own = (g.what, g.value, g.evidence, str(g.given))
            alike.setdefault(own if g.column is not None else (*own, str(len(alike))), []).append(g)
    alike = {key: sorted(same, key=lambda g: g.sure) for key, same in alike.items()}
    return sorted(alike.values(), key=lambda s: (not s[0].given, s[0].column is not None, s[0].sure))


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
