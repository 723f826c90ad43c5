"""Outcomes that the model learned from: they say nothing of a promise about rows it has not seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import InputError, LowtideError
from lowtide.tables.hashing import row_keys
from lowtide.tables.table import Table

if TYPE_CHECKING:
    from lowtide.models.manifest import Manifest

# Of fewer outcomes nothing can be said by content.
LEAST = 5
# What later rows may be more alike to training than training rows are to each other.
SLACK = 0.3
# So rare by chance that it is none.
CHANCE = 0.001


@dataclass(frozen=True, slots=True)
class Learned:
    """How outcomes compare with training.

    Attributes
    ----------
    checked : the rows of training could be read again.
    named : (n,) outcomes whose unit stands in training; all False when rows have no names.
    alike : outcomes whose content stands in training, though it may be chance; 0 when rows have names.
    """

    checked: bool
    named: npt.NDArray[np.bool_]
    alike: int = 0


def training_rows(bundle: object, m: Manifest) -> Table | None:
    """Read the rows that the bundle of a project was trained on; None when they cannot be told any more.

    A vault's rows are kept out as they were in the run. Rows are not told when the source was sampled, or has
    another number of rows now than in training.
    """
    from lowtide.project import CONFIG
    from lowtide.steps.jobs import job_of
    from lowtide.steps.vault import read_open

    if not isinstance(bundle, str | Path):
        return None
    folder = Path(bundle).resolve().parent
    if not (folder / CONFIG).is_file():
        return None
    try:
        job = job_of(str(folder), out=None, lang="en")
        if job.source == "-" or job.task.target != m.task.target:
            return None
        # To settle must never lock a vault.
        table = read_open(replace(job, vault=None))[0]
    except (LowtideError, OSError):
        return None
    names = [c.name for c in m.contract.columns]
    if table.total_rows != len(table) or not set(names) <= set(table.names):
        return None
    if any(table.column(n).type != m.contract.column(n).type for n in names):
        return None
    known = np.flatnonzero(~table.missing(m.task.target))
    return table.take(known) if len(known) == m.rows else None


def learned(outcomes: Table, training: Table | None, m: Manifest, *, named: bool) -> Learned:
    """Find outcomes in training.

    Parameters
    ----------
    outcomes : rows with an outcome, under the contract of the model.
    named : rows are known by their unit; otherwise by the content of the columns that both have.

    Raises
    ------
    InputError
        When far more outcomes are found there than chance twins explain.
    """
    nothing = np.zeros(len(outcomes), dtype=bool)
    if training is None:
        return Learned(False, nothing)
    columns = m.task.unit if named else outcomes.names
    if not columns or not set(columns) <= set(outcomes.names) & set(training.names):
        return Learned(False, nothing)
    theirs = row_keys(training, columns)
    there = np.isin(row_keys(outcomes, columns), theirs)
    if named:
        return Learned(True, there)
    _, inverse, count = np.unique(theirs, return_inverse=True, return_counts=True)
    found, rows = int(there.sum()), len(outcomes)
    if too_many(found, rows, float((count[inverse] > 1).mean())):
        raise InputError(
            f"{found:,} of the {rows:,} outcomes stand in the data that the model learned from, so they say nothing "
            "of its promise: settle only later or other rows."
        )
    return Learned(True, nothing, found)


def too_many(found: int, rows: int, twins: float) -> bool:
    """Say whether so many rows found in training are no chance.

    Parameters
    ----------
    twins : share of training rows with a twin elsewhere in training; a new row of the same kind has one there
        as often.

    Examples
    --------
    >>> too_many(90, 100, 0.02), too_many(90, 100, 0.8), too_many(3, 4, 0.0)
    (True, False, False)
    """
    from scipy.stats import binom

    if rows < LEAST or found / rows <= twins + SLACK:
        return False
    return bool(binom.sf(found - 1, rows, twins) < CHANCE)
