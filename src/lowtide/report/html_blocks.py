"""Blocks as HTML. All text goes through `markupsafe`, which escapes what is not markup by type."""

from __future__ import annotations

from markupsafe import Markup, escape

from lowtide.report.blocks import (
    Block,
    Callout,
    Card,
    Chart,
    Details,
    Heading,
    Line,
    Paragraph,
    Points,
    Section,
    Table,
    Tile,
    Tiles,
)  # fmt: skip
from lowtide.report.charts.draw import draw
from lowtide.report.charts.specs import Curve, Ranges
from lowtide.report.inline import CODE, END_CODE, END_STRONG, STRONG, clean, plain

# Tables of up to so many rows are kept on one page in print.
SHORT = 14
_OPEN = {CODE: "code", STRONG: "strong"}
_CLOSE = {END_CODE: "code", END_STRONG: "strong"}


def inline(text: str) -> Markup:
    """Return a line of marked text as HTML; marks that do not match are dropped, so tags always nest."""
    out: list[str] = []
    held: list[str] = []
    run: list[str] = []

    def flush() -> None:
        out.append(str(escape(clean("".join(run)))))
        run.clear()

    for character in text:
        if character in _OPEN:
            flush()
            held.append(_OPEN[character])
            out.append(f"<{held[-1]}>")
        elif character in _CLOSE:
            flush()
            if held and held[-1] == _CLOSE[character]:
                out.append(f"</{held.pop()}>")
        else:
            run.append(character)
    flush()
    out += [f"</{tag}>" for tag in reversed(held)]
    return Markup("".join(out))


def lines(text: str, tag: str = "small") -> Markup:
    """Return text whose lines after the first stand smaller below it."""
    first, *rest = text.split("\n")
    below = Markup("").join(Markup("<{0}>{1}</{0}>").format(Markup(tag), inline(line)) for line in rest)
    return inline(first) + below


class Renderer:
    """Turns blocks into HTML; counts pictures, so that ids inside them are unique in the page."""

    def __init__(self) -> None:
        self.pictures = 0

    def section(self, section: Section) -> Markup:
        """Return a section with its heading as its label."""
        return Markup(
            '<section id="{0}" aria-labelledby="{0}-title"><h2 id="{0}-title">{1}</h2>\n{2}</section>'
        ).format(section.id, inline(section.title), self.blocks(section.blocks))

    def blocks(self, blocks: tuple[Block, ...]) -> Markup:
        return Markup("\n").join(self.block(b) for b in blocks)

    def block(self, block: Block) -> Markup:
        """Return one block as HTML."""
        match block:
            case Heading():
                return Markup("<h3>{}</h3>").format(inline(block.text))
            case Paragraph():
                return _paragraph(block)
            case Points():
                items = Markup("").join(Markup("<li>{}</li>").format(inline(i)) for i in block.items)
                return Markup('<ul class="points">{}</ul>').format(items)
            case Tiles():
                return Markup('<dl class="tiles">{}</dl>').format(
                    Markup("").join(_tile(t) for t in block.tiles)
                )
            case Table():
                return _table(block)
            case Chart():
                return self._chart(block)
            case Line():
                label = Markup("<p>{}</p>").format(inline(block.label)) if block.label else Markup("")
                return Markup('<div class="line">{}<pre><code>{}</code></pre></div>').format(
                    label, clean(plain(block.text))
                )
            case Callout():
                return Markup('<div class="callout tone-{}"><h3>{}</h3>{}</div>').format(
                    block.tone, inline(block.title), self.blocks(block.blocks)
                )
            case Card():
                return self._card(block)
            case Details():
                kind = Markup("") if block.printed else Markup(' class="screen"')
                return Markup("<details{}><summary>{}</summary>{}</details>").format(
                    kind, inline(block.summary), self.blocks(block.blocks)
                )

    def _card(self, card: Card) -> Markup:
        side = Markup('<div class="side"><b>{}</b><span>{}</span></div>').format(
            inline(card.side), inline(card.side_note)
        )
        return Markup(
            '<article class="card {}"><header><span class="badge">{}</span><span class="code">{}</span>'
            '<h3>{}</h3></header>{}<div class="body">{}</div></article>'
        ).format(
            card.severity, inline(card.badge), card.code, inline(card.title), side if card.side else "",
            self.blocks(card.blocks),
        )  # fmt: skip

    def _chart(self, chart: Chart) -> Markup:
        """Return a picture in two widths; CSS shows the one that fits, and readers hear the words."""
        self.pictures += 1
        alt = clean(plain(chart.alt))
        drawn = []
        for kind in ("wide", "narrow"):
            svg = draw(chart.picture, f"c{self.pictures}{kind[0]}", narrow=kind == "narrow")
            drawn.append(
                Markup('<div class="{}" role="img" aria-label="{}">{}</div>').format(kind, alt, Markup(svg))
            )
        note = Markup('<p class="note">{}</p>').format(inline(chart.note)) if chart.note else Markup("")
        beside = Markup(' class="beside"') if isinstance(chart.picture, Curve) else Markup("")
        return Markup("<figure{}><figcaption>{}</figcaption>{}{}{}</figure>").format(
            beside, inline(chart.title), _legend(chart), Markup("").join(drawn), note
        )


def _paragraph(block: Paragraph) -> Markup:
    names = ["lead"] if block.lead else []
    names += ["muted"] if block.tone == "muted" else ["warn-text"] if block.tone == "warn" else []
    kind = Markup(' class="{}"').format(" ".join(names)) if names else Markup("")
    return Markup("<p{}>{}</p>").format(kind, inline(block.text))


def _tile(tile: Tile) -> Markup:
    note = Markup('<dd class="note">{}</dd>').format(lines(tile.note, "span")) if tile.note else Markup("")
    return Markup('<div class="tile rank{} tone-{}"><dt>{}</dt><dd class="number">{}</dd>{}</div>').format(
        tile.rank, tile.tone, inline(tile.label), inline(tile.value), note
    )


def _table(table: Table) -> Markup:
    """Return a table; one without column titles is a list of facts."""
    titled = any(c.title for c in table.columns)
    sides = [Markup(' class="num"') if c.align == "right" else Markup("") for c in table.columns]
    head = Markup("")
    if titled:
        cells = Markup("").join(
            Markup('<th scope="col"{}>{}</th>').format(side, inline(c.title))
            for c, side in zip(table.columns, sides, strict=True)
        )
        head = Markup("<thead><tr>{}</tr></thead>").format(cells)
    rows = []
    for number, row in enumerate(table.rows):
        cells = Markup('<th scope="row"{}>{}</th>').format(sides[0], lines(row[0])) if row else Markup("")
        cells += Markup("").join(
            Markup("<td{}>{}</td>").format(side, lines(cell))
            for cell, side in zip(row[1:], sides[1:], strict=False)
        )
        kind = Markup(' class="strong"') if number in table.strong_rows else Markup("")
        rows.append(Markup("<tr{}>{}</tr>").format(kind, cells))
    return Markup(
        '<div class="scroll{}" tabindex="0" role="region" aria-label="{}"><table{}><caption>{}</caption>{}'
        "<tbody>{}</tbody></table></div>"
    ).format(
        " short" if len(table.rows) <= SHORT else "", clean(plain(table.caption)), Markup("") if titled else Markup(' class="facts"'), inline(table.caption), head,
        Markup("").join(rows),
    )  # fmt: skip


def _legend(chart: Chart) -> Markup:
    picture = chart.picture
    if not isinstance(picture, Ranges):
        return Markup("")
    ghost = " ghost" if picture.kind == "prices" else ""
    keys = [("start", picture.start_name), (f"end{ghost}", picture.end_name)]
    keys += [("tick", picture.tick_name)] if picture.tick_name else []
    keys += [("line", picture.reference_name)] if picture.reference is not None else []
    items = Markup("").join(
        Markup('<li><i class="key key-{}"></i>{}</li>').format(kind, clean(name)) for kind, name in keys
    )
    return Markup('<ul class="legend" aria-hidden="true">{}</ul>').format(items)
