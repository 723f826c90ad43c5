"""Other linters on the same cases, one tool after the other, each in its own environment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.leaks import plan
from bench.leaks.case import Case, disguised
from bench.leaks.judge import judge
from bench.leaks.peers.ask import ask
from bench.leaks.peers.tools import NEEDS, PEERS, get
from bench.leaks.plan import Job

NAMES = tuple(p.key for p in PEERS)


def case_of(job: Job, folder: Path | None) -> Case | None:
    """Return the case of a job in its variant."""
    case = plan.make(job, folder)
    return disguised(case, job.seed) if case is not None and job.variant == "renamed" else case


def answers(
    name: str, jobs: Sequence[Job], folder: Path | None, environments: Path
) -> Iterator[dict[str, Any]]:
    """Yield the verdict of a tool on every case, as soon as it is there.

    Raises
    ------
    bench.peers.environments.CannotInstall
        When the tool cannot be installed here.
    """
    from bench.peers.environments import python

    inside = python(name, environments, NEEDS)
    waiting: dict[int, Job] = {}

    def cases() -> Iterator[Case]:
        for job in jobs:
            case = case_of(job, folder)
            if case is not None:
                waiting[id(case)] = job
                yield case

    for case, answer in ask(get(name), cases(), inside):
        job = waiting.pop(id(case))
        verdict = judge(answer.raised, case, name, job.variant, answer.seconds, answer.failure or "")
        yield {"key": job.key, **verdict.plain(), "job": asdict(job)}
