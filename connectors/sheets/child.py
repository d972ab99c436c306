"""The child process that opens a file nobody vouches for: stdin bytes in, JSON lines out, under hard limits.

Run as `python -m connectors.sheets.child SUFFIX`. It imports as little as it can: it starts for every file. One line
a sheet, or one line `{"error": code, ...}`; what kills it (memory, time) its parent reads from the exit status.
"""

import gc
import math
import resource
import sys
from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import orjson

from connectors.sheets import limits
from connectors.sheets.child_refusal import Unreadable

Columns = list[list[Any]]
# The exact types calamine gives that JSON lacks: the mark its rows are listed under, and how it is written where orjson
# has no way of its own.
_MARKED: dict[type, tuple[str, Callable[[Any], Any] | None]] = {
    datetime: ("instant", None),
    date: ("day", None),
    time: ("time", None),
    timedelta: ("span", timedelta.total_seconds),
}


def main() -> int:
    """Set the limits, read the file, print its sheets. Returns the exit status."""
    _limit()
    gc.disable()  # half a million cells and no cycle: looking for one costs, and this process ends soon
    suffix = sys.argv[1]
    content = sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        for sheet in _sheets(content, suffix):
            out.write(orjson.dumps(sheet, option=orjson.OPT_APPEND_NEWLINE))
    except Unreadable as refusal:
        out.write(orjson.dumps({"error": refusal.code, **refusal.params}, option=orjson.OPT_APPEND_NEWLINE))
    except MemoryError:
        return 3
    out.flush()
    return 0


def _limit() -> None:
    for kind, most in (
        (resource.RLIMIT_AS, limits.MAX_MEMORY_BYTES),
        (resource.RLIMIT_CPU, limits.MAX_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, limits.MAX_OUTPUT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (soft, hard))


def _sheets(content: bytes, suffix: str) -> Iterator[dict[str, Any]]:
    from connectors.sheets.child_kind import kind_of

    kind = kind_of(content, suffix)
    if kind == "csv":
        from connectors.sheets.child_csv import read_csv

        encoding, delimiter, rows = read_csv(content)
        yield {"name": "", "encoding": encoding, "delimiter": delimiter, **_grid(rows)}
        return
    if kind == "xlsx":
        from connectors.sheets.child_xlsx import scan_xlsx as scan
    else:
        from connectors.sheets.child_ods import scan_ods as scan
    yield from _calamine(content, scan(content))


def _calamine(content: bytes, scanned: dict[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The sheets as calamine reads them, with what only the XML tells."""
    from io import BytesIO

    from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    try:
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        for meta in workbook.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue  # a chart sheet holds no cells
            sheet = workbook.get_sheet_by_name(meta.name)
            merged = [[*first, *last] for first, last in sheet.merged_cell_ranges or ()]
            yield {
                "name": meta.name,
                "is_visible": meta.visible == SheetVisibleEnum.Visible,
                "merged": merged,
                **scanned.get(meta.name, {}),
                **_grid(sheet.to_python(skip_empty_area=False)),
            }
    except CalamineError as error:
        raise Unreadable("damaged", detail=str(error)) from error


def _grid(rows: list[list[Any]]) -> dict[str, Any]:
    """Columns of cells; instants, spans and numbers that are none as text or seconds, with the rows they stand in, since
    JSON has none."""
    columns: Columns = [list(column) for column in zip(*rows, strict=True)]
    typed: list[dict[str, list[int]]] = []
    for column in columns:
        marks: dict[str, list[int]] = {}
        kinds = set(map(type, column))
        for kind in kinds & _MARKED.keys():
            mark, write = _MARKED[kind]
            marks[mark] = [row for row, value in enumerate(column) if type(value) is kind]
            if write is not None:
                for row in marks[mark]:
                    column[row] = write(column[row])
        if float in kinds and not math.isfinite(sum(value for value in column if type(value) is float)):
            marks["number"] = [row for row, value in enumerate(column) if _is_no_number(value)]
            for row in marks["number"]:
                column[row] = repr(column[row])
        typed.append(marks)
    return {"row_count": len(rows), "columns": columns, "typed": typed}


def _is_no_number(value: Any) -> bool:
    return type(value) is float and not math.isfinite(value)


if __name__ == "__main__":
    sys.exit(main())
