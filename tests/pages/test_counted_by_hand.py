"""A small team's figures, counted by hand, as the pages and the shell say them: sub-tasks by choice, approvals, a re-baseline,
a sprint that is opened again or deleted.

Sprint 1 (5 to 16 October): A-1 (5) committed and done, its sub-task A-2 (2) too; A-3 (3) added and done, its sub-task A-4 (1)
added and not done. Sprint 2 (19 to 30 October): A-5 re-estimated 3 -> 8 and done; A-6 (2), a defect, removed.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import fortnight
from actions import change_requests, signatures
from actions.derive import rebuild
from actions.import_sheet import import_sheet
from actions.kpis import define_kpi, set_baseline, set_target
from actions.measurements import record_measurement
from actions.settings import save_source_settings
from actions.waivers import revoke_waiver, waive_change
from core.actor import Actor, Role, local_admin
from core.config import load_config
from store.db import Store, open_store
from store.read import rows_where
from store.tables import Source, Sprint
from store.write import table_of
from tests.actions.shop import EVERYONE
from tests.pages.conftest import OpenPage, headline_of, page_text

HEAD = "Key,Title,Type,Parent,Status,Sprint,Sprint ID,Sprint start,Sprint end,Sprint completed,Estimate,Initial estimate,Added at,Removed at,Done at\n"
S1 = "Sprint 1,S1,2026-10-05 09:00,2026-10-16,2026-10-16 17:00"
S2 = "Sprint 2,S2,2026-10-19 09:00,2026-10-30,2026-10-30 17:00"
ROWS = (
    f"A-1,Story,Story,,Done,{S1},5,5,,,2026-10-08 10:00\n"
    f"A-2,Its part,Sub-task,A-1,Done,{S1},2,2,,,2026-10-07 10:00\n"
    f"A-3,Late,Story,,Done,{S1},3,3,2026-10-07 10:00,,2026-10-09 10:00\n"
    f"A-4,Its part,Sub-task,A-3,To do,{S1},1,1,2026-10-07 10:00,,\n"
    f"A-5,Resized,Story,,Done,{S2},8,3,,,2026-10-22 10:00\n"
    f"A-6,Gone,Bug,,To do,{S2},2,2,,2026-10-23 10:00,\n"
)
NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = Actor.with_roles("second", Role, projects=None, departments=None)


@pytest.fixture
def team(empty_home: Path) -> tuple[Store, int]:
    store = open_store(load_config())
    done = import_sheet(store, local_admin(), "backlog.csv", (HEAD + ROWS).encode(), source_name="team", at=NOVEMBER)
    assert not done.is_refused, [one.errors for one in done.sheets]
    with store.reading() as session:
        return store, rows_where(session, Source, name="team")[0].id or 0


def shown(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    """What the shell prints as JSON."""
    capsys.readouterr()
    assert fortnight.main(["show", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_subtasks_count_where_their_source_says_so(
    team: tuple[Store, int], open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    store, source = team
    names = ("committed", "added", "completed", "not_completed")
    for is_on, points, counts in ((False, [5, 3, 8, 0], [1, 1, 2, 0]), (True, [7, 4, 10, 1], [2, 2, 3, 1])):
        save_source_settings(store, local_admin(), source_id=source, counts_subtasks=is_on, at=NOVEMBER + HOUR)
        told = shown(capsys, "sprint", "--sprint", "S1")
        assert [told["points"][name] for name in names] == points
        assert [told["counts"][name] for name in names] == counts
        assert f"delivered {points[2]} points against {points[0]} committed" in headline_of(
            open_page("demo", query={"sprint": "S1"})
        )


def test_a_change_is_signed_waived_or_nobodys_at_every_hour(
    team: tuple[Store, int], open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    """Detected are A-3 added, A-5 re-estimated, A-6 removed. Each hour something is decided; --as-of tells each hour again."""
    store, source = team
    covered = (change_requests.Covered(source, "S1", "A-3", "added"),)
    content = change_requests.Content(title="Late", reason="Law", department="ops", requested_by="王芳", items=covered)
    waiver: dict[str, Any] = {"source_id": source, "sprint_id": "S2", "work_item_id": "A-6", "change_kind": "removed"}
    number = change_requests.raise_change_request(store, EVERYONE, content=content, at=NOVEMBER).number

    def revise(hour: int, **changes: Any) -> None:
        change_requests.revise_change_request(store, EVERYONE, number=number, at=NOVEMBER + hour * HOUR, **changes)

    def decide(hour: int, decision: str) -> None:
        signatures.sign_change(store, SECOND, number=number, decision=decision, at=NOVEMBER + hour * HOUR)

    revise(1, impact_points=3)
    decide(2, "approved")
    waive_change(store, SECOND, **waiver, reason="Agreed", at=NOVEMBER + 3 * HOUR)
    revise(4, reason="Another law")  # voids the signature
    decide(5, "approved")
    decide(6, "rejected")
    assert "2 of them nobody approved" in headline_of(open_page("churn"))
    revoke_waiver(store, SECOND, **waiver, reason="A mistake", at=NOVEMBER + 7 * HOUR)
    assert "3 changes came after the start; none of them was approved." in headline_of(open_page("churn"))
    told = [
        tuple(shown(capsys, "churn", "--as-of", (NOVEMBER + hour * HOUR).isoformat())["changes"].values())
        for hour in range(8)
    ]
    assert told == [  # detected, evaluated, signed, waived, unapproved
        (3, 0, 0, 0, 3), (3, 1, 0, 0, 3), (3, 1, 1, 0, 2), (3, 1, 1, 1, 1), (3, 1, 0, 1, 2), (3, 1, 1, 1, 1), (3, 1, 0, 1, 2),
        (3, 1, 0, 0, 3),
    ]  # fmt: skip


def test_a_re_baseline_begins_a_phase_of_its_own(
    team: tuple[Store, int], open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    """120 min to 20; 100 and 90 by turns for seven days; re-baselined at 80 on the tenth; then 60 and 50 by turns, six days."""
    store, admin, begun = team[0], local_admin(), datetime(2026, 9, 1, tzinfo=UTC)
    kpi = define_kpi(store, admin, name="Speed", unit="min", direction="down", at=begun).id or 0
    set_baseline(store, admin, kpi_id=kpi, value="2h", provenance="Ledger", is_locked=True, at=begun)
    set_target(store, admin, kpi_id=kpi, value="20min", at=begun)
    anew = begun + timedelta(days=10)
    days = [(begun + timedelta(days=n + 1), 100 - 10 * (n % 2)) for n in range(7)]
    days += [(anew + timedelta(days=n), 60 - 10 * (n % 2)) for n in range(6)]
    set_baseline(store, admin, kpi_id=kpi, value="80min", provenance="Ledger", reason="New process", at=anew)
    for at, value in days:
        record_measurement(store, admin, kpi_id=kpi, value=f"{value}min", measured_at=at, at=anew + timedelta(days=9))
    (now,), (then,) = shown(capsys, "kpi"), shown(capsys, "kpi", "--as-of", "2026-09-09")
    assert (now["baseline"], now["current"], now["progress"]) == (4800, 3000, 0.5)  # (50 - 80) / (20 - 80)
    # of the new phase alone: 55 min, and 2.66 x 10 min about it
    assert now["limits"] == {"lower": 1704, "centre": 3300, "upper": 4896, "state": "trial"}
    assert (then["baseline"], then["progress"]) == (7200, 0.2)  # (100 - 120) / (20 - 120)
    assert then["limits"]["centre"] == pytest.approx(670 / 7 * 60)
    text = page_text(open_page("kpi"))
    assert "50 %" in text and "New process" in text


def test_a_sprint_opened_again_runs_and_a_deleted_one_is_gone(
    team: tuple[Store, int], open_page: OpenPage, capsys: pytest.CaptureFixture[str]
) -> None:
    store, _ = team
    sprint = table_of(Sprint)

    def change(**values: Any) -> None:
        with store.writing() as session:
            session.execute(sprint.update().where(sprint.c.external_id == "S2").values(**values))
        rebuild(store, local_admin(), at=NOVEMBER + HOUR)

    def velocity(of: str) -> str:
        text = page_text(open_page("demo", query={"sprint": of}))
        return text[text.index("Velocity") :][:60]

    assert "8 points a sprint (mean of the last 2)" in velocity("S2")  # S1 8, S2 8
    change(state="active", completed_at=None)
    assert shown(capsys, "sprint", "--sprint", "S2")["sprint"]["completed_at"] is None
    assert "8 points a sprint (mean of the last 1)" in velocity("S2")
    change(is_deleted=True)
    assert [one["sprint"] for one in shown(capsys, "churn")["sprints"]] == ["S1"]
    assert shown(capsys, "churn")["changes"]["detected"] == 1
    assert "(mean of the last 1)" in velocity("S1")
