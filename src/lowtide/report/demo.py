"""The story of the demonstration in four sentences, with the numbers of the run that was just made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lowtide.core.result import RunResult
from lowtide.report.terminal import text
from lowtide.report.view import View
from lowtide.report.words import Words

if TYPE_CHECKING:
    from rich.console import Group, RenderableType

FORMULA = "LT203"


def story(result: RunResult, lang: str = "en") -> Group:
    """Return the trap, the hurried score against the floor, and the split; what did not happen is not told."""
    from rich.console import Group

    view = View(result, Words(lang))
    parts: list[RenderableType] = [text("\n" + view.say("cli.demo.story"), "bold")]
    trap = next((f for f in result.findings if f.code == FORMULA), None)
    told = []
    if trap is not None:
        told.append(view.say("cli.demo.trap", columns=" + ".join(trap.columns)))
    if view.naive is not None and view.floor is not None:
        numbers = {"naive": view.score(view.naive), "expected": view.score(view.expected)}
        told.append(view.say("cli.demo.hurried", **numbers, floor=view.bound(view.floor)))
    if "future" in result.split.scheme:
        told.append(view.say("cli.demo.split", windows=result.split.folds))
    told.append(
        view.say(
            f"cli.demo.rule_{'ships' if view.ships_rule else 'yields'}", baseline=view.score(view.baseline)
        )
    )
    parts += [text(f"{n}. {line}") for n, line in enumerate(told, 1)]
    return Group(*parts)
