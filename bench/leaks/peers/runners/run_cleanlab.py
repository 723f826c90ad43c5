"""cleanlab's Datalab with its default issues, as its tabular tutorial does it.

Features are standardised numbers and one-hot categories, predictions come out of fold from gradient boosting. It says
nothing about columns; of its issues near duplicates and rows that are not drawn independently are about leaks, both
without a severity: a question each.
"""

from leak_job import raised, serve

ABOUT = {"near_duplicate": "duplicates", "non_iid": "order"}


def look(case, train, test):
    import numpy as np
    import pandas as pd
    from cleanlab import Datalab
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import cross_val_predict
    from sklearn.preprocessing import StandardScaler

    target, regression = case["target"], case["kind"] == "regression"
    train = train[train[target].notna()].reset_index(drop=True)
    plain = train.drop(columns=target)
    numbers = plain.select_dtypes("number")
    texts = plain.drop(columns=numbers.columns).astype(str)
    few = texts[[c for c in texts if texts[c].nunique() <= 50]]
    parts = [numbers.fillna(numbers.median()).fillna(0.0)]
    parts += [pd.get_dummies(few, dtype=float)] if few.shape[1] else []
    features = pd.concat(parts, axis=1)
    scaled = StandardScaler().fit_transform(features.to_numpy(dtype=float))
    y = train[target].to_numpy(dtype=float) if regression else train[target].astype(str).to_numpy()
    if regression:
        told = cross_val_predict(HistGradientBoostingRegressor(random_state=0), scaled, y, cv=5)
    else:
        model = HistGradientBoostingClassifier(random_state=0)
        told = cross_val_predict(model, scaled, y, cv=5, method="predict_proba")
    lab = Datalab(
        {"y": y}, label_name="y", task="regression" if regression else "classification", verbosity=0
    )
    lab.find_issues(pred_probs=told, features=np.asarray(scaled))
    return report(lab.get_issue_summary().to_dict("records"))


def report(rows):
    """Put its summary into our form, in the order of its report: most rows first."""
    out = []
    for row in sorted(rows, key=lambda r: -r["num_issues"]):
        if row["num_issues"] > 0:
            about = ABOUT.get(row["issue_type"])
            level = "note" if about is None else "question"
            out.append(raised(level, (), about or "other", row["issue_type"], f"{row['num_issues']} rows"))
    return out


if __name__ == "__main__":
    serve(look, ("cleanlab", "datasets", "scikit-learn", "pandas", "numpy"))
