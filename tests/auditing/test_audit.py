"""The audit as a whole: answers, quarantine, prices, broken checks, determinism."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.auditing import audit as module
from lowtide.auditing.answers import Answer, quarantine, with_declared
from lowtide.auditing.audit import Audit, audit
from lowtide.auditing.check import Check
from lowtide.auditing.checks import CHECKS
from lowtide.auditing.explain import KEYS, codes, explain, says
from lowtide.core.errors import UsageError
from lowtide.core.finding import Finding, Severity
from lowtide.core.task import Task
from lowtide.testing.contracts import Case, case
from tests.auditing.real import SmallFit
from tests.auditing.test_checks import ordinary, rng, series, visits


def leaky() -> Case:
    columns = ordinary(n=600)
    yes = columns["bought"] == "yes"
    r = rng(21)
    reason = [str(v) if w else None for v, w in zip(r.integers(0, 5, 600), yes, strict=True)]
    return case({**columns, "reason": reason, "predicted_value": r.normal(size=600)}, "bought", "binary")


def run(given: Case, **options: Any) -> Audit:
    return audit(given.table, given.target, given.task, **options)


def test_errors_and_open_questions_are_out() -> None:
    seen = run(leaky())
    assert seen.quarantined == ("reason", "predicted_value")
    assert [f.code for f in seen.questions] == ["LT207"]
    assert all(a.level >= b.level for a, b in pairwise(seen.findings))


@pytest.mark.parametrize(
    ("answers", "out"),
    [
        ({"predicted_value": "use"}, ("reason",)),
        ({"LT204": "use"}, ("predicted_value",)),
        ({"LT204:reason": "use", "LT207": "use"}, ()),
        ({"income": "drop"}, ("income", "reason", "predicted_value")),
        ({"LT207:predicted_value": "drop"}, ("reason", "predicted_value")),
        ({"LT207": "use", "LT207:predicted_value": "drop"}, ("reason", "predicted_value")),
    ],
)
def test_answers(answers: dict[str, Any], out: tuple[str, ...]) -> None:
    seen = run(leaky(), answers={k: Answer(answer=v, who="Kim") for k, v in answers.items()})
    assert seen.quarantined == out
    for finding in seen.questions:
        assert finding.answer is None


def test_an_answer_is_noted_on_the_finding() -> None:
    seen = run(leaky(), answers={"predicted_value": Answer(answer="use")})
    assert [f.answer for f in seen.findings if f.code == "LT207"] == ["use"]
    assert seen.questions == ()


SPLITS = (
    Finding(code="LT302", severity="question", columns=("day",), remedy="split_by_time"),
    Finding(code="LT301", severity="question", columns=("shop",), remedy="split_by_group"),
    Finding(code="LT202", severity="question", columns=("call",), remedy="drop_columns"),
)


@pytest.mark.parametrize(
    ("said", "answered"),
    [
        ({}, set()),
        ({"deploy": "rows"}, {"LT301", "LT302"}),
        ({"deploy": "future"}, {"LT301", "LT302"}),
        ({"time": "day"}, {"LT302"}),
        ({"group": "shop"}, {"LT301"}),
    ],
)
def test_the_task_answers_questions_about_the_split(said: dict[str, Any], answered: set[str]) -> None:
    task = Task(target="y", **said)
    assert {f.code for f in SPLITS if with_declared(f, task).answer == "declared"} == answered


def test_a_declared_deployment_leaves_no_such_question() -> None:
    given = case(series(), "flow", "regression")
    told = msgspec.structs.replace(given.task, deploy="rows")
    seen = audit(given.table, given.target, told)
    (finding,) = [f for f in seen.findings if f.code == "LT302"]
    assert finding.answer == "declared" and finding not in seen.questions
    assert [f.answer for f in run(given).findings if f.code == "LT302"] == [None]


def test_a_target_that_stands_still_is_not_called_drifting() -> None:
    r = rng(41)
    day = [dt.datetime(2021, 1, 1) + dt.timedelta(days=n) for n in range(600)]
    given = case({"day": day, "size": r.normal(size=600), "y": r.normal(size=600)}, "y", "regression")
    (finding,) = [f for f in run(given).findings if f.code == "LT302"]
    assert finding.severity == "question" and finding.facts["variant"] == "still"
    assert "hardly moves" in says(finding, "y")


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(list(Severity.__members__))), max_size=6))
def test_quarantine_is_what_grave_findings_name(made: list[tuple[str, str]]) -> None:
    findings = [Finding(code="LT202", severity=s, columns=(c,), remedy="drop_columns") for c, s in made]
    out = quarantine(findings, {}, ("a", "b", "c"))
    assert set(out) == {c for c, s in made if s in ("question", "error")}
    assert list(out) == sorted(out)
    assert quarantine(findings, {c: Answer(answer="use") for c in "abc"}, ("a", "b", "c")) == ()


def test_prices() -> None:
    given = leaky()
    fit = SmallFit(given.table, given.target)
    seen = run(given, fit=fit)
    (leak,) = [f for f in seen.findings if f.code == "LT204"]
    (name,) = [f for f in seen.findings if f.code == "LT207"]
    assert leak.price is not None and leak.price.points > 0.15 and leak.price.scheme == "rows"
    assert name.price is not None and abs(name.price.points) < 0.05
    assert seen.price is not None and seen.price.as_is > 0.98
    low, high = leak.price.remedied_low, leak.price.remedied_high
    assert low is not None and high is not None and low < leak.price.remedied < high
    assert fit.calls <= 12 * 4


def test_price_of_a_repeating_entity() -> None:
    columns = visits(groups=50)
    columns["weight"] = columns["height"] * 0.4 + columns["age"] * 0.1
    given = case(columns, "effect", "regression")
    seen = run(given, fit=SmallFit(given.table, given.target))
    (finding,) = [f for f in seen.findings if f.code == "LT301"]
    assert finding.price is not None and finding.price.scheme == "rows>groups"
    assert finding.price.points > 0.2


def test_price_of_time() -> None:
    given = case(series(), "flow", "regression")
    seen = run(given, fit=SmallFit(given.table, given.target))
    (finding,) = [f for f in seen.findings if f.code == "LT302"]
    assert finding.price is not None and finding.price.scheme == "rows>future"
    assert finding.price.points > 0.1


def test_a_broken_check_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(Check):
        code = "LT999"
        cost = "cheap"

        def look(self, table: Any, target: Any, task: Any, context: Any) -> list[Finding]:
            raise ValueError("010-1234-5678 is no number")

    monkeypatch.setattr(module, "all_checks", lambda: (Broken(), *CHECKS))
    seen = run(leaky())
    (finding,) = [f for f in seen.findings if f.code == "LT900"]
    assert finding.facts == {"check": "LT999", "error": "ValueError"}
    assert seen.quarantined == ("reason", "predicted_value")
    assert "LT999" in says(finding, "bought", "ko")


def test_same_data_same_audit() -> None:
    assert run(leaky()) == run(leaky())


def test_rows_without_a_target_are_not_looked_at() -> None:
    given = leaky()
    given.target.y[:50] = np.nan
    seen = run(given)
    assert seen.sampled == 550 and seen.quarantined == ("reason", "predicted_value")


def test_large_tables_are_sampled_and_say_so() -> None:
    r = rng(22)
    columns = {"a": r.normal(size=30_000), "b": r.normal(size=30_000)}
    columns["y"] = columns["a"] + columns["b"]
    seen = run(case(columns, "y", "regression"))
    (finding,) = [f for f in seen.findings if f.code == "LT203"]
    assert seen.sampled == 20_000 and finding.facts["rows_looked_at"] == 5_000
    assert seen.quarantined == ("a", "b")


def test_every_code_has_all_texts_in_both_languages() -> None:
    assert set(codes()) == {c.code for c in CHECKS} | {"LT103", "LT900"}
    for code in codes():
        english, korean = explain(code, "en"), explain(code.lower(), "ko")
        assert set(english) == set(korean) == set(KEYS)
        for key in KEYS:
            assert english[key].strip() and korean[key].strip()
            assert any("가" <= c <= "힣" for c in korean[key])
            assert not any("가" <= c <= "힣" for c in english[key].replace("해지사유", "").replace("해지여부", "")
                           .replace("전월", "").replace("목표", ""))  # fmt: skip


def test_both_languages_have_the_same_sentences() -> None:
    import string

    from lowtide.auditing.explain import _texts

    def fields(template: str) -> set[str]:
        return {f for _, f, _, _ in string.Formatter().parse(template) if f and f != "target"}

    for code in codes():
        english, korean = _texts("en")[code]["says"], _texts("ko")[code]["says"]
        assert set(english) == set(korean)
        for variant in english:
            assert fields(english[variant]) == fields(korean[variant]), (code, variant)


def test_unknown_codes_and_languages_are_refused() -> None:
    with pytest.raises(UsageError, match="LT201"):
        explain("LT2")
    with pytest.raises(UsageError, match="en or ko"):
        explain("LT201", "xx")
