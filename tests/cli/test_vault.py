"""The vault from the command line: run, open, refused the second time, killed in between."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from lowtide.validate.ledger import Ledger
from lowtide.validate.vault import opening_of
from tests.cli.test_cli import call
from tests.conftest import ROOT
from tests.test_flow import frame

# Dies as a killed process does: after the opening was recorded, before anything is shown.
KILLED = """
import os, sys
from lowtide.steps import opening
opening._rewrite = lambda *a: os._exit(9)
from lowtide.cli.main import main
main(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lowtide.cli.main import main

    folder = tmp_path_factory.mktemp("vault") / "p"
    source = folder.parent / "patients.csv"
    frame(220).to_csv(source, index=False)
    words = f"run {source} --target outcome --vault 0.25 --size quick --budget 20 --threads 1 -o {folder} -q"
    with pytest.raises(SystemExit) as leave:
        main(words.split())
    assert leave.value.code == 0
    return folder


def test_the_settings_stand_in_the_project(project: Path) -> None:
    assert "[vault]\nshare = 0.25\n" in (project / "lowtide.toml").read_text(encoding="utf-8")
    known = json.loads((project / "result.json").read_bytes())["vault"]
    assert (known["rows"], known["opened"], known["scheme"]) == (55, False, "rows")
    assert "55 rows" in (project / "report.html").read_text(encoding="utf-8")


def test_opened_once_refused_ever_after(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    shutil.copytree(project, folder)
    shutil.copy(project.parent / "patients.csv", tmp_path)
    code, out, _ = call(capsys, "run", folder, "--open-vault")
    assert code == 0
    assert "opened at" in out
    assert "floor" in out
    known = json.loads((folder / "result.json").read_bytes())["vault"]
    assert known["opened"]
    assert f"{known['value']:.3f}" in out
    code, out, err = call(capsys, "run", folder, "--open-vault", "--json")
    assert code == 2
    assert f"{known['value']:.4g}" in json.loads(out)["error"]["message"]
    assert "Nothing was computed anew" in err
    assert json.loads((folder / "result.json").read_bytes())["vault"] == known
    # The report of the opened project says so, in both languages.
    for lang, word in (("en", "opened at"), ("ko", "금고는 한 번만")):
        call(capsys, "report", folder, "--lang", lang, "-o", tmp_path / f"{lang}.html")
        assert word in (tmp_path / f"{lang}.html").read_text(encoding="utf-8")
    code, _, err = call(capsys, "run", folder, "--vault", "0.3")
    assert code == 2
    assert "no row leaves it" in err


def test_json_carries_what_came_out(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    shutil.copytree(project, folder)
    shutil.copy(project.parent / "patients.csv", tmp_path)
    code, out, _ = call(capsys, "run", folder, "--open-vault", "--json")
    known = json.loads(out)["vault"]
    assert code == 0
    assert known["bound"] <= known["value"]
    assert known["judged"] == 55
    assert known["trials"] > 0 == known["trials_since"]


def test_a_process_killed_before_it_could_tell_has_opened_it(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    shutil.copytree(project, folder)
    shutil.copy(project.parent / "patients.csv", tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, "run", str(folder), "--open-vault"],
        cwd=ROOT, env=os.environ | {"OMP_NUM_THREADS": "1"}, capture_output=True, encoding="utf-8", check=False,
    )  # fmt: skip
    assert done.returncode == 9, done.stderr
    assert done.stdout == "", "nothing was shown"
    assert not json.loads((folder / "result.json").read_bytes())["vault"]["opened"]
    with Ledger.open(folder / "ledger") as ledger:
        opening = opening_of(ledger)
    assert opening is not None
    code, _, err = call(capsys, "run", folder, "--open-vault")
    assert code == 2
    assert f"{opening.value:.4g}" in err, "what was recorded is told again"


def test_a_promise_broken_for_sure_is_exit_code_1(
    project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "p"
    shutil.copytree(project, folder)
    data = frame(220)
    # The world turned: what was malignant is benign now.
    data["outcome"] = data["outcome"].map({"malignant": "benign", "benign": "malignant"})
    data.to_csv(tmp_path / "patients.csv", index=False)
    code, out, _ = call(capsys, "run", folder, "--open-vault")
    assert code == 1
    assert "did not hold" in out


def test_init_locks_before_it_looks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = tmp_path / "rows.csv"
    frame(200).to_csv(source, index=False)
    code, out, _ = call(
        capsys, "init", tmp_path / "p", "--data", source, "--target", "outcome", "--vault", "0.25", "--json"
    )
    assert code == 0
    assert json.loads(out)["rows"] == 150
    text = (tmp_path / "p" / "lowtide.toml").read_text(encoding="utf-8")
    assert "[vault]\nshare = 0.25\n" in text
    code, _, err = call(
        capsys, "init", tmp_path / "q", "--data", source, "--target", "outcome", "--deploy", "tomorrow"
    )
    assert code == 2
    assert "groups+future" in err
