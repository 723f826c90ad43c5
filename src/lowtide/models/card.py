"""The model card (Hugging Face's metadata header, then plain English) and the lock of versions."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping

from lowtide.core.answering import DECLARED
from lowtide.core.contract import ColumnContract
from lowtide.core.interval import Scenario
from lowtide.core.rounding import significant
from lowtide.models.manifest import FindingNote, Manifest

# Findings about how held-out data is made.
SPLIT_CODES = ("LT301", "LT302")
KINDS = {"binary": "yes or no", "multiclass": "one of several classes", "regression": "a number"}
METRIC_NAMES = {
    "roc_auc": "ROC AUC", "average_precision": "average precision", "log_loss": "log loss", "brier": "Brier score",
    "balanced_accuracy": "balanced accuracy", "f1": "F1", "mae": "mean absolute error",
    "rmse": "root mean squared error", "r2": "R²", "wape": "weighted absolute percentage error",
    "cost": "cost per row",
}  # fmt: skip
SCHEMES = {
    "rows": "Rows were held out at random; equal rows stayed together.",
    "groups": "Whole groups of {group} were held out: the model was judged on groups that it never met.",
    "future": "Each test lay after everything that was learned from, by {time}.",
    "groups+future": "Each test lay after everything that was learned from, by {time}, and held only groups of "
    "{group} that the model never met.",
}
PLACES = {
    "new rows": "new rows of the same kind",
    "new groups": "groups of {group} that it never met",
    "next period": "the time after the data end",
    "new groups, next period": "groups of {group} that it never met, after the data end",
    "worst slice": "its weakest slice",
    "worst subpopulation": "the hardest fifth of the rows, as far as the columns tell",
    "bounded shift": "a worse mix of rows, within what was seen or assumed",
    "label shift": "answers that are more or less frequent",
    "noisy inputs": "inputs with small mistakes",
}
TASKS = {"binary": "tabular-classification", "multiclass": "tabular-classification"}


def card(m: Manifest) -> str:
    """Return ``card.md``."""
    parts = (_header(m), _promise(m), _question(m), _judged(m), _data(m), _limits(m), _use(m))
    return "\n\n".join(parts) + "\n"


def lock(m: Manifest) -> str:
    """Return ``requirements.lock``: versions that take part in a prediction."""
    lines = [f"{name}=={version}" for name, version in m.versions.items()]
    return "\n".join([f"# Python {platform.python_version()}", *lines]) + "\n"


def _header(m: Manifest) -> str:
    metric = [
        "    metrics:",
        f"    - type: {m.metric}",
        f"      value: {_rounded(m.expected)}",
        f"      name: {m.metric}, expected after correction for selection",
    ]
    lines = [
        "---",
        "library_name: lowtide",
        f"pipeline_tag: {TASKS.get(m.kind, 'tabular-regression')}",
        "tags:",
        "- tabular",
        "- lowtide",
        "metrics:",
        f"- {m.metric}",
        "model-index:",
        f"- name: {_quoted(m.name)}",
        "  results:",
        "  - task:",
        f"      type: {TASKS.get(m.kind, 'tabular-regression')}",
        "    dataset:",
        f"      name: {_quoted(m.contract.source or 'a private table')}",
        "      type: private",
        *(metric if m.expected is not None else ["    metrics: []"]),
        "---",
    ]
    return "\n".join(lines)


def _rounded(value: float | None) -> str:
    return "null" if value is None else f"{value:.4g}"


def _promise(m: Manifest) -> str:
    name, better = METRIC_NAMES.get(m.metric, m.metric), "higher" if m.greater_is_better else "lower"
    if m.floor.value is None:
        why = f" ({m.floor.refusal})" if m.floor.refusal else ""
        first = (
            f"No floor can be given{why}. Do not rely on this model before it is settled against outcomes."
        )
    else:
        side = "at least" if m.greater_is_better else "at most"
        first = (
            f"Floor: with {m.floor.confidence:.0%} confidence, {name} is {side} **{_bound(m, m.floor.value)}** on "
            f"{_place(m, m.floor.scenario)}."
        )
    table = _table(
        ("", f"{name} ({better} is better)"),
        (
            ("floor", _bound(m, m.floor.value)),
            (f"best rule without a model{f': {m.baseline_name}' if m.baseline_name else ''}", _n(m.baseline)),
            ("expected, corrected for selection", _n(m.expected)),
        ),
    )
    parts = [f"# {m.name}", first, table]
    if m.ship == "rule":
        parts.append(_ship_the_rule(m))
    elif m.floor.value is not None and m.baseline is not None and not _clears(m, m.floor.value, m.baseline):
        ahead = (
            "On the same rows the model is ahead of the rule."
            if m.ship == "model"
            else "The report says whether the model is ahead of the rule on the same rows; if it is not, ship the rule."
        )
        parts.append(f"**The floor does not clear the usual score of the rule.** {ahead}")
    return "\n\n".join(parts)


def _ship_the_rule(m: Manifest) -> str:
    """Return the advice not to use what lies in this bundle, or that it is the rule itself."""
    rule = m.baseline_name or "the simple rule"
    if all(member.recipe.baseline for member in m.members):
        return f"**This bundle holds the simple rule** ({rule}); no model did better for sure."
    return (
        f"**Ship the rule, not this model:** the floor is no better than what the rule reaches ({rule}). This bundle "
        "holds the model, to compare with; the lines of the rule are in the report, and in `result.json` under "
        "`baseline_rule`."
    )


def _clears(m: Manifest, floor: float, baseline: float) -> bool:
    """Say whether the floor is better than the rule's score, as far as the digits that are shown tell."""
    better = floor > baseline if m.greater_is_better else floor < baseline
    return better and _bound(m, floor) != _n(baseline)


def _question(m: Manifest) -> str:
    lines = [f"Predicts the column `{m.task.target}` ({KINDS.get(m.kind, m.kind)})."]
    if m.kind == "binary":
        lines.append(
            f"The case to be found is `{m.positive}`; the model answers so when its probability is "
            f"{m.threshold:.3g} or more."
        )
    elif m.kind == "multiclass":
        lines.append("Classes: " + ", ".join(f"`{c}`" for c in m.classes) + ".")
    if m.task.unit:
        lines.append("One row is identified by " + _names(m.task.unit) + ".")
    if m.task.moment:
        lines.append(f"Made at the moment `{m.task.moment}`.")
    return "## Question\n\n" + " ".join(lines)


def _judged(m: Manifest) -> str:
    how = SCHEMES.get(m.scheme or "rows", m.scheme).format(group=_group(m), time=_time(m))
    lines = [f"{how} The expected score and the floor are corrected for selection over {m.trials:,} trials."]
    if m.scenarios:
        rows = (
            (_place(m, s.name, s.facts), _n(s.expected), _bound(m, s.floor), _batch(m, s))
            for s in m.scenarios
            if s.expected is not None or s.headline
        )
        lines.append(_table(("used on", "expected", "floor, in the long run", "floor of one batch"), rows))
    return "## How it was judged\n\n" + "\n\n".join(lines)


def _batch(m: Manifest, scenario: Scenario) -> str:
    told = _bound(m, scenario.batch_floor)
    return (
        told if scenario.batch_floor is None or scenario.rows is None else f"{told} ({scenario.rows:,} rows)"
    )


def _place(m: Manifest, scenario: str, facts: Mapping[str, object] | None = None) -> str:
    """Return where a model is used in a scenario."""
    facts = facts or {}
    if scenario == "worst slice" and isinstance(facts.get("column"), str):
        level = "without a value" if facts.get("level") == "missing" else str(facts.get("level", ""))
        return f"its weakest slice (`{facts['column']}`: {level})"
    if scenario in ("missing column", "missing source") and isinstance(facts.get("column"), str):
        what = "empty" if facts.get("how") == "missing" else "stuck at one value"
        whose = "its column" if scenario == "missing column" else "the source of"
        return f"rows in which {whose} `{facts['column']}` is {what}"
    return PLACES.get(scenario, scenario).format(group=_group(m), time=_time(m))


def _group(m: Manifest) -> str:
    return f"`{m.task.group}`" if m.task.group else "the group"


def _time(m: Manifest) -> str:
    return "the order of the rows" if m.task.time in (None, ":order") else f"`{m.task.time}`"


def _data(m: Manifest) -> str:
    shown = _table(("column", "role", "type"), ((f"`{c.name}`", c.role, c.type) for c in _read(m)))
    rest = ""
    if m.quarantined:
        rest = "\n\nLeft out by the audit (known too late, telling the answer, or mere keys): "
        rest += _names(m.quarantined) + "."
    return f"## Data\n\nFitted on {m.rows:,} rows. It reads {len(m.needed):,} columns.\n\n{shown}{rest}"


def _limits(m: Manifest) -> str:
    found = [f for f in m.findings if f.severity in ("error", "question", "warning")]
    lines = [
        "- The floor holds for rows that come about as the training rows did. If the way they are collected "
        "changes, settle the model against outcomes before relying on it.",
        "- Values outside the range of training and levels never seen are answered, and are counted as unusual.",
        "- The model predicts; it does not say what would happen if a column were changed on purpose.",
    ]
    if found:
        lines.append("- What the audit found (`lowtide explain CODE` tells what each means):")
        lines += [f"  - {f.code} ({f.severity}){_about(f)}: {_state(m, f)}" for f in found]
    return "## Limits\n\n" + "\n".join(lines)


def _about(finding: FindingNote) -> str:
    return f" {_names(finding.columns)}" if finding.columns else ""


def _state(m: Manifest, finding: FindingNote) -> str:
    """Return what became of a finding."""
    if finding.columns and set(finding.columns) <= set(m.quarantined):
        return "left out"
    if finding.answer == DECLARED:
        return "settled by what the task says of its use"
    if finding.answer is not None:
        return f"a person answered `{finding.answer}`"
    if finding.severity == "question":
        return "not answered, the worse case is assumed"
    if finding.code in SPLIT_CODES and m.scheme not in ("", "rows"):
        return "heeded in how held-out data was made"
    return "seen, nothing was changed for it"


def _use(m: Manifest) -> str:
    made = f" on {m.created[:10]}" if m.created else ""
    members = _table(
        ("part of the model", "learner", "weight"),
        ((n.recipe.name, n.recipe.learner, f"{n.weight:.0%}") for n in m.members),
    )
    return (
        "## Use\n\n```sh\nlowtide predict BUNDLE new_rows.csv -o scores.csv\n```\n\n"
        '```python\nimport lowtide\n\nmodel = lowtide.load("BUNDLE")\nmodel.check()\n'
        f'model.predict("new_rows.csv")\n```\n\n{members}\n\n'
        f"Made by lowtide {m.versions.get('lowtide', '')}{made}. No record of the data is in this bundle: "
        "`golden.parquet` holds generated rows."
    )


def _read(m: Manifest) -> list[ColumnContract]:
    return [c for c in m.contract.columns if c.name in m.needed]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _n(value: float | None) -> str:
    return "–" if value is None else significant(float(value))


def _bound(m: Manifest, value: float | None) -> str:
    """Return a bound, rounded to its bad side: no more is promised than was computed."""
    return "–" if value is None else significant(value, toward="down" if m.greater_is_better else "up")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)
