"""Sentences in a language, filled with facts.

Sentences live in ``languages/<lang>/*.toml``: the key ``title`` of the table ``[about]`` in ``report.toml`` is
``report.about.title``, the file's name first. Findings have a file each: the key ``title`` in
``findings/LT204.toml`` is ``findings.LT204.title``. A placeholder is
``{name}``, ``{name:style}`` or, in Korean, ``{name|이/가}`` and ``{name:style|이/가}``. Styles: ``score`` (three
significant digits), ``floor`` (the same), ``percent``, ``count``, ``code`` (a name or a list of names from
the data), or any of Python's own format specifications.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from lowtide.core.errors import InternalError, UsageError
from lowtide.report import numbers
from lowtide.report.inline import clean, code, from_template, plain
from lowtide.report.particles import attach

FOLDER = Path(__file__).parent / "languages"
_MISSING = object()


def languages() -> tuple[str, ...]:
    """Return the languages that have a folder of sentences."""
    return tuple(sorted(p.name for p in FOLDER.iterdir() if p.is_dir() and any(p.glob("*.toml"))))


@cache
def sentences(lang: str) -> Mapping[str, str]:
    """Return all sentences of a language by dotted key, the name of the file first.

    Raises
    ------
    UsageError
        If there is no such language.
    InternalError
        If a leaf is not text.
    """
    if lang not in languages():
        raise UsageError(f"There is no language {lang!r}. Use one of: {', '.join(languages())}.")
    found: dict[str, str] = {}
    for file in sorted((FOLDER / lang).rglob("*.toml")):
        prefix = ".".join(file.relative_to(FOLDER / lang).with_suffix("").parts)
        for key, value in _leaves(tomllib.loads(file.read_text(encoding="utf-8")), f"{prefix}."):
            if not isinstance(value, str):
                raise InternalError(f"The sentence {key!r} in {file.name} is not text.")
            found[key] = value
    return found


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterable[tuple[str, Any]]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}", value


class Words:
    """The sentences of one language.

    Parameters
    ----------
    lang : ``en`` or ``ko``.
    strict : raise `InternalError` for a missing sentence or a missing fact (tests), instead of showing
        the English sentence, the key, or ``?``.
    """

    def __init__(self, lang: str = "en", *, strict: bool = False) -> None:
        self.lang = lang
        self.strict = strict
        self._own = sentences(lang)
        self._formatter = _Filler(self)

    def has(self, path: str) -> bool:
        """Say whether this language has the sentence."""
        return path in self._own

    def say(self, path: str, /, **facts: Any) -> str:
        """Return a sentence as plain text."""
        return plain(self.mark(path, **facts))

    def mark(self, path: str, /, **facts: Any) -> str:
        """Return a sentence with the marks of `lowtide.report.inline` around names and emphasis."""
        template = self._own.get(path)
        if template is None:
            if self.strict:
                raise InternalError(f"No sentence {path!r} in languages/{self.lang}.")
            english = sentences("en").get(path)
            return path if english is None else f"{self._fill(english, facts)} [{path}]"
        return self._fill(template, facts)

    def first(self, *paths: str, **facts: Any) -> str:
        """Return the first of several sentences that exists, marked."""
        return self.mark(next((p for p in paths if self.has(p)), paths[-1]), **facts)

    def value(self, value: Any) -> str:
        """Return any fact as text: numbers for a reader, lists joined, yes and no in the language."""
        match value:
            case None:
                return numbers.UNKNOWN
            case bool():
                return self._own.get("common.yes" if value else "common.no", str(value))
            case int() | float():
                return numbers.any_number(value)
            case str():
                return clean(value)
            case list() | tuple():
                return ", ".join(self.value(v) for v in value)
            case Mapping():
                return ", ".join(f"{clean(str(k))}: {self.value(v)}" for k, v in value.items())
            case _:
                return clean(str(value))

    def names(self, names: Sequence[str], limit: int = 6) -> str:
        """Return names from the data, marked and joined; long lists end with how many more there are."""
        shown = [code(str(n)) for n in names[:limit]]
        if len(names) > limit:
            shown.append(self.mark("common.and_more", n=len(names) - limit))
        return ", ".join(shown)

    def _fill(self, template: str, facts: Mapping[str, Any]) -> str:
        return self._formatter.vformat(from_template(template), (), facts)


class _Filler(Formatter):
    """`str.format` that knows styles and particles, and does not fall over a missing fact."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.pair = ""

    def get_field(self, field_name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> tuple[Any, str]:
        name, _, self.pair = field_name.partition("|")
        try:
            value, used = super().get_field(name, args, kwargs)
        except (KeyError, IndexError, AttributeError, TypeError, ValueError):
            if self.words.strict:
                raise InternalError(f"A sentence wants the fact {name!r}, which was not given.") from None
            return _MISSING, name
        return value, str(used)

    def format_field(self, value: Any, format_spec: str) -> str:
        style, _, late_pair = format_spec.partition("|")
        pair, self.pair = self.pair or late_pair, ""
        text = numbers.UNKNOWN if value is _MISSING else self._style(value, style)
        return attach(text, pair) if pair else text

    def _style(self, value: Any, style: str) -> str:
        match style:
            case "":
                # Text may already be marked by the caller; facts from outside were cleaned when they came in.
                return value if isinstance(value, str) else self.words.value(value)
            case "score" | "floor":
                return value if isinstance(value, str) else numbers.significant(value)
            case "percent":
                return value if isinstance(value, str) else numbers.percent(value)
            case "count":
                return value if isinstance(value, str) else numbers.count(value)
            case "code":
                many = value if isinstance(value, list | tuple) else [value]
                return self.words.names([self.words.value(v) for v in many])
            case _:
                try:
                    return format(value, style)
                except (TypeError, ValueError):
                    return self.words.value(value)
