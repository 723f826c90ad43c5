"""Every guess about a column can be told in both languages, with the facts that it carries."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import lowtide
from lowtide.core.contract import Guess
from lowtide.profiling.profile import profile
from lowtide.report.words import Words, sentences
from lowtide.tables.raw import ColumnSettings
from lowtide.tables.read import type_raw
from lowtide.tables.target import make_target
from tests.tables.raw_tables import raw

TABLES = Path(lowtide.__file__).parent / "tables"
FILES = (
    "read.py",
    "typing.py",
    "text_column.py",
    "native.py",
    "nulls.py",
    "number_format.py",
    "date_format.py",
    "roles.py",
    "personal.py",
)


def codes() -> set[str]:
    """Return the evidence codes written in the source: ``evidence="x"`` and the second text of values."""
    found: set[str] = set()
    for file in FILES:
        source = (TABLES / file).read_text(encoding="utf-8")
        found |= set(re.findall(r'evidence="([a-z_]+)"', source))
        found |= set(re.findall(r'Decision\(\s*(?:role|"[a-z]+"), "([a-z_]+)"', source))
        found |= set(re.findall(r'NullGuess\(token, (?:True|False), "([a-z_]+)"', source))
        found |= set(re.findall(r'return (?:FormatGuess|DateGuess)\([^"\n]*?"([a-z_]+)"', source))
        found |= set(re.findall(r'null_guess\(text, [a-z]+, "([a-z_]+)"', source))
    return found


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_code_has_a_sentence(lang: str) -> None:
    assert len(codes()) > 40
    missing = {c for c in codes() if f"evidence_columns.{c}" not in sentences(lang)}
    assert not missing


@pytest.mark.parametrize("file", ["evidence_columns", "profile_notes", "target"])
def test_both_languages_have_the_same_keys_and_facts(file: str) -> None:
    def shape(lang: str) -> dict[str, set[str]]:
        return {
            k: set(re.findall(r"\{([a-z_0-9]+)", v))
            for k, v in sentences(lang).items()
            if k.startswith(file + ".")
        }

    assert shape("en") == shape("ko")


def guesses() -> tuple[Guess, ...]:
    rng = np.random.default_rng(1)
    n = 240
    table = type_raw(
        raw(
            {
                "price": ["1,234원", "12,000원", "-"] * 80,
                "share": [f"{v}%" for v in rng.integers(1, 99, n)],
                "day": [f"{d:02d}/{m:02d}/2020" for d in range(1, 13) for m in range(1, 13)] + [None] * 96,
                "nearly": [str(v) for v in range(n - 20)] + ["2 - 3"] * 20,
                "stray": [str(v * 2.5) for v in range(n - 1)] + ["see note"],
                "code": [f"C{1000 + v}" for v in rng.integers(0, 40, n)],
                "size": ["small", "large", "medium"] * 80,
                "kind": ["?", "red", "unknown"] * 80,
                "tel": [f"010-{a}-{b}" for a, b in rng.integers(1000, 9999, (n, 2))],
                "given": ["1", "x", "2"] * 80,
                "half": ["yes", None] * 120,
                "text": [f"some words about thing {i} and more" for i in range(n)],
                "key": [str(i) for i in range(1, n + 1)],
                "zone": pa.array([0] * n, pa.timestamp("us", tz="Asia/Seoul")),
            }
        ),
        {"given": ColumnSettings(type="number", role="ordinal")},
    )
    return table.contract.guesses


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_guesses_are_told_with_their_facts(lang: str) -> None:
    words = Words(lang, strict=True)
    for guess in guesses():
        assert words.mark(f"evidence_columns.{guess.evidence}", **guess.facts)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_targets_and_profiles_are_told(lang: str) -> None:
    words = Words(lang, strict=True)
    table = type_raw(raw({"x": pa.array([1.0, 2.0, None, 4.0] * 30), "y": ["yes", "no"] * 60}))
    target = make_target(table, "y")
    for key in ("kind_reason", "positive_reason"):
        assert words.mark(f"target.{key}.{target.facts[key]}", **target.facts)
    x = profile(table, target)[0].facts
    relation = x["relation"]
    assert words.mark(f"profile_notes.relation.{relation['measure']}", **relation)
    assert words.mark(f"profile_notes.missing_relation.{relation['measure']}", **relation)
    assert words.mark("profile_notes.range", **x, **x["quantiles"])
