"""Real kills: whatever moment a writer dies at, the ledger opens and work goes on."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from lowtide.validate.ledger import Ledger
from tests.conftest import ROOT
from tests.validate.ledger_writer import KEYS

KILLS = 16


def start(folder: Path, name: str, count: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.validate.ledger_writer", str(folder), name, str(count)]
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    )


def whole(folder: Path) -> list[str]:
    """Check everything in a ledger and return the names of its trials."""
    with Ledger.open(folder) as ledger:
        assert ledger.check()
        cube, records = ledger.cube("q", KEYS)
    for place, record in enumerate(records):
        assert (cube[:, place] == float(record.name.split("-")[1])).all()
    return [r.name for r in records]


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_ledger_that_opens(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    promised: list[str] = []
    for kill in range(KILLS):
        writer = start(tmp_path, f"w{kill}", 10_000)
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        timer = threading.Timer(float(rng.uniform(0.0, 0.12)), writer.kill)
        timer.start()
        promised += [line.strip() for line in writer.stdout if line.endswith("\n")]
        assert writer.wait(timeout=30) != 0
        timer.join()
        writer.stdout.close()
        names = whole(tmp_path)
        # What add() returned from is there; at most one more was under way.
        assert set(promised) <= set(names)
        assert len(names) <= len(promised) + kill + 1
    assert len(promised) > KILLS


def test_two_processes_write_at_once(tmp_path: Path) -> None:
    writers = [start(tmp_path, name, 15) for name in ("a", "b")]
    for writer in writers:
        out, _ = writer.communicate(timeout=60)
        assert writer.returncode == 0, out
    names = whole(tmp_path)
    assert sorted(names) == sorted(f"{w}-{i}" for w in "ab" for i in range(15))
