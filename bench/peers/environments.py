"""An environment of its own for every tool: their requirements exclude each other's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

_COMMON = ("lightgbm==4.7.0", "scikit-learn==1.9.1", "pandas==2.3.3", "numpy==2.4.6")

# No torch: AutoGluon's and MLJAR's neural networks on it are left out, which both do by themselves.
NEEDS: dict[str, tuple[str, ...]] = {
    "autogluon": (
        "autogluon.tabular[lightgbm,xgboost,catboost]==1.6.3", "xgboost-cpu==3.2.0", "catboost==1.2.10",
        "pyarrow==24.0.0", *_COMMON,
    ),
    "mljar": ("mljar-supervised==1.3.2", "xgboost==3.2.0", "catboost==1.2.10", "pyarrow==26.0.1", *_COMMON),
    "flaml": ("flaml==2.7.0", "xgboost-cpu==3.2.0", "pyarrow==26.0.1", *_COMMON),
}  # fmt: skip

_DONE = "peers.json"
SECONDS_TO_INSTALL = 1800


class CannotInstall(Exception):
    """pip or venv failed; the message is their last line."""


def cache() -> Path:
    """Return the folder of the environments: ``lowtide-peers`` in the user's cache."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return base / "lowtide-peers"


def python(name: str | None, folder: Path, needs: Mapping[str, tuple[str, ...]] = NEEDS) -> Path:
    """Return the Python of an environment, made now if it is missing or its pins have changed.

    Parameters
    ----------
    name : a key of ``needs``; None is this Python.
    folder : where environments are kept.

    Raises
    ------
    CannotInstall
        When pip finds no such versions for this Python or machine.
    """
    if name is None:
        return Path(sys.executable)
    home = folder / name
    inside = home / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    wanted = {"needs": list(needs[name]), "python": list(sys.version_info[:2])}
    done = home / _DONE
    if inside.is_file() and done.is_file() and json.loads(done.read_text(encoding="utf-8")) == wanted:
        return inside
    print(f"making an environment for {name} in {home} (a few minutes, up to 2 GB)", flush=True)
    _call([sys.executable, "-m", "venv", "--clear", str(home)])
    _call([str(inside), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *needs[name]])
    done.write_text(json.dumps(wanted), encoding="utf-8")
    return inside


def _call(command: list[str]) -> None:
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace",
            timeout=SECONDS_TO_INSTALL, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise CannotInstall(str(problem)) from problem
    if done.returncode:
        lines = [x for x in done.stdout.splitlines() if x.strip() and not x.startswith("WARNING")]
        raise CannotInstall((lines or ["no output"])[-1])
