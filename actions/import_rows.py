"""Parsed records into rows: references are resolved, facts corrected, and every written row remembered for an undo."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from operator import itemgetter
from typing import Any

from connectors.records import Parsed, Records
from store import facts, lookup
from store import tables as t
from store.db import Session
from store.derived import add_sprint_items, link_stated, refresh_sprint_items
from store.sqlite_rows import is_constant
from store.undo import remember
from store.write import Row, Written, insert_rows, upsert, upsert_columns

Counts = dict[str, dict[str, int]]
ALWAYS: frozenset[str] = frozenset()


@dataclass
class Import:
    """One sheet's import at work: into which source, in which run, by whom, when; and what it wrote so far."""

    session: Session
    source_id: int
    run_id: int
    actor: str
    at: datetime
    sprint_ends: Mapping[tuple[int, str], datetime | None] = field(default_factory=dict)
    counts: Counts = field(default_factory=dict)
    touched: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    touched_items: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    has_new_log: set[int] = field(default_factory=set)  # sources whose recorded changes are others than before
    first: facts.FirstFacts | None = None  # what this wrote of items, where the source had none

    def write(self, model: type[t.Base], rows: list[Row], *, keep: frozenset[str] = ALWAYS) -> Written:
        """Upsert rows, count them and remember what changed."""
        return self.note(model, upsert(self.session, model, rows, keep=keep))

    def write_columns(
        self, model: type[t.Base], columns: Mapping[str, Sequence[Any]], *, keep: frozenset[str] = ALWAYS
    ) -> Written:
        """The same for rows given by column."""
        return self.note(model, upsert_columns(self.session, model, columns, keep=keep))

    def note(self, model: type[t.Base], written: Written) -> Written:
        """Count what was written and remember it for an undo."""
        remember(self.session, self.run_id, model, written)
        counts = self.counts.setdefault(str(model.__tablename__), Counter())
        for name, n in written.counts.items():
            counts[name] = counts.get(name, 0) + n
        return written

    def append(self, model: type[t.Base], same: Iterable[str], rows: list[Row], of: tuple[str, ...]) -> None:
        """Append facts to an append-only table; a fact that is the last imported one of its subject is not repeated.

        Args: of, the columns that say what a fact is about; same, those in which it must differ to be news.
        """
        latest = lookup.latest_imported(self.session, model, of)
        names = tuple(same)
        fresh: list[Row] = []
        for row in rows:
            before = latest.get(tuple(row[name] for name in of))
            if before is None or any(before[name] != row[name] for name in names):
                fresh.append({**row, "run_id": self.run_id})
                latest[tuple(row[name] for name in of)] = row
        first = lookup.next_id(self.session, model)
        for number, row in enumerate(fresh, start=first):
            row["id"] = number
        insert_rows(self.session, model, fresh)
        lookup.follow_sequence(self.session, model)
        self.note(model, Written([(row["id"],) for row in fresh], [], len(rows) - len(fresh)))


def write_parsed(work: Import, parsed: Parsed) -> None:
    """Write everything one sheet says. References were checked by the preview: an unknown one is a defect here."""
    _projects_and_boards(work, parsed)
    _sprints(work, parsed)
    work.write(t.Status, _rows(work, parsed.statuses))
    _items(work, parsed)
    _changes(work, parsed)
    _verdicts(work, parsed)
    _kpis(work, parsed)
    _feedback(work, parsed)


def _rows(work: Import, records: Records[Any], **more: Any) -> list[Row]:
    return [{"source_id": work.source_id, **row, **more} for row in records.rows]


def _keep(records: Records[Any]) -> frozenset[str]:
    """Columns the sheet does not speak of: what is stored wins over their nulls."""
    if not len(records) or not records.known:
        return ALWAYS
    return frozenset(records.columns) - records.known


def _projects_and_boards(work: Import, parsed: Parsed) -> None:
    work.write(t.Project, _rows(work, parsed.projects))
    if parsed.boards.rows:
        stored = lookup.by_key(work.session, t.Board, work.source_id)
        defaults: Row = {"kind": "scrum", "estimation_field": None, "columns": []}
        rows = [
            {name: stored.get(row["external_id"], defaults)[name] for name in defaults} | row
            for row in _rows(work, parsed.boards)
        ]
        work.write(t.Board, rows, keep=frozenset({"project_key"}))


def _sprints(work: Import, parsed: Parsed) -> None:
    projects: dict[str, set[str | None]] = defaultdict(set)
    if len(parsed.items):
        for sprint_ids, project in zip(
            parsed.items.column("sprint_ids"), parsed.items.column("project_key"), strict=True
        ):
            for sprint_id in sprint_ids:
                projects[sprint_id].add(project)
    rows = [
        {**row, "project_key": next(iter(found)) if len(found := projects[row["external_id"]]) == 1 else None}
        for row in _rows(work, parsed.sprints, is_deleted=False)
    ]
    work.write(t.Sprint, rows, keep=_keep(parsed.sprints) | {"project_key"})
    work.touched[work.source_id].update(row["external_id"] for row in rows)


def _items(work: Import, parsed: Parsed) -> None:
    if not len(parsed.items):
        return
    ids = parsed.items.column("external_id")
    stored = lookup.sprint_ids_of(work.session, work.source_id, ids)
    is_full_list = parsed.kind == "jira_csv"  # its row lists every sprint of the item, so one not named has been left
    columns = dict(parsed.items.columns)
    if stored and not is_full_list:
        columns["sprint_ids"] = [
            list(dict.fromkeys([*stored.get(one, ()), *named]))
            for one, named in zip(ids, columns["sprint_ids"], strict=True)
        ]
    stated = list(zip(parsed.stated.column("sprint_id"), parsed.stated.column("work_item_id"), strict=True))
    written = _in_order(_of_source(work, columns, links=[], is_deleted=False))
    work.write_columns(t.WorkItem, written, keep=_keep(parsed.items))
    if stated:
        work.write_columns(t.StatedEntry, _of_source(work, parsed.stated.columns))
    if not stored and facts.is_all(work.session, work.source_id, items=len(ids), stated=len(stated)):
        work.first = facts.FirstFacts.of(written, parsed.stated.columns)
    work.touched[work.source_id].update(parsed.stated.column("sprint_id"))
    if is_full_list:
        told = set(stated)
        left = {
            (sprint_id, item_id)
            for item_id, before in stored.items()
            for sprint_id in before
            if (sprint_id, item_id) not in told
        }
        gone = lookup.take_out(work.session, work.source_id, left)
        work.note(t.StatedEntry, Written([], gone, 0))
        work.touched[work.source_id].update(row["sprint_id"] for row in gone)
    # Those that were here before may have left a sprint.
    work.touched_items[work.source_id].update(ids)
    linked = [(sprint_id, one) for one, held in zip(ids, columns["sprint_ids"], strict=True) for sprint_id in held]
    if work.first is not None and (linked == stated or set(stated).issuperset(linked)):
        link_stated(work.session, work.source_id)
        return
    fresh = dict.fromkeys(chain(stated, linked))
    add_sprint_items(work.session, work.source_id, [pair for pair in fresh if pair[1] not in stored])
    refresh_sprint_items(work.session, work.source_id, stored)


def _of_source(work: Import, columns: Mapping[str, Sequence[Any]], **more: Any) -> dict[str, Sequence[Any]]:
    count = len(next(iter(columns.values())))
    same = {name: [value] * count for name, value in more.items()}
    return {"source_id": [work.source_id] * count, **columns, **same}


def _in_order(columns: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """In the order of the keys: an index that grows at its end costs a third less than one that grows everywhere."""
    ids = columns["external_id"]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    if len(order) < 2:
        return dict(columns)
    sort = itemgetter(*order)
    return {name: values if is_constant(values) else sort(values) for name, values in columns.items()}


def _changes(work: Import, parsed: Parsed) -> None:
    if not parsed.changes.rows:
        return
    items = lookup.items_by_key(work.session, {row["work_item_key"] for row in parsed.changes.rows}, work.source_id)
    seen: Counter[tuple[str, datetime, str]] = Counter()
    rows: list[Row] = []
    for record in parsed.changes.rows:
        given: Row = {name: value for name, value in record.items() if name != "work_item_key"}
        key = record["work_item_key"]
        source_id, item_id = items[key][0]
        subject = (key, record["at"], record["field"])
        seen[subject] += 1
        # Which change it is does not depend on its values: a corrected file corrects them, and adds no second event.
        identity = "\x1f".join((key, record["at"].isoformat(), record["field"], str(seen[subject])))
        given["external_id"] = hashlib.sha256(identity.encode()).hexdigest()[:32]
        rows.append({**given, "source_id": source_id, "work_item_id": item_id, "raw_stream": None, "raw_id": None})
    written = work.write(t.Change, rows)
    for source_id in {row["source_id"] for row in rows}:
        mine = {row["work_item_id"] for row in rows if row["source_id"] == source_id}
        refresh_sprint_items(work.session, source_id, mine)
        work.touched[source_id] |= set()
        work.touched_items[source_id] |= mine
        if written.added_keys or written.before_rows:
            work.has_new_log.add(source_id)


def _verdicts(work: Import, parsed: Parsed) -> None:
    if not parsed.verdicts.rows:
        return
    items = lookup.items_by_key(work.session, {row["work_item_key"] for row in parsed.verdicts.rows}, work.source_id)
    rows: list[Row] = []
    for record in parsed.verdicts.rows:
        given: Row = {name: value for name, value in record.items() if name != "work_item_key"}
        source_id, item_id = items[record["work_item_key"]][0]
        sprint_id = record["sprint_id"] or lookup.sprint_ids_of(work.session, source_id, [item_id])[item_id][-1]
        decided_at = record["decided_at"] or work.sprint_ends.get((source_id, sprint_id)) or work.at
        rows.append(
            {**given, "source_id": source_id, "sprint_id": sprint_id, "work_item_id": item_id,
             "decided_at": decided_at, "recorded_by": work.actor}
        )  # fmt: skip
    subject = ("source_id", "sprint_id", "work_item_id")
    work.append(t.Verdict, ("verdict", "remark", "decided_by", "department"), rows, subject)


def _kpis(work: Import, parsed: Parsed) -> None:
    recorded = {"recorded_at": work.at, "recorded_by": work.actor}
    if parsed.kpis.rows:
        known = lookup.own_ids(work.session, t.Kpi, work.source_id)
        rows = _rows(work, parsed.kpis)
        fresh = lookup.next_id(work.session, t.Kpi)
        for row in rows:
            row["id"] = known.get(row["external_id"]) or fresh
            fresh += row["external_id"] not in known
        work.write(t.Kpi, rows, keep=_keep(parsed.kpis))
        lookup.follow_sequence(work.session, t.Kpi)
    named = lookup.kpis_by_name(work.session, work.source_id)

    def told(records: Records[Any], **more: Any) -> list[Row]:
        found = []
        for record in records.rows:
            given = {name: value for name, value in record.items() if name not in ("kpi", "dimension", "unit")}
            found.append({"kpi_id": named[record["kpi"]][0], **given, **recorded, **more})
        return found

    work.append(
        t.KpiBaseline,
        ("value", "measured_at", "n", "provenance"),
        told(parsed.baselines, is_locked=False),
        ("kpi_id",),
    )
    work.append(t.KpiTarget, ("value", "due_at"), told(parsed.targets, reason=None), ("kpi_id",))
    work.append(t.KpiPhase, ("kind", "reason"), told(parsed.phases), ("kpi_id", "begins_at"))
    measured = told(parsed.measurements)
    work.append(t.KpiMeasurement, ("value", "n", "raw_text", "remark"), measured, ("kpi_id", "at"))
    # A KPI may live in another source, whose findings speak of its measurements.
    for source_id in lookup.sources_of_kpis(work.session, [row["kpi_id"] for row in measured]):
        work.touched[source_id] |= set()


def _feedback(work: Import, parsed: Parsed) -> None:
    if not parsed.feedback.rows:
        return
    known = lookup.own_ids(work.session, t.Feedback, work.source_id)
    rows = _rows(work, parsed.feedback, recorded_by=work.actor)
    fresh = lookup.next_id(work.session, t.Feedback)
    for row in rows:
        row["id"] = known.get(row["external_id"]) or fresh
        fresh += row["external_id"] not in known
    # Who recorded it first stays: the same file imported by another person changes nothing.
    recorders = lookup.recorders(work.session, work.source_id)
    for row in rows:
        row["recorded_by"] = recorders.get(row["external_id"], row["recorded_by"])
    work.write(t.Feedback, rows, keep=_keep(parsed.feedback))
    lookup.follow_sequence(work.session, t.Feedback)
    _feedback_events(work, parsed, {row["external_id"]: row["id"] for row in rows})


def _feedback_events(work: Import, parsed: Parsed, feedback_ids: Mapping[str, int]) -> None:
    if not parsed.feedback_events.rows:
        return
    keys = {row["work_item_key"] for row in parsed.feedback_events.rows if row["work_item_key"]}
    items = lookup.items_by_key(work.session, keys, work.source_id)
    known = lookup.event_ids(work.session, list(feedback_ids.values()))
    fresh = lookup.next_id(work.session, t.FeedbackEvent)
    rows = []
    for record in parsed.feedback_events.rows:
        given = {name: value for name, value in record.items() if name not in ("feedback", "work_item_key")}
        feedback_id = feedback_ids[record["feedback"]]
        payload = {}
        if record["work_item_key"]:
            source_id, item_id = items[record["work_item_key"]][0]
            payload = {"source_id": source_id, "work_item_id": item_id}
        number, run_id = known.get((feedback_id, str(given["external_id"])), (None, None))
        if number is None:
            number, run_id, fresh = fresh, work.run_id, fresh + 1
        rows.append(
            {**given, "id": number, "feedback_id": feedback_id, "is_human": True, "payload": payload, "run_id": run_id}
        )
    work.write(t.FeedbackEvent, rows)
    lookup.follow_sequence(work.session, t.FeedbackEvent)
