"""A document as one HTML file that needs nothing else: no network, no font, no framework."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from markupsafe import Markup

from lowtide.core.result import RunResult
from lowtide.core.text import write_text
from lowtide.report.blocks import Document
from lowtide.report.html_blocks import Renderer, inline
from lowtide.report.inline import plain

ASSETS = Path(__file__).parent / "assets"
MARK = Markup(
    '<svg viewBox="0 0 38 24" aria-hidden="true" focusable="false">'
    '<path d="M1,7 q6,-6 12,0 t12,0 t12,0" fill="none" stroke="var(--ghost)" stroke-width="1.6" '
    'stroke-dasharray="3 2.5"/><path d="M1,14 q6,-5 12,0 t12,0 t12,0" fill="none" stroke="var(--water)" '
    'stroke-width="2.6"/><path d="M1,21.5 H37" stroke="var(--sand)" stroke-width="3"/></svg>'
)
PAGE = Markup(
    """<!doctype html>
<html lang="{lang}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="generator" content="lowtide">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<a class="skip" href="#main">{skip}</a>
<header class="top"><div><span class="brand">{mark}lowtide</span><span class="made">{created}</span>\
<button class="theme" type="button" hidden>{theme}</button></div></header>
<div class="layout">
<nav class="contents" aria-label="{contents}"><h2>{contents}</h2><ol>{links}</ol></nav>
<main id="main" tabindex="-1">
<h1>{heading}</h1>
<p class="subtitle">{subtitle}</p>
{sections}
</main>
</div>
<footer><p>{footer}</p></footer>
<script>{js}</script>
</body>
</html>
"""
)


@cache
def _asset(name: str) -> Markup:
    return Markup((ASSETS / name).read_text(encoding="utf-8").strip())


def render(document: Document, *, lang: str = "") -> str:
    """Return a document as one self-contained HTML page.

    Parameters
    ----------
    document : the tree of blocks.
    lang : language of the page; the document's own when empty.
    """
    renderer = Renderer()
    sections = Markup("\n").join(renderer.section(s) for s in document.sections)
    links = Markup("").join(
        Markup('<li><a href="#{}">{}</a></li>').format(s.id, inline(s.short or s.title))
        for s in document.sections
    )
    page = PAGE.format(
        lang=lang or document.lang,
        title=plain(document.title),
        css=_asset("report.css"),
        js=_asset("report.js"),
        skip=document.labels.get("skip", ""),
        contents=document.labels.get("contents", ""),
        theme=document.labels.get("theme", ""),
        footer=document.labels.get("footer", ""),
        mark=MARK,
        created=document.created[:10],
        links=links,
        heading=inline(document.title),
        subtitle=inline(document.subtitle),
        sections=sections,
    )
    return str(page)


def write(result: RunResult, path: Path, lang: str = "en") -> None:
    """Write the report of a run as one HTML file, whole or not at all.

    Parameters
    ----------
    result : every fact.
    path : file to write.
    lang : language of the words.
    """
    from lowtide.report.build import build

    write_text(Path(path), render(build(result, lang=lang), lang=lang))
