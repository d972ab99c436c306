"""One cell to one typed value: text, points, whole numbers, dates, choices, flags, lists (R2)."""

import math
import re
import unicodedata
from datetime import datetime

from connectors.sheets.choices import NO, YES, accepted_choices, code_of
from connectors.sheets.dates import DateReader, NotADate
from connectors.sheets.field import FieldType
from connectors.sheets.reader import Cell
from core.i18n import N_, Text
from core.plain import plain_text

NOTHING = frozenset({"-", "–", "—", "--", "/", "n/a", "na", "无", "暂无", "none", "null"})
POINTS_ACCEPTED = N_("Accepted: a number of points from 0 up, such as 3 or 0.5, or an empty cell.")
WHOLE_ACCEPTED = N_("Accepted: a whole number from {low} to {high}, or an empty cell.")
COUNT_ACCEPTED = N_("Accepted: a whole number from 0 up, or an empty cell.")
FLAG_ACCEPTED = N_("Accepted: yes or no.")
RANGES = {FieldType.CSAT: (1, 5), FieldType.NPS: (0, 10)}
_SEPARATORS = re.compile(r"[,，;；、\n]")
_POINTS = re.compile(r"([+-]?\d+(?:[.,]\d+)?)\s*(?:points?|pts?|sp|点|个点)?", re.IGNORECASE)


class CellError(ValueError):
    """The cell is not accepted; the argument says what is."""

    def __init__(self, accepted: Text) -> None:
        super().__init__(accepted.message)
        self.accepted = accepted


def text_of(cell: object) -> str:
    """A cell as text: whole numbers without a decimal point, dates as ISO."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float):
        return str(int(cell)) if math.isfinite(cell) and cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return "" if cell is None else str(cell)


def instant_of(dates: DateReader, cell: Cell) -> datetime:
    try:
        return dates.cell(cell) if cell.__class__ is datetime else dates.read(cell)
    except NotADate as error:
        raise CellError(Text(str(error))) from error


def choice_of(name: str, cell: Cell) -> str | None:
    code = code_of(name, text_of(cell))
    if code is None:
        if text_of(cell).lower() in NOTHING:
            return None
        raise CellError(accepted_choices(name))
    return code


def _number(cell: Cell) -> float | None:
    """The number in a cell that may be text; None where it is none."""
    if isinstance(cell, bool) or not isinstance(cell, str | float | int):
        return None
    if isinstance(cell, str):
        found = _POINTS.fullmatch(unicodedata.normalize("NFKC", cell).strip())
        # A comma before three digits may be thousands: only `3,5` and `0,25` are surely decimals.
        if not found or re.search(r",\d{3}$", found.group(1)):
            return None
        return float(found.group(1).replace(",", "."))
    return float(cell) if math.isfinite(cell) else None


def points_of(cell: Cell) -> float:
    """The points in a cell. Raises: CellError."""
    number = _number(cell)
    if number is None or number < 0:
        raise CellError(Text(POINTS_ACCEPTED))
    return number


def whole_of(cell: Cell, low: int, high: int | None) -> int:
    number = _number(cell) if not isinstance(cell, str) or re.fullmatch(r"\s*\+?\d+(\.0+)?\s*", cell) else None
    if number is None or not number.is_integer() or number < low or (high is not None and number > high):
        raise CellError(Text(COUNT_ACCEPTED) if high is None else Text(WHOLE_ACCEPTED, low=low, high=high))
    return int(number)


def flag_of(cell: Cell) -> bool:
    word = text_of(cell).strip().lower()
    if word not in YES | NO:
        raise CellError(Text(FLAG_ACCEPTED))
    return word in YES


def words_of(cell: Cell) -> list[str]:
    parts = (plain_text(part).strip() for part in _SEPARATORS.split(text_of(cell)))
    return list(dict.fromkeys(part for part in parts if part))
