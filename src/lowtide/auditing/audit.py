"""The audit: all checks over one table, then answers, quarantine and prices."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lowtide.auditing.answers import Answer, quarantine, with_answer, with_declared
from lowtide.auditing.check import Check
from lowtide.auditing.checks import all_checks
from lowtide.auditing.context import Context
from lowtide.auditing.pricing import FastFit, price
from lowtide.core.finding import Fact, Finding, NotApplicable, Price
from lowtide.core.task import Task
from lowtide.stats.association import Ints
from lowtide.tables.table import Table
from lowtide.tables.target import Target

__all__ = ["Answer", "Audit", "FastFit", "audit"]

BROKEN = "LT900"


@dataclass(frozen=True)
class Audit:
    """What the audit found.

    Attributes
    ----------
    findings : worst first; within a severity the dearest first.
    not_applicable : checks that had nothing to look at, and why.
    quarantined : columns that must be out, in table order: those of errors and of questions, unless "use"
        was answered.
    questions : question-level findings that nobody answered.
    together : by code, (n,) for all rows of the table: rows with the same number belong together; -1: a row that
        was not looked at.
    price : joint price of all: everything left as it is against everything remedied; ``None`` without ``fit`` or
        when there is nothing to remedy.
    """

    findings: tuple[Finding, ...]
    not_applicable: tuple[NotApplicable, ...] = ()
    quarantined: tuple[str, ...] = ()
    questions: tuple[Finding, ...] = ()
    price: Price | None = None
    together: Mapping[str, Ints] = field(default_factory=dict)
    sampled: int = 0
    checks: tuple[str, ...] = field(default=())


def audit(
    table: Table,
    target: Target,
    task: Task,
    *,
    fit: FastFit | None = None,
    answers: Mapping[str, Answer] = {},
    seed: int = 0,
    test: Table | None = None,
    test_target: Target | None = None,
    unlabelled: Table | None = None,
    looks: int | None = None,
) -> Audit:
    """Look for everything that would make a score too good to be true.

    Parameters
    ----------
    table, target, task : the data as read; rows with a missing target are not looked at.
    fit : a fast learner for prices; without it findings have no price.
    answers : what people said, by ``column``, ``CODE`` or ``CODE:column``.
    seed : of the sample and of all shuffling; the same seed gives the same audit.
    test, test_target : a second file that will be predicted, and its target when it has it.
    unlabelled : rows of the same file that have no outcome.
    looks : how often the ledger has seen this second file judged.
    """
    context = Context(
        table, target, task, seed, test=test, test_target=test_target, unlabelled=unlabelled, looks=looks
    )
    absent: list[NotApplicable] = []
    checks = all_checks()
    for check in checks:
        seen = _look(check, table, target, task, context)
        if isinstance(seen, NotApplicable):
            absent.append(seen)
        else:
            context.found.extend(seen)
    findings = [with_declared(with_answer(f, answers), task) for f in context.found]
    quarantined = quarantine(findings, answers, context.candidates)
    joint: Price | None = None
    if fit is not None:
        findings, joint = price(findings, quarantined, context, fit)
    findings.sort(key=_worst_first)
    return Audit(
        findings=tuple(findings),
        not_applicable=tuple(absent),
        quarantined=quarantined,
        questions=tuple(f for f in findings if f.severity == "question" and f.answer is None),
        price=joint,
        together={code: _whole(codes, context, len(table)) for code, codes in context.together.items()},
        sampled=context.sampled,
        checks=tuple(c.code for c in checks),
    )


def _whole(codes: Ints, context: Context, rows: int) -> Ints:
    """Spread numbers of the sampled rows over all rows; -1 elsewhere."""
    whole = np.full(rows, -1, dtype=np.int64)
    whole[context.index] = codes
    return whole


def _look(
    check: Check, table: Table, target: Target, task: Task, context: Context
) -> list[Finding] | NotApplicable:
    """Run one check. A check that fails says so as a finding and never stops the audit."""
    try:
        # What overflows or cannot be divided is judged by its value; nobody at a terminal can act on the warning.
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return check.look(table, target, task, context)
    except Exception as error:
        # No message of the error: it may quote a value of a person.
        facts: dict[str, Fact] = {"check": check.code, "error": type(error).__name__}
        return [Finding(code=BROKEN, severity="warning", facts=facts)]


def _worst_first(finding: Finding) -> tuple[int, float, str, tuple[str, ...]]:
    points = finding.price.points if finding.price is not None else 0.0
    return (-int(finding.level), -points, finding.code, finding.columns)
