"""What a bundle says about itself: ``manifest.json``."""

from __future__ import annotations

import hashlib
import re
from typing import Any

import msgspec

from lowtide.core.contract import ReadContract, Role
from lowtide.core.errors import BundleError
from lowtide.core.interval import Floor, Scenario
from lowtide.core.recipe import Recipe
from lowtide.core.task import Kind, Task

SCHEMA = 1
_SEAL = re.compile(rb'"seal": "([0-9a-f]{64})"')


class MemberNote(msgspec.Struct, frozen=True, kw_only=True):
    """One member: what was fitted, its weight, and which files hold it.

    Attributes
    ----------
    preparation : place in ``prepare.json``'s list; members may share one.
    folder : of the learner's files.
    facts : what the learner tells about itself (settings, a rule in values).
    """

    recipe: Recipe
    weight: float
    preparation: int
    folder: str
    facts: dict[str, Any] = {}


class FindingNote(msgspec.Struct, frozen=True, kw_only=True):
    """A finding of the audit, without rows or values."""

    code: str
    severity: str
    columns: tuple[str, ...] = ()
    answer: str | None = None


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about a model but its numbers.

    Attributes
    ----------
    schema : version of this format.
    name : short, safe for file names and addresses.
    contract : how cells are read; only the columns in ``needed`` and ``keys``.
    needed : columns that a prediction reads.
    keys : columns carried through to the output (unit key and identifiers).
    threshold : P(positive) from which the positive label is answered (binary).
    scheme : how held-out data was made.
    target_range : of the outcomes in training (regression), widened to two digits so that it is no person's value.
    files : SHA-256 of every other file, by relative path.
    seal : SHA-256 of this file with an empty seal.
    """

    schema: int = SCHEMA
    name: str
    kind: Kind
    classes: tuple[str, ...] = ()
    positive: str | None = None
    threshold: float = 0.5
    task: Task
    contract: ReadContract
    roles: dict[str, Role] = {}
    needed: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    metric: str
    greater_is_better: bool
    scheme: str = ""
    floor: Floor
    expected: float | None = None
    baseline: float | None = None
    baseline_name: str = ""
    scenarios: tuple[Scenario, ...] = ()
    findings: tuple[FindingNote, ...] = ()
    quarantined: tuple[str, ...] = ()
    rows: int
    trials: int = 0
    target_range: tuple[float, float] | None = None
    seed: int = 0
    created: str = ""
    members: tuple[MemberNote, ...] = ()
    versions: dict[str, str] = {}
    files: dict[str, str] = {}
    seal: str = ""


def encode(manifest: Manifest) -> bytes:
    """Return ``manifest.json``, sealed."""
    open_ = msgspec.json.format(msgspec.json.encode(msgspec.structs.replace(manifest, seal="")), indent=2)
    seal = hashlib.sha256(open_ + b"\n").hexdigest()
    # The seal is the last field: nothing inside the manifest can be taken for it.
    head, tail = open_.rsplit(b'"seal": ""', 1)
    return head + f'"seal": "{seal}"'.encode() + tail + b"\n"


def decode(data: bytes) -> Manifest:
    """Read ``manifest.json``.

    Raises
    ------
    BundleError
        If it is no manifest, of another schema, or altered.
    """
    try:
        schema = msgspec.json.decode(data, type=_Version).schema
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise BundleError(
            "The bundle's manifest.json is damaged: it is not the JSON of a manifest."
        ) from None
    if schema != SCHEMA:
        raise BundleError(
            f"The bundle has schema {schema}, this lowtide reads schema {SCHEMA}: install the lowtide that wrote it."
        )
    seals = list(_SEAL.finditer(data))
    if not seals or _unsealed(data, seals[-1]) != seals[-1][1].decode():
        raise BundleError("The bundle's manifest.json was altered: its content does not match its seal.")
    try:
        return msgspec.json.decode(data, type=Manifest)
    except msgspec.DecodeError as error:
        raise BundleError(f"The bundle's manifest.json cannot be read ({error}).") from None


class _Version(msgspec.Struct):
    schema: int


def _unsealed(data: bytes, seal: re.Match[bytes]) -> str:
    return hashlib.sha256(data[: seal.start(1)] + data[seal.end(1) :]).hexdigest()
