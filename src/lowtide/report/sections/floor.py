"""The promise: floor beside baseline first, expected second, then the tide picture and the tide table."""

from __future__ import annotations

from typing import Any

from lowtide.core.decision import Verdict
from lowtide.report import numbers
from lowtide.report.blocks import (
    Block,
    Callout,
    Chart,
    Column,
    Details,
    Heading,
    Paragraph,
    Points,
    Section,
    Table,
    Tile,
    Tiles,
    Tone,
)  # fmt: skip
from lowtide.report.charts.specs import Level, Tide
from lowtide.report.inline import clean, plain, strong
from lowtide.report.numbers import finite
from lowtide.report.sections import rule as rules
from lowtide.report.sections import tides
from lowtide.report.view import View

TONES: dict[Verdict, Tone] = {
    "above": "good", "ahead": "warn", "level": "warn", "below": "bad", "no_floor": "bad", "no_baseline": "plain",
}  # fmt: skip


def section(view: View) -> Section:
    """Return the section of the floor."""
    blocks: list[Block] = [verdict(view), tiles(view)]
    picture = tide(view)
    if picture is not None:
        blocks += [picture, _how_to_read(view)]
    if view.ships_rule:
        blocks += rule(view)
    blocks += tides.tide_table(view)
    return Section("floor", view.say("report.floor.title"), tuple(blocks), view.say("report.floor.short"))


def facts(view: View) -> dict[str, Any]:
    """Return what the sentences about the floor may name."""
    direction = "up" if view.result.greater_is_better else "down"
    bound = view.bound(view.floor)
    return {
        "floor": bound,
        "promise": view.say(f"report.floor.promise_{direction}", floor=bound),
        "baseline": view.score(view.baseline),
        "expected": view.score(view.expected),
        "rule": view.rule,
        "scenario": view.scenario,
        "trials": view.result.trials,
        "why": refusal(view),
    }


def verdict(view: View) -> Callout:
    """Return the verdict in a sentence, and what stands behind it."""
    told = facts(view)
    blocks: list[Block] = [Paragraph(view.say(f"report.floor.{view.verdict}_body", **told))]
    if view.floor is None and view.expected is not None:
        blocks.append(Paragraph(view.say("report.floor.no_floor_expected", **told)))
    ahead = lead(view)
    if ahead:
        blocks.append(Paragraph(ahead))
    meaning = view.means(view.floor, toward=view.bad_side)
    if meaning:
        scale = view.means(view.floor, "scale")
        blocks.append(
            Paragraph(f"{view.say('report.floor.floor_means', means=meaning)} {scale}".strip(), "muted")
        )
    return Callout(view.say(f"report.floor.{view.verdict}"), TONES[view.verdict], tuple(blocks))


def lead(view: View) -> str:
    """Return how far the model is ahead of the rule on the same rows; empty when that is not known or not so."""
    known = view.result.lead
    if known is None or view.floor is None or (finite(known.bound) or 0.0) <= 0:
        return ""
    text = view.say(
        "report.floor.lead", lead=view.difference(known.bound), usual=view.difference(known.expected),
        sure=numbers.percent(known.confidence),
    )  # fmt: skip
    if known.windows and known.ahead is not None:
        text = f"{text} {view.say('report.floor.lead_windows', ahead=known.ahead, windows=known.windows)}"
    return text


def refusal(view: View) -> str:
    """Return why there is no floor, and what would allow one."""
    floor = view.result.floor
    if floor.refusal is None:
        return ""
    key = floor.refusal if view.words.has(f"refusals.{floor.refusal}.why") else "other"
    why = view.say(f"refusals.{key}.why", code=clean(floor.refusal))
    if not floor.needed or not view.words.has(f"refusals.{key}.needed"):
        return why
    return f"{why} {view.say(f'refusals.{key}.needed', needed=floor.needed)}".rstrip()


def tiles(view: View) -> Tiles:
    """Return the numbers: floor and baseline first, expected second, the hurried score last."""
    told = facts(view)
    none = view.floor is None
    made = [
        Tile(
            view.say("report.floor.tile_floor"),
            view.say("report.floor.tile_floor_none") if none else told["floor"],
            _two(
                view.means(view.floor, "short", view.bad_side),
                view.say(
                    "report.floor.tile_floor_none_note" if none else "report.floor.tile_floor_note", **told
                ),
            ),
            TONES[view.verdict],
            rank=1,
        ),
        Tile(
            view.say("report.floor.tile_baseline"),
            told["baseline"],
            _two(view.means(view.baseline, "short"), view.say("report.floor.tile_baseline_note", **told)),
            rank=1,
        ),
    ]
    if view.expected is not None:
        note = view.say("report.floor.tile_expected_note", **told) if view.result.trials > 1 else ""
        made.append(Tile(view.say("report.floor.tile_expected"), told["expected"], note, rank=2))
    if view.naive is not None and flatters(view):
        note = "report.floor.tile_naive_note" if view.leaks else "report.floor.tile_naive_note_plain"
        made.append(
            Tile(view.say("report.floor.tile_naive"), view.score(view.naive), view.say(note), "muted", rank=3)
        )
    return Tiles(tuple(made))


def _two(first: str, second: str) -> str:
    return f"{strong(first)}\n{second}" if first else second


def flatters(view: View) -> bool:
    """Say whether the naive score is better than what is expected, so that there is something to warn of."""
    best = view.expected if view.expected is not None else view.floor
    return view.naive is not None and (best is None or view.better(view.naive, best))


def tide(view: View) -> Chart | None:
    """Return the tide picture, or None when not even two levels are known."""
    ghost = view.naive if flatters(view) else None
    values = {"bed": view.baseline, "low": view.floor, "mean": view.expected, "ghost": ghost}
    if sum(v is not None for v in values.values()) < 2:
        return None
    levels = {kind: _level(view, kind, value) for kind, value in values.items()}
    gain = view.gain(view.bound(view.floor), view.score(view.baseline))
    depth = short = ""
    if gain is not None and gain > 0:
        short = view.difference(gain, 3)
        depth = plain(view.say("report.floor.depth", gain=view.difference(gain, 3)))
    told = [
        view.say(f"report.floor.level_{kind}", value=level.text)
        for kind, level in levels.items()
        if level is not None
    ]
    return Chart(
        title=view.say("report.floor.chart"),
        alt=view.say("report.floor.chart_alt", levels=" ".join(told)),
        picture=Tide(
            **levels, up=view.result.greater_is_better, depth=depth, depth_short=short,
            fog="" if view.floor is not None else plain(view.say("report.floor.fog")),
        ),
    )  # fmt: skip


def _level(view: View, kind: str, value: float | None) -> Level | None:
    if value is None:
        return None
    text = view.bound(value) if kind == "low" else view.score(value)
    name = plain(view.say(f"report.floor.name_{kind}"))
    return Level(value, plain(text), name, plain(view.say(f"report.floor.note_{kind}")))


def _how_to_read(view: View) -> Details:
    shown = [("bed", view.baseline), ("low", view.floor), ("mean", view.expected)]
    items = [
        view.say(f"report.floor.read_{kind}", rule=view.rule) for kind, value in shown if value is not None
    ]
    if flatters(view):
        items.append(view.say("report.floor.read_ghost"))
    return Details(view.say("report.floor.read"), (Points(tuple(items)),))


def rule(view: View) -> list[Block]:
    """Return the simple rule line by line, when it is what should be shipped."""
    blocks: list[Block] = [
        Heading(view.say("report.floor.rule_title")),
        Paragraph(view.say("report.floor.rule_body", rule=view.rule)),
    ]
    made = rules.told(view)
    if made.lines:
        columns = (
            Column(view.say("report.floor.rule_when")),
            Column(view.say("report.floor.rule_say"), "right"),
            Column(view.say("report.floor.rule_rows"), "right"),
        )
        rows = tuple((line.when, line.say, line.rows) for line in made.lines)
        blocks.append(Table(view.say("report.floor.rule_caption"), columns, rows))
    if made.more:
        blocks.append(Paragraph(view.say("decide.rule.more", n=made.more), "muted"))
    return [*blocks, Paragraph(made.note)] if made.note else blocks
