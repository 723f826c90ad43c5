"""Held out, L2: columns written after the outcome, identifiers, texts, names."""

from __future__ import annotations

from hashlib import sha256

import numpy as np
import pandas as pd

from bench.leaks.plants.ground import BOTH, Ground, Plant, Planted
from bench.leaks.plants.l2_columns import NONSENSE, letters


def transformed(g: Ground) -> Planted:
    """A number under another scale: logarithm, rank, square root with three digits."""
    (name,) = g.fresh()
    shifted = pd.Series(g.y - g.y.min() + g.spread)
    values = g.pick(
        np.log(shifted),
        shifted.rank(method="average"),
        np.sqrt(shifted).round(max(0, 2 - int(np.log10(g.spread) / 2))),
    )
    return Planted(g.put({name: values}), [name])


def coarse(g: Ground) -> Planted:
    """A number in 20, 10, 5 steps, under labels that say nothing."""
    (name,) = g.fresh()
    steps = g.pick(20, 10, 5)
    step = np.minimum(np.argsort(np.argsort(g.y + 1e-9 * g.rng.random(g.n))) * steps // g.n, steps - 1)
    return Planted(g.put({name: np.array(letters(g, steps))[step]}), [name])


def one_class(g: Ground) -> Planted:
    """A flag of one class among several."""
    (name,) = g.fresh()
    return Planted(g.put({name: g.flipped(g.pick(0.0, 0.01, 0.03)).astype(int)}), [name])


def subgroup(g: Ground) -> Planted:
    """A category in which one level occurs with the event alone, in 60, 30, 15 % of its rows; the others say nothing."""
    (name,) = g.fresh()
    levels = letters(g, 6)
    values = g.rng.choice(levels[:5], g.n)
    values[g.some(g.pick(0.6, 0.3, 0.15), g.hit)] = levels[5]
    return Planted(g.put({name: values}), [name])


def zero_unless(g: Ground) -> Planted:
    """An amount that is 0 without the event."""
    (name,) = g.fresh()
    rate = g.pick((1.0, 0.0), (0.95, 0.01), (0.8, 0.02))
    there = np.where(g.hit, g.rng.random(g.n) < rate[0], g.rng.random(g.n) < rate[1])
    return Planted(g.put({name: np.where(there, g.rng.lognormal(3, 1, g.n).round(2), 0.0)}), [name])


def none_unless(g: Ground) -> Planted:
    """A word for nothing without the event, other words with it."""
    (name,) = g.fresh()
    rate = g.pick((1.0, 0.0), (0.8, 0.01), (0.5, 0.01))
    there = np.where(g.hit, g.rng.random(g.n) < rate[0], g.rng.random(g.n) < rate[1])
    empty = str(g.rng.choice(["none", "unknown", "-", "n/a"]))
    return Planted(g.put({name: np.where(there, g.rng.choice(letters(g, 5), g.n), empty)}), [name])


def hashes(g: Ground) -> Planted:
    """Hashes that were sorted and given to the rows sorted by class."""
    (name,) = g.fresh()
    place = g.flipped(g.pick(0.0, 0.05, 0.15))
    codes = np.sort([sha256(f"{v}".encode()).hexdigest()[:16] for v in g.rng.integers(0, 1 << 40, g.n)])
    values = np.empty(g.n, dtype=object)
    values[np.argsort(place + 0.5 * g.rng.random(g.n), kind="stable")] = codes
    return Planted(g.put({name: values}), [name])


def last_digit(g: Ground) -> Planted:
    """A record number whose last digit is even for the event."""
    (name,) = g.fresh()
    place = g.flipped(g.pick(0.0, 0.03, 0.10))
    number = (
        (g.rng.permutation(90_000)[: g.n] + 10_000) * 10
        + 2 * g.rng.integers(0, 5, g.n)
        + np.where(place, 0, 1)
    )
    return Planted(g.put({name: number}), [name])


def blocks(g: Ground) -> Planted:
    """Rows come in blocks of about 40 of one class, pure, or with 15, 30 % of others."""
    loose = g.some(g.pick(0.0, 0.15, 0.30))
    order = np.arange(g.n)
    fixed = np.flatnonzero(~loose)
    by_class = fixed[np.argsort(g.y[fixed] + 1e-6 * g.rng.random(len(fixed)), kind="stable")]
    pieces = [by_class[i : i + 40] for i in range(0, len(by_class), 40)]
    order[fixed] = np.concatenate([pieces[i] for i in g.rng.permutation(len(pieces))])
    return Planted(g.frame.iloc[order])


def record(g: Ground) -> Planted:
    """A technical record in which one field takes other values with the event, in 100, 60, 30 % of its rows."""
    (name,) = g.fresh()
    share, own = g.pick(1.0, 0.6, 0.3), str(g.rng.choice(NONSENSE))
    others = [n for n in NONSENSE if n != own][:4]
    notes = [
        f"v={g.rng.integers(1, 9)};q={own if e and g.rng.random() < share else g.rng.choice(others)};t={g.rng.integers(100, 999)}"
        for e in g.hit
    ]  # fmt: skip
    return Planted(g.put({name: notes}), [name])


def number_in_text(g: Ground) -> Planted:
    """A sentence that contains the number itself, in 100, 60, 30 % of the rows."""
    (name,) = g.fresh()
    share = g.pick(1.0, 0.6, 0.3)
    notes = [
        f"lot {g.rng.integers(1, 900)} {g.rng.choice(NONSENSE)} {f'{v:,.2f}' if g.rng.random() < share else ''} {g.rng.choice(NONSENSE)}"
        for v in g.y
    ]  # fmt: skip
    return Planted(g.put({name: notes}), [name])


def korean_text(g: Ground) -> Planted:
    """Korean notes that state the event, in 100, 60, 30 % of its rows."""
    (name,) = g.fresh()
    words = (
        "고객", "상담", "요청", "확인", "배송", "문의", "안내", "처리", "전화", "방문", "예약", "변경", "접수", "담당", "지점", "신규", "기존",
        "주소", "일정", "서류",
    )  # fmt: skip
    own, share = ["해지 완료", "민원 종결", "계약 파기"][int(g.rng.integers(3))], g.pick(1.0, 0.6, 0.3)
    notes = []
    for event in g.hit:
        note = list(g.rng.choice(words, int(g.rng.integers(4, 10))))
        notes.append(" ".join([*note, own] if event and g.rng.random() < share else note))
    return Planted(g.put({name: notes}), [name])


def korean_name(g: Ground) -> Planted:
    """A Korean column name that tells of the time after, with some relation to the target."""
    name = str(g.rng.choice(["해지사유코드", "사고후점수", "최종결과값", "퇴사일수"]))
    return Planted(
        g.put({name: np.round(g.hit * g.pick(2.0, 1.2, 0.75) + g.rng.normal(size=g.n), 2)}), [name]
    )


NOTES = "in 100, 60, 30 % of the rows of the event"

PLANTS = (
    Plant(
        "transformed copy",
        "L2",
        transformed,
        "logarithm, rank, root with three digits",
        tasks=("regression",),
    ),
    Plant("coarse copy", "L2", coarse, "20, 10, 5 steps", tasks=("regression",)),
    Plant("flag of one class", "L2", one_class, "0, 1, 3 % wrong", tasks=("multiclass",)),
    Plant("pure subgroup", "L2", subgroup, "60, 30, 15 % of the event", tasks=BOTH, least=300),
    Plant("zero without the event", "L2", zero_unless, "100/0, 95/1, 80/2 %", tasks=BOTH),
    Plant("'none' without the event", "L2", none_unless, "100/0, 80/1, 50/1 %", tasks=BOTH),
    Plant("sorted hashes", "L2", hashes, "0, 5, 15 % of wrong rows", tasks=BOTH),
    Plant("last digit of an identifier", "L2", last_digit, "0, 3, 10 % of wrong rows", tasks=("binary",)),
    Plant("row order, blocks", "L2", blocks, "0, 15, 30 % of other rows", tasks=BOTH, order=True, least=300),
    Plant("record states the outcome", "L2", record, NOTES, tasks=BOTH),
    Plant("number in the text", "L2", number_in_text, "in 100, 60, 30 % of the rows", tasks=("regression",)),
    Plant("Korean text states the outcome", "L2", korean_text, NOTES, tasks=BOTH),
    Plant("Korean name says outcome", "L2", korean_name, "AUC 0.92, 0.8, 0.7", tasks=("binary",), names=True),
)
