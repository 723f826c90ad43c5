"""Clean tables for development: real ones, chosen by their documentation alone, and constructed honest columns.

No table was tried on any tool before it was chosen. What the help text calls (or implies to be) known later, computed
from the target, or computed over all rows was taken out; ``why`` says so. The tables that are kept apart while detectors
are written are in another file.
"""

from __future__ import annotations

from pathlib import Path

from bench.leaks import honest
from bench.leaks.clean import Clean, available, case, load, package, shared, sklearn

__all__ = ["TABLES", "available", "case", "load", "table"]

TABLES: tuple[Clean, ...] = (
    Clean("iris", "Species", "multiclass", package("datasets", "iris"),
          "Measured petals and sepals; one natural duplicate. The file is sorted by species, so rows are shuffled.",
          strong=("Petal.Length", "Petal.Width")),
    Clean("wine", "target", "multiclass", sklearn("wine"), "Chemical analysis of wines of three growers.",
          strong=("flavanoids", "proline")),
    Clean("breast cancer", "target", "binary", sklearn("breast_cancer"),
          "Measurements of cell nuclei made before the diagnosis was known.",
          strong=("worst perimeter", "worst concave points")),
    Clean("diamonds", "price", "regression", package("ggplot2", "diamonds"),
          "Carat, cut, colour, clarity and size are attributes of the stone. The file is sorted by price, so rows are shuffled.",
          strong=("carat", "x", "y", "z")),
    Clean("penguins", "species", "multiclass", package("palmerpenguins", "penguins"),
          "Measured adult penguins; some species live on one island only.", strong=("flipper_length_mm", "island")),
    Clean("ames", "Sale_Price", "regression", package("modeldata", "ames"),
          "Attributes of a house. Its help says that quality columns which look like outcomes are left out; how it was "
          "sold (Sale_Type, Sale_Condition) is taken out too.", drop=("Sale_Type", "Sale_Condition"),
          strong=("Gr_Liv_Area", "Neighborhood")),
    Clean("adult", "class", "binary", shared("C_ordinary/adult_train.csv.gz"),
          "Census answers; education stands twice (text and number), 24 natural duplicates.", shared=True,
          strong=("relationship", "capital_gain")),
    Clean("wage", "wage", "regression", package("ISLR", "Wage"), "Survey answers; logwage is the target and is out.",
          drop=("logwage",)),
    Clean("titanic", "survived", "binary", package("vcdExtra", "Titanicp"),
          "No lifeboat, no body, no ticket: class, sex, age, relatives. Rows repeat because the columns are coarse.",
          strong=("sex",)),
    Clean("diabetes", "target", "regression", sklearn("diabetes", scaled=False),
          "Measured at the start; the target a year later. Unscaled (the usual copy is scaled over all rows)."),
    Clean("auto", "mpg", "regression", package("ISLR", "Auto"), "Technical attributes of cars.",
          strong=("weight", "displacement")),
    Clean("credit", "Status", "binary", package("modeldata", "credit_data"), "What was known when the loan was asked for."),
    Clean("car seats", "Sales", "regression", package("ISLR", "Carseats"), "Simulated shops; prices and attributes."),
    Clean("hitters", "Salary", "regression", package("ISLR", "Hitters"),
          "The salary at the opening of 1987 and the records until 1986."),
    Clean("spam", "yesno", "binary", package("DAAG", "spam7"),
          "Frequencies of words and signs in a mail; coarse, so that rows repeat. Sorted by class, so rows are shuffled.",
          strong=("dollar", "bang")),
    Clean("calls", "churn", "binary", package("modeldata", "mlc_churn"),
          "Use of the telephone; each charge is a constant times the minutes, none of them concerns the target."),
    Clean("charges", "charges", "regression", shared("C_ordinary/medical_charges_insurance.csv"),
          "Attributes of the insured; simulated; one duplicate.", shared=True, strong=("smoker",)),
    Clean("males", "union", "binary", package("plm", "Males"),
          "A panel of 545 men in 8 years: the honest user declares the man and the year.", group="nr", time="year", planted=False),
    Clean("chicago", "ridership", "regression", package("modeldata", "Chicago"),
          "Riders of 20 stations 14 days before (one of them the target itself), and the games of the day. The weather of the "
          "very day would not be known and is out.", time="date", ordered=True, planted=False,
          drop=("temp_min", "temp", "temp_max", "temp_change", "dew", "humidity", "pressure", "pressure_change", "wind",
                "wind_max", "gust", "gust_max", "percip", "percip_max", "weather_rain", "weather_snow", "weather_cloud",
                "weather_storm"), strong=("Clark_Lake",)),
    *honest.TABLES,
)  # fmt: skip
"""Development tables."""


def table(name: str, folder: Path | None = None) -> Clean:
    """Return a table by its name."""
    return next(t for t in TABLES if t.name == name and available(t, folder))
