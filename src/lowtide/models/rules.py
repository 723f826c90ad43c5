"""A one-column rule in values: its pieces with the levels that a person knows, not the codes of a matrix."""

from __future__ import annotations

from typing import Any

from lowtide.models.pipeline import Member


def rule_facts(member: Member) -> dict[str, Any]:
    """Return what a member's learner tells, with category codes turned into levels.

    A piece of a rule on a category then has ``levels`` (texts), ``other`` (True: levels that are rare or new)
    or ``missing`` (True) in the place of ``code``, and ``source`` names the column of the table.
    """
    facts = member.fitted.facts()
    place = facts.get("place")
    if not isinstance(place, int):
        return facts
    facts["source"] = member.preparation.sources[place]
    if not facts.get("category"):
        return facts
    first = member.preparation.sources.index(facts["source"])
    encoder = next(e for e in member.preparation.encoders if e.source == facts["source"])
    levels, rows = getattr(encoder, "levels", None), getattr(encoder, "rows", None)
    if levels is None or rows is None:
        return facts
    codes = rows[:, place - first]
    for piece in facts["pieces"]:
        code = piece.pop("code")
        piece["levels"] = [
            level for level, known in zip(levels, codes[: len(levels)], strict=True) if known == code
        ]
        if len(codes) > len(levels) and codes[len(levels)] == code:
            piece["other"] = True
        if len(codes) > len(levels) + 1 and codes[len(levels) + 1] == code:
            piece["missing"] = True
    return facts
