"""The job file that every runner reads, and the lines that it writes.

A job is JSON: ``cases`` (each with ``id``, ``train`` and ``test``: Parquet files, ``test`` may be null; ``target``,
``kind``: ``binary``, ``multiclass`` or ``regression``; ``group`` and ``time``: what was declared, or null), ``answer``
(file to append to), ``work`` (a folder to litter). A runner appends one JSON line when it begins a case and one when it
has ended it: ``raised`` (a list of ``level``, ``about``, ``columns``, ``code``, ``detail``, in the tool's order),
``seconds``, and ``failure`` (one line) when the tool raised an error. Whoever started it reads the lines as they come,
and kills it when a case lasts too long.
"""

import json
import os
import sys
import time
import traceback
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def serve(look, packages):
    """Call ``look(case, train, test)`` for every case of the job named on the command line.

    Parameters
    ----------
    look : returns what the tool raised; it gets frames as pandas reads them.
    packages : distributions whose versions are written first.
    """
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    os.chdir(job["work"])
    with Path(job["answer"]).open("a", encoding="utf-8") as out:

        def say(**what):
            out.write(json.dumps(what, default=str) + "\n")
            out.flush()

        say(versions=versions(packages))
        for case in job["cases"]:
            train = frame(case["train"])
            test = None if case["test"] is None else frame(case["test"])
            say(begin=case["id"])
            began = time.perf_counter()
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    raised, failure = look(case, train, test), None
            except Exception as problem:  # whatever a foreign tool raises is its answer
                traceback.print_exc()
                text = f"{type(problem).__name__}: {problem}".strip()
                raised, failure = [], text.splitlines()[0][:300]
            say(id=case["id"], raised=raised, failure=failure, seconds=round(time.perf_counter() - began, 3))


def frame(path):
    """Read a Parquet file as this environment's pandas sees it, without the types that another pandas noted."""
    import pyarrow.parquet as pq

    return pq.read_table(path).to_pandas(ignore_metadata=True)


def versions(packages):
    """Return name -> version of the distributions that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def raised(level, columns=(), about="column", code="", detail=""):
    """Return one thing as it is written."""
    return {
        "level": level,
        "about": about,
        "columns": [str(c) for c in columns],
        "code": code,
        "detail": str(detail)[:300],
    }


def halves(train, test, target, kind, share=0.25, seed=0):
    """Return train and test rows: the second file, or a random quarter where a tool needs one and none was given."""
    import numpy as np

    if test is not None:
        return train, test
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(train))
    first = max(1, round(share * len(train)))
    return (
        train.iloc[np.sort(order[first:])].reset_index(drop=True),
        train.iloc[np.sort(order[:first])].reset_index(drop=True),
    )
