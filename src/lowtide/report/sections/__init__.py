"""The sections of the report, in order: one file each, one line here."""

from __future__ import annotations

from collections.abc import Callable

from lowtide.report.blocks import Section
from lowtide.report.sections import (
    answers,
    columns,
    decide,
    findings,
    floor,
    judged,
    limits,
    model,
    question,
    read,
    reproduce,
)  # fmt: skip
from lowtide.report.view import View

SECTIONS: tuple[Callable[[View], Section | None], ...] = (
    question.section,
    floor.section,
    findings.section,
    answers.section,
    decide.section,
    judged.section,
    model.section,
    read.section,
    columns.section,
    limits.section,
    reproduce.section,
)
