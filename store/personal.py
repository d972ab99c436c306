"""Where the tables hold what is personal: names in columns of their own, addresses and numbers inside texts."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import String, cast, select, union
from sqlmodel import Session

from store import tables as t
from store.write import table_of

# Columns (and keys inside JSON) that hold a person's name.
NAMES = frozenset(
    {
        "account", "actor", "added_by", "asked_by", "assignee", "author", "confirmed_by", "content_by", "created_by",
        "decided_by", "display_name", "email", "entered_by", "estimated_by", "frozen_by", "granted_by", "guest_name",
        "left_by", "made_by", "owner", "person", "presenter", "recorded_by", "reporter", "requested_by", "set_by",
        "signed_by", "submitted_by", "waived_by",
    }
)  # fmt: skip
# Columns (and keys inside JSON) that hold what somebody wrote.
TEXTS = frozenset(
    {
        "acceptance_criteria", "data_source", "definition", "description", "error", "evidence", "file_name", "from_label",
        "from_value", "goal", "impact", "provenance", "raw_text", "reason", "remark", "text", "title", "to_label",
        "to_value",
    }
)  # fmt: skip
_UNMASKED = frozenset({"audit_entry", "setting", "credential", "sign_in_session", "set_up_link"})


def names(session: Session) -> list[str]:
    """Every name of a person that stands in a column of its own."""
    found = [select(cast(column, String)).where(column.is_not(None)) for column in _columns(NAMES)]
    return sorted(row[0] for row in session.execute(union(*found)))


def texts(session: Session) -> Iterator[str]:
    """Every text that somebody wrote."""
    for column in _columns(TEXTS):
        for row in session.execute(select(column).where(column.is_not(None)).distinct()):
            yield row[0]


def _columns(wanted: frozenset[str]) -> list[Any]:
    held = [table for table in t.Base.metadata.sorted_tables if table.name not in _UNMASKED]
    named = [column for table in held for column in table.columns if column.name in wanted]
    return [*named, table_of(t.Person).c.name] if wanted is NAMES else named
