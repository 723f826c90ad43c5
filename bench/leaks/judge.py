"""Judging: was the leak flagged, at which rank, and what else was said?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from bench.leaks.case import Case
from bench.leaks.tool import FLAGS, Raised

FIRST = 3
"""A leak counts as found only among that many findings, in the order of the tool."""
SEEN = (*FLAGS, "warning")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a tool said about one case.

    Attributes
    ----------
    first : flagged by an error, a question or an acting warning among the first three findings.
    flagged : flagged at any rank.
    named : named at any rank, warnings that do not act included.
    rank : of the first finding that flags (1-based); 0 when there is none.
    errors, questions, acting : findings that are no part of the leak (on a clean table: all).
    columns : features of the table; alarmed: those of them that such findings name, by severity.
    codes : codes of the findings that are no part of the leak.
    said : what was said, at most eight findings: for people who look at misses.
    """

    tool: str
    case: str
    family: str
    kind: str
    strength: str
    part: str
    source: str
    seed: int
    variant: str
    first: bool
    flagged: bool
    named: bool
    rank: int
    errors: int
    questions: int
    acting: int
    columns: int
    error_columns: int
    question_columns: int
    codes: tuple[str, ...]
    seconds: float
    said: tuple[str, ...] = ()
    failed: str = ""

    def plain(self) -> dict[str, Any]:
        """Return the verdict as plain data."""
        return asdict(self)


def belongs(finding: Raised, case: Case) -> bool:
    """Return whether a finding is about the planted leak: by its code, or by a planted column."""
    hit = bool(set(finding.columns) & set(case.columns))
    if finding.code and finding.code in case.codes:
        return hit or not case.columns or not finding.columns
    return hit


def covers(findings: Sequence[Raised], case: Case) -> bool:
    """Return whether these findings flag the leak: one of its codes, or enough of its columns."""
    if any(f.code and f.code in case.codes and belongs(f, case) for f in findings):
        return True
    if not case.columns:
        return False
    named = {c for f in findings for c in f.columns} & set(case.columns)
    return len(named) >= max(1, ceil(case.share * len(case.columns)))


def judge(
    findings: Sequence[Raised], case: Case, tool: str, variant: str, seconds: float, failed: str = ""
) -> Verdict:
    """Count what was found and what was not there to be found."""
    flags = [f for f in findings if f.severity in FLAGS]
    top = [f for f in findings[:FIRST] if f.severity in FLAGS]
    rank = next(
        (
            i
            for i in range(1, len(findings) + 1)
            if covers([f for f in findings[:i] if f.severity in FLAGS], case)
        ),
        0,
    )
    other = [f for f in flags if not belongs(f, case)]
    features = set(case.frame.columns) - {case.target}

    def alarmed(*severities: str) -> int:
        return len({c for f in other if f.severity in severities for c in f.columns} & features)

    clean = case.kind == "clean"
    return Verdict(
        tool, case.name, case.family, case.kind, case.strength, case.part, case.source, case.seed, variant,
        first=not clean and covers(top, case), flagged=not clean and covers(flags, case),
        named=not clean and covers([f for f in findings if f.severity in SEEN], case), rank=0 if clean else rank,
        errors=sum(f.severity == "error" for f in other), questions=sum(f.severity == "question" for f in other),
        acting=sum(f.severity == "acting" for f in other), columns=len(features), error_columns=alarmed("error"),
        question_columns=alarmed("question", "acting"), codes=tuple(f"{f.code}:{f.severity}" for f in other),
        seconds=round(seconds, 3), failed=failed,
        said=tuple(f"{f.severity} {f.code} {', '.join(f.columns[:6])} {f.text[:160]}".strip() for f in findings[:8]),
    )  # fmt: skip
