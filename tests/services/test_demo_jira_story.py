"""The simulated project is coherent: its histories lead to its fields, its sprints hold what they should."""

import time
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from services.demo_jira.cast import FLOWS, STATUSES
from services.demo_jira.dialect import Clockwork, Manner, dumps, to_epoch_ms
from services.demo_jira.issue_fields import chosen_fields
from services.demo_jira.plan import FIRST_ID
from services.demo_jira.server import ANCHOR, Jira, running
from services.demo_jira.shapes import Shapes
from services.demo_jira.world import World
from tests.services.demo_jira_site import FIELDS, everything

AT = to_epoch_ms(ANCHOR)


@pytest.fixture(scope="module", params=["cloud", "data-center"])
def jira(request: pytest.FixtureRequest) -> Iterator[Jira]:
    with running(request.param, issues=360) as server:
        yield server


@pytest.fixture(scope="module")
def world() -> World:
    return World(3000, 7, AT, lambda: AT, is_cloud=True)


def _now(issue: dict[str, Any], flavour: str) -> dict[str, str | None]:
    """What the fields say, in the words of histories."""
    fields, (sprint, points, guess) = issue["fields"], FIELDS[flavour]
    estimate = fields[points] if fields[points] is not None else fields[guess]
    assignee = fields["assignee"] or {}
    return {
        "status": fields["status"]["id"], "priority": fields["priority"]["id"], "summary": fields["summary"],
        "Sprint": ", ".join(str(one["id"]) for one in fields[sprint] or []),
        "estimate": None if estimate is None else f"{estimate:g}",
        "resolution": (fields["resolution"] or {}).get("id"), "labels": " ".join(fields["labels"]),
        "assignee": assignee.get("accountId") or assignee.get("name"), "Key": issue["key"],
        "project": fields["project"]["id"],
    }  # fmt: skip


ESTIMATES = {"Story Points", "Story point estimate", "故事点"}
IN_WORDS = {"summary", "labels", "Key"}


def test_undoing_the_changelog_from_the_fields_leads_to_the_creation(jira: Jira) -> None:
    checked, at_creation = 0, []
    for issue in everything(jira):
        state = _now(issue, jira.flavour)
        histories = issue["changelog"]["histories"]
        if len(histories) < issue["changelog"]["total"]:
            continue
        for entry in histories if jira.flavour == "cloud" else reversed(histories):
            for item in reversed(entry["items"]):
                name = "estimate" if item["field"] in ESTIMATES else item["field"]
                if name not in state:
                    continue
                side = "String" if name in IN_WORDS or name == "estimate" else ""
                after, before = (item["toString"], item["fromString"]) if side else (item["to"], item["from"])
                assert (state[name] or None) == (after or None), (issue["key"], item)
                state[name] = before
                checked += 1
        at_creation.append(STATUSES[str(state["status"])].category)
        began = datetime.fromisoformat(issue["fields"]["created"])
        instants = [datetime.fromisoformat(entry["created"]) for entry in histories]
        assert all(began <= at <= datetime.fromisoformat(issue["fields"]["updated"]) for at in instants)
    assert checked > 1500
    assert set(at_creation) == {"new"}


def test_about_ten_histories_an_issue_and_every_kind_of_fate(world: World) -> None:
    stories = [world.story(FIRST_ID + place) for place in range(1500)]
    assert 8 <= np.mean([len(story.histories) for story in stories]) <= 12
    assert all(story.created <= one.at <= story.updated <= AT for story in stories for one in story.histories)
    changed = {item[0] for story in stories for one in story.histories for item in one.items}
    assert changed >= {"status", "sprint", "estimate", "key", "project", "resolution", "links", "flagged", "description",
                       "labels", "fix_versions", "assignee", "timespent", "summary", "rank", "priority"}  # fmt: skip

    def steps(story: Any, name: str) -> list[Any]:
        return [item for one in story.histories for item in one.items if item[0] == name]

    done = {"10002", "10013"}
    assert any(item[1] in done for story in stories for item in steps(story, "status"))  # re-opened
    assert any(item[2] and item[4] for story in stories for item in steps(story, "estimate"))  # re-estimated
    assert any("199" in (item[1] or "") for story in stories for item in steps(story, "sprint"))  # deleted sprint
    assert any(story.state["sprint"] and not steps(story, "sprint") for story in stories)  # there at creation
    assert any(len(story.state["sprint"]) == 3 for story in stories)  # carried twice
    home = {"10010": "1", "10011": "2"}
    elsewhere = [
        s for s in stories if s.state["sprint"] and str(s.state["sprint"][0])[0] != home.get(s.state["project"])
    ]
    assert elsewhere
    assert any(item[1] == "10099" for story in stories for item in steps(story, "status"))  # a status that is gone
    assert any(len(story.histories) > 100 for story in stories)


def test_sprints_of_every_state_some_overlapping_one_late_one_without_dates(jira: Jira) -> None:
    first, second = (jira.get(f"/rest/agile/1.0/board/{board}/sprint").json()["values"] for board in (1, 2))
    assert {one["state"] for one in first} == {"closed", "active", "future"}
    assert any("startDate" not in one for one in first if one["state"] == "future")
    closed = [one for one in first if one["state"] == "closed"]
    assert any(a["completeDate"] > b["startDate"] for a, b in pairwise(closed))
    late = next(one for one in second if one["state"] == "active")
    assert datetime.fromisoformat(late["endDate"]) < ANCHOR
    assert ("activatedDate" in closed[0]) == (jira.flavour == "data-center")
    assert jira.get("/rest/agile/1.0/sprint/199").status_code == 404
    assert jira.get("/rest/agile/1.0/board/3/sprint").status_code == 400  # the kanban board
    view = jira.get("/rest/agile/1.0/board/4/sprint?state=active").json()["values"]
    assert [one["originBoardId"] for one in view] == [1]


def test_fields_have_twins_and_each_board_names_its_own_estimate(jira: Jira) -> None:
    names = [one["name"] for one in jira.get("/rest/api/2/field").json()]
    assert names.count("Story Points") == names.count("Team") == 2
    estimates = []
    for board in (1, 2):
        estimation = jira.get(f"/rest/agile/1.0/board/{board}/configuration").json()["estimation"]
        estimates.append(estimation["field"]["fieldId"])
    assert estimates == list(FIELDS[jira.flavour][1:])
    columns = jira.get("/rest/agile/1.0/board/2/configuration").json()["columnConfig"]["columns"]
    assert [column["statuses"][0]["id"] for column in columns] == list(FLOWS["zh"])


def test_sub_tasks_follow_their_parent_without_a_sprint_history(jira: Jira) -> None:
    issues = {issue["key"]: issue for issue in everything(jira)}
    children = [one for one in issues.values() if one["fields"]["issuetype"]["subtask"]]
    with_sprint = [one for one in children if one["fields"][FIELDS[jira.flavour][0]]]
    assert with_sprint and len(with_sprint) < len(children)
    for child in children:
        parent = issues[child["fields"]["parent"]["key"]]
        assert child["key"] in [one["key"] for one in parent["fields"]["subtasks"]]
        assert "Sprint" not in {i["field"] for entry in child["changelog"]["histories"] for i in entry["items"]}
        held = child["fields"][FIELDS[jira.flavour][0]]
        assert held is None or held == parent["fields"][FIELDS[jira.flavour][0]]


# ---------------------------------------------------------------- Jira's own report


def test_the_report_of_a_sprint_told_step_by_step(jira: Jira) -> None:
    names = ("stays", "done", "punted", "late", "done before", "opened again")
    keys = {name: jira.add("SHOP", name, estimate=place + 1) for place, name in enumerate(names)}
    sprint = jira.sprint("create", board=1, name="By hand")["id"]
    for name in ("stays", "done", "punted", "done before", "opened again"):
        jira.edit(keys[name], sprint=[sprint])
    for name in ("done before", "opened again"):
        jira.edit(keys[name], status="Done")
    jira.sprint("start", sprint=sprint)
    jira.edit(keys["late"], sprint=[sprint])
    jira.edit(keys["stays"], estimate=8)
    jira.edit(keys["punted"], sprint=[])
    jira.edit(keys["opened again"], status="In Progress")
    for name in ("done", "opened again"):
        jira.edit(keys[name], status="Done")
    later = jira.sprint("create", board=1)["id"]
    jira.sprint("close", sprint=sprint, move_to=later)
    path = f"/rest/greenhopper/1.0/rapid/charts/sprintreport?rapidViewId=1&sprintId={sprint}"
    contents = jira.get(path).json()["contents"]

    def listed(name: str) -> set[str]:
        return {one["key"] for one in contents[name]}

    assert listed("completedIssues") == {keys["done"], keys["opened again"]}
    assert listed("issuesNotCompletedInCurrentSprint") == {keys["stays"], keys["late"]}
    assert listed("puntedIssues") == {keys["punted"]}
    assert listed("issuesCompletedInAnotherSprint") == {keys["done before"]}
    assert set(contents["issueKeysAddedDuringSprint"]) == {keys["late"], keys["opened again"]}
    assert contents["issuesNotCompletedInitialEstimateSum"]["value"] == 1 + 4
    assert contents["issuesNotCompletedEstimateSum"]["value"] == 8 + 4
    field = FIELDS[jira.flavour][0]
    moved = jira.get(f"/rest/api/2/issue/{keys['stays']}").json()["fields"][field]
    assert [(one["id"], one["state"]) for one in moved] == [(sprint, "closed"), (later, "future")]


def test_reports_agree_with_the_sprint_field(jira: Jira) -> None:
    field = FIELDS[jira.flavour][0]
    holders: dict[int, set[str]] = {}
    for issue in everything(jira):
        for one in issue["fields"][field] or []:
            if not issue["fields"]["issuetype"]["subtask"]:
                holders.setdefault(one["id"], set()).add(issue["key"])
    for sprint in (102, 104, 105):
        path = f"/rest/greenhopper/1.0/rapid/charts/sprintreport?rapidViewId=1&sprintId={sprint}"
        contents = jira.get(path).json()["contents"]
        inside = [one for name, found in contents.items() if name.startswith(("completedI", "issues")) and
                  isinstance(found, list) for one in found]  # fmt: skip
        assert {one["key"] for one in inside} == holders[sprint]
        assert not {one["key"] for one in contents["puntedIssues"]} & holders[sprint]


# ---------------------------------------------------------------- size


def test_a_hundred_thousand_issues_are_there_at_once_and_take_little_room() -> None:
    begun = time.process_time()
    world = World(100_000, 7, AT, lambda: AT, is_cloud=True)
    assert time.process_time() - begun < 3
    kept = [getattr(world.plan, name).nbytes for name in world.plan.__dataclass_fields__]
    kept += [column.nbytes for column in (world.ids, world.created, world.updated, world.project_of, world.number_of)]
    assert sum(kept) / 100_000 < 300
    assert len(world.line.sprints) <= 4 * 50  # a board's sprints fit one page
    assert len(world.story(FIRST_ID + 99_999).state["key"]) > 4


def test_a_page_of_a_hundred_issues_with_histories_costs_little(world: World) -> None:
    shapes = Shapes(world, Manner(), "http://127.0.0.1", 2, Clockwork("UTC"))
    chosen = chosen_fields(shapes, ["*navigable"])
    costs = []
    for start in range(1600, 2000, 100):
        begun = time.process_time()
        dumps([shapes.issue(world.story(FIRST_ID + place), chosen, 40) for place in range(start, start + 100)])
        costs.append(time.process_time() - begun)
    assert min(costs) < 0.08  # a fifth of that on a machine that does nothing else
