"""Which items belong to which sprints by any record: what a ledger must read is found without reading every item.

An item is linked to a sprint by its Sprint field, by either side of a Sprint change (R5), by what a sheet states, and a
sub-task by its parent where the source counts sub-tasks (R6).
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    and_,
    any_,
    delete,
    exists,
    func,
    insert,
    select,
    tuple_,
    type_coerce,
)
from sqlmodel import Session

from store import tables as t
from store.db import from_json, to_json
from store.write import delete_rows, insert_missing, read_stored, table_of

PART = 5000  # items in memory at once
Pair = tuple[str, str]  # sprint id, item id
_PARTS = re.compile(r"[^\s,][^,]*")


def add_sprint_items(session: Session, source_id: int, pairs: Iterable[Pair]) -> int:
    """Link items to sprints; links that are there already stay.

    Args: pairs, (sprint id, item id), in any order, repeated or not. Returns: how many links were new.
    """
    sprints, items = zip(*found, strict=True) if (found := dict.fromkeys(pairs)) else ((), ())
    columns = {"source_id": [source_id] * len(sprints), "sprint_id": sprints, "work_item_id": items}
    return insert_missing(session, t.SprintItem, columns)


def link_stated(session: Session, source_id: int) -> None:
    """Link every item that sheets state in a sprint to it, by the database itself: at a first import that is all of them."""
    link, stated = table_of(t.SprintItem), table_of(t.StatedEntry)
    names = ("source_id", "sprint_id", "work_item_id")
    told = select(*[stated.c[name] for name in names]).where(stated.c.source_id == source_id)
    there = exists().where(*[link.c[name] == stated.c[name] for name in names])
    session.execute(insert(link).from_select(names, told.where(~there)))


def refresh_sprint_items(session: Session, source_id: int, item_ids: Iterable[str]) -> int:
    """Make the links of some items, and of their sub-tasks where those count, exactly what the facts say.

    Returns: how many links were added or removed.
    """
    counts_subtasks = _counts_subtasks(session, source_id)
    changed = 0
    for part in parts(sorted(set(item_ids))):
        ids = set(part) | (_children(session, source_id, part) if counts_subtasks else set())
        changed += _make_exact(session, source_id, ids, counts_subtasks=counts_subtasks)
    return changed


def replace_sprint_items(session: Session, source_id: int) -> int:
    """Make every link of a source exactly what the facts say, some thousand items at a time.

    Returns: how many links were added or removed.
    """
    counts_subtasks = _counts_subtasks(session, source_id)
    changed = _forget_unknown(session, source_id)
    for part in item_id_parts(session, source_id):
        changed += _make_exact(session, source_id, set(part), counts_subtasks=counts_subtasks)
    return changed


def add_subtasks(session: Session, source_id: int, sprint_ids: Collection[str]) -> int:
    """Link the sub-tasks of these sprints' items, where a source counts sub-tasks (R6). Returns: how many links were new."""
    link, item = table_of(t.SprintItem), table_of(t.WorkItem)
    is_child = and_(item.c.source_id == link.c.source_id, item.c.parent_id == link.c.work_item_id)
    statement = (
        select(link.c.sprint_id, item.c.external_id)
        .select_from(link.join(item, is_child))
        .where(link.c.source_id == source_id, one_of(session, link.c.sprint_id, sprint_ids), item.c.kind == "subtask")
    )
    return add_sprint_items(session, source_id, [(row[0], row[1]) for row in read_stored(session, statement)])


def sprints_of_items(session: Session, source_id: int, item_ids: Collection[str]) -> set[str]:
    """The sprints that any record links these items to."""
    link = table_of(t.SprintItem)
    found: set[str] = set()
    for part in parts(sorted(item_ids)):
        where = (link.c.source_id == source_id, one_of(session, link.c.work_item_id, part))
        found.update(row[0] for row in read_stored(session, select(link.c.sprint_id).where(*where).distinct()))
    return found


def links_of_items(session: Session, source_id: int, item_ids: Iterable[str]) -> list[Pair]:
    """(sprint, item) of every link of these items."""
    link = table_of(t.SprintItem)
    found: list[Pair] = []
    for part in parts(sorted(item_ids)):
        where = (link.c.source_id == source_id, one_of(session, link.c.work_item_id, part))
        rows = read_stored(session, select(link.c.sprint_id, link.c.work_item_id).where(*where))
        found += [(row[0], row[1]) for row in rows]
    return found


def items_of_sprints(session: Session, source_id: int, sprint_ids: Collection[str]) -> set[str]:
    """The items that any record links to these sprints."""
    link = table_of(t.SprintItem)
    found: set[str] = set()
    for part in parts(sorted(sprint_ids)):
        where = (link.c.source_id == source_id, one_of(session, link.c.sprint_id, part))
        found.update(row[0] for row in read_stored(session, select(link.c.work_item_id).where(*where)))
    return found


def item_counts(session: Session, source_id: int) -> dict[str, int]:
    """Sprint id -> how many items are linked to it."""
    link = table_of(t.SprintItem)
    counted = select(link.c.sprint_id, func.count()).where(link.c.source_id == source_id).group_by(link.c.sprint_id)
    return {row[0]: int(row[1]) for row in read_stored(session, counted)}


def item_id_parts(session: Session, source_id: int) -> Iterator[list[str]]:
    """The ids of a source's items in order, some thousand at a time."""
    item = table_of(t.WorkItem)
    last = ""
    while True:
        where = (item.c.source_id == source_id, item.c.external_id > last)
        statement = select(item.c.external_id).where(*where).order_by(item.c.external_id).limit(PART)
        found = [row[0] for row in read_stored(session, statement)]
        if not found:
            return
        yield found
        last = found[-1]


@dataclass(frozen=True)
class Run:
    """All items of a source from one id to another, both included: asked for without naming each."""

    first: str
    last: str


def item_runs(session: Session, source_id: int, size: int) -> Iterator[Run]:
    """A source's items in order, as runs of so many."""
    item = table_of(t.WorkItem)
    ids = select(item.c.external_id).where(item.c.source_id == source_id).order_by(item.c.external_id)
    first: str | None = session.execute(ids.limit(1)).scalar()
    while first is not None:
        found = session.execute(ids.where(item.c.external_id >= first).offset(size - 1).limit(2)).scalars().all()
        if not found:  # fewer are left
            found = session.execute(ids.order_by(None).order_by(item.c.external_id.desc()).limit(1)).scalars().all()
        yield Run(first, str(found[0]))
        first = found[1] if len(found) > 1 else None


def among(session: Session, column: Any, items: Collection[str] | Run) -> ColumnElement[bool]:
    """The condition that a text column is one of some ids, or lies in a run of them."""
    if isinstance(items, Run):
        return column.between(items.first, items.last)  # type: ignore[no-any-return]
    return one_of(session, column, items)


def one_of(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """The condition that a text column is one of many values, which travel as one parameter: thousands of placeholders
    cost more to write into the statement than the query itself."""
    if session.connection().dialect.name == "sqlite":
        given = func.json_each(to_json(list(values))).table_valued("value")
        return column.in_(select(given.c.value))  # type: ignore[no-any-return]
    return column == any_(type_coerce(list(values), ARRAY(String)))  # type: ignore[no-any-return]


def parts(given: list[Any]) -> list[list[Any]]:
    """A list cut into parts of some thousand."""
    return [given[start : start + PART] for start in range(0, len(given), PART)]


@lru_cache(maxsize=4096)  # a sprint's list is written once per item that was in it
def ids_in(text: str | None) -> tuple[str, ...]:
    """The ids in a Sprint change's full list, "76, 79" (R5)."""
    return tuple(piece.strip() for piece in _PARTS.findall(text or ""))


# ---------------------------------------------------------------- from the facts


def _make_exact(session: Session, source_id: int, ids: set[str], *, counts_subtasks: bool) -> int:
    link = table_of(t.SprintItem)
    wanted = _linked(session, source_id, ids)
    if counts_subtasks:
        parent_of = _parents(session, source_id, ids)
        of_parents = _by_item(_linked(session, source_id, set(parent_of.values())))
        wanted |= {(sprint, item) for item, parent in parent_of.items() for sprint in of_parents.get(parent, ())}
    stored: set[Pair] = set()
    for part in parts(sorted(ids)):
        where = (link.c.source_id == source_id, one_of(session, link.c.work_item_id, part))
        stored.update(
            (row[0], row[1])
            for row in read_stored(session, select(link.c.sprint_id, link.c.work_item_id).where(*where))
        )
    for part in parts(sorted(stored - wanted)):
        for start in range(0, len(part), 500):
            condition = tuple_(link.c.sprint_id, link.c.work_item_id).in_(part[start : start + 500])
            session.connection().execute(delete(link).where(link.c.source_id == source_id, condition))
    return add_sprint_items(session, source_id, sorted(wanted - stored)) + len(stored - wanted)


def _linked(session: Session, source_id: int, ids: set[str]) -> set[Pair]:
    """(sprint, item) pairs by the items' own records: Sprint field, Sprint changes, what sheets state."""
    item, stated, change = (table_of(model) for model in (t.WorkItem, t.StatedEntry, t.Change))
    found: set[Pair] = set()
    for part in parts(sorted(ids)):
        field = select(item.c.external_id, item.c.sprint_ids).where(
            item.c.source_id == source_id, one_of(session, item.c.external_id, part)
        )
        found.update((sprint, row[0]) for row in read_stored(session, field) for sprint in _listed(row[1]))
        sheet = select(stated.c.sprint_id, stated.c.work_item_id).where(
            stated.c.source_id == source_id, one_of(session, stated.c.work_item_id, part)
        )
        found.update((row[0], row[1]) for row in read_stored(session, sheet))
        moves = select(change.c.work_item_id, change.c.from_value, change.c.to_value).where(
            change.c.source_id == source_id, change.c.field == "sprint", one_of(session, change.c.work_item_id, part)
        )
        for item_id, before, after in read_stored(session, moves):
            for sprint in (*ids_in(before), *ids_in(after)):
                found.add((sprint, item_id))
    return found


def _listed(stored: Any) -> list[str]:
    """A Sprint field as the driver gives it: SQLite's text, or a list."""
    found: list[str] = from_json(stored) if isinstance(stored, str) else stored
    return found or []


def _by_item(pairs: Iterable[Pair]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for sprint_id, item_id in pairs:
        found[item_id].add(sprint_id)
    return found


def _counts_subtasks(session: Session, source_id: int) -> bool:
    source = session.get(t.Source, source_id)
    return bool(source is not None and source.settings.get("counts_subtasks"))


def _parents(session: Session, source_id: int, ids: set[str]) -> dict[str, str]:
    """Sub-task -> its parent."""
    item = table_of(t.WorkItem)
    found: dict[str, str] = {}
    for part in parts(sorted(ids)):
        where = (item.c.source_id == source_id, one_of(session, item.c.external_id, part), item.c.kind == "subtask")
        statement = select(item.c.external_id, item.c.parent_id).where(*where, item.c.parent_id.is_not(None))
        found.update({row[0]: row[1] for row in read_stored(session, statement)})
    return found


def _children(session: Session, source_id: int, ids: Collection[str]) -> set[str]:
    item = table_of(t.WorkItem)
    where = (item.c.source_id == source_id, item.c.kind == "subtask", one_of(session, item.c.parent_id, ids))
    return {row[0] for row in read_stored(session, select(item.c.external_id).where(*where))}


def _forget_unknown(session: Session, source_id: int) -> int:
    """Delete the links of items that are no more (an import was undone)."""
    link, item = table_of(t.SprintItem), table_of(t.WorkItem)
    same = and_(item.c.source_id == link.c.source_id, item.c.external_id == link.c.work_item_id)
    statement = select(link.c.work_item_id).distinct().select_from(link.outerjoin(item, same))
    where = (link.c.source_id == source_id, item.c.external_id.is_(None))
    gone = [row[0] for row in read_stored(session, statement.where(*where))]
    return sum(delete_rows(session, t.SprintItem, source_id=source_id, work_item_id=part) for part in parts(gone))
