"""A settlement in a few lines: the verdict first, then how sure it is, then what was counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lowtide.core.settlement import Settlement
from lowtide.report import numbers
from lowtide.report.inline import code
from lowtide.report.names import metric_name
from lowtide.report.terminal import text
from lowtide.report.words import Words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

TONES = {"kept": "bold green", "broken": "bold red", "too early": "bold yellow"}
MOST_EVIDENCE = 1_000_000
MOST_DIGITS = 6


def summary(found: Settlement, lang: str = "en") -> Group:
    """Return what the command line shows."""
    from rich.console import Group

    words = Words(lang)
    lines = sentences(found, words)
    parts: list[RenderableType] = [text(""), text(lines[0], TONES[found.verdict])]
    parts += [text(line) for line in lines[1:3]]
    parts += [text(line, "dim") for line in lines[3:]]
    return Group(*parts)


def sentences(found: Settlement, words: Words) -> list[str]:
    """Return the lines as marked text: verdict, score beside floor, what it means; then the rest."""
    facts = _facts(found, words)

    def tell(path: str, **more: Any) -> str:
        return words.mark(f"settling.{path}", **{**facts, **more})

    side = "least" if found.greater_is_better else "most"
    verdict = found.verdict.replace(" ", "_")
    lines = [tell(f"verdict.{verdict}"), tell(f"score.{side}"), tell(f"means.{_means(found)}")]
    if found.verdict == "too early":
        lines += [tell(f"needed.{_needed(found)}")]
    if "future" in found.scheme:
        lines.append(tell("future"))
    if found.reason is not None:
        lines.append(tell(f"reason.{_reason(found)}"))
    else:
        lines.append(tell("evidence"))
    if found.reason != "cannot_watch":
        if found.low is not None or found.high is not None:
            lines.append(tell(f"range.{_range(found)}"))
        if found.unit != "rows" and found.tested is not None:
            lines.append(tell(f"unit.{found.unit}"))
    if found.capped:
        lines.append(tell("capped"))
    if found.batch is not None:
        state = "open" if found.batch.kept is None else "kept" if found.batch.kept else "broken"
        lines.append(tell(f"batch.{side}_{state}"))
    if found.since:
        lines.append(tell("counted_since"))
    lines.append(tell("counted"))
    lines += [
        tell(name)
        for name in ("in_training", "alike_in_training", "already_counted", "without_outcome", "refused")
        if getattr(found, name)
    ]
    if found.ledger is not None:
        lines.append(tell("remembered"))
    return lines


def _means(found: Settlement) -> str:
    if found.verdict != "too early":
        return found.verdict if found.reason != "cannot_watch" else f"{found.verdict}_batch"
    if found.value is None:
        return "nothing"
    better = found.value > found.floor if found.greater_is_better else found.value < found.floor
    return "so_far_better" if better else "so_far_worse"


def _needed(found: Settlement) -> str:
    if found.reason == "cannot_watch":
        return "batch" if found.needed is not None else "never"
    if found.needed is None:
        return "unknown"
    if found.unit == "groups":
        return "far_groups" if found.likely is None else f"{found.likely}_groups"
    return "far" if found.likely is None else found.likely


def _reason(found: Settlement) -> str:
    if found.reason == "cannot_watch" and found.batch is None:
        return "cannot_watch_no_batch"
    return str(found.reason)


def _range(found: Settlement) -> str:
    return "above" if found.high is None else "below" if found.low is None else "between"


def _facts(found: Settlement, words: Words) -> dict[str, Any]:
    batch = found.batch
    toward: numbers.Toward = "down" if found.greater_is_better else "up"
    value, floor = told(found.value, found.floor, toward)
    return {
        "metric": metric_name(words, found.metric),
        "target": code(found.target),
        "value": value,
        "floor": floor,
        "apart": _apart(value, floor),
        "tested": numbers.significant(found.tested),
        "low": numbers.significant(found.low, toward="down"),
        "high": numbers.significant(found.high, toward="up"),
        "against": _money(found.evidence.broken),
        "favour": _money(found.evidence.kept),
        "enough": numbers.significant(found.needed_evidence, 2),
        "confidence": numbers.percent(found.confidence),
        "rows": numbers.count(found.rows),
        "units": numbers.count(found.units),
        "after": numbers.count(found.settled_after),
        "needed": numbers.count(found.needed),
        "needed_units": numbers.count(found.needed_units),
        "cap": numbers.significant(found.cap),
        "since": found.since or "",
        "batch_rows": numbers.count(None if batch is None else batch.rows),
        "batch_floor": numbers.significant(None if batch is None else batch.floor, toward=toward),
        "batch_value": numbers.significant(None if batch is None else batch.value),
        "ledger": found.ledger or "",
        **{
            name: numbers.count(getattr(found, name))
            for name in (
                "new",
                "in_training",
                "alike_in_training",
                "already_counted",
                "without_outcome",
                "refused",
                "capped",
            )
        },
    }


def told(value: float | None, floor: float, toward: numbers.Toward) -> tuple[str, str]:
    """Return score and floor with as many digits as it takes to tell them apart.

    >>> told(0.8124, 0.8122, "down")
    ('0.8124', '0.8122')
    """
    for digits in range(3, MOST_DIGITS):
        one, two = numbers.significant(value, digits), numbers.significant(floor, digits, toward)
        if one != two or value == floor:
            break
    return one, two


def _apart(value: str, floor: str) -> str:
    """Return the difference of two numbers as they stand on the page, so that a reader's own subtraction agrees."""
    one, two = numbers.parsed(value), numbers.parsed(floor)
    return numbers.UNKNOWN if one is None or two is None else numbers.difference(abs(one - two), 4)


def _money(value: float) -> str:
    if value > MOST_EVIDENCE:
        return f"{MOST_EVIDENCE:,}+"
    return numbers.significant(value, 2 if value < 100 else 3)
