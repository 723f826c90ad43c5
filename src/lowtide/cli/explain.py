"""`lowtide explain CODE`: what a finding is, what it costs, how to fix it, when it is fine."""

from __future__ import annotations

from typing import Annotated

import typer

from lowtide.cli.common import Json, Lang, Quiet, emit, language, say, shared, words


def explain(
    code: Annotated[
        str | None, typer.Argument(help="Code of a finding, e.g. LT204. Without it: the list.")
    ] = None,
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
) -> None:
    """Teach about a finding."""
    from lowtide.auditing.explain import codes
    from lowtide.auditing.explain import explain as page
    from lowtide.core.errors import UsageError

    if code is None:
        titles = {c: page(c, language())["title"] for c in codes()}
        if shared.json:
            emit({"schema": 1, "codes": [{"code": c, "title": t} for c, t in titles.items()]})
            return
        from rich.table import Table

        table = Table(box=None, show_header=False, pad_edge=False)
        for c, title in titles.items():
            table.add_row(f"[bold]{c}[/bold]", title)
        say(table)
        return
    wanted = code.strip().upper()
    if wanted not in codes():
        raise UsageError(f"No finding has the code {code!r}. `lowtide explain` lists them.")
    texts = page(wanted, language())
    if shared.json:
        emit({"schema": 1, "code": wanted, **texts})
        return
    from rich.padding import Padding
    from rich.text import Text

    say(Text.assemble((f"{wanted}  ", "bold cyan"), (texts["title"], "bold")))
    w = words()
    for part in ("what", "example", "detect", "cost", "fix", "fine", "question", "answer"):
        if texts.get(part):
            say(Text(w.say(f"cli.explain.{part}"), style="bold"), Padding(Text(texts[part]), (0, 0, 1, 2)))
