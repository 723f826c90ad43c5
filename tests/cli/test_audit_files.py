"""What `lowtide audit` leaves for others: SARIF, JUnit, the info sheet; what it lets one ignore; whom it remembers."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as tree

import pytest

import lowtide
from lowtide.core.errors import InputError, UsageError
from lowtide.core.finding import Finding, NotApplicable
from lowtide.core.infosheet import OTHER, TYPES, sheet
from lowtide.report.infosheet import document
from lowtide.report.junit import junit
from lowtide.report.sarif import sarif
from tests.cli.test_cli import call
from tests.test_flow import QUICK, frame

LEAK = Finding(
    code="LT204", severity="error", columns=("operation_note",), rows=(3, 5),
    facts={"variant": "missing_filled", "outcome": "malignant", "share_of_outcome": 1.0, "share_elsewhere": 0.0, "base": 0.4},
    remedy="drop_columns",
)  # fmt: skip
ABSENT = NotApplicable(code="LT103", reason="no_second_file")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("audit") / "customers.csv"
    frame().to_csv(path, index=False)
    return path


def test_files_are_written_and_agree(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {k: tmp_path / f"audit.{k}" for k in ("sarif", "junit", "html")}
    code, out, _ = call(
        capsys, "audit", table, "--target", "outcome", "--no-price", "--json", "--sarif", files["sarif"],
        "--junit", files["junit"], "--infosheet", files["html"],
    )  # fmt: skip
    assert code == 0
    findings = json.loads(out)["findings"]
    log = json.loads(files["sarif"].read_text(encoding="utf-8"))
    results = log["runs"][0]["results"]
    assert [r["ruleId"] for r in results] == [f["code"] for f in findings]
    rules = log["runs"][0]["tool"]["driver"]["rules"]
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)
    assert all(r["message"]["text"] and "{" not in r["message"]["text"] for r in results)
    suite = tree.fromstring(files["junit"].read_text(encoding="utf-8"))
    failed = {c.get("name", "")[:5] for c in suite if c.find("failure") is not None}
    assert failed == {f["code"] for f in findings if f["severity"] == "error"}
    assert suite.get("failures") == str(len(failed))
    page = files["html"].read_text(encoding="utf-8")
    assert "L3.3" in page
    assert "operation_note" in page


def test_ignored_findings_stay_visible_and_do_not_fail(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "a.sarif"
    given = ("audit", table, "--target", "outcome", "--no-price", "--fail-on", "error")
    code, _, _ = call(capsys, *given)
    assert code == 1
    code, out, err = call(
        capsys, *given, "--ignore", "LT204:operation_note", "--ignore", "LT201", "--ignore", "LT206", "--sarif", log,
    )  # fmt: skip
    assert code == 0
    assert "ignored" in out
    assert "LT206" in err
    kept = [
        r for r in json.loads(log.read_text(encoding="utf-8"))["runs"][0]["results"] if r["ruleId"] == "LT204"
    ]
    assert kept[0]["suppressions"] == [{"kind": "external", "justification": "ignored"}]


def test_ignoring_an_unknown_code_is_an_error(table: Path) -> None:
    with pytest.raises(UsageError, match="LT000"):
        lowtide.audit(table, "outcome", ignore=["LT000"])


def test_ignoring_one_column_does_not_hide_another() -> None:
    data = frame()
    data["second_note"] = data["operation_note"]

    def answers(*ignores: str) -> set[str | None]:
        found = lowtide.audit(data, "outcome", prices=False, ignore=ignores)
        return {f.answer for f in found.findings if f.code == "LT204"}

    # Both columns are empty together and make one finding: it is silent when both are ignored.
    assert answers("LT204:operation_note") == {None}
    assert answers("LT204:operation_note", "LT204:second_note") == {"ignored"}
    assert answers("LT204") == {"ignored"}


def test_sheet_tells_every_type_and_what_was_not_looked_for() -> None:
    entries = {e.type: e for e in sheet([LEAK], [ABSENT], ["LT103", "LT204", "LT301"])}
    assert list(entries) == [*TYPES, OTHER]
    assert entries["L1.1"].verdict == "unseen"
    assert entries["L1.1"].absent == (ABSENT,)
    assert entries["L2"].verdict == "leak"
    assert entries["L3.2"].verdict == "clear"
    assert entries["L3.3"].verdict == "unseen"


@pytest.mark.parametrize(
    ("answer", "verdict"), [(None, "leak"), ("use", "answered"), ("drop", "answered"), ("ignored", "leak")]
)
def test_only_a_real_answer_settles_an_entry(answer: str | None, verdict: str) -> None:
    import msgspec

    said = msgspec.structs.replace(LEAK, answer=answer, answered_by="Kim")
    entry = next(e for e in sheet([said], [], ["LT204"]) if e.type == "L2")
    assert entry.verdict == verdict


def test_a_check_that_failed_has_not_looked() -> None:
    broken = Finding(code="LT900", severity="warning", facts={"check": "LT114", "error": "ValueError"})
    entry = next(e for e in sheet([broken], [], ["LT114"]) if e.type == "L1.3")
    assert entry.looked == ()
    assert entry.verdict == "unseen"


@pytest.mark.parametrize("lang", ["en", "ko"])
def test_sheet_has_words(lang: str) -> None:
    made = document(sheet([LEAK], [ABSENT], ["LT103", "LT204"]), target="outcome", source="a.csv", lang=lang)
    assert len(made.sections) == 1 + len(TYPES)


def test_names_of_columns_cannot_break_xml_or_sarif() -> None:
    import msgspec

    odd = msgspec.structs.replace(LEAK, columns=('a<b>&"\x01',))
    assert tree.fromstring(junit([odd], [], ["LT204"], target="y")) is not None
    assert json.loads(json.dumps(sarif([odd], source="a b.csv", target="y", version="1")))


def test_answers_of_a_project_hold_and_say_who(tmp_path: Path) -> None:
    frame().to_csv(tmp_path / "rows.csv", index=False)
    (tmp_path / "lowtide.toml").write_text(
        '[task]\ntarget = "outcome"\n[source]\npath = "rows.csv"\n'
        '[answers]\n"LT204:operation_note" = { answer = "drop", who = "Kim", when = "2026-11-01" }\n',
        encoding="utf-8",
    )
    found = lowtide.audit(tmp_path, prices=False)
    finding = next(f for f in found.findings if f.code == "LT204")
    assert (finding.answer, finding.answered_by) == ("drop", "Kim")


def test_the_ledger_knows_a_test_file_again(tmp_path: Path) -> None:
    data = frame()
    lowtide.run(data, "outcome", out=tmp_path / "project", **QUICK)
    looked = lowtide.audit(data, "outcome", test=data.iloc[:60], ledger=tmp_path / "project", prices=False)
    finding = next(f for f in looked.findings if f.code == "LT115")
    assert int(str(finding.facts["looks"])) >= 2
    fresh = lowtide.audit(
        data, "outcome", test=frame(seed=5).iloc[:60], ledger=tmp_path / "project", prices=False
    )
    assert not [f for f in fresh.findings if f.code == "LT115"]
    with pytest.raises(InputError, match="no ledger"):
        lowtide.audit(data, "outcome", test=data.iloc[:60], ledger=tmp_path, prices=False)
