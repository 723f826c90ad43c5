"""Decide from evidence how the numbers of a column are written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from lowtide.core.finding import Fact
from lowtide.tables.blanks import BLANKS
from lowtide.tables.numbers import NumberFormat, compiled
from lowtide.tables.word_sets import word_set

CURRENCIES = word_set("$ € £ ¥ ₩ ￦ ₹ US$ USD EUR GBP KRW JPY CNY INR Rs Rs. R$ CHF")
UNITS = word_set(
    """원 만원 천원 백만원 억원 억 만 달러 엔 위안 유로 won KRW USD EUR GBP JPY CHF € $ £ ¥ ₩
    세 살 명 인 개 건 회 대 년 월 일 시 시간 분 초 점 층 평 호 권 주 개월 년차 등 위 도 배 채 필지 킬로 그램
    kg g mg t lb lbs oz km m cm mm mi miles ft in inch inches ㎡ m2 m² ㎥ m3 sqft sqm ha acres
    l L ml mL cc CC kWh MWh W kW V A Hz kHz MHz GHz bhp hp Nm rpm mpg kmpl km/h km/l kph mph px KB MB GB TB
    h hr hrs hour hours min mins minute minutes s sec secs seconds ms d day days week weeks month months
    y yr yrs year years °C ℃ °F °"""
)
_OUTSIDE = "0-9.,()'’+\\-\u2212"
_SHAPE = re.compile(
    rf"\(?[+\-\u2212]?[{BLANKS}]*(?P<prefix>[^{_OUTSIDE}{BLANKS}][^0-9(]*?)?[{BLANKS}]*[+\-\u2212]?"
    rf"(?P<number>[0-9.,](?:[0-9.,'’ \u00a0\u202f]*[0-9.,])?)(?P<exp>[eE][+\-]?[0-9]+)?-?"
    rf"[{BLANKS}]*(?P<suffix>[^0-9.,)][^0-9)]*?)?\)?"
)
# Decimal and thousands marks, the likelier first: ties go to the earlier.
_MARKS = (
    (".", ""), (".", ","), (",", ""), (",", "."), (",", " "), (".", " "), (".", "'"), (".", "’"),
    (",", "\u00a0"), (",", "\u202f"), (".", "\u00a0"), (".", "\u202f"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FormatGuess:
    """A number format, how sure it is, and the evidence (``share`` of the texts are such numbers)."""

    form: NumberFormat
    share: float
    evidence: str = "plain_numbers"
    sure: float = 1.0
    facts: dict[str, Fact] | None = None


def guess_format(texts: Sequence[str]) -> FormatGuess | None:
    """Find the number format that most texts of a column obey.

    Parameters
    ----------
    texts : distinct trimmed non-empty texts without null tokens, some hundreds of them.

    Returns
    -------
    FormatGuess or None
        ``None`` when less than half of the texts are numbers under any format.
    """
    plain = NumberFormat()
    good = compiled(plain).fullmatch
    hits = sum(good(t) is not None for t in texts)
    if hits == len(texts):
        return FormatGuess(plain, 1.0)
    shapes = [_SHAPE.fullmatch(t) for t in texts]
    if 2 * sum(s is not None for s in shapes) < len(texts):
        return None
    affixes = _affixes([(s["prefix"] or "", s["suffix"] or "") for s in shapes if s is not None])
    best, best_hits = affixes, -1
    for decimal, thousands in _MARKS:
        form = replace(affixes, decimal=decimal, thousands=thousands)
        match = compiled(form).fullmatch
        count = sum(match(t) is not None for t in texts)
        if count > best_hits:
            best, best_hits = form, count
    if 2 * best_hits < len(texts):
        return None
    return _weigh(texts, best, best_hits / len(texts))


def _affixes(pairs: Sequence[tuple[str, str]]) -> NumberFormat:
    """Find the constant text around the numbers; codes such as ``A11`` are not numbers with a prefix."""
    prefixes, suffixes = (Counter(p) for p in zip(*pairs, strict=True))
    prefix = next((p for p, _ in prefixes.most_common(3) if p.strip(BLANKS) in CURRENCIES), "")
    suffix, rows = suffixes.most_common(1)[0] if suffixes else ("", 0)
    if not suffix:
        suffix = next((s for s, _ in suffixes.most_common(3)[1:] if s), "")
        rows = suffixes[suffix]
    if suffix == "%":
        return NumberFormat(prefix=prefix, percent=True)
    # A word that follows every single number is a unit, even one that no list has.
    everywhere = rows == len(pairs) and len(pairs) >= 5 and len(suffix) > 2 and len(suffix.split()) <= 2
    known = suffix in UNITS or suffix.rstrip(".") in UNITS
    return NumberFormat(prefix=prefix, suffix=suffix if known or everywhere else "")


def _weigh(texts: Sequence[str], form: NumberFormat, share: float) -> FormatGuess:
    """Say how sure the marks are; settle the one real ambiguity: ``1,234`` alone."""
    facts: dict[str, Fact] = {"share": round(share, 4)}
    if form.thousands and form.thousands in ",." and form.decimal in ",.":
        mark = form.thousands
        grouped = [t for t in texts if mark in t]
        several = sum(t.count(mark) > 1 or form.decimal in t for t in grouped)
        facts |= {"grouped": len(grouped), "proof": several}
        if several:
            return FormatGuess(form, share, "marks_seen", 1.0, facts)
        if mark == ",":
            long = sum(re.search(r"[0-9]{4}", t) is not None for t in texts if mark not in t)
            facts["ungrouped"] = long
            if long > len(grouped):
                # Who writes 12345 does not write 1,234 beside it: these commas are decimal.
                swapped = replace(form, decimal=",", thousands="")
                return FormatGuess(swapped, share, "ungrouped_beside", 0.5, facts)
            sure = 0.9 if len(grouped) >= 10 else 0.6
            return FormatGuess(form, share, "three_digits_after_comma", sure, facts)
    if form.percent:
        return FormatGuess(form, share, "percent_signs", 1.0, facts)
    if form.decimal == ",":
        return FormatGuess(form, share, "decimal_comma", 0.95, facts)
    if form.prefix or form.suffix:
        return FormatGuess(form, share, "constant_affix", 0.95, facts)
    return FormatGuess(form, share, "marks_seen" if form.thousands else "plain_numbers", 0.95, facts)
