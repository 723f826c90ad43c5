"""From a file to a floor, a bundle and a report in Korean; then new rows are scored under the read contract."""

from __future__ import annotations

import tempfile
from importlib.resources import files
from pathlib import Path

import lowtide

source = files("lowtide.demo") / "bike_sharing_daily.csv"
with tempfile.TemporaryDirectory() as place:
    folder = Path(place)
    study = lowtide.run(str(source), target="count", budget=15, size="quick", out=folder / "rentals")
    print(study)
    for finding in study.findings:
        print(finding.code, finding.severity, finding.columns)
    assert {"casual", "registered"} <= set(study.result.quarantined)
    study.report(folder / "report.ko.html", lang="ko")

    model = lowtide.load(folder / "rentals" / "bundle")
    model.check()
    print(model.predict(str(source))[:5])
