"""Horizontal bars: which columns matter, and how much."""

from __future__ import annotations

from lowtide.report.charts import theme
from lowtide.report.charts.specs import Bars


def draw(picture: Bars, name: str, *, narrow: bool = False) -> str:
    """Return the bars as SVG text."""
    import altair as alt

    labels = [label for label, _, _ in picture.rows]
    room, most = theme.label_width(labels, narrow)
    values = [
        {"n": i, "label": theme.fit(label, most), "value": value, "text": text}
        for i, (label, value, text) in enumerate(picture.rows)
    ]
    size = theme.NARROW if narrow else theme.WIDE
    top = max((v for _, v, _ in picture.rows), default=1.0)
    base = alt.Chart(alt.Data(values=values)).encode(
        y=alt.Y("n:O", axis=theme.row_axis([str(v["label"]) for v in values], room)),
    )
    x = alt.X(
        "value:Q",
        scale=alt.Scale(domain=[min(0.0, *(v for _, v, _ in picture.rows), 0.0), top * 1.16 or 1.0]),
        axis=None,
    )
    bars = base.mark_bar(color=theme.SEA, height=14, cornerRadiusEnd=3).encode(x=x)
    text = base.mark_text(align="left", dx=6, color=theme.MUTED).encode(x=x, text="text:N")
    chart = (bars + text).properties(width=size - room - 20, height=26 * max(1, len(values)))
    return theme.to_svg(chart, name)
