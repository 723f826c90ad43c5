"""Orders of words that are the same everywhere, in English and Korean, and of texts that hold numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Each scale from the lowest to the highest step; synonyms of one step are separated by "|".
SCALES: tuple[str, ...] = (
    "very low, low, medium|moderate|middle|mid|average|normal, high, very high",
    "extra small|xs, small|s, medium|m, large|l, extra large|xl, xxl|2xl, xxxl|3xl",
    "tiny, small, medium|mid, large|big, huge",
    "very poor|very bad|terrible, poor|bad, fair|average|okay|ok, good, very good, excellent|great, outstanding",
    "none|no, minimal|minor, mild|slight|light, moderate|medium, severe|serious|major, critical|very severe|extreme",
    "never, rarely|seldom|hardly ever|once in a while, sometimes|occasionally|about half the time, "
    "often|frequently|usually|most of the time, always",
    "never, yearly|annually, quarterly, monthly, weekly, daily",
    "strongly disagree|completely disagree, disagree|somewhat disagree, "
    "neutral|neither agree nor disagree|undecided, agree|somewhat agree, strongly agree|completely agree",
    "very dissatisfied|very unsatisfied, dissatisfied|unsatisfied, neutral|neither, satisfied, very satisfied",
    "very unlikely, unlikely, neutral|possible, likely, very likely",
    "not at all|no, a little|slightly|yes, somewhat, somewhat|moderately, very|yes, very|quite, extremely|yes, extremely",
    "beginner|novice|basic, intermediate|medium, advanced, expert",
    "trainee|intern, junior|entry|entry level, mid|middle|intermediate|mid level, senior|senior level, lead|principal, executive",
    "bronze, silver, gold, platinum, diamond",
    "very cold|freezing, cold, cool, mild, warm, hot, very hot",
    "very slow, slow, medium|normal|moderate, fast, very fast",
    "first|1st, second|2nd, third|3rd, fourth|4th, fifth|5th",
    "no schooling|preschool, primary|primary school|elementary|elementary school, middle school|secondary, "
    "less than high school|less than high school degree|some high school, high school|high school degree|high school graduate, "
    "some college|some college or associate degree, associate|associate degree|associate's degree, "
    "bachelor|bachelors|bachelor degree|bachelor's degree|college|undergraduate, "
    "master|masters|master degree|master's degree|graduate|graduate degree, doctor|doctorate|phd|doctoral degree",
    "january|jan, february|feb, march|mar, april|apr, may, june|jun, july|jul, august|aug, "
    "september|sep|sept, october|oct, november|nov, december|dec",
    "monday|mon, tuesday|tue|tues, wednesday|wed, thursday|thu|thur|thurs, friday|fri, saturday|sat, sunday|sun",
    "매우 낮음|아주 낮음, 낮음, 보통|중간, 높음, 매우 높음|아주 높음",
    "매우 적음, 적음, 보통, 많음, 매우 많음",
    "매우 나쁨|아주 나쁨, 나쁨, 보통, 좋음, 매우 좋음|아주 좋음",
    "매우 불만족|매우 불만, 불만족|불만, 보통|보통이다, 만족, 매우 만족",
    "전혀 그렇지 않다|매우 그렇지 않다, 그렇지 않다|그렇지 않은 편이다, 보통|보통이다, 그렇다|그런 편이다, 매우 그렇다",
    "전혀 없음|전혀, 거의 없음|드물게, 가끔, 자주, 항상|매일",
    "최하, 하, 중하, 중, 중상, 상, 최상",
    "저, 중저, 중, 중고, 고",
    "소, 중, 대, 특대",
    "경형, 소형, 준중형, 중형, 준대형, 대형, 초대형",
    "없음, 경미|경증, 보통|중등도, 심함|중증, 매우 심함|위중",
    "여유, 보통, 약간 붐빔, 붐빔",
    "원활, 서행, 지체, 정체",
    "관심, 주의, 경계, 심각",
    "초급, 중급, 고급, 특급",
    "미취학, 초등, 중등, 고등",
    "영유아|유아, 어린이|아동, 청소년, 청년, 성인|장년|중년, 노인|노년",
    "무학, 초졸|초등학교 졸업, 중졸|중학교 졸업, 고졸|고등학교 졸업, 초대졸|전문대졸|전문대 졸업, "
    "대졸|대학교 졸업|학사, 석사|대학원졸|대학원 졸업, 박사",
    "인턴, 사원, 주임, 대리, 과장, 차장, 부장, 이사, 상무, 전무, 부사장, 사장",
    "월|월요일, 화|화요일, 수|수요일, 목|목요일, 금|금요일, 토|토요일, 일|일요일",
    "봄, 여름, 가을, 겨울",
)  # fmt: skip

NUMBER = re.compile(r"(?<![\w.])[-−]?\d+(?:,\d{3})*(?:\.\d+)?|\d+(?:,\d{3})*(?:\.\d+)?")
UNITS = {"k": 1e3, "천": 1e3, "만": 1e4, "억": 1e8}
LESS = re.compile(r"<|≤|미만|이하|\b(?:less|under|below|up to|fewer)\b", re.IGNORECASE)
MORE = re.compile(r">|≥|\+|이상|초과|\b(?:more|over|above|or higher)\b", re.IGNORECASE)


def word(level: str) -> str:
    """Return a level as the scales write it."""
    return " ".join(level.casefold().replace("_", " ").replace("-", " ").split())


def scale_of(levels: Sequence[str]) -> dict[str, int] | None:
    """Return the first scale (word to step) on which all levels have different steps."""
    words = [word(level) for level in levels]
    if len(words) < 2:
        return None
    for text in SCALES:
        steps = {
            word(synonym): step for step, names in enumerate(text.split(", ")) for synonym in names.split("|")
        }
        places = {steps.get(w) for w in words}
        if None not in places and len(places) == len(words):
            return steps
    return None


def amount(level: str) -> float | None:
    """Return the number that a text stands for, or ``None``.

    ``"18-29"`` is the middle, 23.5; ``"< 18"`` half of it, 9; ``"60+"`` a quarter more, 75: where such steps
    lie matters little, their order is what counts.
    """
    found: list[float] = []
    for match in NUMBER.finditer(level):
        unit = UNITS.get(level[match.end() : match.end() + 1].lower(), 1.0)
        found.append(float(match.group().replace(",", "").replace("−", "-")) * unit)
    if not found:
        return None
    if len(found) > 1:
        return (found[0] + found[1]) / 2.0
    value = found[0]
    if LESS.search(level):
        return value / 2.0 if value > 0 else value - 1.0
    if MORE.search(level):
        return value * 1.25 if value > 0 else value + 1.0
    return value
