"""Decide from evidence how the dates of a column are written: which part is the day, which the month.

Candidates come from the shape of some texts. All values then vote by validity (there is no month 19); what
is still a tie is broken by how the dates lie: in the order of rows, in steps of equal length, within a
short span, and over all days of the month.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lowtide.core.finding import Fact
from lowtide.tables.blanks import Distinct, spread
from lowtide.tables.dates import parse_date, parse_dates
from lowtide.tables.table import Ints

_SAMPLE = 5_000
_DAY_US = 86_400_000_000
_ZONE = r"(?P<zone>[ ]?(?:Z|UTC|GMT|[+\-]\d{2}:?\d{2}))?"
_CLOCK = re.compile(
    r"(?P<date>.*?\S)(?P<gap>T|[ ]+|\.[ ]+)(?P<before>(?i:am|pm|a\.m\.|p\.m\.|오전|오후)[ ]*)?"
    r"(?P<clock>\d{1,2}:\d{2}(?::\d{2}(?:[.,]\d{1,9})?)?)(?P<after>[ ]*(?i:am|pm|a\.m\.|p\.m\.))?" + _ZONE
)
_M = r"[A-Za-z]{3,9}\.?"
# Shape of the date part and the formats it may mean, the likelier first; {s} is the mark between parts.
_SHAPES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = tuple(
    (re.compile(shape), forms)
    for shape, forms in (
        (r"\d{4}(?P<s>[-/._])\d{1,2}(?P=s)\d{1,2}", ("%Y{s}%m{s}%d", "%Y{s}%d{s}%m")),
        (r"\d{4}(?P<s>\. )\d{1,2}\. \d{1,2}\.", ("%Y. %m. %d.",)),
        (r"\d{4}(?P<s>\. )\d{1,2}\. \d{1,2}", ("%Y. %m. %d",)),
        (r"\d{4}(?P<s>\.)\d{1,2}\.\d{1,2}\.", ("%Y.%m.%d.",)),
        (r"\d{1,2}(?P<s>[-/._ ])\d{1,2}(?P=s)\d{4}", ("%d{s}%m{s}%Y", "%m{s}%d{s}%Y")),
        (r"\d{2}(?P<s>[-/._])\d{1,2}(?P=s)\d{2}", ("%y{s}%m{s}%d", "%d{s}%m{s}%y", "%m{s}%d{s}%y")),
        (r"\d{1,2}(?P<s>[-/._])\d{1,2}(?P=s)\d{2}", ("%d{s}%m{s}%y", "%m{s}%d{s}%y")),
        (rf"\d{{1,2}}(?P<s>[-/. ]){_M}(?P=s)\d{{4}}", ("%d{s}%b{s}%Y",)),
        (rf"\d{{1,2}}(?P<s>[-/. ]){_M}(?P=s)\d{{2}}", ("%d{s}%b{s}%y",)),
        (rf"{_M} \d{{1,2}}, \d{{4}}", ("%b %d, %Y",)),
        (rf"{_M} \d{{1,2}} \d{{4}}", ("%b %d %Y",)),
        (rf"{_M}(?P<s>[-/ ])\d{{4}}", ("%b{s}%Y",)),
        (rf"{_M}(?P<s>[-/])\d{{2}}", ("%b{s}%y",)),
        (rf"\d{{4}}(?P<s>[-/ ]){_M}", ("%Y{s}%b",)),
        (rf"\d{{4}}(?P<s>[-/ ]){_M}(?P=s)\d{{1,2}}", ("%Y{s}%b{s}%d",)),
        (r"\d{4}(?P<s>[-/])\d{1,2}", ("%Y{s}%m",)),
        (r"\d{1,2}(?P<s>[-/])\d{4}", ("%m{s}%Y",)),
        (r"\d{4}년 \d{1,2}월 \d{1,2}일", ("%Y년 %m월 %d일",)),
        (r"\d{4}년\d{1,2}월\d{1,2}일", ("%Y년%m월%d일",)),
        (r"\d{2}년 \d{1,2}월 \d{1,2}일", ("%y년 %m월 %d일",)),
        (r"\d{4}년 \d{1,2}월", ("%Y년 %m월",)),
        (r"\d{4}년\d{1,2}월", ("%Y년%m월",)),
        (r"\d{8}", ("%Y%m%d",)),
    )
)
_DAY_NAMES = re.compile(
    r"(?P<lead>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*(?P<comma>,?) )?(?P<rest>.*?)(?P<tail>\s*\([월화수목금토일]\))?"
)
# Words in a name that support reading whole numbers as dates.
DATE_WORDS = re.compile(
    r"date|day|dt$|ymd|ym$|month|period|일자|날짜|일시|년월|연월|기준일|기준월|사용월|사용일|등록일|연도월",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateGuess:
    """A date format with its evidence; ``share`` of the rows are valid under it."""

    form: str
    share: float
    evidence: str
    sure: float
    facts: dict[str, Fact]


def candidates(text: str) -> list[str]:
    """Return the formats that one text may have, the likelier first."""
    clock = ""
    found = _CLOCK.fullmatch(text)
    if found is not None:
        text = found["date"] + found["gap"].rstrip() if found["gap"].startswith(".") else found["date"]
        clock = _clock_format(found)
    names = _DAY_NAMES.fullmatch(text)
    lead, tail = "", ""
    if names is not None:
        text = names["rest"]
        lead = f"%a{names['comma']} " if names["lead"] else ""
        tail = "" if not names["tail"] else (" (%a)" if names["tail"].startswith(" ") else "(%a)")
    forms: list[str] = []
    for shape, meanings in _SHAPES:
        fits = shape.fullmatch(text)
        if fits is not None:
            mark = fits.groupdict().get("s") or ""
            forms += [lead + m.replace("{s}", mark) + tail + clock for m in meanings]
    return forms


def _clock_format(found: re.Match[str]) -> str:
    gap = "T" if found["gap"] == "T" else " "
    clock = "%H:%M" if found["clock"].count(":") == 1 else "%H:%M:%S"
    if "." in found["clock"] or "," in found["clock"]:
        clock += ".%f" if "." in found["clock"] else ",%f"
    if found["before"] or found["after"]:
        clock = clock.replace("%H", "%I")
        clock = f"%p {clock}" if found["before"] and found["before"].endswith(" ") else clock
        clock = f"%p{clock}" if found["before"] and not found["before"].endswith(" ") else clock
        if found["after"]:
            clock += " %p" if found["after"].startswith(" ") else "%p"
    zone = found["zone"] or ""
    return gap + clock + ((" %z" if zone.startswith(" ") else "%z") if zone else "")


def guess_date(column: Distinct, rest: Ints) -> DateGuess | None:
    """Find the date format of a text column.

    Parameters
    ----------
    column : the column's distinct texts.
    rest : positions of the texts that are neither blank nor null tokens.

    Returns
    -------
    DateGuess or None
        ``None`` when no format reads at least 98 % of a sample of the rows.
    """
    import pyarrow as pa

    probes = [column.texts[i] for i in spread(rest, 7)]
    if not any(sum(c.isdigit() for c in p) >= 2 and len(p) <= 45 for p in probes):
        return None
    forms = list(dict.fromkeys(f for p in probes for f in candidates(p)))
    # The longest fraction that was probed must also read the shorter ones; parse before trusting.
    forms = [f for f in forms if sum(parse_date(p, f) is not None for p in probes) * 2 >= len(probes)]
    if not forms:
        return None
    sample = spread(rest, _SAMPLE)
    texts = column.array.take(pa.array(sample))
    weights = column.counts[sample].astype(float)
    trials = []
    for form in forms:
        micros, good = parse_dates(texts, form)
        trials.append((float(weights[good].sum() / weights.sum()), form, micros, good))
    best = max(t[0] for t in trials)
    if best < 0.98:
        return None
    tied = [t for t in trials if t[0] >= best - 1e-12]
    facts: dict[str, Fact] = {"share": round(best, 4), "format": tied[0][1]}
    if len(tied) == 1:
        rivals = [t for t in trials if t[0] < best]
        if not rivals:
            return DateGuess(tied[0][1], best, "one_format", 1.0, facts)
        facts |= {"other": rivals[0][1], "other_share": round(rivals[0][0], 4)}
        return DateGuess(tied[0][1], best, "only_valid_format", 1.0, facts)
    order = _in_row_order(column, sample)
    marks = [_lie(micros, good, order, form) for _, form, micros, good in tied]
    votes = np.sum([_vote(np.asarray(m)) for m in zip(*marks, strict=True)], axis=0)
    winner = int(np.argmax(votes))
    facts |= {
        "format": tied[winner][1],
        "other": tied[1 if winner == 0 else 0][1],
        "votes": int(votes[winner]),
    }
    clear = votes[winner] > np.delete(votes, winner).max()
    if not clear:
        winner = _likelier([t[1] for t in tied])
        facts |= {"format": tied[winner][1], "other": tied[1 if winner == 0 else 0][1]}
    evidence, sure = ("even_steps", 0.85) if clear else ("ambiguous_day_month", 0.3)
    return DateGuess(tied[winner][1], best, evidence, sure, facts)


def _in_row_order(column: Distinct, sample: Ints) -> Ints:
    """Return positions into the sample in the order in which rows of the source show them."""
    place = np.full(len(column.texts), -1, dtype=np.int64)
    place[sample] = np.arange(len(sample))
    shown = place[column.index[column.index >= 0][: 4 * _SAMPLE]]
    return np.asarray(shown[shown >= 0], dtype=np.int64)


def _lie(micros: Ints, good: np.ndarray, order: Ints, form: str) -> tuple[float, float, float, float]:
    """Measure how naturally the dates lie: order, even steps, short span, days of the month used."""
    shown = micros[order][good[order]]
    steps = np.diff(shown)
    moved = steps[steps != 0]
    ordered = max((moved > 0).mean(), (moved < 0).mean()) if len(moved) else 0.5
    days = np.unique(micros[good] // _DAY_US)
    gaps = np.diff(days)
    even = np.bincount(np.minimum(gaps, 4000)).max() / len(gaps) if len(gaps) else 0.0
    span = -float(np.log1p(days[-1] - days[0])) if len(days) else 0.0
    used = 0.0
    if "%y" in form and "%d" in form:
        # With two-digit years the day is the part that runs through 1 to 31.
        months = days.astype("datetime64[D]").astype("datetime64[M]")
        used = float(len(np.unique((days.astype("datetime64[D]") - months).astype(np.int64))))
    return round(float(ordered), 3), round(float(even), 3), round(span, 2), used


def _vote(values: np.ndarray) -> np.ndarray:
    """Give one vote to a clear best; near ties give none (two for the use of all days)."""
    votes = np.zeros(len(values), dtype=np.int64)
    first, second = np.sort(values)[::-1][:2]
    margin = 3.0 if first > 1.5 else 0.05
    if first - second >= margin:
        votes[int(np.argmax(values))] = 1
    return votes


def _likelier(forms: Sequence[str]) -> int:
    """Choose without evidence: year first, then with slashes the month, with other marks the day."""
    for index, form in enumerate(forms):
        if form.startswith(("%Y", "%y")):
            return index
    slashed = [i for i, f in enumerate(forms) if f.startswith("%m/")]
    return slashed[0] if slashed else 0


def whole_number_dates(name: str, texts: Sequence[str]) -> DateGuess | None:
    """Read 20170305, 201703 or 170305 as dates, when all are valid and the name or their steps say so."""
    widths = {len(t) for t in texts}
    if len(widths) != 1 or not all(t.isascii() and t.isdigit() for t in texts):
        return None
    named = DATE_WORDS.search(name) is not None
    this_century = all("19" <= t[:2] <= "20" for t in texts)
    forms = {8: ("%Y%m%d",), 6: ("%Y%m", "%y%m%d")}.get(widths.pop(), ())
    for form in forms:
        if (form == "%y%m%d" and not named) or (form != "%y%m%d" and not this_century):
            continue
        moments = [m for m in (parse_date(t, form) for t in texts) if m is not None]
        if len(moments) < len(texts):
            continue
        if form == "%Y%m":
            places = sorted({m.year * 12 + m.month for m in moments})
        else:
            places = sorted({m.toordinal() for m in moments})
        steady = len(places) >= 12 and float(np.mean(np.diff(places) == 1)) >= 0.8
        if named or steady:
            facts: dict[str, Fact] = {
                "format": form,
                "distinct": len(texts),
                "named": named,
                "steady": steady,
            }
            return DateGuess(form, 1.0, "whole_number_dates", 0.9 if named and steady else 0.7, facts)
    return None
