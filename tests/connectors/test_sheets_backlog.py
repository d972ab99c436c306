"""Backlog sheets: items, sprints, statuses, what is stated about items in sprints, and every way a cell can be wrong."""

from datetime import UTC, date, datetime

import pytest

from connectors.records import check
from connectors.sheets.problem import Problems
from connectors.sheets.reader import Sheet
from connectors.sheets.settings import Settings
from connectors.sheets.source import parse, preview
from core.reader import Reader
from tests.connectors.made_sheets import csv_sheet, sheet_of

SHANGHAI = Settings(zone="Asia/Shanghai")
HEADER = [
    "编号",
    "标题",
    "迭代",
    "团队",
    "类型",
    "状态",
    "估算点数",
    "初始估算",
    "加入时间",
    "移出时间",
    "完成时间",
    "迭代开始",
    "迭代计划结束",
    "迭代实际结束",
]


def _at(day: int, hour: int = 0) -> datetime:
    return datetime(2026, 11, day, hour)  # noqa: DTZ001 - a date cell has no zone


ROWS = [
    HEADER,
    [
        "SHOP-1",
        "库存校验",
        "S1",
        "订单组",
        "需求",
        "已完成",
        5,
        3,
        None,
        None,
        _at(11, 16),
        date(2026, 11, 2),
        date(2026, 11, 15),
        date(2026, 11, 16),
    ],
    ["SHOP-2", "打印拣货单", "S1", "订单组", "缺陷", "开发中", "3", 3, _at(5, 10), _at(9), None, None, None, None],
    [
        "SHOP-2",
        "打印拣货单",
        "S2",
        "订单组",
        "缺陷",
        "开发中",
        2,
        2,
        None,
        None,
        None,
        date(2026, 11, 16),
        date(2026, 11, 29),
        None,
    ],
    ["SHOP-3", "以后再说", None, None, "技术债", "待办", None, None, None, None, None, None, None, None],
]


def cells(sheet: Sheet, kind: str = "backlog", settings: Settings | None = None) -> list[tuple[str, str]]:
    """The errors as (cell, found)."""
    return [(problem.cell, problem.found) for problem in preview(sheet, kind, settings=settings).errors]


def test_a_backlog_gives_items_sprints_statuses_and_stated_facts() -> None:
    parsed = check(parse(sheet_of(ROWS), "backlog", settings=SHANGHAI))
    items = {row["key"]: row for row in parsed.items.rows}
    assert list(items) == ["SHOP-1", "SHOP-2", "SHOP-3"]
    assert items["SHOP-1"]["kind"] == "requirement"
    assert items["SHOP-2"]["kind"] == "bug"
    assert items["SHOP-3"]["kind"] == "chore"
    assert items["SHOP-1"]["project_key"] == "SHOP"
    assert items["SHOP-2"]["sprint_ids"] == ["S2"]  # it was removed from S1
    assert items["SHOP-2"]["estimate_points"] == 2.0  # as the later sprint's row says
    assert items["SHOP-3"]["estimate_points"] is None
    assert items["SHOP-1"]["done_at"] == datetime(2026, 11, 11, 8, tzinfo=UTC)
    assert parsed.items.at == [2, 4, 5]
    first, second = parsed.sprints.rows
    assert first["started_at"] == datetime(2026, 11, 1, 16, tzinfo=UTC)
    assert first["planned_end_at"] == datetime(2026, 11, 15, 15, 59, 59, 999999, tzinfo=UTC)
    assert first["completed_at"] == datetime(2026, 11, 16, 15, 59, 59, 999999, tzinfo=UTC)
    assert (first["state"], second["state"]) == ("closed", "active")
    assert [row["name"] for row in parsed.boards.rows] == ["订单组"]
    assert {row["name"]: row["category"] for row in parsed.statuses.rows} == {
        "已完成": "done",
        "开发中": "in_progress",
        "待办": "todo",
    }


def test_stated_facts_say_which_columns_the_sheet_has() -> None:
    parsed = parse(sheet_of(ROWS), "backlog", settings=SHANGHAI)
    assert [(row["work_item_id"], row["sprint_id"]) for row in parsed.stated.rows] == [
        ("SHOP-1", "S1"),
        ("SHOP-2", "S1"),
        ("SHOP-2", "S2"),
    ]
    removed = parsed.stated.rows[1]
    assert removed["known"] == ["added_at", "removed_at", "initial_points", "done_at"]
    assert removed["added_at"] == datetime(2026, 11, 5, 2, tzinfo=UTC)
    assert removed["removed_at"] == datetime(2026, 11, 8, 16, tzinfo=UTC)
    assert (removed["initial_points"], removed["final_points"]) == (3.0, 3.0)
    bare = parse(csv_sheet("Key,Title,Sprint\nA-1,One,S1\n"), "backlog")
    assert bare.stated.rows[0]["known"] == []
    assert "estimate_points" not in bare.items.known
    assert "sprint_ids" in bare.items.known


def test_the_sprints_id_column_is_its_identity() -> None:
    parsed = parse(csv_sheet("Key,Title,Sprint,Sprint ID\nA-1,One,Sprint 7,77\nA-2,Two,,77\n"), "backlog")
    assert [(row["external_id"], row["name"]) for row in parsed.sprints.rows] == [("77", "Sprint 7")]
    assert parsed.items.rows[1]["sprint_ids"] == ["77"]


def test_a_sprint_cell_merged_over_its_rows_means_each_of_them() -> None:
    rows = [["Sprint", "Key", "Title"], ["S1", "A-1", "One"], [None, "A-2", "Two"], ["S2", "A-3", "Three"]]
    parsed = parse(sheet_of(rows, merge=[(1, 0, 2, 0)]), "backlog")
    assert [row["sprint_ids"] for row in parsed.items.rows] == [["S1"], ["S1"], ["S2"]]


def test_a_number_merged_over_rows_is_refused() -> None:
    rows = [["Key", "Title", "Estimate"], ["A-1", "One", 8], ["A-2", "Two", None]]
    assert cells(sheet_of(rows, merge=[(1, 2, 2, 2)])) == [("C2", "8")]


def test_text_stays_text_and_numbers_become_keys_without_a_point() -> None:
    rows = [["Key", "Title"], ["007", "Bond"], [12, "Twelve"]]
    assert [row["key"] for row in parse(sheet_of(rows), "backlog").items.rows] == ["007", "12"]


@pytest.mark.parametrize(
    ("header", "value", "shown"),
    [
        ("Estimate", "many", "many"),
        ("Estimate", "-1", "-1"),
        ("Estimate", "1,234", "1,234"),
        ("Done at", "2026-02-30", "2026-02-30"),
        ("Created at", "yesterday", "yesterday"),
        ("Status category", "maybe", "maybe"),
        ("Sprint state", "odd", "odd"),
    ],
)
def test_a_wrong_cell_is_named_with_what_was_found_and_what_is_accepted(header: str, value: str, shown: str) -> None:
    sheet = csv_sheet(f'Key,Title,Sprint,{header}\nA-1,One,S1,\nA-2,Two,S1,"{value}"\n')
    assert cells(sheet) == [("D3", shown)]
    with pytest.raises(Problems) as caught:
        parse(sheet, "backlog")
    for lang in ("en", "zh"):
        said = caught.value.say(Reader(lang=lang))
        assert "D3" in said
        assert shown in said
        assert "made.csv" in said


def test_every_problem_is_listed_not_the_first_alone() -> None:
    sheet = csv_sheet("Key,Title,Estimate,Done at\n,One,x,nope\nA-2,,y,2026-11-03\n")
    assert cells(sheet) == [("A2", ""), ("C2", "x"), ("D2", "nope"), ("B3", ""), ("C3", "y")]


def test_the_same_item_twice_in_one_sprint_is_refused() -> None:
    assert cells(csv_sheet("Key,Title,Sprint\nA-1,One,S1\nA-1,One,S2\nA-1,Uno,S1\n")) == [("A4", "A-1")]


def test_a_sprint_that_contradicts_itself_is_refused() -> None:
    sheet = csv_sheet("Key,Title,Sprint,Team,Sprint start\nA-1,One,S1,Red,2026-11-02\nA-2,Two,S1,Blue,2026-11-03\n")
    assert cells(sheet) == [("D3", "Blue"), ("E3", "2026-11-03")]


def test_ends_before_starts_and_removals_before_additions_are_refused() -> None:
    sheet = csv_sheet(
        "Key,Title,Sprint,Sprint start,Sprint end,Added at,Removed at\n"
        "A-1,One,S1,2026-11-16,2026-11-02,2026-11-18,2026-11-17\n"
    )
    assert cells(sheet) == [("E2", "2026-11-02"), ("G2", "2026-11-17")]


def test_what_is_accepted_is_said_as_the_sheet_writes_it_in_the_projects_zone() -> None:
    sheet = csv_sheet(
        "Key,Title,Sprint,Sprint start,Sprint end,Added at,Removed at\n"
        "A-1,One,S1,2026-11-16,2026-11-02,2026-11-18 08:30,2026-11-17\n"
        "A-2,Two,S1,2026-11-17,,,\n"
    )
    accepted = {one.cell: Reader("en").say(one.accepted) for one in preview(sheet, "backlog", None, SHANGHAI).errors}
    assert accepted == {
        "D3": "Accepted: 2026-11-16, as row 2 says of sprint “S1”.",  # not 15 Nov 16:00, which is the same in UTC
        "E2": "Accepted: a time not before the sprint's start, 2026-11-16.",
        "G2": "Accepted: a time not before the item was added, 2026-11-18 08:30.",
    }


def test_what_nobody_knows_is_counted_with_a_warning() -> None:
    found = preview(csv_sheet("Key,Title,Type,Status\nA-1,One,Gizmo,Pondering\nA-2,Two,Gizmo,Pondering\n"), "backlog")
    assert [(problem.cell, problem.code, problem.severity) for problem in found.problems] == [
        ("C2", "type_unmapped", "warning"),
        ("D2", "status_unmapped", "warning"),
    ]
    assert found.parsed.items.rows[0]["kind"] == "requirement"
    assert found.parsed.statuses.rows[0]["category"] == "in_progress"
    settings = Settings(type_mapping={"Gizmo": "chore"}, status_mapping={"Pondering": "todo"})
    mapped = preview(csv_sheet("Key,Title,Type,Status\nA-1,One,gizmo,PONDERING\n"), "backlog", settings=settings)
    assert mapped.problems == ()
    assert mapped.parsed.items.rows[0]["kind"] == "chore"
    assert mapped.parsed.statuses.rows[0]["category"] == "todo"


def test_a_closed_sprint_without_its_time_uses_the_plan_and_says_so() -> None:
    found = preview(
        csv_sheet("Key,Title,Sprint,Sprint state,Sprint start,Sprint end\nA-1,One,S1,closed,2026-11-02,2026-11-15\n"),
        "backlog",
    )
    assert [problem.code for problem in found.problems] == ["sprint_closed_at_plan"]
    assert found.parsed.sprints.rows[0]["completed_at"] == found.parsed.sprints.rows[0]["planned_end_at"]


def test_a_header_without_rows_is_an_error() -> None:
    assert [problem.code for problem in preview(csv_sheet("Key,Title\n"), "backlog").errors] == ["no_rows"]


def test_empty_rows_between_are_stepped_over() -> None:
    assert parse(csv_sheet("Key,Title\nA-1,One\n,\nA-2,Two\n"), "backlog").items.at == [2, 4]


def test_sprints_that_only_look_different_are_warned_of() -> None:
    rows = "A-1,One,第12迭代\nA-2,Two,第１２迭代\nA-3,Three,第 12 迭代\nA-4,Four,第1迭代\n"
    found = preview(csv_sheet(f"Key,Title,Sprint\n{rows}"), "backlog")
    assert [(one.cell, one.severity, one.code) for one in found.problems] == [
        ("C3", "warning", "sprint_alike"),
        ("C4", "warning", "sprint_alike"),
    ]
