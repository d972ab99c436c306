"""The words of the settings page: what the choices mean, and days of a calendar as people write them."""

import re
from datetime import date, datetime
from typing import Any

from babel import Locale

from actions.settings import Day
from core.errors import Invalid
from core.i18n import N_, Text
from core.reader import Reader

POLICY_MEANING = {
    "jira-cloud": N_(
        "Committed is what was in the sprint and not done at its start. What was done before the start stands outside the balance. (R9–R15)"
    ),
    "jira-dc": N_("As Jira Cloud, but what was done already at the start counts as committed and as completed. (R15)"),
    "plan-cn": N_(
        "Completion = completed / planned, change = (added + removed) / planned; what left and came back, or was added and removed again, is left out. (R15)"
    ),
}
CALENDAR = {"CN": N_("China, with make-up days (调休)"), "weekdays": N_("Monday to Friday, no holidays")}
COUNTRIES = ("HK", "TW", "SG", "JP", "KR", "US", "GB", "DE", "FR", "AU", "CA", "IN")
WORKED = frozenset(
    ["work", "working", "worked", "on", "yes", "y", "true", "1", "班", "上班", "工作", "工作日", "调休", "补班", "是"]
)
OFF = frozenset(
    ["off", "holiday", "rest", "free", "no", "n", "false", "0", "休", "休息", "放假", "假日", "节假日", "否"]
)
LINE = re.compile(r"(\d{4})\D{1,3}(\d{1,2})\D{1,3}(\d{1,2})\D*?[\s,，;；\t]+(\S+?)[\s,，;；\t]+(.+)")


def calendar_name(reader: Reader, code: str) -> str:
    """A working calendar in words; an imported one keeps its own name."""
    if code in CALENDAR:
        return reader.t(CALENDAR[code])
    country = Locale.parse(reader.lang).territories.get(code)
    return f"{country} ({code})" if country else code


def days_of_text(text: str) -> list[Day]:
    """Days of a calendar, one a line: `2027-01-01 off New Year`, `2027-02-07 班 春节调休`.

    Raises: Invalid, naming the line and what would be accepted.
    """
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    return [_day(number, line) for number, line in lines]


def days_of_sheet(sheet: Any) -> list[Day]:
    """Days of a calendar from a sheet's first three columns: the day, worked or off, its name; a header row is passed over.

    Raises: Invalid, naming the row.
    """
    found = []
    for number in range(sheet.row_count):
        cells = [*sheet.row(number), "", "", ""][:3]
        if not any(str(cell).strip() for cell in cells) or (number == 0 and not re.search(r"\d", str(cells[0]))):
            continue
        first = cells[0].strftime("%Y-%m-%d") if isinstance(cells[0], date | datetime) else str(cells[0]).strip()[:10]
        found.append(_day(number + 1, f"{first} {str(cells[1]).strip() or '-'} {str(cells[2]).strip()}"))
    return found


def _day(number: int, line: str) -> Day:
    matched = LINE.fullmatch(line)
    word = matched[4].lower() if matched else ""
    if matched and word in WORKED | OFF:
        try:
            return Day(date(int(matched[1]), int(matched[2]), int(matched[3])), word in WORKED, matched[5].strip())
        except ValueError:
            word = ""  # 30 February: told like any other line that is no day
    raise Invalid(
        Text("Line {n}: “{found}” is no day of a calendar.", n=number, found=line),
        next=Text("Write the day, off or work, and its name, for example: 2027-01-01 off New Year."),
    )
