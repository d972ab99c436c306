"""What a batch of parsed records writes: rows by external id, the items seen in sprints, and which sprints that touches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from connectors.records import Parsed
from store import lookup
from store import tables as t
from store.bulk import stored_of, upsert_known
from store.db import Session
from store.sprint_items import add_sprint_items, ids_in, refresh_sprint_items, sprints_of_items
from store.write import Row, Written, delete_rows, upsert

Counts = dict[str, dict[str, int]]
ITEM_DEFAULTS: Row = {"links": [], "spent_seconds": None, "is_deleted": False}
TEXTS = frozenset(
    {"title", "description", "acceptance_criteria", "priority"}
)  # content (R18): counts from its instant on
QUIET_CHANGES = frozenset({"labels", "component", "fix_version", "assignee", "flagged"})  # in no ledger
QUIET_COLUMNS = TEXTS | {
    "labels", "components", "fix_versions", "links", "assignee", "reporter", "url", "updated_at", "spent_seconds",
}  # fmt: skip
MOST_ITEMS = 20_000  # more touched items than this are no longer listed one by one: everything is derived
BOARD_DEFAULTS: Row = {"kind": "scrum", "estimation_field": None, "columns": []}


@dataclass
class Seen:
    """What a run has met so far: counts by table, touched sprints and items, and what later batches need to know.

    Args: touched, sprints that changed themselves; items, items whose records changed: their sprints are derived and they
    are looked at for doubts, in whatever sprint or none; reworded, items of which nothing but content changed, and since
    when (None: nothing that any ledger counts): sprints that ended before are as they were; is_all_touched, that everything is derived; listed, sprints that the source itself
    listed in this run: what an item says of such a sprint is older; board_projects, board -> project key.
    """

    counts: Counts = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)
    reworded: dict[str, datetime | None] = field(default_factory=dict)
    is_all_touched: bool = False
    listed: set[str] = field(default_factory=set)
    board_projects: dict[str, str | None] = field(default_factory=dict)

    def count(self, table: str, written: Mapping[str, int]) -> None:
        """Add to a table's counts."""
        counts = self.counts.setdefault(table, {"added": 0, "changed": 0, "unchanged": 0})
        for name, n in written.items():
            counts[name] += n

    def step(self) -> "Seen":
        """An empty one that knows what this one knows: what a transaction adds counts once it is committed."""
        return Seen(is_all_touched=self.is_all_touched, listed=self.listed, board_projects=self.board_projects)

    def with_step(self, step: "Seen") -> "Seen":
        """This one and what a step added."""
        merged = Seen(
            {table: dict(count) for table, count in self.counts.items()}, set(self.touched), set(self.items),
            dict(self.reworded), self.is_all_touched, self.listed, step.board_projects,
        )  # fmt: skip
        for table, written in step.counts.items():
            merged.count(table, written)
        merged.touch(step.touched)
        merged.touch_items(step.items)
        merged.touch_reworded(step.reworded)
        if step.is_all_touched:
            merged.touch_all()
        return merged

    def touch(self, sprint_ids: Iterable[str]) -> None:
        """Remember that these sprints are to be derived."""
        if not self.is_all_touched:
            self.touched.update(sprint_ids)

    def touch_items(self, item_ids: Iterable[str]) -> None:
        """Remember that the sprints of these items are to be derived, and their own findings."""
        if not self.is_all_touched:
            self.items.update(item_ids)
            if len(self.items) + len(self.reworded) > MOST_ITEMS:
                self.touch_all()

    def touch_reworded(self, since: Mapping[str, datetime | None]) -> None:
        """Remember that these items' findings, and their sprints that went on at that instant, are to be derived."""
        if self.is_all_touched:
            return
        for item_id, at in since.items():
            known = self.reworded.get(item_id)
            self.reworded[item_id] = min(known, at) if known and at else known or at
        self.touch_items(())

    def touch_all(self) -> None:
        """Remember that everything is to be derived."""
        self.is_all_touched = True
        self.settle()

    def settle(self) -> None:
        """Forget what was touched one by one."""
        self.touched.clear()
        self.items.clear()
        self.reworded.clear()


def write_batch(
    session: Session, source_id: int, stream: str, parsed: Parsed, seen: Seen, *, is_exact: bool = False
) -> None:
    """Write everything one batch says, within the caller's transaction.

    Args: is_exact, changes that the same records no longer give are removed (another parser has read them).
    """
    _small(session, source_id, parsed, seen)
    _sprints(session, source_id, stream, parsed, seen)
    if parsed.items.rows:
        _items(session, source_id, parsed, seen, is_exact=is_exact)


def _note(seen: Seen, model: type[t.Base], written: Written) -> Written:
    seen.count(str(model.__tablename__), written.counts)
    return written


def _differs(written: Written) -> bool:
    return bool(written.added_keys or written.before_rows)


def _small(session: Session, source_id: int, parsed: Parsed, seen: Seen) -> None:
    """Projects, statuses and boards: a few rows that much depends on."""
    if parsed.projects.rows:
        _note(
            seen,
            t.Project,
            upsert(session, t.Project, [{"source_id": source_id, **row} for row in parsed.projects.rows]),
        )
    if parsed.statuses.rows:
        rows: list[Row] = [{"source_id": source_id, **row} for row in parsed.statuses.rows]
        if _differs(_note(seen, t.Status, upsert(session, t.Status, rows))):
            seen.touch_all()
    if parsed.boards.rows:
        rows = [{"source_id": source_id, **BOARD_DEFAULTS, **row} for row in parsed.boards.rows]
        if _differs(_note(seen, t.Board, upsert(session, t.Board, rows, keep=frozenset({"project_key"})))):
            seen.touch_all()
    if (parsed.boards.rows or not seen.board_projects) and parsed.sprints.rows:
        seen.board_projects = {
            key: row["project_key"] for key, row in lookup.by_key(session, t.Board, source_id).items()
        }


def _sprints(session: Session, source_id: int, stream: str, parsed: Parsed, seen: Seen) -> None:
    """Sprints: the source's own list is right; what items and histories say of others fills what it does not know."""
    given: list[Row] = [
        {"source_id": source_id, "is_deleted": False, "project_key": None, **row} for row in parsed.sprints.rows
    ]
    if stream != "sprint":
        given = [row for row in given if row["external_id"] not in seen.listed]
    if not given:
        return
    for row in given:
        row["project_key"] = row["project_key"] or seen.board_projects.get(row["board_id"] or "")
    stored = stored_of(session, t.Sprint, source_id, "external_id", {row["external_id"] for row in given})
    for row in given:
        before = stored.get((source_id, row["external_id"]))
        if before is not None and stream != "sprint":
            row.update({name: before[name] for name, value in row.items() if value is None})
        elif before is not None and row["project_key"] is None:
            row["project_key"] = before["project_key"]
    written = _note(seen, t.Sprint, upsert_known(session, t.Sprint, given, stored))
    seen.touch(key[1] for key in written.added_keys)
    seen.touch(row["external_id"] for row in written.before_rows)


def _items(session: Session, source_id: int, parsed: Parsed, seen: Seen, *, is_exact: bool) -> None:
    rows: list[Row] = [{"source_id": source_id, **ITEM_DEFAULTS, **row} for row in parsed.items.rows]
    stored = stored_of(session, t.WorkItem, source_id, "external_id", {row["external_id"] for row in rows})
    written = _note(seen, t.WorkItem, upsert_known(session, t.WorkItem, rows, stored))
    differing = {key[1] for key in written.added_keys} | {row["external_id"] for row in written.before_rows}
    known = {key[1] for key in stored}
    fresh, altered = _changes(session, source_id, parsed, seen, known, is_exact=is_exact)
    differing |= fresh.keys() | altered
    pairs = _pairs(parsed)
    add_sprint_items(session, source_id, (pair for pair in pairs if pair[1] not in known))
    changed = differing & known
    if seen.is_all_touched:
        refresh_sprint_items(session, source_id, changed)
        return
    linked = sprints_of_items(session, source_id, changed)
    refresh_sprint_items(session, source_id, changed)
    left = linked - sprints_of_items(session, source_id, changed)
    seen.touch(left)  # without a trace: no item that changed leads there now
    after = {row["external_id"]: row for row in rows}
    reworded = _reworded(differing - altered, after, written, fresh)
    seen.touch_items(differing - reworded.keys())
    seen.touch_reworded(reworded)
    # A sub-task is shown, and may be counted, where its parent is.
    parents = {one: after[one]["parent_id"] for one in differing if after[one]["parent_id"]}
    seen.touch_items(parent for one, parent in parents.items() if one not in reworded)
    seen.touch_items(
        row["parent_id"] for row in written.before_rows if row["parent_id"] not in (None, *parents.values())
    )
    seen.touch_reworded({parent: reworded[one] for one, parent in parents.items() if one in reworded})


def _reworded(
    item_ids: Iterable[str], after: Mapping[str, Row], written: Written, fresh: Mapping[str, list[Row]]
) -> dict[str, datetime | None]:
    """Those of the items of which nothing but content changed, with the earliest instant of it."""
    before = {row["external_id"]: row for row in written.before_rows}
    added = {key[1] for key in written.added_keys}
    found: dict[str, datetime | None] = {}
    for item_id in item_ids:
        changes, was, now = fresh.get(item_id, []), before.get(item_id), after[item_id]
        is_quiet = was is None or all(was[name] == value for name, value in now.items() if name not in QUIET_COLUMNS)
        if item_id in added or not is_quiet or any(one["field"] not in TEXTS | QUIET_CHANGES for one in changes):
            continue
        found[item_id] = min((one["at"] for one in changes if one["field"] in TEXTS), default=None)
    return found


def _changes(
    session: Session, source_id: int, parsed: Parsed, seen: Seen, known_items: set[str], *, is_exact: bool
) -> tuple[dict[str, list[Row]], set[str]]:
    """Write the changelog. Returns: item -> its new changes, and the items whose stored changes are not as they were."""
    rows: list[Row] = []
    for record in parsed.changes.rows:
        row: Row = {"source_id": source_id, **record}
        row["work_item_id"] = item_id = row.pop("work_item_key")
        row["raw_stream"], row["raw_id"] = "issue", item_id
        rows.append(row)
    stored = stored_of(session, t.Change, source_id, "work_item_id", known_items) if known_items else {}
    written = _note(seen, t.Change, upsert_known(session, t.Change, rows, stored))
    added = {key[1] for key in written.added_keys}
    altered = {row["work_item_id"] for row in written.before_rows}
    if is_exact:
        gone = set(stored) - {(source_id, row["external_id"]) for row in rows}
        altered |= {stored[key]["work_item_id"] for key in gone}
        ids = sorted(key[1] for key in gone)
        for start in range(0, len(ids), 500):
            delete_rows(session, t.Change, source_id=source_id, external_id=ids[start : start + 500])
    fresh: dict[str, list[Row]] = {}
    for row in rows:
        if row["external_id"] in added:
            fresh.setdefault(row["work_item_id"], []).append(row)
    return fresh, altered


def _pairs(parsed: Parsed) -> set[tuple[str, str]]:
    """(sprint, item) of every sprint that an item's field or history names (R5)."""
    found = {(sprint_id, row["external_id"]) for row in parsed.items.rows for sprint_id in row["sprint_ids"]}
    for change in parsed.changes.rows:
        if change["field"] == "sprint":
            for side in (change["from_value"], change["to_value"]):
                found.update((sprint_id, change["work_item_key"]) for sprint_id in ids_in(side))
    return found


def mark_deleted(session: Session, source_id: int, item_ids: Iterable[str], seen: Seen) -> None:
    """Mark items as deleted at the source; their rows stay."""
    stored = stored_of(session, t.WorkItem, source_id, "external_id", set(item_ids))
    rows = [{**row, "is_deleted": True} for row in stored.values()]
    written = _note(seen, t.WorkItem, upsert_known(session, t.WorkItem, rows, stored))
    seen.touch_items(row["external_id"] for row in written.before_rows)


def mark_sprints_gone(session: Session, source_id: int, sprint_ids: Iterable[str], seen: Seen) -> None:
    """Mark sprints as deleted at the source; their rows stay."""
    stored = stored_of(session, t.Sprint, source_id, "external_id", set(sprint_ids))
    rows: list[Row] = [{**row, "is_deleted": True} for row in stored.values()]
    written = _note(seen, t.Sprint, upsert_known(session, t.Sprint, rows, stored))
    seen.touch(row["external_id"] for row in written.before_rows)


def source_projects(session: Session, source_id: int) -> list[str]:
    """The keys of a source's projects."""
    rows: dict[str, Any] = lookup.by_key(session, t.Project, source_id)
    return sorted({row["key"] for row in rows.values()})
