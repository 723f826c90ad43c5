"""Outcomes as tables, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.honesty.judge import Outcome
from bench.honesty.others import Report
from bench.honesty.textbook import Textbook
from lowtide.stats.intervals import share_interval

HEAD = (
    "table", "scheme", "n", "draws", "refused", "floors held", "95 % interval", "slack", "batches held", "expected − real",
    "|expected − real|", "best CV − real", "|best CV − real|", "s", "s / CV",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """Numbers of one group of draws; None where there is nothing to average."""

    name: str
    scheme: str
    n: str
    draws: int
    refused: int
    promised: int
    held: int
    slack: float | None
    batches: float | None
    optimism: float | None
    error: float | None
    naive_optimism: float | None
    naive_error: float | None
    seconds: float
    cost: float | None

    def cells(self) -> tuple[str, ...]:
        """Return the line as text, in the order of `HEAD`."""
        share = f"{self.held / self.promised:.1%}" if self.promised else "–"
        low, high = share_interval(self.held, self.promised)
        return (
            self.name, self.scheme, self.n, str(self.draws), str(self.refused), share, f"{low:.0%}–{high:.0%}",
            _text(self.slack), "–" if self.batches is None else f"{self.batches:.1%}", _text(self.optimism, "+"), _text(self.error), _text(self.naive_optimism, "+"),
            _text(self.naive_error), f"{self.seconds:.2f}", _text(self.cost),
        )  # fmt: skip


def line(name: str, outcomes: Sequence[Outcome]) -> Line:
    """Sum up some outcomes."""
    promised = [o for o in outcomes if o.floor is not None and np.isfinite(o.real)]
    judged = [o for o in promised if o.expected is not None and o.naive is not None]
    optimism = [o.optimism(o.expected) for o in judged if o.expected is not None]
    naive = [o.optimism(o.naive) for o in judged if o.naive is not None]
    schemes, sizes = {o.scheme for o in outcomes}, sorted({o.n for o in outcomes})
    return Line(
        name=name,
        scheme=schemes.pop() if len(schemes) == 1 else "all",
        n=str(sizes[0]) if len(sizes) == 1 else f"{sizes[0]}–{sizes[-1]}",
        draws=len(outcomes),
        refused=sum(o.refusal is not None for o in outcomes),
        promised=len(promised),
        held=sum(o.slack >= 0 for o in promised),
        slack=_mean([o.slack for o in promised]),
        batches=_mean([float(o.batch_held) for o in outcomes if o.batch_held is not None]),
        optimism=_mean(optimism),
        error=_mean(np.abs(optimism)),
        naive_optimism=_mean(naive),
        naive_error=_mean(np.abs(naive)),
        seconds=float(np.mean([o.seconds for o in outcomes])),
        cost=_mean([o.seconds / o.cv_seconds for o in outcomes if o.cv_seconds > 0]),
    )


def lines(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Line]]]:
    """Return titled groups of lines: totals apart for choosing and confirming tables, then single tables.

    Totals by scheme and size are in the default metrics; the others follow by scheme.
    """
    groups: list[tuple[str, list[Line]]] = []
    for purpose, title in (
        ("confirm", "tables that confirm"),
        ("choose", "tables used to choose the method"),
    ):
        mine = [o for o in outcomes if o.purpose == purpose]
        if not mine:
            continue
        usual = [o for o in mine if o.metric in DEFAULTS]
        totals = [line("all", usual)]
        for scheme, part in _by(usual, lambda o: SCHEMES.index(o.scheme)):
            totals.append(line(SCHEMES[scheme], part))  # type: ignore[call-overload]
            totals += [line(f"{SCHEMES[scheme]}, n = {n}", p) for n, p in _by(part, lambda o: _size(o.n))]  # type: ignore[call-overload]
        metrics = [
            line(f"{m}, {SCHEMES[k]}", part)  # type: ignore[call-overload]
            for (m, k), part in _by(mine, lambda o: (o.metric, SCHEMES.index(o.scheme)))  # type: ignore[misc]
        ]
        groups.append((f"Default metrics (AUC, MAE), {title}", totals))
        groups.append((f"Every metric, {title}", metrics))
        groups.append(
            (f"Each table, {title}", [line(str(o), part) for o, part in _by(usual, lambda o: o.table)])
        )
    return groups


SCHEMES = ("rows", "groups", "future")
DEFAULTS = ("roc_auc", "mae")


def _size(n: int) -> int:
    """Return the size with that of one table that cannot give 500 rows counted there."""
    return 500 if n == 400 else n


BOOK_HEAD = (
    "method", "scheme", "n", "draws", "floors held", "95 % interval", "slack", "slack / bbc", "expected − real", "|expected − real|", "s",
)  # fmt: skip


def book_lines(
    outcomes: Sequence[Outcome], books: Sequence[Textbook]
) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Return methods side by side, on the draws for which lowtide gave a floor, by purpose, scheme and size.

    ``slack / bbc`` compares on the draws where both gave a floor.
    """
    groups = []
    for purpose, title in (("confirm", "tables that confirm"), ("choose", "tables used to choose")):
        ours = {
            (o.table, o.n, o.seed): o
            for o in outcomes
            if o.purpose == purpose and o.metric in DEFAULTS and o.floor is not None and np.isfinite(o.real)
        }
        rows: list[tuple[str, ...]] = []
        for scheme in SCHEMES:
            part = {k: o for k, o in ours.items() if o.scheme == scheme}
            for small, sizes in (("≤ 500", range(501)), ("> 500", range(501, 10**6))):
                kept = {k: o for k, o in part.items() if o.n in sizes}
                if kept:
                    rows += _methods(kept, books, scheme, small)
        if rows:
            groups.append((f"Methods side by side, {title}", rows))
    return groups


def _methods(
    kept: dict[tuple[str, int, int], Outcome], books: Sequence[Textbook], scheme: str, small: str
) -> list[tuple[str, ...]]:
    found: dict[str, dict[tuple[str, int, int], Outcome | Textbook]] = {"**lowtide**": dict(kept)}
    for b in books:
        if (b.table, b.n, b.seed) in kept and np.isfinite(b.real):
            found.setdefault(b.method, {})[b.table, b.n, b.seed] = b
    reference = {k: _slack(o) for k, o in found.get("bbc", {}).items() if o.floor is not None}
    rows = []
    for name, some in found.items():
        promised = {k: o for k, o in some.items() if o.floor is not None}
        slack = {k: _slack(o) for k, o in promised.items()}
        both = [k for k in slack if k in reference]
        ratio = np.mean([slack[k] for k in both]) / np.mean([reference[k] for k in both]) if both else None
        gaps = [o.sign * (o.expected - o.real) / o.unit for o in some.values() if o.expected is not None]
        held = sum(v >= 0 for v in slack.values())
        low, high = share_interval(held, len(promised))
        rows.append(
            (
                name, scheme, small, str(len(some)), f"{held / len(promised):.1%}" if promised else "–",
                f"{low:.0%}–{high:.0%}" if promised else "–", _text(_mean(list(slack.values()))),
                _text(None if ratio is None else float(ratio)), _text(_mean(gaps), "+"), _text(_mean(np.abs(gaps))),
                f"{np.mean([o.seconds for o in some.values()]):.2f}",
            )
        )  # fmt: skip
    return rows


def _slack(o: Outcome | Textbook) -> float:
    assert o.floor is not None
    return o.sign * (o.real - o.floor) / o.unit


def _by(outcomes: Sequence[Outcome], key: Callable[[Outcome], object]) -> list[tuple[object, list[Outcome]]]:
    keys = list(dict.fromkeys(key(o) for o in outcomes))
    keys.sort(key=lambda k: k if isinstance(k, tuple) else (k,))  # type: ignore[arg-type, return-value]
    return [(k, [o for o in outcomes if key(o) == k]) for k in keys]  # type: ignore[misc]


OTHERS_HEAD = (
    "tool",
    "scheme",
    "draws",
    "reported − real",
    "|reported − real|",
    "reported > real + 0.02",
    "its model − lowtide's",
    "s",
)


def other_lines(pairs: Iterable[tuple[Outcome, Report]]) -> list[tuple[str, ...]]:
    """Return what tools reported against the truth, and lowtide's numbers on the same draws."""
    pairs = [p for p in pairs if np.isfinite(p[1].real) and np.isfinite(p[0].real)]
    rows = []
    for tool, scheme in dict.fromkeys((r.tool, o.scheme) for o, r in pairs):
        mine = [(o, r) for o, r in pairs if (r.tool, o.scheme) == (tool, scheme)]
        gaps = [o.sign * (r.reported - r.real) / o.unit for o, r in mine]
        ahead = np.mean([o.sign * (r.real - o.real) / o.unit for o, r in mine])
        seconds = np.mean([r.seconds for _, r in mine])
        rows.append(_other(tool, scheme, gaps, f"{ahead:+.3f}", f"{seconds:.0f}"))
    drawn = {(o.table, o.n, o.seed): o for o, _ in pairs}.values()
    for scheme in dict.fromkeys(o.scheme for o in drawn):
        for name, field in (("best CV", "naive"), ("expected", "expected"), ("floor", "floor")):
            values = [(o, getattr(o, field)) for o in drawn if o.scheme == scheme]
            gaps = [o.optimism(v) for o, v in values if v is not None]
            if gaps:
                rows.append(_other(f"lowtide, {name}", scheme, gaps, "", ""))
    return sorted(rows, key=lambda r: ("rows", "groups", "future").index(r[1]))


def _other(name: str, scheme: str, gaps: Sequence[float], ahead: str, seconds: str) -> tuple[str, ...]:
    g = np.asarray(gaps)
    share = f"{(g > 0.02).mean():.0%}"
    return (name, scheme, str(len(g)), f"{g.mean():+.3f}", f"{np.abs(g).mean():.3f}", share, ahead, seconds)


def markdown(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table as Markdown."""
    out = [f"### {title}", "", "| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    out += ["| " + " | ".join(r) + " |" for r in rows]
    return "\n".join(out) + "\n"


def _mean(values: Sequence[float] | np.ndarray) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _text(value: float | None, sign: str = "") -> str:
    return "–" if value is None else f"{value:{sign}.3f}"
