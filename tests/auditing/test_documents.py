"""Every check is told: in both languages, in the docs, and in the sheet or outside of it on purpose."""

from __future__ import annotations

import pytest

from lowtide.auditing.checks import CHECKS
from lowtide.auditing.explain import KEYS, codes, explain
from lowtide.core.infosheet import TYPES
from tests.conftest import ROOT

CODES = sorted({c.code for c in CHECKS})


def test_codes_are_unique_and_have_texts() -> None:
    assert len(CODES) == len(CHECKS)
    assert set(CODES) | {"LT900"} == set(codes())


@pytest.mark.parametrize("lang", ["en", "ko"])
@pytest.mark.parametrize("code", CODES)
def test_every_page_is_whole(code: str, lang: str) -> None:
    page = explain(code, lang)
    assert all(page[key].strip() for key in KEYS)


def test_docs_name_every_check() -> None:
    page = (ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    assert [c for c in CODES if c not in page] == []


def test_types_of_leakage_name_only_checks_that_exist() -> None:
    known = [c for own in TYPES.values() for c in own]
    assert sorted(set(known)) == sorted(known)
    assert set(known) <= set(CODES)
    # Data quality and "too good or too little" are no types of leakage.
    assert {c for c in CODES if c not in known} == {c for c in CODES if c.startswith(("LT4", "LT5"))}


def test_costs_are_declared() -> None:
    assert all(c.cost in ("cheap", "sample", "model") for c in CHECKS)
