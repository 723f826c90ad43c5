"""The documentation's examples run: a page's blocks one after another, in a folder of its own."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from _pytest.mark import ParameterSet

from tests.conftest import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
# A block of python may also stand in a comment: what an example needs, but no reader does.
BLOCK = re.compile(r"^(?:```|<!-- )(python|console|\w*)[^\n]*\n(.*?)^(?:```|-->)$", re.MULTILINE | re.DOTALL)
# Whole runs take seconds each.
WHOLE_RUN = re.compile(r"lowtide\.run\(|^\$ lowtide run (?!customers)(?!--help)", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)#:\s]+)(?:#[^)]*)?\)")
# Files that a page only speaks of: a command on one of these is shown, not run.
IMAGINED = ("customers.", "DIR", "FILE", "SOURCE")


def blocks(page: Path) -> list[tuple[int, str, str]]:
    """Return line, language and text of every fenced block."""
    text = page.read_text(encoding="utf-8")
    return [(text[: m.start()].count("\n") + 1, m[1], m[2]) for m in BLOCK.finditer(text)]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def examples() -> list[ParameterSet]:
    """Return the pages that have examples; those with a whole run are slow."""
    found = []
    for page in PAGES:
        own = [text for _, language, text in blocks(page) if language in ("python", "console")]
        slow = any(WHOLE_RUN.search(text) for text in own)
        if own:
            found.append(pytest.param(page, id=name(page), marks=[pytest.mark.slow] if slow else []))
    return found


@pytest.mark.parametrize("page", examples())
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    space: dict[str, object] = {"__name__": "page"}
    for line, language, text in blocks(page):
        if language == "python":
            # Blank lines put the block where it stands in the page, so that a traceback names its line.
            exec(compile("\n" * line + text, str(page), "exec"), space)  # noqa: S102
        elif language == "console":
            for command in re.findall(r"^\$ (.+)$", text, re.MULTILINE):
                run(command, tmp_path, page)


def run(command: str, folder: Path, page: Path) -> None:
    words = shlex.split(command)
    if words[:2] == ["python3", "dev.py"]:
        known = re.findall(
            r'^        "(\w+)": \w+,$', (ROOT / "dev.py").read_text(encoding="utf-8"), re.MULTILINE
        )
        assert words[2] in known, f"{name(page)}: dev.py has no command {words[2]}"
        return
    assert words[0] == "lowtide", f"{name(page)}: only lowtide and dev.py are shown, not {words[0]}"
    if any(w.startswith(IMAGINED) for w in words):
        words = [*words[:2], "--help"]
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, f"{name(page)}: {command}\n{done.stderr}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), f"{name(page)} links to {target}, which is not there"


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs" / "decisions" / "index.md").read_text(encoding="utf-8")
    for page in (ROOT / "docs" / "decisions").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in listed, (
            f"{page.name} is not in decisions/index.md"
        )
