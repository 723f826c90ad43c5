"""Encodings are decided by evidence: real Korean against real Latin, however short."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from lowtide.core.errors import UsageError
from lowtide.tables.encoding import decide, guess_encoding, look_at

SYLLABLES = "가나다라마바사아자차카타파하김이박최정강조윤장임서울부산대구인천광주대전도시군읍면동남녀성별매출수량금액일월년요"
FRENCH = ("été", "français", "Besançon", "âge", "hôtel", "Noël", "où", "déjà vu", "garçon", "forêt")
GERMAN = ("Größe", "Straße", "Übung", "schön", "Mädchen", "Käse", "München", "für", "Öl", "weiß")


@pytest.mark.parametrize(
    "text",
    [
        "남,1",
        "a,여",
        "이름,나이",
        "x,기온(℃)",
        "name,y\n서울,1\n",
        "A동,1",
        "2호선,3",
        "똠방각하,1",
        "제주 흑돼지,2",
    ],
)
def test_short_korean(text: str) -> None:
    assert guess_encoding(text.encode("cp949")).value == "cp949"


@pytest.mark.parametrize(
    "text",
    [
        "Temperature(°C),y",
        "5 °F",
        "£30",
        "größe,1",
        "São Paulo",
        "AÇÃO,SÃO",
        "ÜBERGRÖSSE",
        "café",
        "10 µm",
        "m², m³",
    ],
)
def test_short_latin(text: str) -> None:
    assert guess_encoding(text.encode("latin-1")).value == "latin-1"


def test_cp949_reads_the_degree_sign_without_complaint() -> None:
    # The reason why "the first codec that does not fail" is no evidence.
    assert "Temperature(°C)".encode("latin-1").decode("cp949") == "Temperature(캜)"


@given(st.lists(st.text(SYLLABLES, min_size=1, max_size=6), min_size=1, max_size=20))
def test_korean_words_are_korean(words: list[str]) -> None:
    assume(sum(map(len, words)) >= 2)
    guess = guess_encoding(",".join(words).encode("cp949"))
    assert guess.value == "cp949"
    assert guess.sure > 0.9


@given(st.lists(st.sampled_from(FRENCH + GERMAN), min_size=1, max_size=20))
@example(["où"])
def test_latin_words_are_latin(words: list[str]) -> None:
    assert guess_encoding(",".join(words).encode("latin-1")).value == "latin-1"


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff\ufffd"), min_size=1, max_size=60))
def test_utf8_is_utf8(text: str) -> None:
    assert guess_encoding(text.encode()).value == "utf-8"


def test_signs_of_windows_are_cp1252() -> None:
    assert guess_encoding("“quoted” – text, 5 €".encode("cp1252")).value == "cp1252"


@pytest.mark.parametrize(
    ("codec", "value"),
    [
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("text", ["name,y\nabc,1\n", "이름,점수\n김철수,10\n이영희,20\n"])
def test_unicode_of_all_kinds(codec: str, value: str, text: str) -> None:
    assert guess_encoding(text.encode(codec)).value == value


def test_one_broken_byte_does_not_overturn_utf8() -> None:
    guess = guess_encoding(("이름,y\n" + "김철수,1\n" * 50).encode() + b"\xb1,3\n")
    assert (guess.value, guess.evidence, guess.facts["errors"]) == ("utf-8", "encoding_utf8_broken", 1)


def test_pieces_of_both_are_said_to_be_mixed() -> None:
    data = "titlÊ;Genrë\n".encode("latin-1") + "Kátia;Léon\n".encode()
    guess = guess_encoding(data)
    assert (guess.value, guess.evidence) == ("latin-1", "encoding_mixed")
    assert guess.sure <= 0.5


def test_valid_pairs_without_hangul_are_not_sure() -> None:
    guess = guess_encoding("Привет мир, как дела".encode("cp1251"))
    assert guess.sure <= 0.4


def test_what_a_person_said_is_taken() -> None:
    seen = look_at(["한글".encode("cp949")])
    guess = decide(seen, "EUC-KR")
    assert (guess.value, guess.given) == ("euc_kr", True)
    with pytest.raises(UsageError, match="klingon"):
        decide(seen, "klingon")
    with pytest.raises(UsageError, match="No encoding 'base64'"):
        decide(seen, "base64")


@given(st.binary(max_size=400), st.integers(1, 50))
def test_chunks_do_not_matter_for_what_is_counted(data: bytes, size: int) -> None:
    whole = look_at([data])
    parts = look_at([data[i : i + size] for i in range(0, len(data), size)])
    assert (parts.size, parts.head, parts.nul, parts.first_nul) == (
        whole.size,
        whole.head,
        whole.nul,
        whole.first_nul,
    )
    assert (parts.utf8_errors > 0, parts.cut) == (whole.utf8_errors > 0, whole.cut)


@given(st.binary(max_size=300))
def test_any_bytes_get_an_encoding_that_decodes(data: bytes) -> None:
    guess = guess_encoding(data)
    data.decode(guess.value, "replace")
    assert 0 <= guess.sure <= 1
