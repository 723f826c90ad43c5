"""lowtide.toml: read strictly, written so that it can be read."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lowtide.core.contract import Guess
from lowtide.core.errors import InputError, UsageError
from lowtide.core.finding import Finding
from lowtide.core.task import Costs, Task
from lowtide.project import CONFIG, Project, line_of, parse
from lowtide.project_template import template, toml_value, write_template
from lowtide.tables.raw import ColumnSettings, ReadSettings

WHOLE = """\
[task]
target = "해지"   # 고객
kind = "binary"
unit = ["id"]
gap = 7

[task.costs]
false_positive = 10
false_negative = 200.5

[source]
path = "데이터/고객.xlsx"
sheet = "Sheet 2"

[read]
encoding = "cp949"
null_tokens = ["-", "없음"]

[columns."가입 일자"]
role = "date"
date_format = "%Y.%m.%d"

[answers]
duration = "drop"
"LT204:사유" = {answer = "use", who = "김", when = 2026-01-31, why = "known before"}

[run]
budget = 90
metric = "roc_auc"
confidence = 0.9
"""


def test_a_whole_file_is_read() -> None:
    config = parse(WHOLE)
    assert config.task == Task(
        target="해지", kind="binary", unit=("id",), gap=7.0, metric="roc_auc",
        costs=Costs(false_positive=10, false_negative=200.5),
    )  # fmt: skip
    assert config.read == ReadSettings(encoding="cp949", null_tokens=("-", "없음"), sheet="Sheet 2")
    assert config.columns == {"가입 일자": ColumnSettings(role="date", date_format="%Y.%m.%d")}
    assert config.answers["duration"].answer == "drop"
    assert config.answers["LT204:사유"].who == "김"
    assert config.answers["LT204:사유"].when == "2026-01-31"
    assert (config.run.budget, config.run.confidence, config.run.seed) == (90, 0.9, 0)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[tsak]\n", "line 1: there is no table [tsak]. Did you mean 'task'?"),
        ("[source]\npath = 'x'\n", "there is no [task]. Add one"),
        ("[task]\nkind = 'binary'\n", "line 1: [task]: 'target' is needed"),
        ("[task]\ntarget = 'y'\nmetrik = 'mae'\n", "line 3: [task] has no setting 'metrik'. Did you mean 'metric'?"),
        ("[task]\ntarget = 'y'\nzzz = 1\n", "line 3: [task] has no setting 'zzz'. Known: target, kind"),
        ("[task]\ntarget = 'y'\ndeploy = 'time'\n", "line 3: [task] deploy: 'time' is not one of 'rows', 'groups'"),
        ("[task]\ntarget = 'y'\nunit = 'id'\n", "line 3: [task] unit: expected a list in square brackets, not text"),
        ("[task]\ntarget = 'y'\n\n[run]\nbudget = '90'\n", "line 5: [run] budget: expected a number, not text"),
        ("[task]\ntarget = 'y'\n[run]\nseed = 1.5\n", "line 4: [run] seed: expected a whole number, not a number"),
        ("[task]\ntarget = 'y'\n[run]\nbudget = 0\n", "line 4: [run] budget: must be > 0"),
        ("[task]\ntarget = 'y'\n[run]\nconfidence = 95\n", "line 4: [run] confidence: must be < 1"),
        ("[task]\ntarget = 'y'\n[run]\nseed = -1\n", "line 4: [run] seed: must be >= 0"),
        ("[task]\ntarget = 'y'\n[columns.'가 격']\nrol = 'number'\n", "line 4: [columns.\"가 격\"] has no setting 'rol'. Did"),
        ("[task]\ntarget = 'y'\n[columns]\nage = 'number'\n", "line 4: [columns.\"age\"] must be a table"),
        ("[task]\ntarget = 'y'\n[answers]\nage = 'maybe'\n", "line 4: [answers] age.answer: 'maybe' is not one of 'use', 'drop'"),
        ("[task]\ntarget = 'y'\n[answers]\nage = {anwser = 'use'}\n", "line 4: [answers] age has no setting 'anwser'. Did"),
        ("[task]\ntarget = 'y'\n[answers]\nage = 3\n", "line 4: [answers] age must be a table"),
        ("[task.costs]\nfalse_positive = 'x'\nfalse_negative = 1\n[task]\ntarget = 'y'\n", "line 2: [task] costs.false_positive"),
        ("[task]\ntarget = 'y'\nmetric = 'mae'\n[run]\nmetric = 'r2'\n", "[task] metric and [run] metric differ"),
        ("task = 3\n", "line 1: [task] must be a table"),
        ('[task]\ntarget = "y\n', "line 2, column 12: "),
        ("[task]\ntarget = ", "line 2: "),
        ("[task]\ntarget = [1,", "at the end of the file"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_in_one_sentence_with_its_line(text: str, says: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)
    message = str(error.value)
    assert message.startswith("lowtide.toml")
    assert says in message
    assert "\n" not in message


def test_open_find_and_paths(tmp_path: Path) -> None:
    folder = tmp_path / "과제"
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    (folder / CONFIG).write_bytes(b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode())
    project = Project.open(folder)
    assert project == Project.open(folder / CONFIG)
    assert project.source == str(folder / "데이터" / "고객.xlsx")
    assert project.ledger == folder / "ledger"
    found = Project.find(inner)
    assert found is not None
    assert found.config == project.config
    assert Project.find(tmp_path) is None


def test_folders_without_a_readable_file(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no lowtide\.toml in .* lowtide init"):
        Project.open(tmp_path)
    (tmp_path / CONFIG).write_bytes('[task]\ntarget = "해지"\n'.encode("cp949"))
    with pytest.raises(UsageError, match="line 2: not UTF-8"):
        Project.open(tmp_path)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="There is no"):
        Project.open(tmp_path / "file")
    with pytest.raises(InputError, match="cannot be written"):
        write_template(tmp_path / "file", source="x.csv", task=Task(target="y"))


def test_addresses_stay_as_they_are(tmp_path: Path) -> None:
    address = "postgresql://host/db"
    project = Project.create(tmp_path, source=address, task=Task(target="y"))
    assert project.source == address


def test_the_key_changes_with_any_setting() -> None:
    texts = [
        WHOLE,
        WHOLE.replace("90", "91"),
        WHOLE.replace('"drop"', '"use"'),
        WHOLE.replace("cp949", "utf-8"),
    ]
    assert len({parse(t).key for t in texts}) == 4
    assert parse(WHOLE + "# a remark\n").key == parse(WHOLE).key


GUESSES = (
    Guess(what="encoding", value="cp949", sure=0.98),
    Guess(what="delimiter", value="\t", sure=0.9),
    Guess(what="header_rows", value="2", sure=0.8),
    Guess(what="null_tokens", value="NA", column="나라", sure=0.6),
    Guess(what="role", value="category", column='등"급', sure=0.4),
    Guess(what="decimal", value=",", column="가격"),
    Guess(what="date_format", value="%d/%m/%Y", column="날짜", given=True),
)
QUESTIONS = (Finding(code="LT203", severity="question", columns=("통화 시간", "duration")),)


def uncommented(text: str) -> str:
    """Take the mark away from every line that is a setting."""
    return re.sub(r'^# (?=[a-z_]+ = |\[columns|"LT)', "", text, flags=re.MULTILINE)


def test_the_template_is_read_back_with_and_without_its_marks(tmp_path: Path) -> None:
    task = Task(target='이탈 "예"', group="고객", gap=3.0, costs=Costs(false_positive=1, false_negative=5))
    project = Project.create(
        tmp_path / "p", source=str(tmp_path / "자료 1.csv"), task=task,
        read=ReadSettings(delimiter=";"), guesses=GUESSES, questions=QUESTIONS,
    )  # fmt: skip
    assert project.config.task == task
    assert project.config.read == ReadSettings(delimiter=";")
    assert project.config.columns == {"날짜": ColumnSettings(date_format="%d/%m/%Y")}
    assert project.source is not None
    assert Path(project.source).resolve() == (tmp_path / "자료 1.csv").resolve()
    assert 'path = "../자료 1.csv"' in (tmp_path / "p" / CONFIG).read_text(encoding="utf-8")
    everything = parse(uncommented((tmp_path / "p" / CONFIG).read_text(encoding="utf-8")))
    assert everything.read == ReadSettings(delimiter=";", encoding="cp949", header_rows=2)
    assert everything.columns['등"급'] == ColumnSettings(role="category")
    assert everything.columns["가격"] == ColumnSettings(decimal=",")
    assert {k: v.answer for k, v in everything.answers.items()} == {
        "LT203:통화 시간": "drop",
        "LT203:duration": "drop",
    }
    assert everything.run.budget == 60


def test_what_a_person_wrote_is_never_overwritten(tmp_path: Path) -> None:
    Project.create(tmp_path, source="x.csv", task=Task(target="y"))
    with pytest.raises(UsageError, match="is there already"):
        Project.create(tmp_path, source="x.csv", task=Task(target="z"))
    assert Project.open(tmp_path).config.task.target == "y"


@given(st.text(), st.text(min_size=1))
def test_any_name_survives(target: str, column: str) -> None:
    try:
        (target + column).encode()
    except UnicodeEncodeError:
        return
    text = template(
        Path(), source="data.csv", task=Task(target=target),
        guesses=(Guess(what="role", value="text", column=column, given=True),),
        questions=(Finding(code="LT203", severity="question", columns=(column,)),),
    )  # fmt: skip
    config = parse(uncommented(text))
    assert config.task.target == target
    assert list(config.columns) == [column]
    assert list(config.answers) == [f"LT203:{column}"]


@given(
    st.recursive(
        st.text(st.characters(exclude_categories=["Cs"])) | st.integers(-(2**62), 2**62) | st.booleans()
        | st.floats(allow_nan=False, allow_infinity=False),
        lambda inner: st.lists(inner, max_size=3), max_leaves=5,
    )
)  # fmt: skip
def test_values_are_written_as_toml(value: object) -> None:
    import tomllib

    assert tomllib.loads(f"x = {toml_value(value)}")["x"] == value


def test_lines_are_found() -> None:
    assert line_of(WHOLE, ("task", "target")) == 2
    assert line_of(WHOLE, ("task", "costs", "false_negative")) == 9
    assert line_of(WHOLE, ("columns", "가입 일자", "date_format")) == 21
    assert line_of(WHOLE, ("answers", "LT204:사유", "who")) == 25
    assert line_of(WHOLE, ("nowhere",)) is None


def test_rows_from_standard_input_leave_a_file_that_reads(tmp_path: Path) -> None:
    write_template(tmp_path, source="-", task=Task(target="y"))
    project = Project.open(tmp_path)
    assert project.source is None
    assert "standard input" in (tmp_path / CONFIG).read_text(encoding="utf-8")


def test_the_vault_is_read_and_written() -> None:
    assert parse('[task]\ntarget = "y"\n').vault is None
    config = parse('[task]\ntarget = "y"\n\n[vault]\nshare = 0.2\nrelease = true\n')
    assert config.vault is not None
    assert (config.vault.share, config.vault.release) == (0.2, True)
    with pytest.raises(UsageError, match=r"line 5: \[vault\] share: must be <= 0\.5"):
        parse('[task]\ntarget = "y"\n\n[vault]\nshare = 0.7\n')
    with pytest.raises(UsageError, match=r"\[vault\] has no setting 'shar'. Did you mean 'share'"):
        parse('[task]\ntarget = "y"\n\n[vault]\nshar = 0.2\n')
    text = template(Path(), source="rows.csv", task=Task(target="y"), vault=0.25)
    written = parse(text).vault
    assert written is not None
    assert (written.share, written.release) == (0.25, False)
    assert parse(template(Path(), source="rows.csv", task=Task(target="y"))).vault is not None
