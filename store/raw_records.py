"""Raw records as the source gave them: compressed, one a row, with the hash by which an unchanged one is known."""

import hashlib
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlmodel import Session

from store import tables as t
from store.bulk import write_rows
from store.write import table_of

LEVEL = 1  # three quarters of what the best level saves, in a tenth of its time
PART = 5000


@dataclass(frozen=True, slots=True)
class RawRow:
    """A raw record to be kept: its stream and id there, and its JSON as bytes."""

    stream: str
    external_id: str
    payload: bytes


def digest(payload: bytes) -> str:
    """The hash by which an unchanged record is known."""
    return hashlib.sha256(payload).hexdigest()


def known_digests(session: Session, source_id: int, stream: str, ids: Collection[str]) -> dict[str, str]:
    """External id -> hash, of those of these records that are kept."""
    raw = table_of(t.RawRecord)
    found: dict[str, str] = {}
    wanted = sorted(ids)
    for start in range(0, len(wanted), PART):
        statement = select(raw.c.external_id, raw.c.sha256).where(
            raw.c.source_id == source_id, raw.c.stream == stream, raw.c.external_id.in_(wanted[start : start + PART])
        )
        found.update((row[0], row[1]) for row in session.execute(statement))
    return found


def keep_raw(
    session: Session, source_id: int, run_id: int, at: datetime, records: Sequence[RawRow], digests: Sequence[str]
) -> None:
    """Keep records that are new or have changed. Args: digests, their hashes, in their order."""
    write_rows(
        session,
        t.RawRecord,
        [
            {
                "source_id": source_id, "stream": record.stream, "external_id": record.external_id, "run_id": run_id,
                "fetched_at": at, "sha256": sha256, "payload": zlib.compress(record.payload, LEVEL),
            }
            for record, sha256 in zip(records, digests, strict=True)
        ],
    )  # fmt: skip


def stored_raw(
    session: Session, source_id: int, stream: str, *, after: str | None = None, limit: int = 200
) -> list[RawRow]:
    """The next kept records of a stream, in the order of their ids, as they came."""
    raw = table_of(t.RawRecord)
    statement = (
        select(raw.c.external_id, raw.c.payload)
        .where(raw.c.source_id == source_id, raw.c.stream == stream)
        .order_by(raw.c.external_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(raw.c.external_id > after)
    return [RawRow(stream, row[0], zlib.decompress(row[1])) for row in session.execute(statement)]


def every_raw(session: Session, source_id: int, stream: str) -> Iterator[RawRow]:
    """All kept records of a stream; for the small ones (fields, statuses, boards, sprints)."""
    after: str | None = None
    while part := stored_raw(session, source_id, stream, after=after):
        yield from part
        after = part[-1].external_id


def raw_ids(session: Session, source_id: int, stream: str) -> list[str]:
    """The ids of all kept records of a stream, in order."""
    raw = table_of(t.RawRecord)
    found = session.execute(
        select(raw.c.external_id)
        .where(raw.c.source_id == source_id, raw.c.stream == stream)
        .order_by(raw.c.external_id)
    )
    return [row[0] for row in found]


def count_raw(session: Session, source_id: int, stream: str) -> int:
    """How many records of a stream are kept."""
    raw = table_of(t.RawRecord)
    counted = select(func.count()).where(raw.c.source_id == source_id, raw.c.stream == stream)
    return int(session.execute(counted).scalar_one())


def forget_raw(session: Session, source_id: int, stream: str, ids: Collection[str]) -> None:
    """Remove kept records, so that they are read anew whenever they come again."""
    raw = table_of(t.RawRecord)
    wanted = sorted(ids)
    for start in range(0, len(wanted), PART):
        session.connection().execute(
            delete(raw).where(
                raw.c.source_id == source_id,
                raw.c.stream == stream,
                raw.c.external_id.in_(wanted[start : start + PART]),
            )
        )


def set_aside(session: Session, source_id: int, stream: str, ids: Collection[str], other: str) -> None:
    """Move kept records to another stream: what they were is still known, and nothing is read from them any more."""
    raw = table_of(t.RawRecord)
    forget_raw(session, source_id, other, ids)
    wanted = sorted(ids)
    for start in range(0, len(wanted), PART):
        part = wanted[start : start + PART]
        where = (raw.c.source_id == source_id, raw.c.stream == stream, raw.c.external_id.in_(part))
        session.connection().execute(update(raw).where(*where).values(stream=other))
