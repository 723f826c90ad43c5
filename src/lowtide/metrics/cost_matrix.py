"""Money per row."""

from __future__ import annotations

from lowtide.core.task import Costs
from lowtide.metrics.decision import Decision
from lowtide.metrics.metric import Floats


class Cost(Decision):
    """Mean cost of a decision in the customer's money (gains are negative costs); lower is better.

    Without costs a false alarm and a miss cost 1 each.
    """

    name = "cost"
    kinds = ("binary",)
    greater_is_better = False

    def __init__(self, costs: Costs | None = None) -> None:
        self.costs = costs if costs is not None else Costs(false_positive=1.0, false_negative=1.0)
        money = (
            self.costs.true_positive,
            self.costs.false_positive,
            self.costs.false_negative,
            self.costs.true_negative,
        )
        self.low, self.high = min(money), max(money)

    def of_counts(self, tp: Floats, fp: Floats, fn: Floats, tn: Floats) -> Floats:
        c = self.costs
        money = tp * c.true_positive + fp * c.false_positive + fn * c.false_negative + tn * c.true_negative
        return money / (tp + fp + fn + tn)

    def default_threshold(self) -> float:
        """Return the threshold that is best for calibrated probabilities (Elkan 2001, eq. 1)."""
        c = self.costs
        alarm, miss = c.false_positive - c.true_negative, c.false_negative - c.true_positive
        return alarm / (alarm + miss) if alarm > 0 and miss > 0 else 0.5

    def __repr__(self) -> str:
        return f"Cost({self.costs!r})"
