"""Free text: a score of what its n-grams say about the outcome, a few main directions, simple facts.

Why these and not others is measured: see ``docs/decisions/text-features.md``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from lowtide.prepare import cells
from lowtide.prepare.cells import Value
from lowtide.prepare.encoder import FEWEST, Arrays, Fitting, State
from lowtide.prepare.facts import FACTS, text_facts
from lowtide.prepare.ngrams import Grams, chunks
from lowtide.prepare.outcome import STREAM, Outcome
from lowtide.prepare.reduce import main_directions, outcome_scores
from lowtide.prepare.scale import Scale
from lowtide.tables.table import Floats, Ints, Table

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

DIRECTIONS = 16
MOST_SCORES = 20  # classes, the most frequent, that get a score
# Characters of the texts that are fitted on, and of those that the vocabulary is taken from; texts beyond
# are left out at random. They bound time and memory.
FIT_CHARACTERS = 3_000_000
VOCABULARY_CHARACTERS = 2_000_000


@dataclass(frozen=True, eq=False)
class TextEncoder:
    """Scores, directions and facts of one column of texts.

    Attributes
    ----------
    grams : vocabulary of n-grams.
    weights : (v, k) of the n-grams in each score and direction; numbers of float32, computed in float64.
    offset : (k,) added to them.
    labels : (k,) names of scores and directions, e.g. ``score``, ``07``.
    facts : numbers (in `FACTS`) of the facts that vary in the rows fitted on.
    scales : of each output but the indicator (linear style), or empty.
    indicator : whether missing texts have an output.
    """

    kind: ClassVar[str] = "text"

    source: str
    grams: Grams
    weights: Floats
    offset: Floats
    labels: tuple[str, ...]
    facts: tuple[int, ...]
    scales: tuple[Scale, ...]
    indicator: bool

    @cached_property
    def names(self) -> tuple[str, ...]:
        names = [f"{self.source} ~ {label}" for label in self.labels]
        names += [f"{self.source}: {FACTS[i]}" for i in self.facts]
        return (*names, f"{self.source} is missing") if self.indicator else tuple(names)

    @property
    def categorical(self) -> tuple[bool, ...]:
        return (False,) * len(self.names)

    def plain(self, texts: Sequence[str]) -> Floats:
        """Return (n, k + facts) outputs of texts that are there, before any scaling."""
        width = len(self.labels)
        out = np.empty((len(texts), width + len(self.facts)))
        if width:
            for start, stop in chunks(texts):
                # A sparse row times a dense matrix adds in the order of the row's entries: no BLAS.
                out[start:stop, :width] = self.grams.tfidf(texts[start:stop]) @ self.weights + self.offset
        if self.facts:
            out[:, width:] = text_facts(texts)[:, self.facts]
        return out

    def shape_rows(self, plain: Floats, missing: npt.NDArray[np.bool_], out: Floats) -> None:
        """Fill ``out`` (n, p) from the plain outputs of the rows that are not missing."""
        width = plain.shape[1]
        there = np.flatnonzero(~missing)
        if self.scales:
            out[:, :width] = 0.0
            for j, scale in enumerate(self.scales):
                out[there, j] = scale.apply(plain[:, j])
        else:
            out[:, :width] = np.nan
            out[there, :width] = plain
        if self.indicator:
            out[:, width] = missing

    def fill(self, texts: Sequence[str | None], out: Floats) -> None:
        """Fill ``out`` (n, p) from (n,) texts."""
        missing = np.fromiter((text is None for text in texts), dtype=bool, count=len(texts))
        self.shape_rows(self.plain([text for text in texts if text is not None]), missing, out)

    def table(self, table: Table, out: Floats) -> None:
        self.fill(cells.texts(table, self.source), out)

    def value(self, value: Value, out: Floats) -> None:
        self.fill([cells.text(value)], out.reshape(1, -1))

    def state(self) -> State:
        plain = {
            "labels": list(self.labels), "facts": list(self.facts), "indicator": self.indicator,
            "scales": [scale.state() for scale in self.scales],
            "shortest": self.grams.shortest, "longest": self.grams.longest,
        }  # fmt: skip
        arrays: Arrays = {
            "alphabet": self.grams.alphabet, "vocabulary": self.grams.vocabulary, "idf": self.grams.idf,
            "weights": self.weights.astype(np.float32), "offset": self.offset,
        }  # fmt: skip
        return plain, arrays

    @classmethod
    def restore(
        cls, source: str, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]
    ) -> TextEncoder:
        grams = Grams(
            np.asarray(arrays["alphabet"], dtype=np.uint32), np.asarray(arrays["vocabulary"], dtype=np.uint64),
            np.asarray(arrays["idf"], dtype=np.float64), int(state["shortest"]), int(state["longest"]),
        )  # fmt: skip
        weights = np.asarray(arrays["weights"]).astype(np.float64)
        return cls(
            source, grams, weights, np.asarray(arrays["offset"], dtype=np.float64), tuple(state["labels"]),
            tuple(int(i) for i in state["facts"]), tuple(Scale.restore(s) for s in state["scales"]),
            bool(state["indicator"]),
        )  # fmt: skip


def fit_text(
    source: str,
    texts: Sequence[str | None],
    fitting: Fitting,
    *,
    scored: bool = True,
    directions: int = DIRECTIONS,
) -> tuple[TextEncoder, Floats]:
    """Fit on (n,) texts; return the encoder and the (n, p) training block.

    In the training block the scores of a row come from a fit without its fold. ``scored`` and
    ``directions`` are there to be measured against each other.
    """
    from threadpoolctl import threadpool_limits

    missing = np.fromiter((text is None for text in texts), dtype=bool, count=len(texts))
    rows = np.flatnonzero(~missing)
    there = [text for text in texts if text is not None]
    used = _sample(there, FIT_CHARACTERS, fitting.seed)
    chosen = [there[i] for i in used]
    words = [chosen[i] for i in _sample(chosen, VOCABULARY_CHARACTERS, fitting.seed)]
    grams = Grams.fit(words, least=3 if len(words) >= 100 else 2)
    # One thread: the sums of a threaded BLAS depend on the number of threads.
    with threadpool_limits(limits=1):
        encoder, inner = _reduce(source, grams, chosen, rows[used], fitting, scored, directions)
    plain = encoder.plain(there)
    if inner is not None:
        plain[used, : inner.shape[1]] = inner
    spread = np.ptp(plain, axis=0) if len(plain) else np.zeros(plain.shape[1])
    width = len(encoder.labels)
    keep = [i for i in encoder.facts if spread[width + i] > 0.0]
    plain = plain[:, [*range(width), *(width + i for i in keep)]]
    scales = [Scale.fit(column) for column in plain.T] if fitting.shape == "linear" else []
    encoder = replace(encoder, facts=tuple(keep), scales=tuple(scales), indicator=fitting.indicator(missing))
    block = np.empty((len(texts), len(encoder.names)))
    encoder.shape_rows(plain, missing, block)
    return encoder, block


def _sample(texts: Sequence[str], limit: int, seed: int) -> Ints:
    """Return the places, in order, of random texts of at most ``limit`` characters together."""
    lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
    if lengths.sum() <= limit:
        return np.arange(len(texts))
    order = np.random.default_rng([seed, STREAM, 1]).permutation(len(texts))
    return np.sort(order[np.cumsum(lengths[order]) <= limit])


def _matrix(grams: Grams, texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import csr_matrix, vstack

    blocks = [grams.tfidf(texts[start:stop]) for start, stop in chunks(texts)]
    return csr_matrix(vstack(blocks)) if blocks else csr_matrix((0, len(grams.vocabulary)))


def _reduce(
    source: str, grams: Grams, texts: Sequence[str], rows: Ints, fitting: Fitting, scored: bool, most: int
) -> tuple[TextEncoder, Floats | None]:
    """Fit scores and directions; return the encoder and the cross-fitted scores of the texts."""
    matrix = _matrix(grams, texts)
    labels: list[str] = []
    weights, offset, inner = np.empty((matrix.shape[1], 0)), np.empty(0), None
    outcome = fitting.outcome if scored else None
    if outcome is not None and matrix.shape[1] and outcome.known[rows].sum() >= 4 * FEWEST:
        part = _rows_of(outcome, rows, texts)
        weights, offset, inner = outcome_scores(matrix, part)
        labels = [f"score {label}".strip() for label in part.labels]
    directions = main_directions(matrix, min(most, len(texts) // 20), fitting.seed)
    labels += [f"{i:02d}" for i in range(1, directions.shape[1] + 1)]
    weights = np.column_stack([weights, directions]).astype(np.float32).astype(np.float64)
    offset = np.concatenate([offset, np.zeros(directions.shape[1])])
    every = tuple(range(len(FACTS)))
    return TextEncoder(source, grams, weights, offset, tuple(labels), every, (), False), inner


def _rows_of(outcome: Outcome, rows: Ints, texts: Sequence[str]) -> Outcome:
    """Return the outcome of some rows, for `MOST_SCORES` classes.

    Equal texts are put into one fold, or they would tell on each other.
    """
    first: dict[str, int] = {}
    owner = np.array([first.setdefault(text, i) for i, text in enumerate(texts)], dtype=np.int64)
    values = outcome.values[rows]
    classes = np.sort(np.argsort(-np.nansum(values, axis=0), kind="stable")[:MOST_SCORES])
    return replace(
        outcome, known=outcome.known[rows], values=values[:, classes], folds=outcome.folds[rows][owner],
        labels=tuple(outcome.labels[i] for i in classes),
        ranks=None if outcome.ranks is None else outcome.ranks[rows],
    )  # fmt: skip
