"""The weekly and the monthly report against a store small enough to count by hand; and that the clock makes each once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from actions.derive import rebuild
from actions.feedback import submit_feedback
from actions.settings import save_settings
from core.actor import EVERYTHING
from core.reader import Reader
from reports.make import make_period
from reports.paper import Facts, Table
from reports.paper.document import texts
from reports.paper.font import missing
from reports.period import last_period, period_figures, period_report
from services.reports_due import due_reports, make_due_reports
from store.archive import archived_reports
from store.db import Store
from tests.actions.shop import AT, EVERYONE, kpi_of, seed

MONDAY = datetime(2026, 11, 23, 2, tzinfo=UTC)  # 10 o'clock in Shanghai


@pytest.mark.parametrize(
    ("kind", "at", "zone", "first", "last"),
    [
        ("weekly", MONDAY, "Asia/Shanghai", date(2026, 11, 16), date(2026, 11, 22)),
        ("weekly", datetime(2026, 11, 22, 15, 59, tzinfo=UTC), "Asia/Shanghai", date(2026, 11, 9), date(2026, 11, 15)),
        ("weekly", datetime(2026, 11, 22, 16, 0, tzinfo=UTC), "Asia/Shanghai", date(2026, 11, 16), date(2026, 11, 22)),
        ("monthly", datetime(2026, 2, 28, 16, 0, tzinfo=UTC), "Asia/Shanghai", date(2026, 2, 1), date(2026, 2, 28)),
        ("monthly", MONDAY, "Asia/Shanghai", date(2026, 10, 1), date(2026, 10, 31)),
    ],
)
def test_a_period_is_cut_in_the_projects_zone(kind: str, at: datetime, zone: str, first: date, last: date) -> None:
    found = last_period(kind, at, zone)
    assert (found.first, found.last) == (first, last)
    assert (found.begins_at.utcoffset(), found.ends_at - found.begins_at) == (
        timedelta(hours=8),
        timedelta((last - first).days + 1),
    )


def test_the_week_says_what_ended_changed_and_came_in(sqlite_store: Store) -> None:
    seed(sqlite_store)  # committed 3 + 2, 5 added, 2 re-estimated to 8; closed on Monday 16 Nov, 09:00
    rebuild(sqlite_store, EVERYONE, at=AT)
    kpi_of(sqlite_store)
    for at in (AT - timedelta(days=1), AT, AT + timedelta(days=7)):  # of which one in this week
        submit_feedback(sqlite_store, EVERYONE, kind="survey", csat=5, department="ops", project_key="SHOP", at=at)
    with sqlite_store.reading() as session:
        figures = period_figures(session, EVERYTHING, last_period("weekly", MONDAY, "Asia/Shanghai"))
    document = period_report(figures, Reader("en", "Asia/Shanghai"), made_by="李雷", made_at=MONDAY)
    assert document.headline == (
        "1 sprint ended; 2 changes nobody approved; 0 of 1 KPIs are consistently met; 1 piece of feedback came in."
    )
    (progress,) = document.sections[0].blocks
    assert isinstance(progress, Table)
    assert progress.rows == (("Orders", "Sprint 1", "5 points", "0 points", "0 %", "220 %", "2"),)  # (5 + 6) / 5
    feedback = document.sections[3].blocks[0]
    assert isinstance(feedback, Facts)
    assert [(one.label, one.value) for one in feedback.facts][:3] == [
        ("Received", "1"),
        ("Open at the end", "2"),
        ("CSAT", "100 %"),
    ]
    chinese = period_report(figures, Reader("zh", "Asia/Shanghai"), made_by="李雷", made_at=MONDAY)
    assert missing(texts(chinese)) == set()
    assert chinese.headline.startswith("1 个冲刺") or "1" in chinese.headline


def test_a_week_in_which_nothing_was_says_so(sqlite_store: Store) -> None:
    seed(sqlite_store)
    with sqlite_store.reading() as session:
        made = make_period(
            session, EVERYTHING, "weekly", language="en+zh", made_by="schedule", made_at=MONDAY + timedelta(days=70)
        )
    assert made.payload["headline"].startswith("0 sprints ended; 0 changes nobody approved;")
    assert "No sprint ran or ended in this time." in made.files["html"].decode()


def test_the_clock_makes_each_report_once_and_catches_up(sqlite_store: Store) -> None:
    def due(at: datetime) -> list[str]:
        with sqlite_store.reading() as session:
            return [one.kind for one in due_reports(session, at)]

    assert due(MONDAY) == []  # nothing came in yet
    seed(sqlite_store)
    save_settings(sqlite_store, EVERYONE, changes={"language": "zh"}, at=AT)
    assert due(MONDAY) == ["weekly", "monthly"]
    assert [one.kind for one in make_due_reports(sqlite_store, at=MONDAY)] == ["weekly", "monthly"]
    assert make_due_reports(sqlite_store, at=MONDAY + timedelta(minutes=10)) == []
    assert due(MONDAY + timedelta(days=6, hours=19)) == []  # Monday, five in the morning: the night's syncs come first
    assert due(MONDAY + timedelta(days=24)) == ["weekly", "monthly"]  # three weeks later: the last whole ones
    with sqlite_store.reading() as session:
        found = archived_reports(session, EVERYTHING)
    assert found["language"].tolist() == ["zh"] * 6
    assert set(found["made_by"]) == {"schedule"}
    save_settings(sqlite_store, EVERYONE, changes={"makes_reports": False}, at=AT)
    assert due(MONDAY + timedelta(days=24)) == []


def test_invented_figures_are_reported_only_when_asked(sqlite_store: Store) -> None:
    seed(sqlite_store, is_sample=True)
    with sqlite_store.reading() as session:
        assert due_reports(session, MONDAY) == []
