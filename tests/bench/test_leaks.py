"""The bench of planted leaks: plants do what they say, and the judge counts rightly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench.leaks import plan, summary
from bench.leaks.case import Case, disguised
from bench.leaks.clean import Clean, load
from bench.leaks.codes import CODES
from bench.leaks.judge import judge
from bench.leaks.plants.ground import STRENGTHS, Ground, Planted
from bench.leaks.tool import Raised, look


def ground(task: str, strength: str = "strong", rows: int = 1200, seed: int = 0) -> Ground:
    """A table of numbers and categories in which the target is worth learning."""
    rng = np.random.default_rng(7)
    frame = pd.DataFrame({f"x{i}": rng.normal(50, 9, rows).round(3) for i in range(6)})
    frame["place"] = rng.choice(["north", "south", "east", "west"], rows)
    frame["kind"] = rng.choice(["old", "new", "other"], rows)
    signal = (frame["x0"] - 50) / 9 + 0.7 * (frame["x1"] - 50) / 9 + 0.5 * rng.normal(size=rows)
    if task == "regression":
        frame["y"] = (200 + 30 * signal).round(2)
    elif task == "binary":
        frame["y"] = np.where(signal > 0.7, "yes", "no")
    else:
        frame["y"] = np.select([signal > 0.9, signal < -0.6], ["a", "c"], "b")
    return Ground(frame, "y", task, np.random.default_rng(seed), strength)  # type: ignore[arg-type]


ALL = [(part, plant) for part in ("development", "held") for plant in plan.plants(part)]
SLOW = {"label noise", "label noise, one way", "score of a model, cross-fitted", "many columns, few rows"}
NAMES = [
    pytest.param(part, p, id=p.kind, marks=[pytest.mark.slow] if p.kind in SLOW else []) for part, p in ALL
]


def planted(kind: str, strength: str = "strong", seed: int = 0) -> tuple[Ground, Planted]:
    plant = next(p for _, p in ALL if p.kind == kind)
    g = ground(plant.tasks[0], strength, seed=seed)
    made = plant.make(g)
    assert made is not None
    return g, made


@pytest.mark.parametrize(("part", "plant"), NAMES)
def test_every_plant_makes_a_case_that_can_be_judged(part: str, plant: object) -> None:
    for strength in STRENGTHS if plant.kind not in SLOW else ("strong",):  # type: ignore[attr-defined]
        g = ground(plant.tasks[0], strength)  # type: ignore[attr-defined]
        before = g.frame.copy()
        case = plant.plant(g, part, "made", 0)  # type: ignore[attr-defined]
        if case is None:
            assert plant.kind.startswith("label noise")  # type: ignore[attr-defined]
            continue
        pd.testing.assert_frame_equal(g.frame, before)  # the clean table stays clean
        assert set(case.columns) <= set(case.frame.columns) - {case.target}
        assert case.columns or case.codes
        again = plant.plant(ground(plant.tasks[0], strength), part, "made", 0)  # type: ignore[attr-defined]
        pd.testing.assert_frame_equal(case.frame, again.frame)  # the same draw again
        other = disguised(case, 1)
        assert sorted(other.frame.columns) == sorted(f"c{i}" for i in range(1, case.frame.shape[1] + 1))
        assert other.frame.shape == case.frame.shape


def test_kinds_are_one_name_each_and_codes_have_no_strangers() -> None:
    kinds = [p.kind for _, p in ALL]
    assert len(kinds) == len(set(kinds))
    assert set(CODES) <= set(kinds)


def test_development_knows_nothing_of_what_is_held_out() -> None:
    held = {t.name for t in plan.tables("held")}
    assert not held & {t.name for t in plan.tables("development")}
    for module in (
        "tables",
        "honest",
        "plants/__init__",
        "plants/l1_rows",
        "plants/l2_sets",
        "plants/l3_shift",
    ):
        text = (Path(plan.__file__).parent / f"{module}.py").read_text(encoding="utf-8")
        assert "import held" not in text and "held_" not in text


def test_near_copies_have_the_wrong_cells_they_say() -> None:
    for strength, share in zip(STRENGTHS, (0.003, 0.01, 0.03), strict=True):
        _, made = planted("near copy", strength)
        wrong = float((made.frame[made.columns[0]] != made.frame["y"]).mean())
        assert wrong <= share + 0.001
        assert wrong > 0 or strength == "strong"


def test_duplicates_are_as_many_as_said() -> None:
    for strength, share in zip(STRENGTHS, (0.2, 0.05, 0.02), strict=True):
        g, made = planted("duplicates in one file", strength)
        assert made.frame.duplicated().sum() == round(share * g.n)
        g, made = planted("rows shared with the test file", strength)
        both = made.test.merge(made.frame.drop_duplicates(), how="inner")
        assert len(both) / len(made.test) == pytest.approx(share, rel=0.35)


def test_synthetic_rows_lie_between_rows_of_their_class() -> None:
    g, made = planted("SMOTE before the split")
    old = set(map(tuple, g.frame[g.numeric].to_numpy()))
    new = [tuple(r) not in old for r in made.frame[g.numeric].to_numpy()]
    assert sum(new) == pytest.approx(3 * g.hit.sum(), abs=3)
    assert set(made.frame["y"][new]) == {"yes"}


def test_scaling_and_filling_are_exact_over_both_files_and_not_over_one() -> None:
    _, made = planted("standardised on all rows")
    both = pd.concat([made.frame, made.test])[list(made.columns)]
    np.testing.assert_allclose(both.mean(), 0, atol=1e-12)
    np.testing.assert_allclose(both.std(ddof=0), 1, atol=1e-12)
    assert (made.frame[list(made.columns)].mean().abs() > 1e-6).all()
    _, made = planted("min-max on all rows")
    both = pd.concat([made.frame, made.test])[list(made.columns)]
    assert (both.min() == 0).all() and (both.max() == 1).all()
    assert ((made.frame[list(made.columns)].min() > 0) | (made.frame[list(made.columns)].max() < 1)).all()
    _, made = planted("mean imputation on all rows")
    for column in made.columns:
        both = pd.concat([made.frame, made.test])[column]
        assert both.mode().iloc[0] == pytest.approx(both.mean())
        assert made.frame[column].mean() != pytest.approx(both.mean(), rel=1e-9)


def test_formulas_give_the_target() -> None:
    for kind, formula in {
        "sum": lambda c: c.sum(axis=1),
        "difference": lambda c: c.iloc[:, 0] - c.iloc[:, 1],
        "product": lambda c: c.iloc[:, 0] * c.iloc[:, 1],
        "ratio": lambda c: c.iloc[:, 0] / c.iloc[:, 1],
        "small whole weights": lambda c: 2 * c.iloc[:, 0] - 3 * c.iloc[:, 1] + c.iloc[:, 2],
        "price and discount": lambda c: c.iloc[:, 0] * (1 - c.iloc[:, 1]),
        "last value and growth": lambda c: c.iloc[:, 0] * (1 + c.iloc[:, 1] / 100),
        "product of three": lambda c: c.prod(axis=1),
        "sum of six": lambda c: c.sum(axis=1),
    }.items():
        g, made = planted(kind)
        np.testing.assert_allclose(formula(made.frame[list(made.columns)]), made.frame["y"], rtol=1e-9)
        g, made = planted(kind, "weak")
        error = formula(made.frame[list(made.columns)]) - made.frame["y"]
        assert 0.001 < error.std() / g.spread < 0.05


def test_rules_give_the_class() -> None:
    for kind, rule in {
        "any of flags": lambda c: c.max(axis=1) > 0,
        "count that is positive": lambda c: c.iloc[:, 0] > 0,
        "column against column": lambda c: c.iloc[:, 0] > c.iloc[:, 1],
        "all of flags": lambda c: c.min(axis=1) > 0,
        "exclusive or": lambda c: c.iloc[:, 0] != c.iloc[:, 1],
        "majority of flags": lambda c: (c == "A").sum(axis=1) >= 2,
        "date against date": lambda c: c.iloc[:, 1] > c.iloc[:, 0],
        "parity of digits": lambda c: c.sum(axis=1) % 2 == 0,
        "last digit of an identifier": lambda c: c.iloc[:, 0] % 2 == 0,
    }.items():
        g, made = planted(kind)
        assert (rule(made.frame[list(made.columns)]).to_numpy() == g.hit).all(), kind


def auc(values: np.ndarray, hit: np.ndarray) -> float:
    from sklearn.metrics import roc_auc_score

    return float(max(roc_auc_score(hit, values), 1 - roc_auc_score(hit, values)))


def test_parts_of_a_rule_say_little_alone() -> None:
    for kind in ("column against column", "exclusive or"):
        g, made = planted(kind)
        for name in made.columns:
            assert auc(made.frame[name].to_numpy(float), g.hit) < 0.6


def gain(made: Planted, target: str, groups: np.ndarray) -> float:
    """Return how much better random folds look than folds of whole groups (share of explained variance)."""
    from sklearn.ensemble import RandomForestRegressor
    from sklearn.model_selection import GroupKFold, KFold, cross_val_score

    x = made.frame.select_dtypes("number").drop(columns=target, errors="ignore")
    y = made.frame[target]
    model = RandomForestRegressor(30, random_state=0)
    random = cross_val_score(model, x, y, cv=KFold(4, shuffle=True, random_state=0)).mean()
    apart = cross_val_score(model, x, y, cv=GroupKFold(4), groups=groups).mean()
    return float(random - apart)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_an_entity_makes_random_folds_too_good(strength: str) -> None:
    plant = next(p for _, p in ALL if p.kind == "repeated entity")
    g = ground("regression", strength)
    g.frame = g.frame.assign(
        y=np.random.default_rng(1).normal(100, 10, g.n)
    )  # nothing to learn but the entity
    made = plant.make(g)
    assert made is not None
    assert gain(made, "y", made.frame[made.columns[0]].to_numpy()) > 0.2


@pytest.mark.parametrize(
    "kind", ["centred window", "window with the present", "value of the next day", "change since yesterday"]
)
def test_windows_know_the_day_itself(kind: str) -> None:
    from sklearn.linear_model import LinearRegression

    _, made = planted(kind)
    honest = made.frame[["before_1", "before_7", "before_mean", "weather", "offer"]]
    late = slice(len(made.frame) * 2 // 3, None)
    early = slice(0, len(made.frame) * 2 // 3)
    y = made.frame["sold"]

    def score(x: pd.DataFrame) -> float:
        return float(LinearRegression().fit(x.iloc[early], y.iloc[early]).score(x.iloc[late], y.iloc[late]))

    assert score(honest.assign(p=made.frame[made.columns[0]])) > score(honest) + 0.02


def case(columns: tuple[str, ...] = ("a", "b"), codes: tuple[str, ...] = (), kind: str = "sum") -> Case:
    frame = pd.DataFrame({c: [1, 2] for c in "abcdy"})
    return Case("c", "L2", kind, frame, "y", "binary", columns=columns, codes=codes)


def verdict(findings: list[Raised], of: Case | None = None):  # type: ignore[no-untyped-def]
    return judge(findings, of or case(), "t", "plain", 0.1)


def test_judge_counts_the_first_three_only() -> None:
    other = [Raised("error", ("c",), "LT202")]
    hit = Raised("question", ("a",), "LT203")
    assert verdict([*other, *other, hit]).first
    late = verdict([*other, *other, *other, hit])
    assert not late.first and late.flagged and late.rank == 4 and late.errors == 3
    assert late.error_columns == 1


def test_judge_wants_half_of_a_set_and_flags_not_notes() -> None:
    four = case(("a", "b", "c", "d"))
    assert not verdict([Raised("error", ("a",))], four).first
    assert verdict([Raised("error", ("a",)), Raised("question", ("c",))], four).first
    assert not verdict([Raised("note", ("a", "b"))]).named
    warned = verdict([Raised("warning", ("a", "b"))])
    assert warned.named and not warned.flagged
    assert verdict([Raised("acting", ("a",))]).first


def test_judge_knows_codes() -> None:
    rows = case((), ("LT101",), "duplicates in one file")
    assert verdict([Raised("acting", (), "LT101")], rows).first
    assert not verdict([Raised("acting", (), "LT102")], rows).first
    assert verdict([Raised("acting", (), "LT102")], rows).acting == 1
    scaled = case(("a",), ("LT111",), "standardised on all rows")
    assert not verdict([Raised("error", ("d",), "LT111")], scaled).first  # the right code, the wrong column
    assert verdict([Raised("error", (), "LT111")], scaled).first


def test_everything_on_a_clean_table_is_an_alarm() -> None:
    clean = case((), (), "clean")
    seen = verdict(
        [Raised("error", ("a",), "LT202"), Raised("question", ("b", "y")), Raised("note", ("c",))], clean
    )
    assert (seen.errors, seen.questions, seen.error_columns, seen.question_columns) == (1, 1, 1, 1)
    assert not seen.first and not seen.flagged
    line = summary.alarms([seen.plain()])[0]
    assert line[2:6] == ["1", "4", "1 (100.0 %)", "1 (25.00 %)"]


def test_totals_count_low_kinds() -> None:
    good = [verdict([Raised("error", ("a",))]).plain() for _ in range(4)]
    bad = [verdict([], case(kind="ratio")).plain() for _ in range(4)]
    (l2, whole) = summary.totals(good + bad)
    assert l2[2:4] == ["2", "8"] and whole[-1] == "1" and whole[7] == "50 %"


def test_disguise_hides_names_and_keeps_order_that_is_evidence() -> None:
    one = Case(
        "c",
        "L3",
        "serial",
        pd.DataFrame({"k": range(50), "y": range(50)}),
        "y",
        "regression",
        order=True,
        group="k",
    )
    hidden = disguised(one)
    assert list(hidden.frame.columns) == ["c1", "c2"] and hidden.target == "c2" and hidden.group == "c1"
    assert (hidden.frame["c1"] == np.arange(50)).all()
    assert not (
        disguised(Case("c", "L2", "k", one.frame, "y", "regression")).frame["c1"] == np.arange(50)
    ).all()


def test_jobs_take_turns_and_quick_is_small() -> None:
    full = list(plan.jobs(("development", "held"), (), 2, plan.VARIANTS, 3000, False, None))
    quick = list(plan.jobs(("development", "held"), (), 1, ("plain",), 1500, True, None))
    assert len({j.key for j in full}) == len(full)
    assert len(full) > 8 * len(quick)
    assert {j.kind for j in quick if j.kind != "clean"} == {p.kind for _, p in ALL}


def test_a_tool_is_asked_without_names_of_the_case() -> None:
    class Ear:
        name = "ear"

        def audit(self, frame: pd.DataFrame, target: str, kind: str, **said: object) -> list[Raised]:
            assert set(said) == {"test", "group", "time", "unit"}
            return [Raised("error", (frame.columns[0],))]

    assert look(Ear(), case())[0].columns == ("a",)


def test_clean_tables_are_shuffled_unless_time_orders_them() -> None:
    frame = pd.DataFrame({"x": range(100), "y": [0] * 50 + [1] * 50})
    table = Clean("t", "y", "binary", lambda _: frame, "made", rows=80)
    read, test = load(table)
    assert test is None and len(read) == 80 and not read["y"].is_monotonic_increasing
    kept, _ = load(Clean("t", "y", "binary", lambda _: frame, "made", rows=80, ordered=True))
    assert (kept["x"] == np.arange(80)).all()


@pytest.mark.slow
def test_a_small_run_writes_what_it_found(tmp_path: Path) -> None:
    from bench.leaks.__main__ import run

    out = tmp_path / "leaks"
    arguments = [
        "--quick",
        "--part",
        "development",
        "--only",
        "near copy",
        "--workers",
        "1",
        "--out",
        str(out),
    ]
    assert run(arguments) == 0
    text = out.with_suffix(".md").read_text(encoding="utf-8")
    assert "near copy" in text
    assert run([*arguments, "--go-on"]) == 0
