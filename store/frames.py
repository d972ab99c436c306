"""Tables -> documented DataFrames. Every reader asks for a Scope; what it may not see does not exist.

Each frame has the columns of its table (store/tables.py) with `external_id` renamed to what it identifies
(`sprint_id`, `work_item_id`, `board_id`, `change_id`) and `id` likewise (`kpi_id`, `feedback_id` ...), with the same
dtypes whether or not there are rows: str, float64, Int64, bool (boolean where it can be null), datetime64[us, UTC],
object for JSON. Rows come in the order of the primary key unless the docstring says otherwise.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import (
    JSON,
    ColumnElement,
    Select,
    String,
    and_,
    exists,
    false,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlmodel import Session

from core.actor import EVERYTHING, Scope
from store import tables as t
from store.db import from_json
from store.snapshots import with_frozen_entries, with_frozen_totals
from store.write import python_type_of, table_of

Ids = Iterable[str] | None
Reading = Session  # what rooms without SQL call the session that they pass on
CHUNK = 5000  # ids in one IN (...); both databases take more, SQLite 32,766
ONLY_SIGN_INS = ("sign_in", "sign_in_failed", "sign_out")  # what these write, no figure reads
ONLY_ISSUES = "issues"  # the kind of a run that re-read a few issues: it says nothing about the age of the others


def version(session: Session) -> int:
    """The store's version: a number from the last audit entry's hash, of signing in and out no heed taken. Every write leaves
    an audit entry, so an equal version is equal data, save for the log itself and for who is signed in (`log_end`)."""
    return _end(session, table_of(t.AuditEntry).c.action.not_in(ONLY_SIGN_INS))


def log_end(session: Session) -> int:
    """The same of all entries: equal as long as nothing whatever was written, signing in and out included."""
    return _end(session, true())


def _end(session: Session, which: ColumnElement[bool]) -> int:
    """A number from the last such entry's hash: by its id, a restored log as long as the one it replaced would be the same."""
    entry = table_of(t.AuditEntry)
    last = session.execute(select(entry.c.sha256).where(which).order_by(entry.c.id.desc()).limit(1)).scalar()
    return int(last[:15], 16) if last else 0


def frame(session: Session, model: type[t.Base], *where: ColumnElement[bool], **rename: str) -> pd.DataFrame:
    """All rows of a table that meet the conditions, typed; `rename` maps column -> new name."""
    table = table_of(model)
    return _typed(session, select(table).where(*where).order_by(*table.primary_key.columns), rename)


def _typed(session: Session, statement: Select[Any], rename: dict[str, str]) -> pd.DataFrame:
    kinds = [(column.name, column.type) for column in statement.selected_columns]
    if session.connection().dialect.name == "sqlite":
        statement = _as_stored(statement)
    rows = session.execute(statement).all()
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(kinds)
    found = pd.DataFrame(
        {rename.get(name, name): _series(kind, values) for (name, kind), values in zip(kinds, columns, strict=True)}
    )
    masking = session.info.get("masking")
    return masking.masked(session, found) if masking else found


def _as_stored(statement: Select[Any]) -> Select[Any]:
    """The statement with instants and JSON as the texts SQLite keeps: whole columns are read faster than single values."""
    return statement.with_only_columns(
        *[
            type_coerce(column, String).label(column.name) if _is_text_in_sqlite(column.type) else column
            for column in statement.selected_columns
        ],
        maintain_column_froms=True,
    )


def _is_text_in_sqlite(kind: Any) -> bool:
    return isinstance(kind, JSON) or python_type_of(kind) is datetime


def _series(kind: Any, values: Sequence[Any]) -> "pd.Series[Any]":
    if isinstance(kind, JSON):
        return pd.Series([from_json(one) if isinstance(one, str) else one for one in values], dtype="object")
    python = python_type_of(kind)
    if python is datetime:
        instants = pd.to_datetime(
            pd.Series(list(values), dtype="object"), utc=True, format="ISO8601" if _is_text(values) else None
        )
        return pd.Series(instants).astype("datetime64[us, UTC]")
    if python is date:
        return pd.Series(list(values), dtype="object")
    if python is bool and None in values:
        return pd.Series(list(values), dtype="boolean")  # "bool" would make a null a False
    dtype = {bool: "bool", int: "Int64", float: "float64", str: "str"}.get(python, "object")
    return pd.Series(list(values), dtype=dtype)


def _is_text(values: Sequence[Any]) -> bool:
    return isinstance(next((one for one in values if one is not None), None), str)


def in_projects(scope: Scope, column: Any) -> ColumnElement[bool]:
    """The condition that a row's project is within the scope; rows without a project are for unlimited scopes alone."""
    if scope.projects is None:
        return true()
    return column.in_(scope.projects) if scope.projects else false()


def in_departments(scope: Scope, project: Any, department: Any) -> ColumnElement[bool]:
    """The condition that a row's department or project is within the scope."""
    if scope.departments is None or scope.projects is None:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.departments:
        parts.append(department.in_(scope.departments))
    if scope.projects:
        parts.append(project.in_(scope.projects))
    return or_(*parts) if parts else false()


def in_sources(scope: Scope, source_id: Any, *, whole: bool = False) -> ColumnElement[bool]:
    """The condition that a source holds a project within the scope; with `whole`, that it holds no other project."""
    if scope.projects is None:
        return true()
    project = table_of(t.Project)
    inside: ColumnElement[bool] = source_id.in_(select(project.c.source_id).where(in_projects(scope, project.c.key)))
    if not whole:
        return inside
    return and_(inside, source_id.not_in(select(project.c.source_id).where(not_(in_projects(scope, project.c.key)))))


# ---------------------------------------------------------------- sprints


def sources(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per source: source_id, name, kind, is_sample, policy, settings, cursor, created_at."""
    return frame(session, t.Source, in_sources(scope, table_of(t.Source).c.id), id="source_id")


def source_overview(session: Session) -> pd.DataFrame:
    """One row per source: source_id, source (its name), kind, is_sample, policy, sprints, items, fresh_since (the start
    of its newest finished run, null before any)."""
    source, sprint, item, run = (table_of(model) for model in (t.Source, t.Sprint, t.WorkItem, t.SyncRun))

    def rows_of(table: Any) -> Any:
        counted = select(func.count()).where(table.c.source_id == source.c.id, table.c.is_deleted.is_(False))
        return counted.scalar_subquery()

    is_whole = (run.c.state == "done", run.c.kind != ONLY_ISSUES)
    newest = select(func.max(run.c.started_at)).where(run.c.source_id == source.c.id, *is_whole)
    columns = (source.c.kind, source.c.is_sample, source.c.policy)
    statement = select(
        source.c.id.label("source_id"), source.c.name.label("source"), *columns, rows_of(sprint).label("sprints"),
        rows_of(item).label("items"), newest.scalar_subquery().label("fresh_since"),
    ).order_by(source.c.id)  # fmt: skip
    return _typed(session, statement, {})


def boards(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per board: source_id, board_id, name, kind, project_key, estimation_field, columns."""
    return frame(session, t.Board, in_projects(scope, table_of(t.Board).c.project_key), external_id="board_id")


def sprints(session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None) -> pd.DataFrame:
    """One row per sprint, oldest start first (not started last): the columns of `Sprint` and `board_name`."""
    sprint, board = table_of(t.Sprint), table_of(t.Board)
    conditions = [in_projects(scope, sprint.c.project_key), sprint.c.is_deleted.is_(False)]
    if source_id is not None:
        conditions.append(sprint.c.source_id == source_id)
    if sprint_ids is not None:
        conditions.append(sprint.c.external_id.in_(list(sprint_ids)))
    same_board = and_(board.c.source_id == sprint.c.source_id, board.c.external_id == sprint.c.board_id)
    statement = (
        select(sprint, board.c.name.label("board_name"))
        .select_from(sprint.outerjoin(board, same_board))
        .where(*conditions)
        .order_by(sprint.c.started_at.is_(None), sprint.c.started_at, sprint.c.source_id, sprint.c.external_id)
    )
    return _typed(session, statement, {"external_id": "sprint_id"})


def source_facts(session: Session, source_id: int, work_item_ids: Ids = None) -> dict[str, Any]:
    """Everything one source states and recorded about some items (None: all): the arguments of metrics.facts.SourceFacts."""
    source = sources(session).set_index("source_id").loc[source_id]
    known = statuses(session, source_id)
    category = dict(zip(known["status_id"], known["category"], strict=True))
    ids = None if work_item_ids is None else set(work_item_ids)
    items = slim_items(session, source_id, ids)
    items["is_done"] = items["status_category"].eq("done").fillna(False).astype(bool)
    stated = stated_entries(session, source_id)
    has_stated = not stated.empty
    if ids is not None:
        stated = stated[stated["work_item_id"].isin(ids)].reset_index(drop=True)
    stated["is_done"] = stated["status_id"].map(category).eq("done").fillna(False).astype(bool)
    every_board = boards(session, EVERYTHING)
    return {
        "source_id": source_id,
        "policy": source["policy"],
        "settings": source["settings"],
        "sprints": sprints(session, EVERYTHING, source_id=source_id),
        "items": items,
        "changes": changes(session, EVERYTHING, source_id, ids),
        "stated": stated,
        "statuses": known,
        "boards": every_board[every_board["source_id"] == source_id],
        "log_begins": log_begins(session, source_id),
        "has_stated": has_stated,
        "is_whole": ids is None,
    }


def slim_items(
    session: Session, source_id: int, work_item_ids: Ids = None, *where: ColumnElement[bool]
) -> pd.DataFrame:
    """The columns of `work_items` that counting needs (no texts, which are most of an item's bytes), of items that meet
    the conditions."""
    item, status = table_of(t.WorkItem), table_of(t.Status)
    names = ("external_id", "key", "kind", "parent_id", "sprint_ids", "status_id", "estimate_points", "resolution",
             "created_at", "done_at", "is_deleted")  # fmt: skip
    statement = select(*[item.c[name] for name in names]).where(item.c.source_id == source_id, *where)
    statement = statement.order_by(item.c.external_id)
    found = _by_ids(session, statement, item.c.external_id, work_item_ids, {"external_id": "work_item_id"})
    known = session.execute(select(status.c.external_id, status.c.category).where(status.c.source_id == source_id))
    category = {row[0]: row[1] for row in known}
    found["status_category"] = found["status_id"].map(category).astype("str")
    return found


def log_begins(session: Session, source_id: int) -> dict[str, datetime]:
    """When the recorded changes of a source begin, by field."""
    change = table_of(t.Change)
    first = (
        select(change.c.field, func.min(change.c.at)).where(change.c.source_id == source_id).group_by(change.c.field)
    )
    return {row[0]: row[1] for row in session.execute(first)}


def work_items(session: Session, scope: Scope, source_id: int, work_item_ids: Ids = None) -> pd.DataFrame:
    """One row per work item of a source: the columns of `WorkItem`, `status` (its name) and `status_category`."""
    item, status = table_of(t.WorkItem), table_of(t.Status)
    same_status = and_(status.c.source_id == item.c.source_id, status.c.external_id == item.c.status_id)
    statement = (
        select(item, status.c.name.label("status"), status.c.category.label("status_category"))
        .select_from(item.outerjoin(status, same_status))
        .where(item.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(item.c.external_id)
    )
    return _by_ids(session, statement, item.c.external_id, work_item_ids, {"external_id": "work_item_id"})


def statuses(session: Session, source_id: int) -> pd.DataFrame:
    """One row per status of a source: status_id, name, category."""
    return frame(session, t.Status, table_of(t.Status).c.source_id == source_id, external_id="status_id")


def every_status(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per status of every source: source_id, status_id, name, category."""
    return frame(session, t.Status, in_sources(scope, table_of(t.Status).c.source_id), external_id="status_id")


def every_type(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """One row per source, type of work item and the kind it counts as: source_id, type, kind, n."""
    item = table_of(t.WorkItem)
    columns = (item.c.source_id, item.c.type, item.c.kind)
    counted = (
        select(*columns, func.count().label("n"))
        .where(item.c.type.is_not(None), in_projects(scope, item.c.project_key))
        .group_by(*columns)
        .order_by(*columns)
    )
    return _typed(session, counted, {})


def changes(session: Session, scope: Scope, source_id: int, work_item_ids: Ids = None) -> pd.DataFrame:
    """One row per changed field, in the order of item, time and id: the columns of `Change`, with change_id."""
    change, item = table_of(t.Change), table_of(t.WorkItem)
    same_item = and_(item.c.source_id == change.c.source_id, item.c.external_id == change.c.work_item_id)
    statement = (
        select(change)
        .select_from(change.join(item, same_item))
        .where(change.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(change.c.work_item_id, change.c.at, change.c.external_id)
    )
    return _by_ids(session, statement, change.c.work_item_id, work_item_ids, {"external_id": "change_id"})


def stated_entries(session: Session, source_id: int, sprint_ids: Ids = None) -> pd.DataFrame:
    """One row per item and sprint that a sheet states: the columns of `StatedEntry`."""
    stated = table_of(t.StatedEntry)
    statement = (
        select(stated).where(stated.c.source_id == source_id).order_by(stated.c.sprint_id, stated.c.work_item_id)
    )
    return _by_ids(session, statement, stated.c.sprint_id, sprint_ids, {})


def entries(session: Session, scope: Scope, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """As `derived_entries`, those of frozen sprints as they were frozen."""
    derived = derived_entries(session, scope, source_id, sprint_ids)
    return with_frozen_entries(session, derived, source_id, sprint_ids, scope)


def derived_entries(session: Session, scope: Scope, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """One row per item and sprint as derived: the columns of `SprintEntry` and of its item: key, title, kind, type,
    assignee, url, project_key, description, acceptance_criteria, status, parent_id."""
    entry, item, status = table_of(t.SprintEntry), table_of(t.WorkItem), table_of(t.Status)
    same_item = and_(item.c.source_id == entry.c.source_id, item.c.external_id == entry.c.work_item_id)
    same_status = and_(status.c.source_id == item.c.source_id, status.c.external_id == item.c.status_id)
    wanted = ("key", "title", "kind", "type", "assignee", "url", "project_key", "acceptance_criteria", "parent_id")
    statement = (
        select(entry, *[item.c[name] for name in wanted], status.c.name.label("status"))
        .select_from(entry.join(item, same_item).outerjoin(status, same_status))
        .where(entry.c.source_id == source_id, in_projects(scope, item.c.project_key))
        .order_by(entry.c.sprint_id, item.c.key)
    )
    return _by_ids(session, statement, entry.c.sprint_id, sprint_ids, {})


def totals(session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None) -> pd.DataFrame:
    """As `derived_totals`, those of frozen sprints as they were frozen."""
    derived = derived_totals(session, scope, source_id=source_id, sprint_ids=sprint_ids)
    return with_frozen_totals(session, derived)


def derived_totals(
    session: Session, scope: Scope, *, source_id: int | None = None, sprint_ids: Ids = None
) -> pd.DataFrame:
    """One row per sprint and unit (points, count): the columns of `SprintTotal`."""
    total, sprint = table_of(t.SprintTotal), table_of(t.Sprint)
    same = and_(sprint.c.source_id == total.c.source_id, sprint.c.external_id == total.c.sprint_id)
    statement = select(total).select_from(total.join(sprint, same)).where(in_projects(scope, sprint.c.project_key))
    if source_id is not None:
        statement = statement.where(total.c.source_id == source_id)
    return _by_ids(session, statement, total.c.sprint_id, sprint_ids, {})


def verdicts(session: Session, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """Every verdict of these sprints, oldest first: the columns of `Verdict`; the last of an item counts."""
    verdict = table_of(t.Verdict)
    where = (verdict.c.source_id == source_id, verdict.c.sprint_id.in_(list(sprint_ids)))
    return frame(session, t.Verdict, *where)


def goal_verdicts(session: Session, source_id: int, sprint_ids: Sequence[str]) -> pd.DataFrame:
    """Every goal verdict of these sprints, oldest first: the columns of `GoalVerdict`."""
    goal = table_of(t.GoalVerdict)
    return frame(session, t.GoalVerdict, goal.c.source_id == source_id, goal.c.sprint_id.in_(list(sprint_ids)))


def change_requests(session: Session, scope: Scope) -> pd.DataFrame:
    """Every version of every change request, oldest first: the columns of `ChangeRequest`."""
    request = table_of(t.ChangeRequest)
    where = in_departments(scope, request.c.project_key, request.c.department)
    return frame(session, t.ChangeRequest, where)


def covered_items(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """What change requests cover: the columns of `ChangeRequestItem`."""
    covered, request = table_of(t.ChangeRequestItem), table_of(t.ChangeRequest)
    inside = select(request.c.id).where(in_departments(scope, request.c.project_key, request.c.department))
    return frame(session, t.ChangeRequestItem, covered.c.change_request_id.in_(inside))


def signatures(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Every signature, oldest first: the columns of `Signature`."""
    if scope == EVERYTHING:
        return frame(session, t.Signature)
    signature, request = table_of(t.Signature), table_of(t.ChangeRequest)
    inside = select(request.c.number).where(in_departments(scope, request.c.project_key, request.c.department))
    is_request = signature.c.subject_table == "change_request"
    return frame(session, t.Signature, is_request, signature.c.subject_id.in_(inside))


def waivers(session: Session, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """Every waiver and revocation, oldest first: the columns of `Waiver`."""
    if scope.projects is None:
        return frame(session, t.Waiver)
    return frame(session, t.Waiver, _of_items(scope, table_of(t.Waiver), "work_item_id"))


# ---------------------------------------------------------------- KPIs and feedback


def kpis(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per KPI: the columns of `Kpi`, with kpi_id."""
    kpi = table_of(t.Kpi)
    return frame(session, t.Kpi, in_departments(scope, kpi.c.project_key, kpi.c.department), id="kpi_id")


def kpi_facts(session: Session, model: type[t.Base], kpi_ids: Iterable[int]) -> pd.DataFrame:
    """Rows of KpiBaseline, KpiTarget, KpiMeasurement or KpiPhase of these KPIs, oldest record first."""
    return frame(session, model, table_of(model).c.kpi_id.in_([int(one) for one in kpi_ids]))


def feedback(session: Session, scope: Scope) -> pd.DataFrame:
    """One row per piece of feedback as received: the columns of `Feedback`, with feedback_id, oldest first."""
    table = table_of(t.Feedback)
    where = in_departments(scope, table.c.project_key, table.c.department)
    statement = select(table).where(where).order_by(table.c.received_at, table.c.id)
    return _typed(session, statement, {"id": "feedback_id"})


def feedback_events(session: Session, scope: Scope) -> pd.DataFrame:
    """Every event of the feedback in scope, oldest first: the columns of `FeedbackEvent`."""
    event, table = table_of(t.FeedbackEvent), table_of(t.Feedback)
    statement = (
        select(event)
        .select_from(event.join(table, table.c.id == event.c.feedback_id))
        .where(in_departments(scope, table.c.project_key, table.c.department))
        .order_by(event.c.feedback_id, event.c.at, event.c.id)
    )
    return _typed(session, statement, {})


# ---------------------------------------------------------------- the house


def findings(
    session: Session, scope: Scope = EVERYTHING, *, source_id: int | None = None, sprint_id: str | None = None
) -> pd.DataFrame:
    """Every open finding (of one source, of one sprint's ledger): the columns of `Finding`, with finding_id.

    A limited scope has those of its sprints and items, and of the sources that hold nothing else.
    """
    finding = table_of(t.Finding)
    where = [finding.c.source_id == source_id] if source_id is not None else []
    where += [finding.c.sprint_id == sprint_id] if sprint_id is not None else []
    if scope.projects is not None:
        mine = and_(finding.c.subject_table == "work_item", _of_items(scope, finding, "subject_id"))
        where.append(or_(in_sources(scope, finding.c.source_id, whole=True), _of_sprints(scope, finding), mine))
    return frame(session, t.Finding, *where, id="finding_id")


def _of_items(scope: Scope, table: Any, column: str) -> ColumnElement[bool]:
    """The condition that a row is about an item within the scope."""
    item = table_of(t.WorkItem)
    same = (item.c.source_id == table.c.source_id, item.c.external_id == table.c[column])
    return exists().where(*same, in_projects(scope, item.c.project_key))


def _of_sprints(scope: Scope, table: Any) -> ColumnElement[bool]:
    """The condition that a row is about a sprint within the scope."""
    sprint = table_of(t.Sprint)
    same = (sprint.c.source_id == table.c.source_id, sprint.c.external_id == table.c.sprint_id)
    return exists().where(*same, in_projects(scope, sprint.c.project_key))


def runs(session: Session, limit: int = 50, scope: Scope = EVERYTHING) -> pd.DataFrame:
    """The last runs of connectors, newest first: the columns of `SyncRun`, with run_id, and source (its name)."""
    run, source = table_of(t.SyncRun), table_of(t.Source)
    statement = (
        select(run, source.c.name.label("source"))
        .select_from(run.join(source, source.c.id == run.c.source_id))
        .where(in_sources(scope, run.c.source_id))
        .order_by(run.c.id.desc())
        .limit(limit)
    )
    return _typed(session, statement, {"id": "run_id"})


def fresh_since(session: Session) -> datetime | None:
    """When data last came in whole: the start of the oldest source's newest finished run; None before any."""
    run = table_of(t.SyncRun)
    newest = (
        select(func.max(run.c.started_at).label("at"))
        .where(run.c.state == "done", run.c.kind != ONLY_ISSUES)
        .group_by(run.c.source_id)
        .subquery()
    )
    found: datetime | None = session.execute(select(func.min(newest.c.at))).scalar_one()
    return found


def stored_settings(session: Session) -> dict[str, Any]:
    """The house's settings, name -> value."""
    table = table_of(t.Setting)
    return {row.name: row.value["value"] for row in session.execute(select(table))}


def holidays(session: Session) -> pd.DataFrame:
    """Imported holidays and make-up days: calendar, day, is_working, name."""
    return frame(session, t.Holiday)


def row_counts(session: Session) -> dict[str, int]:
    """Rows of every table, by table name."""
    names = sorted(t.Base.metadata.tables)
    counts = {name: select(func.count()).select_from(t.Base.metadata.tables[name]).scalar_subquery() for name in names}
    row = session.execute(select(*[count.label(name) for name, count in counts.items()])).one()
    return dict(zip(names, row, strict=True))


def _by_ids(session: Session, statement: Select[Any], column: Any, ids: Ids, rename: dict[str, str]) -> pd.DataFrame:
    if ids is None:
        return _typed(session, statement, rename)
    wanted = sorted(set(ids))
    parts = [wanted[start : start + CHUNK] for start in range(0, len(wanted), CHUNK)] or [[]]
    frames = [_typed(session, statement.where(column.in_(part)), rename) for part in parts]
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
