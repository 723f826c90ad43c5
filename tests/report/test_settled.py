"""Every state of a settlement can be told, in every language, with every fact at hand."""

from __future__ import annotations

from itertools import product

import msgspec
import pytest

from lowtide.core.settlement import BatchPromise, Evidence, Settlement
from lowtide.report.inline import plain
from lowtide.report.settled import sentences, told
from lowtide.report.words import Words

BASE = Settlement(
    verdict="too early", value=0.81, floor=0.8, rows=120, metric="accuracy", greater_is_better=True, confidence=0.95,
    evidence=Evidence(broken=1.5, kept=3e9), target="left", low=0.7, high=0.9, tested=0.82, needed=340,
    needed_units=30, likely="kept", units=20, since="2026-01-02", settled_after=77, cap=6.9, capped=2, new=1,
    already_counted=3, without_outcome=4, refused=5, ledger="p/ledger", in_training=6,
    alike_in_training=7,
)  # fmt: skip
BATCH = BatchPromise(rows=100, floor=0.75)


def states() -> list[Settlement]:
    found = []
    for verdict, likely, unit, value, greater in product(
        ("kept", "broken", "too early"), ("kept", "broken", None), ("rows", "groups", "blocks"),
        (0.79, 0.81, None), (True, False),
    ):  # fmt: skip
        found.append(
            msgspec.structs.replace(
                BASE, verdict=verdict, likely=likely, unit=unit, value=value, greater_is_better=greater
            )
        )
    for reason, verdict, batch in product(
        ("no_bound", "cannot_watch"), ("kept", "broken", "too early"),
        (None, BATCH, msgspec.structs.replace(BATCH, value=0.7, kept=False),
         msgspec.structs.replace(BATCH, value=0.8, kept=True)),
    ):  # fmt: skip
        changed = msgspec.structs.replace(BASE, reason=reason, verdict=verdict, batch=batch, scheme="future")
        found += [changed, msgspec.structs.replace(changed, needed=None, likely=None, low=None)]
        found.append(msgspec.structs.replace(changed, greater_is_better=False, high=None))
    return found


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_every_state_can_be_told(lang: str) -> None:
    words = Words(lang, strict=True)
    for state in states():
        lines = [plain(line) for line in sentences(state, words)]
        assert all(lines)
        assert "settling." not in "".join(lines)
        if state.value is not None:
            assert not any("?" in line for line in lines[:2])


def test_the_promise_is_never_rounded_to_its_good_side() -> None:
    words = Words("en", strict=True)
    low = msgspec.structs.replace(BASE, floor=0.79999, value=0.9)
    assert "at least 0.799 was promised" in plain(sentences(low, words)[1])
    loss = msgspec.structs.replace(BASE, floor=0.79901, value=0.9, greater_is_better=False)
    assert "at most 0.800 was promised" in plain(sentences(loss, words)[1])


def test_numbers_that_differ_look_different() -> None:
    assert told(0.8124, 0.8122, "down") == ("0.8124", "0.8122")
    assert told(0.9, 0.8, "down") == ("0.900", "0.800")
    assert told(None, 0.8, "down") == ("?", "0.800")


def test_repr_says_the_verdict_and_what_is_needed() -> None:
    assert repr(BASE) == "Settlement(too early: accuracy 0.81 on 120 rows, floor 0.8, about 340 more needed)"
    assert "over 340" in repr(msgspec.structs.replace(BASE, likely=None))
    assert repr(msgspec.structs.replace(BASE, verdict="kept", needed=None)).endswith("floor 0.8)")
