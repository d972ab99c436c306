"""How each source stands: its last runs and what they told, without reading its whole history of runs."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session

from store import tables as t
from store.write import table_of

WHOLE = ("import", "sync")  # a run that only re-read a few issues says nothing about the age of the others


@dataclass(frozen=True)
class SourceStanding:
    """One source and its runs.

    Args: every_minutes, how often it syncs by itself (None: never); last_at, when its last whole run began; last_state and
    last_error, what became of it; fresh_since, when its last good whole run began; created_at, when it was connected.
    """

    source_id: int
    name: str
    kind: str
    every_minutes: int | None
    created_at: datetime
    last_at: datetime | None = None
    last_state: str | None = None
    last_error: str | None = None
    fresh_since: datetime | None = None


def standings(session: Session, kind: str = "jira") -> list[SourceStanding]:
    """How every source of a kind stands, in the order of their ids."""
    source, run = table_of(t.Source), table_of(t.SyncRun)
    last_ids = (
        select(func.max(run.c.id)).where(run.c.kind.in_(WHOLE), run.c.state != "running").group_by(run.c.source_id)
    )
    last = {row.source_id: row for row in session.execute(select(run).where(run.c.id.in_(last_ids)))}
    good = (
        select(run.c.source_id, func.max(run.c.started_at))
        .where(run.c.kind.in_(WHOLE), run.c.state == "done")
        .group_by(run.c.source_id)
    )
    fresh: dict[int, datetime] = {row[0]: row[1] for row in session.execute(good)}
    found = []
    for one in session.execute(select(source).where(source.c.kind == kind).order_by(source.c.id)):
        stands = SourceStanding(
            one.id, one.name, one.kind, one.settings.get("every_minutes"), one.created_at, fresh_since=fresh.get(one.id)
        )
        ran = last.get(one.id)
        found.append(
            stands
            if ran is None
            else replace(stands, last_at=ran.started_at, last_state=ran.state, last_error=ran.error)
        )
    return found


def running(session: Session, *, actor: str | None = None) -> Sequence[dict[str, Any]]:
    """The runs that are under way, oldest first: id, source_id, source (its name), kind, actor, started_at, progress,
    row_counts, requests, is_cancel_asked. Args: actor, only those this actor began."""
    run, source = table_of(t.SyncRun), table_of(t.Source)
    names = ("id", "source_id", "kind", "actor", "started_at", "progress", "row_counts", "requests", "is_cancel_asked")
    statement = (
        select(*[run.c[name] for name in names], source.c.name.label("source"))
        .select_from(run.join(source, source.c.id == run.c.source_id))
        .where(run.c.state == "running")
        .order_by(run.c.id)
    )
    if actor is not None:
        statement = statement.where(run.c.actor == actor)
    return [dict(row._mapping) for row in session.execute(statement)]


def told_findings(session: Session, source_id: int) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What a source's runs told, not what was derived since: code, table and id of each finding -> its parameters."""
    finding = table_of(t.Finding)
    names = (finding.c.code, finding.c.subject_table, finding.c.subject_id, finding.c.params)
    statement = select(*names).where(finding.c.source_id == source_id, finding.c.run_id.is_not(None))
    return {(code, table, subject): params for code, table, subject, params in session.execute(statement)}
