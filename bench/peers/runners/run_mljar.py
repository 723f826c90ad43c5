"""MLJAR in a mode: the metric of the best model, from its own leaderboard."""

import time
from pathlib import Path

from peer_job import serve


def fit(job, train, untouched):
    from supervised.automl import AutoML

    binary = job["kind"] == "binary"
    features, y = train.drop(columns=job["target"]), train[job["target"]]
    began = time.perf_counter()
    tool = AutoML(
        results_path=str(Path(job["work"]) / "mljar"),
        mode=job["settings"]["mode"],
        ml_task="binary_classification" if binary else "regression",
        eval_metric="auc" if binary else "mae",
        total_time_limit=int(job["seconds"]),
        n_jobs=job["threads"],
        random_state=job["seed"],
        verbose=0,
    )
    tool.fit(features, y)
    seconds = time.perf_counter() - began
    board = tool.get_leaderboard(original_metric_values=True)
    place = board["metric_value"].idxmax() if binary else board["metric_value"].idxmin()
    predictions = tool.predict_proba(untouched)[:, 1] if binary else tool.predict(untouched)
    return {
        "reported": float(board.loc[place, "metric_value"]),
        "predictions": predictions,
        "fit_seconds": seconds,
        "model": str(board.loc[place, "name"]),
        "models": len(board),
    }


if __name__ == "__main__":
    serve(fit, ("mljar-supervised", "lightgbm", "xgboost", "catboost", "scikit-learn", "pandas"))
