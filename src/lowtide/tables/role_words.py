"""What a column's name says about its role: supporting evidence, never enough alone."""

from __future__ import annotations

import re

from lowtide.tables.word_sets import word_set

_ID_WORDS = word_set(
    """id ids uid uuid guid pk key idx index no nr num number code cd seq serial row rownum rownames rowid record
    ref reference hash token vin sku isbn ean barcode imei msisdn ssn"""
)
# "number" and the like count ("number of calls") as often as they name ("policy number").
_WEAK_ID_WORDS = frozenset(
    ("no", "nr", "num", "number", "code", "cd", "row", "record", "ref", "reference", "key")
)
_ID_KOREAN = ("아이디", "번호", "코드", "일련", "순번", "고유", "식별", "관리번호", "접수")
_ENTITIES = word_set(
    """customer client user member account patient subject store shop branch machine device unit vehicle driver
    employee student host merchant seller vendor supplier item product sensor engine plant site station player
    team company household respondent participant session order policy contract"""
)
_ENTITIES_KOREAN = (
    "고객",
    "회원",
    "환자",
    "매장",
    "점포",
    "지점",
    "단지",
    "설비",
    "장비",
    "차량",
    "학생",
    "사원",
    "계약",
    "상품",
    "지하철역",
)
_SCALE_WORDS = word_set(
    """rating rate score stars star satisfaction level grade quality qual cond condition rank ranking severity
    priority stage class degree involvement likert"""
)
_SCALE_KOREAN = ("평점", "별점", "만족도", "등급", "점수", "단계", "수준", "중요도", "난이도")
_COUNT_WORDS = frozenset(
    ("of", "count", "total", "sum", "avg", "mean", "amount", "qty", "quantity", "per", "rate", "max", "min")
)


def words(name: str) -> list[str]:
    """Split a name into lower-case words: ``CustomerID`` and ``customer_id`` are customer, id."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    found = re.findall(r"[a-z]+|#", split.lower())
    return ["id" if w == "#" else w for w in found]


def names_id(name: str) -> bool:
    """Say whether a name is that of a key: ``id``, ``PID``, ``policy_number``, ``고객번호``."""
    if any(w in name for w in _ID_KOREAN) and not name.endswith(("수", "율", "비율")):
        return True
    found = words(name)
    if not found or any(w in _COUNT_WORDS for w in found):
        return False
    last = found[-1]
    if last in _WEAK_ID_WORDS and len(found) == 1:
        return last in ("no", "nr", "row", "key", "code")
    return (
        last in _ID_WORDS
        or found[0] in ("id", "uid", "uuid")
        or (len(found) == 1 and last in ("pid", "cid", "udi"))
    )


def strong_id(name: str) -> bool:
    """Say whether a name ends in an unmistakable word for a key (``_id``, ``#``, ``아이디``)."""
    found = words(name)
    return bool(found) and (found[-1] in ("id", "uid", "uuid", "guid", "vin") or "아이디" in name)


def names_entity(name: str) -> bool:
    """Say whether a name is just an entity: ``store``, ``Customer``, ``단지코드``."""
    found = words(name)
    if len(found) == 1 and found[0] in _ENTITIES:
        return True
    return any(name.startswith(w) and len(name) <= len(w) + 2 for w in _ENTITIES_KOREAN)


def names_scale(name: str) -> bool:
    """Say whether a name is that of a graded judgement: ``rating``, ``JobSatisfaction``, ``만족도``."""
    found = words(name)
    return any(w in name for w in _SCALE_KOREAN) or (bool(found) and found[-1] in _SCALE_WORDS)
