"""A sheet's sprints and items into rows: what it does not speak of stays, and an older sprint's row does not overrule a later one's."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from actions.importing import Import, unsaid
from connectors.records import Parsed, StatedRecord
from connectors.rows import Records
from store import facts, lookup
from store import tables as t
from store.derived import add_sprint_items, link_stated, refresh_sprint_items
from store.sqlite_rows import is_constant
from store.write import Row, Written

Pair = tuple[str, str]  # sprint id, item id
Columns = dict[str, Sequence[Any]]
LONG_AGO = datetime.min.replace(tzinfo=UTC)


def told_elsewhere(sheets: Sequence[Parsed], stored: Mapping[str, datetime]) -> list[set[str]]:
    """For each sheet of a file, the items of which another one has the row of a later sprint, or of the same, further back.

    Args: stored, when the source's stored sprints started. What an item is stands in its latest sprint's row, whichever sheet
    that is in.
    """
    starts = dict(stored)
    for sheet in sheets:
        starts.update({row["external_id"]: row["started_at"] for row in sheet.sprints.rows if row["started_at"]})
    telling: dict[str, tuple[datetime, int]] = {}
    every = []
    for number, sheet in enumerate(sheets):
        latest = dict.fromkeys(sheet.items.column("external_id"), LONG_AGO)
        for sprint_id, item_id in _pairs(sheet.stated):
            latest[item_id] = max(latest[item_id], starts.get(sprint_id) or LONG_AGO)
        for item_id, at in latest.items():
            telling[item_id] = max(telling.get(item_id, (at, number)), (at, number))
        every.append(latest)
    return [{one for one in latest if telling[one][1] != number} for number, latest in enumerate(every)]


def write_projects_and_boards(work: Import, parsed: Parsed) -> None:
    """Write the projects and boards that a sheet names, and those that keys suggest of items that have none yet."""
    rows = work.rows(parsed.projects)
    if "project_key" in unsaid(parsed.items) and rows:
        ids = parsed.items.column("external_id")
        stored = lookup.projects_of_items(work.session, work.source_id, ids)
        suggested = zip(ids, parsed.items.column("project_key"), strict=True)
        missing = {project for one, project in suggested if stored.get(one) is None}
        rows = [row for row in rows if row["external_id"] in missing]
    work.write(t.Project, rows)
    if parsed.boards.rows:
        boards = lookup.by_key(work.session, t.Board, work.source_id)
        defaults: Row = {"kind": "scrum", "estimation_field": None, "columns": []}
        rows = [
            {name: boards.get(row["external_id"], defaults)[name] for name in defaults} | row
            for row in work.rows(parsed.boards)
        ]
        work.write(t.Board, rows, keep=frozenset({"project_key"}))


def write_sprints(work: Import, parsed: Parsed) -> None:
    """Write the sprints that a sheet names; its project is that of its items, where they are all of one."""
    projects: dict[str, set[str | None]] = defaultdict(set)
    for sprint_ids, project in zip(parsed.items.column("sprint_ids"), parsed.items.column("project_key"), strict=True):
        for sprint_id in sprint_ids:
            projects[sprint_id].add(project)
    rows = [
        {**row, "project_key": next(iter(found)) if len(found := projects[row["external_id"]]) == 1 else None}
        for row in work.rows(parsed.sprints, is_deleted=False)
    ]
    silent = unsaid(parsed.sprints) | (unsaid(parsed.items) & {"project_key"})
    if "state" in silent:
        _let_begin(work, rows)
    work.write(t.Sprint, rows, keep=frozenset({"project_key"}), unsaid=silent - {"state"})
    work.touched[work.source_id].update(row["external_id"] for row in rows)


def _let_begin(work: Import, rows: list[Row]) -> None:
    """A sheet that does not say how its sprints stand can only tell, by a start, that one has begun."""
    stored = lookup.by_key(work.session, t.Sprint, work.source_id)
    for row in rows:
        state = stored[row["external_id"]]["state"] if row["external_id"] in stored else "future"
        row["state"] = row["state"] if state == "future" else state


def write_items(work: Import, parsed: Parsed, elsewhere: Collection[str] = ()) -> None:
    """Write a sheet's items, what it states of them, and to which sprints they are linked.

    Args: elsewhere, items that another sheet of the file tells of.
    """
    if not len(parsed.items):
        return
    ids = parsed.items.column("external_id")
    stored = lookup.sprint_ids_of(work.session, work.source_id, ids)
    # Its row lists every sprint of the item, so one not named has been left; an export without the column says nothing.
    is_full_list = parsed.kind == "jira_csv" and "sprint_ids" in parsed.items.known
    columns: Columns = dict(parsed.items.columns)
    if parsed.kind == "jira_csv":
        columns["parent_id"] = _parents(work, ids, columns["parent_id"])
    if stored and not is_full_list:
        columns["sprint_ids"] = [
            list(dict.fromkeys([*stored.get(one, ()), *named]))
            for one, named in zip(ids, columns["sprint_ids"], strict=True)
        ]
    stated = _pairs(parsed.stated)
    if stored:
        _leave(work, columns, {*elsewhere, *_told_later(work, stored, stated)} & stored.keys())
    written = _in_order(_of_source(work, columns, links=[], is_deleted=False))
    work.write_columns(t.WorkItem, written, unsaid=unsaid(parsed.items) - {"sprint_ids"})
    if stated:
        _write_stated(work, parsed.stated)
    if not stored and facts.is_all(work.session, work.source_id, items=len(ids), stated=len(stated)):
        work.first = facts.FirstFacts.of(written, parsed.stated.columns)
    work.touched[work.source_id].update(parsed.stated.column("sprint_id"))
    if is_full_list:
        _take_out(work, stored, stated)
    # Those that were here before may have left a sprint.
    work.touched_items[work.source_id].update(ids)
    _link(work, stated, zip(ids, columns["sprint_ids"], strict=True), stored)


def _pairs(stated: Records[StatedRecord]) -> list[Pair]:
    return list(zip(stated.column("sprint_id"), stated.column("work_item_id"), strict=True))


def _parents(work: Import, ids: Sequence[str], named: Sequence[str | None]) -> list[str | None]:
    """The ids of parents; another file may have brought those that an export names by key alone."""
    elsewhere = {one for one in named if one} - set(ids)
    places = lookup.items_by_key(work.session, elsewhere, work.source_id)
    found = {key: held[0][1] for key, held in places.items() if held[0][0] == work.source_id}
    return [found.get(one, one) if one else one for one in named]


def _told_later(work: Import, stored: Collection[str], stated: list[Pair]) -> set[str]:
    """Stored items of which an earlier import brought the row of a later sprint than any this sheet has."""
    here = set(stated)
    others: dict[str, datetime] = {}
    for sprint_id, item_id, at in lookup.stated_starts(work.session, work.source_id, stored):
        if (sprint_id, item_id) not in here:
            others[item_id] = max(others.get(item_id, at), at)
    starts = lookup.sprint_starts(work.session, [work.source_id]) if others else {}
    mine: dict[str, datetime] = {}
    for sprint_id, item_id in stated:
        start = starts.get((work.source_id, sprint_id))
        if start is not None and item_id in others:
            mine[item_id] = max(mine.get(item_id, start), start)
    return {one for one, at in mine.items() if at < others[one]}


def _leave(work: Import, columns: Columns, item_ids: set[str]) -> None:
    """Let these items be what is stored of them, except for the sprints they are in."""
    if not item_ids:
        return
    rows = lookup.items_as_stored(work.session, work.source_id, item_ids)
    ids = columns["external_id"]
    for name, values in columns.items():
        if name != "sprint_ids":
            columns[name] = [rows[one][name] if one in rows else value for one, value in zip(ids, values, strict=True)]


def _write_stated(work: Import, stated: Records[StatedRecord]) -> None:
    """What the rows state; a column that an earlier file had and this one lacks states what it stated."""
    columns = dict(stated.columns)
    before = lookup.stated_known(work.session, work.source_id, set(stated.column("work_item_id")))
    if before:
        order = facts.STATED_COLUMNS
        columns["known"] = [
            sorted({*known, *before.get(pair, ())}, key=order.index)
            for known, pair in zip(columns["known"], _pairs(stated), strict=True)
        ]
    work.write_columns(t.StatedEntry, _of_source(work, columns), unsaid=unsaid(stated) - {"known"})


def _take_out(work: Import, stored: Mapping[str, Sequence[str]], stated: list[Pair]) -> None:
    told = set(stated)
    left = {(one, item_id) for item_id, before in stored.items() for one in before if (one, item_id) not in told}
    gone = lookup.take_out(work.session, work.source_id, left)
    work.note(t.StatedEntry, Written([], gone, 0))
    work.touched[work.source_id].update(row["sprint_id"] for row in gone)


def _link(
    work: Import, stated: list[Pair], held: Iterable[tuple[str, Sequence[str]]], stored: Mapping[str, Sequence[str]]
) -> None:
    linked = [(sprint_id, one) for one, sprints in held for sprint_id in sprints]
    if work.first is not None and (linked == stated or set(stated).issuperset(linked)):
        link_stated(work.session, work.source_id)
        return
    fresh = dict.fromkeys(chain(stated, linked))
    add_sprint_items(work.session, work.source_id, [pair for pair in fresh if pair[1] not in stored])
    refresh_sprint_items(work.session, work.source_id, stored)


def _of_source(work: Import, columns: Mapping[str, Sequence[Any]], **more: Any) -> Columns:
    count = len(next(iter(columns.values())))
    same = {name: [value] * count for name, value in more.items()}
    return {"source_id": [work.source_id] * count, **columns, **same}


def _in_order(columns: Mapping[str, Sequence[Any]]) -> Columns:
    """In the order of the keys: an index that grows at its end costs a third less than one that grows everywhere."""
    ids = columns["external_id"]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    if len(order) < 2:
        return dict(columns)
    sort = itemgetter(*order)
    return {name: values if is_constant(values) else sort(values) for name, values in columns.items()}
