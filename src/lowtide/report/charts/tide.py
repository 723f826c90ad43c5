"""The tide picture: how deep the water is when it is lowest.

Sea bed = baseline, low-tide line = floor, mean water = expected, and above them, as a ghost, the score that
a hurried analysis would have shown. Better is always up. Written by hand as SVG: no chart grammar has a sea.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape

from lowtide.report.charts.specs import Level, Tide
from lowtide.report.charts.theme import fit, text_width


@dataclass(frozen=True, slots=True)
class _Frame:
    """Sizes in pixels: of the picture, of its left gauge, and of the column of labels on the right."""

    width: int
    height: int
    sea: int
    gauge: int
    number: int
    name: int
    gap: int


WIDE = _Frame(width=920, height=400, sea=560, gauge=34, number=26, name=14, gap=62)
NARROW = _Frame(width=350, height=380, sea=196, gauge=0, number=21, name=13, gap=58)


def draw(tide: Tide, name: str, *, narrow: bool = False) -> str:
    """Return the picture as SVG text."""
    frame = NARROW if narrow else WIDE
    levels = [level for level in (tide.bed, tide.low, tide.mean, tide.ghost) if level is not None]
    if not levels:
        return ""
    place = _Scale(levels, tide, frame)
    parts = [_defs(name), f'<g clip-path="url(#{name}-frame)">', _sky(frame)]
    parts += [*_waters(tide, place, frame, name), *_lines(tide, place, frame), "</g>"]
    parts += [_depth(tide, place, frame), *_labels(tide, place, frame)]
    body = "".join(parts).replace("@frame", f"0 0 {frame.sea} {frame.height}")
    clip = (
        f'<clipPath id="{name}-frame"><rect width="{frame.sea}" height="{frame.height}" rx="10"/></clipPath>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {frame.width} {frame.height}" '
        f'aria-hidden="true" focusable="false"><defs>{clip}</defs>{body}</svg>'
    )


class _Scale:
    """From a score to a height. A level far outside the others is kept at the edge, so that they stay apart."""

    def __init__(self, levels: list[Level], tide: Tide, frame: _Frame) -> None:
        self.sign = 1.0 if tide.up else -1.0
        core = [lv.value for lv in (tide.low, tide.mean, tide.bed) if lv is not None] or [levels[0].value]
        water = [lv.value for lv in (tide.low, tide.mean) if lv is not None]
        spread = max(core) - min(core) or abs(core[0]) * 0.1 or 1.0
        if tide.bed is not None and water:
            # A hopeless baseline would press floor and expected into one line.
            middle = sum(water) / len(water)
            reach = 6 * max(max(water) - min(water), abs(middle) * 0.02, 1e-12)
            spread = min(spread, max(reach, 1e-12)) if abs(tide.bed.value - middle) > 20 * reach else spread
            core = [min(max(v, middle - spread * 1.0), middle + spread) for v in core]
        ghost = [] if tide.ghost is None else [tide.ghost.value]
        low, high = min(core), max(core)
        ghost = [min(max(g, low - 2.5 * spread), high + 2.5 * spread) for g in ghost]
        low, high = min([low, *ghost]), max([high, *ghost])
        self.low, self.high = low, high
        top, bottom = frame.height * 0.16, frame.height * 0.80
        self.top, self.bottom = top, bottom

    def __call__(self, value: float) -> float:
        span = self.high - self.low
        share = 0.5 if span <= 0 else (min(max(value, self.low), self.high) - self.low) / span
        share = share if self.sign > 0 else 1 - share
        return round(self.bottom - share * (self.bottom - self.top), 2)


def _defs(name: str) -> str:
    return (
        f'<defs><linearGradient id="{name}-deep" x1="0" y1="0" x2="0" y2="1">'
        '<stop offset="0" stop-color="var(--water)"/><stop offset="1" stop-color="var(--deep)"/>'
        f'</linearGradient><pattern id="{name}-fog" width="9" height="9" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate(38)"><line x1="0" y1="0" x2="0" y2="9" stroke="var(--ghost)" '
        'stroke-width="1.4" opacity=".5"/></pattern></defs>'
    )


def _sky(frame: _Frame) -> str:
    return f'<rect width="{frame.sea}" height="{frame.height}" fill="var(--sky)"/>'


def _wave(y: float, width: int, height: float, length: float, shift: float = 0.0) -> str:
    """Return the path of a wave line from the left edge to the right one."""
    points = []
    steps = max(8, int(width / 10))
    for i in range(steps + 1):
        x = width * i / steps
        points.append(f"{x:.1f},{y + height * math.sin(2 * math.pi * (x / length + shift)):.1f}")
    return "M" + " L".join(points)


def _filled(path: str, frame: _Frame) -> str:
    return f"{path} L{frame.sea},{frame.height} L0,{frame.height} Z"


def _waters(tide: Tide, place: _Scale, frame: _Frame, name: str) -> list[str]:
    """Ghost, tidal zone, deep water and sand, from the back to the front."""
    parts = []
    if tide.ghost is not None:
        path = _wave(place(tide.ghost.value), frame.sea, 4, 150, 0.3)
        parts.append(f'<path d="{_filled(path, frame)}" fill="url(#{name}-fog)" opacity=".55"/>')
    if tide.mean is not None:
        path = _wave(place(tide.mean.value), frame.sea, 4, 130)
        parts.append(f'<path d="{_filled(path, frame)}" fill="var(--shallow)"/>')
    if tide.low is not None:
        path = _wave(place(tide.low.value), frame.sea, 1.6, 190, 0.2)
        parts.append(f'<path d="{_filled(path, frame)}" fill="url(#{name}-deep)"/>')
    if tide.bed is not None:
        path = _wave(place(tide.bed.value), frame.sea, 2.5, frame.sea * 0.83, 0.1)
        parts.append(f'<path d="{_filled(path, frame)}" fill="var(--bed)"/>')
        parts += _grains(place(tide.bed.value), frame)
    return parts


def _grains(y: float, frame: _Frame) -> list[str]:
    """A few ripples of sand, always the same ones."""
    parts = []
    for i in range(1, frame.sea // 30):
        # Multiples of two irrational shares lie evenly and without a pattern (Roberts 2018, R2 sequence).
        x = (i * 0.7548777) % 1 * frame.sea
        dy = 14 + (i * 0.5698403) % 1 * max(20.0, frame.height - y)
        parts.append(
            f'<path d="M{x:.0f},{y + dy:.0f} q7,-4 14,0" fill="none" stroke="var(--sand)" stroke-width="1.3"/>'
        )
    return parts


def _lines(tide: Tide, place: _Scale, frame: _Frame) -> list[str]:
    """The lines of the levels, the boat, and what stands where no floor is known."""
    parts = []
    if tide.ghost is not None:
        path = _wave(place(tide.ghost.value), frame.sea, 4, 150, 0.3)
        parts.append(f'<path d="{path}" class="tide-ghost"/>')
    if tide.mean is not None:
        parts.append(f'<path d="{_wave(place(tide.mean.value), frame.sea, 4, 130)}" class="tide-mean"/>')
    if tide.bed is not None:
        bed = _wave(place(tide.bed.value), frame.sea, 2.5, frame.sea * 0.83, 0.1)
        parts.append(f'<path d="{bed}" class="tide-bed"/>')
    if tide.low is not None:
        # Under the sand there is no water to draw a surface of: only a mark of where it would be.
        dry = " tide-aground" if _aground(tide, place) else ""
        path = _wave(place(tide.low.value), frame.sea, 1.6, 190, 0.2)
        parts.append(f'<path d="{path}" class="tide-low{dry}"/>')
        parts.append(_boat(tide, place, frame))
    elif tide.fog:
        parts.append(_fog(tide, frame))
    return parts


def _boat(tide: Tide, place: _Scale, frame: _Frame) -> str:
    """A small boat on the low-tide line; it lies on its side where the sand is higher than the water."""
    assert tide.low is not None
    y, x = place(tide.low.value), frame.sea * 0.66
    aground = _aground(tide, place)
    if aground and tide.bed is not None:
        y = place(tide.bed.value)
    size = 1.0 if frame.sea > 300 else 0.72
    turn = " rotate(17)" if aground else ""
    return (
        f'<g transform="translate({x:.0f},{y:.1f}) scale({size}){turn}" class="tide-boat">'
        '<path d="M-34,-7 L34,-7 C30,5 22,9 12,9 L-16,9 C-26,9 -31,3 -34,-7 Z"/>'
        '<path d="M-2,-11 L-2,-56" class="tide-mast"/><path d="M2,-54 L2,-13 L30,-13 C26,-30 16,-44 2,-54 Z" '
        'class="tide-sail"/><path d="M-6,-44 L-6,-13 L-24,-13 C-20,-26 -14,-36 -6,-44 Z" class="tide-sail"/></g>'
    )


def _aground(tide: Tide, place: _Scale) -> bool:
    """Say whether the sand is as high as the water at low tide."""
    return tide.low is not None and tide.bed is not None and place(tide.bed.value) <= place(tide.low.value)


def _fog(tide: Tide, frame: _Frame) -> str:
    y = frame.height * 0.5
    text = escape(fit(tide.fog, frame.sea - 40, 15))
    return (
        f'<rect x="0" y="{y - 34:.0f}" width="{frame.sea}" height="68" fill="var(--card)" opacity=".86"/>'
        f'<text x="{frame.sea / 2:.0f}" y="{y + 5:.0f}" text-anchor="middle" class="tide-fog">{text}</text>'
    )


def _depth(tide: Tide, place: _Scale, frame: _Frame) -> str:
    """The arrow between sea bed and low tide: what is there even on the worst day."""
    if tide.low is None or tide.bed is None or not tide.depth:
        return ""
    top, bottom = place(tide.low.value), place(tide.bed.value)
    if bottom - top < 26:
        return ""
    x = frame.sea * (0.16 if frame.gauge else 0.12)
    middle = (top + bottom) / 2
    room = frame.sea - x - 16
    text = escape(tide.depth if text_width(tide.depth, 16) <= room else fit(tide.depth_short, room, 16))
    return (
        f'<g class="tide-depth"><path d="M{x:.0f},{top + 5:.1f} V{bottom - 5:.1f}"/>'
        f'<path d="M{x - 5:.0f},{top + 11:.1f} L{x:.0f},{top + 4:.1f} L{x + 5:.0f},{top + 11:.1f}"/>'
        f'<path d="M{x - 5:.0f},{bottom - 11:.1f} L{x:.0f},{bottom - 4:.1f} L{x + 5:.0f},{bottom - 11:.1f}"/>'
        f'<text x="{x + 12:.0f}" y="{middle + 5:.1f}">{text}</text></g>'
    )


def _labels(tide: Tide, place: _Scale, frame: _Frame) -> list[str]:
    """Numbers beside their lines, moved apart where lines are close."""
    named = [("ghost", tide.ghost), ("mean", tide.mean), ("low", tide.low), ("bed", tide.bed)]
    shown = [(kind, level, place(level.value)) for kind, level in named if level is not None]
    shown.sort(key=lambda item: item[2])
    heights = spread([y for _, _, y in shown], frame.gap, 30, frame.height - 34)
    parts = []
    x = frame.sea + (34 if frame.gauge else 20)
    room = frame.width - x - 2
    for (kind, level, y), at in zip(shown, heights, strict=True):
        parts.append(
            f'<path d="M{frame.sea},{y:.1f} C{frame.sea + 12},{y:.1f} {x - 16},{at:.1f} {x - 5},{at:.1f}" '
            f'class="tide-lead tide-lead-{kind}"/>'
        )
        name = escape(fit(level.name, room, frame.name))
        parts.append(
            f'<text x="{x}" y="{at + 4:.1f}" class="tide-number tide-{kind}-text" '
            f'font-size="{frame.number}">{escape(level.text)}</text>'
            f'<text x="{x}" y="{at + 4 + frame.name + 5:.1f}" class="tide-name" font-size="{frame.name}">{name}</text>'
        )
        if frame.gauge and level.note:
            inset = x + 12 + 0.62 * frame.number * len(level.text)
            note = escape(fit(level.note, frame.width - inset, 13))
            parts.append(f'<text x="{inset:.0f}" y="{at + 3:.1f}" class="tide-note">{note}</text>')
    return parts


def spread(wanted: list[float], gap: float, low: float, high: float) -> list[float]:
    """Move heights (ascending) at least ``gap`` apart within bounds, as little as possible.

    >>> spread([10.0, 12.0], 20, 0, 100)
    [1.0, 21.0]
    """
    if len(wanted) > 1:
        gap = min(gap, (high - low) / (len(wanted) - 1))
    clusters: list[list[float]] = []
    for y in wanted:
        clusters.append([y, 1.0])
        # Neighbours that would touch become one cluster around their common middle.
        while len(clusters) > 1 and _bottom(clusters[-2], gap) + gap > _top(clusters[-1], gap):
            (y2, n2), (y1, n1) = clusters.pop(), clusters.pop()
            clusters.append([(y1 * n1 + y2 * n2) / (n1 + n2), n1 + n2])
    placed = [middle + gap * (i - (n - 1) / 2) for middle, n in clusters for i in range(int(n))]
    for i in range(len(placed)):
        placed[i] = max(placed[i], low + gap * i)
    for i in reversed(range(len(placed))):
        placed[i] = min(placed[i], high - gap * (len(placed) - 1 - i))
    return placed


def _top(cluster: list[float], gap: float) -> float:
    return cluster[0] - gap * (cluster[1] - 1) / 2


def _bottom(cluster: list[float], gap: float) -> float:
    return cluster[0] + gap * (cluster[1] - 1) / 2
