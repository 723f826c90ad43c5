"""A model as a folder: written whole or not at all, read only when every byte is as it was written.

manifest.json      task, contract, floor, findings, versions, SHA-256 of every other file; sealed
prepare.json/.npz  the fitted preparations
learners/N/        what each member's learner wrote: JSON, LightGBM text, npz without pickle
golden.parquet     generated rows and the answers that any copy must return
card.md            model card
requirements.lock  versions that the answers were made with
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec

from lowtide.core.errors import BundleError, UsageError
from lowtide.learn import from_files
from lowtide.learn.files import json_bytes, json_value, npz_arrays, npz_bytes
from lowtide.models import manifest as manifests
from lowtide.models.card import card, lock
from lowtide.models.golden import Golden
from lowtide.models.manifest import Manifest, MemberNote
from lowtide.models.model import Model
from lowtide.models.pipeline import Member, Pipeline

MANIFEST = "manifest.json"
LEFTOVERS = {".DS_Store", "Thumbs.db", "desktop.ini"}  # put there by file managers, never read
TRIES = 8


def save(model: Model, folder: str | Path) -> Path:
    """Write a bundle; an older one at the same place stays readable until the new one is complete.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    UsageError
        If there is something at ``folder`` that is not a bundle.
    """
    target = Path(folder).resolve()
    if target.exists() and not (
        target.is_dir() and ((target / MANIFEST).is_file() or not any(target.iterdir()))
    ):
        raise UsageError(
            f"{target} is there already and is not a bundle: name another folder, or remove it first."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    for old in target.parent.glob(f".{target.name}.*.writing"):
        shutil.rmtree(old, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}.", suffix=".writing"))
    try:
        draft.chmod(0o755)
        for name, data in files_of(model).items():
            _write(draft / name, data)
        _sync_folders(draft)
        _swap(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    return target


def _swap(draft: Path, target: Path) -> None:
    """Put ``draft`` in the place of ``target``.

    No system swaps two folders in one step everywhere, so the old bundle is set aside under a name that
    `load` knows: a crash between the two renames leaves it readable.
    """
    aside = _aside(target)
    if not target.exists():
        draft.replace(target)
    elif not any(target.iterdir()):
        target.rmdir()
        draft.replace(target)
    else:
        shutil.rmtree(aside, ignore_errors=True)
        target.replace(aside)
        draft.replace(target)
    _sync_folder(target.parent)
    shutil.rmtree(aside, ignore_errors=True)


def _aside(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def files_of(model: Model) -> dict[str, bytes]:
    """Return every file of a bundle by its relative path."""
    preparations: list[Any] = []
    notes: list[MemberNote] = []
    files: dict[str, bytes] = {}
    for place, (member, note) in enumerate(zip(model.pipeline.members, model.manifest.members, strict=True)):
        known = [i for i, p in enumerate(preparations) if p is member.preparation]
        if not known:
            preparations.append(member.preparation)
        notes.append(
            msgspec.structs.replace(
                note,
                preparation=known[0] if known else len(preparations) - 1,
                folder=f"learners/{place}",
            )
        )
        for name, data in member.fitted.to_files().items():
            files[f"learners/{place}/{name}"] = data
    files |= _prepare_files(preparations)
    files["golden.parquet"] = model.golden.to_parquet()
    filled = msgspec.structs.replace(model.manifest, members=tuple(notes))
    files["card.md"] = card(filled).encode("utf-8")
    files["requirements.lock"] = lock(filled).encode("utf-8")
    hashes = {name: hashlib.sha256(files[name]).hexdigest() for name in sorted(files)}
    files[MANIFEST] = manifests.encode(msgspec.structs.replace(filled, files=hashes))
    return files


def _prepare_files(preparations: list[Any]) -> dict[str, bytes]:
    states: list[dict[str, Any]] = []
    arrays: dict[str, Any] = {}
    for place, preparation in enumerate(preparations):
        state, parts = preparation.to_state()
        states.append(state)
        arrays |= {f"{place}.{name}": array for name, array in parts.items()}
    files = {"prepare.json": json_bytes({"preparations": states})}
    if arrays:
        files["prepare.npz"] = npz_bytes(arrays)
    return files


def load(folder: str | Path) -> Model:
    """Read a bundle.

    Every file must be there with the bytes that were written, and no other; nothing is ever unpickled.
    `Model.check` replays the golden rows.

    Raises
    ------
    BundleError
        If the folder is no bundle, of another schema, damaged or altered.
    """
    target = Path(folder).resolve()
    for attempt in range(TRIES):
        place = target if (target / MANIFEST).is_file() or not _aside(target).is_dir() else _aside(target)
        before = _stamp(place)
        try:
            return model_of(_read(place), str(folder))
        except BundleError:
            # A new bundle may have been moved in while the old one was being read; what stands aside is on its way out.
            steady = place == target and _stamp(place) == before and place.exists()
            if attempt == TRIES - 1 or steady:
                raise
    raise AssertionError("unreachable")


def model_of(files: dict[str, bytes], where: str) -> Model:
    """Rebuild a model from the files of a bundle; see `load`."""
    if MANIFEST not in files:
        raise BundleError(f"{where} is not a bundle: it has no {MANIFEST}.")
    manifest = manifests.decode(files[MANIFEST])
    _verify(manifest, files, where)
    preparations = _preparations(files)
    members = []
    for note in manifest.members:
        prefix = f"{note.folder}/"
        own = {name.removeprefix(prefix): data for name, data in files.items() if name.startswith(prefix)}
        try:
            fitted = from_files(note.recipe.learner, own)
            preparation = preparations[note.preparation]
        except (UsageError, IndexError, KeyError, TypeError, ValueError) as error:
            raise BundleError(
                f"The member {note.recipe.name!r} of {where} cannot be read ({error})."
            ) from None
        members.append(Member(note.recipe, preparation, fitted, note.weight))
    pipeline = Pipeline(tuple(members), manifest.kind, manifest.classes, manifest.positive)
    return Model(manifest, pipeline, Golden.from_parquet(files["golden.parquet"]))


def _verify(manifest: Manifest, files: dict[str, bytes], where: str) -> None:
    listed = set(manifest.files)
    missing = sorted(listed - set(files))
    extra = sorted(set(files) - listed - {MANIFEST})
    altered = sorted(
        name
        for name in listed & set(files)
        if hashlib.sha256(files[name]).hexdigest() != manifest.files[name]
    )
    for what, names in (("is missing", missing), ("was altered", altered), ("does not belong there", extra)):
        if names:
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            raise BundleError(
                f"The bundle {where} is not as it was written: {names[0]}{more} {what}. Copy the bundle again."
            )


def _preparations(files: dict[str, bytes]) -> list[Any]:
    from lowtide.prepare import Preparation

    states = json_value(files, "prepare.json").get("preparations", [])
    arrays = npz_arrays(files, "prepare.npz") if "prepare.npz" in files else {}
    return [
        Preparation.from_state(
            state,
            {
                name.removeprefix(f"{place}."): array
                for name, array in arrays.items()
                if name.startswith(f"{place}.")
            },
        )
        for place, state in enumerate(states)
    ]


def _read(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder; links and devices are refused, not followed."""
    if not folder.is_dir():
        raise BundleError(f"{folder} is not a bundle: there is no such folder.")
    files: dict[str, bytes] = {}
    try:
        for path in sorted(folder.rglob("*")):
            if path.is_symlink() or not (path.is_file() or path.is_dir()):
                raise BundleError(f"The bundle {folder} holds {path.name}, which is not a plain file.")
            if path.is_file() and path.name not in LEFTOVERS:
                files[path.relative_to(folder).as_posix()] = path.read_bytes()
    except OSError as error:
        raise BundleError(f"The bundle {folder} cannot be read ({error.strerror or error}).") from None
    return files


def _stamp(folder: Path) -> tuple[int, int] | None:
    try:
        seen = (folder / MANIFEST).stat()
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync_folders(folder: Path) -> None:
    for path in (folder, *(p for p in folder.rglob("*") if p.is_dir())):
        _sync_folder(path)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there, and renames are journalled
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
