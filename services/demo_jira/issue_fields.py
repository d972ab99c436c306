"""The fields of an issue: which exist, what they are called, and how each is filled."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from services.demo_jira.cast import TYPES
from services.demo_jira.ledger import Story
from services.demo_jira.plan import STANDARD, SUBTASK, index_of

if TYPE_CHECKING:
    from services.demo_jira.shapes import Shapes

Json = dict[str, Any]
GREENHOPPER = "com.pyxis.greenhopper.jira:"
PLAIN = "com.atlassian.jira.plugin.system.customfieldtypes:"
OTHER_ESTIMATE = frozenset({"10011", "10013"})  # projects that estimate in the other field
NOT_NAVIGABLE = frozenset({"comment", "worklog", "attachment", "timetracking"})

SYSTEM = {
    "summary": ("Summary", "string"), "issuetype": ("Issue Type", "issuetype"), "project": ("Project", "project"),
    "status": ("Status", "status"), "priority": ("Priority", "priority"), "resolution": ("Resolution", "resolution"),
    "resolutiondate": ("Resolved", "datetime"), "created": ("Created", "datetime"), "updated": ("Updated", "datetime"),
    "statuscategorychangedate": ("Status Category Changed", "datetime"), "duedate": ("Due date", "date"),
    "assignee": ("Assignee", "user"), "reporter": ("Reporter", "user"), "creator": ("Creator", "user"),
    "labels": ("Labels", "array:string"), "components": ("Components", "array:component"),
    "fixVersions": ("Fix versions", "array:version"), "versions": ("Affects versions", "array:version"),
    "description": ("Description", "string"), "environment": ("Environment", "string"),
    "issuelinks": ("Linked Issues", "array:issuelinks"), "subtasks": ("Sub-tasks", "array:issuelinks"),
    "timespent": ("Time Spent", "number"), "timeestimate": ("Remaining Estimate", "number"),
    "timeoriginalestimate": ("Original estimate", "number"), "workratio": ("Work Ratio", "number"),
    "aggregatetimespent": ("Σ Time Spent", "number"), "security": ("Security Level", "securitylevel"),
    "votes": ("Votes", "votes"), "watches": ("Watchers", "watches"), "progress": ("Progress", "progress"),
    "comment": ("Comment", "comments-page"), "worklog": ("Log Work", "array:worklog"),
    "attachment": ("Attachment", "array:attachment"), "timetracking": ("Time tracking", "timetracking"),
}  # fmt: skip


def catalogue(shapes: "Shapes") -> list[Json]:
    """Every field as `/field` lists it; names are not unique, and two have no schema."""
    is_cloud = shapes.is_cloud
    listed: list[Json] = [_plain("issuekey", "Key")] if is_cloud else []
    schema: Json
    for field, (name, kind) in SYSTEM.items():
        main, _, items = kind.partition(":")
        schema = {"type": main, **({"items": items} if items else {}), "system": field}
        listed.append({**_plain(field, name), "schema": schema})
    for field, name, kind, custom in _custom(shapes):
        main, _, items = kind.partition(":")
        schema = {"type": main, **({"items": items} if items else {}), "custom": custom, "customId": int(field[12:])}
        listed.append(
            {**_plain(field, name), "custom": True, "clauseNames": [f"cf[{field[12:]}]", name], "schema": schema}
        )
    if is_cloud:
        listed += [_plain("parent", "Parent"), _plain("statusCategory", "Status Category")]
    return listed


def _plain(field: str, name: str) -> Json:
    return {
        "id": field, "key": field, "name": name, "custom": False, "orderable": True, "navigable": field not in NOT_NAVIGABLE,
        "searchable": True, "clauseNames": [field],
    }  # fmt: skip


def _custom(shapes: "Shapes") -> list[tuple[str, str, str, str]]:
    ids, is_cloud = shapes.ids, shapes.is_cloud
    listed = [
        (ids.twin, "Story Points", "number", f"{PLAIN}float"),
        (ids.sprint, "Sprint", "array:json" if is_cloud else "array:string", f"{GREENHOPPER}gh-sprint"),
        (ids.epic, "Epic Link", "any", f"{GREENHOPPER}gh-epic-link"),
        (ids.epic_name, "Epic Name", "string", f"{GREENHOPPER}gh-epic-label"),
        (ids.flagged, "Flagged", "array:option", f"{PLAIN}multicheckboxes"),
        (ids.rank, "Rank", "any", f"{GREENHOPPER}gh-lexo-rank"),
        ("customfield_10040", "Team", "string", f"{PLAIN}textfield"),
        ("customfield_10041", "Team", "option", f"{PLAIN}select"),
        ("customfield_10042", "验收标准", "string", f"{PLAIN}textarea"),
    ]
    if shapes.world.has_estimation_field:
        guess = ("Story point estimate", f"{GREENHOPPER}jsw-story-points") if is_cloud else ("故事点", f"{PLAIN}float")
        listed += [(ids.points, "Story Points", "number", f"{PLAIN}float"), (ids.guess, guess[0], "number", guess[1])]
    return listed


def makers(shapes: "Shapes") -> dict[str, Callable[[Story], Any]]:
    """How each field of an issue is filled, by its id."""
    s, local = shapes, shapes.clock.local
    nothing: Callable[[Story], Any] = lambda story: None  # noqa: E731 - it is a value among others
    made: dict[str, Callable[[Story], Any]] = {
        "summary": lambda story: story.state["summary"],
        "issuetype": lambda story: s.types[story.state["issuetype"]],
        "project": lambda story: s.project_pieces[story.state["project"]],
        "status": lambda story: s.statuses[story.state["status"]],
        "priority": lambda story: s.priorities[story.state["priority"]],
        "resolution": lambda story: s.resolution(story.state["resolution"]),
        "resolutiondate": lambda story: local(story.done_at),
        "statuscategorychangedate": lambda story: local(story.category_at or story.created),
        "created": lambda story: local(story.created),
        "updated": lambda story: local(story.updated),
        "assignee": lambda story: None if story.state["assignee"] is None else s.people[story.state["assignee"]],
        "reporter": lambda story: s.people[story.reporter],
        "creator": lambda story: s.people[story.reporter],
        "labels": lambda story: story.state["labels"],
        "components": lambda story: [_component(s, name) for name in story.state["components"]],
        "fixVersions": lambda story: s.versions(story.state),
        "versions": lambda story: [],
        "attachment": lambda story: [],
        "description": lambda story: s.text(story.state["description"]),
        "issuelinks": lambda story: s.links(story.state),
        "subtasks": lambda story: [s.small(child) for child in s.world.children(story.id)],
        "workratio": lambda story: -1,
        "votes": lambda story: {"self": f"{s.rest}/issue/{story.id}/votes", "votes": 0, "hasVoted": False},
        "watches": lambda story: {"self": f"{s.rest}/issue/{story.id}/watchers", "watchCount": 1, "isWatching": False},
        "progress": lambda story: {"progress": story.state["timespent"] or 0, "total": story.state["timespent"] or 0},
        "comment": lambda story: s.comments(story.id),
        "worklog": _worklog,
        "timetracking": lambda story: {} if story.state["timespent"] is None else {"timeSpentSeconds": story.state["timespent"]},
        "aggregatetimespent": lambda story: story.state["timespent"],
        **dict.fromkeys(("duedate", "environment", "security", "customfield_10040", "customfield_10041", "customfield_10042"), nothing),
        **{name: _state(name) for name in ("timespent", "timeestimate", "timeoriginalestimate")},
    }  # fmt: skip
    made |= _custom_makers(shapes)
    return {name: made[name] for name in sorted(made)}


def _custom_makers(s: "Shapes") -> dict[str, Callable[[Story], Any]]:
    ids, world = s.ids, s.world

    def estimate(is_other: bool) -> Callable[[Story], Any]:
        return lambda story: story.state["estimate"] if (story.state["project"] in OTHER_ESTIMATE) == is_other else None

    def sprints(story: Story) -> Any:
        # A deleted sprint leaves the field, though the history still names it.
        listed = [s.sprint_in_field(one) for one in story.state["sprint"] if one in world.line.sprints]
        return listed or None

    def epic(story: Story) -> Any:
        parent = story.state["parent"]
        is_under_epic = parent is not None and TYPES[story.state["issuetype"]].level == 0
        return world.key_of(parent) if is_under_epic and story.state["project"] not in OTHER_ESTIMATE else None

    def parent_of(story: Story) -> Any:
        parent = story.state["parent"]
        # Data Center knows parents of sub-tasks alone; the epic is a custom field there.
        if parent is None or (not s.is_cloud and TYPES[story.state["issuetype"]].level >= 0):
            return None
        return s.small(parent)

    made: dict[str, Callable[[Story], Any]] = {
        ids.twin: lambda story: None,
        ids.sprint: sprints,
        ids.epic: epic if s.is_cloud else lambda story: world.key_of(story.state["parent"])
        if story.state["parent"] is not None and TYPES[story.state["issuetype"]].level == 0 else None,
        ids.epic_name: lambda story: story.state["summary"] if TYPES[story.state["issuetype"]].level == 1 else None,
        ids.flagged: lambda story: [{"value": "Impediment", "id": "10019"}] if story.state["flagged"] else None,
        ids.rank: lambda story: f"0|i{story.id:05x}:",
        "parent": parent_of,
    }  # fmt: skip
    if world.has_estimation_field:
        made |= {ids.points: estimate(False), ids.guess: estimate(True)}
    return made


def _state(name: str) -> Callable[[Story], Any]:
    return lambda story: story.state[name]


def _component(shapes: "Shapes", name: str) -> Json:
    return {"self": f"{shapes.rest}/component/{len(name)}", "id": f"1{sum(map(ord, name))}", "name": name}


def _worklog(story: Story) -> Json:
    return {"startAt": 0, "maxResults": 20, "total": 0 if story.state["timespent"] is None else 1, "worklogs": []}


def child_places(turns: list[int], plan: Any, place: int) -> list[int]:
    """The sub-task that the plan gives a standard issue, if it gives one."""
    number = int(plan.number[place]) + 1
    if plan.role[place] != STANDARD or number % 6:
        return []
    child = index_of(turns, int(plan.project[place]), number)
    return [child] if child < len(plan.role) and plan.role[child] == SUBTASK else []


def chosen_fields(shapes: "Shapes", asked: list[str]) -> list[str]:
    """The ids of the fields that a request asks for: names, `*all`, `*navigable`, and `-` before what to leave out."""
    known = shapes.issue_fields
    wanted: list[str] = []
    for name in asked or ["*navigable"]:
        if name in ("*all", "*navigable"):
            wanted += [field for field in known if name == "*all" or field not in NOT_NAVIGABLE]
        elif name.startswith("-"):
            wanted = [field for field in wanted or known if field != name[1:]]
        elif name in known:
            wanted.append(name)
    return list(dict.fromkeys(wanted))
