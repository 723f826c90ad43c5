"""Codes of lowtide that belong to a kind of leak of rows, splits or preparation.

Kinds that are not here are about columns: any finding that names (at least half of) the planted columns counts.
A kind that is here counts by its codes; where it has planted columns the finding must name one of them, and naming
half of them under any code counts too.
"""

from __future__ import annotations

TWICE = ("LT101", "LT104")
ENTITY = ("LT301", "LT303")
TIME = ("LT302",)
REFUSED = "REFUSED"
"""lowtide would not judge the table at all, and said what is missing."""

CODES: dict[str, tuple[str, ...]] = {
    # L1
    "duplicates in one file": TWICE,
    "contradicting duplicates": ("LT102",),
    "rows shared with the test file": ("LT103",),
    "shared rows, written otherwise": ("LT103",),
    "near duplicates, jitter": TWICE,
    "near duplicates, rounded": TWICE,
    "near duplicates in the test file": ("LT103",),
    "reworded texts": TWICE,
    "oversampling before the split": ("LT101", "LT105"),
    "SMOTE before the split": ("LT105",),
    "smoothed bootstrap before the split": ("LT105", "LT104"),
    "standardised on all rows": ("LT111",),
    "min-max on all rows": ("LT111",),
    "ranks on all rows": ("LT111",),
    "centred on all rows": ("LT111",),
    "mean imputation on all rows": ("LT112",),
    "median imputation on all rows": ("LT112",),
    "imputation per group on all rows": ("LT112",),
    "imputation per class": ("LT112",),
    "target encoding on all rows": ("LT113",),
    "smoothed target encoding on all rows": ("LT113",),
    "leave-one-out encoding": ("LT113",),
    "weight of evidence on all rows": ("LT113",),
    "columns selected on all rows": ("LT114",),
    "columns selected on all rows, regression": ("LT114",),
    "many columns, few rows": ("LT114",),
    "test set looked at often": ("LT115",),
    # L2
    "row order": ("LT206", *TIME),
    "row order, blocks": ("LT206", *TIME, "LT303"),
    # L3
    "repeated entity": ENTITY,
    "hidden entity in a string": ENTITY,
    "hidden entity in attributes": ENTITY,
    "runs of neighbouring rows": (*ENTITY, *TIME, "LT206"),
    "shared tickets": ENTITY,
    "hidden entity in a path": ENTITY,
    "entity at a place": ENTITY,
    "time order ignored": (*TIME, "LT306"),
    "time as a number": (*TIME, "LT306"),
    "serial dependence": (*TIME, "LT303", "LT206"),
    "regimes": (*TIME, "LT303", "LT206"),
    "sites": ("LT304", "LT301"),
    "sites with another scale": ("LT304", "LT301"),
    "drift of columns": ("LT305",),
    "break of columns": ("LT305",),
    "drift of the target": ("LT306", *TIME),
    "break of the target": ("LT306", *TIME),
    "drift of the relation": ("LT307",),
    "break of the relation": ("LT307",),
    "biased test file": ("LT308",),
    "test file in another unit": ("LT308",),
    "immature labels": ("LT309",),
    "immature labels, slow": ("LT309",),
    "classes of other periods": ("LT310", "LT306"),
    "drawn to a balance": ("LT310",),
    "target cut off": ("LT310",),
    "outcome missing by choice": ("LT310",),
    # LT5
    "many hints": ("LT501", "LT209", "LT203"),
    "parity of digits": ("LT501",),
    "too few events": ("LT502", "LT503", REFUSED),
    "too few rows": ("LT502", REFUSED),
    "too few groups": ("LT502", REFUSED),
    "target almost constant": ("LT503", "LT502", REFUSED),
    "number almost constant": ("LT503", "LT502", REFUSED),
    "label noise": ("LT504",),
    "label noise, one way": ("LT504",),
}
