"""The model card (Hugging Face's metadata header, then plain English) and the lock of versions."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable

from lowtide.core.contract import ColumnContract
from lowtide.models.manifest import Manifest

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
        f"      value: {json.dumps(m.expected)}",
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


def _promise(m: Manifest) -> str:
    side = "at least" if m.greater_is_better else "at most"
    if m.floor.value is None:
        why = f" ({m.floor.refusal})" if m.floor.refusal else ""
        first = (
            f"No floor can be given{why}. Do not rely on this model before it is settled against outcomes."
        )
    else:
        first = (
            f"Floor: with {m.floor.confidence:.0%} confidence, {m.metric} is {side} **{_n(m.floor.value)}** "
            f"in the scenario *{m.floor.scenario}*."
        )
    table = _table(
        ("", m.metric),
        (
            ("floor", _n(m.floor.value)),
            (
                f"best rule without a model{f' ({m.baseline_name})' if m.baseline_name else ''}",
                _n(m.baseline),
            ),
            ("expected", _n(m.expected)),
        ),
    )
    return f"# {m.name}\n\n{first}\n\n{table}"


def _question(m: Manifest) -> str:
    lines = [f"Predicts the column `{m.task.target}` ({m.kind})."]
    if m.kind == "binary":
        lines.append(
            f"Positive class: `{m.positive}`; it is answered from a probability of {m.threshold:.4g} on."
        )
    elif m.kind == "multiclass":
        lines.append("Classes: " + ", ".join(f"`{c}`" for c in m.classes) + ".")
    if m.task.unit:
        lines.append("One row is identified by " + _names(m.task.unit) + ".")
    if m.task.moment:
        lines.append(f"Made at the moment `{m.task.moment}`.")
    return "## Question\n\n" + " ".join(lines)


def _judged(m: Manifest) -> str:
    lines = [
        f"Held-out rows were made by the scheme *{m.scheme or 'rows'}*. The expected score and the floor are "
        f"corrected for selection over {m.trials} trials."
    ]
    if m.scenarios:
        rows = (
            (s.name, _n(s.expected), _n(s.floor), _n(s.batch_floor), "" if s.rows is None else str(s.rows))
            for s in m.scenarios
        )
        lines.append(_table(("scenario", "expected", "floor", "floor of a batch", "rows of the batch"), rows))
    return "## How it was judged\n\n" + "\n\n".join(lines)


def _data(m: Manifest) -> str:
    shown = _table(("column", "role", "type"), ((c.name, c.role, c.type) for c in _read(m)))
    rest = ""
    if m.quarantined:
        rest = "\n\nLeft out, because they would not be known or restate the answer: " + _names(m.quarantined)
        rest += "."
    return f"## Data\n\nFitted on {m.rows} rows. It reads {len(m.needed)} columns.\n\n{shown}{rest}"


def _limits(m: Manifest) -> str:
    found = [f for f in m.findings if f.severity in ("error", "question", "warning")]
    lines = [
        "- The floor holds for rows that come about as the training rows did. If the way they are collected "
        "changes, settle the model against outcomes before relying on it.",
        "- Values outside the range of training and levels never seen are answered, and are counted as unusual.",
    ]
    if found:
        lines.append(
            "- Open or answered findings of the audit: "
            + "; ".join(f"{f.code} ({f.severity}) {_names(f.columns)}".strip() for f in found)
            + ". `lowtide explain CODE` tells what each means."
        )
    return "## Limits\n\n" + "\n".join(lines)


def _use(m: Manifest) -> str:
    made = f" on {m.created}" if m.created else ""
    members = _table(
        ("member", "learner", "weight"),
        ((n.recipe.name, n.recipe.learner, f"{n.weight:.4g}") for n in m.members),
    )
    return (
        '## Use\n\n```python\nimport lowtide\n\nmodel = lowtide.load("BUNDLE")\nmodel.check()\n'
        f'model.predict("new_rows.csv")\n```\n\n{members}\n\n'
        f"Made by lowtide {m.versions.get('lowtide', '')}{made}. No record of the data is in this bundle: "
        "`golden.parquet` holds generated rows."
    )


def _read(m: Manifest) -> list[ColumnContract]:
    return [c for c in m.contract.columns if c.name in m.needed]


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{n}`" for n in names)


def _n(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    lines += [
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines)
