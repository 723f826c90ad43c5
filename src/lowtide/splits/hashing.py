"""Integer hashes that are the same on every machine, in every process, for ever."""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import numpy.typing as npt

from lowtide.tables.table import Ints, Table

Keys = npt.NDArray[np.uint64]

_GOLDEN = 0x9E3779B97F4A7C15


def mix(keys: npt.NDArray[Any], *salts: int) -> Keys:
    """Scramble integers (n,) with salts into uint64 (n,), one by one.

    The finaliser of SplitMix64 (Steele, Lea & Flood 2014), applied once for each salt. The result for
    a key depends on nothing but the key and the salts, so a row's place never depends on other rows.
    """
    with np.errstate(over="ignore"):
        z = np.asarray(keys).astype(np.uint64)
        for salt in (*salts, 0):
            z = z + np.uint64((_GOLDEN * (int(salt) + 1)) & 0xFFFFFFFFFFFFFFFF)
            z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
            z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
            z = z ^ (z >> np.uint64(31))
    return z


def group_keys(table: Table, name: str) -> Ints:
    """Return a stable integer >= 0 for each row's group (n,), -1 where it is missing.

    Unlike `Table.codes`, the integer of a group does not change when other groups appear.
    """
    codes, levels = table.codes(name)
    hashed = np.asarray([_text_key(text) for text in levels] or [0], dtype=np.int64)
    return np.where(codes >= 0, hashed[np.maximum(codes, 0)], np.int64(-1)).astype(np.int64)


def _text_key(text: str) -> int:
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
