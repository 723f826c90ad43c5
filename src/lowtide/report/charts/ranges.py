"""Rows with two ends on the score axis: scenarios (floor to expected) and prices (left as it is to remedied)."""

from __future__ import annotations

from typing import Any

from lowtide.report.charts import theme
from lowtide.report.charts.specs import Ranges


def draw(picture: Ranges, name: str, *, narrow: bool = False) -> str:
    """Return the ranges as SVG text."""
    import altair as alt

    room, most = theme.label_width([r.label for r in picture.rows], narrow)
    values = [
        {"n": i, "label": theme.fit(r.label, most), "start": r.start, "end": r.end, "tick": r.tick,
         "bed": r.bed, "text": r.text, "edge": _edge(r.start, r.end, picture.up)}
        for i, r in enumerate(picture.rows)
    ]  # fmt: skip
    numbers = [v for r in picture.rows for v in (r.start, r.end, r.tick) if v is not None]
    grounds = [v for v in (picture.reference, *(r.bed for r in picture.rows)) if v is not None]
    if not numbers and not grounds:
        return ""
    numbers += _near(grounds, numbers)
    width = (theme.NARROW if narrow else theme.WIDE) - room - 30
    domain = _domain(numbers)
    scale = alt.Scale(domain=domain, nice=False, reverse=not picture.up)
    form = theme.number_format(numbers)
    axis = alt.Axis(title=picture.axis, format=form, tickCount=4 if narrow else 6)
    heavy = [i for i, r in enumerate(picture.rows) if r.strong]
    y = alt.Y("n:O", axis=theme.row_axis([str(v["label"]) for v in values], room, heavy))
    layers: list[Any] = _ground(values, domain, scale, axis, y, picture.up)
    layers += _reference(picture, domain, scale, axis)
    both = alt.Chart(alt.Data(values=[v for v in values if v["start"] is not None and v["end"] is not None]))
    start = alt.Chart(alt.Data(values=[v for v in values if v["start"] is not None]))
    end = alt.Chart(alt.Data(values=[v for v in values if v["end"] is not None]))
    tick = alt.Chart(alt.Data(values=[v for v in values if v["tick"] is not None]))
    prices = picture.kind == "prices"
    x, x_end = alt.X("start:Q", scale=scale, axis=axis), alt.X("end:Q", scale=scale, axis=axis)
    bar = theme.GHOST if prices else theme.WATER
    layers.append(both.mark_bar(color=bar, height=12, opacity=0.35).encode(x=x, x2="end:Q", y=y))
    layers.append(
        end.mark_point(color=bar, fill=theme.CARD, size=85, strokeWidth=2, opacity=1).encode(x=x_end, y=y)
    )
    layers.append(
        tick.mark_tick(color=theme.MUTED, thickness=2, size=14).encode(x=alt.X("tick:Q", scale=scale), y=y)
    )
    layers.append(start.mark_circle(color=theme.SEA, size=110, opacity=1).encode(x=x, y=y))
    if prices:
        text = end.mark_text(align="left", dx=11, color=theme.INK, fontWeight="bold")
        layers.append(text.encode(x=alt.X("edge:Q", scale=scale), y=y, text="text:N"))
    chart = alt.layer(*layers).properties(width=width, height=34 * max(1, len(values)))
    return theme.to_svg(chart, name)


def _edge(start: float | None, end: float | None, up: bool) -> float | None:
    known = [v for v in (start, end) if v is not None]
    return (max(known) if up else min(known)) if known else None


def _domain(numbers: list[float]) -> list[float]:
    low, high = min(numbers), max(numbers)
    pad = (high - low) * 0.14 or abs(high) * 0.1 or 1.0
    return [low - pad, high + pad]


def _near(grounds: list[float], numbers: list[float]) -> list[float]:
    """Return the grounds that can be shown without pressing the rest together."""
    if not numbers:
        return grounds
    low, high = min(numbers), max(numbers)
    reach = 2 * ((high - low) or abs(high) * 0.1 or 1.0)
    return [g for g in grounds if low - reach <= g <= high + reach]


def _ground(
    values: list[dict[str, Any]], domain: list[float], scale: Any, axis: Any, y: Any, up: bool
) -> list[Any]:
    """Return the sea bed under each row: sand from the bad edge of the picture up to its baseline."""
    import altair as alt

    low, high = domain
    edge = low if up else high
    beds = [
        {"n": v["n"], "bed": min(max(v["bed"], low), high), "edge": edge}
        for v in values
        if v["bed"] is not None
    ]
    if not beds:
        return []
    sand = alt.Chart(alt.Data(values=beds)).mark_bar(color=theme.BED, height=34)
    return [sand.encode(x=alt.X("edge:Q", scale=scale, axis=axis), x2="bed:Q", y=y)]


def _reference(picture: Ranges, domain: list[float], scale: Any, axis: Any) -> list[Any]:
    import altair as alt

    if picture.reference is None or not domain[0] <= picture.reference <= domain[1]:
        return []
    line = alt.Chart(alt.Data(values=[{"x": picture.reference}]))
    return [
        line.mark_rule(color=theme.SAND, strokeWidth=3).encode(x=alt.X("x:Q", scale=scale, axis=axis)),
    ]
