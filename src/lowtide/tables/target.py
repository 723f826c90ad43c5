"""The column to predict: its kind, its classes, and when no honest model can be made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from lowtide.core.errors import Refusal, UsageError
from lowtide.core.finding import Fact
from lowtide.core.task import Kind
from lowtide.tables.blanks import trim
from lowtide.tables.cells import text_of
from lowtide.tables.table import Floats, Ints, Table
from lowtide.tables.word_sets import word_set

# Below 50 rows even a perfect score leaves a 95 % bound for an error rate near 6 % (rule of three: 3 / n),
# and five folds hold fewer than ten rows each.
LEAST_ROWS = 50
# With p positives the AUC of an uninformative model has a standard error near 1 / sqrt(12 p): 0.065 for 20.
# Fewer cannot tell a good model from luck, and five folds would hold fewer than four each.
LEAST_RARER = 20
# A class needs a case or two in each of five folds; smaller classes are tolerated only as a small rest.
LEAST_CLASS = 10
LEAST_REGRESSION_ROWS = 50
LEAST_DISTINCT = 5
# Whole numbers with more distinct values than this are amounts, not classes.
MOST_CLASSES_OF_NUMBERS = 20
MOST_CLASSES = 200

_POSITIVE = word_set(
    """yes y true t 1 positive pos churn churned leave left attrition fail failed failure fault faulty default
    defaulted charged_off bad defect defective broken fraud fraudulent spam death dead died deceased case sick disease
    ill abnormal anomaly anomalous attack malignant cancer buy bought purchase purchased click clicked converted
    conversion subscribed accepted approved responded won success hit late delayed returned cancelled canceled
    high up
    예 네 참 양성 이탈 해지 탈퇴 사망 불량 고장 결함 실패 부도 연체 사기 스팸 환자 질병 비정상 이상 악성 구매 클릭 전환
    가입 승인 당첨 지연 반품 취소 발생 합격 성공"""
)
_NEGATIVE = word_set(
    """no n false f 0 negative neg stay stayed retained pass passed ok good normal healthy alive survived ham
    benign none not never paid genuine legitimate low down rejected refused
    아니오 아니요 거짓 음성 유지 생존 양호 정상 미발생 없음 무 양품"""
)


@dataclass(frozen=True, slots=True)
class Target:
    """The target as numbers.

    Attributes
    ----------
    name : column.
    kind : ``binary``, ``multiclass`` or ``regression``.
    y : (n,) float64; binary 0/1 (1 is ``positive``), multiclass the index into ``classes``, regression
        the value; NaN where the target is missing.
    classes : labels as text, in the order of the codes (binary: (negative, positive)); empty for regression.
    positive : label of the positive class (binary).
    facts : evidence: ``kind_reason``, ``positive_reason``, ``positives``, ``missing``, ``distinct`` ...
    """

    name: str
    kind: Kind
    y: Floats
    classes: tuple[str, ...] = ()
    positive: str | None = None
    facts: dict[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Labels:
    """Distinct values of the target: as text (without ``.0``), their rows, and each row's code (-1: missing)."""

    texts: list[str]
    counts: Ints
    codes: Ints
    numbers: Floats | None
    whole: bool

    @property
    def rows(self) -> int:
        return int(self.counts.sum())


def make_target(
    table: Table, name: str, *, kind: Kind | None = None, positive: str | None = None, least: bool = True
) -> Target:
    """Turn a column into a target, or say why that cannot lead to an honest model.

    Parameters
    ----------
    kind : ``binary``, ``multiclass`` or ``regression``; by evidence when ``None``.
    positive : label of the positive class; with more than two labels it makes the task "this label or not".
    least : refuse when there are too few rows or cases for a model; an audit looks at such a table all the same.

    Returns
    -------
    Target
        ``y`` has the table's rows; rows without an outcome are NaN.

    Raises
    ------
    UsageError
        If the column or label is unknown, or ``kind`` cannot be had from it.
    Refusal
        If there are too few rows, cases or values; without ``least``, if there is nothing but one value.
    """
    column = table.column(name)
    if kind == "ranking":
        raise UsageError("Ranking is made by recommend, not from a target column: use lowtide recommend.")
    labels = _labels(table, name)
    facts: dict[str, Fact] = {
        "missing": len(table) - labels.rows,
        "distinct": len(labels.texts),
        "rows": labels.rows,
    }
    _enough(name, table, labels, kind, least)
    if kind is None and positive is not None and len(labels.texts) > 2:
        kind, reason = "binary", "positive_given"
    elif kind is None:
        kind, reason = _kind(table, name, labels)
    else:
        reason = "given"
    facts["kind_reason"] = reason
    if kind == "regression":
        if labels.numbers is None:
            raise UsageError(
                f"The target {name!r} has the type {column.type}; only numbers can be predicted by regression. "
                f"Its values: {_some(labels.texts)}."
            )
        return _regression(table, name, labels, facts, least)
    if len(labels.texts) > MOST_CLASSES or _all_different(labels):
        raise Refusal(
            f"The target {name!r} has {len(labels.texts):,} different values in {labels.rows:,} rows; that is a "
            "name or free text, not an outcome. Choose another target, or group its values into a few classes."
        )
    if kind == "binary":
        return _binary(name, labels, positive, facts, least)
    return _multiclass(name, labels, facts, least)


def coded(
    table: Table, name: str, *, kind: Kind, classes: Sequence[str] = (), positive: str | None = None
) -> Floats:
    """Return outcomes (n,) as a model that is fitted already knows them; NaN where missing or never seen.

    Parameters
    ----------
    kind, classes, positive : of the target that the model was fitted on (`Target`).
    """
    if kind == "regression":
        return table.numbers(name)
    labels = _labels(table, name)
    place = {text: float(code) for code, text in enumerate(classes)}
    # "This label or not": every other label is the other class.
    other = 0.0 if positive is not None and classes and classes[0] == f"not {positive}" else np.nan
    known = np.asarray([place.get(text, other) for text in labels.texts] + [np.nan])
    return np.asarray(known[labels.codes], dtype=np.float64)


def _labels(table: Table, name: str) -> _Labels:
    if table.column(name).type == "text":
        codes, levels = table.codes(name)
        # Blanks around a label do not make another class.
        shown = sorted({trim(v) for v in levels})
        joined = np.asarray([shown.index(trim(v)) for v in levels] + [-1], dtype=np.int64)
        codes = joined[codes]
        return _Labels(shown, np.bincount(codes[codes >= 0], minlength=len(shown)), codes, None, False)
    values = table.numbers(name)
    known = np.isfinite(values)
    distinct, inverse = np.unique(values[known], return_inverse=True)
    codes = np.full(len(values), -1, dtype=np.int64)
    codes[known] = inverse
    if table.column(name).type == "bool":
        texts = ["true" if v else "false" for v in distinct]
        return _Labels(texts, np.bincount(inverse, minlength=len(distinct)), codes, None, False)
    whole = bool(np.all(distinct == np.floor(distinct)))
    numbers = distinct if table.column(name).type == "number" else None
    # Amounts with very many values are never shown as labels.
    texts = [text_of(float(v)) or "" for v in distinct]
    return _Labels(texts, np.bincount(inverse, minlength=len(distinct)), codes, numbers, whole)


def _enough(name: str, table: Table, labels: _Labels, kind: Kind | None, least: bool) -> None:
    """Refuse what cannot be a target of any kind; a kind that a person gave overrules the guess "identifier"."""
    if labels.rows == 0:
        raise Refusal(
            f"The target {name!r} is empty in all {len(table):,} rows. Choose a column that holds outcomes."
        )
    if least and labels.rows < LEAST_ROWS:
        raise Refusal(
            f"Only {labels.rows:,} rows have a value in the target {name!r}; at least {LEAST_ROWS} are needed before a "
            "model can be judged. Collect more rows with known outcomes."
        )
    if len(labels.texts) == 1:
        raise Refusal(
            f"The target {name!r} is {labels.texts[0]!r} in all {labels.rows:,} rows with an outcome. A model needs "
            "rows with different outcomes: add the other cases, or choose another column."
        )
    if table.column(name).type == "date":
        raise Refusal(
            f"The target {name!r} is a date. Choose another column, or make one of it, such as the days until then."
        )
    if table.role(name) == "id" and (kind is None or labels.numbers is None):
        raise Refusal(
            f"The target {name!r} looks like an identifier: {len(labels.texts):,} different values in {labels.rows:,} "
            "rows. There is nothing to learn from it. Choose another column, or say the kind if these are amounts."
        )


def _all_different(labels: _Labels) -> bool:
    return labels.numbers is None and len(labels.texts) > 20 and len(labels.texts) > 0.5 * labels.rows


def _kind(table: Table, name: str, labels: _Labels) -> tuple[Kind, str]:
    distinct = len(labels.texts)
    if distinct == 2:
        return "binary", "two_values"
    if labels.numbers is None:
        return "multiclass", "few_texts"
    if not labels.whole:
        return "regression", "fractions"
    if distinct > MOST_CLASSES_OF_NUMBERS:
        return "regression", "many_numbers"
    span = float(labels.numbers[-1]) - float(labels.numbers[0])
    if distinct <= 10 and span <= 2 * distinct and table.role(name) in ("ordinal", "category"):
        return "multiclass", "few_codes"
    if distinct <= 7 and span < 10:
        return "multiclass", "few_codes"
    return "regression", "counts"


def _counts(labels: _Labels, limit: int = 6) -> str:
    """Write labels with their rows, the most frequent first."""
    order = np.lexsort((np.arange(len(labels.texts)), -labels.counts))
    shown = ", ".join(f"{labels.texts[i]!r}: {int(labels.counts[i]):,}" for i in order[:limit])
    return shown + (f", and {len(order) - limit} more" if len(order) > limit else "")


def _some(texts: Sequence[str]) -> str:
    return ", ".join(repr(t) for t in texts[:5]) + (", …" if len(texts) > 5 else "")


def _binary(name: str, labels: _Labels, positive: str | None, facts: dict[str, Fact], least: bool) -> Target:
    if positive is not None:
        at = _find(name, labels, positive)
        reason = "given"
    elif len(labels.texts) > 2:
        raise UsageError(
            f"The target {name!r} has {len(labels.texts)} labels ({_counts(labels)}); say which one is the positive "
            f'class, for instance positive = "{labels.texts[int(np.argmin(labels.counts))]}".'
        )
    else:
        at, reason = _positive(labels)
    cases = int(labels.counts[at])
    others = labels.rows - cases
    rest = (
        next(t for i, t in enumerate(labels.texts) if i != at)
        if len(labels.texts) == 2
        else f"not {labels.texts[at]}"
    )
    rarer, count = (labels.texts[at], cases) if cases <= others else (rest, others)
    if least and count < LEAST_RARER:
        raise Refusal(
            f"The target {name!r} has only {count:,} rows with {rarer!r} among {labels.rows:,} ({_counts(labels)}). "
            f"At least {LEAST_RARER} are needed to tell a good model from luck; collect {LEAST_RARER - count} more, wait "
            "until more outcomes have matured, or choose another target."
        )
    y = np.where(labels.codes < 0, np.nan, (labels.codes == at).astype(np.float64))
    facts |= {
        "positive_reason": reason, "positives": cases, "share": round(cases / labels.rows, 6),
        "counts": {rest: others, labels.texts[at]: cases},
    }  # fmt: skip
    return Target(name, "binary", y, (rest, labels.texts[at]), labels.texts[at], facts)


def _find(name: str, labels: _Labels, positive: str) -> int:
    wanted = trim(str(positive))
    for same in (wanted, text_of(_number(wanted)), wanted.lower()):
        for index, text in enumerate(labels.texts):
            if same is not None and (text == same or text.lower() == same):
                return index
    raise UsageError(f"The target {name!r} has no label {positive!r}. It has {_counts(labels, 10)}.")


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _positive(labels: _Labels) -> tuple[int, str]:
    """Choose the positive class: the word for the event, else the larger number, else the rarer label."""
    plain = ["_".join(t.lower().split()).rstrip(".") for t in labels.texts]
    yes = [p in _POSITIVE or p.startswith(("yes_", "yes,")) for p in plain]
    no = [p in _NEGATIVE or p.startswith(("no_", "not_", "non_", "non-", "미", "비", "no,")) for p in plain]
    if yes[0] != yes[1] and not (no[0] and no[1]):
        return yes.index(True), "positive_word"
    if no[0] != no[1]:
        return no.index(False), "negative_word_opposite"
    if labels.numbers is not None and set(labels.texts) == {"0", "1"}:
        return 1, "one"
    return int(np.argmin(labels.counts)), "rarer"


def _multiclass(name: str, labels: _Labels, facts: dict[str, Fact], least: bool) -> Target:
    if len(labels.texts) == 2:
        raise UsageError(
            f"The target {name!r} has two labels ({_counts(labels)}); its kind is binary, not multiclass."
        )
    small = [i for i in range(len(labels.texts)) if labels.counts[i] < LEAST_CLASS]
    in_small = int(labels.counts[small].sum())
    enough = len(labels.texts) - len(small)
    second = int(np.sort(labels.counts)[-2])
    rest = labels.rows - int(labels.counts.max())
    # Few rare labels beside sound classes are a limit to be told; rare labels that are most of what
    # there is to predict are no basis for a model.
    weak = enough < 2 or second < LEAST_RARER or (small and _immature(labels, small)) or 2 * in_small > rest
    if least and weak:
        named = ", ".join(f"{labels.texts[i]!r} ({int(labels.counts[i]):,})" for i in small[:6])
        matured = " Perhaps the outcomes have not matured yet." if _one_rules(labels) else ""
        raise Refusal(
            f"The target {name!r} cannot carry a model: of {labels.rows:,} rows {_counts(labels)}; "
            f"{named or 'the second class'} ha{'ve' if len(small) > 1 else 's'} too few cases to learn from or to judge by "
            f"(at least {LEAST_CLASS} a class, {LEAST_RARER} in the second largest).{matured} "
            "Wait for more outcomes, join rare labels, or choose another target."
        )
    y = np.where(labels.codes < 0, np.nan, labels.codes.astype(np.float64))
    facts |= {
        "counts": {t: int(c) for t, c in zip(labels.texts, labels.counts, strict=True)},
        "small_classes": len(small),
        "small_class_labels": [labels.texts[i] for i in small[:10]],
    }
    return Target(name, "multiclass", y, tuple(labels.texts), None, facts)


def _one_rules(labels: _Labels) -> bool:
    return bool(labels.counts.max() >= 0.9 * labels.rows)


def _immature(labels: _Labels, small: Sequence[int]) -> bool:
    """One label rules and others have a handful of rows: a snapshot taken before things were decided."""
    return _one_rules(labels) and len(small) >= 1


def _regression(table: Table, name: str, labels: _Labels, facts: dict[str, Fact], least: bool) -> Target:
    if least and len(labels.texts) < LEAST_DISTINCT and facts["kind_reason"] != "given":
        raise Refusal(
            f"The target {name!r} has only {len(labels.texts)} different numbers ({_counts(labels)}); too few for regression."
        )
    values = table.numbers(name)
    top = int(labels.counts.max())
    if least and labels.rows - top < LEAST_RARER:
        raise Refusal(
            f"The target {name!r} has the value {labels.texts[int(np.argmax(labels.counts))]} in {top:,} of {labels.rows:,} "
            f"rows; the {labels.rows - top} others are too few to learn from (at least {LEAST_RARER})."
        )
    known = values[np.isfinite(values)]
    facts |= {
        "mean": float(known.mean()), "sd": float(known.std()), "low": float(known.min()), "high": float(known.max()),
        "zeros": float(np.mean(known == 0)),
    }  # fmt: skip
    return Target(name, "regression", values, facts=facts)
