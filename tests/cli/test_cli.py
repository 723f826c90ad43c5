"""The command line as a user meets it: words, JSON, exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lowtide.cli.main import main
from tests.test_flow import frame


def call(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the command line in this process; return exit code, stdout, stderr."""
    with pytest.raises(SystemExit) as leave:
        main([str(a) for a in arguments])
    out = capsys.readouterr()
    code = leave.value.code
    return (code if isinstance(code, int) else 0), out.out, out.err


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "patients.csv"
    frame().to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def project(table: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("project") / "p"
    with pytest.raises(SystemExit) as leave:
        main(
            [
                "run",
                str(table),
                "--target",
                "outcome",
                "--budget",
                "8",
                "--size",
                "quick",
                "-o",
                str(folder),
                "-q",
            ]
        )
    assert leave.value.code == 0
    return folder


def test_run_writes_everything_that_it_names(project: Path) -> None:
    for name in (
        "bundle/manifest.json",
        "report.html",
        "result.json",
        "lowtide.toml",
        "ledger/ledger.sqlite",
    ):
        assert (project / name).is_file(), name


def test_a_project_folder_runs_again(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "run", project, "--json", "--budget", "8")
    answer = json.loads(out)
    assert code == 0
    wanted = {
        "schema", "task", "rows", "columns", "findings", "split", "metric", "greater_is_better", "baseline", "expected",
        "floor", "scenarios", "trials", "model", "bundle", "report", "seconds", "versions", "decision",
    }  # fmt: skip
    assert wanted <= set(answer)
    assert {"value", "confidence", "scenario"} <= set(answer["floor"])
    assert {"scheme", "column", "reason"} <= set(answer["split"])
    assert {"ship", "reason", "rows", "columns", "missing"} <= set(answer["decision"])


def test_json_is_one_object_wherever_the_flag_stands(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, after, _ = call(capsys, "profile", table, "--json")
    _, before, _ = call(capsys, "--json", "profile", table)
    first, second = json.loads(after), json.loads(before)
    assert set(first) >= {"schema", "rows", "columns", "contract", "findings", "seconds"}
    assert first["columns"] == second["columns"]
    assert {"name", "role", "type", "facts"} <= set(first["columns"][0])
    assert "encoding" in first["contract"]


def test_language_may_stand_before_or_after(capsys: pytest.CaptureFixture[str]) -> None:
    _, korean, _ = call(capsys, "--lang", "ko", "explain", "LT204")
    _, also, _ = call(capsys, "explain", "LT204", "--lang", "ko")
    _, english, _ = call(capsys, "explain", "LT204")
    assert korean == also != english
    assert any("가" <= letter <= "힣" for letter in korean)


def test_explain_lists_and_teaches(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(capsys, "explain", "--json")
    codes = [c["code"] for c in json.loads(out)["codes"]]
    assert code == 0
    assert {
        "LT101",
        "LT102",
        "LT201",
        "LT202",
        "LT203",
        "LT204",
        "LT205",
        "LT206",
        "LT301",
        "LT302",
        "LT401",
    } <= set(codes)
    for one in codes:
        code, page, _ = call(capsys, "explain", one.lower())
        assert code == 0
        assert one in page


def test_audit_fails_on_request(table: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = call(
        capsys, "audit", table, "--target", "outcome", "--no-price", "--json", "--fail-on", "error"
    )
    answer = json.loads(out)
    assert code == 1
    assert any(f["code"] == "LT204" and f["columns"] == ["operation_note"] for f in answer["findings"])
    assert {"schema", "rows", "columns", "findings", "questions", "seconds"} <= set(answer)
    code, _, _ = call(capsys, "audit", table, "--target", "outcome", "--no-price")
    assert code == 0


def test_predict_answers_good_rows_and_names_bad_ones(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = frame().drop(columns="outcome").astype({"mean radius": object}).head(5)
    rows.loc[2, "mean radius"] = "broken"
    source, scores = tmp_path / "new.csv", tmp_path / "scores.csv"
    rows.to_csv(source, index=False)
    code, _, err = call(capsys, "predict", project / "bundle", source, "-o", scores)
    assert code == 0
    assert "mean radius" in err
    assert "broken" in err
    written = scores.read_text(encoding="utf-8").splitlines()
    assert len(written) == 6
    assert "prediction" in written[0]


def test_predict_fails_when_no_row_can_be_answered(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = frame().drop(columns="outcome").head(3).astype({"mean radius": object})
    rows["mean radius"] = "broken"
    rows.to_csv(tmp_path / "new.csv", index=False)
    code, _, err = call(capsys, "predict", project / "bundle", tmp_path / "new.csv")
    assert code == 2
    assert "None of the 3 rows" in err


def test_report_in_korean(project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, _ = call(capsys, "report", project, "--lang", "ko", "-o", tmp_path / "r.html")
    assert code == 0
    assert 'lang="ko"' in (tmp_path / "r.html").read_text(encoding="utf-8")


def test_init_writes_a_project_that_runs(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "made"
    code, out, _ = call(capsys, "init", folder, "--data", table, "--target", "outcome", "--json")
    assert code == 0
    assert json.loads(out)["rows"] == 240
    text = (folder / "lowtide.toml").read_text(encoding="utf-8")
    assert 'target = "outcome"' in text
    again, _, err = call(capsys, "init", folder, "--data", table, "--target", "outcome")
    assert again == 2
    assert "there already" in err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["run", "nothing.csv", "--target", "y"], 2, "nothing.csv"),
        (["run", "nothing.csv"], 2, "--target"),
        (["audit", "nothing.csv"], 2, "--target"),
        (["explain", "LT999"], 2, "LT999"),
        (["predict", "no-bundle", "x.csv"], 2, "no-bundle"),
        (["report", "no-project"], 2, "no-project"),
        (["run", "x.csv", "--target", "y", "--budget", "zero"], 2, "--budget"),
        (["--lang", "fr", "explain"], 2, "fr"),
        (["dance"], 2, "dance"),
    ],
)
def test_wrong_usage_is_one_sentence(
    arguments: list[str],
    code: int,
    words: str,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    monkeypatch: Any,
) -> None:
    monkeypatch.chdir(tmp_path)
    got, out, err = call(capsys, *arguments)
    assert got == code
    assert words in out + err
    assert "Traceback" not in err


def test_errors_are_json_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, _ = call(capsys, "run", tmp_path / "none.csv", "--target", "y", "--json")
    assert json.loads(out)["error"]["exit_code"] == code == 2


def test_a_fault_of_ours_is_one_sentence_without_values(
    table: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from lowtide import flow

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError(" ".join(["a customer's", "name"]))

    monkeypatch.setattr(flow, "profile", broken)
    code, _, err = call(capsys, "profile", table)
    assert code == 4
    assert "ZeroDivisionError" in err
    assert "customer's name" not in err
    path = Path(err.split(" are in ")[1].split(":")[0].replace("\n", ""))
    assert "customer's name" not in path.read_text(encoding="utf-8")
    path.unlink()


def test_help_names_every_metric(capsys: pytest.CaptureFixture[str]) -> None:
    from lowtide.cli.run import METRICS
    from lowtide.metrics import METRICS as OWN

    assert all(m.name in METRICS for m in OWN)


def test_run_ends_with_what_to_do_next(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(project.parent)
    code, out, _ = call(capsys, "run", "p", "--budget", "8")
    assert code == 0
    assert "lowtide predict p/bundle NEW_FILE" in out
    assert "report  p/report.html" in out
    # Only open questions have to be answered.
    assert ("Answer the questions in p/lowtide.toml" in out) == ("To answer, in p/lowtide.toml" in out)
    assert len(out.split("Floor")[0].splitlines()) <= 12
