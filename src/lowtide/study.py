"""The result of a run in Python: frozen values with a model behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from lowtide.core.finding import Finding
from lowtide.core.interval import Floor, Scenario
from lowtide.core.result import RunResult

if TYPE_CHECKING:
    from lowtide.models.model import Model


@dataclass(frozen=True, slots=True, repr=False)
class Study:
    """What `lowtide.run` found out.

    Attributes
    ----------
    result : every fact, as plain values (``study.to_json()`` gives them as JSON).
    model : the shipped model; ``model.predict(frame)``, ``model.predict_proba(frame)``.
    """

    result: RunResult
    model: Model

    @property
    def floor(self) -> Floor:
        """The promise: a one-sided bound of the shipped model's performance."""
        return self.result.floor

    @property
    def expected(self) -> float | None:
        """The estimate of the shipped model's performance, corrected for selection."""
        return self.result.expected

    @property
    def baseline(self) -> float | None:
        """The best rule that needs no model, under the same scheme."""
        return self.result.baseline

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.result.findings

    @property
    def questions(self) -> tuple[Finding, ...]:
        return self.result.questions

    @property
    def scenarios(self) -> tuple[Scenario, ...]:
        return self.result.scenarios

    def report(self, path: str | Path, lang: str = "en") -> Path:
        """Write the report as one self-contained HTML file.

        Parameters
        ----------
        path : file to write.
        lang : ``en`` or ``ko``.
        """
        from lowtide.report.html import write

        write(self.result, Path(path), lang=lang)
        return Path(path)

    def save(self, folder: str | Path) -> Path:
        """Write the bundle; `lowtide.load` reads it back."""
        from lowtide.models.bundle import save

        return save(self.model, Path(folder))

    def to_json(self) -> str:
        """Return every fact as one JSON object."""
        return msgspec.json.encode(self.result).decode("utf-8")

    def __repr__(self) -> str:
        r = self.result
        floor = "none" if r.floor.value is None else f"{r.floor.value:.4g}"
        scores = f"baseline {_short(r.baseline)}, expected {_short(r.expected)}"
        return (
            f"Study({r.task.target!r}: floor {floor} {r.metric} at {r.floor.confidence:.0%} "
            f"({r.floor.scenario}), {scores}, {r.trials} trials, {len(r.findings)} findings)"
        )

    def _repr_html_(self) -> str:
        from html import escape

        r = self.result
        rows = [
            ("floor", _short(r.floor.value)),
            ("baseline", _short(r.baseline)),
            ("expected", _short(r.expected)),
            ("metric", r.metric),
            ("scheme", f"{r.split.scheme} ({r.split.column or 'no column'})"),
            ("trials", str(r.trials)),
            ("quarantined", ", ".join(r.quarantined) or "none"),
            ("open questions", str(len(r.questions))),
        ]
        cells = "".join(f"<tr><th>{escape(k)}</th><td>{escape(v)}</td></tr>" for k, v in rows)
        return f"<table><caption>lowtide: {escape(r.task.target)}</caption>{cells}</table>"


def _short(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"
