"""Which character parts the fields, and whether quotes mean anything: by trying, and looking at what comes out.

Every candidate parses the sample. It is judged, as in van den Burg, Nazábal and Sutton, "Wrangling messy
CSV files by detecting row and type patterns" (2019), by the product of two shares: how regular the numbers
of fields are, and how many cells look like something (a number, a date, a word), not like rubbish.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from lowtide.core.contract import Guess
from lowtide.core.errors import UsageError
from lowtide.tables.fields import BLANKS, Dialect, rows_of
from lowtide.tables.raw import ReadSettings

DELIMITERS = (",", "\t", ";", "|", "::", BLANKS)
NAMES = {
    "tab": "\t",
    "\\t": "\t",
    "comma": ",",
    "semicolon": ";",
    "pipe": "|",
    "space": " ",
    "blanks": BLANKS,
    "none": "",
}
SAMPLE_ROWS = 400
SAMPLE_CELLS = 4_000
#: A sample of more cells than this is cut to `FEW_ROWS` rows.
WIDE = 200_000
FEW_ROWS = 20

NUMBER = re.compile(
    r"[-+(]?\s?[^\W\d_]{0,3}[$€£₩¥]?\s?\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?(?:%|[^\W\d_]{1,4})?\)?$"
)
PLAIN = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$")
DATE = re.compile(
    r"\d{1,4}[-/.]\s?\d{1,2}[-/.]\s?\d{1,4}\.?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?|\d{1,2}:\d{2}(?::\d{2})?"
)
WORDS = re.compile(r"[\w][\w .()/&'’+°%#@:*!?-]*$")
ODD = re.compile(r"[;\t|\"]|::")


@dataclass(frozen=True, slots=True)
class Trial:
    """How one dialect did on the sample."""

    dialect: Dialect
    score: float
    columns: int
    regular: float
    sound: float
    stray: float = 0.0


def guess_dialect(sample: str, settings: ReadSettings) -> tuple[Dialect, tuple[Guess, ...]]:
    """Return the dialect of a text by its first lines, and the guesses ``delimiter`` and ``quote``.

    Parameters
    ----------
    sample : whole lines of the text, from its beginning.

    Raises
    ------
    UsageError
        If a delimiter or a quote that a person gave cannot be used.
    """
    lines = split_lines(sample)
    declared = declared_delimiter(lines[0]) if lines else None
    delimiter, quote = given_delimiter(settings), given_quote(settings)
    if declared:
        delimiter = delimiter or declared
        lines = lines[1:]
    tried = _trials(lines, sample, delimiter, quote)
    best = tried[0]
    for trial in tried[1:]:
        if trial.score > best.score + 1e-9:
            best = trial
    dialect = best.dialect
    if best.columns < 2 and delimiter is None:
        dialect = Dialect("", dialect.quote, dialect.escape)
    return dialect, (
        _delimiter_guess(dialect, best, tried, settings, bool(declared)),
        _quote_guess(dialect, best, sample, settings),
    )


def declared_delimiter(line: str) -> str | None:
    """Return the delimiter that the first line declares in Excel's way: ``sep=;``."""
    found = re.fullmatch(r"\"?sep=(.)\"?", line.strip("\ufeff\r\n "), re.IGNORECASE)
    return found.group(1) if found else None


def split_lines(text: str) -> list[str]:
    """Split at line feeds, carriage returns or both only (not at form feeds or U+2028)."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$", text)


def given_delimiter(settings: ReadSettings) -> str | None:
    """Return the delimiter that a person gave, in its normal form; empty for a file of one column."""
    given = settings.delimiter
    if given is None:
        return None
    given = NAMES.get(given.lower(), given)
    if given != BLANKS and (len(given.encode()) > 4 or "\n" in given or "\r" in given):
        raise UsageError(
            f"The delimiter {settings.delimiter!r} (setting read.delimiter) cannot be used: "
            f"give one to four characters, 'tab', '{BLANKS}', or 'none' for a file of one column."
        )
    return given


def given_quote(settings: ReadSettings) -> str | None:
    """Return the quote character that a person gave (empty: quotes mean nothing)."""
    given = settings.quote
    if given is None:
        return None
    if given.lower() in ("", "none"):
        return ""
    if len(given) != 1 or not given.isascii() or given.isalnum():
        raise UsageError(
            f"The quote {given!r} (setting read.quote) cannot be used: give one sign, or 'none'."
        )
    return given


def _trials(lines: list[str], sample: str, delimiter: str | None, quote: str | None) -> list[Trial]:
    delimiters = DELIMITERS if delimiter is None else (delimiter,)
    quotes: list[tuple[str, str]] = [('"', '"')]
    if quote is not None:
        quotes = [(quote, quote)]
        if quote and f"\\{quote}" in sample:
            quotes.append((quote, "\\"))
    elif '"' in sample:
        quotes.append(("", ""))
        if '\\"' in sample:
            quotes.append(('"', "\\"))
    elif re.search(r"(?:^|[,;\t|])'[^'\n]*'(?=[,;\t|\r\n]|$)", sample, re.MULTILINE):
        quotes.append(("'", "'"))
    out = []
    for delim in delimiters:
        if delimiter is None and (delim not in sample if delim != BLANKS else "\t" in sample):
            continue
        # Delimiters of several characters know no quotes.
        kinds = quotes if len(delim) <= 1 else [("", "")]
        if delim == BLANKS and quotes[0][0] == '"' and '"' in sample:
            kinds = [('"', '"')]
        out += [_try(lines, Dialect(delim, q, e), delimiter is not None) for q, e in kinds]
    if delimiter is None:
        out += [_try(lines, Dialect("", q, e), False) for q, e in quotes]
    return out


def _try(lines: list[str], dialect: Dialect, given: bool) -> Trial:
    rows, cells_read = [], 0
    for _, fields in rows_of(lines, dialect):
        if fields:
            rows.append(fields)
            cells_read += len(fields)
        if len(rows) >= (SAMPLE_ROWS if cells_read < WIDE else FEW_ROWS):
            break
    if not rows:
        return Trial(dialect, 0.0, 1, 0.0, 0.0)
    counts = Counter(len(r) for r in rows)
    # Lines without the delimiter may be titles: they count less.
    columns = max(counts, key=lambda n: (counts[n] * (1.5 if n > 1 else 1.0), n))
    # CleverCSV's pattern score: many regular rows of many fields.
    regular = sum(n * (width - 1) / width for width, n in counts.items()) / len(counts) / len(rows)
    share = counts[columns] / len(rows)
    if columns == 1:
        regular = 0.02  # One column is the explanation that remains when nothing parts the lines.
    cells = [c for r in rows if len(r) == columns for c in r][:SAMPLE_CELLS]
    sound = sum(_sound(c, dialect) for c in cells) / max(len(cells), 1)
    score = regular * share * max(sound, 1e-3)
    stray = _unbalanced(lines, dialect) if dialect.quote else 0.0
    score *= 1.0 - stray
    if dialect.delimiter == BLANKS and not given:
        score = score if _blanks_plausible(rows, columns, share) else 0.0
    return Trial(dialect, score, columns, share, sound, stray)


def _sound(cell: str, dialect: Dialect) -> float:
    """Score one cell: 1 for a number, a date, words or nothing; less for text with foreign delimiters."""
    text = cell.strip()
    if not text or PLAIN.match(text) or NUMBER.match(text) or DATE.fullmatch(text):
        return 1.0
    if not dialect.quote and len(text) > 1 and text[0] == text[-1] == '"':
        return 0.1  # Quotes that belong to the file's form, not to the cell.
    if WORDS.match(text):
        return 1.0 if len(text) < 80 else 0.8
    if "\n" in cell and len(cell) > 5_000:
        return 0.0  # A cell that swallowed lines.
    return 0.3 if ODD.search(text) else 0.6


def _unbalanced(lines: list[str], dialect: Dialect) -> float:
    """Share of quotes at the beginning of a field without one at an end: zero where quotes mean quotes."""
    quote = re.escape(dialect.quote)
    delim = re.escape(dialect.delimiter) if dialect.delimiter else "(?!)"
    text = "".join(lines)
    text = text.replace(dialect.escape + dialect.quote, "")
    opened = len(re.findall(rf"(?:^|{delim})[ ]*{quote}", text, re.MULTILINE))
    closed = len(re.findall(rf"{quote}[ ]*(?:{delim}|$|\r)", text, re.MULTILINE))
    # One open quote may be cut off by the end of the sample.
    wrong = max(abs(opened - closed) - 1, 0)
    return min(wrong / max(opened, closed, 1), 1.0)


def _blanks_plausible(rows: list[list[str]], columns: int, share: float) -> bool:
    """Runs of blanks part columns only where nearly all rows agree and many cells are numbers."""
    if columns < 2 or share < 0.95:
        return False
    cells = [c for r in rows if len(r) == columns for c in r][:SAMPLE_CELLS]
    numbers = sum(bool(PLAIN.match(c)) for c in cells) / max(len(cells), 1)
    return numbers >= 0.5 or (numbers >= 0.2 and columns >= 4 and len(rows) >= 8)


def shown(delimiter: str) -> str:
    """Return the delimiter as a person reads it."""
    return {"\t": "tab", "": "none", " ": "space"}.get(delimiter, delimiter)


def _delimiter_guess(
    dialect: Dialect, best: Trial, tried: Iterable[Trial], settings: ReadSettings, declared: bool
) -> Guess:
    value = shown(dialect.delimiter)
    if settings.delimiter is not None:
        return Guess(what="delimiter", value=value, evidence="given", given=True)
    facts: dict[str, str | int | float | bool | None] = {
        "columns": best.columns,
        "regular": round(best.regular, 3),
        "sound": round(best.sound, 3),
    }
    if declared:
        return Guess(what="delimiter", value=value, evidence="delimiter_declared", facts=facts)
    if dialect.delimiter == "":
        return Guess(what="delimiter", value=value, evidence="delimiter_none", facts=facts, sure=0.8)
    others = [t for t in tried if t.dialect.delimiter != dialect.delimiter and t.columns > 1 and t.score > 0]
    second = max(others, key=lambda t: t.score, default=None)
    sure = best.score / (best.score + (second.score if second else 0.0)) if best.score else 0.5
    facts["runner_up"] = shown(second.dialect.delimiter) if second else "none"
    return Guess(
        what="delimiter", value=value, evidence="delimiter_regular", facts=facts, sure=round(sure, 3)
    )


def _quote_guess(dialect: Dialect, best: Trial, sample: str, settings: ReadSettings) -> Guess:
    value = dialect.quote or "none"
    if dialect.quote and dialect.escape not in ("", dialect.quote):
        value = f"{dialect.quote} (escape {dialect.escape})"
    if settings.quote is not None:
        return Guess(what="quote", value=value, evidence="given", given=True)
    if '"' not in sample and dialect.quote != "'":
        return Guess(what="quote", value=value, evidence="quote_unseen", sure=0.9)
    facts: dict[str, str | int | float | bool | None] = {"quotes": sample.count('"')}
    if len(dialect.delimiter) > 1:
        return Guess(what="quote", value=value, evidence="quote_unused", facts=facts, sure=0.8)
    code = "quote_balanced" if dialect.quote else "quote_unbalanced"
    sure = 0.97 if dialect.quote and not best.stray else 0.8
    return Guess(what="quote", value=value, evidence=code, facts=facts, sure=sure)
