"""The audit log's arithmetic: each entry carries the hash of the one before it, so a quiet edit breaks the chain."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import Enum
from typing import Any

from core.i18n import Text
from core.plain import plain_text
from core.reader import utc
from store.db import Session
from store.read import newest
from store.tables import AuditEntry
from store.write import insert_rows

BEFORE_THE_FIRST = "0" * 64


@dataclass(frozen=True)
class Break:
    """A place where the log was edited, shortened, reordered or added to: the entry's id and what is wrong with it."""

    entry_id: int
    what: Text


def recordable(value: Any) -> Any:
    """The value as JSON keeps it, so that what is hashed is what is read back: instants in UTC, sets sorted, text storable.

    Raises: ValueError for a naive datetime, TypeError for what has no JSON form.
    """
    if isinstance(value, Enum):
        return recordable(value.value)
    if isinstance(value, str):
        return plain_text(value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, datetime):
        return utc(value).isoformat(timespec="microseconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {plain_text(str(name)): recordable(held) for name, held in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((recordable(held) for held in value), key=canonical)
    if isinstance(value, list | tuple):
        return [recordable(held) for held in value]
    raise TypeError(f"{type(value).__name__} cannot stand in the audit log")


def canonical(value: Any) -> str:
    """The one JSON text of a value: keys sorted, no blanks, ASCII; NaN and infinity are refused (ValueError)."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def content_hash(fields: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of some fields: what a signature binds."""
    return hashlib.sha256(canonical(recordable(fields)).encode("ascii")).hexdigest()


def entry_hash(previous: str, fields: Mapping[str, Any]) -> str:
    """SHA-256 of an entry's fields together with the hash of the entry before it."""
    return content_hash({"previous": previous, "fields": fields})


def fields_of(entry: AuditEntry) -> dict[str, Any]:
    """What of an entry its hash covers: everything but the hashes, its place in the log included.

    The address is covered where there is one, so that entries from before it was kept still verify.
    """
    fields = {
        "id": entry.id,
        "at": entry.at,
        "actor": entry.actor,
        "action": entry.action,
        "subject": entry.subject,
        "before": entry.before,
        "after": entry.after,
    }
    return fields if entry.address is None else {**fields, "address": entry.address}


def append(
    session: Session,
    actor_name: str,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    at: datetime,
    address: str | None = None,
) -> AuditEntry:
    """Write the next entry of the log, inside the action's own transaction, which must hold the writer's lock.

    Args: subject, table and id as a person would name it; before and after, the fields that changed (None: not there);
    address, from where.
    Returns: the entry; its id follows the last one without a gap, so that a missing entry shows.
    """
    last = newest(session, AuditEntry)
    entry = AuditEntry(
        id=(last.id or 0) + 1 if last else 1,
        at=utc(at).astimezone(UTC),
        actor=plain_text(actor_name),
        action=action,
        subject=plain_text(subject),
        before=None if before is None else recordable(before),
        after=None if after is None else recordable(after),
        address=None if address is None else plain_text(address),
        previous_sha256=last.sha256 if last else BEFORE_THE_FIRST,
        sha256="",
    )
    entry.sha256 = entry_hash(entry.previous_sha256, fields_of(entry))
    hashes = {"previous_sha256": entry.previous_sha256, "sha256": entry.sha256}
    insert_rows(session, AuditEntry, [{"address": None, **fields_of(entry), **hashes}])
    return entry


def verify(entries: Iterable[AuditEntry]) -> list[Break]:
    """Where the chain does not hold.

    Args: all entries, in the order of their ids.
    Returns: the breaks, in order; empty for a whole log. A log cut off at its end is whole in itself: only an
    anchor kept elsewhere shows that.
    """
    breaks: list[Break] = []
    previous, expected_id = BEFORE_THE_FIRST, 1
    for entry in entries:
        number = entry.id or 0
        if number != expected_id:
            breaks.append(
                Break(
                    number,
                    Text(
                        "Entry {expected} is missing or out of place before entry {found}.",
                        expected=str(expected_id),
                        found=str(number),
                    ),
                )
            )
        elif entry.previous_sha256 != previous:
            breaks.append(
                Break(number, Text("Entry {found} does not follow from the entry before it.", found=str(number)))
            )
        if entry.sha256 != _hash_or_none(entry):
            breaks.append(Break(number, Text("Entry {found} was changed after it was written.", found=str(number))))
        previous, expected_id = entry.sha256, number + 1
    return breaks


def _hash_or_none(entry: AuditEntry) -> str | None:
    """The hash an entry should have; None where its fields can no longer even be written down."""
    try:
        return entry_hash(entry.previous_sha256, fields_of(entry))
    except (TypeError, ValueError):
        return None
