"""Colours and letters of all pictures.

Vega draws with fixed sentinel colours; afterwards each becomes a CSS variable of the page, so that one
picture serves light, dark and print. Fonts come from the page.
"""

from __future__ import annotations

import re
from typing import Any

# sentinel drawn by Vega -> variable of the page
COLOURS = {
    "#0a0b01": "--ink", "#0a0b02": "--muted", "#0a0b03": "--line", "#0a0b04": "--sea", "#0a0b05": "--water",
    "#0a0b06": "--sand", "#0a0b07": "--ghost", "#0a0b08": "--card", "#0a0b09": "--bed", "#0a0b0a": "--accent",
}  # fmt: skip
INK, MUTED, LINE, SEA, WATER, SAND, GHOST, CARD, BED, ACCENT = COLOURS
WIDE, NARROW = 760, 340


def config() -> dict[str, Any]:
    """Return the Vega-Lite configuration that all charts share."""
    return {
        "background": "transparent",
        "padding": {"left": 2, "right": 2, "top": 6, "bottom": 2},
        "font": "Noto Sans, sans-serif",
        "view": {"stroke": "transparent"},
        "axis": {
            "labelColor": MUTED, "titleColor": MUTED, "gridColor": LINE, "domainColor": LINE, "tickColor": LINE,
            "labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "titlePadding": 10,
            "labelPadding": 6, "tickSize": 4, "domain": False,
        },
        "text": {"color": INK, "fontSize": 12},
    }  # fmt: skip


def label_width(labels: list[str], narrow: bool) -> tuple[int, int]:
    """Return the room (pixels) and the number of letters that row labels get, the same on any machine.

    A syllable of Hangul takes one em, a Latin letter about 0.58.
    """
    most = 118 if narrow else 236
    wanted = max((text_width(label) for label in labels), default=0) + 10
    return int(min(most, wanted)), most


def text_width(text: str, size: float = 12) -> float:
    """Estimate the width of text in pixels without asking for fonts."""
    return sum(size * (1.0 if ord(c) > 0x1100 else 0.58) for c in text)


def fit(text: str, width: float, size: float = 12) -> str:
    """Cut text to a width in pixels."""
    if text_width(text, size) <= width:
        return text
    kept = ""
    for c in text:
        if text_width(kept + c + "…", size) > width:
            break
        kept += c
    return kept.rstrip() + "…"


def to_svg(chart: Any, name: str) -> str:
    """Draw an Altair chart and make the result a part of the page.

    Parameters
    ----------
    chart : an Altair chart.
    name : prefix of the ids inside the picture; unique in the page.
    """
    import vl_convert

    spec = chart.to_dict()
    spec["config"] = config()
    return adopt(vl_convert.vegalite_to_svg(vl_spec=spec), name)


def adopt(svg: str, name: str) -> str:
    """Replace sentinels by variables, drop fonts, size and roles, and make ids unique in the page."""
    svg = re.sub(r"#0a0b0[0-9a]", lambda m: f"var({COLOURS[m[0]]})", svg, flags=re.IGNORECASE)
    svg = re.sub(r"rgb\(10, ?11, ?(\d+)\)", lambda m: f"var({COLOURS[f'#0a0b{int(m[1]):02x}']})", svg)
    svg = re.sub(r' font-family="[^"]*"| aria-[a-z]+="[^"]*"| role="[^"]*"', "", svg)
    svg = re.sub(r' (?:class|xmlns:xlink|version)="[^"]*"', "", svg)
    # Vega counts its ids on from picture to picture; ours begin anew in each.
    ids = {old: f"{name}-{n}" for n, old in enumerate(dict.fromkeys(re.findall(r'\bid="([^"]+)"', svg)))}
    svg = re.sub(r'\bid="([^"]+)"', lambda m: f'id="{ids[m[1]]}"', svg)
    svg = re.sub(r"url\(#([^)]+)\)", lambda m: f"url(#{ids.get(m[1], m[1])})", svg)
    head, rest = svg.split(">", 1)
    head = re.sub(r' (?:width|height)="[^"]*"', "", head)
    return f'{head} aria-hidden="true" focusable="false">{rest}'


def lookup(labels: list[str]) -> str:
    """Return a Vega expression that gives the label of a row number; labels are passed as JSON, never as code."""
    import json

    # A Vega string literal is JSON's, but for the two line separators that JavaScript does not take.
    quoted = json.dumps(labels, ensure_ascii=True)
    return f"{quoted}[datum.value] || ''"


def row_axis(labels: list[str], room: int, strong: list[int] | None = None) -> Any:
    """Return the axis of named rows, as wide on every machine; some rows' names may be strong."""
    import altair as alt

    heavy: Any = "normal"
    if strong:
        test = f"indexof({strong}, datum.value) >= 0"
        heavy = alt.condition(test, alt.value("bold"), alt.value("normal"))
    return alt.Axis(
        labelFontWeight=heavy,
        title=None, labelExpr=lookup(labels), labelLimit=0, minExtent=room, maxExtent=room, grid=False,
        ticks=False, labelColor=INK, labelPadding=10,
    )  # fmt: skip


def number_format(numbers: list[float]) -> str:
    """Return the d3 format of an axis."""
    most = max((abs(n) for n in numbers), default=0.0)
    return "~s" if most >= 10_000 else ",~r"
