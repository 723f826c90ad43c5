"""Values in order of time: the target over time, and the score of each forward window."""

from __future__ import annotations

from typing import Any

from lowtide.report.charts import theme
from lowtide.report.charts.specs import Series

LINES = {"bed": (theme.SAND, [1, 0]), "low": (theme.SEA, [1, 0]), "mean": (theme.WATER, [5, 4])}


def draw(picture: Series, name: str, *, narrow: bool = False) -> str:
    """Return the series as SVG text, with its band and its horizontal lines."""
    import altair as alt

    values = [
        {"n": i, "label": s.label, "y": s.value, "low": s.low, "high": s.high}
        for i, s in enumerate(picture.steps)
        if s.value is not None
    ]
    band = [v for v in values if v["low"] is not None and v["high"] is not None]
    # Room on the right for the names of the lines.
    names = 0 if not picture.lines else int(max(theme.text_width(n) for n, _, _ in picture.lines)) + 12
    width = (270 if narrow else 660) - names
    last = max(1, len(picture.steps) - 1)
    pad = 0.5 if picture.marks else 0.0
    x = alt.X(
        "n:Q",
        scale=alt.Scale(domain=[-pad, last + pad], nice=False),
        axis=alt.Axis(
            title=picture.x_axis, grid=False, values=_ticks(len(picture.steps), 3 if narrow else 6),
            labelExpr=theme.lookup([s.label for s in picture.steps]), labelOverlap=True, labelFlush=True,
        ),
    )  # fmt: skip
    known = [s.value for s in picture.steps if s.value is not None]
    form = "~%" if picture.share else theme.number_format(known)
    y_scale = alt.Scale(zero=False, nice=True)
    y = alt.Y("y:Q", scale=y_scale, axis=alt.Axis(title=picture.y_axis, format=form, tickCount=5))
    base = alt.Chart(alt.Data(values=values))
    layers: list[Any] = []
    if band:
        area = alt.Chart(alt.Data(values=band)).mark_area(
            color=theme.WATER, opacity=0.22, interpolate="monotone"
        )
        layers.append(area.encode(x=x, y=alt.Y("low:Q", scale=y_scale), y2="high:Q"))
    layers += _horizontals(picture, y, x, last + pad)
    layers.append(
        base.mark_line(color=theme.SEA, strokeWidth=2.2, interpolate="monotone").encode(x=x, y=y)
        if not picture.marks
        else base.mark_line(color=theme.WATER, strokeWidth=1.2, strokeDash=[2, 3]).encode(x=x, y=y)
    )
    if picture.marks or len(values) == 1:
        layers.append(base.mark_circle(color=theme.SEA, size=90, opacity=1).encode(x=x, y=y))
    chart = alt.layer(*layers).properties(width=width, height=190 if narrow else 230)
    return theme.to_svg(chart, name)


def _horizontals(picture: Series, y: Any, x: Any, end: float) -> list[Any]:
    import altair as alt

    layers = []
    for line, value, kind in picture.lines:
        colour, dash = LINES[kind]
        data = alt.Chart(alt.Data(values=[{"y": value, "n": end, "name": line}]))
        layers.append(data.mark_rule(color=colour, strokeWidth=2, strokeDash=dash).encode(y=y))
        layers.append(data.mark_text(align="left", dx=8, color=theme.MUTED).encode(x=x, y=y, text="name:N"))
    return layers


def _ticks(count: int, most: int) -> list[int]:
    """Return evenly spaced positions, the first and the last among them."""
    if count <= most:
        return list(range(count))
    return sorted({round(i * (count - 1) / (most - 1)) for i in range(most)})
