"""Raw tables from dicts, as a source would hand them over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from lowtide.tables.raw import RawTable


def raw(columns: dict[str, Sequence[Any] | pa.Array], source: str = "test.csv") -> RawTable:
    """Lists become text columns (None is the empty cell), Arrow arrays keep their type."""
    arrays = {n: v if isinstance(v, pa.Array) else pa.array(list(v), pa.string()) for n, v in columns.items()}
    data = pa.table(arrays)
    return RawTable(data, np.arange(1, data.num_rows + 1), data.num_rows, "csv", source)
