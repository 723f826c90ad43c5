"""Names of metrics and split schemes in a language."""

from __future__ import annotations

from lowtide.report.inline import clean
from lowtide.report.words import Words


def metric_name(words: Words, metric: str) -> str:
    """Return what a metric is called."""
    path = f"metrics.{metric}.name"
    return words.mark(path) if metric != "other" and words.has(path) else clean(metric)


def scheme_name(words: Words, scheme: str) -> str:
    """Return what a split scheme is called; ``a>b`` compares two of them."""
    if ">" in scheme:
        return " → ".join(scheme_name(words, part) for part in scheme.split(">"))
    path = f"splits.{scheme.replace('+', '_')}.name"
    return words.mark(path) if words.has(path) else clean(scheme)
