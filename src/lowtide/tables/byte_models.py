"""Small models of what text in UTF-8, cp949 and Latin encodings looks like, byte by byte."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache

HIGH_RUN = re.compile(rb"[\x80-\xff]+")
IMPOSSIBLE = math.log(1e-6)

# Shares of the classes of characters in ordinary tables, divided by the size of each class. Rough on
# purpose: verdicts differ by many orders of magnitude, so factors of two do not matter.
KOREAN_COMMON = math.log(0.93 / 2350)
KOREAN_SYMBOL = math.log(0.06 / 986)
KOREAN_HANJA = math.log(0.008 / 4888)
KOREAN_RARE = math.log(0.002 / 8822)
GLUED_TO_LETTER = math.log(0.04)
ALONE = math.log(0.3)

LATIN_LOWER = "àáâãäåçèéêëìíîïñòóôõöøùúûüýßæœ"
LATIN_UPPER = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝÆŒ"
LATIN_SIGNS = "°²³µ£©®«»·´½¿¡§ºª€’‘“”–—…•™\xa0"
ASCII_LETTER = math.log(1 / 30)
NEXT_ALSO_HIGH = math.log(0.03)
TWO_SIGNS = math.log(0.01)
UPPER_INSIDE_WORD = math.log(0.05)
NO_LETTER_BESIDE = math.log(0.1)


def utf8_log(piece: bytes) -> float:
    """Log probability of a piece as UTF-8."""
    text = piece.decode("utf-8", errors="replace")
    total = 0.0
    for char in text:
        code = ord(char)
        if code == 0xFFFD:
            total += IMPOSSIBLE
        elif code >= 0x10000:
            total -= 12.0
        elif code >= 0x800:
            total -= 9.0
        elif code >= 0x80:
            total -= 6.0
    return total


@cache
def _pair(lead: int, trail: int) -> tuple[float, bool]:
    """Log probability of a two-byte character in Korean text, and whether it is a Hangul syllable."""
    try:
        char = bytes((lead, trail)).decode("cp949")
    except UnicodeDecodeError:
        return IMPOSSIBLE, False
    if "가" <= char <= "힣":
        # KS X 1001 holds the 2,350 syllables that Korean uses, in rows 0xB0 to 0xC8.
        common = 0xB0 <= lead <= 0xC8 and trail >= 0xA1
        return (KOREAN_COMMON if common else KOREAN_RARE), True
    if lead <= 0xAC:
        return KOREAN_SYMBOL, False
    return KOREAN_HANJA, False


def is_letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


def korean_log(piece: bytes) -> float:
    """Log probability of a piece as cp949 Korean."""
    total = 0.0
    at, run = _first_high(piece), 0
    while at < len(piece):
        if piece[at] < 0x80:
            if run:
                total += ALONE if run == 1 else 0.0
                total += GLUED_TO_LETTER if is_letter(piece[at]) else 0.0
            run = 0
            # What ASCII letters say is the same in all explanations, unless a pair swallows one.
            at += 1
            continue
        if run == 0 and at > 0 and is_letter(piece[at - 1]):
            total += GLUED_TO_LETTER
        score, _ = _pair(piece[at], piece[at + 1]) if at + 1 < len(piece) else (IMPOSSIBLE, False)
        total += score
        run += 1
        at += 1 if score == IMPOSSIBLE else 2
    return total + (ALONE if run == 1 else 0.0) - _swallowed(piece) * ASCII_LETTER


def _first_high(piece: bytes) -> int:
    return next((i for i, b in enumerate(piece) if b >= 0x80), len(piece))


def _swallowed(piece: bytes) -> int:
    """Count ASCII letters that become trail bytes of cp949: the Latin explanation must pay for them."""
    count, at = 0, _first_high(piece)
    while at < len(piece):
        if piece[at] >= 0x80 and at + 1 < len(piece) and _pair(piece[at], piece[at + 1])[0] != IMPOSSIBLE:
            count += piece[at + 1] < 0x80
            at += 2
        else:
            at += 1
    return count


@cache
def _latin_byte(byte: int) -> tuple[float, str]:
    """Log probability of a high byte in Latin text, and its class: lower, upper, sign or odd."""
    char = bytes((byte,)).decode("cp1252", errors="replace")
    if char in LATIN_LOWER:
        return math.log(0.75 / len(LATIN_LOWER)), "lower"
    if char in LATIN_UPPER:
        return math.log(0.08 / len(LATIN_UPPER)), "upper"
    if char in LATIN_SIGNS:
        return math.log(0.15 / len(LATIN_SIGNS)), "sign"
    if char == "\ufffd":
        return math.log(1e-5), "odd"
    return math.log(0.02 / 40), "odd"


def latin_log(piece: bytes) -> float:
    """Log probability of a piece as latin-1 or cp1252."""
    total = 0.0
    for at, byte in enumerate(piece):
        if byte < 0x80:
            continue
        score, kind = _latin_byte(byte)
        total += score
        before = piece[at - 1] if at else 0x20
        after = piece[at + 1] if at + 1 < len(piece) else 0x20
        if before >= 0x80:
            two_letters = kind in ("lower", "upper") and _latin_byte(before)[1] == kind
            total += NEXT_ALSO_HIGH if two_letters else TWO_SIGNS
        if kind == "upper" and 0x61 <= before <= 0x7A:
            total += UPPER_INSIDE_WORD
        if kind in ("lower", "upper") and not is_letter(before) and not is_letter(after):
            total += NO_LETTER_BESIDE
    return total


def latin_name(pieces: Mapping[bytes, int]) -> str:
    """latin-1 when no byte lies in 0x80-0x9F, else cp1252 (or latin-1 if cp1252 lacks one of them)."""
    joined = b"".join(pieces)
    low = {b for b in joined if 0x80 <= b <= 0x9F}
    if not low or low & {0x81, 0x8D, 0x8F, 0x90, 0x9D}:
        return "latin-1"
    return "cp1252"


def korean_facts(pieces: Mapping[bytes, int]) -> dict[str, str | int | float | bool | None]:
    """Share of Hangul among syllables and Chinese characters, and of everyday ones among the Hangul."""
    others = hangul = common = 0
    for piece in pieces:
        at = _first_high(piece)
        while at < len(piece):
            if piece[at] < 0x80 or at + 1 >= len(piece):
                at += 1
                continue
            score, syllable = _pair(piece[at], piece[at + 1])
            others += not syllable and score != KOREAN_SYMBOL
            hangul += syllable
            common += score == KOREAN_COMMON
            at += 1 if score == IMPOSSIBLE else 2
    return {
        "hangul_share": round(hangul / max(hangul + others, 1), 3),
        "common_share": round(common / max(hangul, 1), 3),
    }


def latin_facts(pieces: Mapping[bytes, int]) -> dict[str, str | int | float | bool | None]:
    """Share of non-ASCII bytes in runs of one or two, as accents and signs are, and the commonest of them."""
    high = short = 0
    counts: dict[int, int] = {}
    for piece in pieces:
        for run in HIGH_RUN.findall(piece):
            high += len(run)
            short += len(run) if len(run) <= 2 else 0
            for byte in run:
                counts[byte] = counts.get(byte, 0) + 1
    top = sorted(counts, key=lambda b: (-counts[b], b))[:3]
    shown = " ".join(bytes((b,)).decode("cp1252", errors="replace") for b in top)
    return {"short_share": round(short / max(high, 1), 3), "signs": shown}
