"""Settling: outcomes against the promise of a bundle, remembered from one file to the next."""

from __future__ import annotations

import datetime
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lowtide.core.errors import InputError, UsageError
from lowtide.core.settlement import Settlement
from lowtide.tables.raw import ReadSettings

if TYPE_CHECKING:
    from lowtide.models.manifest import Manifest
    from lowtide.models.model import Model
    from lowtide.settlement.judge import Promise
    from lowtide.settlement.rows import Rows
    from lowtide.steps.outcomes import Outcomes

LEDGER = "ledger"
NAME = "ledger.sqlite"
ERRORS = ("mae", "rmse", "wape", "r2")  # whose rows are bounded by nothing but the data


def settle(
    bundle: str | Path | Model,
    outcomes: Any,
    *,
    time: str | None = None,
    group: str | None = None,
    state: str | Path | None = None,
    largest_error: float | None = None,
    confidence: float = 0.95,
    read: ReadSettings | None = None,
) -> Settlement:
    """Compare outcomes with what a model promised; may be repeated with new outcomes as often as one likes.

    Parameters
    ----------
    bundle : folder of a bundle, or a model; a model in memory remembers nothing unless ``state`` says where.
    outcomes : path or frame with the model's columns and the target, or with what `lowtide predict` wrote and
        the target. Rows without an outcome are left for later.
    time : column by which rows arrived; by default that of the task, when it is there.
    group : column of the entity, when the promise is about new ones; by default that of the task.
    state : folder of the ledger that remembers what was counted; by default the project's, else
        ``<bundle>.ledger`` beside the bundle.
    largest_error : greatest error that a row can have (MAE, RMSE, WAPE, R2); by default the range of outcomes in
        training.
    confidence : 1 - the greatest chance that a promise that holds is ever called broken, over all looks.

    Returns
    -------
    Settlement

    Raises
    ------
    UsageError, InputError
        When the bundle promises nothing, the outcomes cannot be read, or the model learned from them.
    """
    from lowtide.metrics import cost, get
    from lowtide.models.bundle import load
    from lowtide.models.model import Model
    from lowtide.steps.learned import learned, training_rows
    from lowtide.steps.outcomes import read as read_outcomes

    model = bundle if isinstance(bundle, Model) else load(bundle)
    m = model.manifest
    if m.floor.value is None:
        raise UsageError(
            f"The model {m.name!r} promises nothing (it has no floor), so nothing can be settled: "
            "its report says what a floor would need."
        )
    if largest_error is not None and m.metric not in ERRORS:
        raise UsageError(
            f"A largest error is for {', '.join(ERRORS)}; this promise is about {m.metric}: leave --largest-error out."
        )
    if largest_error is not None and not largest_error > 0:
        raise UsageError(f"The largest error must be above 0, not {largest_error:g}.")
    if not 0.5 <= confidence < 1:
        raise UsageError(f"The confidence must be between 0.5 and 1, not {confidence}.")
    metric = cost(m.task.costs) if m.metric == "cost" else get(m.metric, kind=m.kind)
    found = read_outcomes(model, metric, outcomes, time=time, group=group, settings=read)
    if not len(found.rows):
        raise InputError(_nothing(m, found))
    before = learned(found.table, training_rows(bundle, m), m, named=found.named)
    found = replace(found, rows=found.rows.take(~before.named))
    in_training = int(before.named.sum())
    if not len(found.rows):
        raise InputError(
            f"All {in_training:,} outcomes stand in the data that the model learned from, so they say nothing of its "
            "promise: settle later or other rows."
        )
    promise = _promise(m, metric, largest_error)

    def make(past: list[tuple[Settlement, bytes]]) -> tuple[Settlement, bytes | None]:
        made, rows = _made(m, promise, found, past, confidence)
        told = msgspec.structs.replace(
            made, ledger=None if folder is None else str(folder), training_checked=before.checked,
            in_training=in_training, alike_in_training=before.alike,
        )  # fmt: skip
        return told, rows

    folder = _ledger(bundle, state)
    if folder is None:
        return make([])[0]
    from lowtide.validate.ledger import Ledger

    with Ledger.open(folder) as ledger:
        return ledger.settle(_question(m), _seal(m), make)


def _nothing(m: Manifest, found: Outcomes) -> str:
    if not found.refused:
        return f"No row has an outcome in {m.task.target!r}: settle again when outcomes are known."
    labels = f" The model knows the outcomes {', '.join(map(repr, m.classes[:5]))}." if m.classes else ""
    return (
        f"None of the {found.refused:,} rows with an outcome in {m.task.target!r} can be counted: their outcome or their "
        f"columns are not as in training.{labels}"
    )


def _promise(m: Manifest, metric: Any, largest_error: float | None) -> Promise:
    from lowtide.settlement.judge import Promise

    assert m.floor.value is not None
    headline = next((s for s in m.scenarios if s.headline), m.scenarios[0] if len(m.scenarios) == 1 else None)
    batch = None
    if headline is not None and headline.batch_floor is not None and headline.rows:
        batch = headline.rows, headline.batch_floor
    width = largest = None
    if m.target_range is not None:
        width = m.target_range[1] - m.target_range[0]
        largest = max(abs(v) for v in m.target_range)
    if largest_error is not None:
        width = largest_error
        largest = largest_error if largest is None else largest
    return Promise(
        metric=metric, floor=m.floor.value, threshold=m.threshold, grouped="groups" in m.scheme, width=width,
        largest=largest, batch=batch,
    )  # fmt: skip


def _made(
    m: Manifest, promise: Promise, found: Outcomes, past: list[tuple[Settlement, bytes]], confidence: float
) -> tuple[Settlement, bytes | None]:
    from lowtide.settlement.judge import judge
    from lowtide.settlement.rows import decode, encode, fresh, together

    wide = m.kind == "multiclass"
    before: Rows | None = together([decode(data, wide=wide) for _, data in past]) if past else None
    new = fresh(found.rows, before, named=found.named)
    everything = new if before is None else together([before, new])
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    settlement = Settlement(
        **judge(promise, everything, confidence), floor=promise.floor, metric=m.metric,
        greater_is_better=m.greater_is_better, scheme=m.scheme or "rows", since=past[0][0].since if past else found.first or now[:10], new=len(new),
        already_counted=len(found.rows) - len(new), without_outcome=found.without_outcome, refused=found.refused,
        model=m.name, target=m.task.target, at=now,
    )  # fmt: skip
    return settlement, encode(new) if len(new) else None


def _ledger(bundle: Any, state: str | Path | None) -> Path | None:
    """Return the folder that remembers: never inside the bundle, whose files are sealed."""
    if state is not None:
        return Path(state)
    if not isinstance(bundle, str | Path):
        return None
    folder = Path(bundle).resolve()
    project = folder.parent / LEDGER
    return project if (project / NAME).is_file() else folder.with_name(f"{folder.name}.ledger")


def _seal(m: Manifest) -> str:
    from lowtide.models.manifest import encode
    from lowtide.validate.ledger_schema import digest

    return m.seal or digest(encode(m))


def _question(m: Manifest) -> str:
    from lowtide.validate.ledger_schema import question_key

    task = m.task
    return question_key(
        target=task.target, kind=m.kind, scheme=m.scheme or "rows", group=task.group, time=task.time,  # type: ignore[arg-type]
        horizon=task.horizon, gap=task.gap, positive=task.positive,
    )  # fmt: skip
