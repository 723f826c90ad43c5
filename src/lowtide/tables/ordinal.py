"""Texts with an order: known scales in English and Korean, and ranges of numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

# From the low end to the high end. Texts are compared in lower case, blanks joined.
SCALES: tuple[tuple[str, ...], ...] = tuple(
    tuple(s.strip() for s in line.split("<"))
    for line in """
    very low < low < medium low < medium < mid < moderate < medium high < high < very high < extreme
    low < normal < high < critical
    minor < moderate < major < severe < critical
    xxs < xs < s < m < l < xl < xxl < xxxl
    tiny < small < medium < large < huge
    very poor < poor < below average < fair < average < ok < good < above average < very good < excellent
    terrible < bad < neutral < good < great
    strongly disagree < disagree < somewhat disagree < neutral < neither agree nor disagree < somewhat agree < agree < strongly agree
    very dissatisfied < dissatisfied < neutral < satisfied < very satisfied
    very unlikely < unlikely < neutral < likely < very likely
    never < almost never < rarely < seldom < sometimes < often < usually < very often < almost always < always
    none < once < twice < three times < more than three times
    no education < primary < elementary < secondary < high school < tertiary < college < bachelor < graduate < master < doctorate
    beginner < novice < intermediate < advanced < expert
    junior < middle < senior < lead
    bronze < silver < gold < platinum < diamond
    basic < standard < premium
    cold < cool < mild < warm < hot
    first < second < third < fourth < fifth
    1st < 2nd < 3rd < 4th < 5th < 6th < 7th < 8th < 9th < 10th
    child < teen < adult < senior
    매우 낮음 < 낮음 < 약간 낮음 < 보통 < 중간 < 약간 높음 < 높음 < 매우 높음
    하 < 중하 < 중 < 중상 < 상
    매우 나쁨 < 나쁨 < 보통 < 좋음 < 매우 좋음
    매우 불만족 < 불만족 < 보통 < 만족 < 매우 만족
    전혀 그렇지 않다 < 그렇지 않다 < 보통이다 < 그렇다 < 매우 그렇다
    전혀 아니다 < 아니다 < 보통이다 < 그렇다 < 매우 그렇다
    여유 < 보통 < 약간 붐빔 < 붐빔 < 혼잡 < 매우 혼잡
    여유 < 보통 < 주의 < 혼잡
    원활 < 서행 < 지체 < 정체
    관심 < 주의 < 경계 < 심각
    좋음 < 보통 < 나쁨 < 매우 나쁨
    경상 < 중상 < 사망
    소 < 중 < 대
    소형 < 준중형 < 중형 < 준대형 < 대형
    초급 < 중급 < 고급
    초졸 < 중졸 < 고졸 < 전문대졸 < 대졸 < 석사 < 박사
    사원 < 주임 < 대리 < 과장 < 차장 < 부장 < 이사
    일반 < 실버 < 골드 < vip < vvip
    """.strip().splitlines()
)
_NUMBER = re.compile(r"[0-9][0-9,]*(?:\.[0-9]+)?")
_RANGE = re.compile(
    r"""(?:[<>≤≥=~$₩+\-–—~\s]|(?:less|under|below|up\sto|more|over|above|at\sleast|or|and|than|to|from|older|younger|
    years?|yrs?|hours?|days?|months?|weeks?|old|ages?|k|[$€£₩]|이상|이하|미만|초과|부터|까지|원|만원|만|세|대|년|개월|일|시간|명|점|회))*""",
    re.IGNORECASE | re.VERBOSE,
)
_LESS = re.compile(r"^\s*(?:<|≤|less|under|below|up\sto|~)|미만\s*$|이하\s*$", re.IGNORECASE)
_MORE = re.compile(
    r"^\s*(?:>|≥|more|over|above|at\sleast)|\+\s*$|이상\s*$|초과\s*$|or more$|and over$", re.IGNORECASE
)


def order(levels: Sequence[str]) -> list[str] | None:
    """Return the levels from low to high, or ``None`` when they have no known order.

    Parameters
    ----------
    levels : distinct texts of a column, 3 to 30 of them.
    """
    if not 3 <= len(levels) <= 30:
        return None
    shown = {v: " ".join(v.lower().replace("_", " ").replace("-", " ").split()) for v in levels}
    if len(set(shown.values())) < len(levels):
        return None
    for scale in SCALES:
        if all(s in scale for s in shown.values()):
            return sorted(levels, key=lambda v: scale.index(shown[v]))
    return _ranges(levels)


def _ranges(levels: Sequence[str]) -> list[str] | None:
    """Order texts such as ``18-29``, ``30-44``, ``> 60`` or ``20대`` by their numbers."""
    keys: list[tuple[float, float, str]] = []
    two = 0
    for level in levels:
        numbers = [float(n.replace(",", "")) for n in _NUMBER.findall(level)]
        if not 1 <= len(numbers) <= 2 or _RANGE.fullmatch(_NUMBER.sub(" ", level)) is None:
            return None
        two += len(numbers) == 2
        rank = -0.5 if _LESS.search(level) else 0.5 if _MORE.search(level) else 0.0
        keys.append((numbers[0], rank, level))
    # Single bare numbers with a constant word are a number with a unit, read elsewhere; dates have three parts.
    open_ended = sum(rank != 0.0 for _, rank, _ in keys)
    if two + open_ended < 0.5 * len(levels):
        return None
    keys.sort()
    return [level for _, _, level in keys]
