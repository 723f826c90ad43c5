"""Rows that are locked away before anybody looks at their outcomes.

They are taken out right after reading, so that audit, prices, trials, floors and the shipped model cannot see
them; even what is guessed about types and marks comes from the other rows alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InputError, UsageError, unknown_column
from lowtide.core.result import VaultFacts
from lowtide.core.task import Task
from lowtide.splits.hashing import Keys, group_keys, mix
from lowtide.splits.plan import ORDER
from lowtide.steps.job import Job
from lowtide.tables.raw import RawTable
from lowtide.tables.table import Floats, Ints, Table

if TYPE_CHECKING:
    from lowtide.validate.ledger import Ledger
    from lowtide.validate.vault import Opening, Vault

Mask = npt.NDArray[np.bool_]
MOST = 0.5
# Fewer of the locked rows than this found again: they cannot be told from the others any more.
FOUND = 0.5


@dataclass(frozen=True, slots=True)
class Locked:
    """What a run knows of the vault: the record, its opening if there was one, and rows in it now."""

    vault: Vault
    opening: Opening | None
    rows: int
    released: bool


@dataclass(frozen=True, slots=True)
class Divided:
    """A source with a mask of the rows in the vault; ``whole`` is typed from all rows, for their places only."""

    raw: RawTable
    whole: Table
    inside: Mask
    vault: Vault


def read_open(job: Job) -> tuple[Table, Locked | None]:
    """Read the rows that may be looked at; lock a vault first, when one is asked for and there is none.

    Raises
    ------
    UsageError
        When a vault cannot be locked, or the one that is there cannot be obeyed.
    """
    from lowtide.tables.read import read as read_table
    from lowtide.validate.vault import opening_of

    if job.vault is not None and job.folder is None:
        raise UsageError(
            "A vault needs a project folder, whose ledger remembers it: say where (out=, or --out DIR)."
        )
    if job.vault is not None and not 0 < job.vault <= MOST:
        raise UsageError(
            f"The share of rows in the vault must be above 0 and at most {MOST:g}, not {job.vault:g}; 0.2 is usual."
        )
    with book(job) as ledger:
        divided = None if ledger is None else divide(job, ledger)
        opening = None if ledger is None else opening_of(ledger)
    if divided is None:
        return read_table(job.source, settings=job.read, columns=job.columns, seed=job.seed), None
    released = opening is not None and job.release
    locked = Locked(divided.vault, opening, int(divided.inside.sum()), released)
    if released:
        return divided.whole, locked
    if divided.inside.all():
        raise InputError("All rows of the source are in the vault: there is none left to learn from.")
    return typed(job, part(divided.raw, ~divided.inside)), locked


@contextmanager
def book(job: Job) -> Iterator[Ledger | None]:
    """Open the ledger when it has a vault or is to get one."""
    from lowtide.validate.ledger import NAME, Ledger
    from lowtide.validate.vault import vault_of

    if job.folder is None or (job.vault is None and not (job.folder / "ledger" / NAME).is_file()):
        yield None
        return
    with Ledger.open(job.folder / "ledger") as ledger:
        kept = vault_of(ledger)
        if kept is not None:
            _same(job, kept)
        yield None if kept is None and job.vault is None else ledger


def _same(job: Job, kept: Vault) -> None:
    """Raise when what is asked for now is not what was locked."""
    if job.vault is not None and abs(job.vault - kept.share) > 1e-9:
        raise UsageError(
            f"The vault of this project was locked with a share of {kept.share:g} on {kept.created[:10]}, and no row "
            f"leaves it: set share = {kept.share:g} in [vault] (or leave it out), or begin a new project folder."
        )
    if job.task.target != kept.target:
        raise UsageError(
            f"The vault of this project keeps outcomes of {kept.target!r}, not of {job.task.target!r}: "
            "begin a new project folder for another target."
        )


def divide(job: Job, ledger: Ledger) -> Divided:
    """Load the source and find out which rows are in the vault, locking it when there is none yet."""
    from lowtide.tables.load import load
    from lowtide.validate.vault import members_of, vault_of

    raw = load(job.source, job.read, seed=job.seed)
    whole = typed(job, raw)
    kept = vault_of(ledger)
    if kept is None:
        kept = _lock(job, whole, ledger)
    inside, keys = _inside(whole, kept)
    if whole.total_rows == len(whole):
        _recognised(kept, keys, members_of(ledger))
    return Divided(raw, whole, inside, kept)


def typed(job: Job, raw: RawTable) -> Table:
    """Decide types and roles from these rows alone."""
    from lowtide.tables.read import type_raw

    return type_raw(raw, job.columns, null_tokens=job.read.null_tokens)


def part(raw: RawTable, chosen: Mask) -> RawTable:
    """Return some rows of a source; the others count as if they had never been there."""
    index = np.flatnonzero(chosen)
    out = len(chosen) - len(index)
    return replace(
        raw, data=raw.data.take(index).combine_chunks(), rows=raw.rows[index], total_rows=raw.total_rows - out
    )


def facts(locked: Locked | None, trials: int) -> VaultFacts | None:
    """Return what the result says of the vault; ``trials`` are now in the ledger, of all questions."""
    if locked is None:
        return None
    vault, opening = locked.vault, locked.opening
    known = VaultFacts(scheme=vault.scheme, share=vault.share, rows=locked.rows, locked=vault.created)
    return known if opening is None else opened(known, opening, locked.released, trials)


def opened(known: VaultFacts, opening: Opening, released: bool, trials: int) -> VaultFacts:
    """Add what came out when the vault was opened."""
    from msgspec.structs import replace as change

    return change(
        known, opened=True, released=released, at=opening.at, metric=opening.metric,
        greater_is_better=opening.greater_is_better, value=opening.value,
        bound=opening.bound, confidence=opening.confidence, floor=opening.floor, verdict=opening.verdict,
        held=opening.held, judged=opening.rows, unanswered=opening.unanswered, trials=opening.trials,
        trials_since=max(0, trials - opening.trials),
    )  # fmt: skip


def identity(table: Table, task: Task) -> tuple[str, ...]:
    """Return what a row is known by: its unit, or the content of all columns but the target."""
    others = tuple(n for n in table.names if n != task.target)
    return task.unit or tuple(n for n in others if table.role(n) != "id") or others


def _lock(job: Job, table: Table, ledger: Ledger) -> Vault:
    """Fix for ever which rows are in the vault, by nothing that an outcome has touched."""
    from lowtide.splits.locking import hash_border, time_border
    from lowtide.steps.vault_scheme import scheme_for
    from lowtide.validate.ledger_schema import digest
    from lowtide.validate.vault import Vault, lock

    task, share = job.task, job.vault
    assert share is not None
    for name in (task.target, *task.unit, task.group, None if task.time == ORDER else task.time):
        if name is not None and name not in table.names:
            raise unknown_column(name, table.names)
    scheme = scheme_for(table, task, job.seed)
    vault = Vault(
        target=task.target, share=share, scheme=scheme, columns=identity(table, task),
        group=task.group if "groups" in scheme else None, time=task.time if "future" in scheme else None,
        salt=int(digest("vault", task.target, str(job.seed)), 16) % 2**62,
    )  # fmt: skip
    from msgspec.structs import replace as change

    if vault.time is not None:
        times, kind = moments_of(table, vault.time)
        border = time_border(times, share)
        if border is None:
            raise _undivided(f"the time column {vault.time!r} has one moment only")
        vault = change(vault, time_type=kind, time_border=border)
    else:
        edge = hash_border(_keys(table, vault), vault.salt, share)
        if edge is None:
            raise _undivided("there is one group only" if vault.group else "all rows are alike")
        vault = change(vault, hash_border=edge)
    inside, keys = _inside(table, vault)
    vault = change(vault, rows=int(inside.sum()))
    return lock(ledger, vault, keys[inside] if vault.time is None else np.empty(0, dtype=np.uint64))


def _undivided(why: str) -> UsageError:
    return UsageError(f"No vault can be locked, because {why}. Run without one.")


def _inside(table: Table, vault: Vault) -> tuple[Mask, Keys]:
    """Return which rows are in the vault, and the keys that told so (none under a future scheme)."""
    from lowtide.splits.locking import after_border, below_border

    if vault.time is not None and vault.time_border is not None:
        times, kind = moments_of(table, vault.time)
        if kind != vault.time_type:
            raise UsageError(
                f"The vault begins after a moment of {vault.time!r}, which was read as {vault.time_type} when it was "
                f"locked and as {kind} now: set type and date_format in [columns.{vault.time!r}]."
            )
        return after_border(times, vault.time_border), np.empty(0, dtype=np.uint64)
    keys = _keys(table, vault)
    return below_border(keys, vault.salt, vault.hash_border or 0), keys


def _keys(table: Table, vault: Vault) -> Keys:
    """Return what the hash is taken of: the group, or the row where it has none."""
    from lowtide.tables.hashing import row_keys

    lost = [n for n in (*vault.columns, vault.group) if n is not None and n not in table.names]
    if lost:
        raise UsageError(
            f"The vault tells its rows by the columns it was locked with, and {lost[0]!r} is not in the data any more: "
            "bring it back, or begin a new project folder."
        )
    keys = row_keys(table, vault.columns)
    if vault.group is None:
        return keys
    groups = group_keys(table, vault.group)
    return np.where(groups >= 0, groups.astype(np.uint64), mix(keys, 1)).astype(np.uint64)


def moments_of(table: Table, time: str) -> tuple[Floats, str]:
    """Return the moments of the rows, and what they are."""
    from lowtide.splits.moments import moments

    kind = "order" if time == ORDER else str(table.column(time).type)
    if kind in ("text", "bool"):
        raise UsageError(
            f"The time column {time!r} was read as {kind}. Say how its dates are written: "
            f"date_format in [columns.{time!r}] of lowtide.toml."
        )
    return moments(table, time), kind


def _recognised(vault: Vault, keys: Keys, members: Keys) -> None:
    """Raise when most of what was locked is not found again: some of it may be among the open rows, unrecognised."""
    if not len(members):
        return
    found = int(np.isin(members, keys).sum())
    if found < FOUND * len(members):
        what = "groups" if vault.group is not None else "rows"
        raise UsageError(
            f"Of the {len(members)} {what} locked in the vault only {found} are found again in the data, so "
            "they cannot be kept apart: bring the rows back as they were read then, or begin a new project folder."
        )


def places(table: Table, vault: Vault) -> tuple[Keys, Ints | None, Floats | None]:
    """Return keys, groups and moments of all rows, as far as the vault's scheme knows them."""
    from lowtide.tables.hashing import row_keys

    keys = row_keys(table, [n for n in vault.columns if n in table.names])
    groups = None if vault.group is None else group_keys(table, vault.group)
    times = None if vault.time is None else moments_of(table, vault.time)[0]
    return keys, groups, times
