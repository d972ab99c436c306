"""Small workbooks and CSV files, made where a test needs them."""

import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from connectors.sheets.reader import Sheet
from connectors.sheets.source import fetch


def xlsx(
    sheets: dict[str, Sequence[Sequence[Any]]],
    *,
    merge: Sequence[tuple[int, int, int, int]] = (),
    formats: dict[tuple[int, int], str] | None = None,
) -> bytes:
    """A workbook; `merge` ranges and `formats` (row, column -> number format) concern every sheet."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for row, cells in enumerate(rows):
                for column, value in enumerate(cells):
                    code = (formats or {}).get((row, column))
                    shape = book.add_format({"num_format": code}) if code else None
                    if isinstance(value, datetime):
                        sheet.write_datetime(row, column, value, shape or instant)
                    elif isinstance(value, date):
                        sheet.write_datetime(row, column, value, shape or day)
                    elif value is not None:
                        sheet.write(row, column, value, shape)
            for top, left, bottom, right in merge:
                sheet.merge_range(top, left, bottom, right, rows[top][left])
    return out.getvalue()


def sheet_of(rows: Sequence[Sequence[Any]], **more: Any) -> Sheet:
    """The one sheet of a workbook, read by the real child process."""
    return fetch(xlsx({"Sheet1": rows}, **more), "made.xlsx").sheets[0]


def csv_sheet(text: str, encoding: str = "utf-8") -> Sheet:
    """The sheet of a CSV file, read by the real child process."""
    return fetch(text.encode(encoding), "made.csv").sheets[0]


def replaced(package: bytes, part: str, change: Any) -> bytes:
    """The same package with one part changed (or added, when it is not there)."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(package)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(old.read(name)) if name == part else old.read(name))
        if part not in old.namelist():
            new.writestr(part, change(b""))
    return out.getvalue()
