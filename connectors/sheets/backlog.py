"""Backlog sheets and Jira's own CSV export: items, sprints, statuses, and what the rows state about items in sprints."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.records import BoardRecord, ItemRecord, Parsed, ProjectRecord, StatedRecord
from connectors.rows import Records
from connectors.sheets.sprints import read_sprints, sprint_names
from connectors.sheets.statuses import read_statuses
from connectors.sheets.table import Table
from core.i18n import N_, Text

# Item column -> the sheet's field, where the value goes over as it is.
SAME = {
    "title": "title",
    "description": "description",
    "acceptance_criteria": "acceptance_criteria",
    "type": "type",
    "status_id": "status",
    "priority": "priority",
    "epic": "epic",
    "labels": "labels",
    "components": "components",
    "fix_versions": "fix_version",
    "assignee": "assignee",
    "reporter": "reporter",
    "department": "department",
    "resolution": "resolution",
    "url": "url",
    "created_at": "created_at",
    "updated_at": "updated_at",
    "done_at": "done_at",
}
LISTS = ("labels", "components", "fix_versions")
STATED = {
    "added_at": "added_at",
    "removed_at": "removed_at",
    "initial_points": "initial_estimate",
    "done_at": "done_at",
}
SAID = {"final_points": ("estimate", "estimate_2"), "status_id": ("status",), "added_by": ("added_by",)}
TYPE_UNMAPPED = N_("Counted as a requirement; the source's settings can say what this type is.")
_PROJECT_OF_KEY = re.compile(r"([A-Za-z][A-Za-z0-9_]*)-\d+")
_LONG_AGO = datetime.min.replace(tzinfo=UTC)


def parse_backlog(table: Table) -> Parsed:
    """Items, sprints, statuses and stated facts of a backlog: one row per item and sprint.

    An item that stands in several rows is as its latest sprint's row says (the last row where no sprint has a start).
    Rule: R1, R2, R6, R8, R19.
    """
    keys: list[str | None] = table.column("key")
    table.require("key")
    table.require("title")
    ids, names = sprint_names(table)
    sprints, boards = read_sprints(table, ids, names)
    memberships: list[Sequence[str]] = [(one,) if one else () for one in ids]
    _refuse_twice(table, "key", keys, ids)
    starts = {row["external_id"]: row["started_at"] for row in sprints.rows}
    columns = _columns(table)
    columns["removed_at"] = table.column("removed_at")
    columns["estimate_points"] = table.column("estimate")
    columns["initial_points"] = table.column("initial_estimate")
    _refuse_early_removal(table, columns)
    parsed_items = _items(table, columns, keys, keys, memberships, [starts.get(one or "") or _LONG_AGO for one in ids])
    stated = _stated(table, columns, keys, memberships)
    return _together("backlog", table, columns, parsed_items, stated, sprints, boards)


def parse_jira_csv(table: Table) -> Parsed:
    """The same records from Jira's own export: external id is the issue id, an item lists all its sprints (R7)."""
    keys: list[str | None] = table.column("key")
    ids: list[str | None] = table.column("id")
    for name in ("key", "id", "title"):
        table.require(name)
    memberships: list[list[str]] = [one or [] for one in table.column("sprint")]
    _refuse_twice(table, "id", ids, [None] * len(ids))
    names = {name: name for one in memberships for name in one}
    first_row = {name: at for at, one in reversed(list(enumerate(memberships))) for name in one}
    sprints, boards = read_sprints(table, list(names), list(names), [first_row[name] for name in names])
    columns = _columns(table)
    columns["estimate_points"] = _either_estimate(table)
    columns["effort_seconds"] = [None if one is None else float(one) for one in table.column("effort")]
    items = _items(table, columns, ids, keys, memberships, [_LONG_AGO] * len(ids))
    stated = _stated(table, columns, ids, memberships)
    return _together("jira_csv", table, columns, items, stated, sprints, boards)


def _columns(table: Table) -> dict[str, list[Any]]:
    columns = {column: table.column(field) for column, field in SAME.items()}
    columns["parent"] = table.column("parent")
    columns["project"] = table.column("project")
    columns["kind"] = _kinds(table, columns["type"])
    empty: list[str] = []
    for name in LISTS:
        columns[name] = [one or empty for one in columns[name]] if table.has(SAME[name]) else [empty] * len(table.rows)
    return columns


def _kinds(table: Table, types: list[str | None]) -> list[str]:
    """The kind of every row's type; an unknown type is counted as a requirement, and said so once (R19)."""
    kind_of: dict[str | None, str] = {None: "requirement"}
    kinds = []
    for at, name in enumerate(types):
        if name not in kind_of:
            kind = table.settings.kind_of(str(name))
            if kind is None:
                table.report(at, "type", name, Text(TYPE_UNMAPPED), "warning", "type_unmapped")
            kind_of[name] = kind or "requirement"
        kinds.append(kind_of[name])
    return kinds


def _either_estimate(table: Table) -> list[float | None]:
    """Story Points, else Story point estimate: both fields live side by side on one server."""
    first, second = table.column("estimate"), table.column("estimate_2")
    for at, (one, other) in enumerate(zip(first, second, strict=True)):
        if one is not None and other is not None and one != other:
            accepted = Text("Story Points say {points}, and that is used.", points=one)
            table.report(at, "estimate_2", other, accepted, "warning", "estimate_conflict")
    return [other if one is None else one for one, other in zip(first, second, strict=True)]


def _refuse_twice(table: Table, name: str, keys: Sequence[str | None], sprints: Sequence[str | None]) -> None:
    pairs = list(zip(keys, sprints, strict=True))
    if len(set(pairs)) == len(pairs):
        return
    first: dict[tuple[str, str | None], int] = {}
    for at, (key, sprint) in enumerate(pairs):
        if key is None:
            continue
        seen = first.setdefault((key, sprint), at)
        if seen != at:
            accepted = Text(
                "It stands in row {row} already: accepted is one row per item and sprint.", row=table.rows[seen] + 1
            )
            table.report(at, name, key, accepted, code="duplicate")


def _refuse_early_removal(table: Table, columns: dict[str, list[Any]]) -> None:
    added = columns["added_at"] = table.column("added_at")
    columns["added_by"] = table.column("added_by")
    if not table.has("removed_at"):
        return
    for at, (begin, end) in enumerate(zip(added, columns["removed_at"], strict=True)):
        if begin is not None and end is not None and end < begin:
            accepted = Text("Accepted: a time not before the item was added, {at}.", at=table.wall(begin))
            table.report(at, "removed_at", end, accepted)


def _items(
    table: Table,
    columns: dict[str, list[Any]],
    ids: Sequence[str | None],
    keys: Sequence[str | None],
    memberships: Sequence[Sequence[str]],
    starts: Sequence[datetime],
) -> Records[ItemRecord]:
    """One record per item, by column."""
    chosen: dict[str, int] = {}
    held: dict[str, Sequence[str]] = {}
    removed = columns.get("removed_at") or [None] * len(ids)
    for at, (one, given, left) in enumerate(zip(ids, memberships, removed, strict=True)):
        if one is None:
            continue
        if left is not None:
            given = ()
        if one not in chosen:
            chosen[one], held[one] = at, given
            continue
        if starts[at] >= starts[chosen[one]]:
            chosen[one] = at
        held[one] = (*held[one], *(sprint for sprint in given if sprint not in held[one]))
    rows = list(chosen.values())
    id_of_key = {keys[at]: ids[at] for at in rows} if table.has("parent") else {}
    lists = {one: list(one) for one in set(map(tuple, held.values()))}  # most items share theirs with many others
    picked: dict[str, list[Any]] = {
        "external_id": list(chosen),
        "key": [keys[at] or ids[at] for at in rows],
        "project_key": [_project(table, columns["project"][at], keys[at]) for at in rows],
        "parent_id": [id_of_key.get(columns["parent"][at], columns["parent"][at]) for at in rows],
        "sprint_ids": [lists[tuple(one)] for one in held.values()],
        "effort_seconds": [None] * len(rows),
    }
    is_whole = rows == list(range(len(ids)))
    for name in (*SAME, "kind", "estimate_points", *(("effort_seconds",) if "effort_seconds" in columns else ())):
        picked[name] = columns[name] if is_whole else [columns[name][at] for at in rows]
    if None in picked["title"]:  # an error, reported already
        picked["title"] = [title or "" for title in picked["title"]]
    names = [name for name in ItemRecord.__annotations__ if name in picked]  # a sheet knows no links and worklogs
    places = [table.rows[at] + 1 for at in rows]
    return Records(at=places, known=_known(table), columns={name: picked[name] for name in names})


def _project(table: Table, given: str | None, key: str | None) -> str | None:
    if given or table.settings.project_key:
        return given or table.settings.project_key
    found = _PROJECT_OF_KEY.fullmatch(key or "")
    return found.group(1) if found else None


def _known(table: Table) -> frozenset[str]:
    known = {column for column, field in SAME.items() if table.has(field)} | {"external_id", "key"}
    if table.has("project") or table.settings.project_key:
        known.add("project_key")
    if table.has("type"):
        known.add("kind")
    if table.has("parent"):
        known.add("parent_id")
    if table.has("sprint") or table.has("sprint_id"):
        known.add("sprint_ids")
    if table.has("estimate") or table.has("estimate_2"):
        known.add("estimate_points")
    if table.has("effort"):
        known.add("effort_seconds")
    return frozenset(known)


def _stated(
    table: Table, columns: dict[str, list[Any]], ids: Sequence[str | None], memberships: Sequence[Sequence[str]]
) -> Records[StatedRecord]:
    """What the rows say about items in sprints; a column the sheet lacks states nothing."""
    known = [name for name, field in STATED.items() if table.has(field)]
    nothing = [None] * len(ids)
    parts = (
        columns.get("added_at", nothing),
        columns.get("added_by", nothing),
        columns.get("removed_at", nothing),
        columns.get("initial_points", nothing),
        columns["estimate_points"],
        columns["status_id"],
        columns["done_at"],
    )
    which = [at for at, one in enumerate(ids) if one is not None for _ in memberships[at]]
    is_whole = which == list(range(len(ids)))
    values = [
        [sprint for one, sprints in zip(ids, memberships, strict=True) if one is not None for sprint in sprints],
        *([one if is_whole else [one[at] for at in which] for one in (ids, [known] * len(ids), *parts)]),
    ]
    says = {"sprint_id", "work_item_id", *known} | {
        name for name, fields in SAID.items() if any(map(table.has, fields))
    }
    by_name = dict(zip(StatedRecord.__annotations__, values, strict=True))
    return Records(at=[table.rows[at] + 1 for at in which], known=frozenset(says), columns=by_name)


def _together(
    kind: str,
    table: Table,
    columns: dict[str, list[Any]],
    items: Records[ItemRecord],
    stated: Records[StatedRecord],
    sprints: Records[Any],
    boards: Records[BoardRecord],
) -> Parsed:
    projects: Records[ProjectRecord] = Records()
    project_names = (
        dict(zip(columns["project"], table.column("project_name"), strict=True)) if table.has("project_name") else {}
    )
    seen: set[str] = set()
    for key, at in zip(items.column("project_key"), items.at, strict=True):
        if key and key not in seen:
            seen.add(key)
            projects.add({"external_id": key, "key": key, "name": project_names.get(key) or key}, at)
    statuses = read_statuses(table, columns["status_id"])
    return Parsed(
        kind,
        table.sheet.name,
        items=items,
        stated=stated,
        sprints=sprints,
        boards=boards,
        statuses=statuses,
        projects=projects,
    )
