"""What a tool is to this bench, and lowtide as one."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

import numpy as np
import pandas as pd

from bench.leaks.case import Case, Kind

if TYPE_CHECKING:
    from lowtide.core.finding import Finding

Severity = Literal["error", "question", "acting", "warning", "note"]
"""``acting``: a warning whose remedy changes the split or drops rows; it counts as a flag, and as an alarm."""

REFUSED = "REFUSED"
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
    """`lowtide.audit`, through the public door.

    A refusal ("only 8 rows with ...; at least 20 are needed") is an error with the code `REFUSED`: on a clean table
    it is an alarm like any other.
    """

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
        ledger: Path | None = None,
    ) -> list[Raised]:
        """Return the findings in the order of lowtide."""
        import lowtide
        from lowtide.core.errors import Refusal

        try:
            look = lowtide.audit(
                frame, target, test=test, unit=tuple(unit), group=group, time=time, kind=kind, prices=self.prices,
                ledger=ledger,
            )  # fmt: skip
        except Refusal as refusal:
            return [Raised("error", (), REFUSED, str(refusal))]
        return [
            Raised(_severity(f), tuple(f.columns), f.code, f"{f.remedy} {dict(f.facts)}"[:400])
            for f in look.findings
        ]


def _severity(finding: Finding) -> Severity:
    """Return how bad a finding is here. What was declared beforehand has been answered: nobody need act any more."""
    if finding.answer is not None:
        return "note"
    if finding.severity == "warning" and finding.remedy in ACTING:
        return "acting"
    return finding.severity  # type: ignore[return-value]


def look(tool: Tool, case: Case) -> list[Raised]:
    """Let a tool look at a case; it sees neither its name nor its kind of leak."""
    said = {"test": case.test, "group": case.group, "time": case.time, "unit": case.unit}
    looks = case.options.get("looks")
    if not isinstance(tool, Lowtide) or not isinstance(looks, int):
        return tool.audit(case.frame, case.target, case.task, **said)  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory(prefix="lowtide-leaks-") as folder:
        looked_at(case, looks, Path(folder))
        return tool.audit(case.frame, case.target, case.task, **said, ledger=Path(folder))  # type: ignore[arg-type]


def looked_at(case: Case, looks: int, folder: Path) -> None:
    """Make a ledger in which so many trials were judged on the rows of the test file."""
    from lowtide.core.recipe import Recipe
    from lowtide.core.task import Task
    from lowtide.flow import settle
    from lowtide.steps.vault import identity
    from lowtide.tables.hashing import row_keys
    from lowtide.tables.read import read
    from lowtide.validate.ledger import Ledger
    from lowtide.validate.ledger_schema import Piece, TrialRecord

    table, _, task = settle(read(case.test), Task(target=case.target, unit=case.unit, kind=case.task))
    keys = row_keys(table, identity(table, task))
    rows = np.arange(len(keys))
    with Ledger.open(folder) as ledger:
        for number in range(looks):
            record = TrialRecord(
                question="made", data="test", folds="one", recipe=Recipe(name=f"try {number}", learner="made", seed=number),
                engine="bench", status="done", fold_scores=(0.5,), fold_seconds=(1.0,), folds_seen=1, folds_total=1,
                rows=len(keys),
            )  # fmt: skip
            ledger.add(record, keys, [Piece(0, rows, np.zeros(len(keys)))])
