"""A document as a tree of frozen blocks: what is said, not how it looks.

Text fields may hold the marks of `lowtide.report.inline`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lowtide.report.charts.specs import Picture

Tone = Literal["plain", "good", "bad", "warn", "muted"]
Align = Literal["left", "right"]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section (the section's own title is in `Section`)."""

    text: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: Tone = "plain"
    lead: bool = False


@dataclass(frozen=True, slots=True)
class Points:
    """A list of sentences."""

    items: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One number with what it means. ``rank`` 1 is the first thing to read, 2 the second, 3 beside them."""

    label: str
    value: str
    note: str = ""
    tone: Tone = "plain"
    rank: int = 2


@dataclass(frozen=True, slots=True)
class Tiles:
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Column:
    title: str
    align: Align = "left"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of text. The first cell of a row is its header; ``strong_rows`` are emphasised."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    strong_rows: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, its title, and the same facts in words for those who cannot see it."""

    title: str
    alt: str
    picture: Picture
    note: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One exact line to copy, e.g. into ``lowtide.toml`` or a terminal."""

    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """A boxed statement."""

    title: str
    tone: Tone
    blocks: tuple[Block, ...] = ()


@dataclass(frozen=True, slots=True)
class Card:
    """A finding: code, severity (its stable name and its word), title, and what belongs to it."""

    code: str
    severity: str
    badge: str
    title: str
    blocks: tuple[Block, ...] = ()
    side: str = ""
    side_note: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """Blocks that are folded until asked for; in print they are open, or left out when not ``printed``."""

    summary: str
    blocks: tuple[Block, ...]
    printed: bool = True


Block = (
    Heading | Paragraph | Points | Tiles | Table | Chart | Line | Callout | Card | Details
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the document. ``id`` is stable and is its anchor."""

    id: str
    title: str
    blocks: tuple[Block, ...]
    short: str = ""


@dataclass(frozen=True, slots=True)
class Document:
    title: str
    lang: str
    subtitle: str
    sections: tuple[Section, ...]
    labels: dict[str, str]
    created: str = ""
