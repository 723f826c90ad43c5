"""The lines of ``lowtide.toml`` that answer a finding: the same in terminal, report and template."""

from __future__ import annotations

import json
from typing import Any, Literal

import msgspec

from lowtide.core.finding import Finding

SPLITS = ("split_by_time", "split_by_group")
# What `Finding.answer` says when ``[task]`` settled how held-out data is made.
DECLARED = "declared"
SITES = "LT304"


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One way to answer.

    Attributes
    ----------
    table : ``task`` or ``answers``.
    settings : keys and values of that table, to be written together.
    means : stable code of what is said: ``use``, ``drop``, ``rows``, ``groups``, ``future``, ``known_places``,
        ``new_places``.
    """

    table: Literal["task", "answers"]
    settings: tuple[tuple[str, str], ...]
    means: str

    @property
    def lines(self) -> tuple[str, ...]:
        """Return the lines to write under the table's header."""
        quote = self.table == "answers"
        return tuple(f"{toml_text(k) if quote else k} = {toml_text(v)}" for k, v in self.settings)


def about_split(finding: Finding) -> bool:
    """Say whether the finding is about how held-out data is made, and not about what a column may tell."""
    return finding.remedy in SPLITS


def choices(finding: Finding) -> tuple[Choice, ...]:
    """Return the ways to answer a finding, the one that a score profits from first.

    A finding about the split is answered by ``[task]``: what the model will be used on. All others by
    ``[answers]``: whether the columns may be used.
    """
    if finding.remedy == "split_by_time":
        time = finding.columns[0] if finding.columns else ":order"
        # A moment in several columns (year, month, day) is put together by lowtide itself.
        named = (("time", time),) if len(finding.columns) <= 1 else ()
        return (
            Choice(table="task", settings=(("deploy", "rows"),), means="rows"),
            Choice(table="task", settings=(("deploy", "future"), *named), means="future"),
        )
    if finding.code == SITES and finding.columns:
        # A handful of places cannot be held out for a floor: they are asked about, and priced, not assumed new.
        return (
            Choice(table="task", settings=(("deploy", "rows"),), means="known_places"),
            Choice(table="task", settings=(("deploy", "groups"), ("group", finding.columns[0])), means="new_places"),
        )  # fmt: skip
    if finding.remedy == "split_by_group" and finding.columns:
        group = ("group", finding.columns[0])
        return (
            Choice(table="task", settings=(("deploy", "rows"),), means="rows"),
            Choice(table="task", settings=(("deploy", "groups"), group), means="groups"),
        )
    keys = tuple(f"{finding.code}:{column}" for column in finding.columns) or (finding.code,)
    return tuple(
        Choice(table="answers", settings=tuple((key, answer) for key in keys), means=answer)
        for answer in ("use", "drop")
    )


def toml_text(value: Any) -> str:
    """Return text as a TOML basic string (JSON's escapes are a part of TOML's)."""
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")
