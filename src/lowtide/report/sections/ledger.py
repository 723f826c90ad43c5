"""What the ledger remembers beyond the trials that were compared: metrics looked at, trials that only count."""

from __future__ import annotations

from lowtide.report.names import metric_name
from lowtide.report.numbers import finite
from lowtide.report.view import View


def sentences(view: View) -> list[str]:
    """Return what the floor allows for because of them; nothing when there is nothing."""
    known = view.result.ledger
    told = []
    seen = known.get("metrics_looked_at")
    if isinstance(seen, list | tuple) and len(seen) > 1:
        names = ", ".join(metric_name(view.words, str(name)) for name in seen)
        told.append(view.say("ledger.metrics", n=len(seen), names=names))
    unseen = known.get("unseen")
    if isinstance(unseen, int) and unseen > 0:
        compared = known.get("compared")
        moved = finite(known.get("unseen_moved"))
        facts = {"n": unseen, "compared": compared if isinstance(compared, int) else None}
        if moved:
            told.append(view.say("ledger.unseen_moved", moved=view.difference(moved), **facts))
        else:
            told.append(view.say("ledger.unseen", **facts))
    return told
