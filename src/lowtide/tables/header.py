"""Where the table begins in its rows: title rows, header rows, names; or no header at all.

Works on rows of cells, from text files and spreadsheets alike. The evidence is contrast: a header is
text above columns of numbers or dates, or words that the columns below never repeat.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError
from lowtide.tables.dialect import DATE, PLAIN
from lowtide.tables.raw import ReadSettings

MOST_TITLES = 40
MOST_HEADERS = 4
NUMERIC = re.compile(r"[-+(]?\s?[$€£₩¥]?\s?\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?%?\)?$")
NULLS = frozenset(
    ("", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "-", "--", "?", ".", "\\n", "missing", "unknown",
     "없음", "미상", "해당없음", "결측")
)  # fmt: skip
YEARS = re.compile(r"(?:19|20)\d\d(?:년|[-./]?(?:0?[1-9]|1[0-2]|[qQ][1-4]))?$")
UNIT_NOTE = re.compile(
    r"\(?\s*(?:단위|기준일|기준|출처|자료|unit|units|source|as of)\s*[:：(]", re.IGNORECASE
)

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above the data.

    Attributes
    ----------
    title_rows : rows (not blank) above the header.
    header_rows : rows of the header; 0: there is none.
    width : fields of a data row.
    names : one name a column, all different; may be longer than ``width`` (columns without any cell).
    dropped_last : the last column of the rows is empty (a delimiter at the end of each line).
    guesses : what was decided and why.
    """

    title_rows: int
    header_rows: int
    width: int
    names: tuple[str, ...]
    dropped_last: bool
    guesses: tuple[Guess, ...]


def find_head(rows: Rows, settings: ReadSettings) -> Head:
    """Decide where the data begins and what its columns are called.

    Parameters
    ----------
    rows : the first rows that are not blank (a few hundred), each a list of texts.

    Raises
    ------
    UsageError
        If the rows or the names that a person gave do not fit.
    """
    width, regular = body_width(rows)
    titles, title_guess = _titles(rows, width if regular >= 0.8 else 1, settings)
    rest = rows[titles:]
    count, header_guess = _headers(rest, width, settings)
    if count and regular < 0.95:
        # Where the rows do not agree on a width, the header's holds.
        width = max(width, len(rest[count - 1]))
    trailing = _trailing(rest, count, width)
    if trailing:
        width -= 1
    header = [list(r[: width + 1] if trailing else r) for r in rest[:count]]
    names, name_guesses = _names(header, rest[count:], width, settings)
    guesses = [title_guess] if title_guess else []
    guesses.append(header_guess)
    if trailing:
        guesses.append(Guess(what="columns", value=str(width), evidence="trailing_delimiter", sure=0.95))
    return Head(titles, count, width, names, trailing, (*guesses, *name_guesses))


def body_width(rows: Rows) -> tuple[int, float]:
    """Return the usual number of fields of a data row, and the share of rows that have it.

    The first rows may be titles and are left out.
    """
    body = rows[min(len(rows) // 4, 20) :] or rows
    counts = Counter(len(r) for r in body)
    width = max(counts, key=lambda n: (counts[n], n))
    begin = next(i for i, r in enumerate(rows) if len(r) == width)
    return width, sum(len(r) == width for r in rows[begin:]) / len(rows[begin:])


def _titles(rows: Rows, width: int, settings: ReadSettings) -> tuple[int, Guess | None]:
    if settings.title_rows is not None:
        if not 0 <= settings.title_rows < len(rows):
            raise UsageError(
                f"title_rows = {settings.title_rows} (setting read.title_rows) leaves no row: "
                f"the data begin within the first {len(rows)} rows."
            )
        value = str(settings.title_rows)
        return settings.title_rows, Guess(what="title_rows", value=value, evidence="given", given=True)
    count = 0
    while count < min(MOST_TITLES, len(rows) - 1) and _is_title(rows[count], width):
        count += 1
    if not count:
        return 0, None
    text = " ".join(c.strip() for c in rows[0] if c.strip())[:80]
    facts: dict[str, str | int | float | bool | None] = {"rows": count, "fields": width, "text": text}
    return count, Guess(what="title_rows", value=str(count), evidence="title_narrow", facts=facts, sure=0.9)


def _is_title(row: Sequence[str], width: int) -> bool:
    """A title fills one cell or two of a row, or has far fewer fields than the data."""
    filled = [i for i, cell in enumerate(row) if cell.strip()]
    if not filled:
        return True
    if width < 2:
        return False
    if len(filled) == 1:
        return len(row) < width or (
            width >= 3 and (filled[0] == 0 or bool(UNIT_NOTE.match(row[filled[0]].strip())))
        )
    if len(row) < width and (len(filled) <= width // 2 or row[0].startswith("#")):
        return True
    return width >= 5 and len(filled) == 2 and any(UNIT_NOTE.match(row[i].strip()) for i in filled)


def _is_number(cell: str) -> bool:
    return bool(PLAIN.match(cell) or NUMERIC.match(cell))


def _kind(cell: str) -> str:
    text = cell.strip()
    if text.casefold() in NULLS:
        return "null"
    if _is_number(text):
        return "number"
    return "date" if DATE.fullmatch(text) else "text"


def _headers(rows: Rows, width: int, settings: ReadSettings) -> tuple[int, Guess]:
    if settings.header_rows is not None:
        if not 0 <= settings.header_rows <= max(len(rows), 1):
            raise UsageError(
                f"header_rows = {settings.header_rows} (setting read.header_rows) is more than the rows."
            )
        value = str(settings.header_rows)
        return settings.header_rows, Guess(what="header_rows", value=value, evidence="given", given=True)
    # The first rows may be further header rows: they are no evidence of what the columns hold.
    body = rows[min(MOST_HEADERS, max(1, len(rows) // 2)) :][:200]
    kinds = _column_kinds(body, width)
    several = _several(rows, kinds, width)
    if several:
        facts: Facts = {"rows": several, "columns": sum(k != "text" for k in kinds)}
        return several, Guess(
            what="header_rows", value=str(several), evidence="header_several", facts=facts, sure=0.9
        )
    verdict, facts, sure = _verdict(rows[0], rows, body, kinds, width)
    if verdict == "no_header":
        return 0, Guess(what="header_rows", value="0", evidence="no_header", facts=facts, sure=sure)
    return 1, Guess(what="header_rows", value="1", evidence=verdict, facts=facts, sure=sure)


def _column_kinds(body: Rows, width: int) -> list[str]:
    """``number`` or ``date`` where at least 80 % of the cells that say something are; else ``text``."""
    kinds = []
    for at in range(width):
        counts = Counter(_kind(r[at]) for r in body if at < len(r))
        said = counts["number"] + counts["date"] + counts["text"]
        kind = "number" if counts["number"] >= counts["date"] else "date"
        kinds.append(kind if said and counts[kind] >= 0.8 * said else "text")
    return kinds


Facts = dict[str, str | int | float | bool | None]


def _verdict(
    first: Sequence[str], rows: Rows, body: Rows, kinds: list[str], width: int
) -> tuple[str, Facts, float]:
    """Judge the first row: names of columns, or values like the rest."""
    labels = values = 0
    for at, kind in enumerate(kinds[: len(first)]):
        if kind != "text":
            found = _kind(first[at])
            labels += found == "text"
            values += found in ("number", "date")
    repeats, news = _repeats(first, body, kinds)
    facts: Facts = {"labels": labels, "values": values, "repeated": repeats, "distinct": news}
    if values and _counting(first, kinds, rows, labels):
        return "header_counting", facts, 0.85
    if labels or values:
        for_header = labels + 0.5 * news
        against = values + repeats
        sure = round((max(for_header, against) + 0.5) / (for_header + against + 1.0), 3)
        return ("header_labels" if for_header >= against else "no_header"), facts, sure
    if repeats > news:
        return "no_header", facts, round((repeats + 0.5) / (repeats + news + 1.0), 3)
    if news:
        return "header_distinct", facts, round(min(0.95, 0.6 + 0.1 * news), 3)
    return "header_default", facts, 0.6


def _repeats(first: Sequence[str], body: Rows, kinds: list[str]) -> tuple[int, int]:
    """Count text columns of few values where the first cell is one of them, and where it is none."""
    repeats = news = 0
    for at, kind in enumerate(kinds[: len(first)]):
        if kind != "text":
            continue
        cells = [r[at].strip() for r in body if at < len(r) and r[at].strip()]
        levels = set(cells)
        if len(cells) < 8 or len(levels) > 0.5 * len(cells):
            continue
        if first[at].strip() in levels:
            repeats += 1
        elif first[at].strip():
            news += 1
    return repeats, news


def _counting(first: Sequence[str], kinds: list[str], rows: Rows, labels: int) -> bool:
    """Names of a wide table may be numbers: years, months or 1, 2, 3 ... above columns of other numbers."""
    columns = [at for at, k in enumerate(kinds[: len(first)]) if k == "number" and first[at].strip()]
    cells = [first[at].strip() for at in columns]
    if len(cells) < 3 or len(set(cells)) < len(cells):
        return False
    below = [[r[at].strip() for at in columns if at < len(r)] for r in rows[1:11]]
    if all(YEARS.match(c) for c in cells):
        return not any(all(YEARS.match(c) for c in row) for row in below)
    if cells != [str(int(cells[0]) + i) for i in range(len(cells))] if cells[0] in ("0", "1") else True:
        return False
    # Numbers alone could be a row of data: the rest of the first row, or many rows, must say more.
    if labels or not first[0].strip() or (len(below) == 10 and cells not in below):
        return True
    return len(cells) >= 4 and kinds[0] == "text" and first[0] not in {r[0] for r in rows[1:] if r}


def _several(rows: Rows, kinds: list[str], width: int) -> int:
    """Count header rows when a row below the first one is a header, too; else 0."""
    for at in range(min(MOST_HEADERS, len(rows) - 1) - 1, 0, -1):
        if _also_header(rows[at], kinds, width) and list(rows[at]) != list(rows[0]):
            return at + 1
    return 0


def _also_header(row: Sequence[str], kinds: list[str], width: int) -> bool:
    """A further header row puts text, and no value, above most columns of numbers and dates."""
    typed = [at for at, k in enumerate(kinds) if k != "text"]
    if not typed or len(row) > width:
        return False
    found = [_kind(row[at]) if at < len(row) else "null" for at in typed]
    labels = found.count("text")
    return labels >= max(1, 0.5 * len(typed)) and labels + found.count("null") == len(typed)


def _trailing(rows: Rows, headers: int, width: int) -> bool:
    """A delimiter at the end of every line makes a last column without name and cells."""
    if width < 2 or len(rows) <= headers or not headers:
        return False
    named = len(rows[headers - 1]) >= width and bool(rows[headers - 1][width - 1].strip())
    return not named and all(len(r) < width or not r[width - 1].strip() for r in rows[headers:])


def _names(
    header: list[list[str]], body: Rows, width: int, settings: ReadSettings
) -> tuple[tuple[str, ...], list[Guess]]:
    if settings.names is not None:
        if len(settings.names) != width:
            raise UsageError(
                f"{len(settings.names)} names are given (setting read.names), but the data have {width} columns."
            )
        named, changed = unique(list(settings.names))
        return tuple(named), [Guess(what="names", value=str(width), evidence="given", given=True), *changed]
    if not header:
        made: Facts = {"first": "c1", "last": f"c{width}"}
        guess = Guess(what="names", value=f"c1 … c{width}", evidence="names_made", facts=made, sure=0.2)
        return tuple(f"c{i}" for i in range(1, width + 1)), [guess]
    guesses: list[Guess] = []
    wide = max(len(r) for r in header)
    if wide > width:
        wide = max((i + 1 for r in header for i, c in enumerate(r) if c.strip()), default=width)
    raw = _joined(header, max(wide, 1))
    if len(raw) == width - 1 and all(raw) and body and all(r[0].strip() for r in body if len(r) >= width):
        raw.insert(0, "row_names")
        guesses.append(Guess(what="names", value="row_names", evidence="header_one_short", sure=0.85))
    if len(raw) > width:
        facts: Facts = {"names": len(raw), "fields": width}
        guesses.append(
            Guess(what="columns", value=str(len(raw)), evidence="header_longer", facts=facts, sure=0.8)
        )
    raw += [""] * (width - len(raw))
    names, changed = clean(raw)
    return tuple(names), guesses + changed


def _joined(header: list[list[str]], width: int) -> list[str]:
    """Join header rows to one name a column; empty cells of a group row repeat the cell to their left."""
    filled = []
    for at, row in enumerate(header):
        cells = [tidy(c) for c in row[:width]] + [""] * (width - len(row))
        if at < len(header) - 1:
            for i in range(1, width):
                # A group reaches over empty cells as long as the rows below have names there.
                below = any(len(r) > i and r[i].strip() for r in header[at + 1 :])
                if not cells[i] and below:
                    cells[i] = cells[i - 1]
        filled.append(cells)
    names = []
    for column in zip(*filled, strict=True):
        parts = [p for i, p in enumerate(column) if p and p not in column[:i]]
        names.append(" ".join(parts))
    return names


def tidy(name: str) -> str:
    """Strip blanks, byte order marks and line breaks from a name."""
    return " ".join(name.replace("\ufeff", "").split())


def clean(raw: list[str]) -> tuple[list[str], list[Guess]]:
    """Make names stripped, present and different; say what was changed."""
    names = [tidy(n) for n in raw]
    guesses = []
    stripped = sum(a != b for a, b in zip(raw, names, strict=True))
    if stripped:
        facts: Facts = {"count": stripped}
        guesses.append(Guess(what="names", value=str(stripped), evidence="names_stripped", facts=facts))
    empty = [i for i, n in enumerate(names) if not n]
    for i in empty:
        names[i] = f"c{i + 1}"
    if empty:
        first: Facts = {"count": len(empty), "first": names[empty[0]]}
        guesses.append(
            Guess(what="names", value=str(len(empty)), evidence="names_empty", facts=first, sure=0.9)
        )
    names, changed = unique(names)
    return names, guesses + changed


def unique(names: list[str]) -> tuple[list[str], list[Guess]]:
    """Number the second and later columns of one name: ``a``, ``a_2``, ``a_3``."""
    taken, out, changed = set(names), [], 0
    seen: Counter[str] = Counter()
    first = ""
    for name in names:
        seen[name] += 1
        if seen[name] == 1:
            out.append(name)
            continue
        number = seen[name]
        while f"{name}_{number}" in taken:
            number += 1
        fresh = f"{name}_{number}"
        seen[name] = number
        taken.add(fresh)
        out.append(fresh)
        changed, first = changed + 1, first or name
    if not changed:
        return out, []
    facts: Facts = {"count": changed, "first": first}
    return out, [Guess(what="names", value=str(changed), evidence="names_repeated", facts=facts)]
