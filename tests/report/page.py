"""Looks at a page the way a browser and a screen reader do."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser

VOID = {"meta", "br", "hr", "img", "link", "input"}


class Page(HTMLParser):
    """Parses a page and notes what matters; raises AssertionError when tags do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.links: list[str] = []
        self.addresses: list[str] = []
        self.labels: list[str] = []
        self.text: list[str] = []
        self.feed(text)
        self.close()
        assert self.stack == [], f"not closed: {self.stack}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._note(tag, dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack and self.stack[-1] == tag, f"</{tag}> closes {self.stack[-3:]}"
        self.stack.pop()

    def handle_data(self, data: str) -> None:
        if not self.stack or self.stack[-1] not in ("style", "script"):
            self.text.append(data)

    def _note(self, tag: str, attrs: dict[str, str | None]) -> None:
        self.tags[tag] += 1
        for name, value in attrs.items():
            assert not name.startswith("on"), f"{tag} has a handler {name}"
            if name == "id" and value:
                self.ids[value] += 1
            if name == "href" and value:
                self.links.append(value)
            if name in ("src", "href", "action", "srcset", "data", "poster") and value:
                self.addresses.append(value)
        if attrs.get("role") == "img":
            self.labels.append(attrs.get("aria-label") or "")

    @property
    def words(self) -> str:
        return " ".join("".join(self.text).split())
