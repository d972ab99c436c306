"""What could not be read, and what was read with a reservation: findings that stand until their subject is read again."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from connectors.jira.batch import Raw, Skipped
from core.i18n import Text, packed
from core.plain import plain_text
from core.wording_sync import SYNC_FINDING
from store import tables as t
from store.db import Session
from store.source_runs import told_findings
from store.write import Row, delete_rows, insert_rows

TABLES = {"issue": "work_item"}  # what a stream's records are rows of, where it has another name
REASON_CHARACTERS = 200
Subject = tuple[str, str]  # table and id
Key = tuple[str, str, str]  # code, table and id


def subject_of(stream: str, external_id: str) -> Subject:
    """What a record of a stream is about."""
    return TABLES.get(stream, stream), external_id


@dataclass(frozen=True)
class Findings:
    """The findings of a source's syncs: code, table and id -> parameters. What is derived is not among them."""

    known: Mapping[Key, Row] = field(default_factory=dict)

    @classmethod
    def of(cls, session: Session, source_id: int) -> "Findings":
        """Those that stand."""
        return cls(told_findings(session, source_id))

    def is_skipped(self, subject: Subject) -> bool:
        """Whether a subject could not be read whole when it was last read."""
        return ("record_skipped", *subject) in self.known

    def stale(self, read: Collection[Subject], *, codes: Collection[str] | None = None) -> set[Key]:
        """The findings of these subjects (of these codes), which are told anew or are mended."""
        if not self.known:
            return set()
        return {key for key in self.known if key[1:] in read and (codes is None or key[0] in codes)}

    def write(
        self, session: Session, source_id: int, run_id: int, at: datetime, told: Iterable[Row], stale: Collection[Key]
    ) -> "Findings":
        """Write what is told and is not known so, delete what is stale and is not told again.

        Args: told, rows with code, severity, subject_table, subject_id, subject_label and params. Returns: what stands then.
        """
        rows = {(one["code"], one["subject_table"], one["subject_id"]): one for one in told}
        fresh = {key: row for key, row in rows.items() if self.known.get(key) != row["params"]}
        gone = {key for key in self.known if (key in stale and key not in rows) or key in fresh}
        for code, table in {key[:2] for key in gone}:
            ids = sorted(key[2] for key in gone if key[:2] == (code, table))
            for start in range(0, len(ids), 500):
                given = {"code": code, "subject_table": table, "subject_id": ids[start : start + 500]}
                delete_rows(session, t.Finding, source_id=source_id, **given)
        common = {"source_id": source_id, "run_id": run_id, "sprint_id": None, "found_at": at}
        insert_rows(session, t.Finding, [{**common, **row} for row in fresh.values()])
        if not fresh and not gone:
            return self
        kept = {key: params for key, params in self.known.items() if key not in gone}
        return Findings(kept | {key: row["params"] for key, row in fresh.items()})


def finding_of(one: Skipped, code: str = "record_skipped") -> Row:
    """The finding of a skipped record."""
    table, external_id = subject_of(one.stream, one.external_id)
    return {
        "code": code, "severity": "warning", "subject_table": table, "subject_id": external_id,
        "subject_label": one.label or external_id or "-", "params": {"why": packed(one.why)},
    }  # fmt: skip


def told_skipped(one: Skipped) -> Row:
    """A skipped record as its run keeps it."""
    return {"stream": one.stream, "id": one.external_id, "label": one.label, "why": packed(one.why)}


def unreadable(raw: Raw, error: Exception) -> Skipped:
    """A record that the parser, or the database, did not take."""
    reason = plain_text(f"{type(error).__name__}: {error}")[:REASON_CHARACTERS]
    why = Text("it is not in a form that Fortnight can read ({reason}).", reason=reason)
    return Skipped(raw.stream, raw.external_id, _label(raw), why)


def _label(raw: Raw) -> str:
    try:
        given: Any = orjson.loads(raw.payload)
        found = given.get("issue", given)
        label = found.get("key") or found.get("name")
    except (ValueError, AttributeError):
        label = None
    return plain_text(label) if isinstance(label, str) and label else raw.external_id


def each_once(skipped: Iterable[Skipped]) -> list[Skipped]:
    """Skipped records, each as it was first told of."""
    found: dict[tuple[str, str], Skipped] = {}
    for one in skipped:
        found.setdefault((one.stream, one.external_id), one)
    return list(found.values())


def no_longer_listed(board_id: str, board: Raw) -> Row:
    """The finding of a board that the source lists no more."""
    return {
        "code": "board_out_of_sight", "severity": "warning", "subject_table": "board", "subject_id": board_id,
        "subject_label": str(board.read().get("name") or board_id), "params": {},
    }  # fmt: skip


SYNC_CODES = frozenset(SYNC_FINDING)
UNREAD_CODES = SYNC_CODES - {"record_skipped"}  # about what is no longer given: no kept record tells of it
