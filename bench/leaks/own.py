"""lowtide's own audit, asked like any other tool."""

from __future__ import annotations

from typing import Any

import pandas as pd

from bench.leaks.raised import About, Raised

_ROWS: dict[str, About] = {
    "LT101": "duplicates", "LT102": "duplicates", "LT103": "overlap", "LT104": "overlap", "LT105": "duplicates",
    "LT206": "order", "LT301": "group", "LT302": "time", "LT303": "group",
}  # fmt: skip


def about(code: str) -> About:
    """Return what a finding of this code accuses."""
    return _ROWS.get(code, "column" if code.startswith("LT2") else "other")


def ask(
    frame: pd.DataFrame,
    target: str,
    kind: Any,
    *,
    test: pd.DataFrame | None = None,
    group: str | None = None,
    time: str | None = None,
    prices: bool = False,
    seed: int = 0,
) -> list[Raised]:
    """Run the audit of this checkout with what was declared and return its findings in its order."""
    import lowtide

    found = lowtide.audit(
        frame, target, test=test, kind=kind, group=group, time=time, prices=prices, seed=seed
    ).findings
    return [
        Raised(f.severity, about(f.code), f.columns, f.code)  # type: ignore[arg-type]
        for f in found
    ]
