"""Test classes to inherit: whoever adds an extension inherits its contract."""

from __future__ import annotations

import json
from abc import abstractmethod
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from lowtide.auditing.check import Check
from lowtide.auditing.context import Context
from lowtide.auditing.explain import explain, says
from lowtide.core.finding import Finding, NotApplicable, Severity
from lowtide.core.task import Kind, Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target
from lowtide.testing.tables import make_table, make_target_of, renamed, renamed_as, shuffled, turned

REMEDIES = ("drop_columns", "split_by_group", "split_by_time", "drop_rows", "treat_as_missing", "ask", "none")


@dataclass(frozen=True)
class Case:
    """A table with a question, and what a check should see in it.

    Attributes
    ----------
    sees : columns of the one finding expected; ``None``: nothing at question level or above.
    severity : its severity.
    found : findings of earlier checks that the check may use.
    test, test_target, unlabelled, looks : see `lowtide.auditing.context.Context`.
    """

    table: Table
    target: Target
    task: Task
    sees: tuple[str, ...] | None = None
    severity: str = "error"
    found: tuple[Finding, ...] = field(default=())
    test: Table | None = None
    test_target: Target | None = None
    unlabelled: Table | None = None
    looks: int | None = None


def case(
    columns: dict[str, Any],
    target: str,
    kind: Kind,
    *,
    sees: tuple[str, ...] | None = None,
    severity: str = "error",
    roles: dict[str, Any] | None = None,
) -> Case:
    """Make a case of plain columns."""
    table = make_table(columns, {**(roles or {}), target: "target"})
    return Case(table, make_target_of(table, target, kind), Task(target=target, kind=kind), sees, severity)


def look(check: Check, given: Case) -> list[Finding]:
    """Run one check on a case; not applicable counts as having seen nothing."""
    context = Context(
        given.table, given.target, given.task, test=given.test, test_target=given.test_target,
        unlabelled=given.unlabelled, looks=given.looks,
    )  # fmt: skip
    context.found.extend(given.found)
    seen = check.look(given.table, given.target, given.task, context)
    return [] if isinstance(seen, NotApplicable) else seen


class CheckContract:
    """What every check must keep to.

    Give ``check``, ``leaking`` (one or more cases) and ``clean``; say when the order of rows or the names are
    evidence for the check, so that it may change its mind when they change.
    """

    check: ClassVar[Check]
    order_is_evidence: ClassVar[bool] = False
    names_are_evidence: ClassVar[bool] = False
    shuffles: ClassVar[int] = 3

    @abstractmethod
    def leaking(self) -> list[Case]:
        """Return cases in which the check must see something."""

    @abstractmethod
    def clean(self) -> list[Case]:
        """Return cases in which it must see nothing at question level or above (``sees`` is ignored)."""

    def test_sees_the_leak(self) -> None:
        for given in self.leaking():
            self._expect(look(self.check, given), given.sees, given.severity)

    def test_leaves_clean_tables_alone(self) -> None:
        for given in self.clean():
            assert _grave(look(self.check, given)) == []

    def test_row_order(self) -> None:
        if self.order_is_evidence:
            return
        for given in self.leaking():
            for seed in range(self.shuffles):
                table, target = shuffled(given.table, given.target, seed)
                moved = replace(given, table=table, target=target)
                self._expect(look(self.check, moved), given.sees, given.severity)

    def test_column_order(self) -> None:
        for given in self.leaking():
            moved = replace(given, table=turned(given.table))
            seen = look(self.check, moved)
            self._expect(seen, given.sees, given.severity)

    def test_renaming(self) -> None:
        if self.names_are_evidence:
            return
        for given in self.leaking():
            table, target, names = renamed(given.table, given.target)
            own = given.task
            task = Task(
                target=target.name, kind=own.kind, unit=tuple(names[u] for u in own.unit),
                group=None if own.group is None else names[own.group],
                time=own.time if own.time is None or own.time == ":order" else names[own.time],
            )  # fmt: skip
            sees = None if given.sees is None else tuple(names[c] for c in given.sees)
            moved = replace(given, table=table, target=target, task=task, found=())
            test, rest = given.test, given.unlabelled
            moved = replace(
                moved,
                test=None if test is None else renamed_as(test, names),
                unlabelled=None if rest is None else renamed_as(rest, names),
            )
            self._expect(look(self.check, moved), sees, given.severity)

    def test_same_twice(self) -> None:
        for given in self.leaking():
            assert look(self.check, given) == look(self.check, given)

    def test_findings_are_plain_and_have_words(self) -> None:
        for given in self.leaking():
            for finding in look(self.check, given):
                assert finding.code == self.check.code
                assert finding.severity in Severity.__members__
                assert finding.remedy in REMEDIES
                assert len(finding.rows) <= 20
                assert all(1 <= r <= given.table.total_rows for r in finding.rows)
                assert json.loads(json.dumps(finding.facts)) == finding.facts
                for lang in ("en", "ko"):
                    assert explain(finding.code, lang)["title"]
                    sentence = says(finding, given.target.name, lang)
                    assert sentence and "{" not in sentence

    def test_tiny_tables_do_not_fail(self) -> None:
        for given in (*self.leaking(), *self.clean()):
            for rows in (0, 1, 5):
                few = given.table.take(np.arange(rows))
                target = Target(
                    name=given.target.name, kind=given.target.kind, y=given.target.y[:rows],
                    classes=given.target.classes, positive=given.target.positive,
                )  # fmt: skip
                look(self.check, replace(given, table=few, target=target, found=()))

    def _expect(self, seen: list[Finding], sees: tuple[str, ...] | None, severity: str) -> None:
        if sees is None:
            assert seen == []
            return
        chosen = [f for f in seen if set(f.columns) == set(sees)]
        assert chosen, f"{self.check.code} did not see {sees}: {[(f.columns, f.severity) for f in seen]}"
        assert chosen[0].severity == severity, (chosen[0].severity, chosen[0].facts)


def _grave(findings: list[Finding]) -> list[Finding]:
    return [f for f in findings if f.level >= Severity.question]
