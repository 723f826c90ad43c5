"""Many cases for one tool: a process that answers one after the other, watched from here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from bench.leaks.peers.tools import Peer
from bench.leaks.raised import Raised

SECONDS = 60.0
"""Time of one case. What needs longer is killed and has found nothing."""
START = 120.0
"""Time for imports, before the first case."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


@dataclass(frozen=True, slots=True)
class Question:
    """One table for a linter: what any tool gets, and what was declared.

    Attributes
    ----------
    frame, test : made when the case is due, so that no more than a few tables are in memory.
    kind : ``binary``, ``multiclass`` or ``regression``.
    """

    name: str
    frame: Callable[[], pd.DataFrame]
    target: str
    kind: str
    test: Callable[[], pd.DataFrame | None] = lambda: None
    group: str | None = None
    time: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool raised, in its order; ``failure`` is one line when it raised an error or was killed."""

    raised: tuple[Raised, ...]
    seconds: float
    failure: str | None = None
    versions: dict[str, str] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        return {
            "raised": [r.record() for r in self.raised], "seconds": self.seconds, "failure": self.failure,
            "versions": self.versions,
        }  # fmt: skip


def ask(
    peer: Peer, questions: Sequence[Question], python: Path, *, seconds: float = SECONDS, batch: int = 20
) -> Iterator[tuple[str, Answer]]:
    """Yield the answer to every question, as soon as it is there.

    Parameters
    ----------
    python : of the tool's environment.
    seconds : of one case.
    batch : tables that are written at a time.
    """
    for start in range(0, len(questions), batch):
        yield from _batch(peer, list(questions[start : start + batch]), python, seconds)


def _batch(
    peer: Peer, questions: list[Question], python: Path, seconds: float
) -> Iterator[tuple[str, Answer]]:
    with tempfile.TemporaryDirectory(prefix="lowtide-leaks-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "work").mkdir()
        jobs = [_write(q, folder / f"{i}") for i, q in enumerate(questions)]
        while jobs:  # a killed process is followed by another one for the cases that are left
            ended: set[str] = set()
            for case, answer in _process(peer, jobs, python, folder, seconds):
                ended.add(case)
                yield case, answer
            jobs = [j for j in jobs if j["id"] not in ended]


def _write(question: Question, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    frame, test = question.frame(), question.test()
    plain(frame).to_parquet(folder / "train.parquet", index=False)
    if test is not None:
        plain(test).to_parquet(folder / "test.parquet", index=False)
    return {
        "id": question.name, "train": str(folder / "train.parquet"),
        "test": None if test is None else str(folder / "test.parquet"),
        "target": question.target, "kind": question.kind, "group": question.group, "time": question.time,
    }  # fmt: skip


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with columns of mixed Python values as text, which a file can hold."""
    mixed = {
        c: frame[c].map(str, na_action="ignore")
        for c in frame.columns
        if frame[c].dtype == object and pd.api.types.infer_dtype(frame[c], skipna=True) != "string"
    }
    return frame.assign(**mixed).rename(columns=str)


def _process(
    peer: Peer, jobs: list[dict[str, Any]], python: Path, folder: Path, seconds: float
) -> Iterator[tuple[str, Answer]]:
    """Run one process and yield what it answers; the case during which it ended or was killed is a failure."""
    job, lines, log = folder / "job.json", folder / "lines.jsonl", folder / "log.txt"
    job.write_text(
        json.dumps({"cases": jobs, "answer": str(lines), "work": str(folder / "work")}), encoding="utf-8"
    )
    lines.write_text("", encoding="utf-8")
    environment = dict(os.environ) | dict.fromkeys(_ONE_THREAD, "1")
    environment |= {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", "HF_HUB_OFFLINE": "1"}
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(python), str(peer.script), str(job)], stdout=out, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, cwd=folder, env=environment, start_new_session=True,
        )  # fmt: skip
    current, began, versions, read = jobs[0]["id"], time.monotonic(), {}, 0
    allowed = START + seconds
    try:
        while True:
            over = process.poll() is not None
            whole = lines.read_text(encoding="utf-8").split("\n")[:-1]
            for line in whole[read:]:
                said = json.loads(line)
                if "versions" in said:
                    versions = said["versions"]
                elif "begin" in said:
                    current, began, allowed = said["begin"], time.monotonic(), seconds
                else:
                    raised = tuple(Raised.of(r) for r in said["raised"])
                    yield said["id"], Answer(raised, said["seconds"], said["failure"], versions)
                    current, began, allowed = _after(jobs, said["id"]), time.monotonic(), START + seconds
            read = len(whole)
            if current is None:
                return
            if over:
                failure = f"exit code {process.returncode}: {_last_line(log)}"
                yield current, Answer((), time.monotonic() - began, failure, versions)
                return
            if time.monotonic() - began > allowed:
                yield current, Answer((), allowed, f"killed after {allowed:.0f} s", versions)
                return
            time.sleep(0.1)
    finally:
        _kill(process)


def _after(jobs: list[dict[str, Any]], case: str) -> str | None:
    names = [j["id"] for j in jobs]
    place = names.index(case) + 1
    return names[place] if place < len(names) else None


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it printed nothing"
