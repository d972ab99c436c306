"""What kind a sheet is, where its header stands, which column means what."""

import pytest

from connectors.sheets.guess import guess, headers_sha256
from connectors.sheets.source import preview
from core.errors import Invalid
from tests.connectors.made_sheets import csv_sheet, sheet_of


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("Issue key,Summary,Sprint,Story Points,Status", "backlog"),
        ("需求编号,需求名称,所属迭代,故事点,当前状态,负责人", "backlog"),
        ("编号,变更时间,变更字段,变更前,变更后,变更人", "change_log"),
        ("Ticket,When,Field,Old value,New value", "change_log"),
        ("需求编号,迭代,演示结果,备注", "demo"),
        ("Key,Verdict", "demo"),
        ("指标名称,单位,基线值,目标值,责任部门", "kpi"),
        ("指标,日期,数值", "kpi_measurement"),
        ("提交时间,满意度,推荐度,意见建议", "feedback"),
        ("Timestamp,CSAT,Comment", "feedback"),
        ("Summary,Issue key,Issue id,Issue Type,Status,Sprint,Sprint", "jira_csv"),
    ],
)
def test_the_kind_is_known_by_its_headers(header: str, kind: str) -> None:
    width = len(header.split(","))
    found = guess(csv_sheet(header + "\n" + ",".join(["1"] * width) + "\n"))
    assert found.kind == kind
    assert found.missing == ()


EXPORTS = {
    "Azure DevOps": "ID,Work Item Type,Title,Assigned To,State,Iteration Path,Story Points,Created Date,Closed Date",
    "Linear": "ID,Team,Title,Status,Estimate,Creator,Assignee,Cycle Name,Cycle Start,Cycle End,Created,Completed,Parent issue",
    "Asana": "Task ID,Created At,Completed At,Name,Section/Column,Assignee,Tags,Notes,Parent task,Story Points",
    "Trello": "Card ID,Card Name,Card URL,Card Description,Labels,Members,List Name,Points",
    "禅道需求": "编号,所属模块,研发需求名称,描述,验收标准,优先级,当前状态,由谁创建,创建日期,指派给,关闭日期",
    "禅道任务": "编号,所属执行,任务名称,任务描述,任务类型,任务状态,由谁创建,创建日期,指派给",
    "TAPD": "ID,标题,迭代,优先级,状态,处理人,规模,创建人,创建时间,完成时间,父需求",
    "飞书项目": "工作项 ID,名称,所属迭代,需求状态,当前负责人,估分,创建时间,完成日期",
}


@pytest.mark.parametrize("tool", list(EXPORTS))
def test_the_exports_of_other_tools_are_understood_whole(tool: str) -> None:
    headers = EXPORTS[tool].split(",")
    found = guess(csv_sheet(EXPORTS[tool] + "\n" + ",".join(["1"] * len(headers)) + "\n"))
    assert (found.kind, found.missing) == ("backlog", ())
    unread = set(range(len(headers))) - {column for columns in found.mapping.values() for column in columns}
    assert [headers[column] for column in unread] == []


def test_full_width_blanks_case_and_punctuation_do_not_matter() -> None:
    sheet = csv_sheet("ＩＳＳＵＥ　ＫＥＹ ,*title*,sprint_name,Story-Points\nA-1,One,S1,3\n")
    assert guess(sheet).mapping == {"key": [0], "title": [1], "sprint": [2], "estimate": [3]}


def test_brackets_and_misspellings_are_understood_with_less_confidence() -> None:
    found = guess(csv_sheet("编号,标题,估算点数（人天）,Asignee\nA-1,一,3,Chen\n"))
    assert found.mapping == {"key": [0], "title": [1], "estimate": [2], "assignee": [3]}
    assert found.confidence == {"key": 1.0, "title": 1.0, "estimate": 0.8, "assignee": 0.6}


def test_title_rows_above_the_header_are_stepped_over() -> None:
    rows = [
        ["订单项目迭代待办表", None, None],
        ["导出时间", "2026-11-03", None],
        [None, None, None],
        ["编号", "标题", "迭代"],
        ["A-1", "一", "S1"],
    ]
    sheet = sheet_of(rows, merge=[(0, 0, 0, 2)])
    found = guess(sheet)
    assert (found.kind, found.header_row) == ("backlog", 3)
    assert preview(sheet, "backlog").parsed.items.at == [5]


def test_a_header_of_two_merged_rows_is_read_by_its_lower_row() -> None:
    rows = [["编号", "标题", "时间", None], [None, None, "加入时间", "完成时间"], ["A-1", "一", "2026-11-03", None]]
    sheet = sheet_of(rows, merge=[(0, 0, 1, 0), (0, 1, 1, 1), (0, 2, 0, 3)])
    found = guess(sheet)
    assert found.header_row == 1
    assert found.mapping == {"key": [0], "title": [1], "added_at": [2], "done_at": [3]}
    assert len(preview(sheet, "backlog").parsed.items) == 1


def test_measurements_in_wide_form_are_known_by_dates_and_numbers() -> None:
    found = guess(csv_sheet("周,订单处理时长(分钟),订单准确率\n2026-11-02,35,93%\n2026-11-09,30,94%\n"))
    assert found.kind == "kpi_measurement"
    assert found.mapping == {"at": [0], "value": [1, 2]}


def test_a_sheet_of_something_else_is_nothing() -> None:
    found = guess(csv_sheet("Lunch,Price\nNoodles,12\n"))
    assert found.kind is None
    assert found.mapping == {}


def test_a_sheet_without_a_key_is_refused_by_name() -> None:
    found = preview(csv_sheet("标题,迭代,估算点数\n一,S1,3\n"), "backlog")
    assert [(problem.code, problem.field) for problem in found.errors] == [("missing_column", "key")]


def test_the_headers_identity_forgives_what_people_vary() -> None:
    assert headers_sha256(["Story Points", "编号"]) == headers_sha256(["story-points ", "编 号"])
    assert headers_sha256(["a", "b"]) != headers_sha256(["b", "a"])


@pytest.mark.parametrize("mapping", [{"nonsense": [0]}, {"key": [9]}, {"key": [0, 1]}])
def test_a_mapping_of_what_does_not_exist_is_refused(mapping: dict[str, list[int]]) -> None:
    with pytest.raises(Invalid):
        preview(csv_sheet("Key,Title\nA-1,One\n"), "backlog", mapping)


def test_a_person_can_correct_header_row_and_mapping() -> None:
    sheet = csv_sheet("x,y\nfoo,bar\nA-1,One\n")
    found = preview(sheet, "backlog", {"key": [0], "title": [1]}, header_row=1)
    assert [row["key"] for row in found.parsed.items.rows] == ["A-1"]
