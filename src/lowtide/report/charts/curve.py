"""Observed against predicted: does 70 % happen 70 times in 100?"""

from __future__ import annotations

from lowtide.report.charts import theme
from lowtide.report.charts.specs import Curve


def draw(picture: Curve, name: str, *, narrow: bool = False) -> str:
    """Return the curve as SVG text: intervals, points, and the diagonal where both agree."""
    import altair as alt

    values = [
        {
            "x": p.x,
            "y": p.y,
            "low": p.y if p.low is None else p.low,
            "high": p.y if p.high is None else p.high,
        }
        for p in picture.points
    ]
    numbers = [v[key] for v in values for key in ("x", "low", "high")]
    low, high = (0.0, 1.0) if picture.share else (min(numbers), max(numbers))
    scale = alt.Scale(domain=[low, high], nice=not picture.share, clamp=True)
    form = "%" if picture.share else theme.number_format(numbers)
    x = alt.X("x:Q", scale=scale, axis=alt.Axis(title=picture.x_axis, format=form, tickCount=5, grid=False))
    y = alt.Y("y:Q", scale=scale, axis=alt.Axis(title=picture.y_axis, format=form, tickCount=5))
    base = alt.Chart(alt.Data(values=values))
    ends = alt.Chart(alt.Data(values=[{"x": low, "y": low}, {"x": high, "y": high}]))
    diagonal = ends.mark_line(color=theme.SAND, strokeWidth=2, strokeDash=[6, 4]).encode(x=x, y=y)
    whiskers = base.mark_rule(color=theme.WATER, strokeWidth=2, opacity=0.55).encode(
        x=x, y=alt.Y("low:Q", scale=scale), y2="high:Q"
    )
    points = base.mark_circle(color=theme.SEA, size=70, opacity=1).encode(x=x, y=y)
    line = base.mark_line(color=theme.SEA, strokeWidth=2).encode(x=x, y=y)
    width, height = (270, 250) if narrow else (460, 330)
    return theme.to_svg((diagonal + whiskers + line + points).properties(width=width, height=height), name)
