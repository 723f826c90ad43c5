"""One job: files, a child process, an answer, the truth."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from bench.peers.samples import Sample, write
from bench.peers.tools import LOWTIDE, Tool

PATIENCE = 3.0
"""A tool that needs more than this multiple of its seconds, and `GRACE` s, is killed."""
GRACE = 120.0
_running: set[int] = set()
_stopped = threading.Event()
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "LOKY_MAX_CPU_COUNT")


class Stopped(Exception):
    """The bench is being stopped: what a killed tool did says nothing about it."""


def stop() -> None:
    """End every tool that runs; `ask` then raises `Stopped`."""
    _stopped.set()
    for group in tuple(_running):
        _kill(group)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a tool said of its model, and what the untouched rows say.

    Attributes
    ----------
    reported : the tool's own score (lowtide: what it expects); None when it gave none.
    real : the shipped model's score on the untouched rows; None after a failure.
    floor, refusal, best_cv : lowtide's own.
    failure : one line; every other number is then None.
    unit : 1, or the error of the best constant on the untouched rows; differences are divided by it.
    sign : 1 where more is better, otherwise -1.
    unanswered : untouched rows without a prediction; they are scored with the training rows' constant.
    seconds, cpu : wall seconds of the fit, and CPU seconds of the whole process.
    load : the machine's load average at the start.
    """

    reported: float | None
    real: float | None
    unit: float
    sign: int
    seconds: float
    cpu: float
    load: float
    failure: str | None = None
    floor: float | None = None
    refusal: str | None = None
    best_cv: float | None = None
    quarantined: tuple[str, ...] = ()
    unanswered: int = 0
    model: str = ""
    models: int | None = None
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def gap(self) -> float | None:
        """Reported minus real, positive when the report was too good; in units of ``unit``."""
        if self.reported is None or self.real is None:
            return None
        return self.sign * (self.reported - self.real) / self.unit

    @property
    def slack(self) -> float | None:
        """How much better the model was than its floor; negative when the floor broke."""
        if self.floor is None or self.real is None:
            return None
        return self.sign * (self.real - self.floor) / self.unit

    def record(self) -> dict[str, Any]:
        return asdict(self)


def ask(
    tool: Tool,
    sample: Sample,
    python: Path,
    *,
    seconds: float,
    seed: int,
    threads: int = 1,
    limit: float | None = None,
) -> Answer:
    """Run a tool on a sample in a process of its own and set its word beside the truth.

    Parameters
    ----------
    python : of the tool's environment.
    seconds : the time limit that the tool is given.
    limit : seconds after which it is killed; `PATIENCE` and `GRACE` when None.

    Raises
    ------
    Stopped
        When `stop` was called meanwhile.
    """  # fmt: skip
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    with tempfile.TemporaryDirectory(prefix="lowtide-peers-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        answer, log = folder / "answer.json", folder / "log.txt"
        (folder / "work").mkdir()
        job = write(sample, folder, own=tool.key == LOWTIDE) | {
            "seconds": seconds, "threads": threads, "seed": seed, "settings": dict(tool.settings),
            "work": str(folder / "work"), "answer": str(answer),
        }  # fmt: skip
        (folder / "job.json").write_text(json.dumps(job, indent=1), encoding="utf-8")
        began = time.perf_counter()
        allowed = PATIENCE * seconds + GRACE if limit is None else limit
        code, cpu = _child([str(python), str(tool.script), str(folder / "job.json")], folder, log, allowed)
        wall = time.perf_counter() - began
        if _stopped.is_set():
            raise Stopped
        if answer.is_file():
            said = json.loads(answer.read_text(encoding="utf-8"))
        elif code is None:
            said = {"failure": f"killed after {allowed:.0f} s without an answer"}
        else:
            said = {"failure": f"exit code {code} without an answer: {_last_line(log)}"}
    return _judge(said, sample, wall, cpu, load)


def _child(command: list[str], folder: Path, log: Path, limit: float) -> tuple[int | None, float]:
    """Run a command in a session of its own; return its exit code (None: killed) and CPU seconds."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONHASHSEED"}
    environment |= dict.fromkeys(_ONE_THREAD, "1") | {"PYTHONHASHSEED": "0", "MPLBACKEND": "Agg"}
    killed = threading.Event()
    with log.open("wb") as out:
        process = subprocess.Popen(
            command, stdout=out, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder, env=environment,
            start_new_session=True,
        )  # fmt: skip

    def end() -> None:
        killed.set()
        _kill(process.pid)

    timer = threading.Timer(limit, end)
    timer.start()
    _running.add(process.pid)
    if _stopped.is_set():  # while it was being started
        _kill(process.pid)
    try:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    finally:
        timer.cancel()
        _running.discard(process.pid)
        _kill(process.pid)  # what it left running, too
    return (None if killed.is_set() else process.returncode), usage.ru_utime + usage.ru_stime


def _kill(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return lines[-1][:200] if lines else "it printed nothing"


def _judge(said: dict[str, Any], sample: Sample, wall: float, cpu: float, load: float) -> Answer:
    from sklearn.metrics import mean_absolute_error, roc_auc_score

    y = sample.y_test
    binary = sample.kind == "binary"
    unit = 1.0 if binary else float(np.abs(y - np.median(y)).mean())
    common = {"unit": unit, "sign": 1 if binary else -1, "cpu": round(cpu, 2), "load": round(load, 2)}
    seconds = round(float(said.get("fit_seconds", wall)), 2)
    versions = said.get("versions", {})
    failure = said.get("failure")
    if failure is None and len(said["predictions"]) != len(y):
        failure = f"{len(said['predictions'])} predictions for {len(y)} rows"
    if failure is not None:
        return Answer(None, None, seconds=seconds, failure=failure, versions=versions, **common)
    found = np.asarray([np.nan if p is None else p for p in said["predictions"]], dtype=float)
    missing = np.isnan(found)
    known = sample.train["target"].to_numpy(dtype=float)
    found[missing] = known.mean() if binary else np.median(known)
    if binary:
        real = float(roc_auc_score(y, found)) if len(np.unique(y)) > 1 else None
    else:
        real = float(mean_absolute_error(y, found))
    return Answer(
        said.get("reported"), real, seconds=seconds, floor=said.get("floor"), refusal=said.get("refusal"),
        best_cv=said.get("best_cv"), quarantined=tuple(said.get("quarantined", ())), unanswered=int(missing.sum()),
        model=said.get("model", ""), models=said.get("models"), versions=versions, **common,
    )  # fmt: skip
