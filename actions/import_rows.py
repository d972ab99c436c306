"""Parsed records into rows: references are resolved, facts corrected, and every written row remembered for an undo."""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from actions.import_items import write_items, write_projects_and_boards, write_sprints
from actions.importing import Import, unsaid
from connectors.records import Parsed
from connectors.rows import Records
from store import lookup
from store import tables as t
from store.derived import refresh_sprint_items
from store.write import Row


def write_parsed(work: Import, parsed: Parsed, elsewhere: Collection[str] = ()) -> None:
    """Write everything one sheet says. References were checked by the preview: an unknown one is a defect here.

    Args: elsewhere, items that another sheet of the file tells of.
    """
    write_projects_and_boards(work, parsed)
    write_sprints(work, parsed)
    work.write(t.Status, work.rows(parsed.statuses))
    write_items(work, parsed, elsewhere)
    _changes(work, parsed)
    _verdicts(work, parsed)
    _kpis(work, parsed)
    _feedback(work, parsed)


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
    own = _own_sprints(work, [place[0] for place in items.values()])
    rows: list[Row] = []
    for record in parsed.verdicts.rows:
        given: Row = {name: value for name, value in record.items() if name != "work_item_key"}
        source_id, item_id = items[record["work_item_key"]][0]
        sprint_id = record["sprint_id"] or own[source_id, item_id](record["decided_at"] or work.at)
        decided_at = record["decided_at"] or work.sprint_ends.get((source_id, sprint_id)) or work.at
        rows.append(
            {**given, "source_id": source_id, "sprint_id": sprint_id, "work_item_id": item_id,
             "decided_at": decided_at, "recorded_by": work.actor}
        )  # fmt: skip
    subject = ("source_id", "sprint_id", "work_item_id")
    work.append(t.Verdict, ("verdict", "remark", "decided_by", "department"), rows, subject)


def _own_sprints(work: Import, places: Collection[tuple[int, str]]) -> dict[tuple[int, str], Callable[[datetime], str]]:
    """(source, item) -> at an instant, the sprint it was in that had begun last; before them the first, without dates the last."""
    sources = {source for source, _ in places}
    starts = lookup.sprint_starts(work.session, sources)
    found: dict[tuple[int, str], Callable[[datetime], str]] = {}
    for source in sources:
        held = lookup.sprint_ids_of(work.session, source, {one for of, one in places if of == source})
        for item_id, sprints in held.items():
            begun = sorted((at, n, one) for n, one in enumerate(sprints) if (at := starts.get((source, one))))
            found[source, item_id] = partial(_begun_last, begun, sprints)
    return found


def _begun_last(begun: Sequence[tuple[datetime, int, str]], sprints: Sequence[str], at: datetime) -> str:
    before = [one for start, _, one in begun if start <= at]
    return before[-1] if before else begun[0][2] if begun else sprints[-1]


def _kpis(work: Import, parsed: Parsed) -> None:
    recorded = {"recorded_at": work.at, "recorded_by": work.actor}
    if parsed.kpis.rows:
        known = lookup.own_ids(work.session, t.Kpi, work.source_id)
        rows = work.rows(parsed.kpis)
        fresh = lookup.next_id(work.session, t.Kpi)
        for row in rows:
            row["id"] = known.get(row["external_id"]) or fresh
            fresh += row["external_id"] not in known
        work.write(t.Kpi, rows, unsaid=unsaid(parsed.kpis))
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
    rows = work.rows(parsed.feedback, recorded_by=work.actor)
    fresh = lookup.next_id(work.session, t.Feedback)
    for row in rows:
        row["id"] = known.get(row["external_id"]) or fresh
        fresh += row["external_id"] not in known
    # Who recorded it first stays: the same file imported by another person changes nothing.
    recorders = lookup.recorders(work.session, work.source_id)
    for row in rows:
        row["recorded_by"] = recorders.get(row["external_id"], row["recorded_by"])
    work.write(t.Feedback, rows, unsaid=unsaid(parsed.feedback))
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
