"""A one-column rule tells the levels that a person knows."""

from __future__ import annotations

from lowtide.core.recipe import Recipe
from lowtide.models.pipeline import fit_recipe
from lowtide.models.rules import rule_facts
from lowtide.testing.tables import make_table, make_target_of
from tests.models.build_one import made_table


def _rule(table, target, columns):
    made = make_target_of(table, target, "binary")
    recipe = Recipe(name="one-column", learner="one-column", style="rule", columns=columns, baseline=True)
    return rule_facts(fit_recipe(recipe, table, made.y, kind="binary", classes=2, seed=0))


def test_levels():
    values = ["red"] * 60 + ["blue"] * 60 + ["green"] * 60 + ["rare"] * 2 + [None] * 20
    won = ["yes"] * 60 + ["no"] * 60 + ["yes", "no"] * 30 + ["no"] * 2 + ["yes"] * 20
    facts = _rule(make_table({"colour": values, "won": won}, {"colour": "category"}), "won", ("colour",))
    assert facts["source"] == "colour"
    by_level = {tuple(p["levels"]): p for p in facts["pieces"]}
    assert by_level[("red",)]["outcome"] > 0.9 > 0.1 > by_level[("blue",)]["outcome"]
    assert sum(bool(p.get("missing")) for p in facts["pieces"]) == 1
    assert sum(bool(p.get("other")) for p in facts["pieces"]) == 1
    assert all("code" not in p for p in facts["pieces"])
    assert {p["level"] for p in facts["pieces"]} == {"red", "blue", "green", "…", "∅"}


def test_numbers():
    facts = _rule(made_table(), "left", ("amount", "visits"))
    assert facts["source"] == "amount"
    assert facts["pieces"][0]["low"] is None


def test_two_levels_are_levels_too():
    """The matrix holds 0 and 1 for two levels; the rule must still name them."""
    table = make_table({"sex": ["f", "m"] * 50, "won": ["yes", "no"] * 50}, {"sex": "category"})
    pieces = _rule(table, "won", ("sex",))["pieces"]
    assert [p["levels"] for p in sorted(pieces, key=lambda p: p["outcome"])] == [["m"], ["f"]]
    assert all(set(p) == {"outcome", "rows", "levels", "level"} for p in pieces)


def test_ranks_are_levels_too():
    grades = ["low", "medium", "high"] * 40
    table = make_table({"g": grades, "won": ["no", "no", "yes"] * 40}, {"g": "ordinal"})
    pieces = _rule(table, "won", ("g",))["pieces"]
    assert {tuple(p["levels"]): round(p["outcome"]) for p in pieces} in (
        {("low", "medium"): 0, ("high",): 1},
        {("low",): 0, ("medium",): 0, ("high",): 1},
    )
