"""Texts: exact n-grams, scores that tell about the outcome, facts; Korean as it is written."""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.prepare import fit_transform
from lowtide.prepare.facts import text_facts
from lowtide.prepare.ngrams import BITS, Grams, tidy
from lowtide.prepare.text import _sample
from tests.conftest import shared
from tests.prepare.build import make


def _plain(text: str) -> Counter[str]:
    """Cut n-grams in plain Python."""
    found: Counter[str] = Counter()
    for word in text.lower().split():
        padded = f" {word} "
        for n in range(1, 5):
            for i in range(len(padded) - n + 1):
                if padded[i : i + n] != " ":
                    found[padded[i : i + n]] += 1
    return found


def _spell(grams: Grams) -> list[str]:
    """Turn packed n-grams back into text."""
    words = []
    for key in grams.vocabulary.tolist():
        letters = []
        while key:
            letters.append(chr(grams.alphabet[(key & (2**BITS - 1)) - 1]))
            key >>= BITS
        words.append("".join(reversed(letters)))
    return words


ALPHABET = st.sampled_from(list("ab가나한 \nZ!👍é"))


@given(st.lists(st.text(ALPHABET, max_size=12), min_size=1, max_size=12))
def test_ngrams_are_those_of_plain_python(raw: list[str]) -> None:
    texts = [text for text in map(tidy, raw) if text] or ["a"]
    grams = Grams.fit(texts, least=1)
    # A word's last blank is the next word's first: counted once a word here and once a word there.
    counts = [_plain(text) for text in texts]
    frequency = Counter(gram for count in counts for gram in count)
    assert set(_spell(grams)) == set(frequency)
    expected = [np.log((1 + len(texts)) / (1 + frequency[gram])) + 1 for gram in _spell(grams)]
    np.testing.assert_allclose(grams.idf, expected)
    matrix = grams.tfidf(texts).toarray()
    for i, count in enumerate(counts):
        row = np.array(
            [
                (1 + np.log(count[g])) * w if count[g] else 0.0
                for g, w in zip(_spell(grams), grams.idf, strict=True)
            ]
        )
        norm = np.linalg.norm(row)
        np.testing.assert_allclose(matrix[i], row / norm if norm else row, atol=1e-12)


def test_facts() -> None:
    found = text_facts(["Hi 12!", "", "가나 다"])
    np.testing.assert_allclose(found, [[6, 2, 0.4, 0.2, 0.2], [0, 0, 0, 0, 0], [4, 2, 0, 0, 0]])


def test_missing_and_empty_texts() -> None:
    texts = ["좋아요 정말", "별로예요", None, "  ", ""] * 30
    table = make({"t": texts}, {"t": "text"})
    y = np.tile([1.0, 0.0, 0.0, 1.0, 0.0], 30)
    for style in ("tree", "linear"):
        prepared, matrix = fit_transform(table, ["t"], style=style, y=y)  # type: ignore[arg-type]
        assert np.isnan(matrix[2:5, 0]).all() if style == "tree" else (matrix[2:5, 0] == 0.0).all()
        if style == "tree":
            told = prepared.transform(table)
            assert told[0, 0] > told[1, 0]
        if style == "linear":
            assert matrix[2:5, prepared.names.index("t is missing")].tolist() == [1.0] * 3
    nothing, matrix = fit_transform(make({"t": [None] * 20}, {"t": "text"}), ["t"], style="linear")
    assert matrix.shape == (20, len(nothing.names)) and np.isfinite(matrix).all()


def test_classes_have_a_score_each() -> None:
    rng = np.random.default_rng(0)
    words = ["정치", "경제", "스포츠"]
    codes = rng.integers(3, size=300)
    table = make({"t": [f"{words[c]} 소식 {i}" for i, c in enumerate(codes)]}, {"t": "text"})
    prepared, matrix = fit_transform(table, ["t"], style="tree", y=codes.astype(float), kind="multiclass")
    assert prepared.names[:3] == ("t ~ score 0", "t ~ score 1", "t ~ score 2")
    assert (matrix[:, :3].argmax(axis=1) == codes).mean() > 0.95


def test_texts_beyond_the_limit_are_scored_and_not_fitted_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """They get the score of later rows, which has not seen them."""
    rng = np.random.default_rng(1)
    words = ["배송이", "빨라요", "느려요", "really", "good", "품질", "별로", "최고"]
    texts = [" ".join(rng.choice(words, size=5)) + f" {i}" for i in range(400)]
    y = np.array([float("최고" in text or "good" in text) for text in texts])
    table = make({"t": texts}, {"t": "text"})
    monkeypatch.setattr("lowtide.prepare.text.FIT_CHARACTERS", 5_000)
    monkeypatch.setattr("lowtide.prepare.text.VOCABULARY_CHARACTERS", 3_000)
    prepared, matrix = fit_transform(table, ["t"], style="tree", y=y, kind="binary")
    used = np.zeros(400, dtype=bool)
    used[_sample(texts, 5_000, 0)] = True
    same = prepared.transform(table)[:, 0] == matrix[:, 0]
    assert 100 < used.sum() < 300
    assert same[~used].all() and not same[used].any()
    assert np.corrcoef(matrix[:, 0], y)[0, 1] > 0.6


@pytest.mark.slow
def test_korean_reviews_alone_reach_a_useful_auc() -> None:
    """Two thirds of real reviews are fitted on; a score for the others ranks them at AUC 0.85 at least."""
    from sklearn.metrics import roc_auc_score

    raw = gzip.decompress(shared("C_ordinary/nsmc_raw_sample_19k.csv.gz").read_bytes()).decode("utf-8")
    rows = [row for row in csv.DictReader(io.StringIO(raw, newline="")) if not 5 <= int(row["rating"]) <= 8]
    y = np.array([float(int(row["rating"]) >= 9) for row in rows])
    table = make({"review": [row["review"] or None for row in rows]}, {"review": "text"})
    test = np.random.default_rng(0).random(len(y)) < 1 / 3
    train = np.flatnonzero(~test)
    prepared, _ = fit_transform(table.take(train), ["review"], style="linear", y=y[train], kind="binary")
    score = prepared.transform(table.take(test))[:, prepared.names.index("review ~ score")]
    assert roc_auc_score(y[test], score) > 0.85
