"""One fitted object from roles to a matrix, for whole tables and single rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.errors import BundleError, UsageError
from lowtide.core.task import Kind
from lowtide.prepare import cells
from lowtide.prepare.category import LevelEncoder, fit_category
from lowtide.prepare.cells import Value
from lowtide.prepare.date import DateEncoder
from lowtide.prepare.encoder import Encoder, Fitting, Shape
from lowtide.prepare.number import NumberEncoder
from lowtide.prepare.ordinal import OrdinalEncoder, fit_ordinal
from lowtide.prepare.outcome import make_outcome
from lowtide.prepare.text import TextEncoder, fit_text
from lowtide.tables.table import Floats, Ints, Table

FORMAT = 1
ENCODERS: tuple[type[Encoder], ...] = (NumberEncoder, LevelEncoder, OrdinalEncoder, DateEncoder, TextEncoder)


@dataclass(frozen=True, eq=False)
class Preparation:
    """Fitted encoders, one a column, in the order of the columns.

    Attributes
    ----------
    style : ``tree`` (integer codes and NaN) or ``linear`` (one-hot, imputed, scaled).
    encoders : see `lowtide.prepare.encoder.Encoder`.
    """

    style: Shape
    encoders: tuple[Encoder, ...]

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """Columns that a table or row must have."""
        return tuple(encoder.source for encoder in self.encoders)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Readable names of the outputs, all different."""
        used: dict[str, int] = {}
        names: list[str] = []
        for name in (name for encoder in self.encoders for name in encoder.names):
            new = name
            while new in used:
                used[name] += 1
                new = f"{name} ({used[name]})"
            used[new] = 1
            names.append(new)
        return tuple(names)

    @cached_property
    def sources(self) -> tuple[str, ...]:
        """Column that each output comes from."""
        return tuple(encoder.source for encoder in self.encoders for _ in encoder.names)

    @cached_property
    def categorical(self) -> tuple[int, ...]:
        """Outputs that are integer codes without order, for a learner that knows categories."""
        flags = (flag for encoder in self.encoders for flag in encoder.categorical)
        return tuple(i for i, flag in enumerate(flags) if flag)

    @cached_property
    def _spans(self) -> tuple[tuple[int, int], ...]:
        ends = np.cumsum([0, *(len(encoder.names) for encoder in self.encoders)]).tolist()
        return tuple(pairwise(ends))

    def transform(self, table: Table) -> Floats:
        """Return the (n, p) matrix of a table, C-contiguous. Each row depends on itself alone.

        Raises
        ------
        UsageError
            If a column is not in the table.
        InputError
            If a column holds another type than the one fitted on.
        """
        out = np.empty((len(table), len(self.names)))
        for encoder, (start, stop) in zip(self.encoders, self._spans, strict=True):
            encoder.table(table, out[:, start:stop])
        return out

    def transform_row(self, values: Mapping[str, Value]) -> Floats:
        """Return the (p,) numbers of one row: the same bits as `transform` gives for it.

        Raises
        ------
        UsageError, InputError
            As `transform` does.
        """
        out = np.empty(len(self.names))
        for encoder, (start, stop) in zip(self.encoders, self._spans, strict=True):
            encoder.value(cells.pick(values, encoder.source), out[start:stop])
        return out

    def to_state(self) -> tuple[dict[str, Any], dict[str, npt.NDArray[Any]]]:
        """Return JSON values and plain arrays (for ``np.savez``) that `from_state` turns back."""
        columns: list[dict[str, Any]] = []
        arrays: dict[str, npt.NDArray[Any]] = {}
        for i, encoder in enumerate(self.encoders):
            state, parts = encoder.state()
            columns.append({"column": encoder.source, "encoder": encoder.kind, "state": state})
            arrays |= {f"{i}.{name}": array for name, array in parts.items()}
        return {"format": FORMAT, "style": self.style, "columns": columns}, arrays

    @classmethod
    def from_state(cls, state: Mapping[str, Any], arrays: Mapping[str, npt.NDArray[Any]]) -> Preparation:
        """Make a preparation again.

        Raises
        ------
        BundleError
            If the state is of a newer format or incomplete.
        """
        if state.get("format") != FORMAT:
            raise BundleError(
                f"The preparation has format {state.get('format')!r}; this lowtide reads format {FORMAT}."
            )
        kinds = {encoder.kind: encoder for encoder in ENCODERS}
        try:
            encoders = tuple(
                kinds[column["encoder"]].restore(column["column"], column["state"], _Part(arrays, f"{i}."))
                for i, column in enumerate(state["columns"])
            )
            return cls(state["style"], encoders)
        except KeyError as error:
            raise BundleError(f"The preparation is incomplete: {error.args[0]!r} is not there.") from error


class _Part(Mapping[str, npt.NDArray[Any]]):
    """The arrays whose names start with a prefix; none is read before it is asked for."""

    def __init__(self, arrays: Mapping[str, npt.NDArray[Any]], prefix: str) -> None:
        self._arrays, self._prefix = arrays, prefix

    def __getitem__(self, name: str) -> npt.NDArray[Any]:
        return self._arrays[self._prefix + name]

    def __iter__(self) -> Any:
        return (name.removeprefix(self._prefix) for name in self._arrays if name.startswith(self._prefix))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def fit(
    table: Table,
    columns: Sequence[str],
    *,
    style: Shape,
    y: Floats | None = None,
    kind: Kind | None = None,
    groups: Ints | None = None,
    seed: int = 0,
) -> Preparation:
    """Fit on the rows given, and on nothing else. For the matrix of these rows see `fit_transform`."""
    return fit_transform(table, columns, style=style, y=y, kind=kind, groups=groups, seed=seed)[0]


def fit_transform(
    table: Table,
    columns: Sequence[str],
    *,
    style: Shape,
    y: Floats | None = None,
    kind: Kind | None = None,
    groups: Ints | None = None,
    seed: int = 0,
) -> tuple[Preparation, Floats]:
    """Fit on the rows given, and return the matrix to train on.

    Where an output is made from the target, a training row gets the value of a fit without its fold;
    ``preparation.transform`` of the same rows would let it see its own target.

    Parameters
    ----------
    table : n rows to fit on.
    columns : columns to use; their roles are number, category, ordinal, text or date.
    style : ``tree`` keeps NaN and integer codes; ``linear`` fills, scales and spreads levels out.
    y : (n,) target: 0/1, class codes or values; NaN where missing. ``None``: nothing supervised is made.
    kind : of the target; guessed from its distinct values when not given.
    groups : (n,) entity of each row; the inner folds then keep an entity whole.
    seed : of the inner folds and of the randomised decomposition of texts.

    Returns
    -------
    preparation : for later rows.
    matrix : (n, p) C-contiguous training matrix.

    Raises
    ------
    UsageError
        If a column is unknown, named twice, or has a role that no model sees.
    """
    doubled = [name for i, name in enumerate(columns) if name in columns[:i]]
    if doubled:
        raise UsageError(f"The column {doubled[0]!r} is listed twice among the columns to prepare.")
    outcome = None if y is None else make_outcome(y, kind, groups=groups, seed=seed)
    fitting = Fitting(style, outcome, seed)
    made = [_fit_column(table, name, fitting) for name in columns]
    blocks = [block for _, block in made]
    matrix = np.concatenate(blocks, axis=1) if blocks else np.empty((len(table), 0))
    return Preparation(style, tuple(encoder for encoder, _ in made)), np.ascontiguousarray(matrix)


def _fit_column(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    role = table.role(name)
    if role not in FITS:
        raise UsageError(f"The column {name!r} has the role {role}, which no model sees: leave it out.")
    return FITS[role](table, name, fitting)


def _number(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    return NumberEncoder.fit(name, cells.numbers(table, name), fitting)


def _category(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    return fit_category(name, *cells.levels(table, name), fitting)


def _ordinal(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    if table.column(name).type != "text":
        return _number(table, name, fitting)
    return fit_ordinal(name, *cells.levels(table, name), fitting)


def _date(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    return DateEncoder.fit(name, cells.moments(table, name), fitting)


def _text(table: Table, name: str, fitting: Fitting) -> tuple[Encoder, Floats]:
    return fit_text(name, cells.texts(table, name), fitting)


FITS: dict[str, Callable[[Table, str, Fitting], tuple[Encoder, Floats]]] = {
    "number": _number, "category": _category, "ordinal": _ordinal, "date": _date, "text": _text,
}  # fmt: skip
