"""The job file that every runner reads, and the answer that it writes.

A job is JSON: ``train`` and ``untouched`` (Parquet files), ``target`` (numeric column; 0 or 1 when binary),
``kind`` (``binary`` or ``regression``), ``seconds``, ``threads``, ``seed``, ``work`` (a folder to litter),
``settings`` (of this tool), ``told`` (column of the group, order of time: lowtide alone reads it),
``answer`` (file to write).

An answer is JSON: ``reported`` (the tool's own score of the model that it would ship: AUC, or mean absolute
error), ``predictions`` of the untouched rows (P(1), or the value; null where the tool refused a row),
``fit_seconds``, ``model`` (its name), ``models`` (how many were tried), ``versions``; lowtide's also has
``expected``, ``floor``, ``refusal``, ``best_cv``. A tool that fails answers ``failure``, one line.
"""

from __future__ import annotations

import json
import math
import sys
import time
import traceback
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path


def serve(fit, packages):
    """Read the job named on the command line, call ``fit(job, train, untouched)``, write the answer.

    Parameters
    ----------
    fit : returns the answer as a dictionary; ``fit_seconds`` is filled when it is missing.
    packages : distributions whose versions belong to the answer, with those that ``fit`` adds.
    """
    import pandas as pd

    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    began = time.perf_counter()
    try:
        train, untouched = pd.read_parquet(job["train"]), pd.read_parquet(job["untouched"])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = fit(job, train, untouched)
        answer["predictions"] = [_finite(p) for p in answer["predictions"]]
        answer["reported"] = _finite(answer.get("reported"))
    except Exception as problem:  # whatever a foreign tool raises is its answer
        traceback.print_exc()
        answer = {"failure": f"{type(problem).__name__}: {problem}".strip().splitlines()[0][:300]}
    answer.setdefault("fit_seconds", time.perf_counter() - began)
    answer["versions"] = versions(packages) | answer.get("versions", {})
    partial = Path(job["answer"] + ".part")
    partial.write_text(json.dumps(answer), encoding="utf-8")
    partial.replace(job["answer"])


def versions(packages):
    """Return name -> version of the distributions that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _finite(value):
    if value is None or not math.isfinite(value):
        return None
    return float(value)
