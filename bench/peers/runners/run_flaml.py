"""FLAML: its best loss."""

import time

from peer_job import serve


def plain(frame):
    """Return text as pandas categories and columns with names that LightGBM takes."""
    from pandas.api.types import is_numeric_dtype

    out = frame.copy()
    for name in out.columns:
        if not is_numeric_dtype(out[name]):
            out[name] = out[name].astype(object).fillna("?").astype(str).astype("category")
    out.columns = [f"c{place}" for place in range(out.shape[1])]
    return out


def fit(job, train, untouched):
    from flaml import AutoML

    binary = job["kind"] == "binary"
    y = train[job["target"]].to_numpy()
    tool = AutoML()
    began = time.perf_counter()
    tool.fit(
        X_train=plain(train.drop(columns=job["target"])),
        y_train=y.astype(int) if binary else y,
        task="classification" if binary else "regression",
        metric="roc_auc" if binary else "mae",
        time_budget=job["seconds"],
        n_jobs=job["threads"],
        seed=job["seed"],
        verbose=0,
    )
    seconds = time.perf_counter() - began
    if tool.model is None:
        raise RuntimeError("FLAML found no model within its time.")
    rows = plain(untouched)
    return {
        "reported": 1 - tool.best_loss if binary else tool.best_loss,
        "predictions": tool.predict_proba(rows)[:, 1] if binary else tool.predict(rows),
        "fit_seconds": seconds,
        "model": str(tool.best_estimator),
        "models": len(tool.config_history),
    }


if __name__ == "__main__":
    serve(fit, ("flaml", "lightgbm", "xgboost-cpu", "scikit-learn", "pandas"))
