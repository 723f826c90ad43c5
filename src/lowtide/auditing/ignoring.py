"""``--ignore CODE[:column]``: findings that somebody knows about. They stay visible; they only stop failing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from lowtide.auditing.explain import codes
from lowtide.core.errors import UsageError
from lowtide.core.finding import Finding

IGNORED = "ignored"


@dataclass(frozen=True, slots=True)
class Ignore:
    """One thing to ignore: a code, in one column or (``None``) in all of them."""

    code: str
    column: str | None = None

    def __str__(self) -> str:
        return self.code if self.column is None else f"{self.code}:{self.column}"

    def covers(self, finding: Finding) -> bool:
        """True when every column of the finding is meant: a new column beside an ignored one is news."""
        return finding.code == self.code and (self.column is None or finding.columns == (self.column,))


def parse(said: Sequence[str]) -> tuple[Ignore, ...]:
    """Return what ``--ignore`` says.

    Raises
    ------
    UsageError
        For a code that does not exist.
    """
    made = []
    for text in said:
        code, colon, column = text.partition(":")
        if code.strip().upper() not in codes():
            raise UsageError(
                f"--ignore {text}: no finding has the code {code!r}. Write CODE or CODE:column; "
                "`lowtide explain` lists the codes."
            )
        made.append(Ignore(code.strip().upper(), column if colon else None))
    return tuple(made)


def ignore(
    findings: Sequence[Finding], ignores: Sequence[Ignore]
) -> tuple[tuple[Finding, ...], tuple[str, ...]]:
    """Return the findings, those to be ignored answered so, and the ignores that covered nothing.

    A finding about several columns is covered by its code, or by one ignore for each of its columns.
    """
    out, used = [], set()
    for finding in findings:
        own = [i for i in ignores if i.code == finding.code]
        named = {i.column for i in own}
        whole = [i for i in own if i.covers(finding)]
        if not whole and finding.columns and set(finding.columns) <= named:
            whole = [i for i in own if i.column in finding.columns]
        used.update(whole)
        answered = finding.answer is None and whole
        out.append(msgspec.structs.replace(finding, answer=IGNORED) if answered else finding)
    return tuple(out), tuple(str(i) for i in ignores if i not in used)
