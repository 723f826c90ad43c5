"""Extensions of others: a visible tuple in the code, plus entry points for outsiders."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import TypeVar

from lowtide.core.errors import UsageError

T = TypeVar("T")


def with_plugins(own: tuple[T, ...], group: str, base: type[object]) -> tuple[T, ...]:
    """Return ``own`` followed by what installed packages offer under ``lowtide.<group>``.

    Raises
    ------
    UsageError
        If an entry point does not give an instance of ``base``.
    """
    extra: list[T] = []
    for point in sorted(entry_points(group=f"lowtide.{group}"), key=lambda p: p.name):
        thing = point.load()
        thing = thing() if isinstance(thing, type) else thing
        if not isinstance(thing, base):
            raise UsageError(f"The plug-in {point.name!r} ({point.value}) is not a {base.__name__}.")
        extra.append(thing)  # type: ignore[arg-type]
    return (*own, *extra)
