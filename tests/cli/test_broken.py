"""Broken and weird inputs through the door: one clear sentence and the right exit code, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from lowtide.cli.main import main
from lowtide.testing.broken import BrokenInput, broken_inputs


def _through(
    given: BrokenInput, capsys: pytest.CaptureFixture[str], *arguments: str
) -> tuple[int, dict[str, object]]:
    with pytest.raises(SystemExit) as leave:
        main([arguments[0], str(given.path), "--target", "y", "--json", *arguments[1:]])
    out = capsys.readouterr()
    assert "Traceback" not in out.err, given.name
    code = leave.value.code if isinstance(leave.value.code, int) else 0
    answer = json.loads(out.out)
    if code:
        message = str(answer["error"]["message"])
        assert answer["error"]["exit_code"] == code, given.name
        assert message.rstrip().endswith((".", "?", "COLUMN")) and "\n" not in message, (given.name, message)
        assert len(message) < 700, (given.name, message)
    return code, answer


def test_audit_of_broken_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = broken_inputs(tmp_path)
    assert len(inputs) >= 200
    wrong = []
    for given in inputs:
        code, answer = _through(given, capsys, "audit", "--no-price")
        # A table that is too small for a model is audited, and told so (LT502).
        small = code == 0 and any(f["code"] == "LT502" for f in answer.get("findings", ()))
        if code not in (0, 2) or (given.expect == "error" and code != 2 and not small):
            wrong.append((given.name, code, answer.get("error", "was audited")))
    assert not wrong


@pytest.mark.slow
def test_run_on_broken_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    wrong = []
    inputs = broken_inputs(tmp_path / "in")
    # Those that can be read cost a whole run each: every sixth of them.
    chosen = [g for g in inputs if g.expect == "error"] + [g for g in inputs if g.expect == "any"][::6]
    for given in chosen:
        out = tmp_path / "out" / given.name[:40]
        code, answer = _through(given, capsys, "run", "--budget", "0.5", "--size", "quick", "--out", str(out))
        if code not in (0, 2) or (given.expect == "error" and code != 2):
            wrong.append((given.name, code, answer.get("error", "was run")))
        assert code == 0 or not (out / "bundle").exists(), given.name
    assert not wrong
