"""Which encoding a text was written in: the likeliest by its bytes, not the first codec that does not fail.

Three explanations of the non-ASCII bytes compete: UTF-8, cp949 (the Windows superset of EUC-KR) and
the Latin family (latin-1, cp1252). Each gives every distinct piece of non-ASCII text a probability
under a small character model (naive Bayes over classes of characters); the sum of logarithms decides.
Codecs that merely do not fail are no evidence: cp949 reads the latin-1 bytes of ``(°C)`` without
complaint, but as one of 8,822 syllables that Korean hardly uses, alone, between brackets.
"""

from __future__ import annotations

import codecs
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import islice

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError

#: A non-ASCII byte and the letters and non-ASCII bytes after it. Trail bytes of cp949 are one or the
#: other, so a two-byte character is never cut.
PIECE = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]*")
LETTERS_BEFORE = 12
MOST_MATCHES = 50_000
HIGH_RUN = re.compile(rb"[\x80-\xff]+")
HIGH_BYTES = bytes(range(0x80, 0x100))
MOST_PIECES = 2_000
IMPOSSIBLE = math.log(1e-6)

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

# Shares of the classes of characters in ordinary tables, divided by the size of each class. Rough on
# purpose: verdicts differ by many orders of magnitude, so factors of two do not matter.
KOREAN_COMMON = math.log(0.93 / 2350)
KOREAN_SYMBOL = math.log(0.06 / 986)
KOREAN_HANJA = math.log(0.008 / 4888)
KOREAN_RARE = math.log(0.002 / 8822)
GLUED_TO_LETTER = math.log(0.04)
ALONE = math.log(0.3)

#: UTF-8 with more broken sequences than this share of the non-ASCII bytes is not read as UTF-8.
MOST_ERRORS = 0.04

LATIN_LOWER = "àáâãäåçèéêëìíîïñòóôõöøùúûüýßæœ"
LATIN_UPPER = "ÀÁÂÃÄÅÇÈÉÊËÌÍÎÏÑÒÓÔÕÖØÙÚÛÜÝÆŒ"
LATIN_SIGNS = "°²³µ£©®«»·´½¿¡§ºª€’‘“”–—…•™\xa0"
STRAY_UTF8 = math.log(1 / 20)
ASCII_LETTER = math.log(1 / 30)
NEXT_ALSO_HIGH = math.log(0.03)
TWO_SIGNS = math.log(0.01)
UPPER_INSIDE_WORD = math.log(0.05)
NO_LETTER_BESIDE = math.log(0.1)


@dataclass
class Bytes:
    """What one pass over a file's bytes saw.

    Attributes
    ----------
    size : bytes after decompression.
    head, tail : the first and last bytes (bounded).
    pieces : distinct pieces of non-ASCII text and how often each was seen (bounded, see `MOST_PIECES`).
    high : non-ASCII bytes in the chunks that were counted.
    utf8_errors : byte sequences that are not UTF-8, over the whole file.
    cut : the file ends inside a UTF-8 character.
    nul, first_nul : NUL bytes and the offset of the first.
    blank_lines : empty lines.
    """

    size: int = 0
    head: bytes = b""
    tail: bytes = b""
    pieces: dict[bytes, int] = field(default_factory=dict)
    high: int = 0
    utf8_errors: int = 0
    cut: bool = False
    nul: int = 0
    first_nul: int = -1
    blank_lines: int = 0


def look_at(chunks: Iterable[bytes], *, head_size: int = 4 << 20, tail_size: int = 1 << 16) -> Bytes:
    """Look once at all bytes, in bounded memory.

    The first 8 MB are searched for non-ASCII text completely, then 64 KB of every chunk; validity as
    UTF-8, NUL bytes and size are those of the whole file.
    """
    seen = Bytes()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    pending = False
    last = b"\n"
    chunk = b""
    for chunk in chunks:
        if not chunk:
            continue
        if seen.nul == 0:
            at = chunk.find(b"\0")
            seen.first_nul = seen.size + at if at >= 0 else -1
        seen.nul += chunk.count(b"\0")
        if pending or not chunk.isascii():
            text = decoder.decode(chunk)
            seen.utf8_errors += max(0, text.count("\ufffd") - chunk.count(b"\xef\xbf\xbd"))
            pending = bool(decoder.getstate()[0])
            _collect(chunk if seen.size < 8 << 20 else chunk[: 1 << 16], seen)
        joined = last + chunk
        seen.blank_lines += joined.count(b"\n\n") + joined.count(b"\n\r\n") + joined.count(b"\r\r")
        last = chunk[-1:]
        if len(seen.head) < head_size:
            seen.head += chunk[: head_size - len(seen.head)]
        seen.tail = (seen.tail + chunk)[-tail_size:] if len(chunk) < tail_size else chunk[-tail_size:]
        seen.size += len(chunk)
    seen.cut = pending
    if seen.size > 8 << 20:
        _collect(seen.tail, seen)
    return seen


def _collect(chunk: bytes, seen: Bytes) -> None:
    """Count the non-ASCII bytes and keep distinct pieces: the word around them and a byte on either side."""
    seen.high += len(chunk) - len(chunk.translate(None, HIGH_BYTES))
    for match in islice(PIECE.finditer(chunk), MOST_MATCHES):
        start, end = match.span()
        first = max(start - LETTERS_BEFORE, 0)
        while start > first and _letter(chunk[start - 1]):
            start -= 1
        piece = chunk[max(start - 1, 0) : end + 1]
        seen.pieces[piece] = seen.pieces.get(piece, 0) + 1
        if len(seen.pieces) >= MOST_PIECES:
            break


def decide(seen: Bytes, given: str | None = None) -> Guess:
    """Return the guess ``encoding`` for bytes that `look_at` saw.

    Raises
    ------
    UsageError
        If ``given`` is not an encoding that Python knows.
    """
    if given is not None:
        return Guess(what="encoding", value=known(given, seen), evidence="given", given=True)
    for mark, name in BOMS:
        if seen.head.startswith(mark):
            return _mixed(seen, Guess(what="encoding", value=name, evidence="encoding_bom"))
    wide = _utf16(seen)
    if wide is not None:
        return wide
    if not seen.pieces:
        return Guess(what="encoding", value="utf-8", evidence="encoding_ascii")
    if not seen.utf8_errors and not (seen.cut and seen.high < 4):
        facts: dict[str, str | int | float | bool | None] = {"bytes": seen.high, "pieces": len(seen.pieces)}
        return Guess(what="encoding", value="utf-8", evidence="encoding_utf8_valid", facts=facts, sure=0.999)
    return _likeliest(seen)


def known(name: str, seen: Bytes) -> str:
    """Return the normal name of an encoding that a person gave; refuse an unknown one."""
    try:
        found = codecs.lookup(name)
        "".encode(found.name)
    except (LookupError, TypeError, UnicodeError):
        raise UsageError(
            f"No encoding {name!r} (setting read.encoding); use for example utf-8, cp949, euc-kr, "
            "latin-1, cp1252 or utf-16."
        ) from None
    if found.name == "utf-8" and seen.head.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    return found.name


def _mixed(seen: Bytes, guess: Guess) -> Guess:
    """Say how many bytes a UTF-8 byte order mark does not keep its word for."""
    if guess.value != "utf-8-sig" or not seen.utf8_errors:
        return guess
    facts: dict[str, str | int | float | bool | None] = {"errors": seen.utf8_errors}
    return Guess(what="encoding", value=guess.value, evidence="encoding_bom_broken", facts=facts, sure=0.7)


def _utf16(seen: Bytes) -> Guess | None:
    """UTF-16 without a mark: every other byte of digits, commas and line ends is NUL."""
    head = seen.head[: 1 << 16]
    head = head[: len(head) // 2 * 2]
    low, high = head[::2].count(b"\0"), head[1::2].count(b"\0")
    if low + high < max(3, 0.05 * len(head)) or min(low, high) > 0.1 * max(low, high):
        return None
    best: tuple[float, str] = (0.0, "")
    for name in ("utf-16-le", "utf-16-be"):
        text = head.decode(name, errors="replace")
        good = sum(1 for c in text if _ordinary(c))
        best = max(best, (good / len(text), name))
    share, name = best
    if share < 0.95:
        return None
    facts: dict[str, str | int | float | bool | None] = {"share": round(share, 3)}
    return Guess(what="encoding", value=name, evidence="encoding_utf16_pattern", facts=facts, sure=0.98)


def _ordinary(char: str) -> bool:
    """Characters of ordinary tables: printable ASCII, line ends, Hangul, Latin letters, kana, Han, marks."""
    code = ord(char)
    return (
        0x20 <= code < 0x7F
        or char in "\t\r\n\ufeff"
        or 0xA0 <= code < 0x250
        or 0xAC00 <= code <= 0xD7A3
        or 0x2000 <= code < 0x2700
        or 0x3000 <= code < 0xA000
        or 0x370 <= code < 0x530
        or 0xFF00 <= code < 0xFFF0
        or 0x1F300 <= code < 0x1FB00
    )


def _likeliest(seen: Bytes) -> Guess:
    scores = {"cp949": sum(korean_log(p) for p in seen.pieces)}
    if seen.utf8_errors <= MOST_ERRORS * seen.high:
        scores["utf-8"] = sum(utf8_log(p) for p in seen.pieces)
        scores["latin"] = sum(latin_log(p) for p in seen.pieces)
    else:
        # So many broken characters would be lost as UTF-8; the other codecs lose nothing.
        scores["latin"] = sum(max(latin_log(p), _stray_utf8_log(p)) for p in seen.pieces)
    valid = sum(_utf8_valid(p) for p in seen.pieces)
    ranked = sorted(scores, key=lambda name: -scores[name])
    gap = scores[ranked[0]] - scores[ranked[1]]
    sure = 1.0 / (1.0 + math.exp(-min(gap, 40.0)))
    facts: dict[str, str | int | float | bool | None] = {
        "bytes": seen.high,
        "pieces": len(seen.pieces),
        "runner_up": "latin-1" if ranked[1] == "latin" else ranked[1],
        "odds_log10": round(min(gap / math.log(10), 999.0), 1),
    }
    if ranked[0] == "utf-8":
        facts["errors"] = seen.utf8_errors
        return _guess("utf-8", "encoding_utf8_broken", facts, min(sure, 0.95))
    if ranked[0] == "cp949":
        facts.update(korean_facts(seen.pieces))
        if float(facts["hangul_share"] or 0) < 0.8 or float(facts["common_share"] or 0) < 0.5:
            sure = min(sure, 0.4)  # Valid pairs, but too little Hangul: perhaps another Asian encoding.
        return _guess("cp949", "encoding_korean", facts, sure)
    facts.update(latin_facts(seen.pieces))
    if float(facts["short_share"] or 0) < 0.5:
        sure = min(sure, 0.4)  # Long runs of accents are not Latin text: perhaps Cyrillic or Greek.
    if valid >= 1 and valid >= 0.1 * len(seen.pieces):
        facts["utf8_pieces"] = valid
        return _guess(latin_name(seen.pieces), "encoding_mixed", facts, min(sure, 0.5))
    return _guess(latin_name(seen.pieces), "encoding_latin", facts, sure)


def _stray_utf8_log(piece: bytes) -> float:
    """Files put together from several sources hold UTF-8 pieces among Latin ones; hardly among Korean."""
    return utf8_log(piece) + STRAY_UTF8 if _utf8_valid(piece) else -math.inf


def _utf8_valid(piece: bytes) -> bool:
    try:
        piece.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _guess(value: str, code: str, facts: dict[str, str | int | float | bool | None], sure: float) -> Guess:
    return Guess(what="encoding", value=value, evidence=code, facts=facts, sure=round(sure, 4))


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


def _letter(byte: int) -> bool:
    return 0x41 <= byte <= 0x5A or 0x61 <= byte <= 0x7A


def korean_log(piece: bytes) -> float:
    """Log probability of a piece as cp949 Korean."""
    total = 0.0
    at, run = _first_high(piece), 0
    while at < len(piece):
        if piece[at] < 0x80:
            if run:
                total += ALONE if run == 1 else 0.0
                total += GLUED_TO_LETTER if _letter(piece[at]) else 0.0
            run = 0
            # What ASCII letters say is the same in all explanations, unless a pair swallows one.
            at += 1
            continue
        if run == 0 and at > 0 and _letter(piece[at - 1]):
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
        if kind in ("lower", "upper") and not _letter(before) and not _letter(after):
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


def guess_encoding(data: bytes) -> Guess:
    """Return the guess for a text that is in memory.

    Examples
    --------
    >>> guess_encoding("Temperature(°C),y".encode("latin-1")).value
    'latin-1'
    >>> guess_encoding("이름,나이".encode("cp949")).value
    'cp949'
    """
    return decide(look_at([data]))
