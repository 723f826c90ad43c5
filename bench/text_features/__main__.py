"""What free text becomes: which numbers it is reduced to, and what they are worth to the learners behind them.

For each text column, each way to reduce it and each learner: the score on rows that nothing was fitted
on, mean of 3 folds, and the processor seconds of one fit of the text alone. Run from the repository:

    python -m bench text_features [--quick] [--threads 1] [--only nsmc,sms]
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from lowtide.core.task import Kind
from lowtide.prepare import cells
from lowtide.prepare.encoder import Fitting
from lowtide.prepare.outcome import make_outcome
from lowtide.prepare.text import TextEncoder, fit_text
from lowtide.tables.table import Floats

FOLDS = 3


@dataclass(frozen=True)
class Corpus:
    """Texts, and what is to be predicted from them."""

    name: str
    kind: Kind
    texts: list[str | None]
    y: Floats


@dataclass(frozen=True)
class Way:
    """One way to reduce a text. ``blind``: training rows get their score from a fit that saw them."""

    name: str
    scored: bool
    directions: int
    blind: bool = False


WAYS = (
    Way("facts only", False, 0),
    Way("directions 32", False, 32),
    Way("directions 128", False, 128),
    Way("score not cross-fitted + directions 16", True, 16, blind=True),
    Way("score", True, 0),
    Way("score + directions 8", True, 8),
    Way("score + directions 16", True, 16),
    Way("score + directions 32", True, 32),
)
QUICK = tuple(way for way in WAYS if way.directions in (0, 16, 32))


def records(path: Path, **options: Any) -> list[dict[str, str]]:
    raw = path.read_bytes()
    text = (gzip.decompress(raw) if path.suffix == ".gz" else raw).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline=""), **options))


def corpora(folder: Path, quick: bool) -> Iterator[Corpus]:
    """Yield the corpora in ``folder`` that are here; ``quick`` keeps 1,500 texts of each, at random."""
    sources: dict[str, Callable[[], tuple[Kind, list[str], list[float]]]] = {
        "nsmc": lambda: _nsmc(records(folder / "nsmc_raw_sample_19k.csv.gz")),
        "sms": lambda: _labelled(records(folder / "sms_spam.csv"), "text", "type"),
        "restaurant": lambda: _labelled(
            records(folder / "restaurant_reviews.tsv", delimiter="\t", quoting=csv.QUOTE_NONE),
            "Review",
            "Liked",
        ),
        "news": lambda: _labelled(records(folder / "naver_news_title.csv"), "text", "label"),
        "wine": lambda: _wine(records(folder / "wine_reviews_5k.csv.gz")),
    }
    for name, read in sources.items():
        kind, texts, y = read()
        keep = np.arange(len(texts))
        if quick and len(texts) > 1500:
            keep = np.sort(np.random.default_rng(0).permutation(len(texts))[:1500])
        yield Corpus(name, kind, [cells.text(texts[i]) for i in keep], np.asarray(y)[keep])


def _nsmc(rows: list[dict[str, str]]) -> tuple[Kind, list[str], list[float]]:
    kept = [row for row in rows if not 5 <= int(row["rating"]) <= 8]
    return "binary", [row["review"] for row in kept], [float(int(row["rating"]) >= 9) for row in kept]


def _labelled(rows: list[dict[str, str]], text: str, label: str) -> tuple[Kind, list[str], list[float]]:
    labels = sorted({row[label] for row in rows})
    y = [float(labels.index(row[label])) for row in rows]
    return "binary" if len(labels) == 2 else "multiclass", [row[text] for row in rows], y


def _wine(rows: list[dict[str, str]]) -> tuple[Kind, list[str], list[float]]:
    kept = [row for row in rows if row["points"]]
    return "regression", [row["description"] for row in kept], [float(row["points"]) for row in kept]


def learners(kind: Kind, shape: str) -> Any:
    """Return the learner of a style with its usual settings."""
    from lightgbm import LGBMClassifier, LGBMRegressor
    from sklearn.linear_model import LogisticRegression, Ridge

    if shape == "linear":
        return Ridge(1.0) if kind == "regression" else LogisticRegression(C=1.0, max_iter=500)
    settings: dict[str, Any] = {"n_jobs": 1, "verbose": -1, "deterministic": True, "n_estimators": 100}
    return LGBMRegressor(**settings) if kind == "regression" else LGBMClassifier(**settings)


def judge(kind: Kind, model: Any, test: Floats, y: Floats) -> float:
    """Return ROC AUC, accuracy (several classes) or R squared."""
    from sklearn.metrics import r2_score, roc_auc_score

    if kind == "regression":
        return float(r2_score(y, model.predict(test)))
    if kind == "multiclass":
        return float(np.mean(model.predict(test) == y))
    return float(roc_auc_score(y, model.predict_proba(test)[:, 1]))


def fold(corpus: Corpus, way: Way, shape: Any, train: Any, test: Any) -> tuple[float, float]:
    """Return the score of one fold and the processor seconds of fitting the text."""
    began = time.process_time()
    fitting = Fitting(shape, make_outcome(corpus.y[train], corpus.kind, groups=None, seed=0), 0)
    encoder, block = fit_text(
        "text", [corpus.texts[i] for i in train], fitting, scored=way.scored, directions=way.directions
    )
    seconds = time.process_time() - began
    if way.blind:
        block = _filled(encoder, [corpus.texts[i] for i in train])
    model = learners(corpus.kind, shape).fit(block, corpus.y[train])
    return judge(
        corpus.kind, model, _filled(encoder, [corpus.texts[i] for i in test]), corpus.y[test]
    ), seconds


def _filled(encoder: TextEncoder, texts: list[str | None]) -> Floats:
    out = np.empty((len(texts), len(encoder.names)))
    encoder.fill(texts, out)
    return out


def run(argv: Sequence[str]) -> int:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="1,500 texts of each and four ways")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--only", default="", help="names of corpora, separated by commas")
    options = parser.parse_args(argv)
    here = Path(__file__).resolve().parents[2]
    folder = Path(os.environ.get("LOWTIDE_DATA", here.parent / "shared" / "data")) / "C_ordinary"
    chosen = options.only.split(",") if options.only else []
    from sklearn.model_selection import KFold

    print("| texts | rows | measure | way | linear | trees | CPU s |\n|---|---|---|---|---|---|---|")
    with threadpool_limits(limits=options.threads):
        for corpus in corpora(folder, options.quick):
            if chosen and corpus.name not in chosen:
                continue
            measure = {"binary": "AUC", "multiclass": "accuracy", "regression": "R2"}[corpus.kind]
            for way in QUICK if options.quick else WAYS:
                parts = list(KFold(FOLDS, shuffle=True, random_state=0).split(corpus.y))
                found = {
                    shape: np.array([fold(corpus, way, shape, train, test) for train, test in parts])
                    for shape in ("linear", "tree")
                }
                linear, trees = (found[shape][:, 0].mean() for shape in ("linear", "tree"))
                seconds = np.mean([found[shape][:, 1].mean() for shape in found])
                print(
                    f"| {corpus.name} | {len(corpus.y):,} | {measure} | {way.name} "
                    f"| {linear:.3f} | {trees:.3f} | {seconds:.1f} |",
                    flush=True,
                )
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
