"""Does the learning curve tell the score with more rows? Predicted from 500 rows, held against 1,000 and 2,000.

Full run: 12 draws of each of 8 tables, about 6 minutes on one core; ``--quick``: 2 draws, about 1 minute.
Numbers go to ``bench/results/learning.json`` and ``.md``.
"""

from __future__ import annotations

import argparse
import json
import os
import time
import warnings
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from functools import cache
from pathlib import Path

from bench.honesty.tables import TABLES, Data, Source, load
from bench.learning import summary
from bench.learning.trial import Outcome
from bench.learning.trial import run as trial

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "bench" / "results"
NAMES = ("adult", "credit", "diamonds", "bike", "bank", "airbnb", "males", "seoul bike")


def run(argv: list[str]) -> int:
    """Parse options, measure, compare, print and write."""
    options = _options(argv)
    began = time.perf_counter()
    jobs = [
        (name, seed, str(options.data))
        for seed in range(options.first, options.first + options.draws)
        for name in NAMES
        if not options.tables or name in options.tables or _source(name).purpose in options.tables
    ]
    outcomes: list[Outcome] = []
    refused: dict[str, int] = {}
    with ProcessPoolExecutor(options.workers) as pool:
        for found in pool.map(_one, jobs):
            if isinstance(found, str):
                refused[found] = refused.get(found, 0) + 1
            else:
                outcomes += found
    seconds = time.perf_counter() - began
    text = summary.told(outcomes, refused, len(jobs), seconds)
    print(text)
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.with_suffix(".md").write_text(text, encoding="utf-8")
    record = {"seconds": seconds, "refused": refused, "outcomes": [asdict(o) for o in outcomes]}
    options.out.with_suffix(".json").write_text(json.dumps(record, indent=1), encoding="utf-8")
    print(f"written: {options.out.with_suffix('.md')}, {options.out.with_suffix('.json')}")
    return 0


def _options(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench learning", description=__doc__)
    named = os.environ.get("LOWTIDE_DATA")
    parser.add_argument(
        "--data", type=Path, default=Path(named) if named else ROOT.parent / "shared" / "data"
    )
    parser.add_argument("--quick", action="store_true", help="few draws")
    parser.add_argument("--draws", type=int, help="draws of each table (12; quick 2)")
    parser.add_argument("--first", type=int, default=0, help="number of the first draw")
    parser.add_argument("--tables", nargs="*", default=[], help="names, or choose / confirm")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--out", type=Path, default=RESULTS / "learning")
    options = parser.parse_args(argv)
    options.draws = options.draws or (2 if options.quick else 12)
    if not options.data.is_dir():
        parser.error(f"no folder {options.data}; name the folder of the tables with --data or LOWTIDE_DATA")
    return options


def _source(name: str) -> Source:
    return next(s for s in TABLES if s.name == name)


@cache
def _table(name: str, folder: str) -> Data:
    return load(_source(name), Path(folder))


def _one(job: tuple[str, int, str]) -> list[Outcome] | str:
    name, seed, folder = job
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return trial(_table(name, folder), seed)


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
