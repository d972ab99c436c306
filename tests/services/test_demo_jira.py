"""The simulated Jira answers as the real ones do: shapes, paging, caps, queries, who may ask."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import requests

from services.demo_jira.server import ANCHOR, Jira, running
from tests.services.demo_jira_site import FIELDS, everything, ids, problems, tokens

ISSUES = 240
V2 = "/rest/api/2"


@pytest.fixture(scope="module", params=["cloud", "data-center"])
def jira(request: pytest.FixtureRequest) -> Iterator[Jira]:
    with running(request.param, issues=ISSUES) as server:
        yield server


@pytest.fixture(scope="module")
def cloud() -> Iterator[Jira]:
    with running("cloud", issues=ISSUES, bulk_created="iso") as server:
        yield server


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{V2}/serverInfo", "server_info"), (f"{V2}/myself", "myself"), (f"{V2}/field", "fields"),
        (f"{V2}/status", "statuses"), (f"{V2}/issuetype", "issue_types"), (f"{V2}/priority", "priorities"),
        (f"{V2}/project", "projects"), (f"{V2}/project/SHOP", "project"), (f"{V2}/mypermissions", "permissions"),
        (f"{V2}/issue/SHOP-5?expand=changelog", "issue"), (f"{V2}/issue/10010/comment", "comments"),
        ("/rest/agile/1.0/board", "board_page"), ("/rest/agile/1.0/board/1", "board"),
        ("/rest/agile/1.0/board/1/project", "project_page"),
        ("/rest/agile/1.0/board/1/configuration", "configuration"),
        ("/rest/agile/1.0/board/3/configuration", "configuration"),
        ("/rest/agile/1.0/board/2/sprint", "sprint_page"), ("/rest/agile/1.0/sprint/101", "sprint"),
        ("/rest/greenhopper/1.0/rapid/charts/sprintreport?rapidViewId=1&sprintId=102", "report"),
        (f"{V2}/issue/SHOP-999999", "refusal"), ("/rest/agile/1.0/sprint/199", "refusal"),
    ],
)  # fmt: skip
def test_each_answer_keeps_to_the_schema(jira: Jira, path: str, kind: str) -> None:
    response = jira.get(path)
    assert response.status_code == (404 if kind == "refusal" else 200)
    assert problems(kind, response.json()) == []


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/rest/api/3/search/jql?jql=project%3DSHOP&fields=*all&expand=changelog&maxResults=5", "token_page"),
        ("/rest/api/3/search/jql?jql=project%3DSHOP", "id_page"),
        ("/rest/api/3/issue/APP-5?expand=changelog", "issue"),
        ("/rest/api/3/issue/APP-5/changelog?maxResults=3", "changelog_page"),
        ("/rest/api/3/project/search", "project_page"), ("/rest/api/3/myself", "myself"),
    ],
)  # fmt: skip
def test_what_only_cloud_has_keeps_to_the_schema(cloud: Jira, path: str, kind: str) -> None:
    assert problems(kind, cloud.get(path).json()) == []


def test_no_issue_is_lost_or_doubled_and_each_twelfth_is_checked_whole(jira: Jira) -> None:
    issues = everything(jira)
    assert problems("search_page", {"startAt": 0, "maxResults": 0, "total": 0, "issues": issues[::12]}) == []
    assert len({issue["id"] for issue in issues}) == len(issues) == ISSUES


def test_the_description_is_a_document_in_version_3_and_wiki_text_in_version_2(cloud: Jira) -> None:
    new = cloud.get("/rest/api/3/issue/SHOP-5").json()["fields"]["description"]
    old = cloud.get("/rest/api/2/issue/SHOP-5").json()["fields"]["description"]
    assert (new["type"], new["content"][1]["type"]) == ("doc", "heading")
    assert "h3. Acceptance criteria\n* " in old


# ---------------------------------------------------------------- who may ask


def test_only_the_account_gets_answers(jira: Jira) -> None:
    def status(**more: object) -> int:
        return requests.get(f"{jira.url}{V2}/myself", timeout=30, **more).status_code  # type: ignore[arg-type]

    bearer = {"headers": {"Authorization": f"Bearer {jira.token}"}}
    assert status() == status(auth=(jira.account, "wrong")) == status(headers={"Authorization": "Basic !"}) == 401
    assert status(auth=(jira.account, jira.token)) == 200
    assert status(**bearer) == (401 if jira.flavour == "cloud" else 200)
    assert requests.get(f"{jira.url}{V2}/serverInfo", timeout=30).status_code == 200


def test_the_two_flavours_are_told_apart_by_server_info(jira: Jira) -> None:
    info = jira.get(f"{V2}/serverInfo").json()
    assert info["deploymentType"] == ("Cloud" if jira.flavour == "cloud" else "Server")
    assert ("accountId" in jira.get(f"{V2}/myself").json()) == (jira.flavour == "cloud")


def test_each_flavour_lacks_what_the_other_has(jira: Jira) -> None:
    is_cloud = jira.flavour == "cloud"
    assert jira.get(f"{V2}/search?jql=project=SHOP").status_code == (410 if is_cloud else 200)
    assert jira.get(f"{V2}/search/jql?jql=project=SHOP").status_code == (200 if is_cloud else 404)
    assert jira.get(f"{V2}/issue/SHOP-5/changelog").status_code == (200 if is_cloud else 404)
    assert jira.get("/rest/api/3/myself").status_code == (200 if is_cloud else 404)


# ---------------------------------------------------------------- paging and caps


def test_cloud_refuses_a_search_without_a_bound(cloud: Jira) -> None:
    for body in ({"jql": "ORDER BY created"}, {"jql": ""}):
        assert cloud.post("/rest/api/3/search/jql", body).status_code == 400
    assert cloud.post("/rest/api/3/search/approximate-count", {"jql": "project = SHOP"}).json() == {
        "count": ISSUES // 2
    }


def test_cloud_gives_a_hundred_issues_or_five_thousand_ids_at_once_and_never_a_total(cloud: Jira) -> None:
    body = {"jql": "project in (SHOP, APP, OPS) ORDER BY created ASC", "maxResults": 5000}
    with_fields = tokens(cloud, body | {"fields": ["summary"]})
    assert [len(page["issues"]) for page in with_fields] == [100, 100, 40]
    assert [len(page["issues"]) for page in tokens(cloud, body)] == [ISSUES]
    assert "total" not in with_fields[0]
    assert with_fields[0]["issues"][0]["fields"].keys() == {"summary"}
    assert with_fields[-1]["isLast"] and "nextPageToken" not in with_fields[-1]


def test_an_alien_token_is_refused(cloud: Jira) -> None:
    asked = {"jql": "project = SHOP", "nextPageToken": "not-ours"}
    assert cloud.post("/rest/api/3/search/jql", asked).status_code == 400


def test_search_expands_forty_histories_an_issue_a_hundred_and_bulk_all_of_them(cloud: Jira) -> None:
    issues = everything(cloud)
    longest = max(issues, key=lambda issue: issue["changelog"]["total"])
    total = longest["changelog"]["total"]
    assert total > 40
    assert len(longest["changelog"]["histories"]) == 40
    alone = cloud.get(f"/rest/api/3/issue/{longest['id']}?expand=changelog").json()["changelog"]
    assert len(alone["histories"]) == min(total, 100)
    pages = tokens(cloud, {"issueIdsOrKeys": [one["id"] for one in issues], "maxResults": 500}, BULK)
    assert len(pages) > 3
    few = [{**one, "changeHistories": one["changeHistories"][:4]} for one in pages[1]["issueChangeLogs"][::9]]
    assert problems("bulk_page", pages[1] | {"issueChangeLogs": few}) == []
    found: dict[str, list[str]] = {issue["id"]: [] for issue in issues}
    for page in pages:
        for one in page["issueChangeLogs"]:
            found[one["issueId"]] += [history["id"] for history in one["changeHistories"]]
    assert {issue: len(listed) for issue, listed in found.items()} == {
        issue["id"]: issue["changelog"]["total"] for issue in issues
    }
    assert all(len(set(listed)) == len(listed) for listed in found.values())
    paged: list[str] = []
    while len(paged) < total:
        page = cloud.get(f"/rest/api/3/issue/{longest['id']}/changelog?startAt={len(paged)}&maxResults=30").json()
        paged += [history["id"] for history in page["values"]]
    assert paged == found[longest["id"]]


BULK = "/rest/api/3/changelog/bulkfetch"


def test_bulk_fetch_takes_a_thousand_issues_ten_fields_and_filters(cloud: Jira) -> None:
    assert cloud.post(BULK, {"issueIdsOrKeys": ["10001"] * 1001}).status_code == 400
    assert cloud.post(BULK, {"issueIdsOrKeys": ["10001"], "fieldIds": [str(n) for n in range(11)]}).status_code == 400
    answer = cloud.post(BULK, {"issueIdsOrKeys": ["SHOP-5", "NO-1"], "fieldIds": ["status"]}).json()
    items = [item for one in answer["issueChangeLogs"] for entry in one["changeHistories"] for item in entry["items"]]
    assert "status" in {item["field"] for item in items}
    assert "Rank" not in {item["field"] for item in items}


def test_the_order_and_the_field_ids_of_histories_differ_by_flavour(jira: Jira) -> None:
    issues = everything(jira)
    items = [i for issue in issues for entry in issue["changelog"]["histories"] for i in entry["items"]]
    for issue in issues:
        instants = [datetime.fromisoformat(entry["created"]) for entry in issue["changelog"]["histories"]]
        assert instants == sorted(instants, reverse=jira.flavour == "cloud")
    named = sum("fieldId" in item for item in items)
    assert named == 0 if jira.flavour == "data-center" else 0 < named < len(items)


def test_data_center_gives_whole_changelogs_unless_it_is_told_to_cut_them() -> None:
    with running("data-center", issues=90, search_histories=5) as jira:
        cut = max(everything(jira), key=lambda issue: issue["changelog"]["total"])["changelog"]
        assert len(cut["histories"]) == 5 < cut["total"]
    with running("data-center", issues=90, issue_changelog=True, legacy_sprints=True) as jira:
        issues = everything(jira)
        assert all(len(one["changelog"]["histories"]) == one["changelog"]["total"] for one in issues)
        assert problems("changelog_page", jira.get("/rest/api/2/issue/10010/changelog").json()) == []
        held = [one["fields"][FIELDS[jira.flavour][0]] for one in issues if one["fields"][FIELDS[jira.flavour][0]]]
        assert held and all(isinstance(sprint, str) and "rapidViewId=" in sprint for one in held for sprint in one)


# ---------------------------------------------------------------- queries


def _ms(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def test_queries_find_what_their_words_say(jira: Jira) -> None:
    issues = everything(jira)
    sprint_field = FIELDS[jira.flavour][0]
    middle = sorted(_ms(one["fields"]["updated"]) for one in issues)[ISSUES // 2]
    minute = datetime.fromtimestamp(middle / 1000, UTC).replace(second=0, microsecond=0)
    local = f"{minute.astimezone(ZoneInfo('Asia/Shanghai')):%Y-%m-%d %H:%M}"
    at_minute = int(minute.timestamp() * 1000)

    def of(test: object) -> list[str]:
        return sorted(one["id"] for one in issues if test(one))  # type: ignore[operator]

    def sprints(one: dict[str, dict[str, list[dict[str, int]] | None]]) -> set[int]:
        return {sprint["id"] for sprint in one["fields"][sprint_field] or []}

    wanted = {
        "project = SHOP": of(lambda one: one["key"].startswith("SHOP-")),
        "project in (APP, 10020)": of(lambda one: one["key"][:3] in ("APP", "OPS")),
        f"updated >= {middle}": of(lambda one: _ms(one["fields"]["updated"]) >= middle),
        f'updated < "{local}"': of(lambda one: _ms(one["fields"]["updated"]) < at_minute),
        f"created > {middle} OR (project = OPS AND updated <= {middle})": of(
            lambda one: (
                _ms(one["fields"]["created"]) > middle
                or (one["key"].startswith("OPS") and _ms(one["fields"]["updated"]) <= middle)
            )
        ),
        "sprint in (103, 203)": of(lambda one: sprints(one) & {103, 203}),
        "sprint = 102 AND NOT project = APP": of(lambda one: 102 in sprints(one) and one["key"][:3] != "APP"),
        "sprint is EMPTY": of(lambda one: not sprints(one)),
        "id in (10007, 10009) or key = SHOP-3": of(
            lambda one: one["id"] in ("10007", "10009") or one["key"] == "SHOP-3"
        ),
        "issuekey > SHOP-100": of(lambda one: one["key"][:4] == "SHOP" and int(one["key"][5:]) > 100),
    }
    assert {jql: sorted(ids(jira, jql)) for jql in wanted} == wanted
    assert all(wanted.values())
    newest = sorted(issues, key=lambda one: (-_ms(one["fields"]["updated"]), int(one["id"])))
    assert ids(jira, "created > 0000000001 ORDER BY updated DESC, id ASC") == [one["id"] for one in newest]
    by_key = ids(jira, "project = SHOP order by key asc")
    assert by_key == sorted(by_key, key=int)


@pytest.mark.parametrize(
    "jql", ["project = NOPE", "sprint = 99999", "colour = red", "project = SHOP AND", "updated >= soon",
            "key in (SHOP-99999)", "project = SHOP ORDER BY colour", "(project = SHOP", "project ~ SHOP"]
)  # fmt: skip
def test_a_query_that_cannot_be_read_is_refused_in_words(jira: Jira, jql: str) -> None:
    path = "/rest/api/3/search/jql" if jira.flavour == "cloud" else "/rest/api/2/search"
    response = jira.post(path, {"jql": jql})
    assert response.status_code == 400
    assert problems("refusal", response.json()) == [] and response.json()["errorMessages"][0]


def test_the_same_seed_gives_the_same_project_and_another_seed_another() -> None:
    def told(**more: object) -> list[tuple[str, ...]]:
        with running("cloud", issues=40, **more) as jira:
            return [(one["key"], one["fields"]["updated"], one["fields"]["status"]["name"]) for one in everything(jira)]

    first = told()
    assert told() == first != told(seed=8)
    assert told(anchor=ANCHOR.replace(year=2025)) != first
