"""Real tables, one command each: rows, seconds, memory, baseline, floor, expected, what was found.

Every table is one `lowtide run` in a process of its own, so that seconds and peak memory are those a user sees.
The tables come from a folder of real data (LOWTIDE_DATA, or ``../shared/data`` beside the checkout).
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Case:
    """One table and its question."""

    name: str
    path: str
    target: str
    options: tuple[str, ...] = ()
    quick: bool = True


CASES = (
    Case("titanic3", "A_leaks/titanic3.xls", "survived"),
    Case("bike sharing, hours", "A_leaks/bike_sharing_hour.csv.gz", "count"),
    Case("bank marketing", "A_leaks/bank_additional_full.csv.gz", "y", quick=False),
    Case("telco churn", "A_leaks/telco_customer_churn_ibm_full.xlsx", "Churn Value"),
    Case("heart, Cleveland", "A_leaks/heart_cleveland.csv", "target"),
    Case("heart, Hungary", "A_leaks/heart_hungarian.csv", "target"),
    Case("heart, Switzerland", "A_leaks/heart_switzerland.csv", "target", quick=False),
    Case("heart, VA", "A_leaks/heart_va.csv", "target", quick=False),
    Case("Ames housing", "C_ordinary/ames_housing.csv", "price"),
    Case(
        "Naver film reviews",
        "C_ordinary/nsmc_raw_sample_19k.csv.gz",
        "rating",
        ("--positive", "10"),
        quick=False,
    ),
    Case("parking, Korea", "B_grouped_time/korea_parking_train.csv", "등록차량수"),
    Case("electricity", "B_grouped_time/elec2.csv.gz", "class", quick=False),
    Case("adult", "C_ordinary/adult_train.csv.gz", "class", quick=False),
    Case("Seoul bikes, latin-1", "B_grouped_time/seoul_bike_latin1.csv", "Rented Bike Count", quick=False),
    Case("Parkinson telemonitoring", "B_grouped_time/parkinsons_updrs.csv", "total_UPDRS", quick=False),
    Case("Walmart stores", "B_grouped_time/walmart_store_sales.csv", "Weekly_Sales", quick=False),
    Case("loans, immature", "A_leaks/lendingclub_loans_full_schema.csv.gz", "loan_status"),
)


def run(argv: list[str]) -> int:
    """Run the bench; returns an exit code."""
    parser = argparse.ArgumentParser(prog="bench tables", description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="smaller budgets and fewer tables (under 5 minutes)"
    )
    parser.add_argument("--data", type=Path, default=None, help="folder of real data")
    parser.add_argument(
        "--budget", type=float, default=None, help="seconds for each table (quick 15, full 60)"
    )
    parser.add_argument("--only", default="", help="names that contain this text")
    parser.add_argument("--write", type=Path, default=None, help="write the table as Markdown to this file")
    options = parser.parse_args(argv)
    folder = options.data or Path(os.environ.get("LOWTIDE_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        print(f"No real data in {folder}: set LOWTIDE_DATA, or give --data DIR.", file=sys.stderr)
        return 2
    budget = options.budget or (15.0 if options.quick else 60.0)
    cases = [c for c in CASES if (c.quick or not options.quick) and options.only.lower() in c.name.lower()]
    print(
        f"{len(cases)} tables, {budget:g} s each; the full run takes about {len(CASES) * 45 // 60} minutes.\n"
    )
    rows = []
    for case in cases:
        row = _one(case, folder, budget)
        rows.append(row)
        print(_line(row), flush=True)
    text = _markdown(rows, budget)
    print("\n" + text)
    if options.write is not None:
        options.write.write_text(text, encoding="utf-8")
    return 0


def _one(case: Case, folder: Path, budget: float) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="lowtide-bench-") as out:
        command = [
            sys.executable, "-m", "lowtide", "run", str(folder / case.path), "--target", case.target,
            "--budget", f"{budget:g}", "--out", out, "--json", *case.options,
        ]  # fmt: skip
        environment = {k: v for k, v in os.environ.items() if not k.endswith("_NUM_THREADS")}
        begun = time.perf_counter()
        done = _child(command, environment)
        seconds = time.perf_counter() - begun
        answer = json.loads(done["stdout"]) if done["stdout"].strip() else {}
        return {"case": case.name, "seconds": seconds, "mb": done["mb"], "code": done["code"]} | {
            "answer": answer
        }


def _child(command: list[str], environment: dict[str, str]) -> dict[str, Any]:
    """Run a command; return stdout, exit code and its own peak memory."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
    assert process.stdout is not None
    out = process.stdout.read().decode("utf-8")
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    scale = 1024 if sys.platform != "darwin" else 1024 * 1024
    return {"stdout": out, "code": process.returncode, "mb": usage.ru_maxrss / scale}


def _cells(row: dict[str, Any]) -> list[str]:
    a = row["answer"]
    head = [row["case"]]
    if "error" in a:
        return [
            *head,
            "",
            "",
            f"{row['seconds']:.0f}",
            f"{row['mb']:.0f}",
            "refused",
            "",
            "",
            "",
            a["error"]["message"],
        ]
    if not a:
        return [
            *head,
            "",
            "",
            f"{row['seconds']:.0f}",
            f"{row['mb']:.0f}",
            "failed",
            "",
            "",
            "",
            f"exit code {row['code']}",
        ]
    found = sorted(
        {
            f"{f['code']} {', '.join(f['columns'][:3])}".strip()
            for f in a["findings"]
            if f["severity"] != "note"
        }
    )
    naive = a.get("naive") or {}
    return [
        *head, f"{a['rows']:,}", a["split"]["scheme"] + (f" ({a['split']['column']})" if a["split"]["column"] else ""),
        f"{row['seconds']:.0f}", f"{row['mb']:.0f}", f"{a['metric']}",
        _number(a["baseline"]), _number(a["floor"]["value"]), _number(a["expected"]),
        f"{_number(naive.get('value'))}; {'; '.join(found)}",
    ]  # fmt: skip


def _number(value: float | None) -> str:
    return "none" if value is None else f"{value:.4g}"


def _line(row: dict[str, Any]) -> str:
    return " | ".join(_cells(row))


def _markdown(rows: list[dict[str, Any]], budget: float) -> str:
    heads = [
        "table",
        "rows",
        "scheme",
        "s",
        "MB",
        "metric",
        "baseline",
        "floor",
        "expected",
        "hurried score; findings",
    ]
    lines = ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    lines += ["| " + " | ".join(c.replace("|", "/") for c in _cells(row)) + " |" for row in rows]
    return f"Budget {budget:g} s a table.\n\n" + "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
