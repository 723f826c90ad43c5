"""Everything that a run found out, as plain values: what ``--json``, the report and the bundle read."""

from __future__ import annotations

from typing import Any

import msgspec

from lowtide.core.contract import Guess
from lowtide.core.decision import Decision
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.interval import Floor, Lead, Scenario
from lowtide.core.task import Assumption, Task

SCHEMA = 1


class Split(msgspec.Struct, frozen=True, kw_only=True):
    """How held-out data was made.

    Attributes
    ----------
    scheme : ``rows``, ``groups``, ``future`` or ``groups+future``.
    column : group or time column behind it (``":order"`` for row order), if any.
    reason : stable code why this scheme (``declared``, ``time_seen``, ``repeats_seen``, ``nothing_seen`` ...).
    folds : number of folds or forward windows.
    repeats : times that the folds were drawn anew.
    gap : pause between training and test, in days or rows.
    held_out : number of rows that were predicted out of fold.
    verified : checks that the folds really are what the scheme says (no group on both sides, no
        training row later than a test row), made on the indices that were used.
    """

    scheme: str
    column: str | None = None
    reason: str = ""
    folds: int = 5
    repeats: int = 1
    gap: float | None = None
    held_out: int = 0
    verified: bool = False
    facts: dict[str, str | int | float | bool | None] = {}


class TrialFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One trial, as the report shows it.

    ``score`` is out of fold and not corrected for selection; ``reason`` says why a trial failed, without
    values of the data.
    """

    name: str
    learner: str
    score: float | None
    seconds: float
    status: str = "done"
    baseline: bool = False
    weight: float = 0.0
    reason: str = ""


class ColumnFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One column, as profile and report show it (personal values are masked before they come here)."""

    name: str
    role: str
    type: str
    missing: int
    distinct: int
    used: bool = True
    examples: tuple[str, ...] = ()
    facts: dict[str, Any] = {}


class Importance(msgspec.Struct, frozen=True, kw_only=True):
    """Loss of score when the column is shuffled in held-out rows, and its share of all losses."""

    column: str
    drop: float
    share: float


class Bin(msgspec.Struct, frozen=True, kw_only=True):
    """One point of a curve: calibration (predicted, observed), or target over time (label, observed)."""

    predicted: float | None = None
    observed: float | None = None
    low: float | None = None
    high: float | None = None
    rows: int = 0
    label: str = ""


class Charts(msgspec.Struct, frozen=True, kw_only=True):
    """Data behind the pictures."""

    calibration: tuple[Bin, ...] = ()
    over_time: tuple[Bin, ...] = ()
    windows: tuple[Bin, ...] = ()
    importances: tuple[Importance, ...] = ()


class Naive(msgspec.Struct, frozen=True, kw_only=True):
    """What a hurried analyst would have reported: suspect columns in, rows shuffled, best score."""

    value: float
    scheme: str
    columns: tuple[str, ...]


class VaultFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Rows that were locked away at first sight, and what came out when they were opened.

    Attributes
    ----------
    scheme : how they were chosen: ``rows``, ``groups`` (by hash), ``future``, ``groups+future`` (the last period).
    share : asked for at first sight.
    rows : in the vault at this run; rows added later may be among them.
    locked, at : when it was locked, and opened.
    released : it was opened, and its rows train since then.
    metric, greater_is_better, value, bound, confidence : score of the model shipped when it was opened, and its one-sided bound.
    floor : promised at that moment.
    verdict : ``held``, ``below_by_chance``, ``broken``, ``no_floor``, ``other_scheme``; ``held`` in short.
    judged, unanswered : rows behind the score, and rows that the model refused.
    trials : in the ledger when it was opened; ``trials_since`` were made after, knowing the result.
    """

    scheme: str
    share: float
    rows: int
    locked: str = ""
    opened: bool = False
    released: bool = False
    at: str = ""
    metric: str = ""
    greater_is_better: bool = True
    value: float | None = None
    bound: float | None = None
    confidence: float | None = None
    floor: float | None = None
    verdict: str = ""
    held: bool | None = None
    judged: int = 0
    unanswered: int = 0
    trials: int = 0
    trials_since: int = 0


class RunResult(msgspec.Struct, frozen=True, kw_only=True):
    """The whole result of ``lowtide run``. Scores are in units of ``metric``."""

    schema: int = SCHEMA
    task: Task
    assumptions: tuple[Assumption, ...] = ()
    source: str
    rows: int
    columns: int
    total_rows: int
    target: dict[str, Any] = {}
    contract: tuple[Guess, ...] = ()
    column_facts: tuple[ColumnFacts, ...] = ()
    ragged: int = 0
    findings: tuple[Finding, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    checks: tuple[str, ...] = ()
    quarantined: tuple[str, ...] = ()
    questions: tuple[Finding, ...] = ()
    split: Split
    metric: str
    greater_is_better: bool
    metric_unit: str = ""
    baseline: float | None
    baseline_name: str = ""
    baseline_rule: dict[str, Any] = {}
    expected: float | None
    floor: Floor
    lead: Lead | None = None
    naive: Naive | None = None
    best_cv: float | None = None
    scenarios: tuple[Scenario, ...] = ()
    trials: int = 0
    trial_table: tuple[TrialFacts, ...] = ()
    model: dict[str, Any] = {}
    charts: Charts = Charts()
    decision: Decision | None = None
    bundle: str | None = None
    report: str | None = None
    ledger: dict[str, Any] = {}
    vault: VaultFacts | None = None
    budget: float | None = None
    seed: int = 0
    seconds: float = 0.0
    created: str = ""
    versions: dict[str, str] = {}
