"""What was measured so far, on disk after every job: a bench that is stopped goes on where it was."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from bench.peers.execute import Answer
from bench.peers.plan import Job


@dataclass(frozen=True, slots=True)
class Done:
    """A finished job."""

    job: Job
    digest: str
    answer: Answer


class Record:
    """Finished jobs by their key, in ``path``.

    A job counts as finished when the same tool answered (or failed) on the same rows with the same seconds;
    ``digest`` tells the rows, so that a change of how samples are drawn is noticed.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done: dict[str, Done] = {}
        if path.is_file():
            for entry in json.loads(path.read_text(encoding="utf-8"))["jobs"]:
                self._keep(_read(entry))

    def __len__(self) -> int:
        return len(self._done)

    def all(self) -> list[Done]:
        """Return finished jobs in the order in which they finished."""
        return list(self._done.values())

    def has(self, job: Job, digest: str) -> bool:
        """Return whether this job was already done on these rows."""
        found = self._done.get(job.key)
        return found is not None and found.digest == digest

    def add(self, done: Done) -> None:
        """Keep a finished job and write the file."""
        self._keep(done)
        entries = [
            {**{f.name: getattr(d.job, f.name) for f in fields(Job)}, "digest": d.digest, **d.answer.record()}
            for d in self._done.values()
        ]
        self.path.parent.mkdir(parents=True, exist_ok=True)
        partial = self.path.with_name(self.path.name + ".part")
        partial.write_text(json.dumps({"jobs": entries}, indent=1), encoding="utf-8")
        partial.replace(self.path)

    def _keep(self, done: Done) -> None:
        self._done.pop(done.job.key, None)
        self._done[done.job.key] = done


def _read(entry: dict[str, Any]) -> Done:
    entry = dict(entry)
    job = Job(**{f.name: entry.pop(f.name) for f in fields(Job)})
    digest = entry.pop("digest")
    entry["quarantined"] = tuple(entry["quarantined"])
    return Done(job, digest, Answer(**entry))
