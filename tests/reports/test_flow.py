"""What a team finished and has left, by hand: the days throughput counts (R21, R22), and who was the board's on a past day."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from core.actor import EVERYTHING
from reports.figures.flow import FlowFigures, ForecastFigures, flow_figures, forecast_figures
from store import tables as t
from store.db import Store

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)  # noon in Shanghai
THEN = datetime(2026, 11, 18, 12, tzinfo=UTC)
BEGUN = NOW - timedelta(days=20)
# item -> sprints today, status, done at, resolution
ITEMS: dict[str, tuple[list[str], str, datetime | None, str | None]] = {
    "A": (["S1"], "open", None, None),
    "B": (["S2"], "open", None, None),  # only in a future sprint of the team
    "C": ([], "open", None, None),  # nobody's yet
    "D": (["S1"], "done", datetime(2026, 11, 17, 2, tzinfo=UTC), None),
    "E": (["S1"], "done", datetime(2026, 11, 20, 1, tzinfo=UTC), None),  # this morning
    "F": (["S1"], "done", datetime(2026, 11, 16, 2, tzinfo=UTC), "Won't Do"),
    "G": (["S1"], "open", None, None),  # came from the other team on 19 November
    "H": (["S9"], "open", None, None),  # went to the other team on 19 November
}
MOVES = {"G": ("S9", "S1"), "H": ("S1", "S9")}


@pytest.fixture
def source(sqlite_store: Store) -> int:
    with sqlite_store.writing() as session:
        made = t.Source(name="jira", kind="jira", created_at=BEGUN)
        session.add(made)
        session.flush()
        session.add_all(_rows(made.id or 0))
        return made.id or 0


def _rows(source_id: int) -> list[Any]:
    rows: list[Any] = [
        t.SyncRun(source_id=source_id, kind="sync", started_at=NOW - timedelta(minutes=5), state="done", actor="x"),
        *(t.Board(source_id=source_id, external_id=one, name=one, project_key="SHOP") for one in ("B1", "B2")),
        *(t.Status(source_id=source_id, external_id=one, name=one, category=code)
          for one, code in (("open", "todo"), ("done", "done"))),
        t.Sprint(source_id=source_id, external_id="S1", board_id="B1", name="S1", state="active", started_at=BEGUN),
        t.Sprint(source_id=source_id, external_id="S2", board_id="B1", name="S2", state="future"),
        t.Sprint(source_id=source_id, external_id="S9", board_id="B2", name="S9", state="active", started_at=BEGUN),
    ]  # fmt: skip
    for one, (sprints, status, done_at, resolution) in ITEMS.items():
        rows.append(
            t.WorkItem(
                source_id=source_id, external_id=one, key=one, project_key="SHOP", title=one, status_id=status,
                sprint_ids=sprints, done_at=done_at, resolution=resolution, created_at=BEGUN,
            )
        )  # fmt: skip
        if one not in ("B", "C"):
            rows.append(t.SprintEntry(source_id=source_id, sprint_id="S1", work_item_id=one, bucket="added",
                                      outcome="not_completed", is_content_changed=False, why_code="x"))  # fmt: skip
        if done_at:
            rows.append(_change(source_id, one, "status", done_at, "open", "done"))
    rows += [
        _change(source_id, one, "sprint", datetime(2026, 11, 19, tzinfo=UTC), *ends) for one, ends in MOVES.items()
    ]
    return rows


def _change(source_id: int, item: str, field: str, at: datetime, before: str, after: str) -> t.Change:
    return t.Change(
        source_id=source_id, external_id=f"{item}-{field}", work_item_id=item, at=at, field=field, from_value=before,
        to_value=after,
    )  # fmt: skip


def told(store: Store, source_id: int, as_of: datetime) -> tuple[FlowFigures, ForecastFigures]:
    with store.reading() as session:
        flow = flow_figures(session, EVERYTHING, source_id, "B1", as_of=as_of)
        return flow, forecast_figures(session, EVERYTHING, flow, target="board")


def test_what_is_finished_is_what_throughput_counts(sqlite_store: Store, source: int) -> None:
    flow, _ = told(sqlite_store, source, NOW)
    # E was finished today, which is not over; F will not be done: neither in throughput nor among the finished
    assert flow.finished["key"].tolist() == ["D"] and int(flow.recent["n"].sum()) == 1
    assert flow.without == {"straight_to_done": 1, "wont_do": 1, "not_recorded": 0}
    tomorrow, _ = told(sqlite_store, source, NOW + timedelta(days=1))
    assert tomorrow.finished["key"].tolist() == ["D", "E"] and int(tomorrow.recent["n"].sum()) == 2


def test_what_is_left_of_a_board_is_what_was_its_own_then(sqlite_store: Store, source: int) -> None:
    _, now = told(sqlite_store, source, NOW)
    assert (now.target.remaining, now.findings) == (4, ())  # A, B (a future sprint), G, H (its sprint held it)
    _, then = told(sqlite_store, source, THEN)
    assert (then.target.remaining, then.findings) == (4, ())  # A, B, E (not done yet), H; G was the other team's


def test_a_sheet_says_that_a_past_day_is_counted_over_todays_items(sqlite_store: Store, source: int) -> None:
    with sqlite_store.writing() as session:
        session.add(t.StatedEntry(source_id=source, sprint_id="S1", work_item_id="A", known=[], status_id="open"))
    _, then = told(sqlite_store, source, THEN)
    assert [one.code for one in then.findings] == ["membership_of_today"]
    assert told(sqlite_store, source, NOW)[1].findings == ()
