"""Trials: every recipe in a fixed order, on the same folds, within a budget of time.

Time decides only which recipes are begun; scores alone decide which are dropped. So runs that complete
the same trials end with the same numbers, however fast the machine.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec
import numpy as np

from lowtide import __version__
from lowtide.core.errors import InternalError, LowtideError, UsageError
from lowtide.core.finding import Fact
from lowtide.core.recipe import FitPredict, Recipe
from lowtide.core.task import Kind
from lowtide.splits.hashing import Keys
from lowtide.splits.plan import Fold
from lowtide.tables.table import Floats
from lowtide.validate.budget import Budget, Pace
from lowtide.validate.dropping import hopeless
from lowtide.validate.ledger import Ledger, now
from lowtide.validate.ledger_schema import Piece, Status, TrialRecord, average, folds_key
from lowtide.validate.scoring import Scorer, score_rows

# Models that the shipped ensemble may fit anew on all rows; time for them is set aside.
REFITS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is.

    ``trial`` counts from 0; ``fold`` folds of ``folds`` are done; ``seconds_left`` is ``None`` without a
    limit; ``best`` is the best score so far, not corrected for selection.
    """

    trial: int
    total: int
    name: str
    fold: int
    folds: int
    seconds_left: float | None
    best: float | None = None


@dataclass(frozen=True, slots=True)
class TrialSet:
    """Trials of one run.

    Attributes
    ----------
    cube : (n, T) or, multiclass, (n, T, classes) out-of-fold predictions, repeats averaged; NaN where a
        trial did not predict a row.
    records : T trials: done, dropped, failed.
    recipes : their T recipes.
    facts : ``skipped`` and ``stopped`` (names, for want of time), ``reused`` (trials found in the ledger),
        ``beyond_budget`` (names that ran although the budget was spent), ``refit_seconds`` (estimate).
    """

    cube: Floats
    records: tuple[TrialRecord, ...]
    recipes: tuple[Recipe, ...]
    facts: dict[str, Fact] = field(default_factory=dict)


def run_trials(
    recipes: Sequence[Recipe],
    *,
    folds: Sequence[Fold],
    y: Floats,
    kind: Kind,
    classes: int,
    keys: Keys,
    metric: Scorer,
    fit_predict: FitPredict,
    ledger: Ledger | None,
    question_key: str,
    data_key: str,
    budget: Budget,
    progress: Callable[[Progress], None] | None = None,
    seed: int = 0,
) -> TrialSet:
    """Try every recipe that the budget allows on all folds.

    Baselines and the first model always run, however small the budget, and baselines are never dropped.
    A recipe that the ledger knows on the same rows and folds is not run again. A learner's
    error ends its trial, not the run.

    Parameters
    ----------
    folds : as made by `lowtide.splits.make.make`.
    y : (n,) target as numbers.
    classes : number of classes (1 for regression).
    keys : (n,) uint64 row keys.
    question_key, data_key : see `lowtide.validate.ledger_schema`.

    Raises
    ------
    LowtideError
        When no trial succeeded.
    """
    run = _Run(
        folds=tuple(folds),
        y=y,
        width=classes if kind == "multiclass" else 1,
        keys=keys,
        metric=metric,
        fit_predict=fit_predict,
        ledger=ledger,
        question=question_key,
        data=data_key,
        budget=budget,
        progress=progress,
        seed=seed,
        total=len(recipes),
    )
    always = _always(recipes)
    for index, recipe in enumerate(recipes):
        run.attempt(index, recipe, must=index in always)
    return run.result()


def _always(recipes: Sequence[Recipe]) -> set[int]:
    """Return the recipes that run however small the budget: the baselines and one model, the least for a floor."""
    kept = {i for i, r in enumerate(recipes) if r.baseline}
    return kept | set([i for i, r in enumerate(recipes) if not r.baseline][:1])


@dataclass(slots=True)
class _Run:
    """The state of one run of trials."""

    folds: tuple[Fold, ...]
    y: Floats
    width: int
    keys: Keys
    metric: Scorer
    fit_predict: FitPredict
    ledger: Ledger | None
    question: str
    data: str
    budget: Budget
    progress: Callable[[Progress], None] | None
    seed: int
    total: int
    pace: Pace = field(default_factory=Pace)
    records: list[TrialRecord] = field(default_factory=list)
    columns: list[Floats] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    stopped: list[str] = field(default_factory=list)
    beyond: list[str] = field(default_factory=list)
    reused: int = 0
    refits: list[float] = field(default_factory=list)
    folds_key: str = ""

    def __post_init__(self) -> None:
        self.folds_key = folds_key([(f.train, f.test) for f in self.folds])

    def attempt(self, index: int, recipe: Recipe, *, must: bool) -> None:
        """Run one recipe, or find it in the ledger, or leave it out for want of time."""
        trial = _Trial(recipe)
        known = self.recall(trial)
        todo = [f for f in range(len(self.folds)) if f not in trial.pieces]
        if todo and not must and not self.affordable(trial, todo):
            self.skipped.append(recipe.name)
            return
        if todo and must and self.budget.over:
            self.beyond.append(recipe.name)
        status: Status = self.folds_of(index, trial, must=must) if todo else self.recalled(trial)
        record = self.record(trial, status)
        self.reused += not trial.fresh and status != "failed"
        if self.ledger is not None:
            if known is None or trial.fresh or known.status != status:
                known = self.ledger.add(record, self.keys, list(trial.pieces.values()))
            record = msgspec.structs.replace(
                record, id=known.id, file=known.file, who=known.who, started=known.started
            )
        if status == "stopped":
            self.stopped.append(recipe.name)
        else:
            self.keep(record, trial)

    def affordable(self, trial: _Trial, todo: Sequence[int]) -> bool:
        """Tell whether a trial may begin: all of it must fit, of a learner never timed its first fold."""
        if not self.pace.knows(trial.recipe):
            todo = todo[:1]
        return self.budget.fits(self.pace.seconds(trial.recipe, self.train_rows(todo)))

    def least(self, trial: _Trial, todo: Sequence[int]) -> float:
        """Return the least seconds that folds of a trial under way will take: folds differ a little."""
        return 0.85 * self.pace.seconds(trial.recipe, self.train_rows(todo))

    def recalled(self, trial: _Trial) -> Status:
        """Score the folds of a trial that the ledger knows in full; it costs nothing, so it is never dropped."""
        for place, fold in enumerate(self.folds):
            trial.scores.append(self.score(trial.pieces[place].values, self.y[fold.test]))
        return "done"

    def recall(self, trial: _Trial) -> TrialRecord | None:
        """Look the trial up in the ledger and take over the folds that it has seen."""
        if self.ledger is None:
            return None
        known = self.ledger.find(self.record(trial, "done"))
        pieces = None if known is None else self.ledger.pieces(known, self.keys)
        if known is None or pieces is None:
            return None
        for piece in pieces:
            rows = self.folds[piece.fold].test
            order = np.argsort(piece.rows, kind="stable")
            if not np.array_equal(piece.rows[order], rows):
                return None
            trial.pieces[piece.fold] = Piece(piece.fold, rows, piece.values[order])
            trial.seconds[piece.fold] = known.fold_seconds[piece.fold]
            self.pace.add(trial.recipe, len(self.folds[piece.fold].train), trial.seconds[piece.fold])
        return known

    def folds_of(self, index: int, trial: _Trial, *, must: bool) -> Status:
        """Predict fold after fold until all are done, the trial is hopeless, or time is up."""
        for place, fold in enumerate(self.folds):
            if place not in trial.pieces:
                rest = [f for f in range(place, len(self.folds)) if f not in trial.pieces]
                if not must and trial.pieces and not self.budget.fits(self.least(trial, rest)):
                    return "stopped"
                self.tell(index, trial.recipe.name, place)
                try:
                    self.predict(trial, place, fold)
                except (InternalError, UsageError):
                    raise
                except Exception as error:  # a learner's fault ends its trial, not the run
                    trial.reason = f"{type(error).__name__}: {error}".splitlines()[0][:300]
                    return "failed"
            trial.scores.append(self.score(trial.pieces[place].values, self.y[fold.test]))
            if not trial.recipe.baseline and place + 1 < len(self.folds) and self.hopeless(trial):
                trial.pieces = {f: p for f, p in trial.pieces.items() if f <= place}
                return "dropped"
        return "done"

    def predict(self, trial: _Trial, place: int, fold: Fold) -> None:
        """Fit on the fold's training rows, predict its test rows, check what comes back."""
        begun = time.perf_counter()
        values = np.asarray(self.fit_predict(trial.recipe, fold.train, fold.test), dtype=np.float64)
        shape = (len(fold.test),) if self.width == 1 else (len(fold.test), self.width)
        if values.shape != shape:
            raise LowtideError(f"predictions have the shape {values.shape}, not {shape}")
        if not np.isfinite(values).all():
            raise LowtideError("some predictions are not finite numbers")
        seconds = time.perf_counter() - begun
        trial.fresh = True
        trial.pieces[place] = Piece(place, fold.test, values)
        trial.seconds[place] = seconds
        self.pace.add(trial.recipe, len(fold.train), seconds)

    def hopeless(self, trial: _Trial) -> bool:
        """Compare with the present best, fold by fold; only scores count, never time."""
        best = self.best(baseline=False)
        baseline = self.best(baseline=True)
        if best is None or baseline is None:
            return False
        return hopeless(
            trial.scores,
            best.fold_scores,
            baseline.fold_scores,
            greater_is_better=self.metric.greater_is_better,
        )

    def best(self, *, baseline: bool) -> TrialRecord | None:
        """Return the completed trial (or baseline) of this run with the best score; the first of equals."""
        sign = 1.0 if self.metric.greater_is_better else -1.0
        done = [
            (sign * score, -place)
            for place, r in enumerate(self.records)
            if r.status == "done"
            and r.recipe.baseline == baseline
            and (score := self.total_score(r)) is not None
        ]
        return self.records[-max(done)[1]] if done else None

    def score(self, values: Floats, y: Floats) -> float | None:
        return score_rows(self.metric, y, values)

    def total_score(self, record: TrialRecord) -> float | None:
        return record.scores.get(self.metric_name)

    @property
    def metric_name(self) -> str:
        return str(getattr(self.metric, "name", "score"))

    def train_rows(self, places: Sequence[int]) -> int:
        return sum(len(self.folds[f].train) for f in places)

    def record(self, trial: _Trial, status: Status) -> TrialRecord:
        """Make the record of a trial."""
        seen = sorted(trial.pieces)
        scores: dict[str, float | None] = {}
        if status == "done" and seen:
            column = average(list(trial.pieces.values()), len(self.y), self.width)
            held = np.isfinite(column if self.width == 1 else column[:, 0])
            scores[self.metric_name] = self.score(column[held], self.y[held])
        return TrialRecord(
            question=self.question,
            data=self.data,
            folds=self.folds_key,
            recipe=trial.recipe,
            engine=__version__,
            status=status,
            started=trial.started,
            seconds=sum(trial.seconds[f] for f in seen),
            seed=self.seed,
            reason=trial.reason,
            scores=scores,
            fold_scores=tuple(trial.scores[: len(seen)]),
            fold_seconds=tuple(trial.seconds[f] for f in seen),
            folds_seen=len(seen),
            folds_total=len(self.folds),
            rows=len(self.y),
            width=self.width,
        )

    def keep(self, record: TrialRecord, trial: _Trial) -> None:
        """Add a trial to the result, and set time aside for fitting the best models on all rows."""
        self.records.append(record)
        pieces = [] if record.status == "failed" else list(trial.pieces.values())
        self.columns.append(average(pieces, len(self.y), self.width))
        if record.status == "done" and not record.recipe.baseline:
            self.refits.append(self.pace.seconds(record.recipe, len(self.y)))
            self.budget.reserve("refit", self.refit_seconds())

    def refit_seconds(self) -> float:
        return sum(sorted(self.refits, reverse=True)[:REFITS])

    def tell(self, index: int, name: str, fold: int) -> None:
        if self.progress is None:
            return
        top = [
            s
            for b in (True, False)
            if (r := self.best(baseline=b)) and (s := self.total_score(r)) is not None
        ]
        best = (max if self.metric.greater_is_better else min)(top, default=None)
        self.progress(Progress(index, self.total, name, fold, len(self.folds), self.budget.left(), best))

    def result(self) -> TrialSet:
        if not any(r.status == "done" for r in self.records):
            reasons = [f"{r.name}: {r.reason}" for r in self.records if r.reason]
            raise LowtideError(
                f"None of the {len(self.records)} trials succeeded. The first said: {(reasons or ['nothing'])[0]}"
            )
        facts: dict[str, Fact] = {
            "skipped": list(self.skipped),
            "stopped": list(self.stopped),
            "beyond_budget": list(self.beyond),
            "reused": self.reused,
            "refit_seconds": self.refit_seconds(),
        }
        if self.ledger is not None:
            self.ledger.look(self.question, metric=self.metric_name, what=f"{len(self.records)} trials")
        cube = np.stack(self.columns, axis=1)
        return TrialSet(cube, tuple(self.records), tuple(r.recipe for r in self.records), facts)


@dataclass(slots=True)
class _Trial:
    """A trial being run."""

    recipe: Recipe
    pieces: dict[int, Piece] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    scores: list[float | None] = field(default_factory=list)
    started: str = field(default_factory=now)
    reason: str | None = None
    fresh: bool = False
