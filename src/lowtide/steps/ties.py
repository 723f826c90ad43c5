"""Rows that the audit says belong together (near copies, synthetic rows, a hidden entity) share a fold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from lowtide.core.finding import Finding, Severity
from lowtide.core.task import Assumption
from lowtide.tables.hashing import Keys
from lowtide.tables.table import Ints

# What is one thing recorded several times, or one entity. Rows of one site are no such thing: a handful of sites
# would leave a handful of units.
TYING = ("LT101", "LT104", "LT105", "LT303")

__all__ = ["assumed", "tied", "tying"]


def tying(findings: Sequence[Finding], together: Mapping[str, Ints]) -> tuple[str, ...]:
    """Return the codes of findings that tie rows: warnings and worse that nobody answered with "use"."""
    return tuple(
        sorted({f.code for f in findings if f.code in TYING and f.code in together and f.level >= Severity.warning and f.answer != "use"})
    )  # fmt: skip


def tied(keys: Keys, codes: Sequence[str], together: Mapping[str, Ints]) -> Keys:
    """Return one key per row for splitting: rows that belong together get the smallest key among them.

    Parameters
    ----------
    keys : (n,) content keys; equal ones belong together already.
    codes : findings that tie rows.
    together : by code, (n,) rows with the same number belong together; -1: not looked at.

    Returns
    -------
    (n,) uint64
        Rows tied by a chain (a with b under one finding, b with c under another) are one.
    """
    if not codes:
        return keys
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    n = len(keys)
    labels = [np.unique(keys, return_inverse=True)[1]]
    for code in codes:
        own = together[code]
        labels.append(np.where(own >= 0, own, own.max(initial=-1) + 1 + np.arange(n)))
    # Rows on one side, labels on the other: what is connected is one.
    offset, left, right = n, [], []
    for label in labels:
        compact = np.unique(label, return_inverse=True)[1]
        left.append(np.arange(n))
        right.append(offset + compact)
        offset += int(compact.max(initial=-1)) + 1
    rows, nodes = np.concatenate(left), np.concatenate(right)
    graph = coo_matrix((np.ones(len(rows), dtype=np.int8), (rows, nodes)), shape=(offset, offset))
    part = connected_components(graph, directed=False)[1][:n]
    least = np.full(int(part.max(initial=-1)) + 1, np.iinfo(np.uint64).max, dtype=np.uint64)
    np.minimum.at(least, part, keys)
    return np.asarray(least[part], dtype=np.uint64)


def assumed(codes: Sequence[str]) -> tuple[Assumption, ...]:
    """Return the assumption that goes with tied rows."""
    return (Assumption(code="rows_tied", facts={"codes": ", ".join(codes)}),) if codes else ()
