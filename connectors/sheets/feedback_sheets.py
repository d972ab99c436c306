"""Feedback and survey answers: what was received, and what became of it as events."""

from collections import Counter
from datetime import datetime
from typing import Any, Literal, cast

from connectors.records import FeedbackEventRecord, FeedbackRecord, Parsed
from connectors.rows import Records
from connectors.sheets.changes import hash_of
from connectors.sheets.known import Known
from connectors.sheets.table import Table
from core.i18n import N_, Text

RECEIVED = ("received_at", "kind", "text", "csat", "nps", "submitted_by", "department", "project", "release")
NO_CONTENT = N_("Accepted: a text or a score; this row has neither.")
NO_REPLY_TIME = N_(
    "Accepted: a reply with the time it was given, in a column Replied at; or leave the column of replies out."
)
TOO_EARLY = N_("Accepted: a time not before the feedback was received, {at}.")
UNKNOWN_ITEM = N_("There is no such item: write its key as the backlog does, or import its backlog first.")
EventKind = Literal["reply", "linked", "resolved", "confirmed", "reopened"]
_EVENTS: tuple[tuple[EventKind, str], ...] = (
    ("reply", "replied_at"),
    ("resolved", "resolved_at"),
    ("confirmed", "confirmed_at"),
    ("reopened", "reopened_at"),
)


def parse_feedback(table: Table, known: Known) -> Parsed:
    """One record per row and one event per thing that became of it.

    Without an id column the external id is a hash of what was received (not of what became of it, which grows), and
    of how often it stood before: two people may give the same score in the same minute. Rule: R28, R29.
    """
    table.require("received_at")
    columns = {name: table.column(name) for name in table.fields}
    feedback: Records[FeedbackRecord] = Records(known=_known(table))
    events: Records[FeedbackEventRecord] = Records(known=frozenset(FeedbackEventRecord.__annotations__))
    seen_ids: dict[str, int] = {}
    seen_content: Counter[str] = Counter()
    if table.has("id"):
        table.require("id")
    for at in range(len(table.rows)):
        row = {name: values[at] for name, values in columns.items()}
        if row["received_at"] is None or (table.has("id") and row["id"] is None):
            continue
        if row["text"] is None and row["csat"] is None and row["nps"] is None:
            where = next(name for name in ("text", "csat", "nps") if table.has(name))
            table.report(at, where, "", Text(NO_CONTENT), code="no_content")
        one = row["id"] or _content_id(row, seen_content)
        first = seen_ids.setdefault(one, at)
        if first != at:
            accepted = Text(
                "It stands in row {row} already: accepted is one row per feedback.", row=table.rows[first] + 1
            )
            table.report(at, "id", one, accepted, code="duplicate")
            continue
        _add(table, at, one, row, feedback)
        _add_events(table, at, one, row, events, known)
    return Parsed("feedback", table.sheet.name, feedback=feedback, feedback_events=events)


def _known(table: Table) -> frozenset[str]:
    names = {name for name in RECEIVED if table.has(name)} - {"project"}
    return frozenset(names | {"external_id"} | ({"project_key"} if table.has("project") else set()))


def _content_id(row: dict[str, Any], seen: Counter[str]) -> str:
    content = hash_of(*(row[name] for name in RECEIVED))
    seen[content] += 1
    return content if seen[content] == 1 else f"{content}#{seen[content]}"


def _add(table: Table, at: int, one: str, row: dict[str, Any], feedback: Records[FeedbackRecord]) -> None:
    is_score = row["text"] is None
    record = {
        "external_id": one,
        "received_at": row["received_at"],
        "kind": row["kind"] or ("survey" if is_score else "other"),
        "text": row["text"],
        "csat": row["csat"],
        "nps": row["nps"],
        "submitted_by": row["submitted_by"],
        "department": row["department"],
        "project_key": row["project"] or table.settings.project_key,
        "release": row["release"],
    }
    feedback.add(cast(FeedbackRecord, record), table.rows[at] + 1)


def _add_events(
    table: Table, at: int, one: str, row: dict[str, Any], events: Records[FeedbackEventRecord], known: Known
) -> None:
    received: datetime = row["received_at"]
    place = table.rows[at] + 1
    if row["reply"] and row["replied_at"] is None and not table.is_wrong(at, "replied_at"):
        table.report(at, "reply", row["reply"], Text(NO_REPLY_TIME), code="reply_without_time")
    for kind, name in _EVENTS:
        instant: datetime | None = row[name]
        if instant is None:
            continue
        if instant < received:
            table.report(at, name, instant, Text(TOO_EARLY, at=table.wall(received)))
        is_reply = kind == "reply"
        events.add(
            {
                "feedback": one,
                "external_id": hash_of(kind, instant.isoformat()),
                "at": instant,
                "kind": kind,
                "author": row["replied_by"] if is_reply else None,
                "text": row["reply"] if is_reply else None,
                "work_item_key": None,
            },
            place,
        )
    key = row["work_item"]
    if key is None:
        return
    if known.items is not None and key not in known.items:
        table.report(at, "work_item", key, Text(UNKNOWN_ITEM), code="unknown_item")
    # A sheet does not say when the link was made; it counts in no figure, so the time of receipt stands for it.
    events.add(
        {
            "feedback": one,
            "external_id": hash_of("linked", key),
            "at": received,
            "kind": "linked",
            "author": None,
            "text": None,
            "work_item_key": key,
        },
        place,
    )
