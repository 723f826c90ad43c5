"""Tables of results: recall per kind and strength, by family, false alarms, seconds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from statistics import median
from typing import Any

from bench.leaks.plants.ground import STRENGTHS

Row = dict[str, Any]
KIND_HEAD = [
    "family",
    "kind",
    "cases",
    *STRENGTHS,
    "renamed",
    "among first 3",
    "at any rank",
    "named",
    "median s",
]
TOTAL_HEAD = [
    "part",
    "family",
    "kinds",
    "cases",
    *STRENGTHS,
    "among first 3",
    "at any rank",
    "named",
    "kinds below 80 %",
]
CLEAN_HEAD = [
    "part", "variant", "tables", "columns", "tables with errors", "columns with errors", "errors", "questions", "acting warnings",
    "questions and acting per column", "median s",
]  # fmt: skip


def share(rows: Iterable[Row], key: str = "first") -> str:
    """Return the share of rows in which something holds, in percent, or a dash when there are none."""
    values = [bool(r[key]) for r in rows]
    return f"{100 * sum(values) / len(values):.0f} %" if values else "-"


def groups(rows: Iterable[Row], key: Callable[[Row], Any]) -> dict[Any, list[Row]]:
    """Return the rows by key, in order of first occurrence."""
    found: dict[Any, list[Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found


def kinds(rows: Sequence[Row]) -> list[list[str]]:
    """Return one line for each kind, by family."""
    lines = []
    for (family, kind), some in sorted(
        groups(rows, lambda r: (r["family"], r["kind"])).items(), key=lambda i: i[0][0]
    ):
        strengths = [share(r for r in some if r["strength"] == s) for s in STRENGTHS]
        lines.append([
            family, kind, str(len(some)), *strengths, share(r for r in some if r["variant"] == "renamed"), share(some),
            share(some, "flagged"), share(some, "named"), f"{median(r['seconds'] for r in some):.1f}",
        ])  # fmt: skip
    return lines


def totals(rows: Sequence[Row]) -> list[list[str]]:
    """Return one line for each part and family, and one for each part."""
    lines = []
    for part, some in groups(rows, lambda r: r["part"]).items():
        families = {**dict(sorted(groups(some, lambda r: r["family"]).items())), "all": some}
        for family, chosen in families.items():
            by_kind = groups(chosen, lambda r: r["kind"])
            low = sum(sum(r["first"] for r in of) < 0.8 * len(of) for of in by_kind.values())
            lines.append([
                part, family, str(len(by_kind)), str(len(chosen)),
                *(share(r for r in chosen if r["strength"] == s) for s in STRENGTHS), share(chosen),
                share(chosen, "flagged"), share(chosen, "named"), str(low),
            ])  # fmt: skip
    return lines


def alarms(rows: Sequence[Row]) -> list[list[str]]:
    """Return false alarms on clean tables, for each part and variant."""
    lines = []
    for (part, variant), some in groups(rows, lambda r: (r["part"], r["variant"])).items():
        columns = sum(r["columns"] for r in some)
        with_errors = sum(r["errors"] > 0 for r in some)
        bad = sum(r["error_columns"] for r in some)
        asked = sum(r["question_columns"] for r in some)
        lines.append([
            part, variant, str(len(some)), str(columns), f"{with_errors} ({100 * with_errors / len(some):.1f} %)",
            f"{bad} ({100 * bad / columns:.2f} %)", str(sum(r["errors"] for r in some)), str(sum(r["questions"] for r in some)),
            str(sum(r["acting"] for r in some)), f"{asked} ({100 * asked / columns:.2f} %)",
            f"{median(r['seconds'] for r in some):.1f}",
        ])  # fmt: skip
    return lines


def alarm_list(rows: Sequence[Row]) -> list[list[str]]:
    """Return the clean tables on which something was raised, and what."""
    return [
        [r["source"], r["variant"], "; ".join(r["codes"]) or "failed: " + r["failed"]]
        for r in rows if r["codes"] or r["failed"]
    ]  # fmt: skip


def beside(rows: Sequence[Row]) -> str:
    """Return how often something else was flagged on planted tables, by code: information, not a fault by itself."""
    counts = Counter(c for r in rows for c in r["codes"])
    flagged = sum(bool(r["codes"]) for r in rows)
    first = ", ".join(f"{c} {n}" for c, n in counts.most_common(12))
    return (
        f"Something else was flagged, too, on {flagged} of {len(rows)} planted tables: {first or 'nothing'}."
    )


def missed(rows: Sequence[Row]) -> list[str]:
    """Return the names of missed cases."""
    return [f"{r['case']} ({r['variant']})" for r in rows if not r["first"]]


def markdown(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    if not rows:
        return ""
    lines = [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return (
        "\n".join([*lines, *("| " + " | ".join(c.replace("|", "/") for c in row) + " |" for row in rows)])
        + "\n"
    )
