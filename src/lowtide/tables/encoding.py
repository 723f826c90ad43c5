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
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError
from lowtide.tables.byte_models import (
    is_letter,
    korean_facts,
    korean_log,
    latin_facts,
    latin_log,
    latin_name,
    utf8_log,
)

#: A non-ASCII byte and the letters and non-ASCII bytes after it. Trail bytes of cp949 are one or the
#: other, so a two-byte character is never cut.
PIECE = re.compile(rb"[\x80-\xff][A-Za-z\x80-\xff]*")
LETTERS_BEFORE = 12
MOST_MATCHES = 50_000
HIGH_BYTES = bytes(range(0x80, 0x100))
MOST_PIECES = 2_000


BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

#: UTF-8 with more broken sequences than this share of the non-ASCII bytes is not read as UTF-8.
MOST_ERRORS = 0.04

STRAY_UTF8 = math.log(1 / 20)


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
        while start > first and is_letter(chunk[start - 1]):
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
