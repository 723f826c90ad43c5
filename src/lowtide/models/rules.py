"""A one-column rule in values: its pieces with the levels that a person knows, not the codes of a matrix."""

from __future__ import annotations

import math
from typing import Any

from lowtide.models.pipeline import Member

SIGNS = {"other": "…", "missing": "∅"}


def rule_facts(member: Member) -> dict[str, Any]:
    """Return what a member's learner tells, with codes of levels turned into levels.

    ``source`` names the column of the table. Where the matrix held codes or ranks of levels, a piece has
    ``levels`` (texts; ``level`` has them in one line), ``other`` (True: rare or new levels) or ``missing`` (True) in the place of ``code``,
    or of ``low`` and ``high``. Pieces of which no level is known any more are left out.
    """
    facts = member.fitted.facts()
    place = facts.get("place")
    if not isinstance(place, int):
        return facts
    facts["source"] = member.preparation.sources[place]
    known = _codes(member, place)
    if known is not None:
        facts["pieces"] = [made for piece in facts["pieces"] if (made := _told(piece, known))]
    return facts


def _codes(member: Member, place: int) -> dict[tuple[str, str], float] | None:
    """Return the code of each ``("level", text)``, ``("other", "")`` and ``("missing", "")``."""
    preparation = member.preparation
    source = preparation.sources[place]
    if preparation.names[place] != source:  # a frequency or a mean, not the level itself
        return None
    encoder: Any = next(e for e in preparation.encoders if e.source == source)
    if encoder.kind == "ordinal":
        return {("level", level): float(rank) for rank, level in enumerate(encoder.levels)}
    if encoder.kind != "levels":
        return None
    names = [*(("level", level) for level in encoder.levels), ("other", ""), ("missing", "")]
    codes = encoder.rows[:, place - preparation.sources.index(source)]
    return {name: float(code) for name, code in zip(names, codes, strict=True)}


def _told(piece: dict[str, Any], known: dict[tuple[str, str], float]) -> dict[str, Any]:
    if "code" in piece:
        inside = {name for name, code in known.items() if code == piece["code"]}
    else:
        low = -math.inf if piece["low"] is None else piece["low"]
        high = math.inf if piece["high"] is None else piece["high"]
        inside = {name for name, code in known.items() if low < code <= high}
    if not inside:
        return {}
    told = {key: value for key, value in piece.items() if key not in ("code", "low", "high")}
    told["levels"] = [text for what, text in known if what == "level" and (what, text) in inside]
    shown = [*told["levels"], *(sign for what, sign in SIGNS.items() if (what, "") in inside)]
    told["level"] = ", ".join(shown)
    return {**told, **{what: True for what in SIGNS if (what, "") in inside}}
