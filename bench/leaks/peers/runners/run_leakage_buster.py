"""leakage-buster: ``audit`` with the declared time; a text target becomes 0, 1, ... because it wants a number.

High is an error, medium a question, low a note. A risk that lists several columns is one finding per column: those that
it scores itself in the order of its scores. Its advice to split by group lists every column that repeats, mostly the
whole table: it is one finding about groups that names no column, so that it counts wherever rows belong together and
nowhere else.
"""

import pandas as pd
from leak_job import raised, serve

LEVELS = {"high": "error", "medium": "question", "low": "note"}


def look(case, train, test):
    from leakage_buster.api import audit

    target = case["target"]
    if not pd.api.types.is_numeric_dtype(train[target]) or train[target].dtype == bool:
        train = train.assign(**{target: pd.factorize(train[target], sort=True)[0]})
    return report(audit(train, target=target, time_col=case["time"]).risks)


def report(risks):
    """Put its risks into our form, worst first."""
    order = {"high": 0, "medium": 1, "low": 2}
    out = []
    for one in sorted(risks, key=lambda r: (order[r["severity"]], -r["leak_score"])):
        level, name, evidence = LEVELS[one["severity"]], one["name"], one["evidence"]
        if "candidates" in evidence:
            out.append(raised(level, (), "group", name, one["detail"]))
        elif "columns" in evidence or "suspicious_columns" in evidence:
            listed = evidence.get("columns", evidence.get("suspicious_columns"))
            best = sorted(listed, key=lambda c: -_score(listed[c]))
            out += [raised(level, [column], "column", name) for column in best]
        else:
            about = "time" if name.startswith("Time") else "other"
            out.append(raised(level, (), about, name, one["detail"]))
    return out


def _score(listed):
    if isinstance(listed, dict):
        return float(listed.get("leak_score", 0))
    return abs(float(listed)) if isinstance(listed, int | float) else float(len(listed))


if __name__ == "__main__":
    serve(look, ("leakage-buster", "scikit-learn", "pandas", "numpy"))
