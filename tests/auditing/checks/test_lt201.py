"""Copies of the target: in part, with wrong cells, as reasons, ranges, flags for one class."""

from __future__ import annotations

import datetime as dt

import numpy as np

from lowtide.auditing.checks.copies import TargetCopy
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import amounts, iris, ordinary, rng


def made() -> dict[str, Case]:
    r = rng(201)
    bought, price, species = ordinary()["bought"], amounts()["price"], iris()["species"]
    yes = bought == "yes"
    label = np.where(yes, "J", "N").astype(object)
    some = label.copy()
    some[r.random(500) < 0.7] = None
    swapped = np.where(r.random(500) < 0.04, np.where(yes, "N", "J"), label)
    reason = np.asarray(
        [f"{'gone' if w else 'stays'} {v}" for w, v in zip(yes, r.integers(0, 6, 500), strict=True)]
    )
    wrong = price * 3 + 2
    wrong[:25] = r.permutation(wrong)[:25]
    partly = np.where(r.random(500) < 0.6, np.nan, price * 2.54)
    band = np.searchsorted(np.quantile(price, [0.2, 0.4, 0.6, 0.8]), price)
    words = np.array(["low", "middle", "high"])[np.searchsorted(np.quantile(price, [0.5, 0.85]), price)]
    return {
        "part": case({**ordinary(), "z": some}, "bought", "binary", sees=("z",)),
        "nearly": case({**ordinary(), "z": swapped}, "bought", "binary", sees=("z",), severity="question"),
        "codes": case({**ordinary(), "z": reason}, "bought", "binary", sees=("z",)),
        "coarser": case(
            {**iris(), "z": (species == "setosa").astype(int)}, "species", "multiclass", sees=("z",)
        ),
        "mostly": case({**amounts(), "z": wrong}, "price", "regression", sees=("z",)),
        "mostly_ordered": case({**amounts(), "z": np.log(wrong)}, "price", "regression", sees=("z",)),
        "linear": case({**amounts(), "z": partly}, "price", "regression", sees=("z",)),
        "ranges": case({**amounts(), "z": band * 10.0}, "price", "regression", sees=("z",)),
        "words": case({**amounts(), "z": words}, "price", "regression", sees=("z",)),
    }


class TestCopies(CheckContract):
    check = TargetCopy()
    shuffles = 1

    def leaking(self) -> list[Case]:
        return list(made().values())

    def clean(self) -> list[Case]:
        r = rng(202)
        yes = ordinary()["bought"] == "yes"
        # A smell that is pure for some levels and undecided in one: strong, and no copy.
        smell = np.where(yes, np.where(r.random(500) < 0.96, "foul", "none"), r.choice(["none", "mint"], 500))
        price = amounts()["price"]
        coarse = np.searchsorted(
            np.quantile(price, [0.25, 0.5, 0.75]), price + r.normal(0, price.std() / 4, 500)
        )
        return [
            case({**ordinary(), "smell": smell}, "bought", "binary"),
            case({**amounts(), "class_of_site": coarse}, "price", "regression"),
        ]

    def test_says_how(self) -> None:
        for variant, given in made().items():
            (finding,) = look(self.check, given)
            assert finding.facts["variant"] == ("ranges" if variant == "words" else variant)

    def test_dates_in_the_order_of_the_target_are_asked_about(self) -> None:
        level = np.cumsum(rng(203).gamma(2, 1, 200))
        days = [dt.datetime(2024, 1, 1) + dt.timedelta(days=d) for d in range(200)]
        (finding,) = look(self.check, case({"day": days, "level": level}, "level", "regression"))
        assert finding.severity == "question"
