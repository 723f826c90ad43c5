"""Shared fixtures: where real data is, and hypothesis profiles."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "ci", max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
settings.register_profile("deep", max_examples=500, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def data_folder() -> Path | None:
    """Return the folder of real tables, or None on a machine without it."""
    named = os.environ.get("LOWTIDE_DATA")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    return folder if folder.is_dir() else None


def shared(path: str) -> Path:
    """Return a real data file; skip the test when this machine does not have it."""
    folder = data_folder()
    if folder is None or not (folder / path).is_file():
        pytest.skip(f"real data file {path} is not here (set LOWTIDE_DATA)")
    return folder / path
