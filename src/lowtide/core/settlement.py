"""Outcomes against the promise, as values."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["kept", "broken", "too early"]

SCHEMA = 1


class BatchPromise(msgspec.Struct, frozen=True, kw_only=True):
    """What was promised for a first batch of outcomes, and what came.

    Attributes
    ----------
    rows : size of the batch that the promise named.
    floor : promised score of that batch.
    value : score of the first ``rows`` outcomes; None until they are in.
    kept : None until they are in.
    """

    rows: int
    floor: float
    value: float | None = None
    kept: bool | None = None


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What one unit of money became (e-values): bet against the promise, at best; bet on it, by now."""

    broken: float = 1.0
    kept: float = 1.0


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """What outcomes say about a promised floor.

    Attributes
    ----------
    verdict : ``broken`` for good, once it was shown; ``kept`` as long as the outcomes so far show it; else
        ``too early``.
    value : score of all outcomes counted so far; None without any.
    tested : the same as the test weighs it: by group, or by pairs of rows that arrived together.
    floor : what was promised.
    rows : outcomes counted so far, in all files.
    since : time of the first outcome, or the day of the first settling when outcomes bear no time.
    low, high : bounds of ``tested``, each of which holds at all looks together with ``confidence``; None where
        nothing bounds that side.
    evidence : the verdict falls when one of its numbers reaches ``needed_evidence``.
    settled_after : rows after which the verdict fell.
    needed : estimate of how many more outcomes bring a verdict, if they go on like those seen; None when there
        are too few yet to say.
    needed_units : the same in what is bet on, such as groups.
    likely : verdict that ``needed`` expects; None when none is in sight, and ``needed`` is the least.
    units, unit : what was bet on, one after another: ``rows``, ``groups`` or ``blocks`` of rows.
    cap : no row's loss counts for more than this in favour of the promise; None when losses are bounded.
    capped : rows beyond it.
    reason : stable code why less can be said than usual: ``cannot_watch`` (only the batch can be judged),
        ``no_bound`` (only a break can be shown).
    new, already_counted, without_outcome, refused : rows of this file by what became of them.
    training_checked : the rows of training could be read again, and were compared.
    in_training : rows of this file that the model learned from, known by their unit; they are not counted.
    alike_in_training : rows of this file, known by content only, that have a twin in training; they are counted.
    batch : the promise for a first batch, when the bundle has one.
    model : name in the bundle.
    at : when this was settled, UTC.
    ledger : folder that remembers what was counted, if any.
    """

    schema: int = SCHEMA
    verdict: Verdict
    value: float | None
    floor: float
    rows: int
    since: str | None = None
    metric: str
    greater_is_better: bool
    confidence: float
    tested: float | None = None
    low: float | None = None
    high: float | None = None
    evidence: Evidence = Evidence()
    needed_evidence: float = 20.0
    settled_after: int | None = None
    needed: int | None = None
    needed_units: int | None = None
    likely: Verdict | None = None
    units: int = 0
    unit: str = "rows"
    scheme: str = "rows"
    cap: float | None = None
    capped: int = 0
    reason: str | None = None
    new: int = 0
    already_counted: int = 0
    without_outcome: int = 0
    refused: int = 0
    training_checked: bool = False
    in_training: int = 0
    alike_in_training: int = 0
    batch: BatchPromise | None = None
    model: str = ""
    target: str = ""
    at: str = ""
    ledger: str | None = None

    def __repr__(self) -> str:
        value = "none" if self.value is None else f"{self.value:.4g}"
        about = "about" if self.likely else "over"
        more = "" if self.needed is None else f", {about} {self.needed:,} more needed"
        return f"Settlement({self.verdict}: {self.metric} {value} on {self.rows:,} rows, floor {self.floor:.4g}{more})"
