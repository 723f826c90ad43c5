"""What a picture shows: values and the few words inside it. Drawing is done by `lowtide.report.charts.draw`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Level:
    """A water level: ``value`` on the score scale, ``text`` the number as told, ``name``, one short ``note``."""

    value: float
    text: str
    name: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tide:
    """The floor as a tide picture. Levels are None when they are not known.

    ``bed`` baseline, ``low`` floor, ``mean`` expected, ``ghost`` the naive score. ``up`` says whether greater
    scores are better; better is always drawn higher. ``depth`` is written between bed and low (``depth_short`` where there is
    no room for it).
    """

    bed: Level | None
    low: Level | None
    mean: Level | None
    ghost: Level | None
    up: bool
    depth: str = ""
    depth_short: str = ""
    fog: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """One row of a range chart. ``start`` is the solid end, ``end`` the hollow one, ``tick`` a third mark, ``bed`` how
    high the ground is under it."""

    label: str
    start: float | None
    end: float | None
    text: str = ""
    tick: float | None = None
    strong: bool = False
    bed: float | None = None


@dataclass(frozen=True, slots=True)
class Ranges:
    """Rows with two ends on a score axis, and an optional reference line."""

    kind: Literal["scenarios", "prices"]
    rows: tuple[Range, ...]
    axis: str
    start_name: str
    end_name: str
    tick_name: str = ""
    reference: float | None = None
    reference_name: str = ""
    up: bool = True


@dataclass(frozen=True, slots=True)
class Bars:
    """Horizontal bars with a number at the end of each."""

    rows: tuple[tuple[str, float, str], ...]
    axis: str


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    low: float | None = None
    high: float | None = None
    rows: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Observed against predicted, with the diagonal where both agree."""

    points: tuple[Point, ...]
    x_axis: str
    y_axis: str
    diagonal: str
    share: bool


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """Values in order of time, with named horizontal lines (name, value, ``bed``/``low``/``mean``)."""

    steps: tuple[Step, ...]
    x_axis: str
    y_axis: str
    marks: bool = False
    share: bool = False
    lines: tuple[tuple[str, float, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Growth:
    """A score against the number of rows: measured points, their continuation, and the rows that there are now."""

    measured: tuple[Point, ...]
    ahead: tuple[Point, ...]
    now: float
    x_axis: str
    y_axis: str
    measured_name: str
    ahead_name: str
    now_name: str
    lines: tuple[tuple[str, float, str], ...] = ()


Picture = Tide | Ranges | Bars | Curve | Series | Growth
