"""The bound of a mean of skewed losses, on errors of known law: plain, stretched by Kish's number, Johnson's.

About 2 minutes on one core; ``--quick``: half a minute. No file of data is needed.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable

import numpy as np

from lowtide.stats.intervals import t_quantile

Draw = Callable[[np.random.Generator, int], np.ndarray]

LAWS: dict[str, Draw] = {
    "normal": lambda rng, n: rng.normal(size=n),
    "Laplace": lambda rng, n: rng.laplace(size=n),
    "t, 5 degrees": lambda rng, n: rng.standard_t(5, n),
    "t, 4 degrees": lambda rng, n: rng.standard_t(4, n),
    "t, 3 degrees": lambda rng, n: rng.standard_t(3, n),
    "log-normal, 0.5": lambda rng, n: rng.lognormal(0, 0.5, n) - np.exp(0.125),
    "log-normal, 1": lambda rng, n: rng.lognormal(0, 1, n) - np.exp(0.5),
}
CONFIDENCE = 0.95


def bounds(losses: np.ndarray) -> tuple[float, float, float]:
    """Return upper bounds of the mean loss: plain on the logarithm, stretched by Kish's number, Johnson's."""
    z, n, mean = t_quantile(CONFIDENCE, np.inf), len(losses), float(losses.mean())
    plain = mean * float(np.exp(z * losses.std() / np.sqrt(n) / mean))
    units = max(2.0, min(n, 2 * losses.sum() ** 2 / (losses**2).sum()))
    stretch = t_quantile(CONFIDENCE, units - 1) / z * np.sqrt(units / (units - 1))
    skewness = float(((losses - mean) ** 3).mean() / losses.std() ** 3)
    johnson = 1 + (2 * z**2 + 1) / (6 * z) * skewness / np.sqrt(n)
    return plain, mean + (plain - mean) * stretch, mean + (plain - mean) * johnson


def run(argv: list[str]) -> int:
    """Simulate and print the share of bounds that held, with their mean slack as a share of the truth."""
    parser = argparse.ArgumentParser(prog="python -m bench skewed", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer samples")
    parser.add_argument("--samples", type=int, help="samples of each size and law (400; quick 100)")
    options = parser.parse_args(argv)
    samples = options.samples or (100 if options.quick else 400)
    from rich.console import Console
    from rich.table import Table

    for power, title in ((2, "mean squared error"), (1, "mean absolute error")):
        table = Table(title=f"Upper bounds of the {title}: held (slack / truth)", title_justify="left")
        for name in ("errors", "n", "plain", "Kish", "Johnson"):
            table.add_column(name, justify="left" if name == "errors" else "right")
        for place, (law, draw) in enumerate(LAWS.items()):
            truth = float(np.mean(np.abs(draw(np.random.default_rng([power, place]), 1_000_000)) ** power))
            for n in (100, 200, 500, 1000, 3000):
                found = np.array(
                    [
                        bounds(np.abs(draw(np.random.default_rng([power, place, n, s]), n)) ** power)
                        for s in range(samples)
                    ]
                )
                held, slack = (found >= truth).mean(axis=0), (found / truth - 1).mean(axis=0)
                cells = (f"{h:.0%} ({s:.2f})" for h, s in zip(held, slack, strict=True))
                table.add_row(law, f"{n:,}", *cells)
        Console(width=120).print(table)
    return 0


if __name__ == "__main__":
    import sys

    sys.exit(run(sys.argv[1:]))
