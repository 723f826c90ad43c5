"""Batch scoring: every row comes back, in order, with its key; bad rows say why."""

from __future__ import annotations

import csv
import io
import json

import pyarrow.parquet as pq
import pytest

from lowtide.core.errors import UsageError
from lowtide.models.score import score_file
from tests.models.build_one import made_model, made_table

HEAD = "id,amount,visits,city,member,since,note\n"
LINES = (
    'K1,12.5,3,Berlin,true,2024-01-05,"good value, really"\n',
    "K2,a lot,3,Berlin,true,2024-01-05,good\n",
    "K3,,0,Atlantis,false,2024-02-30,늦게 왔어요\n",
    "K4,1e9,2,,,,\n",
)


@pytest.fixture
def source(tmp_path):
    path = tmp_path / "new.csv"
    path.write_text(HEAD + "".join(LINES), encoding="utf-8")
    return path


def test_csv(source, tmp_path):
    report = score_file(made_model(), source, tmp_path / "out.csv")
    assert (report.rows, report.answered) == (4, 2)
    assert [(c.row, c.column, c.value, c.expected) for c in report.refused] == [
        (2, "amount", "a lot", "number"),
        (3, "since", "2024-02-30", "date"),
    ]
    data = (tmp_path / "out.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.startswith(b"id,prediction,probability,refused\n")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8"))))
    assert [r["id"] for r in rows] == ["K1", "K2", "K3", "K4"]
    assert [bool(r["probability"]) for r in rows] == [True, False, False, True]
    assert rows[0]["prediction"] in ("yes", "no")
    assert rows[0]["refused"] == ""
    assert "'amount' is 'a lot'" in rows[1]["refused"]


def test_parquet_jsonl_and_stream_agree(source, tmp_path):
    model = made_model("multiclass")
    stream = io.StringIO()
    score_file(model, source, tmp_path / "out.parquet", stream=stream)
    score_file(model, source, tmp_path / "out.jsonl")
    table = pq.read_table(tmp_path / "out.parquet").to_pylist()
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == table
    assert list(table[0]) == [
        "id",
        "prediction",
        "probability_1",
        "probability_2",
        "probability_3",
        "refused",
    ]
    assert isinstance(table[0]["prediction"], int)
    assert table[1]["prediction"] is None
    streamed = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert [float(r["probability_2"]) for r in (streamed[0], streamed[3])] == [
        table[0]["probability_2"],
        table[3]["probability_2"],
    ]


def test_regression_and_whole_number_keys(tmp_path):
    frame = made_table(9, seed=1).data.to_pandas()
    frame["id"] = range(100, 109)
    frame.to_parquet(tmp_path / "new.parquet")
    report = score_file(made_model("regression"), tmp_path / "new.parquet", tmp_path / "out.parquet")
    assert report.answered == 9
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.column_names == ["id", "prediction", "refused"]
    assert out["id"].to_pylist() == list(range(100, 109))


def test_unusual_values_are_counted(source):
    notes = score_file(made_model(), source).notes
    assert notes.get("new_missing", {}).keys() <= {"visits", "member", "since", "note"}


def test_unknown_ending_is_refused_before_any_work(tmp_path):
    with pytest.raises(UsageError, match=r"ends in \.csv, \.parquet or \.jsonl"):
        score_file(made_model(), tmp_path / "nowhere.csv", tmp_path / "out.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_key_called_prediction_keeps_its_name(tmp_path):
    from dataclasses import replace

    import msgspec

    from lowtide.models.score import scored

    model = made_model()
    columns = tuple(
        msgspec.structs.replace(c, name="prediction") if c.name == "id" else c
        for c in model.manifest.contract.columns
    )
    contract = msgspec.structs.replace(model.manifest.contract, columns=columns)
    renamed = replace(
        model, manifest=msgspec.structs.replace(model.manifest, keys=("prediction",), contract=contract)
    )
    frame = made_table(5).data.to_pandas().rename(columns={"id": "prediction"})
    table = scored(renamed, renamed.answers(frame))
    assert table.column_names[:2] == ["prediction", "lowtide_prediction"]
    assert table["prediction"].to_pylist()[0] == "K00000"
