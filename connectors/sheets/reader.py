"""Bytes and a file name become sheets of cells, read by a child process that may die without harm."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePath
from typing import IO, Any

import orjson

from connectors.sheets import limits
from connectors.sheets.refusal import died, refuse
from core.plain import plain_text

Cell = str | float | int | bool | datetime | date | time | timedelta
Position = tuple[int, int]
ROOT = Path(__file__).resolve().parents[2]

_DECODE: dict[str, Callable[[Any], Cell]] = {
    "instant": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "span": lambda seconds: timedelta(seconds=seconds),
    "number": float,  # infinite one, or none at all: refused by cell
}


@dataclass(frozen=True)
class Sheet:
    """One sheet as it stands in the file; rows and columns count from 0, and an empty cell is the empty text.

    Args: columns, a dense grid by column (text stays text, `007` too; CSV cells are all text); formats, the number
    formats that say more than a plain number; merged, ranges (first row, first column, last row, last column), whose
    value stands in each of their cells here; bad, cells whose value is not known: (`formula` or `error`, what is shown).
    """

    name: str
    columns: list[list[Cell]]
    row_count: int
    formats: dict[Position, str] = field(default_factory=dict)
    merged: tuple[tuple[int, int, int, int], ...] = ()
    bad: dict[Position, tuple[str, str]] = field(default_factory=dict)
    is_visible: bool = True
    encoding: str | None = None
    delimiter: str | None = None

    def row(self, index: int) -> list[Cell]:
        """The cells of one row."""
        return [column[index] for column in self.columns]


@dataclass(frozen=True)
class Book:
    """A file that was read: its sheets, and the child's lines (the raw record, from which `load` gives the same book)."""

    file_name: str
    sheets: tuple[Sheet, ...]
    raw: bytes = field(repr=False)

    def sheet(self, name: str) -> Sheet | None:
        """The sheet of that name, if there is one."""
        return next((sheet for sheet in self.sheets if sheet.name == name), None)


def read_book(content: bytes, file_name: str) -> Book:
    """Read a spreadsheet.

    Args: content, the file's bytes; file_name, its name, whose ending says what it claims to be.
    Raises: Invalid, naming file, sheet and cell, what was found and what is accepted, for anything that cannot be
    read: too large, a bomb, encrypted, renamed, with macros, damaged, or dangerous to the reader.
    """
    if len(content) > limits.MAX_FILE_BYTES:
        raise refuse("file_size", file_name, {"size": len(content)})
    suffix = PurePath(file_name).suffix.lower().lstrip(".")
    return load(_run_child(content, suffix, file_name), file_name)


def load(raw: bytes, file_name: str) -> Book:
    """The book from the child's lines: what `read_book` does after the child, and what a replay does.

    Raises: Invalid, when the child refused the file.
    """
    sheets = []
    for line in raw.splitlines():
        given = orjson.loads(line)
        if "error" in given:
            code = given.pop("error")
            raise refuse(code, file_name, given)
        sheets.append(_sheet(given, file_name))
    if not any(sheet.columns for sheet in sheets):
        raise refuse("empty", file_name, {})
    return Book(file_name, tuple(sheets), raw)


def _run_child(content: bytes, suffix: str, file_name: str) -> bytes:
    """The child's output. Input and output are unnamed temporary files: nothing remains, whatever dies."""
    search = os.pathsep.join(part for part in (str(ROOT), os.environ.get("PYTHONPATH", "")) if part)
    environment = {"PYTHONPATH": search, "PYTHONIOENCODING": "utf-8", "PATH": os.environ.get("PATH", "")}
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as out:
        given.write(content)
        given.seek(0)
        command = [sys.executable, "-m", "connectors.sheets.child", suffix]
        status = _wait(command, environment, given, out)
        if status != 0:
            raise died(status, file_name)
        out.seek(0)
        return out.read()


def _wait(command: list[str], environment: dict[str, str], given: IO[bytes], out: IO[bytes]) -> int | None:
    """The child's exit status; None when it had to be ended. What it says on stderr may quote the file: it is not kept."""
    with subprocess.Popen(command, stdin=given, stdout=out, stderr=subprocess.DEVNULL, env=environment) as process:
        try:
            return process.wait(limits.MAX_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return None


def _sheet(given: dict[str, Any], file_name: str) -> Sheet:
    columns: list[list[Cell]] = given["columns"]
    for column, marks in zip(columns, given["typed"], strict=True):
        for mark, rows in marks.items():
            decode = _DECODE[mark]
            for row in rows:
                column[row] = decode(column[row])
    name = given["name"] or plain_text(file_name)
    merged = tuple((top, left, bottom, right) for top, left, bottom, right in given.get("merged", ()))
    _fill_merged(columns, merged, name, file_name)
    formats = {(row, column): code for code, cells in given.get("formats", {}).items() for row, column in cells}
    return Sheet(
        name=name,
        columns=columns,
        row_count=given["row_count"],
        formats=formats,
        merged=merged,
        bad={(row, column): (code, shown) for row, column, code, shown in given.get("bad", ())},
        is_visible=given.get("is_visible", True),
        encoding=given.get("encoding"),
        delimiter=given.get("delimiter"),
    )


def _fill_merged(
    columns: list[list[Cell]], merged: tuple[tuple[int, int, int, int], ...], name: str, file_name: str
) -> None:
    """A merged cell says its value for each of its cells: people merge the sprint's cell over the rows of the sprint."""
    depth = len(columns[0]) if columns else 0
    filled = 0
    for top, left, bottom, right in merged:
        if left >= len(columns) or top >= depth:
            continue
        bottom, right = min(bottom, depth - 1), min(right, len(columns) - 1)
        filled += (bottom - top + 1) * (right - left + 1)
        if filled > limits.MAX_CELLS:
            raise refuse("too_large", file_name, {"sheet": name, "row": bottom, "column": right})
        value = columns[left][top]
        for column in columns[left : right + 1]:
            column[top : bottom + 1] = [value] * (bottom - top + 1)
