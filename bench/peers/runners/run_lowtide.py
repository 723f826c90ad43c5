"""lowtide's whole run, as a user would start it; the one runner that imports lowtide."""

import subprocess
import time
from pathlib import Path

from peer_job import serve


def fit(job, train, untouched):
    import lowtide

    told = job["told"]
    began = time.perf_counter()
    study = lowtide.run(
        job["train"],
        target=job["target"],
        kind=job["kind"],
        group=told.get("group"),
        time=told.get("time"),
        deploy=told["deploy"],
        metric="roc_auc" if job["kind"] == "binary" else "mae",
        budget=job["seconds"],
        seed=job["seed"],
        threads=job["threads"],
    )
    seconds = time.perf_counter() - began
    result = study.result
    return {
        "reported": result.expected,
        "expected": result.expected,
        "floor": result.floor.value,
        "refusal": result.floor.refusal,
        "best_cv": result.best_cv,
        "quarantined": list(result.quarantined),
        "predictions": study.model.answers(job["untouched"]).raw,
        "fit_seconds": seconds,
        "model": ", ".join(t.name for t in result.trial_table if t.weight > 0),
        "models": result.trials,
        "versions": commit(lowtide.__file__),
    }


def commit(file):
    """Return the commit of the checkout that was run, if it is one."""
    command = ["git", "-C", str(Path(file).parent), "rev-parse", "--short", "HEAD"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return {}
    return {"commit": done.stdout.strip()} if done.returncode == 0 else {}


if __name__ == "__main__":
    serve(fit, ("lowtide", "lightgbm", "scikit-learn", "pandas"))
