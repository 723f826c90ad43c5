"""A run that is killed at any moment leaves a project that can be read and continued."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import lowtide
from lowtide.validate.ledger import Ledger
from tests.test_flow import frame

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="this system has no SIGKILL"),
]


def test_killed_runs_continue(tmp_path: Path) -> None:
    source, folder = tmp_path / "rows.csv", tmp_path / "project"
    frame().to_csv(source, index=False)
    command = [
        sys.executable, "-m", "lowtide", "run", str(source), "--target", "outcome", "--size", "quick",
        "--budget", "20", "--out", str(folder), "--json", "--threads", "1",
    ]  # fmt: skip
    seen = 0
    for moment in (0.8, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 6.0):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(moment)
        process.kill()
        process.wait()
        if (folder / "ledger").exists():
            with Ledger.open(folder / "ledger") as ledger:
                assert ledger.check()
                assert ledger.count() >= seen
                seen = ledger.count()
        for name in ("result.json", "lowtide.toml", "report.html"):
            if (folder / name).exists():
                assert (folder / name).stat().st_size > 100
        if (folder / "bundle").exists():
            assert lowtide.load(folder / "bundle").check().equal
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    answer = json.loads(done.stdout)
    assert answer["ledger"]["reused"] >= seen
    assert answer["floor"]["value"] is not None
    assert not list(folder.glob(".*tmp")) or all(
        p.name.startswith(".") for p in folder.iterdir() if "tmp" in p.name
    )
    assert lowtide.load(folder / "bundle").check().equal
