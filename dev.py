"""One command for everything that a developer does: `python3 dev.py COMMAND`.

    demo [args]         the whole job on a real table, no network
    test [args]         the tests (fast ones; `test -m slow` for the others; any pytest arguments)
    check               format, lint, types, fast tests: what must pass before a change is sent
    format              write the format and the lint's safe corrections
    bench NAME [args]   a benchmark; without a name, their list
    docs [--serve]      build the documentation into site/ (links checked), or show it while writing
    lock                write requirements.lock and requirements-dev.lock anew (needs uv)
    env                 only make the environment, and print its Python

It needs Python 3.11 or newer and nothing else, on Linux, macOS and Windows: it makes an environment of
its own in .dev/venv (with uv when that is installed, else with venv and pip), installs exactly what the
lock files name, verified by hash, and the package itself as editable.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent
HOME = ROOT / ".dev"
VENV = HOME / "venv"
STAMP = HOME / "stamp.json"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
RUNTIME, EVERYTHING = "requirements.lock", "requirements-dev.lock"
# What building the package as editable takes; locked too, so that nothing is installed unverified.
BUILD = "hatchling>=1.26\neditables>=0.5\n"


class Failed(Exception):
    """Something did not work; the message says what, in one sentence."""


def main(arguments: list[str]) -> int:
    commands = {
        "demo": demo,
        "test": test,
        "check": check,
        "format": rewrite,
        "bench": bench,
        "docs": docs,
        "lock": lock,
        "env": env,
    }
    name, rest = (arguments[0], arguments[1:]) if arguments else ("--help", [])
    if name in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    if sys.version_info < (3, 11):  # noqa: UP036 (an older Python gets a sentence, not a traceback)
        running = ".".join(map(str, sys.version_info[:3]))
        print(f"lowtide needs Python 3.11 or newer; this is {running} ({sys.executable}).", file=sys.stderr)
        return 2
    if name not in commands:
        print(f"There is no command {name!r}. Known: {', '.join(commands)}.", file=sys.stderr)
        return 2
    try:
        return commands[name](rest)
    except Failed as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def demo(arguments: list[str]) -> int:
    prepare(RUNTIME)
    return run("-m", "lowtide", "demo", *arguments)


def test(arguments: list[str]) -> int:
    prepare(EVERYTHING)
    return run(*tests(arguments))


def check(arguments: list[str]) -> int:
    """Run every check, also after one failed, and say in the end which did."""
    if arguments:
        raise Failed("`check` takes no arguments; `test` does.")
    prepare(EVERYTHING)
    steps = {
        "format": ("-m", "ruff", "format", "--check", "."),
        "lint": ("-m", "ruff", "check", "."),
        "types": ("-m", "mypy"),
        "tests": tests([]),
    }
    failed = []
    for name, command in steps.items():
        begun = time.monotonic()
        code = run(*command)
        verdict = "ok" if code == 0 else "FAILED"
        print(f"== {name}: {verdict} ({time.monotonic() - begun:.0f} s)", flush=True)
        if code != 0:
            failed.append(name)
    if failed:
        raise Failed(f"These checks failed: {', '.join(failed)}.")
    return 0


def rewrite(arguments: list[str]) -> int:
    prepare(EVERYTHING)
    where = arguments or ["."]
    return run("-m", "ruff", "check", "--fix", *where) | run("-m", "ruff", "format", *where)


def bench(arguments: list[str]) -> int:
    prepare(EVERYTHING)
    return run("-m", "bench", *arguments)


def docs(arguments: list[str]) -> int:
    prepare(EVERYTHING)
    if arguments == ["--serve"]:
        return run("-m", "mkdocs", "serve")
    return run("-m", "mkdocs", "build", "--strict", "--quiet", *arguments)


def env(arguments: list[str]) -> int:
    prepare(EVERYTHING)
    print(PYTHON)
    return 0


def lock(arguments: list[str]) -> int:
    """Write the lock files: pins and hashes for every platform, no index, no address.

    Pins that stand are kept; `lock --upgrade` takes the newest.
    """
    uv = shutil.which("uv")
    if uv is None:
        raise Failed("`lock` needs uv, which makes locks for all platforms at once: pip install uv")
    common = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    common += ["--generate-hashes", "--no-emit-index-url", "--no-annotate", "--no-header", *arguments]
    wanted = {
        RUNTIME: [],
        EVERYTHING: ["--extra=dev", "--extra=docs", "--extra=bench", "--constraints", RUNTIME],
    }
    for name, options in wanted.items():
        command = [*common, *options, "pyproject.toml", "-", "--output-file", name]
        done = subprocess.run(command, cwd=ROOT, input=BUILD, encoding="utf-8", check=False)
        if done.returncode != 0:
            raise Failed(f"{name} could not be made (see above).")
        if "://" in (ROOT / name).read_text(encoding="utf-8"):
            raise Failed(f"{name} names an address; it must hold only names, versions and hashes.")
    return 0


def tests(arguments: list[str]) -> tuple[str, ...]:
    """Return the pytest command: in parallel, and without the slow tests unless some are chosen."""
    command = ["-m", "pytest"]
    alone = any(a.startswith("-n") or a in ("-s", "--pdb") for a in arguments)
    if not alone:
        command += ["-n", str(min(os.cpu_count() or 1, 8)), "--dist", "loadfile"]
    if "-m" not in arguments:
        command += ["-m", "not slow"]
    return (*command, *arguments)


def run(*arguments: str) -> int:
    """Run the environment's Python at the top of the repository."""
    return subprocess.run([str(PYTHON), *arguments], cwd=ROOT, env=environment(), check=False).returncode


def environment() -> dict[str, str]:
    """Return the environment for children: UTF-8 everywhere, also on a Korean Windows."""
    given = {k: v for k, v in os.environ.items() if k not in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV")}
    return given | {"PYTHONUTF8": "1", "VIRTUAL_ENV": str(VENV), "NO_MKDOCS_2_WARNING": "1"}


def prepare(lock_name: str) -> None:
    """Bring the environment to what the lock file says; at once when nothing changed."""
    wanted = {
        "python": ".".join(map(str, sys.version_info[:3])),
        "pyproject": fingerprint("pyproject.toml"),
        RUNTIME: fingerprint(RUNTIME),
        EVERYTHING: fingerprint(EVERYTHING),
    }
    have = stamp()
    installed = have.pop("installed", []) if all(have.get(k) == v for k, v in wanted.items()) else []
    if PYTHON.is_file() and (lock_name in installed or EVERYTHING in installed):
        return
    print(f"Preparing {VENV.relative_to(ROOT)} from {lock_name} ...", file=sys.stderr, flush=True)
    STAMP.unlink(missing_ok=True)
    uv = shutil.which("uv")
    if not installed or not PYTHON.is_file() or not (uv or has_pip()):
        installed = []
        create(uv)
    pip = [uv, "pip", "install", "--python", str(PYTHON)] if uv else [str(PYTHON), "-m", "pip", "install"]
    quiet = [*pip, "--quiet"] if uv else [*pip, "-qq", "--disable-pip-version-check"]
    call([*quiet, "--require-hashes", "-r", lock_name], f"The packages of {lock_name} could not be installed")
    call([*quiet, "--no-deps", "--no-build-isolation", "-e", "."], "lowtide itself could not be installed")
    STAMP.write_text(json.dumps({**wanted, "installed": [*installed, lock_name]}, indent=1), encoding="utf-8")


def create(uv: str | None) -> None:
    """Make an empty environment in place of the present one."""
    if VENV.exists():
        shutil.rmtree(VENV)
    HOME.mkdir(exist_ok=True)
    if uv:
        call(
            [uv, "venv", "--quiet", "--python", sys.executable, str(VENV)],
            "The environment could not be made",
        )
    else:
        hint = "The environment could not be made (on Debian and Ubuntu: apt install python3-venv)"
        call([sys.executable, "-m", "venv", str(VENV)], hint)


def has_pip() -> bool:
    """Tell whether the environment has pip: one that uv made has not."""
    probe = [str(PYTHON), "-c", "import importlib.util as u, sys; sys.exit(not u.find_spec('pip'))"]
    return subprocess.run(probe, check=False).returncode == 0


def call(command: list[str], failure: str) -> None:
    done = subprocess.run(command, cwd=ROOT, env=environment(), check=False)
    if done.returncode != 0:
        raise Failed(f"{failure}.")


def stamp() -> dict:
    """Return what the environment was made from, nothing when that is not known."""
    try:
        found = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def fingerprint(name: str) -> str:
    return hashlib.sha256((ROOT / name).read_bytes()).hexdigest()[:20]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
