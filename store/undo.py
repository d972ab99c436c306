"""What an import did, row by row, and the way back: images are written with the import and read by its undo."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Table, and_, or_, select, tuple_
from sqlmodel import Session

from store import tables as t
from store.lookup import sources_of_kpis
from store.sqlite_rows import python_type_of
from store.write import Written, insert_rows, table_of, upsert

Key = tuple[Any, ...]
KEYS_AT_ONCE = 5000  # in one IN (...): both databases limit what one statement may ask about
# Derived anew after an undo, or the undo's own bookkeeping: never a reason to refuse one.
NOT_BUILT_UPON = {
    "sprint_item",
    "sprint_entry",
    "sprint_total",
    "sprint_snapshot",
    "finding",
    "row_image",
    "sync_run",
    "raw_record",
    "audit_entry",
}


def model_of(table_name: str) -> type[t.Base]:
    """The model of a table by its name."""
    return next(model for model in t.Base.__subclasses__() if model.__tablename__ == table_name)


def remember(session: Session, run_id: int, model: type[t.Base], written: Written) -> None:
    """Keep what an upsert did, so that the import can be undone."""
    if not written.added_keys and not written.before_rows:
        return
    image = {
        "run_id": run_id,
        "table_name": str(model.__tablename__),
        "added_keys": _plain_keys(written.added_keys),
        "before_rows": [{name: _plain(value) for name, value in row.items()} for row in written.before_rows],
    }
    insert_rows(session, t.RowImage, [image])


def images_of(session: Session, run_id: int) -> list[t.RowImage]:
    """The images of a run, newest first."""
    image = table_of(t.RowImage)
    found = session.execute(select(image).where(image.c.run_id == run_id).order_by(image.c.id.desc()))
    return [t.RowImage(**row._mapping) for row in found]


def keys_of(image: t.RowImage) -> set[Key]:
    """The primary keys of every row that an image touches."""
    table = table_of(model_of(image.table_name))
    names = [column.name for column in table.primary_key]
    changed = {tuple(_value(table, name, row[name]) for name in names) for row in image.before_rows}
    return changed | _added(table, image)


def later_runs_on_the_same_rows(session: Session, run_id: int) -> list[int]:
    """Later runs, not undone, that touched a row which this run touched: their undo must come first."""
    run, image = table_of(t.SyncRun), table_of(t.RowImage)
    later = (
        select(image)
        .select_from(image.join(run, run.c.id == image.c.run_id))
        .where(image.c.run_id > run_id, run.c.undone_at.is_(None))
    )
    mine: dict[str, set[Key]] = {}
    for own in images_of(session, run_id):
        mine.setdefault(own.table_name, set()).update(keys_of(own))
    found = [t.RowImage(**row._mapping) for row in session.execute(later)]
    return sorted({other.run_id for other in found if keys_of(other) & mine.get(other.table_name, set())})


def built_upon(session: Session, run_id: int) -> tuple[dict[str, int], list[int]]:
    """What people and later imports put on rows that this run added: an undo would orphan them.

    Returns: table name -> rows; and the later runs that brought all of them, none where people brought any.
    """
    own = _tables_of(session, run_id)
    upon: dict[str, set[Key]] = {}
    for image in images_of(session, run_id):
        keys = sorted(_added(table_of(model_of(image.table_name)), image), key=str)
        for part in (keys[start : start + KEYS_AT_ONCE] for start in range(0, len(keys), KEYS_AT_ONCE)):
            for table, condition in _references(image.table_name, part):
                if table.name not in own:
                    upon.setdefault(table.name, set()).update(_referring(session, table, condition, run_id))
        if image.table_name == "work_item":
            upon.setdefault("feedback_event", set()).update(_linked(session, set(keys), run_id))
    upon = {name: keys for name, keys in upon.items() if keys}
    runs = _brought_by(session, run_id, upon)
    return {name: len(keys) for name, keys in upon.items()}, runs


def _referring(session: Session, table: Table, condition: Any, run_id: int) -> set[Key]:
    conditions = [condition]
    if "run_id" in table.c:
        conditions.append(or_(table.c.run_id != run_id, table.c.run_id.is_(None)))
    found = session.execute(select(*table.primary_key.columns).where(*conditions))
    return {tuple(row) for row in found}


def _linked(session: Session, items: set[Key], run_id: int) -> set[Key]:
    """The events that link feedback to these items."""
    event = table_of(t.FeedbackEvent)
    where = (event.c.kind == "linked", or_(event.c.run_id != run_id, event.c.run_id.is_(None)))
    rows = session.execute(select(event.c.id, event.c.payload).where(*where))
    return {(row[0],) for row in rows if (row[1].get("source_id"), row[1].get("work_item_id")) in items}


def _brought_by(session: Session, run_id: int, upon: dict[str, set[Key]]) -> list[int]:
    """The later runs that brought these rows, if they brought every one."""
    run, image = table_of(t.SyncRun), table_of(t.RowImage)
    later = (
        select(image)
        .select_from(image.join(run, run.c.id == image.c.run_id))
        .where(image.c.run_id > run_id, run.c.undone_at.is_(None), image.c.table_name.in_(sorted(upon)))
    )
    left = {name: set(keys) for name, keys in upon.items()}
    runs = set()
    for row in session.execute(later) if upon else ():
        other = t.RowImage(**row._mapping)
        brought = _added(table_of(model_of(other.table_name)), other) & upon[other.table_name]
        if brought:
            runs.add(other.run_id)
            left[other.table_name] -= brought
    return [] if any(left.values()) else sorted(runs)


def put_back(session: Session, run_id: int) -> dict[str, int]:
    """Delete the rows a run added and restore those it changed. Returns `{"removed", "restored"}`."""
    removed = restored = 0
    for image in images_of(session, run_id):
        model = model_of(image.table_name)
        table = table_of(model)
        names = [column.name for column in table.primary_key]
        keys = sorted(_added(table, image), key=str)
        for start in range(0, len(keys), 500):
            condition = tuple_(*[table.c[name] for name in names]).in_(keys[start : start + 500])
            removed += int(session.connection().execute(table.delete().where(condition)).rowcount)
        rows = [{name: _value(table, name, value) for name, value in row.items()} for row in image.before_rows]
        upsert(session, model, rows)
        restored += len(rows)
    return {"removed": removed, "restored": restored}


def sources_of(session: Session, run_id: int) -> set[int]:
    """The sources whose rows a run touched: by the rows' own source, or by that of the KPI they belong to."""
    found: set[int] = set()
    for image in images_of(session, run_id):
        table = table_of(model_of(image.table_name))
        names = [column.name for column in table.primary_key]
        if "source_id" in names:
            at = names.index("source_id")
            found |= {int(key[at]) for key in keys_of(image)}
        elif "kpi_id" in table.c:
            found |= sources_of_kpis(session, _kpis_of(session, table, [key[0] for key in keys_of(image)]))
    return found


def _kpis_of(session: Session, table: Table, ids: list[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(ids), 500):
        part = table.c.id.in_(ids[start : start + 500])
        found |= {int(row[0]) for row in session.execute(select(table.c.kpi_id).where(part).distinct())}
    return found


def delete_sources(session: Session, source_ids: Iterable[int]) -> int:
    """Delete everything that belongs to some sources, and the sources; the audit log stays. Returns rows deleted."""
    ids = list(source_ids)
    removed = 0
    for table in reversed(t.Base.metadata.sorted_tables):
        if table.name in ("audit_entry", "source"):
            continue
        condition = _owned_by(table, ids)
        if condition is not None:
            removed += int(session.connection().execute(table.delete().where(condition)).rowcount)
    source = table_of(t.Source)
    return removed + int(session.connection().execute(source.delete().where(source.c.id.in_(ids))).rowcount)


def _owned_by(table: Table, source_ids: list[int]) -> Any:
    """The condition that a row belongs to these sources: by its own source_id, or by that of a row it hangs on."""
    parts = [table.c.source_id.in_(source_ids)] if "source_id" in table.c else []
    for key in table.foreign_keys:
        parent = key.column.table
        if parent.name != "source" and "source_id" in parent.c:
            parts.append(key.parent.in_(select(key.column).where(parent.c.source_id.in_(source_ids))))
    return or_(*parts) if parts else None


def _references(table_name: str, keys: list[Key]) -> list[tuple[Table, Any]]:
    """Tables whose rows point at these rows, with the condition that they do."""
    found: list[tuple[Table, Any]] = []
    if not keys:
        return found
    for table in t.Base.metadata.sorted_tables:
        if table.name in NOT_BUILT_UPON or table.name == table_name:
            continue
        pointing = [key.parent for key in table.foreign_keys if key.column.table.name == table_name]
        found += [(table, column.in_([one[0] for one in keys])) for column in pointing]
        for soft, column in (("work_item", "work_item_id"), ("sprint", "sprint_id")):
            if table_name == soft and {"source_id", column} <= set(table.c.keys()):
                found.append((table, and_(tuple_(table.c.source_id, table.c[column]).in_(keys))))
    return found


def _tables_of(session: Session, run_id: int) -> set[str]:
    """Tables without a run_id in which the run itself added rows: those rows are its own."""
    return {image.table_name for image in images_of(session, run_id) if image.added_keys}


def _added(table: Table, image: t.RowImage) -> set[Key]:
    names = [column.name for column in table.primary_key]
    return {tuple(_value(table, name, part) for name, part in zip(names, key, strict=True)) for key in image.added_keys}


def _plain_keys(keys: list[Key]) -> list[Key]:
    """Keys as JSON has them; those of a table are of one shape, so a table without dates in them needs no look at each."""
    if not keys or not any(isinstance(part, datetime | date) for part in keys[0]):
        return keys
    return [tuple(map(_plain, key)) for key in keys]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _value(table: Table, column: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    python = python_type_of(table.c[column].type)
    if python is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if python is date else value
