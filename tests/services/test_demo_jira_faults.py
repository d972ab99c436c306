"""What can be done to the simulated Jira at its control desk, and every fault that it can be told to have."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from services.demo_jira.server import Jira, process, running
from tests.services.demo_jira_site import FIELDS, everything, ids, problems, tokens

ISSUES = 120
MYSELF = "/rest/api/2/myself"
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["cloud", "data-center"])
def server(request: pytest.FixtureRequest) -> Iterator[Jira]:
    with running(request.param, issues=ISSUES) as jira:
        yield jira


@pytest.fixture
def jira(server: Jira) -> Iterator[Jira]:
    yield server
    server.clear()


def issue_of(jira: Jira, name: str) -> dict[str, Any]:
    answer: dict[str, Any] = jira.get(f"/rest/api/2/issue/{name}?expand=changelog").json()
    return answer


# ---------------------------------------------------------------- faults


@pytest.mark.parametrize("kind", ["500", "502", "503", "401", "403", "429"])
def test_a_status_on_demand_as_often_as_ordered(jira: Jira, kind: str) -> None:
    jira.fault(kind, "myself", times=2)
    assert [jira.get(MYSELF).status_code for _ in range(3)] == [int(kind), int(kind), 200]
    assert jira.get("/rest/api/2/status").status_code == 200
    assert [(one["status"], one["fault"]) for one in jira.requests][:3] == [(int(kind), kind)] * 2 + [(200, None)]


def test_a_rate_limit_says_when_in_seconds_as_a_date_or_not_at_all(jira: Jira) -> None:
    for after in ("7", "date:60", None):
        jira.fault("429", "myself", retry_after=after)
    seconds, date, nothing = (jira.get(MYSELF).headers.get("Retry-After") for _ in range(3))
    assert (seconds, nothing) == ("7", None)
    assert 0 < (parsedate_to_datetime(str(date)) - datetime.now(UTC)).total_seconds() <= 60  # what a header means


def test_a_body_cut_short_and_a_reset_connection(jira: Jira) -> None:
    for kind in ("truncated", "reset"):
        jira.fault(kind, "field$")
        with pytest.raises(requests.ConnectionError if kind == "reset" else requests.exceptions.ChunkedEncodingError):
            jira.get("/rest/api/2/field")
    assert len(jira.get("/rest/api/2/field").json()) > 20


@pytest.mark.parametrize("kind", ["html", "login"])
def test_a_page_of_html_with_status_200(jira: Jira, kind: str) -> None:
    jira.fault(kind, "myself")
    response = jira.get(MYSELF)
    assert (response.status_code, response.text[:15]) == (200, "<!DOCTYPE html>")
    assert ("login" in response.text) == (kind == "login")


def test_a_redirect_to_another_host(jira: Jira) -> None:
    jira.fault("redirect", "myself", to="http://elsewhere.test/rest")
    response = jira.get(MYSELF, allow_redirects=False)
    assert (response.status_code, response.headers["location"]) == (302, "http://elsewhere.test/rest")


def test_a_server_that_hangs_longer_than_the_client_waits(jira: Jira) -> None:
    jira.fault("hang", "myself", seconds=60)
    with pytest.raises(requests.ReadTimeout):
        requests.get(jira.url + MYSELF, timeout=0.2)
    begun = time.monotonic()
    jira.latency(40)
    jira.get(MYSELF)
    assert time.monotonic() - begun >= 0.04


def test_an_expired_token(jira: Jira) -> None:
    jira.expire_token()
    assert jira.get(MYSELF).status_code == 401
    jira.expire_token(False)
    assert jira.get(MYSELF).status_code == 200


def test_a_fault_can_wait_for_its_request_and_look_into_its_body(jira: Jira) -> None:
    jira.fault("500", "search", skip=1)
    jira.fault("502", "search", body="SHOP-77")
    path = "/rest/api/2/search/jql" if jira.flavour == "cloud" else "/rest/api/2/search"
    found = [jira.post(path, {"jql": f"key = {key}"}).status_code for key in ("SHOP-1", "SHOP-2", "SHOP-3", "SHOP-9")]
    assert found == [200, 500, 200, 200]
    with pytest.raises(ValueError, match="No such fault"):
        jira.fault("earthquake")


def test_a_short_page_loses_nothing_to_who_goes_by_what_came(jira: Jira) -> None:
    whole = sorted(one["id"] for one in everything(jira))
    jira.fault("short_page", "search", rows=3, skip=0 if jira.flavour == "data-center" else 1)
    assert sorted(one["id"] for one in everything(jira)) == whole


def test_cloud_repeats_a_token_or_gives_an_empty_page_with_one(jira: Jira) -> None:
    if jira.flavour != "cloud":
        assert jira.get("/rest/api/2/search/jql").status_code == 404  # nothing there goes by tokens
        return
    path, body = (
        "/rest/api/3/search/jql",
        {"jql": "project in (SHOP, APP) ORDER BY id", "fields": ["summary"], "maxResults": 30},
    )
    token = jira.post(path, body).json()["nextPageToken"]
    jira.fault("repeated_token", "search")
    assert jira.post(path, body | {"nextPageToken": token}).json()["nextPageToken"] == token
    jira.fault("empty_page", "search", skip=1)
    pages = tokens(jira, body)
    assert [len(page["issues"]) for page in pages] == [30, 0, 30, 30, 18]


def test_an_issue_edited_between_two_pages_is_doubled_on_cloud_and_hides_another_on_data_center(jira: Jira) -> None:
    jql = "created > 0000000001 ORDER BY updated ASC"
    whole = sorted(one["id"] for one in everything(jira, jql))
    jira.fault("edit_between", "search")
    found = [one["id"] for one in everything(jira, jql, maxResults=50)][: len(whole) + 1]
    doubled = len(found) - len(set(found))
    assert doubled == 1
    assert len(set(found)) == len(whole) - (0 if jira.flavour == "cloud" else 1)


@pytest.mark.parametrize("kind", ["fields_null", "no_id", "bad_created", "no_status"])
def test_one_malformed_issue(jira: Jira, kind: str) -> None:
    jira.malformed("SHOP-9", kind)
    found = everything(jira, "key in (SHOP-8, SHOP-9, SHOP-10)")
    assert [one["key"] for one in found if problems("issue", one)] == ["SHOP-9"]
    jira.malformed("SHOP-9", None)
    assert issue_of(jira, "SHOP-9")["fields"]["status"]["id"]


def test_an_estimation_field_that_vanished(jira: Jira) -> None:
    field = FIELDS[jira.flavour][1]
    jira.estimation(False)
    assert field not in [one["id"] for one in jira.get("/rest/api/2/field").json()]
    configuration = jira.get("/rest/agile/1.0/board/1/configuration").json()
    assert configuration["estimation"] == {"type": "issueCount"}
    assert field not in issue_of(jira, "SHOP-3")["fields"]
    jira.estimation(True)
    assert field in issue_of(jira, "SHOP-3")["fields"]


# ---------------------------------------------------------------- the control desk


def test_an_edit_leaves_a_history_and_touches_updated(jira: Jira) -> None:
    before = issue_of(jira, "SHOP-5")
    jira.edit("SHOP-5", summary="half a pair \ud83d of a title", estimate=21, assignee="li.qiang")
    after = issue_of(jira, "SHOP-5")
    newest = after["changelog"]["histories"][0 if jira.flavour == "cloud" else -1]
    assert after["changelog"]["total"] == before["changelog"]["total"] + 1
    assert {item["field"] for item in newest["items"]} == {"summary", "Story Points", "assignee"}
    assert after["fields"]["summary"] == "half a pair \ud83d of a title"
    assert after["fields"][FIELDS[jira.flavour][1]] == 21
    at = int(datetime.fromisoformat(after["fields"]["updated"]).timestamp() * 1000)
    assert ids(jira, f"updated >= {at}") == [after["id"]]
    with pytest.raises(ValueError, match="cannot set 'colour'"):
        jira.edit("SHOP-5", colour="red")


def test_a_status_is_said_by_its_step_and_brings_its_resolution(jira: Jira) -> None:
    key = jira.add("APP", "一件新事")
    jira.edit(key, status="Done")
    assert issue_of(jira, key)["fields"]["status"]["name"] == "完成"
    assert issue_of(jira, key)["fields"]["resolution"]["name"] == "Done"
    jira.edit(key, status="In Progress")
    assert issue_of(jira, key)["fields"]["resolution"] is None


def test_a_moved_issue_keeps_its_id_and_is_found_by_either_key(jira: Jira) -> None:
    number = issue_of(jira, "SHOP-4")["id"]
    key = jira.move("SHOP-4", "OPS")
    assert key.startswith("OPS-")
    for name in ("SHOP-4", key, number):
        found = issue_of(jira, name)
        assert (found["id"], found["key"], found["fields"]["project"]["key"]) == (number, key, "OPS")
    assert number in ids(jira, "project = OPS") and number not in ids(jira, "project = SHOP")


def test_a_deleted_issue_is_gone_with_its_sub_task_and_a_hidden_one_looks_the_same_on_cloud_alone(jira: Jira) -> None:
    parent = issue_of(jira, "SHOP-11")
    child = parent["fields"]["subtasks"][0]["id"]
    jira.delete("SHOP-11")
    assert jira.get("/rest/api/2/issue/SHOP-11").status_code == 404
    assert not {parent["id"], child} & set(ids(jira, "project = SHOP"))
    hidden = 404 if jira.flavour == "cloud" else 403
    secret = issue_of(jira, "SHOP-3")["id"]
    jira.hide(issue="SHOP-3")
    assert jira.get("/rest/api/2/issue/SHOP-3").status_code == hidden
    assert secret not in ids(jira, "project = SHOP")
    jira.hide(project="OPS")
    assert jira.get("/rest/api/2/issue/OPS-1").status_code == hidden
    assert [one["key"] for one in jira.get("/rest/api/2/project").json()] == ["SHOP", "APP"]
    assert jira.get("/rest/agile/1.0/board/3/configuration").status_code == 404
    jira.hide(project="OPS", hidden=False)
    assert jira.get("/rest/api/2/issue/OPS-1").status_code == 200
    if jira.flavour == "data-center":  # told not to check, the search passes over what is not there
        body = {"jql": f"id in ({parent['id']}, 10001)", "validateQuery": False}
        assert [one["id"] for one in jira.post("/rest/api/2/search", body).json()["issues"]] == ["10001"]


def test_a_hidden_board_is_forbidden(jira: Jira) -> None:
    jira.hide(board=2)
    assert jira.get("/rest/agile/1.0/board/2/sprint").status_code == 403
    assert jira.get("/rest/agile/1.0/sprint/201").status_code == 404
    jira.hide(board=2, hidden=False)
    assert jira.get("/rest/agile/1.0/board/2/sprint").status_code == 200


def test_starting_and_closing_a_sprint_leaves_its_issues_untouched(jira: Jira) -> None:
    sprint = jira.sprint("create", board=1, name="新迭代")["id"]
    key = jira.add("SHOP", "In it", sprint=[sprint])
    before = issue_of(jira, key)["fields"]["updated"]
    jira.sprint("start", sprint=sprint)
    jira.sprint("rename", sprint=sprint, name="Renamed")
    held = issue_of(jira, key)["fields"][FIELDS[jira.flavour][0]]
    assert [(one["name"], one["state"]) for one in held] == [("Renamed", "active")]
    jira.sprint("close", sprint=sprint)
    answer = jira.get(f"/rest/agile/1.0/sprint/{sprint}").json()
    assert problems("sprint", answer) == [] and answer["state"] == "closed"
    assert issue_of(jira, key)["fields"]["updated"] == before
    jira.sprint("delete", sprint=sprint)
    assert jira.get(f"/rest/agile/1.0/sprint/{sprint}").status_code == 404
    assert issue_of(jira, key)["fields"][FIELDS[jira.flavour][0]] is None


def test_a_comment_touches_updated_and_leaves_no_history(jira: Jira) -> None:
    before = issue_of(jira, "SHOP-8")
    jira.comment("SHOP-8", "Seen.")
    after = issue_of(jira, "SHOP-8")
    assert after["fields"]["updated"] > before["fields"]["updated"]
    assert after["changelog"]["total"] == before["changelog"]["total"]


def test_the_clock_can_be_set(jira: Jira) -> None:
    at = jira.clock(forward=3_600_000)
    shown = jira.get("/rest/api/2/serverInfo").json()["serverTime"]
    assert 0 <= datetime.fromisoformat(shown).timestamp() * 1000 - at < 60_000


# ---------------------------------------------------------------- writing back


def test_comments_and_issues_are_written_with_their_properties(jira: Jira) -> None:
    rich = {
        "type": "doc",
        "version": 1,
        "content": [{"type": "paragraph", "content": [{"type": "text", "text": "已通过"}]}],
    }
    version, body = ("3", rich) if jira.flavour == "cloud" else ("2", "已通过")
    rest = f"/rest/api/{version}/issue"
    properties = [{"key": "fortnight", "value": {"verdict": 7}}]
    made = jira.post(f"{rest}/SHOP-13/comment", {"body": body, "properties": properties})
    assert made.status_code == 201 and problems("comment", made.json()) == []
    listed = jira.get(f"{rest}/SHOP-13/comment").json()
    assert problems("comments", listed) == []
    assert [(one["body"], one["properties"]) for one in listed["comments"]] == [(body, properties)]
    assert jira.get(f"{rest}/SHOP-13/comment/{made.json()['id']}").json()["body"] == body
    assert jira.post(f"{rest}/SHOP-13/comment", {"body": ""}).status_code == 400

    fields = {"project": {"key": "APP"}, "issuetype": {"name": "任务"}, "summary": "来自反馈", "description": body}
    created = jira.post(rest, {"fields": fields})
    assert created.status_code == 201 and problems("created_issue", created.json()) == []
    issue = jira.get(f"{rest}/{created.json()['key']}").json()
    assert (issue["fields"]["summary"], issue["fields"]["issuetype"]["name"]) == ("来自反馈", "任务")
    assert jira.post(rest, {"fields": {**fields, "summary": ""}}).json()["errors"].keys() == {"summary"}
    assert jira.post(rest, {"fields": {**fields, "project": {"key": "NO"}}}).status_code == 400


# ---------------------------------------------------------------- ways to run it


def test_without_control_there_is_no_desk_and_kept_answers_stay_true(tmp_path: Path) -> None:
    with running("cloud", issues=30, control=False) as jira:
        assert requests.post(f"{jira.url}/_control/delete", json={"issue": "SHOP-1"}, timeout=30).status_code == 404
    with process("cloud", issues=60, prerender=50) as jira:
        first, again = everything(jira), everything(jira)
        assert first == again
        jira.edit("SHOP-2", summary="Edited")
        assert "Edited" in [one["fields"]["summary"] for one in everything(jira)]


def test_the_command_says_how_to_connect_and_stops_at_ctrl_c() -> None:
    command = [
        sys.executable,
        "fortnight.py",
        "demo-jira",
        "--flavour",
        "data-center",
        "--issues",
        "50",
        "--port",
        "0",
        "--lang",
        "zh",
    ]
    shell = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
    )
    try:
        assert shell.stdout is not None
        said = [shell.stdout.readline() for _ in range(9)]
        url = next(re.search(r"http://\S+", line) for line in said if "地址" in line)
        assert url is not None
        assert "wang.fang" in said[2] and "demo-token" in said[3]
        bearer = {"Authorization": "Bearer demo-token"}
        assert requests.get(f"{url[0]}/rest/api/2/myself", headers=bearer, timeout=30).json()["name"] == "wang.fang"
        shell.send_signal(signal.SIGINT)
        assert shell.wait(20) == 0
        assert "模拟 Jira 已停止" in shell.stdout.read()
    finally:
        shell.kill()
        shell.wait()
