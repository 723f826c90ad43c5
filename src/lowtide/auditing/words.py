"""General words in column names, English and Korean. Names support evidence; alone they only raise a question.

English words are compared with whole tokens of the name (``churnScore`` → ``churn``, ``score``); Korean words
are looked for anywhere in the name, since Korean compounds are written together.
"""

from __future__ import annotations

import re

# What is known only when, or because, the outcome is known; or what another model made of it.
OUTCOME = frozenset((
    "outcome", "label", "labels", "reason", "predicted", "prediction", "predictions", "pred", "yhat", "proba",
    "probability", "cltv", "clv", "posterior", "propensity", "resolution", "settlement", "settled",
    "recovered", "recovery", "chargeback", "refund", "refunded", "writeoff", "chargeoff", "autopsy",
    "postmortem", "resolved", "cancellation", "terminated", "termination",
))  # fmt: skip
OUTCOME_KO = (
    "사유", "예측", "판정", "결과", "확률", "환불", "정산", "해지일", "탈퇴일", "퇴사일", "사망일", "퇴원일", "종결",
    "완료일", "완납", "취소일", "사후", "회수", "정답", "라벨", "이탈점수", "스코어",
)  # fmt: skip
# Words that only often say so: they need the numbers to agree.
WEAK = frozenset((
    "result", "results", "score", "scores", "scored", "duration", "elapsed", "after", "final", "closed",
    "close", "paid", "payment", "approved", "approval", "completed", "completion", "delivered", "discharge",
    "status", "verdict", "actual", "response", "grade", "end", "ended", "finish",
))  # fmt: skip
WEAK_KO = (
    "점수", "등급", "소요", "이후", "최종", "종료", "완료", "처리", "승인", "실제", "실적", "상태", "납부", "배송완료",
)  # fmt: skip
# What is honest although it names the outcome: the past of it.
PAST = frozenset((
    "previous", "prev", "prior", "past", "last", "lag", "lagged", "history", "historical", "earlier",
    "before", "baseline",
))  # fmt: skip
PLAN = frozenset((
    "targeted", "planned", "plan", "budget", "budgeted", "goal", "quota", "quoted", "scheduled",
))  # fmt: skip
PLAN_KO = ("목표", "계획", "예산")
# Dates in the future that are agreed or set beforehand.
DUE = frozenset((
    "due", "planned", "scheduled", "schedule", "estimated", "expected", "promised", "deadline", "expiry", "expires",
    "expiration", "maturity", "valid", "until", "target", "appointment", "booked", "requested", "renewal", "eta",
))  # fmt: skip
DUE_KO = ("예정", "만기", "마감", "기한", "희망", "예약", "계획", "목표", "만료", "유효")
PAST_KO = ("이전", "직전", "과거", "전월", "전년", "전일", "전주", "지난", "최근", "기존")
# Words that say nothing about what is measured.
GENERIC = frozenset((
    "a", "an", "the", "of", "in", "on", "at", "to", "by", "is", "has", "was", "be", "and", "or", "for",
    "with", "id", "no", "num", "number", "value", "values", "val", "count", "cnt", "total", "sum", "amount",
    "amt", "avg", "mean", "max", "min", "rate", "ratio", "pct", "percent", "per", "flag", "target", "label",
    "class", "y", "code", "type", "name", "date", "time", "day", "month", "year", "weekly", "daily",
    "monthly", "yearly", "global", "local", "size", "level", "group", "new", "old", "actual", "reported",
    "credit", "customer", "user", "data", "index", "key", "status", "score", "yes", "raw", "std", "net",
    "gross",
))  # fmt: skip
GENERIC_KO = (
    "여부",
    "값",
    "수",
    "율",
    "일자",
    "날짜",
    "코드",
    "번호",
    "구분",
    "합계",
    "등록",
    "총",
    "평균",
    "유무",
    "건수",
)
# Who or what a row is about: entities that repeat.
ENTITY = frozenset((
    "id", "uid", "uuid", "key", "subject", "patient", "person", "customer", "client", "user", "member",
    "account", "household", "family", "store", "shop", "branch", "site", "machine", "device", "unit",
    "product", "item", "sku", "movie", "film", "student", "employee", "driver", "vehicle", "merchant",
    "seller", "host", "vendor", "supplier", "company", "firm", "ticket", "policy", "contract", "case",
    "visitor", "session", "engine", "hospital", "school", "player", "asset", "meter", "sensor", "respondent",
))  # fmt: skip
ENTITY_KO = (
    "번호", "코드", "아이디", "고객", "회원", "환자", "매장", "점포", "지점", "단지", "설비", "장비", "제품", "상품",
    "차량번호", "사번", "학번", "업체", "거래처", "기관", "호기", "피험자", "계좌", "사용자",
)  # fmt: skip
# Where rows come from: places that a model may meet anew.
SITE = frozenset((
    "site", "center", "centre", "hospital", "clinic", "branch", "plant", "factory", "facility", "laboratory",
    "lab", "institution", "school", "store", "shop", "device", "scanner", "machine", "instrument", "station",
    "cohort", "batch", "source",
))  # fmt: skip
SITE_KO = ("병원", "지점", "기관", "센터", "공장", "매장", "점포", "장비", "설비", "연구실", "출처", "코호트")
# Classes of an outcome that is not known yet.
OPEN = frozenset(
    ("current", "open", "pending", "ongoing", "unresolved", "undecided", "running", "processing")
)
OPEN_KO = ("진행", "대기", "미정", "처리중", "심사중", "상환중")
IDENTIFIER = frozenset((
    "id", "uid", "uuid", "guid", "key", "no", "nr", "num", "number", "index", "idx", "rowid", "rowname",
    "rownames", "row", "serial", "udi",
))  # fmt: skip
IDENTIFIER_KO = ("번호", "아이디", "일련", "식별", "순번", "연번")
BIRTH = frozenset(("birth", "born", "dob", "birthday", "birthdate", "founded", "established", "built"))
BIRTH_KO = ("생년", "출생", "생일", "설립", "준공")
YEAR = frozenset(("year", "yr", "yyyy", "yy"))
YEAR_KO = ("연도", "년도", "년")
MONTH = frozenset(("month", "mon", "mo", "mm", "mth", "mnth"))
MONTH_KO = ("월",)
DAY = frozenset(("day", "dd", "dom"))
DAY_KO = ("일",)
HOUR = frozenset(("hour", "hr", "hh"))
HOUR_KO = ("시", "시간")

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_SPLIT = re.compile(r"[^0-9A-Za-z가-힣]+")
_HANGUL = re.compile(r"[가-힣]")


def tokens(name: str) -> tuple[str, ...]:
    """Return the lower-case words of a name.

    >>> tokens("ChurnScore_v2 (%)")
    ('churn', 'score', 'v2')
    """
    return tuple(t.lower() for t in _SPLIT.split(_CAMEL.sub(" ", name)) if t)


def says(name: str, english: frozenset[str], korean: tuple[str, ...]) -> str | None:
    """Return the first word of the lists that the name says, or ``None``."""
    for token in tokens(name):
        if token in english:
            return token
    for word in korean:
        if word in name:
            return word
    return None


def is_known_before(name: str) -> bool:
    """True when the name says that the past or a plan is meant (``previous_sales``, ``전월매출``, ``목표``)."""
    return says(name, PAST, PAST_KO) is not None or says(name, PLAN, PLAN_KO) is not None


def stems(name: str) -> frozenset[str]:
    """Return the words of a name that say what is measured (at least three letters, not generic).

    >>> sorted(stems("Churn Value"))
    ['churn']
    """
    found = {t for t in tokens(name) if len(t) >= 3 and not _HANGUL.search(t) and t not in GENERIC}
    korean = "".join(_HANGUL.findall(name))
    for word in GENERIC_KO:
        korean = korean.replace(word, "")
    if len(korean) >= 2:
        found.add(korean)
    return frozenset(found)


def shared_stem(name: str, target: str) -> str | None:
    """Return a word that both names are made of, or ``None``."""
    own = set(tokens(name))
    for stem in sorted(stems(target)):
        if stem in own or (_HANGUL.search(stem) and stem in name):
            return stem
    return None
