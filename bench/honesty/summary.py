"""Outcomes as tables, for the terminal and as Markdown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.honesty.judge import Outcome
from bench.honesty.others import Report
from lowtide.stats.intervals import share_interval

HEAD = (
    "table", "scheme", "n", "draws", "refused", "floors held", "95 % interval", "slack", "batches held", "expected − real",
    "|expected − real|", "best CV − real", "|best CV − real|", "s",
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

    def cells(self) -> tuple[str, ...]:
        """Return the line as text, in the order of `HEAD`."""
        share = f"{self.held / self.promised:.1%}" if self.promised else "–"
        low, high = share_interval(self.held, self.promised)
        return (
            self.name, self.scheme, self.n, str(self.draws), str(self.refused), share, f"{low:.0%}–{high:.0%}",
            _text(self.slack), "–" if self.batches is None else f"{self.batches:.1%}", _text(self.optimism, "+"), _text(self.error), _text(self.naive_optimism, "+"),
            _text(self.naive_error), f"{self.seconds:.2f}",
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
    )


def lines(outcomes: Sequence[Outcome]) -> list[tuple[str, list[Line]]]:
    """Return titled groups of lines: totals apart for choosing and confirming tables, then single tables."""
    groups: list[tuple[str, list[Line]]] = []
    for purpose, title in (
        ("confirm", "tables that confirm"),
        ("choose", "tables used to choose the method"),
    ):
        mine = [o for o in outcomes if o.purpose == purpose]
        if not mine:
            continue
        totals = [line("all", mine)]
        totals += [line(s, part) for s, part in _by(mine, lambda o: o.scheme)]
        totals += [
            line(f"rows, n = {n}", part)
            for n, part in _by([o for o in mine if o.scheme == "rows"], lambda o: o.n)
        ]
        totals += [line(f"metric {m}", part) for m, part in _by(mine, lambda o: o.metric)]
        groups.append((f"Totals, {title}", totals))
        groups.append(
            (f"Each, {title}", [line(o[0], part) for o, part in _by(mine, lambda o: (o.table, o.n))])
        )
    return groups


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
