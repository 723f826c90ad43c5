"""Class labels as the caller knows them: numbers and truths again, not their texts."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.core.contract import ColumnType

Label = str | int | float | bool


def typed_labels(classes: tuple[str, ...], type_: ColumnType) -> npt.NDArray[Any]:
    """Return (k,) labels in the type of the target column; as texts when one of them does not fit it."""
    values: list[Label] | None = None
    if type_ == "number":
        numbers = [_number(c) for c in classes]
        if all(v is not None for v in numbers):
            whole = all(float(v).is_integer() for v in numbers if v is not None)
            values = [int(v) if whole else v for v in numbers if v is not None]
    elif type_ == "bool" and set(classes) <= {"true", "false"}:
        values = [c == "true" for c in classes]
    return np.asarray(values) if values is not None else np.asarray(classes, dtype=object)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None
