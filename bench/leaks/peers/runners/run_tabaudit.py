"""tabaudit: ``run_audit`` with all checks, and the second file where there is one.

Critical and high are errors, medium is a question, low and info are notes. A finding that lists several columns is one
finding per column, the highest of its own scores first. What is not about leaks (imbalance, schema, label noise) is not
held against it: it becomes a note.
"""

from leak_job import raised, serve

LEVELS = {"critical": "error", "high": "error", "medium": "question", "low": "note", "info": "note"}


def look(case, train, test):
    from tabaudit import run_audit

    report_ = run_audit(train, target=case["target"], test=test, checks=["leakage", "duplicates", "impact"])
    broken = [c for c in report_.checks if c.status == "error" and c.name != "impact"]
    if broken:
        raise RuntimeError(f"{broken[0].name}: {broken[0].note}")
    return report(report_.sorted_findings())


def report(findings):
    """Put its findings into our form."""
    out = []
    for one in findings:
        level = LEVELS[one.severity.value]
        if one.check == "duplicates":
            about = "overlap" if "n_overlap" in one.evidence else "duplicates"
            out.append(raised(level, (), about, one.check, one.title))
        elif one.check == "leakage":
            score = {c: _score(one.evidence.get(c)) for c in one.columns}
            best = sorted(one.columns, key=lambda c: -score[c])
            out += [raised(level, [column], "column", one.check, one.title) for column in best]
        else:
            out.append(raised("note", one.columns, "other", one.check, one.title))
    return out


def _score(evidence):
    return float(evidence["score"]) if isinstance(evidence, dict) and "score" in evidence else 0.0


if __name__ == "__main__":
    serve(look, ("tabaudit", "scikit-learn", "pandas", "numpy"))
