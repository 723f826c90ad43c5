"""Errors that a user sees: one clear sentence (what is wrong, where, what to do) and an exit code.

LowtideError
├── UsageError          2  an option, a name, a setting is wrong
├── InputError          2  the data cannot be read or used
│   └── Refusal         2  the data can be read, but no honest model can come of it
├── MissingExtra        3  a package of an extra is not installed
├── BundleError         2  a bundle is damaged, altered or too new
└── InternalError       4  a fault of lowtide itself
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class LowtideError(Exception):
    """Base of all errors that lowtide raises on purpose."""

    exit_code = 4


class UsageError(LowtideError):
    """A command, option, setting or argument that cannot be obeyed."""

    exit_code = 2


class InputError(LowtideError):
    """Data that cannot be read or used."""

    exit_code = 2


class Refusal(InputError):
    """Readable data from which no honest model can be made (one class, seven positives, ...)."""


class BundleError(LowtideError):
    """A bundle that is damaged, altered, or written by a newer lowtide."""

    exit_code = 2


class MissingExtra(LowtideError):
    """A package that belongs to an extra is not installed."""

    exit_code = 3

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f'This needs the package {package}: pip install "lowtide[{extra}]".')


class InternalError(LowtideError):
    """A fault of lowtide itself."""


def unknown_column(name: str, known: Iterable[str], where: str = "the data") -> UsageError:
    """Make the error for a column that does not exist, naming the closest ones."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    lower = {n.strip().casefold(): n for n in names}
    same = lower.get(name.strip().casefold())
    if same is not None and same not in close:
        close.insert(0, same)
    if close:
        hint = "Closest: " + ", ".join(repr(c) for c in close) + "."
    else:
        shown = ", ".join(repr(n) for n in names[:8])
        hint = f"It has {shown}{', …' if len(names) > 8 else ''}."
    return UsageError(f"No column {name!r} in {where}. {hint}")
