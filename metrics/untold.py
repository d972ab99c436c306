"""Sprints of which nobody told how far their items had come: what was completed is unknown then, not nought."""

from metrics.entry import Doubts, Entry
from metrics.history import History, PlainRow, SprintSpan, StatedRow


def leave_open(history: History, span: SprintSpan, entries: list[Entry], doubts: Doubts) -> None:
    """Take the outcome from items that were merely not seen done, where no row of the sprint tells a status or a date of
    completion and no change log tells statuses.

    One empty cell beside others is an item not done (`metrics.quality` reports it); a sheet without these columns says
    nothing. Rule: R8, R13, R14.
    """
    if not entries or history.covers("status", span.end) or not _is_silent(history, span, entries):
        return
    for entry in entries:
        if entry.outcome == "not_completed":
            entry.outcome, entry.is_spillover = None, False
            entry.why_code = entry.why_code.removesuffix("not_completed") + "unsettled"
            doubts.add("completion_unknown", span.id, span.name)


def _is_silent(history: History, span: SprintSpan, entries: list[Entry]) -> bool:
    plain = history.plain.get(span.id, ())
    if any(_tells(row) for row in plain):
        return False
    is_sheet = bool(plain)
    for entry in entries if history.stated or not plain else ():
        row = history.stated.get((span.id, entry.work_item_id))
        item = history.items.get(entry.work_item_id)
        if row is not None:
            is_sheet = True
        if (row is not None and _tells(row)) or (row is None and item is not None and item.status_now is not None):
            return False
    return is_sheet


def _tells(row: PlainRow | StatedRow) -> bool:
    return row.status_id is not None or row.done_at is not None or "done_at" in row.known
