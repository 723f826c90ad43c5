"""Bundles: the same bits after a round trip, any change refused, no moment without a readable one."""

from __future__ import annotations

import io
import multiprocessing
import os
import time
from contextlib import contextmanager
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import lowtide.models.bundle as bundle
from lowtide.core.errors import BundleError, UsageError
from lowtide.models.bundle import files_of, load, model_of, save
from lowtide.models.manifest import decode
from tests.models.build_one import made_model, made_table


@pytest.fixture(scope="module")
def files():
    return files_of(made_model())


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_round_trip_gives_the_same_bits(kind, tmp_path):
    model = made_model(kind)
    folder = save(model, tmp_path / "deep" / "bundle")
    again = load(folder)
    table = made_table(50, seed=2)
    assert np.array_equal(again.predict_table(table), model.predict_table(table))
    assert again.check().equal
    assert files_of(again) == {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}
    assert again.manifest.floor == model.manifest.floor
    assert again.pipeline.members[0].preparation is again.pipeline.members[1].preparation


def test_what_is_in_it(files):
    names = {"manifest.json", "prepare.json", "golden.parquet", "card.md", "requirements.lock"}
    assert names <= set(files)
    assert {name.split("/")[0] for name in files} <= names | {"prepare.npz", "learners"}
    manifest = decode(files["manifest.json"])
    assert manifest.needed == ("amount", "visits", "city", "member", "since", "note")
    assert manifest.keys == ("id",)
    assert set(manifest.files) == set(files) - {"manifest.json"}
    assert "lightgbm==" in files["requirements.lock"].decode()
    assert files == files_of(made_model()), "saving twice gives the same bytes"


def test_no_record_is_in_it(files):
    """Identifiers, whole texts and rare levels of the training rows are nowhere in the bundle."""
    whole = b"".join(files.values())
    for row in made_table().data.to_pylist():
        assert row["id"].encode() not in whole


@given(st.data())
def test_one_changed_byte_is_refused(data):
    files = files_of(made_model())
    name = data.draw(st.sampled_from(sorted(files)))
    place = data.draw(st.integers(0, len(files[name]) - 1))
    bit = 1 << data.draw(st.integers(0, 7))
    changed = bytearray(files[name])
    changed[place] ^= bit
    with pytest.raises(BundleError) as caught:
        model_of({**files, name: bytes(changed)}, "bundle")
    assert str(caught.value).endswith((".", ")."))


def test_missing_and_extra_files_are_refused(files):
    for name in files:
        with pytest.raises(BundleError, match=r"missing|no manifest"):
            model_of({k: v for k, v in files.items() if k != name}, "bundle")
    with pytest.raises(BundleError, match=r"learners/0/extra\.pkl does not belong there"):
        model_of({**files, "learners/0/extra.pkl": b""}, "bundle")


def test_newer_schema_is_refused(files):
    newer = files["manifest.json"].replace(b'"schema": 1', b'"schema": 2', 1)
    with pytest.raises(BundleError, match="schema 2"):
        model_of({**files, "manifest.json": newer}, "bundle")


def test_pickles_are_never_opened(files):
    from lowtide.models.manifest import encode

    buffer = io.BytesIO()
    np.savez(buffer, a=np.array([{"x": 1}], dtype=object))
    name = "learners/2/linear.npz"
    manifest = decode(files["manifest.json"])
    digest = bundle.hashlib.sha256(buffer.getvalue()).hexdigest()
    forged = encode(msgspec.structs.replace(manifest, files={**manifest.files, name: digest}))
    with pytest.raises(BundleError):
        model_of({**files, name: buffer.getvalue(), "manifest.json": forged}, "bundle")


def test_links_are_refused(tmp_path):
    folder = save(made_model(), tmp_path / "bundle")
    (folder / "card.md").rename(tmp_path / "card.md")
    (folder / "card.md").symlink_to(tmp_path / "card.md")
    with pytest.raises(BundleError, match="not a plain file"):
        load(folder)


def test_no_bundle():
    with pytest.raises(BundleError, match="no such folder"):
        load("nowhere/at/all")


def test_an_empty_folder_and_a_foreign_folder(tmp_path):
    with pytest.raises(BundleError, match=r"no manifest\.json"):
        load(tmp_path)
    (tmp_path / "empty").mkdir()
    assert load(save(made_model(), tmp_path / "empty")).check().equal
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.docx").write_bytes(b"years of work")
    with pytest.raises(UsageError, match="is not a bundle"):
        save(made_model(), tmp_path / "mine")
    assert (tmp_path / "mine" / "thesis.docx").read_bytes() == b"years of work"


def test_replacing_leaves_nothing_behind(tmp_path):
    save(made_model("binary"), tmp_path / "bundle")
    save(made_model("regression"), tmp_path / "bundle")
    assert load(tmp_path / "bundle").kind == "regression"
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.parametrize("fatal", [1, 2])
def test_a_crash_between_the_renames_leaves_a_readable_bundle(tmp_path, monkeypatch, fatal):
    save(made_model("binary"), tmp_path / "bundle")
    moves, move = [], Path.replace

    def failing(self, target):
        moves.append(target)
        if len(moves) == fatal:
            raise KeyboardInterrupt
        return move(self, target)

    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(KeyboardInterrupt):
        save(made_model("regression"), tmp_path / "bundle")
    monkeypatch.undo()
    assert load(tmp_path / "bundle").kind == "binary"
    save(made_model("regression"), tmp_path / "bundle")
    assert load(tmp_path / "bundle").kind == "regression"
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


def _save_for_ever(folder):
    while True:
        save(made_model(), folder)


@contextmanager
def _saving(folder):
    """Save again and again in a process of its own, until it is killed."""
    made_model()
    process = multiprocessing.get_context("fork").Process(target=_save_for_ever, args=(folder,))
    process.start()
    try:
        yield
    finally:
        process.kill()
        process.join()


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_killed_at_any_moment(tmp_path):
    save(made_model(), tmp_path / "bundle")
    rng = np.random.default_rng(0)
    for _ in range(25):
        with _saving(tmp_path / "bundle"):
            time.sleep(rng.uniform(0.02, 0.2))
        assert load(tmp_path / "bundle").kind == "binary"
    save(made_model(), tmp_path / "bundle")
    assert [p.name for p in tmp_path.iterdir()] == ["bundle"]


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_always_readable_while_it_is_replaced(tmp_path):
    save(made_model(), tmp_path / "bundle")
    with _saving(tmp_path / "bundle"):
        for _ in range(100):
            assert load(tmp_path / "bundle").kind == "binary"
