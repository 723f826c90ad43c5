"""Findings as SARIF 2.1.0 (OASIS, 2020), which code review tools show beside the data file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lowtide.core.finding import Finding
from lowtide.core.text import write_text
from lowtide.report.inline import plain
from lowtide.report.sections import finding as one
from lowtide.report.words import Words

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"error": "error", "question": "warning", "warning": "note", "note": "note"}


def sarif(
    findings: Sequence[Finding], *, source: str, target: str, version: str, lang: str = "en"
) -> dict[str, Any]:
    """Return findings as a SARIF log of one run.

    Errors are SARIF errors, questions warnings, all else notes. A finding that was answered or ignored stays in
    the log, suppressed. Locations are rows of the source (line = row + 1, as in a file with one header line)
    and columns as logical locations.
    """
    words = Words(lang)
    codes = sorted({f.code for f in findings})
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "lowtide", "version": version, "rules": [_rule(words, c) for c in codes],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(words, f, codes, source, target) for f in findings],
            }
        ],
    }  # fmt: skip


def write(findings: Sequence[Finding], path: Path, **facts: Any) -> None:
    """Write the SARIF log; ``facts`` as of `sarif`."""
    write_text(
        path, json.dumps(sarif(findings, **facts), ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    )


def _rule(words: Words, code: str) -> dict[str, Any]:
    def text(part: str) -> str:
        path = f"findings.{code}.{part}"
        return words.say(path) if words.has(path) else code

    return {
        "id": code,
        "shortDescription": {"text": text("title")},
        "fullDescription": {"text": text("what")},
        "help": {"text": f"{text('detect')}\n\n{text('fix')}\n\n{text('fine')}"},
    }


def _result(words: Words, finding: Finding, codes: Sequence[str], source: str, target: str) -> dict[str, Any]:
    said = plain(one.says(words, finding, target))
    print_ = hashlib.sha256(json.dumps([finding.code, sorted(finding.columns)]).encode()).hexdigest()[:32]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": codes.index(finding.code),
        "level": LEVELS[finding.severity],
        "message": {"text": said},
        "locations": [_location(finding, source)],
        "partialFingerprints": {"codeAndColumns/v1": print_},
        "properties": {
            "severity": finding.severity, "columns": list(finding.columns), "answer": finding.answer,
            "price": None if finding.price is None else finding.price.points,
        },
    }  # fmt: skip
    if finding.answer is not None:
        result["suppressions"] = [{"kind": "external", "justification": finding.answer}]
    return result


def _location(finding: Finding, source: str) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": Path(source).as_posix()}}
    place["region"] = {"startLine": (finding.rows[0] + 1) if finding.rows else 1}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.columns:
        location["logicalLocations"] = [{"name": c, "kind": "member"} for c in finding.columns]
    return location
