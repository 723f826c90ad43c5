"""What a finding is worth: the score with it left as it is, and with its remedy applied."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Protocol

import msgspec
import numpy as np

from lowtide.auditing.context import Context
from lowtide.auditing.entities import whole_codes
from lowtide.auditing.moments import find_moment
from lowtide.auditing.second import judged, predict_second
from lowtide.core.finding import Finding, Price, Severity
from lowtide.stats.association import Floats, Ints, deal_folds

ROWS = 5_000
ROWS_TEXT = 2_000
FOLDS = 4
MOST_FITS = 20
WINDOWS = 3
CONFIDENCE = 0.90


class FastFit(Protocol):
    """A fixed fast learner, given by the flow. Everything that is fitted sees ``train`` only."""

    def __call__(self, columns: tuple[str, ...], train: Ints, test: Ints) -> Floats:
        """Fit on table rows ``train`` and predict table rows ``test``.

        Returns (len(test),) values or probabilities of the positive class, or (len(test), classes).
        """
        ...


@dataclass(frozen=True, slots=True)
class Score:
    """A mean over folds, with its interval."""

    value: float
    low: float
    high: float


@dataclass
class Pricer:
    """Scores sets of columns under a scheme; the same set under the same scheme is fitted once."""

    context: Context
    fit: FastFit
    fits: int = 0
    _known: dict[tuple[str, tuple[str, ...]], Score | None] = field(default_factory=dict)

    @property
    def metric(self) -> str:
        return "r2" if self.context.target.kind == "regression" else "roc_auc"

    def score(self, columns: tuple[str, ...], scheme: str, folds: list[tuple[Ints, Ints]]) -> Score | None:
        """Return the score of these columns; ``None`` when the fits are used up or no fold could be scored."""
        key = (scheme, tuple(sorted(columns)))
        if key not in self._known:
            if self.fits >= MOST_FITS or not columns:
                return None
            self.fits += 1
            values, share = [], []
            for train, test in folds:
                predicted = self.fit(columns, train, test)
                value = judged(
                    self.context.target.y[test], self.context.target.kind, predicted, np.ones(len(test), bool)
                )
                if value is not None:
                    values.append(value)
                    share.append(len(test) / len(train))
            self._known[key] = _interval(values, share) if values else None
        return self._known[key]


def _interval(values: list[float], share: list[float]) -> Score:
    """Return mean and 90 % interval by the corrected resampled t (Nadeau & Bengio 2003).

    The variance over folds is multiplied by 1/J + n_test/n_train, because folds share training rows.
    """
    from scipy.stats import t

    mean = float(np.mean(values))
    if len(values) < 2:
        return Score(mean, mean, mean)
    factor = 1 / len(values) + float(np.mean(share))
    half = float(t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1)) * float(np.std(values, ddof=1)) * factor**0.5
    return Score(mean, mean - half, mean + half)


def price(
    findings: list[Finding], quarantined: tuple[str, ...], context: Context, fit: FastFit
) -> tuple[list[Finding], Price | None]:
    """Return the findings with prices, and the joint price of everything in quarantine.

    The price of one finding is what its columns add to the clean table: a leak beside another leak adds
    nothing to it, yet each alone would ruin the score. The joint price compares everything left as it is
    (all columns, rows held out at random) with everything remedied (clean columns, the split that the
    warnings call for). Rows that belong together (`Context.together`) are priced by folds that cut through them
    against folds that do not. A check that priced its finding itself is believed. Which findings come first
    when fits run out: errors, then questions, as listed.
    """
    pricer = Pricer(context, fit)
    rows = _sample(context)
    plain = _folds(rows, None, context.seed, context.index)
    scheme, folds = _worst(findings, context, rows)
    features = tuple(n for n in context.features if context.view(n).distinct > 1)
    clean = tuple(n for n in features if n not in quarantined)
    joint: Price | None = None
    priceable = tuple(
        n for n in context.candidates if n in features or context.table.role(n) not in ("group", "ignore")
    )
    accused = {
        c for f in findings if f.remedy == "drop_columns" and f.level >= Severity.question for c in f.columns
    }
    worst, held = _all_remedied(findings, context, rows, scheme, folds)
    if quarantined or worst != "rows":
        everything = tuple(n for n in priceable if n in features or n in accused)
        joint = _price(pricer, everything, clean, "rows", plain, worst, held)
    priced = {}
    order = sorted(range(len(findings)), key=lambda i: -findings[i].level)
    for i in order:
        finding = findings[i]
        if finding.price is not None:
            continue
        if finding.code == "LT103":
            priced[i] = _shared(context)
        elif finding.code in context.together and finding.level >= Severity.warning:
            held = _folds(rows, context.together[finding.code][rows], context.seed, context.index)
            own = tuple(c for c in clean if finding.remedy != "split_by_group" or c not in finding.columns)
            priced[i] = _price(pricer, clean, own, "rows", plain, f"together:{finding.code}", held)
        elif finding.remedy in ("split_by_group", "split_by_time"):
            name, held = _scheme_of(finding, context, rows)
            if held:
                group = tuple(c for c in clean if c not in finding.columns) if name == "groups" else clean
                priced[i] = _price(pricer, clean, group, "rows", plain, name, held)
        elif finding.remedy == "drop_columns" and finding.level >= Severity.question:
            # Identifiers too: what they would add for whoever took them as numbers. Groups reach no model.
            own = tuple(c for c in priceable if c in finding.columns)
            without = tuple(c for c in clean if c not in own)
            if own:
                priced[i] = _price(pricer, (*without, *own), without, scheme, folds, scheme, folds)
    out = [
        msgspec.structs.replace(f, price=priced[i]) if priced.get(i) else f for i, f in enumerate(findings)
    ]
    return out, joint


def _price(
    pricer: Pricer, before: tuple[str, ...], after: tuple[str, ...],
    scheme_before: str, folds_before: list[tuple[Ints, Ints]], scheme: str, folds: list[tuple[Ints, Ints]],
) -> Price | None:  # fmt: skip
    as_is = pricer.score(before, scheme_before, folds_before)
    remedied = pricer.score(after, scheme, folds)
    if as_is is None or remedied is None:
        return None
    return Price(
        metric=pricer.metric, greater_is_better=True,
        scheme=scheme if scheme == scheme_before else f"{scheme_before}>{scheme.partition(':')[0]}",
        as_is=as_is.value, remedied=remedied.value, as_is_low=as_is.low, as_is_high=as_is.high,
        remedied_low=remedied.low, remedied_high=remedied.high,
    )  # fmt: skip


def _shared(context: Context) -> Price | None:
    """Return the score on the second file with the rows that the first one has, and without them."""
    truth, shared = context.test_target, context.shared_rows
    if truth is None or shared is None:
        return None
    names = tuple(n for n in context.features if n in context.shared_columns)
    made = predict_second(context, names)
    if made is None:
        return None
    where, predicted = made
    y, kind = truth.y[where], context.target.kind
    as_is = judged(y, kind, predicted, np.ones(len(y), bool))
    remedied = judged(y, kind, predicted, ~shared[where])
    if as_is is None or remedied is None:
        return None
    metric = "r2" if kind == "regression" else "roc_auc"
    return Price(metric=metric, greater_is_better=True, scheme="second", as_is=as_is, remedied=remedied)


def _sample(context: Context) -> Ints:
    """Return positions within the sample that are priced on; whole entities when there are any.

    Fewer when there is free text, whose preparation is what takes the time.
    """
    n = context.sampled
    most = ROWS_TEXT if any(context.table.role(c) == "text" for c in context.features) else ROWS
    if n <= most:
        return np.arange(n, dtype=np.int64)
    rng = np.random.default_rng([context.seed, 91])
    if context.units is None:
        return np.sort(rng.choice(n, most, replace=False)).astype(np.int64)
    _, inverse, counts = np.unique(context.units, return_inverse=True, return_counts=True)
    order = rng.permutation(len(counts))
    taken = order[: max(10, int(np.searchsorted(np.cumsum(counts[order]), most)))]
    return np.flatnonzero(np.isin(inverse, taken)).astype(np.int64)


def _folds(rows: Ints, units: Ints | None, seed: int, index: Ints) -> list[tuple[Ints, Ints]]:
    fold = deal_folds(units, len(rows), FOLDS, seed)
    place = index[rows]
    return [(place[fold != f], place[fold == f]) for f in range(FOLDS) if (fold == f).any()]


def _future(rows: Ints, when: Floats, index: Ints) -> list[tuple[Ints, Ints]]:
    """Return forward windows: train on all before, test on the next part; the last 45 % in three windows."""
    known = rows[~np.isnan(when[rows])]
    order = known[np.argsort(when[known], kind="stable")]
    n = len(order)
    cuts = [int(n * (0.55 + 0.15 * w)) for w in range(WINDOWS + 1)]
    out = []
    for low, high in pairwise(cuts):
        first = when[order[low]]
        train = order[:low][when[order[:low]] < first]
        if len(train) >= 20 and high > low:
            out.append((index[train], index[order[low:high]]))
    return out


def _scheme_of(finding: Finding, context: Context, rows: Ints) -> tuple[str, list[tuple[Ints, Ints]]]:
    if finding.remedy == "split_by_group":
        units = whole_codes(context.view(finding.columns[0]).codes)[rows]
        return "groups", _folds(rows, units, context.seed, context.index)
    if finding.facts.get("time") == ":order":
        when = context.index.astype(np.float64)
    else:
        moment = find_moment(context)
        if moment is None:
            return "future", []
        when = moment.when
    return "future", _future(rows, when, context.index)


def _all_remedied(
    findings: list[Finding], context: Context, rows: Ints, scheme: str, folds: list[tuple[Ints, Ints]]
) -> tuple[str, list[tuple[Ints, Ints]]]:
    """Return the scheme with every remedy applied: the worst one, or copies kept together under folds by row."""
    acting = [f for f in findings if f.code in context.together and f.level >= Severity.warning]
    if scheme != "rows" or not acting:
        return scheme, folds
    units = context.together[acting[0].code][rows]
    return f"together:{acting[0].code}", _folds(rows, units, context.seed, context.index)


def _worst(findings: list[Finding], context: Context, rows: Ints) -> tuple[str, list[tuple[Ints, Ints]]]:
    """Return the scheme under which columns are priced: the one that the warnings call for."""
    for remedy in ("split_by_time", "split_by_group"):
        for finding in findings:
            if finding.remedy == remedy and finding.severity == "warning":
                scheme, folds = _scheme_of(finding, context, rows)
                if folds:
                    return scheme, folds
    return "rows", _folds(rows, None, context.seed, context.index)
