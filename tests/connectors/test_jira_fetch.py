"""Reading a whole Jira over HTTP: nothing is lost, doubled or cut short, whatever happens meanwhile."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import pytest

from connectors.jira import fetch
from connectors.jira.batch import Cursor
from connectors.jira.failures import Cancelled, JiraError, failure
from connectors.jira.fetch import census, fetch_issues, sprint_report
from connectors.jira.inspect import inspect, words
from core.errors import Kind
from core.reader import Reader
from services.demo_jira.server import Jira, running
from tests.connectors.jira_site import client_of, issues, read, records, rows, settings_of

N = 90
FLAVOURS = ("cloud", "data-center")


@pytest.fixture(scope="module", params=FLAVOURS)
def still(request: pytest.FixtureRequest) -> Iterator[Jira]:
    """A site that no test changes."""
    with running(request.param, issues=N) as jira:
        yield jira


@pytest.fixture(params=FLAVOURS)
def jira(request: pytest.FixtureRequest) -> Iterator[Jira]:
    """A site of a test's own."""
    with running(request.param, issues=60) as jira:
        yield jira


@pytest.fixture
def cloud() -> Iterator[Jira]:
    with running("cloud", issues=60) as jira:
        yield jira


def search(jira: Jira) -> str:
    return "/rest/api/2/search/jql" if jira.flavour == "cloud" else "/rest/api/2/search"


def said(batches: list[Any]) -> dict[str, str]:
    return {one.label: str(one.why) for batch in batches for one in batch.skipped}


# ---------------------------------------------------------------- everything, once


def test_everything_comes_in_once_in_the_order_the_parser_needs(still: Jira) -> None:
    batches = read(still, page_size=40)
    streams = list(dict.fromkeys(batch.stream for batch in batches))
    assert streams == ["server", "field", "status", "issue_type", "project", "board", "sprint", "issue"]
    keys = [(one.stream, one.external_id) for one in records(batches)]
    assert len(keys) == len(set(keys))
    assert len(issues(batches)) == N
    assert [batch.done for batch in batches if batch.stream == "issue"] == [80, 90, 90]
    assert {batch.total for batch in batches if batch.stream == "issue"} == {N}
    assert said(batches) == {}


def test_every_changelog_is_whole(still: Jira) -> None:
    found = issues(read(still))
    for issue_id in ("10001", "10010", "10050"):
        issue = still.get(f"/rest/api/2/issue/{issue_id}", params={"expand": "changelog"}).json()
        assert len(found[issue_id]["histories"]) == issue["changelog"]["total"]
    assert max(len(one["histories"]) for one in found.values()) > 10


def test_both_flavours_bring_the_same_rows() -> None:
    """The two servers tell one story; what differs is how they say it."""
    told = []
    for flavour in FLAVOURS:
        with running(flavour, issues=60) as jira:
            parsed = rows(jira, read(jira))
            items = [{**row, "url": None, "epic": None, "parent_id": None} for row in parsed.items.rows]
            changes = [
                (row["work_item_key"], row["at"], row["field"], row["from_label"], row["to_label"])
                for row in parsed.changes.rows if row["field"] not in ("parent", "epic")
            ]  # fmt: skip
            told.append(
                (items, sorted(changes, key=str), len(parsed.sprints), [one["name"] for one in parsed.statuses.rows])
            )
    assert told[0][0] == told[1][0]
    assert told[0][1] == told[1][1]
    assert told[0][2:] == told[1][2:]


@pytest.mark.parametrize("has_address", [True, False])
def test_a_cut_changelog_is_completed_issue_by_issue(has_address: bool) -> None:
    with running("data-center", issues=30, search_histories=2, issue_changelog=has_address) as jira:
        found = issues(read(jira))
        for issue_id, one in list(found.items())[::6]:
            whole = jira.get(f"/rest/api/2/issue/{issue_id}", params={"expand": "changelog"}).json()["changelog"]
            assert one["histories"] == sorted(whole["histories"], key=lambda history: int(history["id"]))
    assert max(len(one["histories"]) for one in found.values()) > 2


def test_a_changelog_that_cannot_be_completed_is_said_and_the_issue_is_kept() -> None:
    with running("data-center", issues=30, search_histories=2) as jira:
        jira.fault("404", r"/issue/\d+$", times=10_000)
        batches = read(jira)
    assert len(issues(batches)) == 30
    why = said(batches)
    assert why and all("its history is not whole" in one for one in why.values())


def test_the_same_again_reads_little_and_differs_in_nothing(still: Jira) -> None:
    first = read(still)
    later = still.anchor + timedelta(hours=1)
    settings = settings_of(still)
    with client_of(still, settings) as client:
        again = list(fetch(client, settings, first[-1].cursor, until=later))
        assert client.requests <= 30
    before = {(one.stream, one.external_id): one.payload for one in records(first)}
    assert all(before[one.stream, one.external_id] == one.payload for one in records(again))
    assert len(issues(again)) < N / 2


# ---------------------------------------------------------------- what changes


def test_what_was_edited_moved_or_made_comes_with_the_next_read(jira: Jira) -> None:
    cursor = read(jira)[-1].cursor
    at = jira.clock(forward=3600)
    jira.edit("SHOP-4", summary="另一个标题")
    moved = jira.get("/rest/api/2/issue/SHOP-5").json()["id"]
    jira.move("SHOP-5", "APP")
    made = jira.add("SHOP")
    batches = read(jira, cursor, until=datetime.fromtimestamp(at / 1000 + 60, UTC))
    found = {one["issue"]["key"]: one["issue"] for one in issues(batches).values()}
    assert found["SHOP-4"]["fields"]["summary"] == "另一个标题"
    assert made in found
    assert issues(batches)[moved]["issue"]["key"].startswith("APP-")
    assert len(found) < 60


def test_an_issue_edited_while_pages_are_read_is_neither_lost_nor_doubled(jira: Jira) -> None:
    jira.fault("edit_between", search(jira), times=5)
    jira.fault("edit_between", "/rest/api/3/search/jql", times=5)
    batches = read(jira, page_size=10)
    keys = [one.external_id for one in records(batches) if one.stream == "issue"]
    assert len(keys) == len(set(keys)) == 60


def test_a_short_page_in_the_middle_is_not_the_end(jira: Jira) -> None:
    for path in (search(jira), "/rest/api/3/search/jql", "/rest/agile/1.0/board$", "/sprint$"):
        jira.fault("short_page", path, times=2, rows=3)
    batches = read(jira, page_size=25)
    with running(jira.flavour, issues=60) as other:
        whole = read(other, page_size=25)
    assert {(one.stream, one.external_id) for one in records(batches)} == {
        (one.stream, one.external_id) for one in records(whole)
    }


def test_an_empty_page_in_the_middle_is_asked_for_again_and_then_told(cloud: Jira) -> None:
    whole = {(one.stream, one.external_id) for one in records(read(cloud))}
    cloud.fault("empty_page", "/sprint$")
    assert {(one.stream, one.external_id) for one in records(read(cloud))} == whole
    cloud.fault("empty_page", "/sprint$", times=9)
    with pytest.raises(JiraError) as raised:
        read(cloud)
    assert (raised.value.code, raised.value.kind) == ("incomplete", Kind.RETRIABLE)


def test_a_repeated_page_token_raises(cloud: Jira) -> None:
    for path in ("/rest/api/3/search/jql", "/rest/api/2/search/jql"):
        cloud.fault("short_page", path, rows=5)
        cloud.fault("repeated_token", path, times=100)
        with pytest.raises(JiraError) as raised:
            read(cloud)
        assert (raised.value.code, raised.value.kind) == ("repeated_token", Kind.RETRIABLE)
        cloud.clear()


@pytest.mark.parametrize("kind", ["429", "truncated"])
def test_a_read_through_bad_weather_brings_the_same(jira: Jira, kind: str) -> None:
    calm = read(jira)
    for path in (search(jira), "/field", "/board", "bulkfetch"):
        jira.fault(kind, path, times=2, retry_after="1" if kind == "429" else None)
    assert {one.external_id for one in records(read(jira))} == {one.external_id for one in records(calm)}


@pytest.mark.parametrize("kind", ["fields_null", "no_id"])
def test_one_malformed_issue_is_set_aside_and_the_rest_go_on(jira: Jira, kind: str) -> None:
    jira.malformed("SHOP-4", kind)
    batches = read(jira)
    assert len(issues(batches)) == 59
    assert len(said(batches)) >= 1


def test_an_answer_with_one_unreadable_record_is_asked_for_in_halves(jira: Jira) -> None:
    bad = jira.get("/rest/api/2/issue/SHOP-4").json()["id"]
    jira.fault("404", f"/issue/{bad}$", times=9)

    class Broken:
        """What a server does that cannot write one record: every answer with it in it is no JSON."""

        def __init__(self, client: Any) -> None:
            self.client = client

        def __call__(self, path: str, json: dict[str, Any]) -> Any:
            if re.search(rf"\b{bad}\b", json.get("jql", "")):
                raise failure("malformed", host="h", path=path)
            return self.client(path, json)

    settings = settings_of(jira)
    with client_of(jira, settings) as client:
        client.post_json = Broken(client.post_json)  # type: ignore[method-assign]
        batches = list(fetch(client, settings, None, until=jira.anchor))
    assert set(issues(batches)) == {str(10_001 + n) for n in range(60)} - {bad}


# ---------------------------------------------------------------- stopping and going on


def test_a_read_that_ends_anywhere_goes_on_from_its_last_batch(still: Jira) -> None:
    whole = {(one.stream, one.external_id): one.payload for one in records(read(still, page_size=20))}
    n = len(read(still, page_size=20))
    for stop in (8, n - 1):
        settings = settings_of(still, page_size=20)
        kept: dict[tuple[str, str], bytes] = {}
        cursor: Cursor | None = None
        with client_of(still, settings) as client:
            for batch in islice(fetch(client, settings, None, until=still.anchor), stop):
                kept |= {(one.stream, one.external_id): one.payload for one in batch.records}
                cursor = batch.cursor or cursor
        rest = read(still, cursor, page_size=20)
        kept |= {(one.stream, one.external_id): one.payload for one in records(rest)}
        assert kept == whole
        assert sum(one.stream == "issue" for one in records(rest)) < N
        assert rest[-1].cursor is not None and "pending" not in rest[-1].cursor


def test_what_changes_between_an_interruption_and_its_rerun_is_not_missed(jira: Jira) -> None:
    settings = settings_of(jira, page_size=20)
    with client_of(jira, settings) as client:
        begun = [batch for batch in islice(fetch(client, settings, None, until=jira.anchor), 9) if batch.cursor]
    assert begun[-1].cursor is not None and begun[-1].cursor["pending"]["after_id"] >= 10_020
    at = jira.clock(forward=7200)
    jira.edit("SHOP-1", summary="edited after it was read")
    batches = read(jira, begun[-1].cursor, until=datetime.fromtimestamp(at / 1000 + 60, UTC), page_size=20)
    assert any(one["issue"]["fields"]["summary"] == "edited after it was read" for one in issues(batches).values())


def test_a_cancel_stops_and_what_was_read_can_go_on(still: Jira) -> None:
    settings = settings_of(still, page_size=20)
    asked = {"stop": False}
    got = []
    with client_of(still, settings, is_cancelled=lambda: asked["stop"]) as client, pytest.raises(Cancelled):
        for batch in fetch(client, settings, None, until=still.anchor):
            got.append(batch)
            asked["stop"] = batch.stream == "issue"
    assert got[-1].cursor is not None and got[-1].cursor["pending"]["after_id"] > 0


def test_other_fields_or_boards_are_read_from_the_beginning(still: Jira) -> None:
    cursor = read(still)[-1].cursor
    assert len(issues(read(still, cursor, full=True))) == N
    assert len(issues(read(still, cursor, acceptance_field="environment"))) == N
    assert len(issues(read(still, cursor, boards=("1",)))) > N / 3


# ---------------------------------------------------------------- whose issues


def test_a_boards_sprints_bring_in_issues_of_other_projects(still: Jira) -> None:
    batches = read(still, boards=("1",))
    parsed = rows(still, batches, boards=("1",))
    projects = {row["project_key"] for row in parsed.items.rows}
    assert projects == {"SHOP", "APP"}
    ours = {row["external_id"] for row in parsed.sprints.rows if row["board_id"] == "1"}
    for row in parsed.items.rows:
        if row["project_key"] == "APP":
            assert ours & set(row["sprint_ids"])
    assert [row["key"] for row in parsed.projects.rows if row["key"] == "SHOP"] == ["SHOP"]


def test_an_issue_of_another_project_pulled_out_of_an_open_sprint_is_still_found(cloud: Jira) -> None:
    first = read(cloud, boards=("1",))
    parsed = rows(cloud, first, boards=("1",))
    active = next(
        row["external_id"] for row in parsed.sprints.rows if row["state"] == "active" and row["board_id"] == "1"
    )
    guest = next(
        row["key"]
        for row in rows(cloud, read(cloud)).items.rows
        if row["project_key"] == "APP" and row["kind"] == "requirement"
    )
    cloud.clock(forward=1800)
    cloud.edit(guest, sprint=[int(active)])
    at = cloud.clock(forward=1800)
    second = read(cloud, first[-1].cursor, boards=("1",), until=datetime.fromtimestamp(at / 1000, UTC))
    assert guest in {one["issue"]["key"] for one in issues(second).values()}
    cloud.clock(forward=1800)
    cloud.edit(guest, sprint=[])
    at = cloud.clock(forward=1800)
    third = read(cloud, second[-1].cursor, boards=("1",), until=datetime.fromtimestamp(at / 1000, UTC))
    pulled = {one["issue"]["key"]: one for one in issues(third).values()}[guest]
    parsed = rows(cloud, [*third], boards=("1",))
    assert active not in next(row["sprint_ids"] for row in parsed.items.rows if row["key"] == guest)
    assert pulled["issue"]["fields"]["project"]["key"] == "APP"


def test_closing_a_sprint_is_seen_though_no_issue_was_touched(jira: Jira) -> None:
    first = read(jira)
    active = next(row["external_id"] for row in rows(jira, first).sprints.rows if row["state"] == "active")
    jira.clock(forward=600)
    jira.sprint("close", sprint=int(active))
    state = {row["external_id"]: row["state"] for row in rows(jira, read(jira, first[-1].cursor)).sprints.rows}
    assert state[active] == "closed"


# ---------------------------------------------------------------- what may not be seen, what is gone


def test_a_board_without_permission_is_said_and_the_others_come_in(jira: Jira) -> None:
    jira.fault("403", r"/board/1/configuration", times=9)
    batches = read(jira)
    assert any("configuration of board SHOP board" in one for one in said(batches).values())
    parsed = rows(jira, batches)
    assert [row["code"] for row in parsed.findings.rows if row["subject_id"] == "1"] == ["board_configuration_unread"]
    assert len(parsed.items.rows) == 60
    jira.hide(board=2)
    assert "may not see board 2" in said(read(jira, boards=("1", "2")))["2"]


def test_a_vanished_estimation_field_stops_the_read_before_it_empties_anything(jira: Jira) -> None:
    first = read(jira)
    jira.estimation(False)
    settings = settings_of(jira)
    with client_of(jira, settings) as client, pytest.raises(JiraError) as raised:
        next(fetch(client, settings, first[-1].cursor, until=jira.anchor))
    assert raised.value.code == "estimates_lost"
    assert "Story Points" in str(raised.value)
    assert len(issues(read(jira, first[-1].cursor, full=True))) == 60


def test_the_census_claims_a_deletion_only_where_the_server_tells(jira: Jira) -> None:
    found = issues(read(jira))
    known = {key: one["issue"]["fields"]["project"]["key"] for key, one in found.items()}
    gone = next(key for key, one in found.items() if one["issue"]["key"] == "SHOP-4")
    hidden = next(key for key, one in found.items() if one["issue"]["key"] == "SHOP-3")
    jira.delete("SHOP-4")
    jira.hide(issue="SHOP-3")
    jira.hide(project="APP")
    with client_of(jira) as client:
        told = census(client, settings_of(jira), {**known, "99999": "SHOP"}, told_deleted=[gone])
    of_project = {key for key, project in known.items() if project == "APP"}
    if jira.flavour == "cloud":  # 404 to both; what an event told of is certain
        expected = {gone: "deleted", "99999": "deleted_or_hidden", hidden: "deleted_or_hidden"}
    else:  # 404, 404 and 403
        expected = {gone: "deleted", "99999": "deleted", hidden: "hidden"}
    assert told.fates == expected | dict.fromkeys(of_project, "project_out_of_sight")
    assert set(told.fates) == set(known) - told.all_ids | {"99999"}
    jira.hide(project="APP", hidden=False)
    with client_of(jira) as client:
        told = census(client, settings_of(jira, projects=("SHOP",)), {**known, gone: "SHOP"})
        assert set(told.left) == {key for key, project in known.items() if project in ("APP", "OPS")} - told.all_ids
        assert census(client, settings_of(jira), []).unknown == tuple(sorted(set(known) - set(told.fates), key=int))


def test_touched_issues_are_read_by_key_or_id_and_deleted_ones_are_told(still: Jira) -> None:
    settings = settings_of(still)
    with client_of(still, settings) as client:
        batches = list(fetch_issues(client, settings, ["SHOP-1", "10010", "SHOP-99999", "SHOP-1"]))
    assert {one.external_id for one in records(batches) if one.stream == "deleted"} == {"SHOP-99999"}
    assert len(issues(batches)) == 2
    assert issues(batches)["10010"] == issues(read(still))["10010"]


def test_jiras_own_report_comes_raw_or_not_at_all(still: Jira) -> None:
    with client_of(still) as client:
        report = sprint_report(client, "1", "102")
        assert report is not None and report.read()["contents"]["completedIssues"]
        assert sprint_report(client, "1", "99999") is None


# ---------------------------------------------------------------- testing a connection


def test_the_connection_is_described_in_words(still: Jira) -> None:
    settings = settings_of(still, projects=("SHOP", "NOPE"))
    with client_of(still, settings) as client:
        found = inspect(client, settings)
    assert (found.flavour, found.account, found.account_zone) == (still.flavour, "王芳", "Asia/Shanghai")
    assert found.issues == len(issues(read(still, projects=("SHOP",))))
    assert found.sprint_field is not None and found.sprint_field.name == "Sprint"
    assert found.estimation_field is not None and found.estimation_field.name == "Story Points"
    assert {one.done_statuses for one in found.boards} == {("Done",)}
    both = " ".join(Reader(lang).say(one) for lang in ("en", "zh") for one in words(found))
    for part in (found.version, "王芳", "SHOP board", "Done", "NOPE", found.sprint_field.id, found.estimation_field.id):
        assert part in both
    assert "{" not in both
    told = replace(found, issues=None, sprint_field=None, estimation_field=None, account_zone=None, boards=())
    assert len(words(told)) < len(words(found))


def test_a_corrected_guess_is_told_as_such_and_a_field_that_is_not_there_too(still: Jira) -> None:
    with client_of(still) as client:
        found = inspect(
            client, settings_of(still, estimation_field="timeoriginalestimate", status_mapping={"On Hold": "todo"})
        )
        assert found.estimation_field is not None and found.estimation_field.name == "Original estimate"
        assert ("todo", True) in {(one[2], one[3]) for one in found.statuses if one[1] == "On Hold"}
        missing = inspect(client, settings_of(still, estimation_field="customfield_99999"))
    assert missing.estimation_field is None
    assert any("customfield_99999" in str(one) for one in missing.cannot_see)
