"""deepchecks: the checks of its default suites that are about leaks, with their default conditions.

One file: duplicates, conflicting labels, correlation with the label, identifier against label. Two files: the same on the
first one, and leaks of dates and index, mixed samples, change of correlation, drift. The declared group is its index, the
declared time its date. A failed condition is an error, a warning a question.
"""

import re

import pandas as pd
from leak_job import raised, serve

LEVELS = {"FAIL": "error", "WARN": "question"}
ABOUT = {
    "DataDuplicates": "duplicates",
    "ConflictingLabels": "duplicates",
    "FeatureLabelCorrelation": "column",
    "FeatureLabelCorrelationChange": "column",
    "IdentifierLabelCorrelation": "column",
    "DateTrainTestLeakageDuplicates": "time",
    "DateTrainTestLeakageOverlap": "time",
    "IndexTrainTestLeakage": "group",
    "TrainTestSamplesMix": "overlap",
    "FeatureDrift": "drift",
    "LabelDrift": "drift",
    "MultivariateDrift": "drift",
}


def look(case, train, test):
    from deepchecks.tabular import Dataset
    from deepchecks.tabular import checks as c

    label = "regression" if case["kind"] == "regression" else case["kind"]

    def dataset(frame):
        told = {"index_name": case["group"], "datetime_name": case["time"]}
        told = {k: v for k, v in told.items() if v is not None}
        return Dataset(frame, label=case["target"], label_type=label, **told)

    alone = [
        c.FeatureLabelCorrelation().add_condition_feature_pps_less_than(),
        c.IdentifierLabelCorrelation().add_condition_pps_less_or_equal(),
        c.DataDuplicates().add_condition_ratio_less_or_equal(),
    ]
    if case["kind"] != "regression":
        alone.append(c.ConflictingLabels().add_condition_ratio_of_conflicting_labels_less_or_equal())
    first = dataset(train[train[case["target"]].notna()])
    results = [_run(check, first) for check in alone]
    if test is not None:
        second = dataset(test)
        pairs = [
            c.TrainTestSamplesMix().add_condition_duplicates_ratio_less_or_equal(),
            c.IndexTrainTestLeakage().add_condition_ratio_less_or_equal(),
            c.DateTrainTestLeakageDuplicates().add_condition_leakage_ratio_less_or_equal(),
            c.DateTrainTestLeakageOverlap().add_condition_leakage_ratio_less_or_equal(),
            c.FeatureLabelCorrelationChange()
            .add_condition_feature_pps_difference_less_than()
            .add_condition_feature_pps_in_train_less_than(),
            c.FeatureDrift().add_condition_drift_score_less_than(),
            c.LabelDrift().add_condition_drift_score_less_than(),
            c.MultivariateDrift().add_condition_overall_drift_value_less_than(),
        ]
        results += [_run(check, first, second) for check in pairs]
    return report([r for r in results if r is not None])


def _run(check, *datasets):
    """Run a check; one that says that it does not apply (no index, no date) is left out, as in its suites."""
    from deepchecks.core.errors import DeepchecksBaseError

    try:
        result = check.run(*datasets, with_display=False)
    except DeepchecksBaseError:
        return None
    outcomes = [(o.category.name, o.details) for o in result.conditions_results]
    return type(check).__name__, outcomes, result.value


def report(results):
    """Put its results into our form: failed conditions first, columns of one check by their score."""
    out = []
    for name, outcomes, value in results:
        for category, details in outcomes:
            if category not in LEVELS:
                continue
            columns = _columns(name, details, value)
            about = (
                "drift" if "difference" in details else ABOUT[name]
            )  # between the files, not with the label
            each = [[x] for x in columns] if columns and about == "column" else [columns]
            out += [raised(LEVELS[category], x, about, name, details) for x in each]
    return sorted(out, key=lambda r: r["level"] != "error")


def _columns(name, details, value):
    """Return the columns that a message names (it names those over the threshold), the highest score first."""
    if not isinstance(value, dict):
        return []
    scores = value.get("train", value) if name == "FeatureLabelCorrelationChange" else value
    named = []
    for column, score in scores.items():
        if isinstance(score, dict):
            score = score.get("Drift score", score.get("pps", 0))
        if isinstance(score, int | float) and re.search(rf"'{re.escape(str(column))}'", details):
            named.append((column, score))
    return [column for column, _ in sorted(named, key=lambda x: -x[1])]


if __name__ == "__main__":
    pd.set_option("mode.chained_assignment", None)
    serve(look, ("deepchecks", "scikit-learn", "pandas", "numpy"))
