"""A small store to act upon: a shop's project with one sprint, beside another project in the same source."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import Session

from actions import change_requests, feedback, kpis, measurements
from core.actor import Actor, Role
from store import tables
from store.db import Store
from store.tables import (
    AuditEntry,
    Base,
    Board,
    ChangeRequest,
    Feedback,
    Kpi,
    Project,
    Source,
    Sprint,
    SprintEntry,
    StatedEntry,
    Status,
    WorkItem,
)
from store.write import table_of
from tests.actors import actor_of

START = datetime(2026, 11, 2, 1, tzinfo=UTC)
AT = datetime(2026, 11, 16, 6, 30, tzinfo=UTC)
LATER = AT + timedelta(hours=1)
EVERYONE = Actor.with_roles("founder", Role, projects=None, departments=None)
CASHIER = actor_of(Role.DEPARTMENT, projects=set(), departments={"ops"})


def seed(store: Store, *, name: str = "sheets", is_sample: bool = False) -> int:
    """Write source, board, sprint S1 and items; returns the source's id. SHOP-2 was added, SHOP-3 re-estimated."""
    with store.writing() as session:
        source = Source(name=name, kind="sheets", is_sample=is_sample, created_at=START)
        session.add(source)
        session.flush()
        _seed_rows(session, source.id or 0)
        return source.id or 0


def _seed_rows(session: Session, source_id: int) -> None:
    rows: list[Base] = [
        Project(source_id=source_id, external_id="SHOP", key="SHOP", name="Shop"),
        Project(source_id=source_id, external_id="OPS", key="OPS", name="Operations"),
        Board(source_id=source_id, external_id="B1", name="Orders", project_key="SHOP"),
        Status(source_id=source_id, external_id="open", name="Open", category="todo"),
        Status(source_id=source_id, external_id="done", name="Done", category="done"),
        Sprint(
            source_id=source_id,
            external_id="S1",
            board_id="B1",
            name="Sprint 1",
            state="closed",
            started_at=START,
            planned_end_at=START + timedelta(days=14),
            completed_at=START + timedelta(days=14),
        ),
    ]
    for number, project in ((1, "SHOP"), (2, "SHOP"), (3, "SHOP"), (4, "OPS")):
        rows.append(_item(source_id, number, project))
    for number, added, first, last in ((1, None, 3, 3), (2, START + timedelta(days=2), 5, 5), (3, None, 2, 8)):
        rows.append(_stated(source_id, number, added, first, last))
        rows.append(
            SprintEntry(
                source_id=source_id,
                sprint_id="S1",
                work_item_id=str(number),
                bucket="added" if added else "committed",
                outcome="not_completed",
                initial_points=first,
                final_points=last,
                is_content_changed=number == 3,
                why_code="seed",
            )
        )
    session.add_all(rows)


def _item(source_id: int, number: int, project: str) -> WorkItem:
    return WorkItem(
        source_id=source_id,
        external_id=str(number),
        key=f"{project}-{number}",
        project_key=project,
        title=f"Item {number}",
        type="Story",
        status_id="open",
        sprint_ids=["S1"] if project == "SHOP" else [],
        department="ops" if number == 1 else None,
    )


def _stated(source_id: int, number: int, added: datetime | None, first: float, last: float) -> StatedEntry:
    return StatedEntry(
        source_id=source_id,
        sprint_id="S1",
        work_item_id=str(number),
        known=["added_at", "removed_at", "initial_points", "done_at"],
        added_at=added,
        initial_points=first,
        final_points=last,
        status_id="open",
    )


def request_of(store: Store, source_id: int, **changes: Any) -> ChangeRequest:
    """A change request CR-n on SHOP-2, recorded by `founder`, asked for by 王芳 of the department ops."""
    content = change_requests.Content(
        **{
            "title": "Split orders by warehouse",
            "reason": "A second warehouse opens",
            "impact_points": 5,
            "department": "ops",
            "requested_by": "王芳",
            "items": (change_requests.Covered(source_id, "S1", "2", "added"),),
            **changes,
        }
    )
    return change_requests.raise_change_request(store, EVERYONE, content=content, at=AT)


def kpi_of(store: Store, **changes: Any) -> Kpi:
    """A KPI in minutes, lower is better, of project SHOP and department ops."""
    given = {"name": "Order processing", "unit": "min", "direction": "down", "project_key": "SHOP", "department": "ops"}
    return kpis.define_kpi(store, EVERYONE, **{**given, **changes}, at=AT)


def measured(store: Store) -> Kpi:
    """A KPI with one measurement, at START."""
    kpi = kpi_of(store)
    measurements.record_measurement(store, EVERYONE, kpi_id=kpi.id or 0, value="2h", measured_at=START, at=AT)
    return kpi


def feedback_of(store: Store, **changes: Any) -> Feedback:
    """A defect reported by ops about project SHOP."""
    given = {"kind": "bug", "text": "Orders are shown twice", "department": "ops", "project_key": "SHOP"}
    return feedback.submit_feedback(store, EVERYONE, **{**given, **changes}, at=AT)


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table, to show that nothing, or exactly what, changed."""
    models: list[type[Base]] = [getattr(tables, name) for name in tables.__all__ if name != "Base"]
    with store.reading() as session:
        return {
            model.__name__: sorted(map(repr, session.connection().exec_driver_sql(f'SELECT * FROM "{name}"').all()))
            for model in models
            for name in [table_of(model).name]  # as text: compiling thirty statements per test is what took the time
        }


def audit_log(store: Store) -> list[AuditEntry]:
    """Every audit entry in order."""
    with store.reading() as session:
        found = session.connection().execute(table_of(AuditEntry).select().order_by(table_of(AuditEntry).c.id)).all()
    return [AuditEntry(**row._mapping) for row in found]


Do = Callable[[Actor], Any]
