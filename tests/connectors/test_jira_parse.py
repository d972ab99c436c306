"""Raw records of either flavour, with every oddity that real servers send, as rows: computed by hand."""

import time
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from connectors.jira import Settings, parse
from connectors.jira.batch import Raw
from connectors.jira.context import Context, context_of
from connectors.jira.rich_text import plain_description
from connectors.jira.sprint_rows import legacy_sprint, sprint_record
from connectors.jira.times import instant
from connectors.records import Parsed, check
from metrics.events import prepare_history
from tests.connectors.jira_site import payload

SETTINGS = Settings(url="https://jira.example.test", type_mapping={"task": "chore"}, status_mapping={"Odd": "done"})


def raw(stream: str, external_id: Any, value: Any) -> Raw:
    return Raw(stream, str(external_id), orjson.dumps(value))


def small() -> list[Raw]:
    streams = payload("small_streams.json")
    return [raw(stream, one.get("id", stream), one) for stream, rows in streams.items() for one in rows]


def issue(number: int) -> Raw:
    value = payload("issues.json")[number - 1001]
    return raw("issue", value["issue"]["id"], value)


@pytest.fixture(scope="module")
def context() -> Context:
    return context_of(small())


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return check(parse([*small(), *(issue(1001 + n) for n in range(5))], SETTINGS))


def item(parsed: Parsed, key: str) -> Any:
    return next(row for row in parsed.items.rows if row["key"] == key)


def changes(parsed: Parsed, item_id: str, field: str | None = None) -> list[Any]:
    return [row for row in parsed.changes.rows if row["work_item_key"] == item_id and field in (None, row["field"])]


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc, arg-type]


# ---------------------------------------------------------------- fields


def test_fields_are_found_by_their_type_and_duplicate_names_by_the_boards(context: Context) -> None:
    assert context.sprint_field(None) == "customfield_10"
    assert context.sprint_field("customfield_11") == "customfield_11"
    assert context.sprint_field("customfield_99") is None
    assert context.epic_field(None) == "customfield_30"
    assert context.acceptance_field(None) == "customfield_40"
    assert context.point_fields() == ("customfield_20", "customfield_21", "customfield_22")


def test_points_come_from_the_field_the_items_own_board_estimates_by(parsed: Parsed) -> None:
    assert item(parsed, "SHOP-1")["estimate_points"] == 5.0
    assert item(parsed, "TEAM-1")["estimate_points"] == 3.0  # no board tells: the likeliest field that has a value
    assert item(parsed, "OTHER-1")["estimate_points"] == 13.0  # by the board of its sprint
    assert item(parsed, "SHOP-4")["estimate_points"] is None
    told = parse([issue(1001)], SETTINGS.model_copy(update={"estimation_field": "customfield_22"}), context_of(small()))
    assert told.items.rows[0]["estimate_points"] == 2.0


def test_a_board_that_estimates_in_time_gives_effort_and_no_points(parsed: Parsed) -> None:
    row = item(parsed, "TIME-1")
    assert (row["estimate_points"], row["effort_seconds"]) == (None, 28800.0)
    assert changes(parsed, "1002", "estimate") == []
    assert [(f["code"], f["subject_label"]) for f in parsed.findings.rows if f["subject_id"] == "2"] == [
        ("estimates_in_time", "Time board")
    ]


def test_of_two_fields_of_one_name_the_values_tell_which_an_item_means(context: Context) -> None:
    value = payload("issues.json")[0]
    value["issue"]["fields"] |= {"customfield_20": 5.0, "customfield_21": 8}
    value["histories"] = [
        {"id": "1", "created": "2026-03-04T00:00:00Z", "items": [{"field": "Story Points", "toString": "8"}]}
    ]
    assert {row["field"] for row in parse([raw("issue", 1001, value)], SETTINGS, context).changes.rows} == {
        "Story Points"
    }
    value["histories"][0]["items"][0]["toString"] = "5"
    assert {row["field"] for row in parse([raw("issue", 1001, value)], SETTINGS, context).changes.rows} == {"estimate"}


# ---------------------------------------------------------------- changes


def test_changes_are_sorted_by_time_and_number_with_ids_that_last(parsed: Parsed) -> None:
    found = changes(parsed, "1001")
    assert [row["external_id"] for row in found] == [
        "9:0", "10:0", "10:1", "11:0", "11:1", "11:2", "12:0", "12:1", "12:2", "12:3", "12:4",
        "13:0", "13:1", "13:2", "20:0",
    ]  # fmt: skip
    assert [row["field"] for row in found] == [
        "sprint", "estimate", "status", "estimate", "title", "description", "status", "priority", "assignee",
        "acceptance_criteria", "type", "status", "status", "epic", "sprint",
    ]  # fmt: skip
    assert found[0]["at"] == at(2026, 3, 3, 2) and found[6]["at"] == at(2026, 3, 9, 3)
    assert found[0]["author"] == "王芳" and found[6]["author"] is None


def test_what_a_change_says_is_kept_where_it_matters(parsed: Parsed) -> None:
    assert [(row["from_value"], row["to_value"]) for row in changes(parsed, "1001", "sprint")] == [
        (None, "5"),
        ("5", "5, 77"),
    ]
    assert [(row["from_value"], row["to_value"]) for row in changes(parsed, "1001", "estimate")] == [
        (None, "3"),
        ("3", "5"),
    ]
    status = changes(parsed, "1001", "status")[0]
    assert (status["from_value"], status["to_value"], status["to_label"]) == ("1", "3", "Doing")
    text = changes(parsed, "1001", "description")[0]
    assert text["from_value"].startswith("sha256:") and text["from_label"] == "x" * 200
    assert (text["to_value"], text["to_label"]) == ("short", None)
    assert "secret" not in str(parsed.changes.rows)


def test_a_field_without_its_id_is_known_by_name_and_another_points_field_keeps_its_own(parsed: Parsed) -> None:
    assert [(row["field"], row["to_value"]) for row in changes(parsed, "1003")] == [
        ("estimate", "3"), ("Story Points", None), ("parent", "1009"),
    ]  # fmt: skip


def test_ids_of_sprints_known_from_history_alone_are_legal(parsed: Parsed) -> None:
    assert [row["to_value"] for row in changes(parsed, "1005", "sprint")] == ["6, 404", "6"]
    assert "404" not in {row["external_id"] for row in parsed.sprints.rows}


def test_the_ledger_reads_these_changes(parsed: Parsed) -> None:
    import pandas as pd

    items = pd.DataFrame(parsed.items.rows).rename(columns={"external_id": "work_item_id"})
    items = items.assign(is_done=False, is_deleted=False)
    logged = pd.DataFrame(parsed.changes.rows).rename(
        columns={"work_item_key": "work_item_id", "external_id": "change_id"}
    )
    sprints = pd.DataFrame(parsed.sprints.rows).rename(columns={"external_id": "sprint_id"})
    stated = pd.DataFrame(columns=[
        "sprint_id", "work_item_id", "known", "added_at", "added_by", "removed_at", "initial_points", "final_points",
        "status_id", "done_at", "is_done",
    ])  # fmt: skip
    history = prepare_history(sprints, items, logged, stated)
    assert history.items["1001"].gaps == [] and not history.items["1001"].has_unreadable_estimate
    assert [step[1] for step in history.items["1001"].estimates] == [None, 3.0, 5.0]
    assert sorted(history.by_sprint["5"]) == ["1001", "1004"]  # the sub-task follows its parent


# ---------------------------------------------------------------- items


def test_an_item_as_it_stands(parsed: Parsed) -> None:
    row = item(parsed, "SHOP-1")
    assert row["sprint_ids"] == ["5", "77"]
    assert (row["kind"], row["type"], row["priority"], row["epic"]) == ("requirement", "Story", "High", "SHOP-9")
    assert (row["labels"], row["components"], row["fix_versions"]) == (["a", "b"], ["Checkout"], ["1.2"])
    assert row["links"] == [{"type": "blocks", "direction": "outward", "id": "1002", "key": "TIME-1"}]
    assert (row["assignee"], row["reporter"], row["spent_seconds"]) == ("王芳", "王芳", 3600.0)
    assert row["created_at"] == at(2026, 3, 1, 0) and row["url"] == "https://jira.example.test/browse/SHOP-1"
    assert row["acceptance_criteria"] == "标准\n- 一\n- 链接"
    assert row["description"] == "Goal\nBold and italic, a-b-c, 2*3*4\n\nx = 1\n\nHead\tTwo\na\tb"


def test_done_is_the_last_column_of_the_board_and_since_when_the_log_tells(parsed: Parsed) -> None:
    assert item(parsed, "SHOP-1")["done_at"] == at(2026, 3, 10)  # Ready to ship; Jira calls it in progress
    assert item(parsed, "TIME-1")["done_at"] == at(2026, 3, 9)  # no change of status on record: its resolution
    assert item(parsed, "TEAM-1")["done_at"] is None
    category = {row["external_id"]: row["category"] for row in parsed.statuses.rows}
    assert category == {"1": "todo", "3": "in_progress", "5": "in_progress", "6": "done", "7": "done", "42": "done"}


def test_types_are_mapped_and_jira_says_what_is_a_sub_task_or_an_epic(parsed: Parsed) -> None:
    assert {row["key"]: row["kind"] for row in parsed.items.rows} == {
        "SHOP-1": "requirement", "TIME-1": "requirement", "TEAM-1": "chore", "SHOP-4": "subtask", "OTHER-1": "requirement",
    }  # fmt: skip
    assert (item(parsed, "SHOP-4")["parent_id"], item(parsed, "TEAM-1")["epic"]) == ("1001", "TEAM-9")
    assert SETTINGS.kind_of("Epic", is_subtask=False, level=1) == "epic"
    assert SETTINGS.kind_of("史诗", is_subtask=False, level=None) == "epic"
    assert SETTINGS.kind_of("缺陷", is_subtask=False, level=0) == "bug"


def test_nulls_nul_bytes_and_old_names_are_taken(parsed: Parsed) -> None:
    row = item(parsed, "OTHER-1")
    assert row["title"] == "null \N{REPLACEMENT CHARACTER} and ok"
    assert (row["labels"], row["components"], row["fix_versions"], row["links"]) == ([], [], [], [])
    assert (row["priority"], row["assignee"], row["reporter"]) == (None, None, "old.user")
    assert row["created_at"] == at(2026, 3, 1)
    assert {row["key"] for row in parsed.projects.rows} == {"SHOP", "TIME", "TEAM", "OTHER"}


def test_a_document_becomes_plain_text(parsed: Parsed) -> None:
    assert item(parsed, "SHOP-4")["description"] == "目标\n- 给 @王芳\na\tb"
    assert plain_description("") is None and plain_description(7) is None
    deep: Any = {"type": "text", "text": "x"}
    for _ in range(5000):
        deep = {"type": "paragraph", "content": [deep]}
    assert plain_description(deep) is None


# ---------------------------------------------------------------- sprints, boards


def test_sprints_of_every_shape(parsed: Parsed) -> None:
    sprints = {row["external_id"]: row for row in parsed.sprints.rows}
    assert set(sprints) == {"5", "6", "7", "8", "77"}
    assert sprints["5"]["started_at"] == at(2026, 3, 2, 3)  # activated, not as planned
    assert sprints["5"]["completed_at"] == at(2026, 3, 16, 10) and sprints["5"]["goal"] is None
    assert sprints["6"]["completed_at"] is None and sprints["6"]["started_at"] == at(2026, 3, 16, 11)
    assert sprints["7"]["started_at"] is None and sprints["8"]["planned_end_at"] is None
    foreign = sprints["77"]  # of a board that we do not read, from an issue's field
    assert (foreign["name"], foreign["board_id"], foreign["goal"]) == ("Platform", "9", "ship, then rest")
    assert (foreign["state"], foreign["started_at"]) == ("active", at(2026, 3, 18))


def test_a_legacy_string_may_hold_commas_and_equals() -> None:
    text = payload("issues.json")[0]["issue"]["fields"]["customfield_10"][0]
    found = legacy_sprint(text)
    assert found is not None
    assert (found["name"], found["goal"], sprint_record(found)["board_id"]) == ("Sprint 5, with a=b", None, "1")
    assert legacy_sprint("Sprint 5") is None
    with pytest.raises(ValueError, match="known state"):
        sprint_record({"id": 1, "state": "sleeping"})


def test_boards_carry_their_columns_and_what_could_not_be_read(parsed: Parsed) -> None:
    boards = {row["external_id"]: row for row in parsed.boards.rows}
    assert boards["1"]["columns"][2] == {"name": "Shipped", "statuses": ["5"]}
    assert (boards["1"]["estimation_field"], boards["2"]["estimation_field"]) == (
        "customfield_20",
        "timeoriginalestimate",
    )
    assert (boards["3"]["name"], boards["3"]["columns"]) == ("Team\N{REPLACEMENT CHARACTER} board", [])
    assert {row["kind"] for row in parsed.boards.rows} == {"scrum"}  # Jira calls a team-managed one simple
    codes = {(row["code"], row["subject_id"]) for row in parsed.findings.rows}
    assert codes == {("board_configuration_unread", "3"), ("estimates_in_time", "2"), ("status_gone", "99")}


# ---------------------------------------------------------------- pure


def test_a_replay_gives_the_same_whatever_was_read_before(parsed: Parsed) -> None:
    given = [*small(), *(issue(1001 + n) for n in range(5))]
    live = [Raw(one.stream, one.external_id, one.payload, orjson.loads(one.payload)) for one in given]
    before = [orjson.dumps(one.value) for one in live]
    assert parse(live, SETTINGS, context_of(live)) == parsed
    assert [orjson.dumps(one.value) for one in live] == before
    single = [parse([one], SETTINGS, context_of(given)) for one in given]
    assert sum(len(one.changes) for one in single) == len(parsed.changes)


@pytest.mark.parametrize("broken", ["created", "key", "histories", "fields"])
def test_a_record_that_is_no_issue_is_refused_whole(context: Context, broken: str) -> None:
    value = payload("issues.json")[0]
    if broken == "created":
        value["issue"]["fields"]["created"] = "yesterday"
    elif broken == "histories":
        value["histories"][0]["created"] = None
    else:
        value["issue"][broken] = None
    with pytest.raises((ValueError, TypeError, KeyError, AttributeError)):
        parse([raw("issue", 1001, value)], SETTINGS, context)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ("2021-10-07T13:01:30.368-0700", at(2021, 10, 7, 20, 1, 30, 368000)),
        ("2021-10-07T13:01:30.368Z", at(2021, 10, 7, 13, 1, 30, 368000)),
        ("2021-10-07T13:01:30+05:45", at(2021, 10, 7, 7, 16, 30)),
        (1633611690368, at(2021, 10, 7, 13, 1, 30, 368000)),
        ("1633611690368", at(2021, 10, 7, 13, 1, 30, 368000)),
        ("2021-10-07", None), ("soon", None), (None, None), (True, None), (1e300, None),
    ],
)  # fmt: skip
def test_instants_in_every_spelling(given: Any, wanted: datetime | None) -> None:
    assert instant(given) == wanted


def test_ten_thousand_issues_parse_fast(context: Context) -> None:
    """Five hundred issues with their histories, measured as CPU time: 10,000 must stay well under 1.5 s on an idle core."""
    value = payload("issues.json")[0]
    many = []
    for n in range(500):
        value["issue"]["id"] = str(5000 + n)
        many.append(raw("issue", 5000 + n, value))
    parse(many[:50], SETTINGS, context)
    began = time.process_time()
    parse(many, SETTINGS, context)
    assert (time.process_time() - began) * 20 < 6  # four times the aim: other work on the machine slows a core
