"""What to do next: ship what, would more rows or other columns help, what a better floor costs in data."""

from __future__ import annotations

from typing import Any

from lowtide.core.decision import Decision, FloorPrice, LearningCurve, Need, Range, Twins
from lowtide.report import numbers
from lowtide.report.blocks import (
    Block,
    Callout,
    Chart,
    Column,
    Heading,
    Paragraph,
    Points,
    Section,
    Table,
    Tone,
)  # fmt: skip
from lowtide.report.charts.specs import Growth, Point
from lowtide.report.inline import clean, code, plain
from lowtide.report.numbers import finite
from lowtide.report.sections import floor
from lowtide.report.view import View

TONES: dict[str, Tone] = {"model": "good", "rule": "warn", "nothing": "bad"}
BEYOND = 16


def section(view: View) -> Section | None:
    """Return the section of what to do next; None for results without decisions."""
    decision = view.result.decision
    if decision is None:
        return None
    blocks: list[Block] = [
        ship(view, decision),
        *_rows(view, decision),
        *_columns(view, decision),
        *_price(view, decision),
    ]
    return Section("decide", view.say("decide.title"), tuple(blocks), view.say("decide.short"))


def ship(view: View, decision: Decision) -> Callout:
    """Return what to ship, why, and what the bundle holds when that is not it."""
    reason = decision.reason if view.words.has(f"decide.ship.{decision.reason}") else "other"
    told = {**floor.facts(view), "lead": view.difference(decision.facts.get("lead"))}
    blocks: list[Block] = [Paragraph(view.say(f"decide.ship.{reason}_body", **told))]
    if decision.ship == "rule":
        blocks.append(Paragraph(bundle(view, decision)))
    tone: Tone = "warn" if decision.reason == "ahead" else TONES.get(decision.ship, "plain")
    return Callout(view.say(f"decide.ship.{reason}"), tone, tuple(blocks))


def bundle(view: View, decision: Decision, end: str = "") -> str:
    """Return what the bundle holds when the rule should be shipped."""
    holds = "rule" if decision.facts.get("bundle") == "rule" else f"model{end}"
    return view.say(f"decide.ship.bundle_{holds}")


# Rows --------------------------------------------------------------------------------------------


def rows_facts(view: View, decision: Decision) -> dict[str, Any]:
    """Return what the sentences about more rows may name."""
    curve = decision.curve
    gain = None if curve is None else curve.double or curve.last
    told = {"small": view.difference(decision.small), "why": missing(view, decision, "curve")}
    if curve is None or gain is None:
        return told
    told |= {
        "enough": _enough(view, decision, curve), "gain": view.difference(gain.value), "low": view.difference(max(0.0, gain.low)), "high": view.difference(gain.high),
        "gain4": view.difference(None if curve.fourfold is None else curve.fourfold.value),
    }  # fmt: skip
    return told


def _enough(view: View, decision: Decision, curve: LearningCurve) -> str:
    if curve.double is None:
        return ""
    if curve.enough is None:
        return view.say("decide.rows.enough_never")
    small = view.difference(decision.small)
    return view.say("decide.rows.enough", rows=numbers.count(_about(curve.enough)), small=small)


def missing(view: View, decision: Decision, what: str) -> str:
    """Return why a part of the evidence is not there."""
    why = decision.missing.get(what, "other")
    return view.say(
        f"decide.missing.{why if view.words.has(f'decide.missing.{why}') else 'other'}", code=clean(why)
    )


def form(view: View, path: str, decision: Decision) -> str:
    """Return the key of a sentence, that of a longer past where rows are added to the past."""
    recent = decision.curve is not None and decision.curve.parts == "recent"
    return f"{path}_recent" if recent and view.words.has(f"{path}_recent") else path


def _rows(view: View, decision: Decision) -> list[Block]:
    answer = view.say(form(view, f"decide.rows.{decision.rows}", decision), **rows_facts(view, decision))
    blocks: list[Block] = [Heading(view.say("decide.rows.title")), Paragraph(answer)]
    curve = decision.curve
    if curve is None:
        return blocks
    picture = _chart(view, curve)
    blocks += [picture] if picture is not None else []
    items = [
        view.say(f"decide.rows.{curve.parts}" if view.words.has(f"decide.rows.{curve.parts}") else "decide.rows.random"),
        view.say("decide.rows.interval", share=numbers.percent(2 * view.result.floor.confidence - 1)),
        view.say("decide.rows.member", member=code(clean(curve.member))),
    ]  # fmt: skip
    if curve.parts != "recent":
        items.append(
            view.say(
                "decide.rows.full_data", largest=numbers.count(curve.largest), rows=numbers.count(curve.rows),
                gain=view.difference(curve.full_data.value),
            )
        )  # fmt: skip
        items.append(view.say("decide.rows.far"))
    return [*blocks, Points(tuple(items))]


def _chart(view: View, curve: LearningCurve) -> Chart | None:
    """Return the learning curve as a picture, up to four times the present rows."""
    shown = [p for p in curve.points if not p.far and p.rows > 0]
    points = {
        kind: tuple(
            Point(float(p.rows), y, finite(p.low), finite(p.high), p.rows)
            for p in shown
            if p.measured == kind and (y := finite(p.score)) is not None
        )
        for kind in (True, False)
    }
    if len(points[True]) < 2:
        return None
    told = ", ".join(
        view.say("decide.rows.chart_point", score=view.score(p.y), rows=numbers.count(p.x))
        for p in points[True]
    )
    names = {name: plain(view.say(f"decide.rows.{name}")) for name in ("measured", "ahead", "now")}
    alt = view.say("decide.rows.chart_alt_recent", measured=told)
    if curve.double is not None and curve.fourfold is not None:
        by_rows = {p.rows: p for p in curve.points if not p.measured}
        two, four = by_rows.get(2 * curve.rows), by_rows.get(4 * curve.rows)
        alt = view.say(
            "decide.rows.chart_alt", measured=told, rows2=numbers.count(2 * curve.rows), rows4=numbers.count(4 * curve.rows),
            double=view.score(None if two is None else two.score), fourfold=view.score(None if four is None else four.score),
        )  # fmt: skip
    return Chart(
        title=view.say("decide.rows.chart"),
        alt=plain(alt),
        picture=Growth(
            measured=points[True], ahead=points[False], now=float(curve.rows), x_axis=plain(view.say("decide.rows.x")),
            y_axis=plain(view.metric_name), measured_name=names["measured"], ahead_name=names["ahead"],
            now_name=names["now"],
            lines=_bed(view, [*points[True], *points[False]]),
        ),
        note=view.say("decide.rows.chart_note" if curve.double is not None else "decide.rows.chart_note_recent"),
    )  # fmt: skip


def _bed(view: View, points: list[Point]) -> tuple[tuple[str, float, str], ...]:
    """Return the baseline as a line, unless it lies so far off that the curve would be flat beside it."""
    if view.baseline is None:
        return ()
    ends = [v for p in points for v in (p.y, p.low, p.high) if v is not None]
    off = max(min(ends) - view.baseline, view.baseline - max(ends))
    if off > 1.5 * (max(ends) - min(ends)):
        return ()
    return ((plain(view.say("decide.rows.baseline")), view.baseline, "bed"),)


# Columns -----------------------------------------------------------------------------------------


def _columns(view: View, decision: Decision) -> list[Block]:
    alike = _alike(view, decision.twins)
    limit = None if decision.curve is None else decision.curve.limit
    text = view.say(
        form(view, f"decide.columns.{decision.columns}", decision), alike=alike, expected=view.score(view.expected),
        **_ends(view, limit),
    )  # fmt: skip
    blocks: list[Block] = [Heading(view.say("decide.columns.title")), Paragraph(text.strip())]
    twins = decision.twins
    if twins is None:
        return blocks
    items = [] if decision.columns == "exhausted" else [alike]
    if finite(twins.best) is not None:
        items.append(view.say("decide.columns.bound", best=view.score(twins.best)))
    if twins.error_low is not None and twins.error_high is not None:
        items.append(
            view.say(
                "decide.columns.error",
                low=numbers.percent(twins.error_low),
                high=numbers.percent(twins.error_high),
            )
        )
    return [*blocks, Points(tuple(items))] if items else blocks


def _alike(view: View, twins: Twins | None) -> str:
    if twins is None:
        return ""
    kind = "number" if twins.differ is None else "class"
    return view.say(
        f"decide.columns.twins_{kind}", rows=numbers.count(twins.rows), share=numbers.percent(twins.share),
        differ=numbers.percent(twins.differ), spread=numbers.percent(twins.spread),
    )  # fmt: skip


def _ends(view: View, found: Range | None) -> dict[str, str]:
    if found is None:
        return {"limit": numbers.UNKNOWN, "low": numbers.UNKNOWN, "high": numbers.UNKNOWN}
    return {"limit": view.score(found.value), "low": view.score(found.low), "high": view.score(found.high)}


# Price -------------------------------------------------------------------------------------------


def _price(view: View, decision: Decision) -> list[Block]:
    price = decision.price
    if price is None:
        why = view.say("decide.price.unknown", why=missing(view, decision, "price"))
        return [Heading(view.say("decide.price.title")), Paragraph(why)]
    columns = [Column(view.say("decide.price.col_data")), Column(view.say("decide.price.col_floor"), "right")]
    rows = [[view.say("decide.price.now", units=units(view, price, price.units)), view.bound(view.floor), ""]]
    for step in price.steps:
        factor = numbers.any_number(step.factor)
        name = view.say("decide.price.times", factor=factor, units=units(view, price, step.units))
        rows.append([name, view.bound(step.floor), f"{view.bound(step.low)} – {view.bound(step.high)}"])
    if price.curve:
        columns.append(Column(view.say("decide.price.col_range"), "right"))
    cells = tuple(tuple(row[: len(columns)]) for row in rows)
    table = Table(view.say("decide.price.caption"), tuple(columns), cells)
    needs = [text for name in ("baseline", "half") if (text := need(view, price, name))]
    assumed = [view.say(f"decide.price.{'windows' if price.assumption == 'windows' else 'root'}")]
    assumed.append(view.say("decide.price.curve" if price.curve else "decide.price.no_curve"))
    blocks: list[Block] = [Heading(view.say("decide.price.title")), table]
    blocks += [Points(tuple(needs))] if needs else []
    return [*blocks, Paragraph(" ".join(assumed), "muted")]


def need(view: View, price: FloorPrice, name: str, path: str = "decide.price.") -> str:
    """Return what a floor at the baseline, or half as far away, takes; empty when that is not asked."""
    found: Need | None = price.to_baseline if name == "baseline" else price.to_half
    if found is None:
        return ""
    key = f"{path}{name}"
    if found.units is None:
        return view.say(f"{key}_never", goal=view.score(found.floor))
    if name == "half" and not view.result.greater_is_better:
        key = f"{key}_up"
    if found.soonest == found.units == found.latest:
        key = f"{key}_exact"
    text = view.say(
        key, goal=view.score(found.floor) if name == "baseline" else view.bound(found.floor),
        units=units(view, price, _about(found.units)), soonest=_number(view, price, found.soonest),
        latest=_number(view, price, found.latest),
    )  # fmt: skip
    return f"{text} {view.say('decide.price.far')}" if found.far else text


def units(view: View, price: FloorPrice, count: float | None) -> str:
    """Return a number of rows, groups or periods with its word."""
    kind = price.unit if view.words.has(f"decide.price.{price.unit}") else "rows"
    return view.say(f"decide.price.{kind}", n=numbers.count(count))


def _about(count: int | None) -> float | None:
    """Return a needed number with the two digits that can be known of it."""
    return None if count is None else float(f"{count:.2g}")


def _number(view: View, price: FloorPrice, count: int | None) -> str:
    if count is None:
        return view.say("decide.price.beyond", units=numbers.count(BEYOND * price.units))
    return numbers.count(_about(count))


# Terminal ----------------------------------------------------------------------------------------


def lines(view: View) -> list[str]:
    """Return what to do next in two or three lines for the terminal."""
    decision = view.result.decision
    if decision is None:
        return []
    told = [
        view.say(form(view, f"decide.terminal.rows_{decision.rows}", decision), **rows_facts(view, decision))
    ]
    told.append(view.maybe(f"decide.terminal.columns_{decision.columns}"))
    price = decision.price
    if price is not None and price.to_baseline is not None and view.ships_rule:
        told.append(need(view, price, "baseline", "decide.terminal.price_"))
    elif price is not None and price.steps:
        step = price.steps[0]
        told.append(
            view.say(
                "decide.terminal.price_double",
                floor=view.bound(step.floor),
                units=units(view, price, step.units),
            )
        )
    return [line for line in told if line]
