"""What a tool is to this bench, and lowtide as one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

import pandas as pd

from bench.leaks.case import Case, Kind

if TYPE_CHECKING:
    from lowtide.core.finding import Finding

Severity = Literal["error", "question", "acting", "warning", "note"]
"""``acting``: a warning whose remedy changes the split or drops rows; it counts as a flag, and as an alarm."""

ACTING = ("split_by_group", "split_by_time", "drop_rows")
FLAGS: tuple[Severity, ...] = ("error", "question", "acting")


@dataclass(frozen=True, slots=True)
class Raised:
    """One finding of a tool: how bad, which columns, which code, and (for people) what it says."""

    severity: Severity
    columns: tuple[str, ...] = ()
    code: str = ""
    text: str = ""


class Tool(Protocol):
    """Anything that looks at a table; findings come worst first, as the tool itself orders them."""

    @property
    def name(self) -> str: ...

    def audit(
        self,
        frame: pd.DataFrame,
        target: str,
        kind: Kind,
        test: pd.DataFrame | None = None,
        group: str | None = None,
        time: str | None = None,
        unit: Sequence[str] = (),
    ) -> list[Raised]: ...


@dataclass(frozen=True, slots=True)
class Lowtide:
    """`lowtide.audit`, through the public door."""

    prices: bool = False
    name: str = "lowtide"

    def audit(
        self,
        frame: pd.DataFrame,
        target: str,
        kind: Kind,
        test: pd.DataFrame | None = None,
        group: str | None = None,
        time: str | None = None,
        unit: Sequence[str] = (),
    ) -> list[Raised]:
        """Return the findings in the order of lowtide."""
        import lowtide

        look = lowtide.audit(
            frame, target, test=test, unit=tuple(unit), group=group, time=time, kind=kind, prices=self.prices
        )
        return [
            Raised(_severity(f), tuple(f.columns), f.code, f"{f.remedy} {dict(f.facts)}"[:400])
            for f in look.findings
        ]  # fmt: skip


def _severity(finding: Finding) -> Severity:
    """Return how bad a finding is here. What was declared beforehand has been answered: nobody need act any more."""
    if finding.answer is not None:
        return "note"
    if finding.severity == "warning" and finding.remedy in ACTING:
        return "acting"
    return finding.severity  # type: ignore[return-value]


def look(tool: Tool, case: Case) -> list[Raised]:
    """Let a tool look at a case; it sees neither its name nor its kind of leak."""
    return tool.audit(
        case.frame, case.target, case.task, test=case.test, group=case.group, time=case.time, unit=case.unit
    )
