"""The tide table: the same model in different waters, from calm to rough."""

from __future__ import annotations

from lowtide.core.interval import Scenario
from lowtide.report.blocks import Block, Chart, Column, Heading, Paragraph, Table
from lowtide.report.charts.specs import Range, Ranges
from lowtide.report.inline import plain, strong
from lowtide.report.numbers import finite
from lowtide.report.scenario_words import told
from lowtide.report.view import View


def known(view: View) -> list[Scenario]:
    """Return the scenarios that have a number, and the headline; from calm to rough, by their floors.

    Those without a floor come first, the headline before all of them.
    """
    shown = [s for s in view.result.scenarios if s.headline or _number(s) is not None]
    sign = 1.0 if view.result.greater_is_better else -1.0

    def roughness(s: Scenario) -> tuple[float, float, bool]:
        floor, expected = finite(s.floor), finite(s.expected)
        return (
            float("-inf") if floor is None else -sign * floor,
            float("-inf") if expected is None else -sign * expected,
            not s.headline,
        )

    return sorted(shown, key=roughness)


def _number(s: Scenario) -> float | None:
    floor = finite(s.floor)
    return finite(s.expected) if floor is None else floor


def tide_table(view: View) -> list[Block]:
    """Return floor and expected of every scenario, as a table and, for two or more, as a picture."""
    scenarios = known(view)
    if not scenarios:
        return []
    batch = any(finite(s.batch_floor) is not None for s in scenarios)
    columns = [
        Column(view.say("report.floor.col_scenario")),
        Column(view.say("report.floor.col_floor"), "right"),
        Column(view.say("report.floor.col_baseline"), "right"),
        Column(view.say("report.floor.col_expected"), "right"),
    ]
    columns += [Column(view.say("report.floor.col_batch"), "right")] if batch else []
    rows = tuple(_row(view, s, batch) for s in scenarios)
    strong_rows = tuple(i for i, s in enumerate(scenarios) if s.headline)
    table = Table(view.say("report.floor.scenarios_caption"), tuple(columns), rows, strong_rows)
    blocks: list[Block] = [Heading(view.say("report.floor.scenarios"))]
    if len(scenarios) > 1:
        blocks.append(Paragraph(view.say("report.floor.scenarios_intro")))
        blocks.append(_chart(view, scenarios))
    return [*blocks, table]


def baseline_of(view: View, scenario: Scenario) -> float | None:
    """Return what the rule without a model does in a scenario; None when that is not known."""
    own = finite(scenario.facts.get("baseline"))
    return own if own is not None else view.baseline if scenario.headline else None


def _row(view: View, scenario: Scenario, batch: bool) -> tuple[str, ...]:
    name = strong(told(view, scenario.name, "name", scenario.facts))
    means = told(view, scenario.name, "means", scenario.facts)
    baseline = baseline_of(view, scenario)
    row = [
        f"{name}\n{means}" if means else name,
        view.bound(scenario.floor),
        view.score(baseline) if baseline is not None else "",
        view.score(scenario.expected),
    ]
    if batch:
        row.append(_batch(view, scenario))
    return tuple(row)


def _batch(view: View, scenario: Scenario) -> str:
    """Return the floor of a batch with its size; nothing where no batch was looked at."""
    if finite(scenario.batch_floor) is None:
        return view.bound(None) if scenario.refusal else ""
    text = view.bound(scenario.batch_floor)
    return f"{text}\n{view.say('report.floor.batch_note', rows=scenario.rows)}" if scenario.rows else text


def _chart(view: View, scenarios: list[Scenario]) -> Block:
    rows = tuple(
        Range(
            label=plain(told(view, s.name, "name", s.facts)), start=finite(s.floor), end=finite(s.expected),
            tick=finite(s.batch_floor), strong=s.headline, bed=_bed(view, s),
        )
        for s in scenarios
    )  # fmt: skip
    said = " ".join(
        view.say(
            "report.floor.scenarios_alt_row", name=told(view, s.name, "name", s.facts),
            floor=view.bound(s.floor), expected=view.score(s.expected),
        )
        for s in scenarios
    )  # fmt: skip
    batch = any(r.tick is not None for r in rows)
    return Chart(
        title=view.say("report.floor.scenarios_chart"),
        alt=view.say("report.floor.scenarios_alt", rows=said, baseline=view.score(view.baseline)),
        picture=Ranges(
            kind="scenarios", rows=rows, axis=plain(view.say("report.floor.axis_better_right")),
            start_name=plain(view.say("report.floor.col_floor")),
            end_name=plain(view.say("report.floor.col_expected")),
            tick_name=plain(view.say("report.floor.col_batch")) if batch else "",
            reference=view.baseline, reference_name=plain(view.say("report.floor.col_baseline")),
            up=view.result.greater_is_better,
        ),
    )  # fmt: skip


def _bed(view: View, scenario: Scenario) -> float | None:
    own = baseline_of(view, scenario)
    return view.baseline if own is None else own
