"""AutoGluon with a preset: the validation score of its best model, from its own leaderboard."""

import time
from pathlib import Path

from peer_job import serve


def fit(job, train, untouched):
    from autogluon.tabular import TabularPredictor

    binary = job["kind"] == "binary"
    began = time.perf_counter()
    predictor = TabularPredictor(
        label=job["target"],
        problem_type="binary" if binary else "regression",
        eval_metric="roc_auc" if binary else "mean_absolute_error",
        path=str(Path(job["work"]) / "autogluon"),
        verbosity=1,
    ).fit(
        train,
        presets=job["settings"]["presets"],
        time_limit=job["seconds"],
        num_cpus=job["threads"],
        num_gpus=0,
    )
    seconds = time.perf_counter() - began
    board = predictor.leaderboard()
    best = board.set_index("model").loc[predictor.model_best]
    reported = float(best["score_val"]) * (1 if binary else -1)  # errors are negated there
    if binary:
        predictions = predictor.predict_proba(untouched)[1].to_numpy()
    else:
        predictions = predictor.predict(untouched).to_numpy()
    return {
        "reported": reported,
        "predictions": predictions,
        "fit_seconds": seconds,
        "model": str(predictor.model_best),
        "models": len(board),
    }


if __name__ == "__main__":
    serve(fit, ("autogluon.tabular", "lightgbm", "xgboost-cpu", "catboost", "scikit-learn", "pandas"))
