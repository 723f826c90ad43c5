"""Files as they lie on disk: what they seem to be by their first bytes, and a stream of their content."""

from __future__ import annotations

import contextlib
import difflib
import gzip
import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from lowtide.core.errors import InputError

CHUNK = 1 << 22


@dataclass(frozen=True, slots=True)
class File:
    """A file to read.

    Attributes
    ----------
    path : where its bytes are (perhaps a temporary copy).
    name : the name to show; never a folder.
    compression : ``gzip``, ``zstd`` or empty.
    kind : ``text``, ``excel``, ``parquet`` (by its first bytes, not by the end of its name).
    head : its first bytes (at most 64 KB), decompressed.
    """

    path: Path
    name: str
    compression: str
    kind: str
    head: bytes

    @property
    def suffix(self) -> str:
        """End of the name without the compression's, in small letters: ``.csv`` of ``A.CSV.gz``."""
        suffixes = [s.lower() for s in Path(self.name).suffixes]
        while suffixes and suffixes[-1] in (".gz", ".zst", ".zstd"):
            suffixes.pop()
        return suffixes[-1] if suffixes else ""


#: First bytes of files that are no table, and what they are called in the error.
FOREIGN: tuple[tuple[bytes, str, str], ...] = (
    (b"\x89PNG", "a PNG picture", ""),
    (b"\xff\xd8\xff", "a JPEG picture", ""),
    (b"GIF8", "a GIF picture", ""),
    (b"%PDF", "a PDF document", "ask for the table behind it"),
    (b"MZ", "a Windows program", ""),
    (b"\x7fELF", "a Linux program", ""),
    (b"Rar!", "a RAR archive", "unpack it first"),
    (b"7z\xbc\xaf", "a 7z archive", "unpack it first"),
    (b"BZh", "a bzip2 file", "unpack it first (gz and zst are read directly)"),
    (b"\xfd7zXZ", "an xz file", "unpack it first (gz and zst are read directly)"),
    (b"SQLite format 3", "an SQLite database", "export the table to CSV or parquet"),
    (b"\x89HDF", "an HDF5 file", "save the table as CSV or parquet"),
    (b"ARROW1", "an Arrow (Feather) file", "save the table as parquet"),
    (b"ORC", "an ORC file", "save the table as parquet"),
    (b"Obj\x01", "an Avro file", "save the table as parquet"),
    (b"RDX", "an R data file", "save the table as CSV or parquet"),
    (b"$FL2", "an SPSS file", "save the table as CSV or parquet"),
    (b"<stata_dta>", "a Stata file", "save the table as CSV or parquet"),
    (b"{\\rtf", "an RTF document", "save the table as CSV"),
    (b"\x80\x02", "a Python pickle", "pickles can run code and are never opened; save it as parquet"),
    (b"\x80\x03", "a Python pickle", "pickles can run code and are never opened; save it as parquet"),
    (b"\x80\x04", "a Python pickle", "pickles can run code and are never opened; save it as parquet"),
    (b"\x80\x05", "a Python pickle", "pickles can run code and are never opened; save it as parquet"),
    (b"\x93NUMPY", "a numpy array file", "save the table as CSV or parquet"),
    (b"\x00\x00\x00\x00\x00\x00\x00\x00", "empty bytes (all NUL)", "ask for the file again"),
)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def locate(path: Path, name: str | None = None) -> File:
    """Look at the file: that it is there, what it is, and how it is compressed.

    Raises
    ------
    InputError
        If it is missing, a folder, unreadable, empty, or something that is no table.
    """
    name = name or path.name
    _check_there(path)
    with reading(name):
        with path.open("rb") as stream:
            first = stream.read(1 << 16)
        if not first:
            raise InputError(f"{name} is empty (0 bytes): ask for the file again.")
        compression = (
            "gzip" if first[:2] == b"\x1f\x8b" else "zstd" if first[:4] == b"\x28\xb5\x2f\xfd" else ""
        )
        file = File(path=path, name=name, compression=compression, kind="text", head=first)
        if compression:
            with open_stream(file) as inner:
                head = inner.read(1 << 16)
            if not head:
                raise InputError(f"{name} is empty after decompression: ask for the file again.")
            file = replace(file, head=head)
    return replace(file, kind=_kind(file))


def _check_there(path: Path) -> None:
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise _missing(path) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name or path} cannot be opened: {_reason(error)}.") from None
    if stat.S_ISDIR(mode):
        raise InputError(
            f"{path.name or path} is a folder: name a file in it, or a pattern such as "
            f"'{path.name or path}/*.csv' for several files of one kind."
        )
    if not stat.S_ISREG(mode):
        raise InputError(f"{path.name} is a device, not a file: name a file, or '-' for standard input.")


def _missing(path: Path) -> InputError:
    if path.is_symlink():
        return InputError(f"{path.name} is a link to {path.readlink().name!r}, which does not exist.")
    folder = path.parent
    if not folder.is_dir():
        return InputError(
            f"No file {path.name!r}: its folder {folder.name or str(folder)!r} does not exist either."
        )
    try:
        names = sorted(p.name for p in folder.iterdir())
    except OSError:
        names = []
    close = difflib.get_close_matches(path.name, names, n=3, cutoff=0.5)
    if not close:
        close = [n for n in names if n.lower().startswith(path.stem.lower()) and path.stem][:3]
    where = f"in the folder {folder.resolve().name!r}"
    if close:
        return InputError(f"No file {path.name!r} {where}. Closest: {', '.join(repr(c) for c in close)}.")
    return InputError(f"No file {path.name!r} {where}, which has {len(names)} entries.")


def _kind(file: File) -> str:
    head, name = file.head, file.name
    if head[:4] == b"PAR1":
        return "parquet"
    if head[:8] == OLE:
        if "EncryptedPackage".encode("utf-16-le") in _raw(file):
            raise InputError(f"{name} is protected with a password: save it without one, then try again.")
        return "excel"
    if head[:4] == b"PK\x03\x04" or head[:4] == b"PK\x05\x06":
        return _zip_kind(file)
    for mark, what, advice in FOREIGN:
        if head.startswith(mark) and (len(mark) > 3 or not _mostly_text(head)):
            raise InputError(f"{name} is {what}, not a table{': ' + advice if advice else ''}.")
    start = head[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        raise InputError(
            f"{name} is a web page (HTML) in spite of its name: open it in Excel and save it as xlsx or CSV."
        )
    if start.startswith(b"<?xml"):
        raise InputError(f"{name} is XML, not a table: save it as xlsx or CSV.")
    return "text"


def _mostly_text(head: bytes) -> bool:
    odd = sum(1 for b in head[:4096] if b < 9 or 13 < b < 32)
    return odd < 0.02 * len(head[:4096])


def _raw(file: File) -> bytes:
    with reading(file.name), open_stream(file) as stream:
        return stream.read(1 << 24)


def _zip_kind(file: File) -> str:
    """Excel files are zip archives; so are many things that are no table."""
    with reading(file.name):
        try:
            with unpacked(file) as path, zipfile.ZipFile(path) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile:
            if file.suffix in (".xlsx", ".xlsm", ".xlsb", ".ods", ".xls"):
                raise InputError(
                    f"{file.name} is a damaged Excel file (broken zip archive): ask for it again."
                ) from None
            raise InputError(f"{file.name} is a damaged zip archive: ask for it again.") from None
    if any(n.startswith("xl/") for n in names) or "content.xml" in names:
        return "excel"
    if "word/document.xml" in names:
        raise InputError(f"{file.name} is a Word document, not a table: save the table as xlsx or CSV.")
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    raise InputError(
        f"{file.name} is a zip archive ({shown or 'empty'}): unpack it first and name the file inside."
    )


@contextlib.contextmanager
def open_stream(file: File) -> Iterator[IO[bytes]]:
    """Open the decompressed content."""
    if file.compression == "gzip":
        with gzip.open(file.path, "rb") as stream:
            yield stream  # type: ignore[misc]
    elif file.compression == "zstd":
        import pyarrow as pa

        with pa.OSFile(str(file.path)) as plain, pa.CompressedInputStream(plain, "zstd") as stream:
            yield stream
    else:
        with file.path.open("rb") as stream:
            yield stream


def chunks(file: File, size: int = CHUNK) -> Iterator[bytes]:
    """Yield the decompressed content piece by piece."""
    with reading(file.name), open_stream(file) as stream:
        while chunk := stream.read(size):
            yield bytes(chunk)


@contextlib.contextmanager
def unpacked(file: File) -> Iterator[Path]:
    """Give a path to the decompressed content: the file itself, or a temporary copy that is deleted."""
    if not file.compression:
        yield file.path
        return
    with temporary(file.suffix) as path:
        with path.open("wb") as out:
            for chunk in chunks(file):
                out.write(chunk)
        yield path


@contextlib.contextmanager
def temporary(suffix: str = "") -> Iterator[Path]:
    """Give a path of a temporary file that is deleted afterwards."""
    with tempfile.TemporaryDirectory(prefix="lowtide-") as folder:
        yield Path(folder) / f"data{suffix}"


@contextlib.contextmanager
def reading(name: str) -> Iterator[None]:
    """Turn what the operating system and the decompressors raise into one sentence."""
    try:
        yield
    except PermissionError:
        raise InputError(
            f"No permission to read {name}: ask its owner, or copy it to a folder of yours."
        ) from None
    except EOFError:
        raise InputError(
            f"{name} is cut off: its compressed content ends too early; ask for it again."
        ) from None
    except (gzip.BadGzipFile, zlib.error):
        raise InputError(
            f"{name} is damaged: its compressed content cannot be unpacked; ask for it again."
        ) from None
    except OSError as error:
        if "ZSTD" in str(error).upper() or "truncated" in str(error).lower():
            raise InputError(
                f"{name} is damaged or cut off: its compressed content cannot be unpacked; ask for it again."
            ) from None
        raise InputError(f"{name} cannot be read: {_reason(error)}.") from None


def _reason(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error)
    return " ".join(str(text).split()) or type(error).__name__
