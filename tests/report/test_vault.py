"""What report and terminal say of the vault and of the ledger, in both languages, with nothing missing."""

from __future__ import annotations

import msgspec
import pytest
from rich.console import Console

from lowtide.core.result import RunResult, VaultFacts
from lowtide.report.build import build
from lowtide.report.sections import ledger, vault
from lowtide.report.terminal import summary
from lowtide.report.view import View
from lowtide.report.words import Words
from tests.report import fixtures

OPENED = VaultFacts(
    scheme="rows", share=0.2, rows=120, locked="2026-01-02T03:04:05+00:00", opened=True, at="2026-03-04T05:06:07+00:00",
    metric="roc_auc", value=0.8123, bound=0.7777, confidence=0.95, floor=0.7649, verdict="held", held=True,
    judged=118, trials=30,
)  # fmt: skip


def told(result: RunResult, lang: str) -> str:
    view = View(result, Words(lang, strict=True))
    build(result, lang=lang, words=Words(lang, strict=True))
    return "\n".join([*ledger.sentences(view), *vault.sentences(view)])


def changed(**facts: object) -> RunResult:
    return msgspec.structs.replace(fixtures.binary(), **facts)


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_nothing_is_said_without_a_vault(lang: str) -> None:
    assert told(fixtures.binary(), lang) == ""


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("scheme", ["rows", "groups", "future", "groups+future"])
def test_a_locked_vault_names_the_command(lang: str, scheme: str) -> None:
    text = told(changed(vault=VaultFacts(scheme=scheme, share=0.2, rows=120, locked=OPENED.locked)), lang)
    assert "120" in text
    assert "--open-vault" in text
    assert "2026-01-02 03:04 UTC" in text


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("verdict", ["held", "below_by_chance", "broken", "no_floor", "other_scheme"])
def test_an_opened_vault_says_when_and_what(lang: str, verdict: str) -> None:
    floor = None if verdict == "no_floor" else OPENED.floor
    known = msgspec.structs.replace(
        OPENED, verdict=verdict, floor=floor, trials_since=17, unanswered=2, released=verdict == "held"
    )
    text = told(changed(vault=known), lang)
    for part in ("2026-03-04 05:06 UTC", "118", "0.812", "0.777", "17", "2"):
        assert part in text
    assert ("0.764" in text) == (verdict not in ("no_floor",)), "a floor is rounded to its bad side"
    console = Console(width=200)
    with console.capture() as capture:
        console.print(summary(changed(vault=known), lang))
    assert "2026-03-04 05:06 UTC" in capture.get()


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_a_loss_is_at_most(lang: str) -> None:
    known = msgspec.structs.replace(
        OPENED, metric="mae", greater_is_better=False, value=2.5, bound=3.0049, floor=4.0
    )
    text = told(changed(vault=known), lang)
    assert ("at most" if lang == "en" else "이하") in text
    assert "3.01" in text


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_metrics_and_unseen_trials_are_told(lang: str) -> None:
    facts = {
        "metrics_looked_at": ["roc_auc", "log_loss"],
        "compared": 20,
        "unseen": 31,
        "unseen_moved": 0.0042,
    }
    text = told(changed(ledger=facts), lang)
    for part in ("2", "31", "20", "0.0042", "95%"):
        assert part in text
    calm = told(changed(ledger={"metrics_looked_at": ["roc_auc"], "compared": 20, "unseen": 31}), lang)
    assert "31" in calm
    assert "log" not in calm
    assert told(changed(ledger={"metrics_looked_at": ["roc_auc"], "compared": 20, "unseen": 0}), lang) == ""
