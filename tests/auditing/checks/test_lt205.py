"""LT205: what can be read off identifiers."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

import numpy as np
import pytest

from lowtide.auditing.checks.identifiers import Identifier
from lowtide.auditing.keys import is_hash, text_marks
from lowtide.core.finding import Finding
from lowtide.testing.contracts import Case, CheckContract, case, look
from tests.auditing.test_checks import ordinary, strong_and_honest

N = 800


def numbers(seed: int = 0) -> Any:
    return np.random.default_rng([41, seed]).permutation(np.arange(100_000, 180_000))[:N]


def carried(agree: float, seed: int = 0) -> Any:
    """Return the outcome as the identifiers know it: right in this share of the rows, drawn in the rest."""
    r = np.random.default_rng([43, seed])
    yes = ordinary(n=N)["bought"] == "yes"
    return np.where(r.random(N) < agree, yes, r.permutation(yes))


def hashes(values: Any) -> list[str]:
    return [hashlib.md5(str(v).encode()).hexdigest() for v in values]


def keys(kind: str, agree: float = 1.0) -> list[Any]:
    told, own, r = carried(agree), numbers(), np.random.default_rng(47)
    blocks = np.argsort(np.argsort(told + r.random(N) / 2, kind="stable"))
    ordered = sorted(hashes(own))
    return {
        "range": lambda: [f"C{b:06d}" for b in blocks],
        "row": lambda: [int(b) + 1 for b in blocks],
        "prefix": lambda: [f"{'P' if t else 'N'}-{v}" for t, v in zip(told, own, strict=True)],
        "suffix": lambda: [f"{v}-{'X' if t else 'Y'}" for t, v in zip(told, own, strict=True)],
        "parity": lambda: [f"ID{2 * v + t}" for t, v in zip(told, own, strict=True)],
        "remainder": lambda: [int(7 * v + (0 if t else r.integers(1, 7))) for t, v in zip(told, own, strict=True)],
        "hash": lambda: [ordered[b] for b in blocks],
        "version": lambda: [
            str(uuid.UUID(hex=(h := r.bytes(16).hex())[:12] + ("4" if t else "1") + h[13:])) for t in told
        ],
    }[kind]()  # fmt: skip


def seen(key: list[Any], **more: Any) -> Finding:
    given = case({**ordinary(n=N), **more, "key": key}, "bought", "binary")
    (finding,) = (f for f in look(Identifier(), given) if f.columns == ("key",))
    return finding


class TestIdentifier(CheckContract):
    check = Identifier()
    shuffles = 1

    def leaking(self) -> list[Case]:
        given = {**ordinary(n=N)}
        return [
            case({**given, "key": keys("suffix")}, "bought", "binary", sees=("key",)),
            case({**given, "key": keys("hash")}, "bought", "binary", sees=("key",)),
            case(
                {**given, "key": keys("prefix", 0.8)}, "bought", "binary", sees=("key",), severity="question"
            ),
        ]

    def clean(self) -> list[Case]:
        r = np.random.default_rng(53)
        yes = ordinary(n=N)["bought"] == "yes"
        # Sites differ in their rates, moderately.
        site = np.where((r.random(N) < 0.3) & yes, 0, r.integers(0, 5, N))
        at_sites = [f"S{s}-{v}" for s, v in zip(site, numbers(), strict=True)]
        return [
            *strong_and_honest(),
            case({**ordinary(n=N), "key": at_sites}, "bought", "binary"),
            case({**ordinary(n=N), "key": hashes(numbers(1))}, "bought", "binary"),
            case({**ordinary(n=N), "key": numbers(2)}, "bought", "binary"),
        ]


@pytest.mark.parametrize(
    "kind", ["range", "row", "prefix", "suffix", "parity", "remainder", "hash", "version"]
)
def test_what_identifiers_carry(kind: str) -> None:
    assert seen(keys(kind)).severity == "error"
    assert seen(keys(kind, 0.7)).severity in ("question", "error")


def test_a_machine_that_explains_the_remainder() -> None:
    """Rows take turns among four machines, of which two always fail: the running number is no culprit."""
    r = np.random.default_rng(59)
    turn = np.arange(N) % 4
    y = np.where((turn < 2) ^ (r.random(N) < 0.05), "bad", "good")
    columns = {"machine": [f"m{t}" for t in turn], "noise": r.normal(size=N), "key": np.arange(N) + 1, "y": y}
    (finding,) = look(Identifier(), case(columns, "y", "binary"))
    assert finding.severity != "error" and finding.facts["beyond"] < 0.1


def test_a_drift_along_the_number_is_no_error() -> None:
    r = np.random.default_rng(61)
    y = np.where(r.random(N) < np.linspace(0.1, 0.9, N), "yes", "no")
    columns = {"noise": r.normal(size=N), "key": np.arange(N) + 1, "y": y}
    (finding,) = look(Identifier(), case(columns, "y", "binary"))
    assert finding.severity == "question"


def test_marks() -> None:
    assert is_hash(hashes(range(100))) and not is_hash([f"A{v:08d}" for v in range(100)])
    assert text_marks(["2024-01-05", "2024-02-07", "2023-11-30"] * 10) == []
    kinds = {m.what: m.kind for m in text_marks([f"K-{v}" for v in numbers()[:100]])}
    assert kinds["order"] == "range" and kinds["remainder 2"] == "end" and "prefix" not in kinds
