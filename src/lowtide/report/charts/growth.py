"""The score against the number of training rows: dots that were measured, and a dashed line that continues them."""

from __future__ import annotations

from typing import Any

from lowtide.report.charts import theme
from lowtide.report.charts.series import LINES
from lowtide.report.charts.specs import Growth, Point


def draw(picture: Growth, name: str, *, narrow: bool = False) -> str:
    """Return the learning curve as SVG text; rows on a logarithmic axis, where each doubling is one step."""
    import altair as alt

    known = [*picture.measured, *picture.ahead]
    # Room on the right for the names of the lines.
    names = int(max((theme.text_width(n) for n, _, _ in picture.lines), default=0)) + 12
    width = (270 if narrow else 660) - names
    first, last = min(p.x for p in known), max(picture.now, *(p.x for p in known))
    x = alt.X(
        "x:Q",
        scale=alt.Scale(type="log", base=2, domain=[first / 1.12, last * 1.04], nice=False),
        axis=alt.Axis(
            title=picture.x_axis, grid=False, values=_ticks(picture, narrow), format=",d", labelOverlap=True,
            labelFlush=True,
        ),
    )  # fmt: skip
    shown = [v for p in known for v in (p.y, p.low, p.high) if v is not None]
    y_scale = alt.Scale(zero=False, nice=True)
    form = theme.number_format(shown)
    y = alt.Y("y:Q", scale=y_scale, axis=alt.Axis(title=picture.y_axis, format=form, tickCount=5))
    measured = alt.Chart(alt.Data(values=_values(picture.measured)))
    ahead = alt.Chart(alt.Data(values=_values(picture.ahead)))
    low = alt.Y("low:Q", scale=y_scale)
    now = alt.Chart(alt.Data(values=[{"x": picture.now, "name": picture.now_name}]))
    layers: list[Any] = [
        ahead.mark_area(color=theme.WATER, opacity=0.22).encode(x=x, y=low, y2="high:Q"),
        now.mark_rule(color=theme.LINE, strokeWidth=1.5).encode(x=x),
        now.mark_text(color=theme.MUTED, align="right", dx=-5, dy=2, baseline="top").encode(
            x=x, y=alt.value(0), text="name:N"
        ),
        *_horizontals(picture, x, y, last * 1.04),
        ahead.mark_line(color=theme.SEA, strokeWidth=2.2, strokeDash=[5, 4]).encode(x=x, y=y),
        measured.mark_rule(color=theme.WATER, strokeWidth=2, opacity=0.55).encode(x=x, y=low, y2="high:Q"),
        measured.mark_line(color=theme.SEA, strokeWidth=2.2).encode(x=x, y=y),
        measured.mark_circle(color=theme.SEA, size=70, opacity=1).encode(x=x, y=y),
    ]
    chart = alt.layer(*layers).properties(width=width, height=200 if narrow else 260)
    return theme.to_svg(chart, name)


def _values(points: tuple[Point, ...]) -> list[dict[str, float]]:
    return [
        {
            "x": p.x,
            "y": p.y,
            "low": p.y if p.low is None else p.low,
            "high": p.y if p.high is None else p.high,
        }
        for p in points
    ]


def _ticks(picture: Growth, narrow: bool) -> list[float]:
    """Return the rows now, and their halves and doubles as far as the picture reaches."""
    known = [*picture.measured, *picture.ahead]
    first, last = min(p.x for p in known), max(picture.now, *(p.x for p in known))
    steps = (-4, -2, 0, 2) if narrow else range(-4, 4)
    return [v for k in steps if first * 0.95 <= (v := float(round(picture.now * 2.0**k))) <= last * 1.02]


def _horizontals(picture: Growth, x: Any, y: Any, end: float) -> list[Any]:
    import altair as alt

    layers = []
    for line, value, kind in picture.lines:
        colour, dash = LINES[kind]
        data = alt.Chart(alt.Data(values=[{"y": value, "x": end, "name": line}]))
        layers.append(data.mark_rule(color=colour, strokeWidth=2, strokeDash=dash).encode(y=y))
        layers.append(data.mark_text(align="left", dx=8, color=theme.MUTED).encode(x=x, y=y, text="name:N"))
    return layers
