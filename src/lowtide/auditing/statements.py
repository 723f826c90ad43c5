"""Words in a free text whose presence nearly settles the outcome, and whether they stand out from its topic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lowtide.stats.association import Bools, Floats, Ints

if TYPE_CHECKING:
    from lowtide.auditing.context import Context

ROWS = 5_000
LEAST_ROWS = 100
SUPPORT = 12
PURE = 0.97
SURE = 1e-6
GRAMS = 20_000

_TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[a-z]+(?:'[a-z]+)?|[가-힣]+|[^\W\d_]+")
# Particles and endings that hang on a Korean word: cut once, the longest first.
_ENDINGS = sorted(
    [
        "은",
        "는",
        "이",
        "가",
        "을",
        "를",
        "에",
        "의",
        "로",
        "으로",
        "와",
        "과",
        "도",
        "만",
        "에서",
        "에게",
        "까지",
        "부터",
        "이나",
        "입니다",
        "합니다",
        "됩니다",
        "했습니다",
        "하였습니다",
        "되었습니다",
        "됐습니다",
        "했음",
        "하였음",
        "되었음",
        "됐음",
        "했다",
        "하였다",
        "되었다",
        "됐다",
        "한다",
        "된다",
        "이다",
        "함",
        "됨",
        "임",
        "하여",
        "해서",
        "하고",
        "되어",
        "처리",
    ],
    key=lambda e: (-len(e), e),
)


def tokens(text: str) -> list[str]:
    """Return the words of a text in lower case, Korean ones without their particle.

    >>> tokens("계약이 해지되었습니다. Account CLOSED!")
    ['계약', '해지', 'account', 'closed']
    """
    found = []
    for token in _TOKEN.findall(text.lower()):
        if "가" <= token[0] <= "힣":
            end = next((e for e in _ENDINGS if token.endswith(e) and len(token) - len(e) >= 2), "")
            token = token[: len(token) - len(end)]
        found.append(token)
    return found


@dataclass(frozen=True, slots=True)
class Said:
    """What the words of one text column say about one outcome.

    Attributes
    ----------
    grams : words or pairs that nearly settle it, the most telling first.
    rows, share : rows that have one of them, and how many of those have the outcome.
    covered : share of the outcome's rows that have one.
    effect : share of the outcome's variance that having one explains.
    rest : the same for the best other word, or the rarer ones of this kind together, in the rows without them:
        the topic.
    words : how many single words there are of this kind, rarer ones included (a handful, or a vocabulary).
    effects : (g,) effect of each gram.
    """

    outcome: int
    grams: tuple[str, ...]
    rows: int
    share: float
    covered: float
    base: float
    effect: float
    rest: float
    words: int
    effects: tuple[float, ...]
    mask: Bools
    p_value: float


def grams(texts: list[str], most: int = GRAMS) -> tuple[Any, list[str]] | None:
    """Return which text has which word or pair of words (sparse n × g, 0/1), and the grams."""
    from sklearn.feature_extraction.text import CountVectorizer

    least = max(SUPPORT // 2, int(0.002 * len(texts)))
    counter = CountVectorizer(
        tokenizer=tokens, token_pattern=None, lowercase=False, ngram_range=(1, 2), binary=True,
        min_df=least, max_features=most, dtype=np.float64,
    )  # fmt: skip
    try:
        matrix = counter.fit_transform(texts)
    except ValueError:  # no word is frequent enough
        return None
    return matrix.tocsc(), list(counter.get_feature_names_out())


def said(matrix: Any, names: list[str], labels: Ints, units: Ints | None) -> list[Said]:
    """Return, by outcome (-1 belongs to none), the words that nearly settle it; only outcomes that have some.

    Parameters
    ----------
    labels : (n,) outcome of each text.
    units : (n,) entities whose rows count once, or ``None``.
    """
    from scipy.stats import binom

    n = len(labels)
    support = np.asarray(matrix.sum(axis=0)).ravel()
    present = [int(k) for k in np.unique(labels) if k >= 0]
    tests = max(len(names) * len(present), 1)
    found = []
    for k in present:
        own = (labels == k).astype(np.float64)
        base = float(own.mean())
        if not 0.005 <= base <= 0.995:
            continue
        hits = np.asarray(matrix.T @ own).ravel()
        rate = hits / np.maximum(support, 1)
        counted = support if units is None else _distinct(matrix, units)
        chance = binom.sf(np.ceil(rate * counted) - 1, counted, base) * tests
        clear = (rate >= PURE) & (1 - rate <= 0.15 * (1 - base)) & (hits >= SUPPORT)
        pure = clear & (chance <= SURE)
        # Words that are as clear but rarer belong to the same vocabulary.
        clear &= chance <= 1e-3 * tests
        if not pure.any():
            continue
        effects = _effect(support, hits, n, base)
        order = [int(j) for j in np.lexsort((np.arange(len(names)), -effects)) if pure[j]]
        mask = np.asarray(matrix[:, order].sum(axis=1)).ravel() > 0
        rows = int(mask.sum())
        share = float(own[mask].mean())
        found.append(
            Said(
                outcome=k,
                grams=tuple(names[j] for j in order),
                rows=rows,
                share=share,
                covered=float(own[mask].sum() / own.sum()),
                base=base,
                effect=float(_effect(np.array([rows]), np.array([own[mask].sum()]), n, base)[0]),
                rest=_rest(matrix, own, mask, pure, clear),
                words=sum(" " not in names[j] for j in np.flatnonzero(clear)),
                effects=tuple(float(effects[j]) for j in order),
                mask=mask,
                p_value=float(min(chance[order[0]], 1.0)),
            )
        )
    return found


def _distinct(matrix: Any, units: Ints) -> Floats:
    """Return in how many entities each gram occurs (g,)."""
    out = np.empty(matrix.shape[1])
    for j in range(matrix.shape[1]):
        out[j] = len(np.unique(units[matrix.indices[matrix.indptr[j] : matrix.indptr[j + 1]]]))
    return out


def _effect(support: Floats, hits: Floats, n: int, base: float) -> Floats:
    """Return phi² between having a gram and having the outcome."""
    share = support / n
    both = hits / n
    spread = share * (1 - share) * base * (1 - base)
    out: Floats = (both - share * base) ** 2 / np.maximum(spread, 1e-12)
    return out


def _rest(matrix: Any, own: Floats, mask: Bools, pure: Bools, clear: Bools) -> float:
    """Return the largest effect of another gram, or of all that are clear but rare, in the rows without the telling ones."""
    left = ~mask
    if left.sum() < LEAST_ROWS / 2:
        return 0.0
    base = float(own[left].mean())
    if not 0 < base < 1:
        return 0.0
    small = matrix[left]
    support = np.asarray(small.sum(axis=0)).ravel()
    hits = np.asarray(small.T @ own[left]).ravel()
    effects = _effect(support, hits, int(left.sum()), base)
    effects[pure | (support < SUPPORT)] = 0.0
    # What chance gives the best of so many words is no topic.
    noise = 2 * np.log(max(len(pure), 2)) / int(left.sum())
    rare = np.asarray(small[:, np.flatnonzero(clear & ~pure)].sum(axis=1)).ravel() > 0
    together = _effect(np.array([rare.sum()]), np.array([own[left][rare].sum()]), int(left.sum()), base)
    return float(max(effects.max(initial=0.0) - noise, float(together[0]) - noise, 0.0))


def quotes(texts: list[str], y: Floats, seed: int) -> tuple[float, float]:
    """Return how often a text holds the very number that is the outcome, and how often another row's."""
    numbers = [
        {float(t.replace(",", "")) for t in tokens(text) if t[0].isdigit() and t.count(".") <= 1} for text in texts
    ]  # fmt: skip
    other = y[np.random.default_rng([seed, 61]).permutation(len(y))]
    own = float(np.mean([float(v) in found for v, found in zip(y, numbers, strict=True)]))
    chance = float(np.mean([float(v) in found for v, found in zip(other, numbers, strict=True)]))
    return own, chance


def is_free_text(context: Context, name: str) -> bool:
    """True for texts of two words or more on average, of which there are at least ten."""
    view = context.view(name)
    if view.values is not None or view.type != "text" or view.distinct < 10:
        return False
    _, levels = context.levels(name)
    some = levels[:: max(1, len(levels) // 300)]
    return float(np.mean([len(text.split()) for text in some])) >= 2.0
