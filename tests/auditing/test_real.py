"""What the audit must say about real tables, and what it must not."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from lowtide.auditing.audit import Audit, audit
from lowtide.auditing.explain import says
from lowtide.core.task import Task
from tests.auditing.real import SmallFit, question, read

HEART = {"na_values": "?"}


@cache
def seen(
    path: str, name: str, kind: Any, options: tuple[tuple[str, Any], ...] = (), dates: str = ""
) -> Audit:
    formats = dict(d.split("|") for d in dates.split(";") if d)
    table, target, task = question(read(path, formats, **dict(options)), name, kind)
    return audit(table, target, task)


def of(result: Audit, code: str) -> list[tuple[tuple[str, ...], str]]:
    return [(f.columns, f.severity) for f in result.findings if f.code == code]


def test_titanic() -> None:
    result = seen("A_leaks/titanic3.xls", "survived", "binary")
    assert set(result.quarantined) == {"boat", "body"}
    assert of(result, "LT301") == [(("ticket",), "warning")]
    assert of(result, "LT302") == []
    for finding in result.findings:
        assert says(finding, "survived", "en") and says(finding, "survived", "ko")


def test_telco() -> None:
    result = seen("A_leaks/telco_customer_churn_ibm_full.xlsx", "Churn Value", "binary")
    assert set(result.quarantined) == {"Churn Label", "Churn Score", "Churn Reason", "CLTV"}


def test_credit_card() -> None:
    result = seen("A_leaks/aer_creditcard.csv", "card", "binary")
    assert set(result.quarantined) == {"expenditure", "share"}


def test_machine_failures() -> None:
    result = seen("A_leaks/ai4i2020.csv", "MachineFailure", "binary")
    assert of(result, "LT203") == [(("TWF", "HDF", "PWF", "OSF"), "error")]
    assert set(result.quarantined) == {"TWF", "HDF", "PWF", "OSF"}


def test_parking() -> None:
    result = seen("B_grouped_time/korea_parking_train.csv", "등록차량수", "regression")
    assert of(result, "LT301") == [(("단지코드",), "warning")]


def test_patients() -> None:
    result = seen("B_grouped_time/parkinsons_updrs.csv", "total_UPDRS", "regression", (("sep", "\t"),))
    assert of(result, "LT301") == [(("subject#",), "warning")]
    assert result.quarantined == ("motor_UPDRS",)


def test_shops_and_weeks() -> None:
    path = "B_grouped_time/walmart_store_sales.csv"
    result = seen(path, "Weekly_Sales", "regression", dates="Date|%d-%m-%Y")
    assert of(result, "LT301") == [(("Store",), "warning")]
    assert of(result, "LT302") == [(("Date",), "warning")]


@pytest.mark.parametrize("site", ["cleveland", "hungarian", "switzerland", "va"])
def test_hearts_have_no_groups_and_no_time(site: str) -> None:
    result = seen(f"A_leaks/heart_{site}.csv", "target", "multiclass", tuple(HEART.items()))
    assert of(result, "LT301") == of(result, "LT302") == [] and result.quarantined == ()


def test_charges_have_no_leaks() -> None:
    result = seen("C_ordinary/medical_charges_insurance.csv", "charges", "regression")
    assert result.quarantined == () and result.questions == ()


def test_attrition_has_no_leaks() -> None:
    result = seen("A_leaks/ibm_hr_attrition.csv", "Attrition", "binary", (("encoding", "utf-8-sig"),))
    assert result.quarantined == () and result.questions == ()


@pytest.mark.slow
def test_bank() -> None:
    table, target, task = question(read("A_leaks/bank_additional_full.csv.gz", sep=";"), "y", "binary")
    result = audit(table, target, task)
    assert result.quarantined == ("duration",)
    # By its name and its strength: in numbers it hangs together with the rest of the row as a cause does.
    assert [f.code for f in result.questions] == ["LT207", "LT302"]


@pytest.mark.slow
def test_bikes() -> None:
    path = "A_leaks/bike_sharing_hour.csv.gz"
    table, target, task = question(read(path, {"dateday": "%d-%m-%Y"}), "count", "regression")
    result = audit(table, target, task, fit=SmallFit(table, target))
    assert of(result, "LT203") == [(("casual", "registered"), "error")]
    assert of(result, "LT302") == [(("dateday", "hour"), "warning")]
    assert result.price is not None and result.price.scheme == "rows>future" and result.price.points > 0.1


@pytest.mark.slow
def test_electricity() -> None:
    result = seen("B_grouped_time/elec2.csv.gz", "class", "binary")
    (finding,) = [f for f in result.findings if f.code == "LT302"]
    assert finding.severity == "warning" and finding.facts["time"] == ":order"


@pytest.mark.slow
def test_adult_is_ordinary() -> None:
    result = seen("C_ordinary/adult_train.csv.gz", "class", "binary")
    assert result.quarantined == () and result.questions == ()
    assert of(result, "LT301") == of(result, "LT302") == []


@pytest.mark.slow
def test_games() -> None:
    result = seen("A_leaks/vgsales.csv.gz", "Global_Sales", "regression")
    assert set(result.quarantined) == {"Rank", "NA_Sales", "EU_Sales", "JP_Sales", "Other_Sales"}
    assert of(result, "LT301") == [(("Name",), "warning")]


@pytest.mark.slow
def test_houses() -> None:
    result = seen("C_ordinary/ames_housing.csv", "price", "regression")
    assert set(result.quarantined) == {"Order", "rownames"}
    assert of(result, "LT301") == []
    assert of(result, "LT302") == [(("Yr.Sold", "Mo.Sold"), "question")]


@pytest.mark.slow
def test_film_reviews() -> None:
    path = "C_ordinary/nsmc_raw_sample_19k.csv.gz"
    result = seen(path, "rating", "regression", dates="date|%y.%m.%d")
    assert of(result, "LT301") == [(("movie_id",), "warning")]


def test_declared_group_and_time() -> None:
    table, target, _ = question(
        read("B_grouped_time/parkinsons_updrs.csv", sep="\t"), "total_UPDRS", "regression"
    )
    task = Task(target="total_UPDRS", kind="regression", group="subject#", time="test_time")
    result = audit(table, target, task)
    assert of(result, "LT301") == [(("subject#",), "warning")]
    assert of(result, "LT302") == [(("test_time",), "warning")]
