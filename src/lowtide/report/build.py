"""From a result to a document: the sections, in their order."""

from __future__ import annotations

from lowtide.core.result import RunResult
from lowtide.report.blocks import Document
from lowtide.report.inline import clean
from lowtide.report.sections import SECTIONS
from lowtide.report.view import View
from lowtide.report.words import Words

LABELS = ("contents", "theme", "skip")


def build(result: RunResult, *, lang: str = "en", words: Words | None = None) -> Document:
    """Return the report of a run as a tree of blocks.

    Parameters
    ----------
    result : every fact.
    lang : language of the sentences.
    words : the sentences, when they should be strict (tests).

    Raises
    ------
    UsageError
        If there is no such language.
    """
    view = View(result, words or Words(lang))
    made = (section(view) for section in SECTIONS)
    sections = tuple(s for s in made if s is not None)
    return Document(
        title=view.say("report.page.title"),
        lang=view.words.lang,
        subtitle=view.say("report.page.subtitle"),
        sections=sections,
        labels=labels(view.words, result.versions.get("lowtide", "")),
        created=clean(result.created),
    )


def labels(words: Words, version: str) -> dict[str, str]:
    """Return the words of the page itself."""
    told = {name: words.say(f"report.page.{name}") for name in LABELS}
    told["footer"] = words.say("report.page.footer", version=clean(version))
    return told
