"""Fitted values as bytes: JSON for settings, npz for arrays. Nothing here can run code."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from lowtide.core.errors import BundleError
from lowtide.learn.learner import Files


def json_bytes(value: Mapping[str, Any]) -> bytes:
    """Encode JSON; floats keep every bit (shortest text that reads back equal)."""
    return msgspec.json.format(msgspec.json.encode(value, order="sorted"), indent=1) + b"\n"


def json_value(files: Files, name: str) -> dict[str, Any]:
    """Decode a JSON object of a fitted learner's files."""
    try:
        value = msgspec.json.decode(_file(files, name))
    except msgspec.DecodeError as error:
        raise BundleError(f"The learner's file {name} is not valid JSON ({error}).") from None
    if not isinstance(value, dict):
        raise BundleError(f"The learner's file {name} does not hold a JSON object.")
    return value


def npz_bytes(arrays: Mapping[str, npt.NDArray[Any]]) -> bytes:
    """Encode arrays as an uncompressed npz; equal arrays give equal bytes."""
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **{name: arrays[name] for name in sorted(arrays)})
    return buffer.getvalue()


def npz_arrays(files: Files, name: str) -> dict[str, npt.NDArray[Any]]:
    """Decode an npz; arrays that would need pickle are refused."""
    try:
        with np.load(io.BytesIO(_file(files, name)), allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except (ValueError, OSError, zipfile.BadZipFile, KeyError) as error:
        raise BundleError(f"The learner's file {name} cannot be read ({error}).") from None


def _file(files: Files, name: str) -> bytes:
    if name not in files:
        raise BundleError(f"The learner's file {name} is missing.")
    return files[name]
