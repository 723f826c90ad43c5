"""scikit-learn's ``RandomizedSearchCV`` over gradient boosting, five folds by default: ``best_score_``.

It knows no time limit: it fits its configurations, however long that takes.
"""

import time

from peer_job import serve


def fit(job, train, untouched):
    from pandas.api.types import is_numeric_dtype
    from scipy.stats import loguniform, randint
    from sklearn.compose import make_column_transformer
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
    from sklearn.model_selection import RandomizedSearchCV
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OrdinalEncoder

    binary = job["kind"] == "binary"
    features, y = train.drop(columns=job["target"]), train[job["target"]].to_numpy()
    texts = [c for c in features if not is_numeric_dtype(features[c])]
    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    make = HistGradientBoostingClassifier if binary else HistGradientBoostingRegressor
    search = RandomizedSearchCV(
        Pipeline(
            [
                ("codes", make_column_transformer((codes, texts), remainder="passthrough")),
                ("boost", make(random_state=job["seed"], max_iter=60, early_stopping=False)),
            ]
        ),
        {
            "boost__learning_rate": loguniform(0.02, 0.4),
            "boost__max_leaf_nodes": randint(3, 32),
            "boost__min_samples_leaf": randint(3, 40),
            "boost__l2_regularization": loguniform(1e-3, 10),
            "boost__max_features": [0.3, 0.6, 1.0],
        },
        n_iter=job["settings"]["configurations"],
        scoring="roc_auc" if binary else "neg_mean_absolute_error",
        random_state=job["seed"],
        n_jobs=job["threads"],
    )
    began = time.perf_counter()
    search.fit(features, y)
    seconds = time.perf_counter() - began
    return {
        "reported": float(search.best_score_) * (1 if binary else -1),
        "predictions": search.predict_proba(untouched)[:, 1] if binary else search.predict(untouched),
        "fit_seconds": seconds,
        "model": "HistGradientBoosting",
        "models": job["settings"]["configurations"],
    }


if __name__ == "__main__":
    serve(fit, ("scikit-learn", "pandas"))
