"""What is attached to feedback and to items of a demo, and was not taken away again."""

from typing import Any

from sqlmodel import Session

from store.read import rows_where
from store.tables import Attachment, Feedback, ItemMedia


def standing(session: Session, **equals: Any) -> list[Attachment]:
    """The attachments that stand, of those whose columns equal the given values (store.read.rows_where)."""
    found = [row for row in rows_where(session, Attachment, **equals) if row.sha256]
    gone = {row.supersedes_id for row in rows_where(session, Attachment, supersedes_id=[row.id for row in found])}
    return [row for row in found if row.id not in gone]


def hashes_of_sources(session: Session, source_ids: list[int]) -> list[str]:
    """The hashes of whatever was attached to what belongs to these sources."""
    feedback = [row.id for row in rows_where(session, Feedback, source_id=source_ids)]
    found = [row.sha256 for row in rows_where(session, Attachment, feedback_id=feedback)]
    found += [row.sha256 for row in rows_where(session, ItemMedia, source_id=source_ids)]
    return [sha256 for sha256 in found if sha256]
