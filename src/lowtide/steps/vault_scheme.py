"""By what a vault is locked, found out without a look at any outcome."""

from __future__ import annotations

import numpy as np

from lowtide.core.errors import UsageError
from lowtide.core.task import Scheme, Task
from lowtide.tables.table import Table
from lowtide.tables.target import Target


def scheme_for(table: Table, task: Task, seed: int) -> Scheme:
    """Return the scheme that a vault is locked under.

    What was declared decides. Where nothing was, the structure of the columns (a moment, an entity that
    repeats) is looked at without the target: when there is any, a person must say, because a vault cannot
    be locked a second time; otherwise ``rows``.

    Raises
    ------
    UsageError
        When deployment has to be declared first, or the declared scheme lacks its column.
    """
    if task.deploy is not None:
        return _declared(task.deploy, task)
    if task.time is not None:
        return "future"
    moment, entity = structure(table, task, seed)
    if task.group is not None and moment is None:
        return "groups"
    if moment is None and entity is None:
        return "rows"
    seen = [f"{moment!r} may be the moment of a row"] if moment is not None else []
    if task.group is None and entity is not None:
        seen.append(
            f"{entity!r} an entity that repeats" if seen else f"{entity!r} may be an entity that repeats"
        )
    raise UsageError(
        f"A vault is locked before outcomes are looked at, and only once, so say first what the model will be used on "
        f"({' and '.join(seen)}): {' or '.join(_lines(task.group, moment, entity))} in [task], or the options of "
        "the same names."
    )


def _declared(deploy: Scheme, task: Task) -> Scheme:
    lacking = [n for n in ("group", "time") if _needs(deploy, n) and getattr(task, n) is None]
    if lacking:
        raise UsageError(
            f'A vault under deploy = "{deploy}" needs {lacking[0]} = "COLUMN" in [task] (or --{lacking[0]} COLUMN): '
            "it is locked before outcomes are looked at, which could tell the column."
        )
    return deploy


def _needs(deploy: Scheme, column: str) -> bool:
    return ("groups" if column == "group" else "future") in deploy


def _lines(group: str | None, moment: str | None, entity: str | None) -> list[str]:
    lines = ['deploy = "rows"']
    if group is not None:
        lines = ['deploy = "groups"']
    elif entity is not None:
        lines.append(f'group = "{entity}"')
    return lines if moment is None else [*lines, f'time = "{moment}"']


def structure(table: Table, task: Task, seed: int) -> tuple[str | None, str | None]:
    """Return the column of the rows' moment and that of an entity that repeats, as far as columns tell."""
    from lowtide.auditing.context import Context
    from lowtide.auditing.moments import find_moment

    # The audit's own eyes, with nothing where the outcomes would be.
    blank = Target(name=task.target, kind="regression", y=np.zeros(len(table)))
    context = Context(table, blank, task, seed)
    moment = find_moment(context)
    entity = next((e.name for e in context.entities if e.sure), None)
    return None if moment is None else moment.columns[0], entity
