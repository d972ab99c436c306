"""Sheets as a source: `fetch` reads the file in its child process, `preview` and `parse` are pure."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.records import Parsed
from connectors.sheets.backlog import parse_backlog, parse_jira_csv
from connectors.sheets.changes import parse_change_log, parse_demo
from connectors.sheets.feedback_sheets import parse_feedback
from connectors.sheets.fields import fields_of
from connectors.sheets.guess import FieldMapping, guess, header_texts, match
from connectors.sheets.known import Known
from connectors.sheets.kpi_sheets import parse_kpi
from connectors.sheets.measurements import parse_measurements
from connectors.sheets.problem import Problem, Problems
from connectors.sheets.reader import Book, Sheet, read_book
from connectors.sheets.settings import Settings
from connectors.sheets.table import Table
from core.cell_names import cell_name
from core.errors import Invalid
from core.i18n import Text

name = "sheets"

_PARSERS: dict[str, Callable[[Table, Known], Parsed]] = {
    "backlog": lambda table, known: parse_backlog(table),
    "jira_csv": lambda table, known: parse_jira_csv(table),
    "change_log": parse_change_log,
    "demo": parse_demo,
    "kpi": parse_kpi,
    "kpi_measurement": parse_measurements,
    "feedback": parse_feedback,
}


@dataclass(frozen=True)
class Preview:
    """A sheet as it would be imported.

    Args: parsed, the records (of the cells that could be read, when there are errors); problems, all of them, by row;
    headers, the header row; row_count, the data rows.
    """

    kind: str
    header_row: int
    mapping: dict[str, list[int]]
    headers: tuple[str, ...]
    row_count: int
    parsed: Parsed
    problems: tuple[Problem, ...] = field(default=())

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the whole sheet out."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def fetch(content: bytes, file_name: str) -> Book:
    """The file's sheets, read by a child process under limits; `Book.raw` is what a replay starts from (`reader.load`).

    Raises: Invalid for a file that is refused as a whole.
    """
    return read_book(content, file_name)


def preview(
    sheet: Sheet,
    kind: str,
    mapping: FieldMapping | None = None,
    settings: Settings | None = None,
    *,
    header_row: int | None = None,
    known: Known | None = None,
) -> Preview:
    """Read a sheet as one kind, every problem listed cell by cell.

    Args: mapping, field -> columns counted from 0 (None: guessed); header_row, counted from 0 (None: guessed); known, what
    the store and the file's other sheets define, against which names are checked.
    Raises: Invalid for a mapping that names a field or a column that does not exist.
    """
    found = guess(sheet, kind)
    row = found.header_row if header_row is None else header_row
    if not 0 <= row < max(sheet.row_count, 1):
        raise Invalid(Text("Sheet “{sheet}” has no row {row}.", sheet=sheet.name, row=row + 1))
    headers = header_texts(sheet, row) if sheet.row_count else ()
    if mapping is None:
        mapping = found.mapping if row == found.header_row else match(sheet, row, headers, kind).mapping
    checked = _checked(sheet, kind, mapping)
    table = Table(sheet, fields_of(kind), checked, row, settings or Settings())
    missing = _missing(sheet, kind, checked, row)
    if missing:
        return Preview(kind, row, checked, headers, len(table.rows), Parsed(kind, sheet.name), missing)
    if not table.rows:
        place = cell_name(row + 1, 0)
        nothing = Problem(
            sheet.name, place, row + 2, "", Text("Accepted: at least one row below the header."), code="no_rows"
        )
        return Preview(kind, row, checked, headers, 0, Parsed(kind, sheet.name), (nothing,))
    with _without_collector():
        parsed = _PARSERS[kind](table, known or Known())
    problems = tuple(sorted(dict.fromkeys(table.problems), key=lambda one: (one.row, len(one.cell), one.cell)))
    return Preview(kind, row, checked, headers, len(table.rows), parsed, problems)


def parse(
    sheet: Sheet,
    kind: str,
    mapping: FieldMapping | None = None,
    settings: Settings | None = None,
    *,
    header_row: int | None = None,
    known: Known | None = None,
) -> Parsed:
    """The records of a sheet, all or nothing; arguments as in `preview`.

    Raises: Problems, with every problem, when one cell cannot be imported.
    """
    found = preview(sheet, kind, mapping, settings, header_row=header_row, known=known)
    if found.errors:
        raise Problems(found.problems)
    return found.parsed


@contextmanager
def _without_collector() -> Iterator[None]:
    """Without the cycle collector: parsing makes a million objects and no cycle, and looking for one takes a third of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _checked(sheet: Sheet, kind: str, mapping: FieldMapping) -> dict[str, list[int]]:
    """The mapping with columns as lists; what does not exist is refused."""
    if kind not in _PARSERS:
        raise Invalid(
            Text("“{kind}” is no kind of sheet.", kind=kind),
            next=Text("Known are: {kinds}.", kinds=", ".join(_PARSERS)),
        )
    fields = fields_of(kind)
    checked: dict[str, list[int]] = {}
    for name_, columns in mapping.items():
        if name_ not in fields:
            raise Invalid(Text("“{field}” is no field of this kind of sheet.", field=name_))
        if any(not 0 <= column < len(sheet.columns) for column in columns):
            raise Invalid(Text("Sheet “{sheet}” has no such column for “{field}”.", sheet=sheet.name, field=name_))
        is_many = fields[name_].repeats or (kind == "kpi_measurement" and name_ == "value" and "kpi" not in mapping)
        if len(columns) > 1 and not is_many:
            raise Invalid(Text("“{field}” takes one column.", field=name_))
        if columns:
            checked[name_] = list(columns)
    return checked


def _missing(sheet: Sheet, kind: str, mapping: dict[str, list[int]], row: int) -> tuple[Problem, ...]:
    is_wide = kind == "kpi_measurement" and "value" in mapping and "kpi" not in mapping
    missing = [
        one
        for one in fields_of(kind).values()
        if one.required and one.name not in mapping and not (is_wide and one.name == "kpi")
    ]
    if kind == "feedback" and not {"text", "csat", "nps"} & mapping.keys():
        missing.append(fields_of(kind)["text"])
    return tuple(
        Problem(
            sheet.name,
            str(row + 1),
            row + 1,
            "",
            Text("A column “{header}” is needed ({chinese}); map one to it.", header=one.en, chinese=one.zh),
            code="missing_column",
            field=one.name,
        )
        for one in missing
    )
