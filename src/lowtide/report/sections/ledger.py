"""What the ledger remembers beyond the trials that were compared: metrics looked at, trials that only count."""

from __future__ import annotations

from lowtide.report.names import metric_name
from lowtide.report.numbers import finite
from lowtide.report.view import View


def sentences(view: View) -> list[str]:
    """Return what the floor allows for because of them; nothing when there is nothing."""
    return [*metrics(view), *_unseen(view)]


def metrics(view: View) -> list[str]:
    """Return that floors were looked at in several metrics, which makes each of them stricter."""
    seen = view.result.ledger.get("metrics_looked_at")
    if not isinstance(seen, list | tuple) or len(seen) < 2:
        return []
    names = ", ".join(metric_name(view.words, str(name)) for name in seen)
    return [view.say("ledger.metrics", n=len(seen), names=names)]


def _unseen(view: View) -> list[str]:
    known = view.result.ledger
    unseen = known.get("unseen")
    if not isinstance(unseen, int) or unseen <= 0:
        return []
    facts = {"n": unseen, "compared": known.get("compared")}
    moved = finite(known.get("unseen_moved"))
    if moved:
        return [view.say("ledger.unseen_moved", moved=view.difference(moved), **facts)]
    return [view.say("ledger.unseen", **facts)]
