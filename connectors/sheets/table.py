"""The rows of one sheet under a mapping: columns of typed values, every wrong cell reported with what would be accepted."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from connectors.sheets.cells import (
    NOTHING,
    RANGES,
    CellError,
    choice_of,
    flag_of,
    instant_of,
    points_of,
    text_of,
    whole_of,
    words_of,
)
from connectors.sheets.dates import DateReader, day_order
from connectors.sheets.field import FieldType, SheetField
from connectors.sheets.problem import Problem, Severity
from connectors.sheets.reader import Cell, Sheet
from connectors.sheets.settings import Settings
from core.cell_names import cell_name, column_name
from core.errors import Invalid
from core.i18n import Text
from core.plain import UNSTORABLE, plain_text
from core.units import Quantity, parse_quantity

MERGED = Text("A number in a cell merged over several rows is not accepted: unmerge it, and give each row its own.")
COUNTED = (FieldType.POINTS, FieldType.INTEGER, FieldType.CSAT, FieldType.NPS, FieldType.QUANTITY)


class Table:
    """The data rows of one sheet under a mapping: typed columns on demand, problems collected on the way.

    Args: sheet; fields, the kind's fields by name; mapping, field -> columns; header_row, counted from 0; settings.
    `rows` lists the sheet rows (counted from 0) that hold anything in a mapped column; columns align with it.
    """

    def __init__(
        self,
        sheet: Sheet,
        fields: dict[str, SheetField],
        mapping: dict[str, list[int]],
        header_row: int,
        settings: Settings,
    ) -> None:
        self.sheet, self.fields, self.mapping, self.settings = sheet, fields, mapping, settings
        self.header_row = header_row
        self.problems: list[Problem] = []
        first = header_row + 1
        used = [sheet.columns[index][first:] for columns in mapping.values() for index in columns]
        if any("" not in column for column in used):
            self.rows = list(range(first, sheet.row_count))
        else:
            self.rows = [first + at for at, cells in enumerate(zip(*used, strict=True)) if any(c != "" for c in cells)]
        bad_rows = {row for row, column in sheet.bad if row >= first and any(column in c for c in mapping.values())}
        if bad_rows - set(self.rows):
            self.rows = sorted(bad_rows | set(self.rows))
        self._is_dense = len(self.rows) == sheet.row_count - first

    def has(self, name: str) -> bool:
        """Whether a column is mapped to the field."""
        return name in self.mapping

    def cells(self, index: int) -> list[Cell]:
        """The raw cells of one column of the sheet, one per data row."""
        column = self.sheet.columns[index]
        return column[self.header_row + 1 :] if self._is_dense else [column[row] for row in self.rows]

    def column(self, name: str) -> list[Any]:
        """The typed values of a field, one per data row; None for an empty cell, for a wrong one, and without a column."""
        columns = self.mapping.get(name)
        if not columns:
            return [None] * len(self.rows)
        if self.fields[name].repeats:
            return self._lists(name, columns)
        return self.typed(name, columns[0])

    def typed(self, name: str, index: int) -> list[Any]:
        """The typed values of one column of the sheet, read as the field's type."""
        field = self.fields[name]
        cells = self.cells(index)
        self._report_bad(field, index)
        self._report_merged(field, index)
        if field.type in (FieldType.TEXT, FieldType.KEY):
            return self._texts(field, index, cells)
        if field.type is FieldType.QUANTITY:
            raise AssertionError("quantities need a unit: kpi_sheets and measurements read them")
        read = self._reader(field, cells)
        kinds = set(map(type, cells))
        if bool not in kinds:  # 1, 1.0 and True are one dict key: beside booleans cells are judged one by one
            judged = {cell: self._read(read, field, cell) for cell in dict.fromkeys(cells)}
            if not any(value.__class__ is CellError for value in judged.values()):
                return list(map(judged.__getitem__, cells))
        memo: dict[Any, Any] = {"": None}
        values = []
        for at, cell in enumerate(cells):
            # 1, 1.0 and True are one dict key; they are told apart by what they stand beside.
            key = (cell, True) if cell is True or cell is False else cell
            if key in memo:
                value = memo[key]
            else:
                value = self._read(read, field, cell)
                memo[key] = value
            if value.__class__ is CellError:
                self.report(at, name, cell, value.accepted, index=index)
                value = None
            values.append(value)
        return values

    @staticmethod
    def _read(read: Callable[[Cell], Any], field: SheetField, cell: Cell) -> Any:
        """The value, or the CellError, so that equal cells are judged once."""
        try:
            if isinstance(cell, str):
                stripped = cell.strip()
                if not stripped or (stripped.lower() in NOTHING and field.type is not FieldType.CHOICE):
                    return None
                return read(stripped)
            return read(cell)
        except CellError as error:
            return error

    def _reader(self, field: SheetField, cells: Sequence[Cell]) -> Callable[[Cell], Any]:
        kind = field.type
        if kind in (FieldType.INSTANT, FieldType.DAY_END):
            order = day_order(cells) or self.settings.day_order
            is_coarse = field.name == "at" and "kpi" in self.fields
            dates = DateReader(self.settings.zone, order, is_day_end=kind is FieldType.DAY_END, is_coarse=is_coarse)
            return lambda cell: instant_of(dates, cell)
        if kind is FieldType.CHOICE:
            return lambda cell: choice_of(field.name, cell)
        if kind in RANGES:
            low, high = RANGES[kind]
            return lambda cell: whole_of(cell, low, high)
        readers: dict[FieldType, Callable[[Cell], Any]] = {
            FieldType.POINTS: points_of,
            FieldType.INTEGER: lambda cell: whole_of(cell, 0, None),
            FieldType.FLAG: flag_of,
            FieldType.LIST: words_of,
        }
        return readers[kind]

    def _texts(self, field: SheetField, index: int, cells: list[Cell]) -> list[str | None]:
        texts = [cell if cell.__class__ is str else text_of(cell) for cell in cells]
        joined = "\n".join(texts)
        if UNSTORABLE.search(joined):
            for at, text in enumerate(texts):
                plain = plain_text(str(text))
                if plain != text:
                    accepted = Text(
                        "It holds characters that cannot be stored; they are shown as “{mark}”.", mark="\ufffd"
                    )
                    self.report(at, field.name, plain, accepted, "warning", "unstorable_text", index=index)
                    texts[at] = plain
        return [text.strip() or None for text in texts]

    def _lists(self, name: str, columns: list[int]) -> list[list[str]]:
        """A repeated header: each cell is one word of the list."""
        field = self.fields[name]
        parts = [self._texts(field, index, self.cells(index)) for index in columns]
        for index in columns:
            self._report_bad(field, index)
        return [list(dict.fromkeys(word for word in words if word)) for words in zip(*parts, strict=True)]

    def quantity(self, at: int, index: int, default_unit: str | None, name: str) -> Quantity | None:
        """The quantity in one cell, its number format considered; None where empty or wrong (which is reported)."""
        row = self.rows[at]
        cell = self.sheet.columns[index][row]
        if (row, index) in self.sheet.bad:
            return None
        if isinstance(cell, str) and (not cell.strip() or cell.strip().lower() in NOTHING):
            return None
        try:
            if isinstance(cell, date):
                raise Invalid(Text("The cell holds a date."))
            return parse_quantity(cell, number_format=self.sheet.formats.get((row, index)), default_unit=default_unit)
        except Invalid as error:
            parts = [part for part in (error.why, error.next) if part]
            self.report(at, name, cell, _joined(parts or [error.what]), index=index)
            return None

    def report(
        self,
        at: int,
        name: str,
        found: object,
        accepted: Text,
        severity: Severity = "error",
        code: str = "cell",
        index: int | None = None,
    ) -> None:
        """Note a problem with one cell: `at` counts data rows; what is shown is the cell itself, or `found` where it is bad."""
        row = self.rows[at]
        column = index if index is not None else self.mapping.get(name, [0])[0]
        shown = str(found) if (row, column) in self.sheet.bad else text_of(self.sheet.columns[column][row])
        place = cell_name(row, column)
        self.problems.append(
            Problem(self.sheet.name, place, row + 1, plain_text(shown), accepted, severity, code, name)
        )

    def report_unread(self, name: str, index: int) -> None:
        """Report the cells of a quantity column that hold no value to read: bad formulas, merged numbers."""
        self._report_bad(self.fields[name], index)
        self._report_merged(self.fields[name], index)

    def is_wrong(self, at: int, name: str) -> bool:
        """Whether the cell has something in it (used where its value is None: then it is wrong, and reported)."""
        return self.has(name) and self.sheet.columns[self.mapping[name][0]][self.rows[at]] != ""

    def place(self, at: int, name: str) -> str:
        """The name of a field's cell in one data row."""
        return cell_name(self.rows[at], self.mapping[name][0])

    def wall(self, at: datetime) -> str:
        """An instant as one would write it into this sheet: in the project's zone, a bare date where it is one (R2)."""
        local = at.astimezone(ZoneInfo(self.settings.zone))
        is_day = local.time() in (time.min, time.max)
        return local.date().isoformat() if is_day else local.isoformat(" ", "seconds")[:19].removesuffix(":00")

    def report_header(self, index: int, name: str, found: str, accepted: Text, code: str) -> None:
        """Note an error in the header of one column."""
        row = self.header_row
        self.problems.append(
            Problem(self.sheet.name, cell_name(row, index), row + 1, found, accepted, "error", code, name)
        )

    def report_column(self, name: str, found: str, accepted: Text, code: str) -> None:
        """Note a warning that concerns a whole column, or the lack of one."""
        cell = column_name(self.mapping[name][0]) if name in self.mapping else ""
        self.problems.append(Problem(self.sheet.name, cell, 0, found, accepted, "warning", code, name))

    def require(self, name: str) -> None:
        """Report every data row whose required cell is empty (a wrong cell is reported already)."""
        index = self.mapping[name][0]
        cells = self.cells(index)
        if not any(cell == "" or (cell.__class__ is str and cell.isspace()) for cell in dict.fromkeys(cells)):
            return
        for at, cell in enumerate(cells):
            is_empty = cell == "" or (isinstance(cell, str) and not cell.strip())
            if is_empty and (self.rows[at], index) not in self.sheet.bad:
                self.report(at, name, "", Text("Accepted: a value; this column may not be empty."))

    def _report_merged(self, field: SheetField, index: int) -> None:
        """One number over several rows may be their sum or each one's: nobody can say which."""
        if field.type not in COUNTED:
            return
        for top, left, bottom, right in self.sheet.merged:
            covered = [at for at, row in enumerate(self.rows) if top <= row <= bottom] if left <= index <= right else []
            if len(covered) > 1 and self.sheet.columns[index][top] != "":
                self.report(covered[0], field.name, self.sheet.columns[index][top], MERGED, index=index, code="merged")

    def _report_bad(self, field: SheetField, index: int) -> None:
        if not self.sheet.bad:
            return
        for at, row in enumerate(self.rows):
            if (row, index) in self.sheet.bad:
                code, shown = self.sheet.bad[row, index]
                self.report(at, field.name, shown, BAD[code], index=index, code=code)


BAD = {
    "formula": Text(
        "The formula has no value in the file. Open it in a spreadsheet program, let it calculate, save it; or enter the value."
    ),
    "error": Text("The formula gives an error. Correct it, or enter the value."),
}


def _joined(parts: list[Text]) -> Text:
    text = parts[0]
    for part in parts[1:]:
        text = Text("{first} {second}", first=text, second=part)
    return text
