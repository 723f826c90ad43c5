"""dev.py and the lock files: they must work before anything is installed."""

from __future__ import annotations

import ast
import re
import subprocess
import sys

from tests.conftest import ROOT


def test_dev_needs_the_standard_library_only_and_an_old_python_can_read_it() -> None:
    tree = ast.parse((ROOT / "dev.py").read_text(encoding="utf-8"), feature_version=(3, 8))
    named = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    named |= {str(n.module) for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert {n.partition(".")[0] for n in named} <= sys.stdlib_module_names


def test_dev_says_what_it_can_do_and_what_it_cannot() -> None:
    help_text = subprocess.run(
        [sys.executable, "dev.py"], cwd=ROOT, capture_output=True, encoding="utf-8", check=True
    ).stdout
    wrong = subprocess.run(
        [sys.executable, "dev.py", "tset"], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    assert wrong.returncode == 2
    known = re.findall(r"Known: (.*)\.", wrong.stderr)[0].split(", ")
    assert [c for c in known if not re.search(rf"^    {c}\b", help_text, re.MULTILINE)] == []


def test_make_forwards_to_dev() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"^demo test check .*:$", makefile, re.MULTILINE)


def test_locks_hold_names_versions_and_hashes_only() -> None:
    pinned = {}
    for lock in ("requirements.lock", "requirements-dev.lock"):
        lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
        assert lines, lock
        pin = re.compile(
            r"[a-z0-9._-]+(\[[a-z,]+\])?==[\w.!+]+( ; .+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?"
        )
        strange = [line for line in lines if not pin.fullmatch(line)]
        assert strange == []
        pinned[lock] = {line for line in lines if "==" in line and " ; sys_platform" not in line}
    assert pinned["requirements.lock"] <= pinned["requirements-dev.lock"] | pinned["requirements.lock"]
    runtime = {p.split("==")[0]: p for p in pinned["requirements.lock"]}
    dev = {p for p in pinned["requirements-dev.lock"] if p.split("==")[0] in runtime}
    assert {p.split("==")[0] for p in dev} >= {"numpy", "duckdb", "msgspec"}
    assert not dev - pinned["requirements.lock"], "both locks pin the same versions"
