"""Findings as JUnit XML: a test case for every check, which CI servers list and count."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as tree

from lowtide.core.finding import Finding, NotApplicable, Severity
from lowtide.core.text import write_text
from lowtide.report.inline import plain
from lowtide.report.sections import finding as one
from lowtide.report.words import Words

# XML 1.0 has no place for these, and a column's name may hold them.
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def junit(
    findings: Sequence[Finding], absent: Sequence[NotApplicable], checks: Sequence[str], *,
    target: str, fail_on: str = "error", seconds: float = 0.0, lang: str = "en",
) -> str:  # fmt: skip
    """Return a test suite: one case a check.

    A case fails when it found something at ``fail_on`` or above that nobody answered, is skipped when the check
    had nothing to look at, and tells lesser findings as output.
    """
    words = Words(lang)
    none = {a.code: a.reason for a in absent}
    # A check that failed itself is told as a case of its own.
    codes = sorted({*checks, *(f.code for f in findings)})
    suite = tree.Element("testsuite", name="lowtide audit", time=f"{seconds:.3f}")
    failures = skipped = 0
    for code in codes:
        own = [f for f in findings if f.code == code]
        path = f"findings.{code}.title"
        name = f"{code} {words.say(path)}" if words.has(path) else code
        case = tree.SubElement(suite, "testcase", classname="lowtide.audit", name=_clean(name))
        failing = [f for f in own if f.answer is None and f.level >= Severity[fail_on]]
        lesser = [f for f in own if f not in failing]
        if failing:
            failures += 1
            said = [plain(one.says(words, f, target)) for f in failing]
            broken = tree.SubElement(case, "failure", type=failing[0].severity, message=_clean(said[0]))
            broken.text = _clean("\n".join(said))
        elif code in none and not own:
            skipped += 1
            tree.SubElement(case, "skipped", message=_clean(none[code].replace("_", " ")))
        if lesser:
            out = tree.SubElement(case, "system-out")
            out.text = _clean("\n".join(_line(words, f, target) for f in lesser))
    suite.set("tests", str(len(codes)))
    suite.set("failures", str(failures))
    suite.set("skipped", str(skipped))
    suite.set("errors", "0")
    tree.indent(suite)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tree.tostring(suite, encoding="unicode") + "\n"


def write(
    findings: Sequence[Finding], absent: Sequence[NotApplicable], checks: Sequence[str], path: Path, *,
    target: str, fail_on: str = "error", seconds: float = 0.0, lang: str = "en",
) -> None:  # fmt: skip
    """Write the test suite; see `junit`."""
    write_text(
        path,
        junit(findings, absent, checks, target=target, fail_on=fail_on, seconds=seconds, lang=lang),
    )


def _line(words: Words, finding: Finding, target: str) -> str:
    answer = "" if finding.answer is None else f" [{finding.answer}]"
    return f"{finding.severity}{answer}: {plain(one.says(words, finding, target))}"


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
