"""Rows locked away at first sight: that they are there, or what came out when they were opened."""

from __future__ import annotations

from lowtide.core.result import VaultFacts
from lowtide.report import numbers
from lowtide.report.blocks import Block, Callout, Paragraph, Tone
from lowtide.report.inline import clean, code
from lowtide.report.names import metric_name
from lowtide.report.numbers import Toward, finite
from lowtide.report.view import View


def blocks(view: View) -> list[Block]:
    """Return what the report says of the vault; nothing when there is none."""
    known = view.result.vault
    if known is None:
        return []
    tone: Tone = {"held": "good", "broken": "bad"}.get(known.verdict, "warn") if known.opened else "plain"  # type: ignore[assignment]
    body = tuple(Paragraph(line) for line in sentences(view))
    return [Callout(view.say("vault.title"), tone, body)]


def sentences(view: View) -> list[str]:
    """Return one or two sentences: locked, or opened when and with what result."""
    known = view.result.vault
    if known is None:
        return []
    if not known.opened:
        return [_locked(view, known)]
    told = [f"{_opened(view, known)} {_compared(view, known)}".strip()]
    if known.unanswered:
        told.append(view.say("vault.unanswered", n=known.unanswered))
    if known.trials_since:
        told.append(view.say("vault.since", n=known.trials_since))
    told.append(view.say("vault.released" if known.released else "vault.spent"))
    return told


def _locked(view: View, known: VaultFacts) -> str:
    scheme = known.scheme.replace("+", "_")
    scheme = scheme if view.words.has(f"vault.locked_{scheme}") else "rows"
    return view.say(
        f"vault.locked_{scheme}", rows=known.rows, at=_day(known.locked), command=code(_command(view))
    )


def _command(view: View) -> str:
    folder = "DIR"
    if view.result.bundle:
        folder = view.result.bundle.replace("\\", "/").rpartition("/")[0] or "."
    return f"lowtide run {folder} --open-vault"


def _opened(view: View, known: VaultFacts) -> str:
    side = "up" if known.greater_is_better else "down"
    return view.say(
        f"vault.opened_{side}", at=_day(known.at), rows=known.judged, value=_score(view, known, known.value),
        bound=_score(view, known, known.bound, True), sure=numbers.percent(known.confidence),
        judge=metric_name(view.words, known.metric),
    )  # fmt: skip


def _compared(view: View, known: VaultFacts) -> str:
    verdict = known.verdict if view.words.has(f"vault.{known.verdict}") else "no_floor"
    return view.say(f"vault.{verdict}", promised=_score(view, known, known.floor, True))


def _score(view: View, known: VaultFacts, value: float | None, bound: bool = False) -> str:
    """Return a score as told; the vault may have been opened in another metric than this run's."""
    toward: Toward = "near" if not bound else "down" if known.greater_is_better else "up"
    if known.metric == view.result.metric:
        return view.score(value, toward)
    return numbers.significant(finite(value), toward=toward)


def _day(moment: str) -> str:
    return clean(moment[:16].replace("T", " ")) + (" UTC" if len(moment) > 10 else "")
