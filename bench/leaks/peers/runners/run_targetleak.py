"""targetleak: ``analyse`` with a split column (the second file, or a random quarter) and the declared group.

Its order is its own: critical, warning, info. ``critical`` is an error, ``warning`` a question.
"""

import pandas as pd
from leak_job import halves, raised, serve

LEVELS = {"critical": "error", "warning": "question", "info": "note"}
ABOUT = {
    "duplicate-rows": "duplicates",
    "train-test-contamination": "overlap",
    "group-overlap": "group",
    "temporal-column": "time",
    "target-mostly-null": "other",
    "widespread-separability": "other",
    "underpowered": "other",
    "constant": "other",
    "dead-on-labelled-rows": "other",
}
SPLIT = "__split__"


def look(case, train, test):
    import targetleak

    a, b = halves(train, test, case["target"], case["kind"])
    both = pd.concat([a.assign(**{SPLIT: "train"}), b.assign(**{SPLIT: "test"})], ignore_index=True)
    return report(targetleak.analyse(both, case["target"], split=SPLIT, group=case["group"]), case["target"])


def report(findings, target):
    """Put its findings into our form."""
    out = []
    for one in findings:
        columns = [] if one.column in (None, target, SPLIT) else [one.column]
        out.append(raised(LEVELS[one.severity], columns, ABOUT.get(one.kind, "column"), one.kind, one.detail))
    return out


if __name__ == "__main__":
    serve(look, ("targetleak", "pandas", "numpy"))
