"""Finding rows by what people call them: items by key across sources, KPIs by id or name, and the ids of ours behind."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, delete, func, select, text, tuple_
from sqlmodel import Session

from store import tables as t
from store.sprint_items import one_of
from store.write import Row, table_of

PART = 5000  # ids in one IN (...)


def _parts(given: Iterable[Any]) -> list[list[Any]]:
    found = list(given)
    return [found[start : start + PART] for start in range(0, len(found), PART)]


def items_by_key(session: Session, keys: Collection[str], source_id: int) -> dict[str, list[tuple[int, str]]]:
    """Where each key leads: (source, item id); one place where this source has the key, else everywhere it stands."""
    item = table_of(t.WorkItem)
    found: dict[str, list[tuple[int, str]]] = {}
    for part in _parts(keys):
        rows = session.execute(
            select(item.c.key, item.c.source_id, item.c.external_id).where(
                item.c.key.in_(part), item.c.is_deleted.is_(False)
            )
        )
        for key, source, item_id in rows:
            found.setdefault(key, []).append((source, item_id))
    for key, places in found.items():
        own = [place for place in places if place[0] == source_id]
        found[key] = own or places
    return found


def kpis_by_name(session: Session, source_id: int) -> dict[str, tuple[int, str, str, str]]:
    """KPI id or name -> (our id, external id, dimension, unit); this source's own first, ambiguous names left out."""
    kpi = table_of(t.Kpi)
    own: dict[str, set[tuple[int, str, str, str]]] = {}
    others: dict[str, set[tuple[int, str, str, str]]] = {}
    for row in session.execute(select(kpi)):
        for name in {row.external_id, row.name}:
            held = own if row.source_id == source_id else others
            held.setdefault(name, set()).add((row.id, row.external_id, row.dimension, row.unit))
    merged = {**others, **own}
    return {name: next(iter(places)) for name, places in merged.items() if len(places) == 1}


def kpi_levels(session: Session, kpis: Mapping[int, str]) -> dict[str, tuple[float, ...]]:
    """External id -> where the KPI is known to stand: its baselines, targets, lowest and highest measurement; nought left out.

    Args: kpis, our id -> external id.
    """
    found: dict[str, set[float]] = {}
    baseline, target, measured = table_of(t.KpiBaseline), table_of(t.KpiTarget), table_of(t.KpiMeasurement)
    statements = (
        select(baseline.c.kpi_id, baseline.c.value),
        select(target.c.kpi_id, target.c.value),
        select(measured.c.kpi_id, func.min(measured.c.value)).group_by(measured.c.kpi_id),
        select(measured.c.kpi_id, func.max(measured.c.value)).group_by(measured.c.kpi_id),
    )
    for statement in statements:
        for kpi_id, value in session.execute(statement):
            if kpi_id in kpis and value:
                found.setdefault(kpis[kpi_id], set()).add(value)
    return {one: tuple(sorted(values)) for one, values in found.items()}


def kpi_agreed(session: Session, kpis: Mapping[int, str]) -> dict[str, tuple[str, bool, float | None, float | None]]:
    """External id -> direction, whether it can be negative, latest baseline and target. Args: kpis, our id -> external id."""
    kpi = table_of(t.Kpi)
    latest = [
        {row.kpi_id: row.value for row in session.execute(select(told.c.kpi_id, told.c.value).order_by(told.c.id))}
        for told in (table_of(t.KpiBaseline), table_of(t.KpiTarget))
    ]
    return {
        kpis[row.id]: (row.direction, row.can_be_negative, latest[0].get(row.id), latest[1].get(row.id))
        for row in session.execute(select(kpi.c.id, kpi.c.direction, kpi.c.can_be_negative))
        if row.id in kpis
    }


def sources_of_kpis(session: Session, kpi_ids: Iterable[int]) -> set[int]:
    """The sources that these KPIs belong to."""
    kpi = table_of(t.Kpi)
    found: set[int] = set()
    for part in _parts(set(kpi_ids)):
        found |= {row[0] for row in session.execute(select(kpi.c.source_id).where(kpi.c.id.in_(part)).distinct())}
    return found


def sprint_names(session: Session, source_ids: Collection[int]) -> dict[str, str]:
    """Sprint id or name -> id, over some sources; a name that two sprints share is left out."""
    sprint = table_of(t.Sprint)
    found: dict[str, set[str]] = {}
    for row in session.execute(select(sprint.c.external_id, sprint.c.name).where(sprint.c.source_id.in_(source_ids))):
        found.setdefault(row.name, set()).add(row.external_id)
    by_id = {sprint_id: sprint_id for ids in found.values() for sprint_id in ids}
    return {**{name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}, **by_id}


def sprint_ends(session: Session) -> dict[tuple[int, str], datetime | None]:
    """(source, sprint) -> when it ended, or is planned to."""
    sprint = table_of(t.Sprint)
    columns = (sprint.c.source_id, sprint.c.external_id, sprint.c.completed_at, sprint.c.planned_end_at)
    return {(row[0], row[1]): row[2] or row[3] for row in session.execute(select(*columns))}


def sprint_starts(session: Session, source_ids: Collection[int]) -> dict[tuple[int, str], datetime]:
    """(source, sprint) -> when it started, or is to start, of those where that is known."""
    sprint = table_of(t.Sprint)
    where = (sprint.c.source_id.in_(source_ids), sprint.c.started_at.is_not(None))
    rows = session.execute(select(sprint.c.source_id, sprint.c.external_id, sprint.c.started_at).where(*where))
    return {(row[0], row[1]): row[2] for row in rows}


def stated_starts(session: Session, source_id: int, item_ids: Collection[str]) -> Iterator[tuple[str, str, datetime]]:
    """(sprint, item, the sprint's start) of what sheets state of these items, where the start is known."""
    stated, sprint = table_of(t.StatedEntry), table_of(t.Sprint)
    same = and_(sprint.c.source_id == stated.c.source_id, sprint.c.external_id == stated.c.sprint_id)
    statement = (
        select(stated.c.sprint_id, stated.c.work_item_id, sprint.c.started_at)
        .select_from(stated.join(sprint, same))
        .where(stated.c.source_id == source_id, sprint.c.started_at.is_not(None))
    )
    for part in _parts(item_ids):
        for row in session.execute(statement.where(one_of(session, stated.c.work_item_id, part))):
            yield row[0], row[1], row[2]


def stated_known(session: Session, source_id: int, item_ids: Collection[str]) -> dict[tuple[str, str], list[str]]:
    """(sprint, item) -> the columns in which sheets have said something of it."""
    stated = table_of(t.StatedEntry)
    found: dict[tuple[str, str], list[str]] = {}
    for part in _parts(item_ids):
        where = (stated.c.source_id == source_id, one_of(session, stated.c.work_item_id, part))
        rows = session.execute(select(stated.c.sprint_id, stated.c.work_item_id, stated.c.known).where(*where))
        found.update({(row[0], row[1]): row[2] for row in rows})
    return found


def item_keys(session: Session) -> set[str]:
    """Every key that leads to an item."""
    item = table_of(t.WorkItem)
    return {row[0] for row in session.execute(select(item.c.key).distinct().where(item.c.is_deleted.is_(False)))}


def items_as_stored(session: Session, source_id: int, item_ids: Collection[str], *names: str) -> dict[str, Row]:
    """External id -> these columns of each of some items (all of them where none is named)."""
    item = table_of(t.WorkItem)
    columns = [item.c[name] for name in ("external_id", *names)] if names else list(item.c)
    found: dict[str, Row] = {}
    if session.execute(select(item.c.external_id).where(item.c.source_id == source_id).limit(1)).first() is None:
        return found  # a first import: none of its thousands of items need be looked for
    for part in _parts(set(item_ids)):
        where = (item.c.source_id == source_id, one_of(session, item.c.external_id, part))
        found.update({row.external_id: dict(row._mapping) for row in session.execute(select(*columns).where(*where))})
    return found


def sprint_ids_of(session: Session, source_id: int, item_ids: Collection[str]) -> dict[str, list[str]]:
    """The sprints each of these items is in, as stored."""
    found = items_as_stored(session, source_id, item_ids, "sprint_ids")
    return {one: list(row["sprint_ids"] or []) for one, row in found.items()}


def projects_of_items(session: Session, source_id: int, item_ids: Collection[str]) -> dict[str, str | None]:
    """The project that each of these items is of, as stored."""
    return {
        one: row["project_key"] for one, row in items_as_stored(session, source_id, item_ids, "project_key").items()
    }


def by_key(session: Session, model: type[t.Base], source_id: int) -> dict[str, Row]:
    """The rows of a source in a table, by external id."""
    table = table_of(model)
    found = session.execute(select(table).where(table.c.source_id == source_id))
    return {row.external_id: dict(row._mapping) for row in found}


def own_ids(session: Session, model: type[t.Base], source_id: int) -> dict[str, int]:
    """External id -> our id, of a source's KPIs or feedback."""
    table = table_of(model)
    return {
        row[0]: row[1]
        for row in session.execute(select(table.c.external_id, table.c.id).where(table.c.source_id == source_id))
    }


def recorders(session: Session, source_id: int) -> dict[str, str]:
    """External id -> who recorded a piece of feedback."""
    table = table_of(t.Feedback)
    found = session.execute(select(table.c.external_id, table.c.recorded_by).where(table.c.source_id == source_id))
    return {row[0]: row[1] for row in found}


def event_ids(session: Session, feedback_ids: Sequence[int]) -> dict[tuple[int, str], tuple[int, int | None]]:
    """(feedback, external id) -> (our id, the run that brought it), of these pieces' events."""
    event = table_of(t.FeedbackEvent)
    found: dict[tuple[int, str], tuple[int, int | None]] = {}
    for part in _parts(feedback_ids):
        rows = session.execute(
            select(event.c.feedback_id, event.c.external_id, event.c.id, event.c.run_id).where(
                event.c.feedback_id.in_(part)
            )
        )
        found.update({(row[0], row[1]): (row[2], row[3]) for row in rows})
    return found


def latest_imported(session: Session, model: type[t.Base], of: tuple[str, ...]) -> dict[tuple[Any, ...], Row]:
    """The last imported row per subject of an append-only table; what people entered in forms is not among them."""
    table = table_of(model)
    undone = select(table_of(t.SyncRun).c.id).where(table_of(t.SyncRun).c.undone_at.is_not(None))
    rows = session.execute(
        select(table).where(table.c.run_id.is_not(None), table.c.run_id.not_in(undone)).order_by(table.c.id)
    )
    return {tuple(getattr(row, name) for name in of): dict(row._mapping) for row in rows}


def next_id(session: Session, model: type[t.Base]) -> int:
    """The next free id of a table; safe because one writer at a time holds the lock."""
    table = table_of(model)
    return int(session.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()) + 1


def follow_sequence(session: Session, model: type[t.Base]) -> None:
    """Let PostgreSQL's own counter follow ids that were given by hand; SQLite counts from the highest id anyway."""
    if session.connection().dialect.name == "postgresql":
        name = str(table_of(model).name)
        session.execute(
            text(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT coalesce(max(id), 0) + 1 FROM {name}), false)"
            )
        )


def take_out(session: Session, source_id: int, entries: Collection[tuple[str, str]]) -> list[Row]:
    """Delete stated (sprint, item) rows. Returns: the rows as they were."""
    stated = table_of(t.StatedEntry)
    gone: list[Row] = []
    for part in _parts(entries):
        where = (stated.c.source_id == source_id, tuple_(stated.c.sprint_id, stated.c.work_item_id).in_(part))
        gone += [dict(row._mapping) for row in session.execute(select(stated).where(*where))]
        session.connection().execute(delete(stated).where(*where))
    return gone
