"""What do other tools report on the same draws: AutoGluon, FLAML, MLJAR, RandomizedSearchCV beside a whole lowtide run.

Each tool runs on one thread in a process and an environment of its own, made on demand (several minutes, about
3 GB). A full run takes about 6 minutes a draw: an hour and a half; ``--quick`` about 8 minutes. Numbers go to
``bench/results/peers.json`` and ``.md`` after every job; started again, the bench goes on where it was.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock

from bench.honesty import draws
from bench.honesty.tables import TABLES, Data, load
from bench.peers import environments, plan, samples, summary
from bench.peers.execute import ask, stop
from bench.peers.record import Done, Record
from bench.peers.tools import TOOLS, get

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"


def run(argv: list[str]) -> int:
    """Parse options, run the jobs that are not yet in the record, print and write."""
    options = _options(argv)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the tools are ended, too
    pythons, missing = {}, {}
    for key in options.tools:
        try:
            pythons[key] = environments.python(get(key).environment, options.environments)
        except environments.CannotInstall as problem:
            missing[key] = str(problem)
            print(f"{get(key).label} is left out, it could not be installed: {problem}", flush=True)
    record = Record(options.out.with_suffix(".json"))
    todo = [
        j
        for j in plan.jobs(
            options.tables, list(pythons), draws=options.draws, seconds=options.seconds, quick=options.quick,
            only=options.sizes,
        )
        if options.fresh or not record.has(j, _sample(j.table, j.n, j.seed, str(options.data)).digest)
    ]  # fmt: skip
    print(f"{len(todo)} jobs to do, {len(record)} in {record.path}", flush=True)
    began, lock = time.perf_counter(), Lock()

    def one(job: plan.Job) -> None:
        sample = _sample(job.table, job.n, job.seed, str(options.data))
        answer = ask(get(job.tool), sample, pythons[job.tool], seconds=job.budget, seed=job.seed)
        with lock:
            record.add(Done(job, sample.digest, answer))
            _write(record, missing, options.out)
            said = answer.failure or f"reported {_short(answer.reported)}, real {_short(answer.real)}"
            print(f"{time.perf_counter() - began:6.0f} s  {job.key}: {said}", flush=True)

    with ThreadPoolExecutor(options.workers) as pool:
        try:
            for _ in pool.map(one, todo):
                pass
        except BaseException:  # stopped: end the tools, keep what is finished
            pool.shutdown(wait=False, cancel_futures=True)
            stop()
            raise
    _print(record)
    _write(record, missing, options.out)
    print(f"written: {options.out.with_suffix('.md')}, {record.path}")
    return 3 if missing else 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench peers", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    keys = [t.key for t in TOOLS]
    known = [s.name for s in TABLES]
    add = parser.add_argument
    add("--data", type=Path, default=Path(named) if named else ROOT.parent / "shared" / "data")
    add("--quick", action="store_true", help="three tables, the smallest size, 20 s a tool")
    add("--tools", nargs="+", choices=keys, default=keys, metavar="TOOL", help=", ".join(keys))
    add("--tables", nargs="+", choices=known, metavar="TABLE", help=", ".join(known))
    add("--sizes", nargs="+", type=int, default=[], help="rows instead of each table's own sizes")
    add("--seconds", type=float, help="time limit of each tool (60; quick 20)")
    add("--draws", type=int, default=1, help="draws of each table and size")
    add("--workers", type=int, default=1, help="jobs at the same time")
    add("--environments", type=Path, default=environments.cache(), help="folder of the tools' environments")
    add("--out", type=Path, default=RESULTS / "peers", help="record without suffix")
    add("--fresh", action="store_true", help="do the chosen jobs again, recorded or not")
    options = parser.parse_args(argv)
    if options.tables is None:
        options.tables = list(plan.QUICK_TABLES if options.quick else plan.TABLES_BY_DEFAULT)
    if options.seconds is None:
        options.seconds = 20.0 if options.quick else 60.0
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; name the folder of the tables with --data or LOWTIDE_DATA")
    return options


@cache
def _table(name: str, folder: str) -> Data:
    return load(plan.source(name), Path(folder))


@cache
def _sample(name: str, n: int, seed: int, folder: str) -> samples.Sample:
    data = _table(name, folder)
    return samples.cut(data, *draws.sample(data, n, seed))


def _print(record: Record) -> None:
    from rich.console import Console
    from rich.table import Table

    console = Console(width=180)
    for title, head, rows in summary.parts(record.all()):
        table = Table(title=title, title_justify="left")
        for name in head:
            table.add_column(
                name, justify="left" if name in ("table", "scheme", "tool", "remark") else "right"
            )
        for row in rows:
            table.add_row(*row)
        console.print(table)
    console.print(summary.NOTE)


def _write(record: Record, missing: dict[str, str], out: Path) -> None:
    from bench.honesty.summary import markdown

    done = record.all()
    text = [markdown(title, head, rows) for title, head, rows in summary.parts(done)]
    text += [summary.NOTE, "", "### Versions", "", summary.versions(done), ""]
    text += [f"{get(k).label} could not be installed: {why}\n" for k, why in missing.items()]
    partial = out.with_suffix(".md.part")
    partial.parent.mkdir(parents=True, exist_ok=True)
    partial.write_text("\n".join(text), encoding="utf-8")
    partial.replace(out.with_suffix(".md"))


def _short(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
