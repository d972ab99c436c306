"""Importing 50,000 rows, against the least any import could do: calamine reads the file, SQLite inserts bare rows.

Both in CPU time, that of the process which reads the file included, since the machine may be busy with other work; and by
the clock beside it.
"""

import io
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import xlsxwriter
from python_calamine import CalamineWorkbook

from actions.import_sheet import import_sheet
from bench.stores import new_store
from core.actor import local_admin
from store.db import Store

ROWS = 50_000
PER_SPRINT = 50
HEADERS = (
    "Key",
    "Title",
    "Sprint",
    "Type",
    "Status",
    "Estimate",
    "Sprint start",
    "Sprint completed",
    "Added at",
    "Done at",
)


def backlog(rows: int) -> bytes:
    """A backlog of ten columns: a sprint a fortnight, fifty items each, as an .xlsx."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    sheet = book.add_worksheet("Backlog")
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    sheet.write_row(0, 0, HEADERS)
    first = datetime(1990, 1, 1, 9)  # noqa: DTZ001 - a sheet carries no zone
    for i in range(rows):
        number = i // PER_SPRINT
        start = first + timedelta(days=14 * (number % 600), hours=number // 600)
        is_done = i % 4 != 3
        sheet.write_row(
            i + 1,
            0,
            (
                f"ORD-{i + 1}",
                f"Work item {i + 1} 订单",
                f"Sprint {number + 1}",
                "Bug" if i % 7 == 0 else "Story",
                "Done" if is_done else "To do",
                i % 8,
            ),
        )
        sheet.write_datetime(i + 1, 6, start, instant)
        sheet.write_datetime(i + 1, 7, start + timedelta(days=14), instant)
        if i % 9 == 0:
            sheet.write_datetime(i + 1, 8, start + timedelta(days=3), instant)
        if is_done:
            sheet.write_datetime(i + 1, 9, start + timedelta(days=5 + i % 8), instant)
    book.close()
    return out.getvalue()


@dataclass(frozen=True)
class Took:
    """What something took: seconds of processor time, children's included, and seconds by the clock."""

    cpu: float
    clock: float


def measured(work: Callable[[], None]) -> Took:
    """What a piece of work takes."""
    clock, before = time.perf_counter(), os.times()
    work()
    after = os.times()
    return Took(sum(after[:4]) - sum(before[:4]), time.perf_counter() - clock)


def floor(content: bytes, folder: Path) -> None:
    """Read with calamine and insert into a bare table, one transaction."""
    rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()[1:]
    with closing(sqlite3.connect(folder / "floor.db")) as database:
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        names = ", ".join(f"c{i}" for i in range(len(HEADERS)))
        database.execute(f"CREATE TABLE item ({names})")
        texts = ([str(value) for value in row] for row in rows)
        database.executemany(f"INSERT INTO item VALUES ({', '.join('?' * len(HEADERS))})", texts)
        database.commit()


def whole_import(content: bytes, store: Store) -> None:
    """The real import into a new store: preview, rows, undo images, derived figures, findings, audit entry."""
    outcome = import_sheet(store, local_admin(), "backlog.xlsx", content)
    if outcome.is_refused or outcome.sheets[0].row_count != ROWS:
        raise RuntimeError("the benchmark's own file was not imported whole")


def measure(repeats: int = 5) -> tuple[Took, Took]:
    """Returns: floor and import, each the one of `repeats` runs, taken in turns, with the least processor time."""
    content = backlog(ROWS)
    floors, imports = [], []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as folder:
            floors.append(measured(partial(floor, content, Path(folder))))
        with tempfile.TemporaryDirectory() as folder:
            store = new_store(Path(folder))
            imports.append(measured(partial(whole_import, content, store)))
            store.engine.dispose()
    return min(floors, key=lambda one: one.cpu), min(imports, key=lambda one: one.cpu)
