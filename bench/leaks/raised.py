"""What a tool said about a table, in one form for all tools."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Level = Literal["error", "question", "warning", "note"]
"""``error``: the tool calls it a leak, critical, failed. ``question``: the tool asks to look at it. ``warning``: lowtide's
word for what acts on the split alone. ``note``: everything that the tool itself does not count."""

About = Literal[
    "column", "group", "site", "time", "order", "duplicates", "overlap", "drift", "immature", "other"
]


@dataclass(frozen=True, slots=True)
class Raised:
    """One thing that a tool said, in the tool's own order.

    Attributes
    ----------
    about : what is accused: a column (or a set of columns) that tells the target, rows that belong together
        (``group``, ``site``), rows in an order, rows that occur twice (in one file, or in both: ``overlap``), a second
        file that is not drawn like the first (``drift``), labels that are too young or too few (``immature``).
    columns : accused together.
    code : the tool's own name of its check.
    """

    level: Level
    about: About
    columns: tuple[str, ...] = ()
    code: str = ""
    detail: str = ""

    def record(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def of(cls, record: dict[str, Any]) -> Raised:
        """Return what was recorded; an unknown word is the runner's mistake and raises."""
        level, about = record["level"], record.get("about", "column")
        if level not in ("error", "question", "warning", "note"):
            raise ValueError(f"No such level: {level!r}.")
        columns = tuple(str(c) for c in record.get("columns", ()))
        return cls(level, about, columns, record.get("code", ""), str(record.get("detail", ""))[:300])
