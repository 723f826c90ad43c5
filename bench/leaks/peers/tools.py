"""The other tools, and the releases that were measured."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

RUNNERS = Path(__file__).resolve().parent / "runners"


@dataclass(frozen=True, slots=True)
class Peer:
    """One tool.

    Attributes
    ----------
    key : how the command line and the record name it; also its environment.
    runner : file in ``runners/``.
    needs : what pip installs into its environment.
    split : it gets a random quarter as second file where a case has none (the runner cuts it).
    """

    key: str
    runner: str
    needs: tuple[str, ...]
    split: bool = False

    @property
    def script(self) -> Path:
        return RUNNERS / self.runner


_PANDAS = ("pandas==2.3.3", "pyarrow==26.0.1")

PEERS = (
    Peer("targetleak", "run_targetleak.py", ("targetleak==0.3.2", "numpy==2.4.6", *_PANDAS), split=True),
    Peer("tabaudit", "run_tabaudit.py", ("tabaudit==0.3.1", "scikit-learn==1.9.1", "numpy==2.4.6", *_PANDAS)),
    Peer("leakcheck-ml", "run_leakcheck.py", ("leakcheck-ml==0.3.0", "numpy==2.4.6", *_PANDAS), split=True),
    # From before numpy 2, scikit-learn 1.6 and the setuptools that dropped pkg_resources.
    Peer("deepchecks", "run_deepchecks.py", (
        "deepchecks==0.19.1", "numpy==1.26.4", "scikit-learn==1.5.2", "pandas==2.2.3", "pyarrow==18.1.0",
        "setuptools<80",
    )),
    Peer("leakage-buster", "run_leakage_buster.py", (
        "leakage-buster==1.0.2", "scikit-learn==1.9.1", "numpy==1.26.4", "pandas==2.3.3",
        "pyarrow==18.1.0",
    )),
    Peer("skore", "run_skore.py", ("skore==0.28.0", "scikit-learn==1.9.1", "numpy==2.4.6", *_PANDAS), split=True),
    Peer("cleanlab", "run_cleanlab.py", (
        "cleanlab[datalab]==2.9.0", "datasets==5.2.0", "scikit-learn==1.9.1", "numpy==2.4.6", *_PANDAS,
    )),
)  # fmt: skip

NEEDS = {p.key: p.needs for p in PEERS}


def get(key: str) -> Peer:
    """Return a tool by its key."""
    return next(p for p in PEERS if p.key == key)
