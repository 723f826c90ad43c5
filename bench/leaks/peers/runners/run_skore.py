"""skore: ``evaluate`` of skrub's default pipeline on a split, then the checks of the report.

The split is the second file where there is one, otherwise skore's own fifth. Of its checks the golden feature and the
overlap in time are about leaks; a column as good as the target itself is an error, one as good as the whole model a
question, an overlap in time an error (skore's word for it is "issue").
"""

import ast
import re

from leak_job import raised, serve


def look(case, train, test):
    import skore
    from skrub import tabular_pipeline

    target = case["target"]
    train = train[train[target].notna()]
    model = tabular_pipeline("regressor" if case["kind"] == "regression" else "classifier")
    if test is None:
        made = skore.evaluate(model, train.drop(columns=target), train[target], splitter=0.2)
    else:
        made = skore.EstimatorReport(
            model, X_train=train.drop(columns=target), y_train=train[target],
            X_test=test.drop(columns=target), y_test=test[target],
        )  # fmt: skip
    noise = [c.split(" ")[0] for c in made.checks.available()]
    found = made.checks.summarize(
        ignore=[c for c in noise if c not in ("SKD002", "SKD011", "SKD013")]
    ).frame()
    return report(found.to_dict("records"))


def report(rows):
    """Put its rows into our form."""
    out = []
    for row in rows:
        if row["section"] not in ("issue", "tip"):
            continue
        if row["code"] == "SKD011":
            for line in str(row["explanation"]).splitlines():
                level = "error" if "the target itself" in line else "question"
                out += [raised(level, [c], "column", "SKD011", line) for c in _names(line)]
        elif row["code"] == "SKD013":
            out.append(raised("error", _names(str(row["explanation"])), "time", "SKD013", row["explanation"]))
    return sorted(out, key=lambda r: r["level"] != "error")


def _names(text):
    found = re.search(r"\((?:s)\) (\[.*?\]) (?:alone|contain)", text)
    return [] if found is None else ast.literal_eval(found.group(1))


if __name__ == "__main__":
    serve(look, ("skore", "skrub", "scikit-learn", "pandas", "numpy"))
