"""What people said about findings, and what follows from it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lowtide.core.answering import DECLARED, about_split
from lowtide.core.finding import Finding, Severity
from lowtide.core.task import Task


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of ``[answers]`` in ``lowtide.toml``.

    Attributes
    ----------
    answer : ``use`` (the column is known in time; keep it) or ``drop``.
    who, when, why : who answered, when, and the reason; kept for the report.
    """

    answer: Literal["use", "drop"]
    who: str = ""
    when: str = ""
    why: str = ""


def answer_for(finding: Finding, column: str | None, answers: Mapping[str, Answer]) -> Answer | None:
    """Return what was said, the most precise key first: ``CODE:column``, ``CODE``, then ``column``.

    A bare column name only speaks about findings that want the column out.
    """
    keys = [finding.code]
    if column is not None:
        keys.insert(0, f"{finding.code}:{column}")
        if finding.remedy == "drop_columns":
            keys.append(column)
    for key in keys:
        if key in answers:
            return answers[key]
    return None


def with_answer(finding: Finding, answers: Mapping[str, Answer]) -> Finding:
    """Return the finding with its answer: only when all of its columns were answered alike."""
    said = [answer_for(finding, c, answers) for c in (finding.columns or (None,))]
    known = [a for a in said if a is not None]
    if len(known) == len(said) and len({a.answer for a in known}) == 1:
        who = ", ".join(dict.fromkeys(a.who for a in known if a.who))
        return msgspec.structs.replace(finding, answer=known[0].answer, answered_by=who or None)
    return finding


def with_declared(finding: Finding, task: Task) -> Finding:
    """Return a finding about the split with its answer, when the task says what the model will be used on.

    ``deploy`` answers all of them, ``time`` those about time, ``group`` those about entities.
    """
    own = task.time if finding.remedy == "split_by_time" else task.group
    if about_split(finding) and (task.deploy is not None or own is not None):
        return msgspec.structs.replace(finding, answer=DECLARED)
    return finding


def quarantine(
    findings: list[Finding], answers: Mapping[str, Answer], names: tuple[str, ...]
) -> tuple[str, ...]:
    """Return columns that must be out, in table order.

    Errors and questions with the remedy ``drop_columns`` take their columns out unless "use" was answered
    for each of them; a column answered "drop" is out in any case.
    """
    out = {key for key, answer in answers.items() if key in names and answer.answer == "drop"}
    for finding in findings:
        if finding.remedy != "drop_columns":
            continue
        for column in finding.columns:
            answer = answer_for(finding, column, answers)
            said = None if answer is None else answer.answer
            if said == "drop" or (said is None and finding.level >= Severity.question):
                out.add(column)
    return tuple(n for n in names if n in out)
