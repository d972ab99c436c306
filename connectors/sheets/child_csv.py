"""Comma-separated text: its encoding, its delimiter, its rows. Every cell stays the text it is."""

import csv
from io import StringIO
from itertools import islice

from connectors.sheets import limits
from connectors.sheets.child_refusal import Unreadable

DELIMITERS = (",", ";", "\t", "|")
_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


_END = "\x1e"  # a row of our own after the last one: where it is missing, a cell has swallowed it


def read_csv(content: bytes) -> tuple[str, str, list[list[str]]]:
    """The encoding, the delimiter, and rows of equal length (short ones are filled with empty cells)."""
    csv.field_size_limit(limits.MAX_CELL_CHARACTERS)
    encoding, text = decode(content)
    delimiter, skip = _announced(text)
    delimiter = delimiter or _sniffed(text)
    rows: list[list[str]] = []
    cells = width = 0
    try:
        whole = text if text.endswith(("\n", "\r")) or not text else f"{text}\n"
        for row in csv.reader(StringIO(whole + _END, newline=""), delimiter=delimiter):
            rows.append(row)
            if row == [_END]:
                break
            width = max(width, len(row))
            cells += len(row)
            if len(rows) > limits.MAX_ROWS or width > limits.MAX_COLUMNS or cells > limits.MAX_CELLS:
                raise Unreadable("too_large", sheet="", row=len(rows) - 1, column=max(len(row) - 1, 0))
    except csv.Error as error:
        raise Unreadable("csv", row=len(rows), detail=str(error)) from error
    if not rows or rows.pop() != [
        _END
    ]:  # a quotation mark that is never closed takes everything after it into its cell
        raise Unreadable("quote", row=len(rows))
    if width * len(rows) > limits.MAX_CELLS:
        raise Unreadable("too_large", sheet="", row=len(rows) - 1, column=width - 1)
    if skip and rows:
        rows[0] = []  # Excel's `sep=;` line; rows keep their numbers
    return encoding, delimiter, [row if len(row) == width else row + [""] * (width - len(row)) for row in rows]


def decode(content: bytes) -> tuple[str, str]:
    """The text and its encoding: a byte order mark decides, then UTF-8, then GB18030."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            return encoding, content.decode(encoding)
        except UnicodeDecodeError as error:
            at = error.start
    raise Unreadable("encoding", row=content[:at].count(b"\n"))


def _announced(text: str) -> tuple[str, bool]:
    first = text[:8].splitlines()[:1]
    if first and first[0].lower().startswith("sep=") and len(first[0]) == 5:
        return first[0][4], True
    return "", False


def _sniffed(text: str) -> str:
    """The delimiter under which most of the first rows have the same number of cells."""
    best, best_score = ",", (0, 0)
    sample = text[:200_000]
    for delimiter in DELIMITERS:
        try:
            widths = [len(row) for row in islice(csv.reader(StringIO(sample, newline=""), delimiter=delimiter), 30)]
        except csv.Error:  # this delimiter does not fit; another may, and if none does the reading itself says so
            continue
        wide = [width for width in widths if width > 1]
        common = max(set(wide), key=wide.count, default=0)
        score = (wide.count(common), common)
        if score > best_score:
            best, best_score = delimiter, score
    return best
