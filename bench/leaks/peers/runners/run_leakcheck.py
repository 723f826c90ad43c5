"""leakcheck-ml: ``run_all`` on two files (a random quarter is the second one where none was given).

Its report puts ``fail`` before ``warn``; the first is an error, the second a question.
"""

from leak_job import halves, raised, serve

LEVELS = {"fail": "error", "warn": "question", "pass": "note"}
ABOUT = {
    "duplicates": "overlap",
    "near-duplicates": "overlap",
    "group-leakage": "group",
    "target-leakage": "column",
    "id-columns": "column",
    "temporal": "time",
}


def look(case, train, test):
    from leakcheck.checks import run_all

    a, b = halves(train, test, case["target"], case["kind"])
    return report(run_all(a, b, target=case["target"], time_col=case["time"], group_col=case["group"]))


def report(findings):
    """Put its findings into our form, in the order of its text report."""
    order = {"fail": 0, "warn": 1, "pass": 2}
    out = []
    for one in sorted(findings, key=lambda f: order[f.status]):
        column = one.details.get("column")
        columns = [] if column is None else [column]
        out.append(raised(LEVELS[one.status], columns, ABOUT.get(one.check, "other"), one.check, one.message))
    return out


if __name__ == "__main__":
    serve(look, ("leakcheck-ml", "pandas", "numpy"))
