"""Does the audit find planted leaks of every kind, and is it silent on clean tables?

A full run (4 seeds of every kind at 3 strengths, clean and documented tables, all plain and renamed) takes about an hour
and a half on two quiet cores; ``--seeds 1`` half an hour; ``--quick`` (one case a kind) under 5 minutes. Results go to
``bench/results/leaks.json`` and ``.md``; with ``--go-on`` only what is missing there is run.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.leaks import plan, run_peers, summary
from bench.leaks.judge import judge
from bench.leaks.plan import CLEAN, DOCUMENTED, VARIANTS, Job
from bench.leaks.tool import Lowtide, look

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
PARTS: dict[str, tuple[str, ...]] = {
    "development": ("development",),
    "held": ("held",),
    "documented": (DOCUMENTED,),
    "both": ("development", "held"),
    "all": ("development", "held", DOCUMENTED),
}
SAVE_EVERY = 20.0
"""Seconds between savings of partial results."""


def run(argv: list[str]) -> int:
    """Parse options, plant, look, judge, print and write."""
    options = _options(argv)
    began = time.perf_counter()
    tools = tuple(options.tools.split(","))
    todo = list(
        plan.jobs(
            PARTS[options.part], tuple(options.only), options.seeds, tuple(options.variants), options.rows, options.quick,
            options.data,
        )
    )  # fmt: skip
    done: dict[str, dict[str, Any]] = _known(options.out) if options.go_on else {}
    left = {t: [j for j in todo if f"{t}|{j.key}" not in done] for t in tools}
    print(
        f"{len(todo)} cases; to do: {', '.join(f'{t} {len(some)}' for t, some in left.items())}; lowtide takes about "
        f"{2 * len(left.get('lowtide', [])) / 60 / options.workers:.0f} minutes on quiet cores.", flush=True,
    )  # fmt: skip
    saved = time.perf_counter()
    for name, some in left.items():
        rows = (
            _lowtide(some, options)
            if name == "lowtide"
            else run_peers.answers(name, some, options.data, options.environments)
        )
        count = 0
        for count, row in enumerate(rows, 1):
            done[f"{row['tool']}|{row['key']}"] = row
            if count % 50 == 0:
                print(
                    f"{name}: {count} of {len(some)} cases, {time.perf_counter() - began:.0f} s", flush=True
                )
            if time.perf_counter() - saved > SAVE_EVERY:
                _save(options.out, done)
                saved = time.perf_counter()
        print(f"{name}: {count} cases, {time.perf_counter() - began:.0f} s", flush=True)
    _save(options.out, done)
    wanted = {f"{t}|{j.key}" for t in tools for j in todo}
    text = report([r for k, r in done.items() if k in wanted], time.perf_counter() - began)
    options.out.with_suffix(".md").write_text(text, encoding="utf-8")
    print("\n" + text + f"\nwritten: {options.out.with_suffix('.md')}, {options.out.with_suffix('.json')}")
    return 0


def _lowtide(jobs: list[Job], options: argparse.Namespace) -> Iterator[dict[str, Any]]:
    with ProcessPoolExecutor(options.workers) as pool:
        futures = [pool.submit(_one, j, options.prices, options.data) for j in jobs]
        for future in as_completed(futures):
            row = future.result()
            if row is not None:
                yield row


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench leaks", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    parser.add_argument(
        "--data",
        type=Path,
        default=Path(named) if named else ROOT.parent / "shared" / "data",
        help="folder of shared data",
    )
    parser.add_argument(
        "--quick", action="store_true", help="one strength a kind, plain only, smaller tables"
    )
    parser.add_argument(
        "--only",
        nargs="*",
        default=[],
        help="kinds (parts of their names), families (L1, L2, L3, L5), or clean",
    )
    parser.add_argument(
        "--part", choices=tuple(PARTS), default="all", help="both: development and held; all: documented, too"
    )
    parser.add_argument(
        "--held",
        action="store_const",
        const="held",
        dest="part",
        help="the held-out part; only totals are shown",
    )
    parser.add_argument("--seeds", type=int, help="draws of each kind and strength (4; quick 1)")
    parser.add_argument("--variants", nargs="*", choices=VARIANTS, help="plain, renamed (both; quick plain)")
    parser.add_argument("--rows", type=int, help="most rows of a table with a plant (3000; quick 1500)")
    parser.add_argument(
        "--tools", default="lowtide", help=f"names, by comma: lowtide, {', '.join(run_peers.NAMES)}"
    )
    parser.add_argument(
        "--prices", action="store_true", help="lowtide with prices: slower, and findings are ordered by price"
    )
    parser.add_argument(
        "--go-on", action="store_true", help="keep the results that are there and do what is missing"
    )
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--out", type=Path, default=RESULTS / "leaks")
    parser.add_argument(
        "--environments", type=Path, default=None, help="folder of the other tools' environments"
    )
    options = parser.parse_args(argv)
    unknown = set(options.tools.split(",")) - {"lowtide", *run_peers.NAMES}
    if unknown:
        parser.error(f"no tool {', '.join(sorted(unknown))}; there are lowtide, {', '.join(run_peers.NAMES)}")
    if options.environments is None:
        from bench.peers.environments import cache

        options.environments = cache()
    quick = {"seeds": 1, "variants": ["plain"], "rows": 1500}
    full = {"seeds": 4, "variants": list(VARIANTS), "rows": 3000}
    for name, value in (quick if options.quick else full).items():
        if getattr(options, name) is None:
            setattr(options, name, value)
    return options


def _one(job: Job, prices: bool, folder: Path | None) -> dict[str, Any] | None:
    """Make a case, let lowtide look at it and judge what it says; a tool that breaks has found nothing."""
    warnings.simplefilter("ignore")
    case = run_peers.case_of(job, folder)
    if case is None:
        return None
    began, failed, findings = time.perf_counter(), "", []
    try:
        findings = look(Lowtide(prices), case)
    except Exception as error:
        failed = f"{type(error).__name__}: {error}"[:300]
    verdict = judge(findings, case, "lowtide", job.variant, time.perf_counter() - began, failed)
    return {"key": job.key, **verdict.plain(), "job": asdict(job)}


def _known(out: Path) -> dict[str, dict[str, Any]]:
    path = out.with_suffix(".json")
    if not path.is_file():
        return {}
    return {f"{r['tool']}|{r['key']}": r for r in json.loads(path.read_text(encoding="utf-8"))["verdicts"]}


def _save(out: Path, done: dict[str, dict[str, Any]]) -> None:
    """Write all verdicts. Of the held-out part what was said is left out: misses there must not be looked at."""
    rows = [{**r, "said": []} if r["part"] == "held" else r for r in done.values()]
    rows.sort(key=lambda r: (r["tool"], r["key"]))
    shown = [r for r in rows if r["part"] != "held" and r["kind"] != CLEAN]
    record = {
        "missed": {t: summary.missed(some) for t, some in summary.groups(shown, lambda r: r["tool"]).items()},
        "verdicts": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    fresh = out.with_suffix(".json.new")
    fresh.write_text(json.dumps(record, indent=1), encoding="utf-8")
    fresh.replace(out.with_suffix(".json"))


def report(rows: list[dict[str, Any]], seconds: float) -> str:
    """Return everything as Markdown: totals, kinds, clean tables; of the held-out part no case is told."""
    parts = []
    for name, of_tool in summary.groups(rows, lambda r: r["tool"]).items():
        planted = [r for r in of_tool if r["kind"] != CLEAN]
        clean = [r for r in of_tool if r["kind"] == CLEAN]
        parts.append(f"## {name}\n")
        parts.append(summary.markdown("Recall by family", summary.TOTAL_HEAD, summary.totals(planted)))
        parts.append(
            summary.markdown("False alarms on clean tables", summary.CLEAN_HEAD, summary.alarms(clean))
        )
        for part, some in summary.groups(planted, lambda r: r["part"]).items():
            parts.append(summary.markdown(f"Recall by kind, {part}", summary.KIND_HEAD, summary.kinds(some)))
            parts.append(summary.beside(some) + "\n")
        known = [r for r in clean if r["part"] != "held"]
        parts.append(
            summary.markdown(
                "Raised on clean tables (development)",
                ["table", "variant", "raised"],
                summary.alarm_list(known),
            )
        )
        missed = [r for r in planted if r["part"] == DOCUMENTED and not r["first"]]
        if missed:
            parts.append(
                "Documented cases not found: "
                + "; ".join(f"{r['case']} ({r['variant']})" for r in missed)
                + ".\n"
            )
        broken = [r for r in of_tool if r["failed"]]
        if broken:
            parts.append(f"{len(broken)} looks failed; the first: {broken[0]['failed']}\n")
    parts.append(
        "A leak is found when an error, a question or a warning that changes the split names it among the first three findings. "
        f"{len(rows)} looks, {seconds:.0f} s.\n"
    )
    return "\n".join(p for p in parts if p)


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
