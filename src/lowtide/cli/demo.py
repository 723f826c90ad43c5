"""`lowtide demo`: the whole job on a small real table that ships with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lowtide.cli.common import Json, Lang, Quiet, language, say, shared, words
from lowtide.cli.run import run_it


def demo(
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write.", metavar="DIR")] = Path(
        "lowtide-demo"
    ),
    budget: Annotated[float, typer.Option("--budget", help="Seconds to spend.")] = 40.0,
    seed: Annotated[int, typer.Option("--seed", help="Seed.")] = 0,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Do the whole job on two years of bicycle rentals (UCI, CC BY 4.0): no network, under a minute."""
    from importlib.resources import files

    w = words()
    if not shared.json:
        say(w.say("cli.demo.intro"))
    text = files("lowtide.demo").joinpath("bike_sharing_daily.csv").read_bytes()
    from lowtide.core.text import write_bytes

    source = out / "bike_sharing_daily.csv"
    write_bytes(source, text)
    result = run_it(str(source), target="count", out=out, budget=budget, seed=seed)
    if not shared.json:
        from lowtide.report.demo import story
        from lowtide.report.terminal import summary

        say(summary(result, language()), story(result, language()), w.say("cli.demo.next", out=str(out)))
