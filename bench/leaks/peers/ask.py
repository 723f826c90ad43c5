"""Many cases for one tool: a process that answers one after the other, watched from here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pandas as pd

from bench.leaks.case import Case
from bench.leaks.peers.tools import Peer
from bench.leaks.tool import Raised

SECONDS = 60.0
"""CPU seconds of one case (where the system tells them, otherwise seconds). What needs more is killed and has found
nothing."""
BUSY = 10.0
"""Seconds of a case may be that many times its CPU seconds: other processes must not decide what a tool finds."""
START = 120.0
"""Time for imports, before the first case."""
CODES = {
    "group": "LT301", "time": "LT302", "order": "LT206", "duplicates": "LT101", "overlap": "LT103", "drift": "LT308",
}  # fmt: skip
"""Lowtide's code for what a runner says a finding is about: the judge compares codes."""
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool raised, in its order; ``failure`` is one line when it raised an error or was killed."""

    raised: tuple[Raised, ...]
    seconds: float
    failure: str | None = None
    versions: dict[str, str] = field(default_factory=dict)


def ask(
    peer: Peer, cases: Iterable[Case], python: Path, *, seconds: float = SECONDS, batch: int = 12
) -> Iterator[tuple[Case, Answer]]:
    """Yield the answer to every case, as soon as it is there.

    Parameters
    ----------
    python : of the tool's environment.
    seconds : of one case.
    batch : tables that are in memory and on disk at a time.
    """
    todo = iter(cases)
    while some := list(islice(todo, batch)):
        yield from _batch(peer, some, python, seconds)


def _batch(peer: Peer, cases: list[Case], python: Path, seconds: float) -> Iterator[tuple[Case, Answer]]:
    with tempfile.TemporaryDirectory(prefix="lowtide-leaks-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "work").mkdir()
        jobs = [_write(case, folder / str(i)) for i, case in enumerate(cases)]
        while jobs:  # a killed process is followed by another one for the cases that are left
            ended: set[str] = set()
            for place, answer in _process(peer, jobs, python, folder, seconds):
                ended.add(place)
                yield cases[int(place)], answer
            jobs = [j for j in jobs if j["id"] not in ended]


def _write(case: Case, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    plain(case.frame).to_parquet(folder / "train.parquet", index=False)
    if case.test is not None:
        plain(case.test).to_parquet(folder / "test.parquet", index=False)
    return {
        "id": folder.name, "train": str(folder / "train.parquet"),
        "test": None if case.test is None else str(folder / "test.parquet"),
        "target": case.target, "kind": case.task, "group": case.group, "time": case.time,
    }  # fmt: skip


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with columns of mixed Python values as text, which a file can hold."""
    mixed = {
        c: frame[c].map(str, na_action="ignore")
        for c in frame.columns
        if frame[c].dtype == object
        and pd.api.types.infer_dtype(frame[c], skipna=True) not in ("string", "boolean")
    }
    return frame.assign(**mixed).rename(columns=str)


def raised_of(records: Iterable[dict[str, Any]]) -> tuple[Raised, ...]:
    """Return what a runner wrote; an unknown word is its mistake and raises.

    A column's finding keeps the tool's own code; one about rows gets lowtide's. A ``warning`` about rows would be
    `acting`: no runner uses the word, their tools know no such level.
    """
    out = []
    for one in records:
        if one["level"] not in ("error", "question", "note"):
            raise ValueError(f"No such level: {one['level']!r}.")
        code = CODES.get(one["about"], one["code"])
        text = f"{one['code']}: {one['detail']}"[:300]
        out.append(Raised(one["level"], tuple(str(c) for c in one["columns"]), code, text))
    return tuple(out)


def _process(
    peer: Peer, jobs: list[dict[str, Any]], python: Path, folder: Path, seconds: float
) -> Iterator[tuple[str, Answer]]:
    """Run one process and yield what it answers; the case during which it ended or was killed is a failure."""
    job, lines, log = folder / "job.json", folder / "lines.jsonl", folder / "log.txt"
    said = {"cases": jobs, "answer": str(lines), "work": str(folder / "work")}
    job.write_text(json.dumps(said), encoding="utf-8")
    lines.write_text("", encoding="utf-8")
    environment = dict(os.environ) | dict.fromkeys(_ONE_THREAD, "1")
    environment |= {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg", "HF_HUB_OFFLINE": "1"}
    environment.pop("PYTHONPATH", None)  # an environment of its own
    with log.open("wb") as out:
        process = subprocess.Popen(
            [str(python), str(peer.script), str(job)], stdout=out, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, cwd=folder, env=environment, start_new_session=True,
        )  # fmt: skip
    watch = _Watch([j["id"] for j in jobs], seconds, process.pid)
    try:
        while watch.current is not None:
            over = process.poll() is not None
            yield from watch.read(lines)
            if watch.current is None:
                return
            late = watch.late()
            if over or late:
                failure = (
                    f"killed after {watch.allowed:.0f} s"
                    if late
                    else f"exit code {process.returncode}: {_last_line(log)}"
                )
                yield watch.current, Answer((), round(watch.waited, 3), failure, watch.versions)
                return
            time.sleep(0.1)
    finally:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


class _Watch:
    """What has been read of a runner's lines, and how long the present case lasts."""

    def __init__(self, names: list[str], seconds: float, pid: int) -> None:
        self.names, self.seconds, self.pid = names, seconds, pid
        self.versions: dict[str, str] = {}
        self._seen = 0
        self._next(names[0], START + seconds)

    def _next(self, name: str | None, allowed: float) -> None:
        self.current, self.allowed, self._began = name, allowed, time.monotonic()
        self._cpu = cpu_seconds(self.pid)

    @property
    def waited(self) -> float:
        return time.monotonic() - self._began

    def late(self) -> bool:
        spent = cpu_seconds(self.pid)
        if spent is None or self._cpu is None:
            return self.waited > self.allowed
        return spent - self._cpu > self.allowed or self.waited > BUSY * self.allowed

    def read(self, lines: Path) -> Iterator[tuple[str, Answer]]:
        whole = lines.read_text(encoding="utf-8").split("\n")[:-1]
        new, self._seen = whole[self._seen :], len(whole)
        for line in new:
            said = json.loads(line)
            if "versions" in said:
                self.versions = said["versions"]
            elif "begin" in said:
                self._next(said["begin"], self.seconds)
            else:
                place = self.names.index(said["id"]) + 1
                self._next(self.names[place] if place < len(self.names) else None, START + self.seconds)
                found = raised_of(said["raised"])
                yield said["id"], Answer(found, said["seconds"], said["failure"], self.versions)


def cpu_seconds(pid: int) -> float | None:
    """Return the CPU seconds of a process so far; None where ``/proc`` does not tell them."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / float(os.sysconf("SC_CLK_TCK"))
    except (OSError, ValueError, IndexError, AttributeError):
        return None


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it printed nothing"
