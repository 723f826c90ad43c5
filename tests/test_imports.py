"""What an import costs, measured in modules: seconds depend on the machine."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import lowtide

HEAVY = (
    "numpy",
    "pyarrow",
    "duckdb",
    "sklearn",
    "scipy",
    "lightgbm",
    "altair",
    "pandas",
    "polars",
    "vl_convert",
)
TABLES_ONLY = ("duckdb", "sklearn", "scipy", "lightgbm", "altair", "pandas", "polars", "vl_convert")

PROBE = """
import json, sys
{statement}
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def modules_after(statement: str) -> set[str]:
    """Return the top-level modules that a fresh Python holds after a statement."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(statement=statement)],
        capture_output=True, encoding="utf-8", check=True,
    )  # fmt: skip
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_package_costs_nothing() -> None:
    assert modules_after("import lowtide").isdisjoint(HEAVY)


@pytest.mark.parametrize("arguments", ["--help", "run --help", "--version"])
def test_help_needs_no_learner_and_no_table(arguments: str) -> None:
    statement = f"""
import contextlib, io
from lowtide.cli.main import main
sys.argv = ["lowtide", *{arguments.split()!r}]
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    main()
"""
    assert modules_after(statement).isdisjoint(("pyarrow", *TABLES_ONLY))


@pytest.mark.parametrize(
    "room", ["core.result", "core.task", "core.finding", "project", "metrics", "splits.choose"]
)
def test_light_rooms_stay_light(room: str) -> None:
    assert modules_after(f"import lowtide.{room}").isdisjoint(("pyarrow", *TABLES_ONLY))


def test_public_names_are_those_that_are_said() -> None:
    assert dir(lowtide) == sorted(lowtide.__all__)
    for name in lowtide.__all__:
        assert getattr(lowtide, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = lowtide.nothing
