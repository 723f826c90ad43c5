"""What was asked, of which data, for whom."""

from __future__ import annotations

from lowtide.report import numbers
from lowtide.report.blocks import Column, Details, Paragraph, Section, Table
from lowtide.report.inline import clean
from lowtide.report.numbers import finite
from lowtide.report.view import View


def section(view: View) -> Section:
    """Return the section of the question."""
    kind = view.result.task.kind or "regression"
    rows = [(view.say(f"report.question.{key}"), text) for key, text in _facts(view) if text]
    table = Table(
        caption=view.say("report.question.caption"), columns=(Column(""), Column("")), rows=tuple(rows)
    )
    lead = Paragraph(view.say(f"report.question.{kind}"), lead=True)
    data = Details(view.say("report.question.caption"), (table,))
    return Section(
        "question", view.say("report.question.title"), (lead, data), short=view.say("report.question.short")
    )


def _facts(view: View) -> list[tuple[str, str]]:
    result, task = view.result, view.result.task
    sampled = result.total_rows > result.rows
    size = view.say(
        "report.question.size_sample" if sampled else "report.question.size_all",
        rows=result.rows, total=result.total_rows, columns=result.columns,
    )  # fmt: skip
    unit = view.say("report.question.unit_said", unit=view.column_names(task.unit))
    scale = view.means(0.5, "scale")
    return [
        ("source", clean(result.source)),
        ("size", size),
        ("outcome", outcome(view)),
        ("unit", unit if task.unit else view.say("report.question.unit_unsaid")),
        ("group_label", view.say("report.question.group_said") if _group(view) else ""),
        ("time_label", view.say("report.question.time_said") if view.time_name != numbers.UNKNOWN else ""),
        ("deploy", view.scheme_words(result.split.scheme, "use")),
        ("judged", view.say("report.question.judged_said", scale=scale).rstrip(" .") + "."),
    ]


def _group(view: View) -> bool:
    return view.result.task.group is not None or view.split_group is not None


def outcome(view: View) -> str:
    """Return what the target is: how many positives, how many classes, or its kind."""
    task, facts = view.result.task, view.result.target
    positives, rows = finite(facts.get("positives")), view.result.rows
    classes = facts.get("classes")
    if task.kind == "binary" and positives is not None and rows:
        text = view.say(
            "report.question.outcome_binary", positives=round(positives), rows=rows,
            share=numbers.percent(min(1.0, positives / rows)),
        )  # fmt: skip
    elif isinstance(classes, list | tuple) and classes and task.kind == "multiclass":
        text = view.say("report.question.outcome_classes", classes=len(classes))
    else:
        known = task.kind or "regression"
        text = view.say("report.question.outcome_plain", kind=view.say(f"common.kinds.{known}"))
    missing = finite(facts.get("missing"))
    if missing:
        text += "; " + view.say("report.question.outcome_missing", missing=round(missing))
    return text
