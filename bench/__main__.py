"""``python -m bench NAME [options]`` runs ``bench/NAME/__main__.py``; without a name it lists the benches."""

from __future__ import annotations

import ast
import os
import sys
from importlib import import_module
from pathlib import Path

HERE = Path(__file__).resolve().parent


def benches() -> dict[str, str]:
    """Return name and first docstring line of every bench, without importing any."""
    found = {}
    for main in sorted(HERE.glob("*/__main__.py")):
        doc = ast.get_docstring(ast.parse(main.read_text(encoding="utf-8"))) or ""
        found[main.parent.name] = doc.split("\n", 1)[0]
    return found


def main(argv: list[str]) -> int:
    """Run one bench; its module offers ``run(argv) -> exit code``."""
    known = benches()
    if not argv or argv[0] in ("-h", "--help"):
        print("python -m bench NAME [options]   (NAME --help tells its options)\n")
        for name, doc in known.items():
            print(f"  {name:<12} {doc}")
        return 0
    name, *rest = argv
    if name not in known:
        print(f"No bench {name!r}. There are: {', '.join(known) or 'none'}.", file=sys.stderr)
        return 2
    result = import_module(f"bench.{name}.__main__").run(rest)
    return int(result or 0)


if __name__ == "__main__":
    # Benches measure statistics and single-core seconds; threads of BLAS would only disturb both.
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    sys.exit(main(sys.argv[1:]))
