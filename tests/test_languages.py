"""All languages say the same things, with the same facts."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from string import Formatter

import pytest

from lowtide.report.words import FOLDER, Words, languages, sentences

FILES = sorted(str(p.relative_to(FOLDER / "en")) for p in (FOLDER / "en").rglob("*.toml"))
OTHERS = [lang for lang in languages() if lang != "en"]
HANGUL = re.compile("[가-힣]")
# Names that Koreans write in Latin letters, too.
SAME = {"metrics.roc_auc.name"}


def placeholders(sentence: str) -> set[str]:
    """Return the names of the facts that a sentence wants, without styles and particles."""
    fields = [name for _, name, _, _ in Formatter().parse(sentence) if name is not None]
    return {re.split(r"[|\[.]", field)[0] for field in fields}


def test_english_and_korean_are_there() -> None:
    assert {"en", "ko"} <= set(languages())


@pytest.mark.parametrize("lang", OTHERS)
def test_same_files(lang: str) -> None:
    assert sorted(str(p.relative_to(FOLDER / lang)) for p in (FOLDER / lang).rglob("*.toml")) == FILES


@pytest.mark.parametrize("lang", OTHERS)
def test_same_keys(lang: str) -> None:
    ours, theirs = set(sentences("en")), set(sentences(lang))
    assert sorted(ours - theirs) == [], f"missing in {lang}"
    assert sorted(theirs - ours) == [], f"only in {lang}"


@pytest.mark.parametrize("lang", OTHERS)
def test_same_placeholders(lang: str) -> None:
    theirs = sentences(lang)
    differing = {
        key: (placeholders(text), placeholders(theirs[key]))
        for key, text in sentences("en").items()
        if key in theirs and placeholders(text) != placeholders(theirs[key])
    }
    assert differing == {}


@pytest.mark.parametrize("lang", languages())
def test_empty_only_where_empty_everywhere(lang: str) -> None:
    english = sentences("en")
    empty = [key for key, text in sentences(lang).items() if not text.strip()]
    # A sentence may be left out on purpose (a metric without a scale), but then in all languages.
    assert [key for key in empty if english.get(key, "").strip()] == []
    assert [key for key in empty if key.split(".")[0] not in ("metrics", "refusals", "scenarios")] == []


def test_korean_is_korean() -> None:
    english, korean = sentences("en"), sentences("ko")
    # What has a word of English in it, besides names in backticks and placeholders, must have Hangul.
    untranslated = []
    for key, text in korean.items():
        bare = re.sub(r"\{[^}]*\}|`[^`]*`", "", english.get(key, ""))
        wordy = re.search(r"[A-Za-z]{3,} [A-Za-z]{3,}", bare)
        if wordy and key not in SAME and not HANGUL.search(text):
            untranslated.append(key)
    assert untranslated == []


@pytest.mark.parametrize("name", FILES)
def test_every_korean_file_has_hangul(name: str) -> None:
    assert HANGUL.search((FOLDER / "ko" / name).read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", languages())
def test_sentences_can_be_filled(lang: str) -> None:
    """Every sentence takes facts of the wrong kind, or none at all, without falling over."""
    words = Words(lang)
    for key, text in sentences(lang).items():
        assert isinstance(words.say(key), str)
        for value in (None, float("nan"), "글", 3, 0.5, ["a", "b"], {"k": 1}):
            told = words.say(key, **dict.fromkeys(placeholders(text), value))
            assert "{" not in told or value == {"k": 1}, key


def test_files_are_flat_text() -> None:
    for lang in languages():
        for file in sorted(Path(FOLDER / lang).glob("*.toml")):
            assert tomllib.loads(file.read_text(encoding="utf-8")), file
