"""Arrows point one way: which room may import which, read from the source with ast.

Imports inside functions and under TYPE_CHECKING count too: a type is a dependency of thought.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import lowtide

PACKAGE = Path(lowtide.__file__).parent

VALUES = {"core"}
TOOLS = {"core", "tables", "stats", "splits", "metrics"}
STAGES = {"profiling", "auditing", "prepare", "learn", "validate", "settlement"}
# The joints: here the stages meet.
SPINE = {"flow", "steps", "study", "project", "project_template", "demo"}

# Room (folder or module at the top of the package) -> rooms that it may import, beside itself.
ALLOWED: dict[str, set[str]] = {
    "core": set(),
    "tables": VALUES,
    "stats": VALUES,
    "metrics": VALUES | {"stats"},
    "splits": VALUES | {"tables", "stats"},
    "profiling": TOOLS,
    "auditing": TOOLS,
    "prepare": TOOLS,
    "learn": TOOLS,
    "validate": TOOLS,
    "settlement": VALUES | {"metrics"},
    "models": VALUES | {"tables", "prepare", "learn"},
    "report": VALUES,
    "project": VALUES | {"tables", "project_template"},
    "project_template": VALUES | {"tables"},
    "demo": set(),
    "steps": TOOLS | STAGES | SPINE | {"models", "report"},
    "flow": TOOLS | STAGES | SPINE | {"models", "report"},
    "study": TOOLS | STAGES | SPINE | {"models", "report"},
    "testing": TOOLS | STAGES | SPINE | {"models", "report"},
    # `explain` reads the texts that stand beside the checks; all else goes through flow.
    "cli": VALUES | {"tables", "metrics", "auditing"} | SPINE | {"models", "report"},
    "__init__": VALUES | TOOLS | STAGES | SPINE | {"models"},
    "__main__": {"cli"},
}

# What a table of names and numbers must never drag in.
FOREIGN = {
    "core": {"numpy", "msgspec"},
    "report": {"jinja2", "altair", "vl_convert", "msgspec", "rich", "narwhals", "markupsafe"},
}


def room(path: Path) -> str:
    """Return the folder, or the module's name at the top of the package, that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and full dotted name of everything a file imports, relative imports resolved."""
    package = ("lowtide", *path.relative_to(PACKAGE).parent.parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            stem = ".".join((*base, *(node.module or "").split("."))).strip(".")
            for alias in node.names:
                yield node.lineno, f"{stem}.{alias.name}"


FILES = sorted(PACKAGE.rglob("*.py"))


def test_every_room_is_in_the_table() -> None:
    assert {room(p) for p in FILES} - set(ALLOWED) == set()


def test_the_table_itself_has_no_circle_between_rooms_below_the_spine() -> None:
    done: set[str] = set()
    rooms = (set(ALLOWED) & (TOOLS | STAGES | {"models", "report"})) - done
    while rooms:
        ready = {r for r in rooms if ALLOWED[r] <= done | {"stats"} | VALUES}
        assert ready, f"these import each other in a circle: {sorted(rooms)}"
        done |= ready
        rooms -= ready


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_follow_the_arrows(path: Path) -> None:
    own = room(path)
    wrong = []
    for line, name in imports(path):
        parts = name.split(".")
        if parts[0] != "lowtide":
            if own in FOREIGN and parts[0] not in FOREIGN[own] and not _standard(parts[0]):
                wrong.append(f"line {line}: {own} may not import {parts[0]}")
            continue
        target = parts[1] if len(parts) > 1 else ""
        if target in ALLOWED and target != own and target not in ALLOWED[own]:
            wrong.append(f"line {line}: {own} may not import {name}")
    assert not wrong, "\n".join(wrong)


def test_a_wrong_arrow_would_be_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "stats").mkdir()
    bad = tmp_path / "stats" / "bad.py"
    bad.write_text(
        "def f():\n    from ..learn import menu\n    import lowtide.report.words\n", encoding="utf-8"
    )
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    with pytest.raises(AssertionError, match=r"line 2: stats may not import lowtide\.learn\.menu") as error:
        test_imports_follow_the_arrows(bad)
    assert "line 3: stats may not import lowtide.report.words" in str(error.value)


def _standard(name: str) -> bool:
    return name in sys.stdlib_module_names
