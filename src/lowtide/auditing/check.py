"""What a check is: a stable code, a cost class, and one look at the table."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from lowtide.auditing.context import Context
    from lowtide.core.finding import Finding, NotApplicable
    from lowtide.core.task import Task
    from lowtide.tables.table import Table
    from lowtide.tables.target import Target

Cost = Literal["cheap", "sample", "model"]


class Check(ABC):
    """One thing to look for.

    Attributes
    ----------
    code : stable code, e.g. ``LT204``; its texts are in ``report/languages/*/findings/LT204.toml``.
    cost : ``cheap`` (one pass over the rows), ``sample`` (statistics on the sampled rows) or ``model``
        (fits small models).
    """

    code: ClassVar[str]
    cost: ClassVar[Cost]

    @abstractmethod
    def look(
        self, table: Table, target: Target, task: Task, context: Context
    ) -> list[Finding] | NotApplicable:
        """Return what was seen (an empty list: nothing), or why there was nothing to look at.

        Parameters
        ----------
        table : all rows; never changed.
        target : the target of the same rows.
        task : what was declared.
        context : the sampled rows, shared statistics, and the findings of the checks that ran before.
        """
