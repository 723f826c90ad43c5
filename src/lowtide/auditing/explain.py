"""The texts that teach what a code means: one file a code and language, ``report/languages/*/findings/``."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any

from lowtide.core.errors import UsageError
from lowtide.core.finding import Finding

KEYS = ("title", "what", "example", "detect", "cost", "fix", "fine", "question", "answer")


@cache
def _texts(lang: str) -> dict[str, dict[str, Any]]:
    folder = resources.files("lowtide") / "report" / "languages" / lang / "findings"
    if not folder.is_dir():
        raise UsageError(f"No texts in the language {lang!r}. Use en or ko.")
    return {
        file.name.removesuffix(".toml"): tomllib.loads(file.read_text(encoding="utf-8"))
        for file in folder.iterdir()
        if file.name.endswith(".toml")
    }


def codes() -> tuple[str, ...]:
    """Return all codes that have texts, ascending."""
    return tuple(sorted(_texts("en")))


def explain(code: str, lang: str = "en") -> dict[str, str]:
    """Return the texts of a code: title, what, example, detect, cost, fix, fine, question, answer.

    Raises
    ------
    UsageError
        For a code or a language that does not exist.
    """
    texts = _texts(lang)
    found = texts.get(code.strip().upper())
    if found is None:
        raise UsageError(f"There is no finding {code!r}. Known codes: {', '.join(codes())}.")
    return {key: str(found[key]) for key in KEYS}


def says(finding: Finding, target: str, lang: str = "en") -> str:
    """Return one sentence about a finding, made of its facts."""
    texts = _texts(lang)[finding.code]["says"]
    template = texts.get(str(finding.facts.get("variant", "default"))) or texts["default"]
    return str(template).format(**finding.facts, columns=", ".join(finding.columns), target=target)
