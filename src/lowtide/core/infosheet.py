"""The model info sheet: for every type of leakage what was looked for, what was found, who answered.

The types are those of Kapoor & Narayanan (2023), "Leakage and the reproducibility crisis in machine-learning-based
science", Patterns 4(9), table 1; the idea of a sheet to be filled in is theirs, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal

import msgspec

from lowtide.core.finding import Finding, NotApplicable, Severity

# Which checks answer which type. A plug-in's code is under none of them and is told at the end of the sheet.
TYPES: Mapping[str, tuple[str, ...]] = {
    "L1.1": ("LT103", "LT115"),
    "L1.2": ("LT105", "LT111", "LT112", "LT113"),
    "L1.3": ("LT114",),
    "L1.4": ("LT101", "LT102", "LT104"),
    "L2": (
        "LT201", "LT202", "LT203", "LT204", "LT205", "LT206", "LT207", "LT209", "LT210", "LT211", "LT212",
    ),
    "L3.1": ("LT302", "LT306", "LT307", "LT309"),
    "L3.2": ("LT301", "LT303"),
    "L3.3": ("LT304", "LT305", "LT308", "LT310"),
}  # fmt: skip
OTHER = "other"

# ``leak``: an error nobody answered; ``open``: a question nobody answered; ``watch``: warnings only;
# ``answered``: a person said so; ``clear``: looked, nothing seen; ``unseen``: no check had anything to look at.
Verdict = Literal["leak", "open", "watch", "answered", "clear", "unseen"]


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One type of leakage.

    Attributes
    ----------
    type : ``L1.1`` … ``L3.3``, or ``other``.
    looked : codes of the checks that looked.
    absent : checks that had nothing to look at, and why.
    findings : what they saw, notes left out.
    verdict : see `Verdict`.
    """

    type: str
    looked: tuple[str, ...] = ()
    absent: tuple[NotApplicable, ...] = ()
    findings: tuple[Finding, ...] = ()
    verdict: Verdict = "clear"


def sheet(
    findings: Sequence[Finding], absent: Sequence[NotApplicable], checks: Iterable[str]
) -> tuple[Entry, ...]:
    """Return the sheet: every type of leakage once, in the order of the taxonomy.

    Parameters
    ----------
    checks : codes of all checks that were to look.
    """
    missing = {a.code for a in absent}
    ran = set(checks)
    # A check that failed has not looked; the finding about it says which.
    failed = {str(f.facts.get("check")) for f in findings if f.code == "LT900"}
    made = [
        _entry(name, codes, findings, absent, [c for c in codes if c in ran and c not in missing | failed])
        for name, codes in TYPES.items()
    ]
    known = {c for codes in TYPES.values() for c in codes}
    rest = tuple(sorted((ran | {f.code for f in findings}) - known))
    made.append(_entry(OTHER, rest, findings, absent, [c for c in rest if c not in missing | failed]))
    return tuple(made)


def _entry(
    name: str, codes: Sequence[str], findings: Sequence[Finding], absent: Sequence[NotApplicable], looked: list[str]
) -> Entry:  # fmt: skip
    own = tuple(f for f in findings if f.code in codes and f.level > Severity.note)
    none = tuple(a for a in absent if a.code in codes)
    return Entry(
        type=name, looked=tuple(looked), absent=none, findings=own, verdict=_verdict(own, bool(looked))
    )


def _verdict(findings: Sequence[Finding], looked: bool) -> Verdict:
    still = [f for f in findings if f.answer is None or f.answer == "ignored"]
    if any(f.level == Severity.error for f in still):
        return "leak"
    if any(f.level == Severity.question for f in still):
        return "open"
    if still:
        return "watch"
    if findings:
        return "answered"
    return "clear" if looked else "unseen"
