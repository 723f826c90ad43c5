"""From a picture's values to SVG: one function a kind of picture, and a table of them."""

from __future__ import annotations

from lowtide.report.charts import bars, curve, growth, ranges, series, tide
from lowtide.report.charts.specs import Bars, Curve, Growth, Picture, Ranges, Series, Tide


def draw(picture: Picture, name: str, *, narrow: bool = False) -> str:
    """Return a picture as SVG text for one width.

    Parameters
    ----------
    picture : what to show.
    name : prefix of ids, unique in the page.
    narrow : for screens of a hand's width.
    """
    match picture:
        case Tide():
            return tide.draw(picture, name, narrow=narrow)
        case Ranges():
            return ranges.draw(picture, name, narrow=narrow)
        case Bars():
            return bars.draw(picture, name, narrow=narrow)
        case Curve():
            return curve.draw(picture, name, narrow=narrow)
        case Series():
            return series.draw(picture, name, narrow=narrow)
        case Growth():
            return growth.draw(picture, name, narrow=narrow)
