"""A frame as a spreadsheet that is safe to open: no text becomes a formula or a link, and numbers stay numbers.

Excel, LibreOffice and WPS run a cell of a CSV file that begins with one of the signs below; an apostrophe before it makes
it text. In XLSX the kind of a cell is written down, so the text stays exactly as it is.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pandas as pd
import xlsxwriter

from core.plain import plain_text
from core.rows import rows_of

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
CELL_LONGEST = 32_767  # what Excel keeps in one cell
TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
BOM = "\ufeff"  # or Excel reads Chinese in the system's own charset


def csv_bytes(frame: pd.DataFrame, headings: Mapping[str, str]) -> bytes:
    """The frame as CSV in UTF-8. Args: headings, column -> its heading; the columns are written in this order."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow([neutral(one) for one in headings.values()])
    for row in rows_of(frame):
        writer.writerow([_plain(row[name]) for name in headings])
    return (BOM + target.getvalue()).encode("utf-8")


def xlsx_bytes(frame: pd.DataFrame, headings: Mapping[str, str], *, sheet: str) -> bytes:
    """The frame as a workbook of one sheet, its first row frozen and filtered; a text too long for a cell is cut, and says so."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, TEXT_ONLY) as book:
        page = book.add_worksheet(sheet)
        bold = book.add_format({"bold": True})
        for at, heading in enumerate(headings.values()):
            page.write_string(0, at, heading, bold)
        for line, row in enumerate(rows_of(frame), start=1):
            for at, name in enumerate(headings):
                _write(page, line, at, row[name])
        page.freeze_panes(1, 0)
        page.autofilter(0, 0, max(len(frame), 1), len(headings) - 1)
        page.set_column(0, len(headings) - 1, 24)
    return target.getvalue()


def neutral(text: str) -> str:
    """A text that no spreadsheet program takes for a formula."""
    plain = plain_text(text)
    return f"'{plain}" if plain.lstrip(" \u00a0\u200b\ufeff").startswith(FORMULA_STARTS) else plain


def _plain(value: Any) -> Any:
    if _is_null(value):
        return ""
    if isinstance(value, bool | int | float):
        return value
    return value.isoformat() if isinstance(value, date | datetime) else neutral(str(value))


def _write(page: Any, line: int, at: int, value: Any) -> None:
    if _is_null(value):
        page.write_blank(line, at, None)
    elif isinstance(value, bool):
        page.write_boolean(line, at, value)
    elif isinstance(value, int | float):
        page.write_number(line, at, value)
    else:
        text = value.isoformat() if isinstance(value, date | datetime) else plain_text(str(value))
        page.write_string(line, at, _cut(text))


def _cut(text: str) -> str:
    """A text that fits a cell; Excel counts an emoji as two letters, and calls a file with a longer one damaged."""
    if len(text) * 2 <= CELL_LONGEST:
        return text
    letters = text[: CELL_LONGEST + 1].encode("utf-16-le")
    if len(letters) <= CELL_LONGEST * 2:
        return text
    return letters[: (CELL_LONGEST - 1) * 2].decode("utf-16-le", "ignore") + "…"


def _is_null(value: Any) -> bool:
    return value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and value != value)
