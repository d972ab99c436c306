"""The statuses a sheet uses, each with its category: what the sheet says, else the settings, else the usual words."""

from collections.abc import Sequence
from typing import Any

from connectors.records import StatusRecord
from connectors.rows import Records
from connectors.sheets.table import Table
from core.i18n import N_, Text

UNMAPPED = N_(
    "Counted as in progress; a column Status category, or the source's settings, can say what this status means."
)


def read_statuses(table: Table, statuses: Sequence[Any]) -> Records[StatusRecord]:
    """One record per status; a status nobody knows is in progress, with a warning. Rule: R8."""
    found: Records[StatusRecord] = Records()
    stated = table.column("status_category")
    first: dict[str, int] = {}
    category: dict[str, tuple[Any, int]] = {}
    for at, (status, given) in enumerate(zip(statuses, stated, strict=True)):
        if status is None:
            continue
        first.setdefault(status, at)
        if given is None:
            continue
        agreed = category.setdefault(status, (given, at))
        if agreed[0] != given:
            accepted = Text(
                "Row {row} gives status “{status}” another category.", row=table.rows[agreed[1]] + 1, status=status
            )
            table.report(at, "status_category", given, accepted, code="status_conflict")
    for status, at in first.items():
        known = category[status][0] if status in category else table.settings.category_of(status)
        if known is None:
            table.report(at, "status", status, Text(UNMAPPED), "warning", "status_unmapped")
        found.add({"external_id": status, "name": status, "category": known or "in_progress"}, table.rows[at] + 1)
    return found
