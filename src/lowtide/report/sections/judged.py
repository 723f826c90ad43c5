"""How the model was judged: scheme, tests, trials in the ledger, and what picking the best is worth."""

from __future__ import annotations

import re

from lowtide.core.result import TrialFacts
from lowtide.report import numbers
from lowtide.report.blocks import Block, Callout, Chart, Column, Details, Paragraph, Section, Table
from lowtide.report.charts.specs import Curve, Point, Series, Step
from lowtide.report.inline import clean, plain, shorten
from lowtide.report.numbers import finite
from lowtide.report.sections import ledger, vault
from lowtide.report.view import View

MOST_TRIALS = 12


def section(view: View) -> Section:
    """Return the section about judging."""
    blocks: list[Block] = [
        Paragraph(f"{view.scheme_words(view.result.split.scheme, 'how')} {reason(view)}".strip()),
        _figures(view),
        *_selection(view),
        *vault.blocks(view),
        *(chart for chart in (windows(view), calibration(view), over_time(view)) if chart is not None),
        *_trials(view),
    ]
    return Section("judged", view.say("report.judged.title"), tuple(blocks), view.say("report.judged.short"))


def reason(view: View) -> str:
    """Return why this scheme."""
    split = view.result.split
    if not split.reason:
        return ""
    known = view.words.has(f"splits.reason.{split.reason}")
    return view.say(f"splits.reason.{split.reason if known else 'other'}", reason=clean(split.reason))


def _figures(view: View) -> Table:
    split = view.result.split
    future = "future" in split.scheme
    form = "windows" if future else "repeated" if split.repeats > 1 else "rows"
    rows = [
        ("scheme", view.scheme_words(split.scheme, "name")),
        ("folds", view.say(f"report.judged.folds_{form}", folds=split.folds, repeats=split.repeats)),
    ]
    gap = finite(split.gap)
    if gap:
        ordered = split.column == ":order" or split.facts.get("time_type") == "order"
        unit = "gap_rows" if ordered else "gap_days"
        rows.append(("gap", view.say(f"report.judged.{unit}", gap=numbers.any_number(gap))))
    rows += [
        ("held_out", numbers.count(split.held_out)),
        (
            "verified",
            view.say("report.judged.verified_yes" if split.verified else "report.judged.verified_no"),
        ),
        ("trials", view.say("report.judged.trials_said", trials=view.result.trials)),
    ]
    told = tuple((view.say(f"report.judged.{key}"), text) for key, text in rows)
    return Table(view.say("report.judged.caption"), (Column(""), Column("")), told)


def _selection(view: View) -> list[Block]:
    """Return what picking and haste would have added to the score."""
    result = view.result
    best = finite(result.best_cv)
    blocks: list[Block] = []
    if result.trials <= 1:
        blocks.append(Paragraph(view.say("report.judged.selection_same")))
    elif best is not None and view.expected is not None:
        flatters = view.better(best, view.expected)
        text = view.say(
            "report.judged.selection_body" if flatters else "report.judged.selection_blend", trials=result.trials, best=view.score(best),
            expected=view.score(view.expected),
        )  # fmt: skip
        blocks.append(Paragraph(text))
    gap = view.gain(view.score(view.naive), view.bound(view.floor))
    if result.naive is not None and gap is not None and gap > 0:
        path = "report.judged.naive_body" if view.leaks else "report.judged.naive_body_plain"
        text = view.say(
            path, columns=view.column_names(view.leaks), naive=view.score(view.naive),
            gap=view.difference(gap, 3),
        )  # fmt: skip
        blocks.append(Paragraph(text))
    blocks += [Paragraph(line) for line in ledger.sentences(view)]
    return [Callout(view.say("report.judged.selection"), "plain", tuple(blocks))] if blocks else []


def windows(view: View) -> Chart | None:
    """Return the score of each forward window, with baseline, floor and expected as lines."""
    steps = tuple(Step(clean(b.label), finite(b.observed)) for b in view.result.charts.windows)
    known = [s.value for s in steps if s.value is not None]
    if len(known) < 2:
        return None
    dated = all(re.match(r"\d{4}-\d\d", s.label) for s in steps)
    axis = "report.judged.windows_x" if dated else "report.judged.windows_x_order"
    best, worst = (max, min) if view.result.greater_is_better else (min, max)
    lines = [("bed", view.baseline), ("low", view.floor), ("mean", view.expected)]
    told = tuple(
        (plain(view.say(f"report.floor.name_{kind}")), value, kind)
        for kind, value in lines
        if value is not None
    )
    return Chart(
        title=view.say("report.judged.windows"),
        alt=view.say(
            "report.judged.windows_alt", n=len(known), worst=view.score(worst(known)),
            best=view.score(best(known)),
        ),
        picture=Series(steps, plain(view.say(axis)), plain(view.metric_name), True, False, told),
    )  # fmt: skip


def calibration(view: View) -> Chart | None:
    """Return observed against predicted."""
    points = []
    for b in view.result.charts.calibration:
        x, y = finite(b.predicted), finite(b.observed)
        if x is not None and y is not None:
            points.append(Point(x, y, finite(b.low), finite(b.high), b.rows))
    if len(points) < 2:
        return None
    kind = "binary" if view.result.task.kind in ("binary", "multiclass") else "regression"
    tell = numbers.percent if kind == "binary" else numbers.significant
    told = [view.say("report.judged.calibration_alt_row", said=tell(p.x), seen=tell(p.y)) for p in points]
    return Chart(
        title=view.say("report.judged.calibration"),
        alt=plain(
            view.say("report.judged.calibration_alt", n=len(points), rows="; ".join(told) + ".")
        ),
        picture=Curve(
            tuple(points), plain(view.say(f"report.judged.calibration_x_{kind}")),
            plain(view.say(f"report.judged.calibration_y_{kind}")), "", kind == "binary",
        ),
        note=view.say(f"report.judged.calibration_note_{kind}"),
    )  # fmt: skip


def over_time(view: View) -> Chart | None:
    """Return the target over time."""
    steps = tuple(
        Step(clean(b.label), finite(b.observed), finite(b.low), finite(b.high))
        for b in view.result.charts.over_time
    )
    known = [s.value for s in steps if s.value is not None]
    if len(known) < 3:
        return None
    share = view.result.task.kind == "binary"
    tell = numbers.percent if share else numbers.significant
    name = view.names["event"] if share else view.names["target"]
    return Chart(
        title=view.say("report.judged.over_time", target=name),
        alt=view.say(
            "report.judged.over_time_alt", target=name, n=len(known), first=tell(known[0]), last=tell(known[-1]),
            low=tell(min(known)), high=tell(max(known)),
        ),
        picture=Series(steps, plain(view.say("report.judged.over_time_x")), plain(name), False, share),
        note=view.say("report.judged.over_time_note"),
    )  # fmt: skip


def failures(view: View) -> str:
    """Return how many trials failed and why the first did; empty when none did."""
    failed = [t for t in view.result.trial_table if t.status == "failed"]
    if not failed:
        return ""
    first = failed[0]
    return view.say(
        "report.judged.failures", n=len(failed), total=len(view.result.trial_table), name=clean(first.name),
        reason=shorten(clean(first.reason), 160) or view.say("common.none"),
    )  # fmt: skip


def _trials(view: View) -> list[Block]:
    """Return the best trials and the baselines; those that failed are never silent."""
    failed = failures(view)
    told: list[Block] = [Callout(failed, "warn")] if failed else []
    return [*told, *_trial_table(view)]


def _trial_table(view: View) -> list[Block]:
    worst = float("-inf") if view.result.greater_is_better else float("inf")
    sign = -1.0 if view.result.greater_is_better else 1.0

    def rank(trial: TrialFacts) -> tuple[float, str]:
        score = finite(trial.score)
        return (sign * (worst if score is None else score), trial.name)

    ordered = sorted(view.result.trial_table, key=rank)
    baselines = [t for t in ordered if t.baseline]
    shown = [t for t in ordered if not t.baseline][:MOST_TRIALS] + baselines[:5]
    if not shown:
        return []
    columns = (
        Column(view.say("report.judged.trial")),
        Column(view.say("report.judged.trial_score"), "right"),
        Column(view.say("report.judged.trial_part"), "right"),
        Column(view.say("report.judged.trial_seconds"), "right"),
    )
    rows = tuple(_trial(view, t) for t in shown)
    caption = view.say("report.judged.trial_caption")
    blocks: list[Block] = [Table(caption, columns, rows)]
    if len(view.result.trial_table) > len(shown):
        more = len(view.result.trial_table) - len(shown)
        blocks.append(Paragraph(view.say("report.judged.trial_more", n=more), "muted"))
    return [Details(caption, tuple(blocks), printed=False)]


def _trial(view: View, trial: TrialFacts) -> tuple[str, str, str, str]:
    name = clean(trial.name)
    if trial.baseline:
        name = f"{name} ({view.say('report.judged.trial_baseline')})"
    score = view.score(trial.score)
    if finite(trial.score) is None:
        score = view.say(
            "report.judged.trial_failed" if trial.status == "failed" else "report.judged.trial_stopped"
        )
    part = numbers.percent(trial.weight) if trial.weight > 0 else ""
    return name, score, part, f"{trial.seconds:.1f}" if finite(trial.seconds) is not None else ""
