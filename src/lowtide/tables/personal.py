"""Personal data: recognised by content first, by a column's name second, and masked wherever it is shown.

Kinds: ``email``, ``phone``, ``resident_number`` (Korean 주민등록번호 and foreigner numbers), ``card``,
``account``, ``address``, ``name``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lowtide.core.contract import Guess
from lowtide.tables.personal_names import (
    FIRST_NAMES,
    GIVEN,
    NAME_WORDS_EN,
    NAME_WORDS_KO,
    SURNAMES,
    SURNAMES_OF_TWO,
)

_EMAIL = re.compile(r"[A-Za-z0-9._%+\-]+@[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)+")
_PHONE = re.compile(
    r"(?:\+\d{1,3}[ \-.]?(?:\(?\d{1,4}\)?[ \-.]?){2,4}\d{2,4}"  # +82-10-1234-5678, +1 (555) 123-4567
    r"|01[016789][ \-.]?\d{3,4}[ \-.]?\d{4}"  # Korean mobile
    r"|0\d{1,2}[)\-. ]\d{3,4}[\-. ]\d{4}"  # Korean land line
    r"|(?:15|16|18)\d{2}-\d{4}"  # Korean service number
    r"|\(\d{3}\)[ ]?\d{3}[\-. ]\d{4}|\d{3}[\-.]\d{3}[\-.]\d{4})"  # North America
)
_RESIDENT = re.compile(r"(\d{2})(\d{2})(\d{2})[ \-]?([1-8])(\d{6})")
_CARD = re.compile(r"\d(?:[ \-]?\d){12,18}")
_ACCOUNT = re.compile(r"\d{2,6}-\d{2,6}-\d{2,7}(?:-\d{1,3})?|\d{10,14}")
_ACCOUNT_WORDS = re.compile(r"계좌|account.?(?:no|num)|iban|bank.?acc", re.IGNORECASE)
_IBAN = re.compile(r"[A-Z]{2}\d{2}(?:[ ]?[A-Z0-9]{4}){3,7}(?:[ ]?[A-Z0-9]{1,3})?")
_ADDRESS_KO = re.compile(
    r"(?:[가-힣]+(?:특별시|광역시|특별자치시|특별자치도|시|도|군|구)\s+)?(?:[가-힣]+(?:시|군|구)\s+)?"
    r"[가-힣0-9]+(?:읍|면|동|로|길|리|가)\s*\d+(?:-\d+)?(?:번지|번길|호)?.*"
)
_ADDRESS_WORDS = re.compile(r"address|addr$|street|주소|소재지|거주지", re.IGNORECASE)
_PLACES_KO = re.compile(r"[가-힣]+(?:시|도|군|구)\s+[가-힣0-9]+(?:시|군|구|읍|면|동|로|길|가|리)(?:\s.*)?")
_ADDRESS_EN = re.compile(
    r"\d+[A-Za-z]?\s+(?:[A-Za-z0-9'.\-]+\s+){1,4}(?:st|street|ave|avenue|rd|road|blvd|boulevard|dr|drive|ln|lane|way|"
    r"ct|court|pl|place|hwy|highway|sq|square|terrace|parkway|pkwy|ridge)\b.*",
    re.IGNORECASE,
)
_TITLED = re.compile(
    r"(?:.*[, ])?(?:Mr|Mrs|Ms|Miss|Dr|Master|Prof)\.? .*|[^,]+, (?:Mr|Mrs|Ms|Miss|Dr|Master|Rev|Mme|Mlle)\..*"
)
_FAMILY = re.compile(r"sur_?name|last_?name|family_?name", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:[ '.\-]+[^\W\d_]+)*")
_HANGUL = re.compile(r"[가-힣]{2,4}")
_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_SHARE = 0.6


def luhn(digits: str) -> bool:
    """Check the last digit of a card number (ISO/IEC 7812-1, Luhn 1954)."""
    doubled = (int(c) if i % 2 == 0 else sum(divmod(2 * int(c), 10)) for i, c in enumerate(reversed(digits)))
    return sum(doubled) % 10 == 0


def _card(text: str) -> bool:
    return _CARD.fullmatch(text) is not None and luhn(re.sub(r"\D", "", text))


def resident_number(text: str) -> bool:
    """Say whether a text has the form of a Korean resident number: a birthday, then a sex and century digit.

    Numbers given since October 2020 have no checksum any more, so it is no condition; see
    `resident_checksum`.
    """
    found = _RESIDENT.fullmatch(text)
    return found is not None and 1 <= int(found[2]) <= 12 and 1 <= int(found[3]) <= 31


def resident_checksum(text: str) -> bool:
    """Check the last digit of a Korean resident number given before October 2020."""
    digits = re.sub(r"\D", "", text)
    if len(digits) != 13:
        return False
    total = sum(int(d) * w for d, w in zip(digits[:12], _WEIGHTS, strict=True))
    return (11 - total % 11) % 10 == int(digits[12])


def korean_name(text: str) -> bool:
    """Say whether a text looks like a Korean full name: a surname and given-name syllables."""
    if _HANGUL.fullmatch(text) is None:
        return False
    if text[:2] in SURNAMES_OF_TWO and len(text) in (3, 4):
        return all(c in GIVEN for c in text[2:])
    return text[0] in SURNAMES and len(text) in (2, 3) and all(c in GIVEN for c in text[1:])


def western_name(text: str) -> bool:
    """Say whether a text looks like a person's name: a title, or a common first name among one to four words."""
    if _TITLED.fullmatch(text) is not None:
        return True
    words = re.findall(r"[A-Za-z]+", text)
    return 1 <= len(words) <= 4 and len(text) <= 60 and words[0].lower() in FIRST_NAMES


@dataclass(frozen=True, slots=True)
class Recognised:
    """A kind of personal data with the share of distinct texts that are of it."""

    kind: str
    share: float
    evidence: str


def recognise(name: str, texts: Sequence[str]) -> Recognised | None:
    """Say which personal data a column holds, if any.

    Parameters
    ----------
    name : the column's name; it only supports what the content says.
    texts : distinct trimmed texts, some hundreds of them.
    """
    if not texts:
        return None

    def share(test: Callable[[str], object]) -> float:
        return sum(bool(test(t)) for t in texts) / len(texts)

    digits = sum(c.isdigit() for t in texts for c in t) >= 7 * len(texts) * _SHARE
    if any("@" in t for t in texts) and (part := share(_EMAIL.fullmatch)) >= _SHARE:
        return Recognised("email", part, "content_matches")
    if digits:
        if (part := share(resident_number)) >= 0.9 and len(texts) >= 5:
            return Recognised("resident_number", part, "content_matches")
        if (part := share(_card)) >= 0.95 and len(texts) >= 5:
            return Recognised("card", part, "checksums_match")
        if (part := share(_PHONE.fullmatch)) >= _SHARE:
            return Recognised("phone", part, "content_matches")
        if (part := share(_IBAN.fullmatch)) >= _SHARE and len(texts) >= 5:
            return Recognised("account", part, "content_matches")
        if _ACCOUNT_WORDS.search(name) and (part := share(_ACCOUNT.fullmatch)) >= _SHARE:
            return Recognised("account", part, "name_and_content")
    if (part := max(share(_ADDRESS_KO.fullmatch), share(_ADDRESS_EN.fullmatch))) >= 0.5 and len(texts) >= 5:
        return Recognised("address", part, "content_matches")
    if _ADDRESS_WORDS.search(name) and (part := share(_PLACES_KO.fullmatch)) >= 0.5 and len(texts) >= 5:
        return Recognised("address", part, "name_and_content")
    return _names(name, texts)


def _names(name: str, texts: Sequence[str]) -> Recognised | None:
    said = _says_name(name)
    least = 5 if said else 20
    if len(texts) < least:
        return None
    if _FAMILY.search(name) and sum(_WORD.fullmatch(t) is not None for t in texts) >= 0.8 * len(texts):
        return Recognised("name", 1.0, "name_and_content")
    korean = sum(korean_name(t) for t in texts) / len(texts)
    if korean >= (0.4 if said else 0.8):
        return Recognised("name", korean, "name_and_content" if said else "content_matches")
    titled = sum(_TITLED.fullmatch(t) is not None for t in texts) / len(texts)
    western = sum(western_name(t) for t in texts) / len(texts)
    if titled >= 0.5 or western >= (0.15 if said else 0.5):
        return Recognised("name", max(titled, western), "name_and_content" if said else "content_matches")
    return None


def _says_name(name: str) -> bool:
    if any(w in name for w in NAME_WORDS_KO):
        return True
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower())
    return any(w in NAME_WORDS_EN for w in words)


def mask(value: str, kind: str) -> str:
    """Return a personal value so that its form is still seen, but not the person.

    Examples
    --------
    >>> mask("010-1234-5678", "phone")
    '***-****-****'
    >>> mask("kim@example.com", "email")
    'k**@***'
    >>> mask("홍길동", "name")
    '홍**'
    """
    match kind:
        case "email":
            user = value.split("@", 1)[0]
            return f"{user[:1]}{'*' * max(len(user) - 1, 1)}@***"
        case "name":
            return f"{value[:1]}{'*' * max(min(len(value) - 1, 8), 1)}"
        case "address":
            return re.sub(r"\d", "*", value.split(" ", 1)[0]) + " ***" if " " in value else "***"
        case _:
            return re.sub(r"[0-9A-Za-z]", "*", value)


def scrub(text: str) -> str:
    """Mask mails, resident, card and phone numbers wherever they stand inside a text."""
    if "@" in text:
        text = _EMAIL.sub(lambda m: mask(m[0], "email"), text)
    if sum(c.isdigit() for c in text) < 8:
        return text
    text = re.sub(rf"(?<!\d){_RESIDENT.pattern}(?!\d)", _if(resident_number, "resident_number"), text)
    text = re.sub(rf"(?<!\d){_CARD.pattern}(?!\d)", _if(_card, "card"), text)
    return re.sub(rf"(?<![\d.]){_PHONE.pattern}(?![\d.])", lambda m: mask(m[0], "phone"), text)


def _if(test: Callable[[str], bool], kind: str) -> Callable[[re.Match[str]], str]:
    return lambda m: mask(m[0], kind) if test(m[0]) else m[0]


def personal_kinds(guesses: Sequence[Guess]) -> dict[str, str]:
    """Return the personal columns of a read contract and their kinds."""
    return {
        g.column: g.value
        for g in guesses
        if g.what == "personal" and g.column is not None and g.value != "none"
    }
