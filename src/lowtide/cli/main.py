"""The door: `lowtide COMMAND`. Errors become one sentence and an exit code."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import typer

from lowtide.cli import audit, demo, explain, init, predict, profile, report, run, settle
from lowtide.cli.common import Json, Lang, Quiet, console, emit, shared
from lowtide.core.errors import LowtideError

if TYPE_CHECKING:
    from pathlib import Path

app = typer.Typer(
    name="lowtide",
    help="Models with a floor: the performance at low tide, and the evidence behind it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from lowtide import __version__

        typer.echo(f"lowtide {__version__}")
        raise typer.Exit


@app.callback()
def options(
    json: Json = False,
    lang: Lang = None,
    quiet: Quiet = False,
    version: bool = typer.Option(
        False, "--version", callback=_version, is_eager=True, help="Print the version."
    ),
) -> None:
    """Models with a floor: the performance at low tide, and the evidence behind it."""


app.command("demo")(demo.demo)
app.command("init")(init.init)
app.command("profile")(profile.profile)
app.command("audit")(audit.audit)
app.command("run")(run.run)
app.command("predict")(predict.predict)
app.command("settle")(settle.settle)
app.command("report")(report.report)
app.command("explain")(explain.explain)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A Korean Windows redirects in cp949, which lacks most of the world's letters.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    shared.json, shared.lang, shared.quiet = False, None, False
    raise SystemExit(_guarded(arguments))


def _guarded(arguments: list[str] | None) -> int:
    try:
        app(arguments, prog_name="lowtide", standalone_mode=True)
    except SystemExit as leave:
        code = leave.code
        return code if isinstance(code, int) else (0 if code is None else 1)
    except LowtideError as error:
        _tell(str(error), error.exit_code)
        return error.exit_code
    except KeyboardInterrupt:
        _tell("Stopped. What was finished is kept; the same command continues.", 130)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except MemoryError:
        _tell(
            "Not enough memory for this table. Set row_limit in [read] of lowtide.toml to read a sample.", 2
        )
        return 2
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        _tell(f"The system refused: {error.strerror or error}{where}.", 2)
        return 2
    except Exception as error:  # the last door: a fault of ours must still end in one sentence
        path = _crash_file(error)
        kind = type(error).__name__
        _tell(
            f"lowtide made a mistake ({kind}). Nothing of yours was changed. "
            f"The details, without your data, are in {path}: please send that file with your report.",
            4,
        )
        return 4
    return 0


def _tell(message: str, code: int) -> None:
    if shared.json:
        emit({"schema": 1, "error": {"exit_code": code, "message": message}})
    from rich.text import Text

    out = console()
    out.quiet = False
    out.print(Text.assemble(("lowtide: ", "bold red"), message), soft_wrap=True)


def _crash_file(error: Exception) -> Path:
    """Write where it happened (no values: they may be a customer's) and return the file."""
    import platform
    import tempfile
    import traceback
    from pathlib import Path

    from lowtide import __version__

    frames = traceback.extract_tb(error.__traceback__)
    lines = [
        f"lowtide {__version__}, Python {platform.python_version()}, {platform.platform()}",
        type(error).__name__,
    ]
    lines += [f"{Path(f.filename).name}:{f.lineno} in {f.name}: {f.line}" for f in frames]
    if os.environ.get("LOWTIDE_DEBUG"):
        lines += traceback.format_exception(error)
    handle, name = tempfile.mkstemp(prefix="lowtide-error-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return Path(name)


if __name__ == "__main__":
    main()
