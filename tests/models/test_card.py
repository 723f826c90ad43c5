"""The model card: a metadata header that parses, the floor first, nothing private."""

from __future__ import annotations

import msgspec
import pytest

from lowtide.core.interval import Floor
from lowtide.models.card import card, lock
from lowtide.models.manifest import FindingNote
from tests.models.build_one import made_model


def test_header_is_valid_yaml():
    yaml = pytest.importorskip("yaml")
    head = yaml.safe_load(card(made_model().manifest).split("---")[1])
    assert head["library_name"] == "lowtide"
    assert head["pipeline_tag"] == "tabular-classification"
    assert head["model-index"][0]["results"][0]["metrics"][0]["value"] == 0.55


def test_the_floor_comes_first():
    text = card(made_model().manifest).split("---", 2)[2]
    assert "with 95% confidence, log loss is at most **0.610** on new rows of the same kind" in text
    assert text.index("| floor |") < text.index("| expected |")
    assert "`leak`" in text
    assert "7 trials" in text


def test_no_floor_is_said():
    m = msgspec.structs.replace(
        made_model().manifest,
        floor=Floor(value=None, confidence=0.95, scenario="new rows", refusal="few_rows"),
    )
    assert "No floor can be given (few_rows)" in card(m)


def test_lock_is_pinned():
    lines = lock(made_model().manifest).splitlines()
    assert lines[0].startswith("# Python 3.")
    assert all(line.count("==") == 1 for line in lines[1:])


def test_numbers_are_rounded_to_their_bad_side():
    m = msgspec.structs.replace(
        made_model().manifest, metric="roc_auc", greater_is_better=True, expected=0.847229,
        floor=Floor(value=0.815951, confidence=0.95, scenario="new rows"), baseline=0.7,
    )  # fmt: skip
    text = card(m)
    assert "at least **0.815**" in text and "value: 0.8472" in text and "0.847229" not in text
    assert "does not clear" not in text
    beaten = msgspec.structs.replace(m, baseline=0.82)
    assert "does not clear the usual score of the rule" in card(beaten)


def test_each_finding_says_what_became_of_it():
    notes = (
        FindingNote(code="LT204", severity="error", columns=("leak",)),
        FindingNote(code="LT302", severity="question", columns=("day",), answer="declared"),
        FindingNote(code="LT202", severity="question", columns=("call",), answer="use"),
        FindingNote(code="LT301", severity="question", columns=("shop",)),
    )
    text = card(msgspec.structs.replace(made_model().manifest, findings=notes))
    assert "LT204 (error) `leak`: left out" in text
    assert "LT302 (question) `day`: settled" in text
    assert "LT202 (question) `call`: a person answered `use`" in text
    assert "LT301 (question) `shop`: not answered" in text
