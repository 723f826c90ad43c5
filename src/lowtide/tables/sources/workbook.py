"""Looking at a workbook before calamine does, so that a bad one cannot take the process down.

calamine keeps a sheet as one dense block from its first to its last cell. One stray cell at XFD1048576, or
one flipped byte in an xls file, makes that block hundreds of gigabytes: the allocation aborts the process,
which no ``except`` can catch. The extent of xlsx sheets is read from their XML; other formats are opened
once in a child process with a memory limit.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

from lowtide.core.errors import InputError

#: Largest block of cells that is read (32 bytes each in calamine).
MOST_CELLS = 40_000_000
CHILD_BYTES = 6 << 30
CHILD_SECONDS = 180
#: Opens every sheet under a memory limit (Windows has none). Only a crash counts, not an error: exit code 1.
CHILD = """
import sys
try:
    import resource
    resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[2]), int(sys.argv[2])))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
except (ImportError, ValueError, OSError):
    pass
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
for title in book.sheet_names:
    book.get_sheet_by_name(title)
"""
CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,4})(\d{1,8})"')
EXACT = re.compile(rb'<c r="([A-Z]{1,4})(\d{1,8})"')


def check(path: Path, name: str) -> None:
    """Refuse a workbook whose sheets would not fit into memory, or that crashes its reader.

    Raises
    ------
    InputError
        Naming the stray cell, or that the file is damaged.
    """
    with path.open("rb") as file:
        zipped = file.read(2) == b"PK"
    if zipped:
        try:
            with zipfile.ZipFile(path) as archive:
                sheets = [n for n in archive.namelist() if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)]
                for sheet in sheets:
                    _check_sheet(archive, sheet, name)
                if sheets:
                    return
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError):
            raise InputError(
                f"{name} is a damaged Excel file (broken zip archive): ask for it again."
            ) from None
    _try_in_child(path, name)


def _check_sheet(archive: zipfile.ZipFile, sheet: str, name: str) -> None:
    """Find the extent of one sheet: last row and last column of any cell."""
    rows, columns, cells, rest = 0, b"", 0, b""
    with archive.open(sheet) as stream:
        while chunk := stream.read(1 << 22):
            text = rest + chunk
            cut = text.rfind(b"<")
            rest, text = (text[cut:], text[:cut]) if cut > 0 else (text, b"")
            found = EXACT.findall(text) or CELL.findall(text)
            if found:
                cells += len(found)
                columns = max(columns, max({c for c, _ in found}, key=_order), key=_order)
                rows = max(rows, max(int(r) for _, r in found))
    wide = _number(columns)
    if rows * wide > MOST_CELLS and rows * wide > 2 * cells:
        raise InputError(
            f"{name} has cells as far out as column {columns.decode()} and row {rows} ({Path(sheet).stem}): "
            "delete the stray cells beyond the table, or save the table as CSV."
        )
    if rows * wide > 2 * MOST_CELLS:
        raise InputError(f"{name} has {rows * wide:,} cells ({Path(sheet).stem}): save it as CSV or parquet.")


def _order(column: bytes) -> tuple[int, bytes]:
    return len(column), column


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = 26 * number + letter - 64
    return number


def _try_in_child(path: Path, name: str) -> None:
    command = [sys.executable, "-c", CHILD, str(path), str(CHILD_BYTES)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=CHILD_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise InputError(f"{name} takes too long to open: save it as xlsx or CSV.") from None
    except OSError:
        return  # No child process can be had here: the reader itself must do.
    if done.returncode not in (0, 1):
        raise InputError(f"{name} is a damaged Excel file: open it in Excel and save it again as xlsx.")
