"""Whatever is put in, only an error of ours comes out, and it is one sentence."""

from __future__ import annotations

from pathlib import Path

from lowtide.core.errors import LowtideError
from lowtide.tables.load import load
from lowtide.testing.broken import broken_inputs

#: Inputs that can be read, but of which no honest model can come: other rooms refuse them.
READABLE = (
    "target_", "rows_all_equal", "one_row", "two_rows", "three_rows", "null_words", "wide_one_row", "prose", "log",
    "code", "only_quotes",
)  # fmt: skip


def test_broken_inputs_end_in_one_sentence(tmp_path: Path) -> None:
    inputs = broken_inputs(tmp_path)
    assert len(inputs) >= 200
    assert len({i.name for i in inputs}) == len({str(i.path) for i in inputs}) == len(inputs)
    unread = 0
    for given in inputs:
        try:
            raw = load(given.path)
        except LowtideError as error:
            unread += 1
            text = str(error)
            assert error.exit_code == 2, given.name
            assert "\n" not in text and text.endswith(".") and "Traceback" not in text, (given.name, text)
            assert str(tmp_path.parent) not in text, given.name
        else:
            assert given.expect == "any" or given.name.startswith(READABLE), given.name
            assert len(raw.data) == len(raw.rows) > 0, given.name
            assert len(set(raw.data.column_names)) == raw.data.num_columns, given.name
            assert all(g.evidence for g in raw.guesses), given.name
    assert unread > 100


def test_the_same_files_are_written_each_time(tmp_path: Path) -> None:
    one, two = broken_inputs(tmp_path / "1"), broken_inputs(tmp_path / "2")
    for a, b in zip(one, two, strict=True):
        assert (a.name, a.expect) == (b.name, b.expect)
        if a.name == a.path.name and len(a.name) < 99:
            assert a.path.read_bytes() == b.path.read_bytes(), a.name
