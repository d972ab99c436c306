"""What lies below the demo page's list: burn-up, histories, past, forecast, flow, the server's report, a team without sprints."""

import re
import zlib
from datetime import timedelta
from pathlib import Path

import orjson
from sqlalchemy import update

from actions.derive import rebuild
from core.actor import local_admin
from core.reader import Reader
from pages.components import data
from pages.components.data import flow as flow_data
from store import tables as t
from store.snapshots import freeze
from store.write import insert_rows, table_of
from tests.pages.conftest import TODAY, OpenPage, headline_of, page_html, page_text

CLOSED = {"sprint": "Intake Sprint 11"}
INTAKE = "Intake 接入组"


def tab(test: object, name: str) -> str:
    """The page's HTML with one of its sections open."""
    test.session_state["demo.more"] = name  # type: ignore[attr-defined]
    test.run()  # type: ignore[attr-defined]
    assert not test.exception, [one.value for one in test.exception]  # type: ignore[attr-defined]
    return page_html(test)  # type: ignore[arg-type]


def kanban(*, moves: bool = True) -> None:
    """A board without sprints beside the sample: thirty items, each started on one day and done two days later."""
    with data.house_store().writing() as session:
        source = t.Source(name="support", kind="jira", created_at=TODAY)
        session.add(source)
        session.flush()
        of = {"source_id": source.id or 0}
        session.add(t.Board(**of, external_id="9", name="Support", kind="kanban", project_key="SUP", columns=[]))
        for code, category in (("1", "todo"), ("2", "in_progress"), ("3", "done")):
            session.add(t.Status(**of, external_id=code, name=category, category=category))
        rows, changes = [], []
        for n in range(30):
            begun = TODAY - timedelta(days=n + 1, hours=2)
            is_open = n < 2
            rows.append(
                t.WorkItem(
                    **of, external_id=str(n), key=f"SUP-{n}", project_key="SUP", title=f"Call {n}", status_id="2" if is_open else "3",
                    created_at=begun - timedelta(days=1), done_at=None if is_open else begun + timedelta(days=2),
                )
            )  # fmt: skip
            steps = [("1", "2", begun)] + ([] if is_open else [("2", "3", begun + timedelta(days=2))])
            changes += [
                t.Change(
                    **of,
                    external_id=f"{n}.{i}",
                    work_item_id=str(n),
                    at=at,
                    field="status",
                    from_value=before,
                    to_value=after,
                )
                for i, (before, after, at) in enumerate(steps)
            ]
        session.add_all(rows + (changes if moves else []))


def test_each_section_says_what_its_figures_say(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query=CLOSED)
    page = page_html(test)
    assert "Cumulative flow" not in page  # a section that is not open is not drawn
    _the_burnup_ends_where_the_ledger_does(page)
    _a_row_opens_the_items_history(page)
    past = tab(test, "Last twelve sprints")
    assert re.search(r"Velocity [\d.]+ points a sprint \(mean of the last 6\)", past)
    assert "3 of 4 closer to a limit than to the centre" in past
    assert "upper limit" in past
    _the_forecast_stands_with_its_backtest(tab(test, "Forecast"))
    flow = tab(test, "Flow")
    told = flow_data.flow(next(one for one in data.boards() if one.name == INTAKE), None)
    assert len(told.finished["cycle_days"].dropna()) > 50
    for said in ("Cycle time: half of", "Cumulative flow"):
        assert said in flow


def test_without_a_log_of_statuses_flow_says_what_cannot_be_known(sample_home: Path, open_page: OpenPage) -> None:
    with data.house_store().writing() as session:
        session.connection().exec_driver_sql("DELETE FROM change WHERE field = 'status'")
    flow = tab(open_page("demo", query=CLOSED), "Flow")
    for said in ("Lead time: half of", "it is not recorded when work on them started", "the start is not recorded"):
        assert said in flow


def _the_burnup_ends_where_the_ledger_does(page: str) -> None:
    rows = flow_data.burnup(1, "Intake Sprint 11")
    last = rows[(rows["unit"] == "points") & rows["scope"].notna()].iloc[-1]
    figures = data.sprint(1, "Intake Sprint 11").totals["points"]
    assert (last["completed"], last["scope"]) == (figures["completed"], figures["completed"] + figures["not_completed"])
    assert last["ideal"] == figures["committed"]
    assert "points at the end of each working day" in page


def _a_row_opens_the_items_history(page: str) -> None:
    assert page.count('<details class="fn-open">') == 16
    for said in ('<b class="fn-t-added">counts as added</b>', "came into the sprint", "counts as completed"):
        assert said in page


def _the_forecast_stands_with_its_backtest(page: str) -> None:
    board = next(one for one in data.boards() if one.name == INTAKE)
    told = flow_data.forecast(board, None, None, None)
    day = told.forecast.frame.set_index("share").loc[0.85, "day"].date()
    assert Reader("en").day(day, with_year=True) in page
    kept, n = told.kept[0.85]
    assert f"came true {kept} of {n} times" in page


def test_a_broken_record_and_the_servers_report_are_told_item_by_item(sample_home: Path, open_page: OpenPage) -> None:
    figures = data.sprint(1, "Intake Sprint 11")
    issues = {
        part: [{"key": key} for key in figures.items.loc[figures.items["outcome"] == part, "key"]]
        for part in ("completed", "not_completed")
    }
    report = {
        "contents": {
            "completedIssues": issues["completed"][1:],
            "issuesNotCompletedInCurrentSprint": issues["not_completed"],
        }
    }
    with data.house_store().writing() as session:
        run = session.connection().execute(table_of(t.SyncRun).select()).first()
        assert run is not None
        row = {
            "source_id": 1,
            "stream": "sprint_report",
            "external_id": "Intake Sprint 11",
            "run_id": run.id,
            "fetched_at": TODAY,
        }
        insert_rows(session, t.RawRecord, [{**row, "sha256": "", "payload": zlib.compress(orjson.dumps(report))}])
    with data.house_store().writing() as session:
        stated = table_of(t.StatedEntry)
        added = data.sprint(1, "Intake Sprint 11").items.query("bucket == 'added'").iloc[0]
        mine = (stated.c.sprint_id == "Intake Sprint 11") & (stated.c.work_item_id == added["work_item_id"])
        session.connection().execute(
            update(stated).where(mine).values(removed_at=added["entered_at"] - timedelta(days=1))
        )
    rebuild(data.house_store(), local_admin(), at=TODAY)
    page = tab(open_page("demo", query=CLOSED), "Server's report")
    assert "The record of this sprint contradicts itself" in page
    assert added["key"] in page[page.index("contradicts itself") :][:600]
    assert "differences from the server's report are not explained".replace("'", "&#39;") in page
    assert issues["completed"][0]["key"] in page


def test_a_frozen_sprint_says_what_its_source_tells_otherwise_and_is_frozen_anew(
    sample_home: Path, open_page: OpenPage
) -> None:
    with data.house_store().writing() as session:
        freeze(session, 1, ["Intake Sprint 11"], at=TODAY, by="sync")
        stated = table_of(t.StatedEntry)
        first = data.sprint(1, "Intake Sprint 11").items.query("bucket == 'committed'").iloc[0]
        mine = (stated.c.sprint_id == "Intake Sprint 11") & (stated.c.work_item_id == first["work_item_id"])
        session.connection().execute(update(stated).where(mine).values(initial_points=13.0))
    rebuild(data.house_store(), local_admin(), at=TODAY)
    test = open_page("demo", query=CLOSED)
    assert "The source has changed since the sprint was frozen" in page_html(test)
    assert headline_of(test).startswith("Intake Sprint 11 delivered 31 points against 30 committed")
    next(one for one in test.text_input if "refreeze" in str(one.key)).set_value("Agreed with the team")
    next(one for one in test.button if str(one.key).startswith("demo.refreeze")).click().run()
    assert not test.exception
    assert "The source has changed since the sprint was frozen" not in page_html(test)
    assert headline_of(test).startswith("Intake Sprint 11 delivered 31 points against 40 committed")


def test_a_team_without_sprints_gets_the_page_over_two_weeks_with_flow_in_front(
    sample_home: Path, open_page: OpenPage
) -> None:
    kanban()
    board = flow_data.kanban_boards()[0]
    test = open_page("demo", "zh", {"team": f"{board.source_id}.9"})
    finished = int(flow_data.period(board, None).period["finished"])
    assert finished > 0
    assert f"这两周至今完成 {finished} 项" in headline_of(test)
    assert "周期时间：28 项中一半不超过 2 天" in page_html(test)
    assert not re.search(r"\b(items|finished|days|Cycle|Items)\b", page_text(test))
    assert "以 85% 把握作出的预测" in tab(test, "预测")
    test.selectbox(key=f"demo.period.{board.source_id}.9").set_value(
        flow_data.periods(board)["period_id"].iloc[-2]
    ).run()
    assert not test.exception
