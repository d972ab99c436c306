"""What the server shows of each thing it knows: projects, boards, sprints, statuses, fields, issues, histories."""

from collections.abc import Callable
from typing import Any

import orjson

from services.demo_jira.cast import CATEGORIES, LINK_TYPES, PEOPLE, PRIORITIES, RESOLUTIONS, STATUSES, TYPES, Project
from services.demo_jira.dialect import Clockwork, Manner, person, utc
from services.demo_jira.issue_fields import OTHER_ESTIMATE, makers
from services.demo_jira.ledger import History, Story
from services.demo_jira.rich_text import document
from services.demo_jira.timeline import Board, Sprint
from services.demo_jira.world import Comment, World, version_name

Json = dict[str, Any]


class Shapes:
    """The shapes of one server, at one base address, in one version of its interface (2 or 3)."""

    def __init__(self, world: World, manner: Manner, base: str, version: int, clock: Clockwork) -> None:
        self.world, self.manner, self.base, self.version, self.clock = world, manner, base, version, clock
        self.rest = f"{base}/rest/api/{version}"
        self.is_cloud, self.ids = manner.is_cloud, manner.fields
        self.people = [_piece(person(base, who, self.is_cloud)) for who in range(len(PEOPLE))]
        self.statuses = {status: _piece(self.status(status)) for status in STATUSES}
        self.types = {kind: _piece(self.issue_type(kind)) for kind in TYPES}
        self.priorities = {value: _piece(self.priority(value)) for value in PRIORITIES}
        self.project_pieces = {value: _piece(self.project(one)) for value, one in world.projects.items()}
        self.issue_fields = self._issue_fields()
        self.item_heads = self._item_heads()

    # -- single things ---------------------------------------------------------------------------------------------

    def status(self, status: str) -> Json:
        """A status with its category."""
        one = STATUSES[status]
        number, name, colour = CATEGORIES[one.category]
        category = {
            "self": f"{self.rest}/statuscategory/{number}", "id": number, "key": one.category, "colorName": colour, "name": name,
        }  # fmt: skip
        return {
            "self": f"{self.rest}/status/{status}", "description": "", "iconUrl": f"{self.base}/", "name": one.name,
            "id": status, "statusCategory": category,
        }  # fmt: skip

    def issue_type(self, kind: str) -> Json:
        """A type of issue; only Cloud tells its level."""
        one = TYPES[kind]
        level = {"hierarchyLevel": one.level} if self.is_cloud else {}
        return {
            "self": f"{self.rest}/issuetype/{kind}", "id": kind, "description": "", "name": one.name,
            "iconUrl": f"{self.base}/icon/{kind}", "subtask": one.level < 0, "avatarId": 10315, **level,
        }  # fmt: skip

    def priority(self, value: str) -> Json:
        """A priority."""
        return {
            "self": f"{self.rest}/priority/{value}",
            "iconUrl": f"{self.base}/icon/p{value}",
            "name": PRIORITIES[value],
            "id": value,
        }

    def project(self, one: Project) -> Json:
        """A project as issues and lists show it."""
        simplified = {"simplified": one.lang == "zh", "style": "next-gen" if one.lang == "zh" else "classic"}
        return {
            "self": f"{self.rest}/project/{one.id}", "id": one.id, "key": one.key, "name": one.name,
            "projectTypeKey": "software", **(simplified if self.is_cloud else {}),
            "avatarUrls": {"48x48": f"{self.base}/avatar/{one.key}"},
        }  # fmt: skip

    def board(self, one: Board) -> Json:
        """A board as lists show it."""
        where = one.project
        location = {
            "projectId": int(where.id), "displayName": f"{where.name} ({where.key})", "projectName": where.name,
            "projectKey": where.key, "projectTypeKey": "software", "name": f"{where.name} ({where.key})",
        }  # fmt: skip
        shown: Json = {
            "id": one.id,
            "self": f"{self.base}/rest/agile/1.0/board/{one.id}",
            "name": one.name,
            "type": one.kind,
        }
        return {**shown, "location": location} if self.is_cloud else shown

    def sprint(self, one: Sprint) -> Json:
        """A sprint of the agile interface; what is not set is left out. Cloud does not tell when it was activated,
        its start is that instant."""
        began = one.activated if self.is_cloud and one.activated else one.start
        shown = {
            "id": one.id, "self": f"{self.base}/rest/agile/1.0/sprint/{one.id}", "state": one.state, "name": one.name,
            "startDate": utc(began), "endDate": utc(one.end), "completeDate": utc(one.completed),
            "activatedDate": None if self.is_cloud else utc(one.activated), "originBoardId": one.board_id, "goal": one.goal,
        }  # fmt: skip
        return {name: value for name, value in shown.items() if value is not None}

    def sprint_in_field(self, sprint: int) -> Json | str:
        """A sprint in an issue's field: it says `boardId`; old servers give a string."""
        one = self.world.line.sprints[sprint]
        began = one.activated if self.is_cloud and one.activated else one.start
        if self.manner.legacy_sprints:
            values = {
                "completeDate": self.clock.local(one.completed), "endDate": self.clock.local(one.end),
                "goal": one.goal, "id": one.id, "name": one.name, "rapidViewId": one.board_id, "sequence": one.id,
                "startDate": self.clock.local(began), "state": one.state.upper(),
            }  # fmt: skip
            inner = ",".join(f"{name}={'<null>' if value is None else value}" for name, value in values.items())
            return f"com.atlassian.greenhopper.service.sprint.Sprint@{sprint:x}[{inner}]"
        dates = {"startDate": utc(began), "endDate": utc(one.end), "completeDate": utc(one.completed)}
        return {
            "id": one.id, "name": one.name, "state": one.state, "boardId": one.board_id, "goal": one.goal or "",
            **{name: value for name, value in dates.items() if value is not None},
        }  # fmt: skip

    # -- issues ----------------------------------------------------------------------------------------------------

    def text(self, text: str | None) -> Any:
        """Rich text: a document in version 3, wiki text in version 2."""
        return document(text) if text is not None and self.version == 3 else text

    def issue(self, story: Story, chosen: list[str] | None, histories: int | None = 0) -> Json:
        """An issue with the chosen fields (None: no fields at all) and its newest histories (None: all; 0: none)."""
        shown: Json = {
            "expand": "operations,versionedRepresentations,editmeta,changelog,renderedFields", "id": str(story.id),
            "self": f"{self.rest}/issue/{story.id}", "key": story.state["key"],
        }  # fmt: skip
        if histories != 0:
            shown["changelog"] = self.changelog(story, histories)
        if chosen is not None:
            makers = self.issue_fields
            shown["fields"] = {name: makers[name](story) for name in chosen}
        return self._malformed(story.id, shown) if self.world.malformed else shown

    def _malformed(self, issue: int, shown: Json) -> Json:
        kind = self.world.malformed.get(issue)
        if kind == "fields_null":
            shown["fields"] = None
        elif kind == "no_id":
            del shown["id"]
        elif kind == "bad_created" and "fields" in shown:
            shown["fields"]["created"] = "yesterday"
        elif kind == "no_status" and "fields" in shown:
            shown["fields"]["status"] = None
        return shown

    def changelog(self, story: Story, newest: int | None) -> Json:
        """The changelog beside an issue: newest first on Cloud, oldest first on Data Center."""
        kept = story.histories if newest is None else story.histories[-newest:]
        order = reversed(kept) if self.is_cloud else kept
        listed = [self.history(one, story) for one in order]
        limit = len(listed) if newest is None else newest
        return {"startAt": 0, "maxResults": limit, "total": len(story.histories), "histories": listed}

    def history(self, one: History, story: Story, created: Any = None) -> Json:
        """One entry of a changelog. Its items lack their field's id on Data Center, and now and then on Cloud."""
        heads = self.item_heads
        has_ids = self.is_cloud and one.id % 3 != 0
        pointing = story.state["project"] in OTHER_ESTIMATE
        items = []
        for name, before, before_text, after, after_text in one.items:
            kind, head, field = heads["guess" if name == "estimate" and pointing else name]
            if field is not None and has_ids:
                items.append(
                    {
                        "field": head,
                        "fieldtype": kind,
                        "fieldId": field,
                        "from": before,
                        "fromString": before_text,
                        "to": after,
                        "toString": after_text,
                    }
                )
            else:
                items.append(
                    {
                        "field": head,
                        "fieldtype": kind,
                        "from": before,
                        "fromString": before_text,
                        "to": after,
                        "toString": after_text,
                    }
                )
        return {
            "id": str(one.id),
            "author": self.people[one.author],
            "created": created or self.clock.local(one.at),
            "items": items,
        }

    def _item_heads(self) -> dict[str, tuple[str, str, str | None]]:
        ids, parent = self.ids, "IssueParentAssociation" if self.is_cloud else "Epic Link"
        return {
            **{name: ("jira", name, name) for name in (
                "status", "resolution", "priority", "summary", "description", "labels", "assignee", "issuetype",
                "timespent", "timeestimate", "timeoriginalestimate", "project")},
            "sprint": ("custom", "Sprint", ids.sprint), "estimate": ("custom", "Story Points", ids.points),
            "guess": ("custom", "Story point estimate" if self.is_cloud else "故事点", ids.guess),
            "rank": ("custom", "Rank", ids.rank), "flagged": ("custom", "Flagged", ids.flagged),
            "fix_versions": ("jira", "Fix Version", "fixVersions"), "components": ("jira", "Component", "components"),
            "links": ("jira", "Link", None), "key": ("jira", "Key", None),
            "parent": ("jira" if self.is_cloud else "custom", parent, None),
        }  # fmt: skip

    def small(self, issue: int) -> Json:
        """Another issue as links, parents and sub-tasks show it."""
        state = self.world.story(issue).state
        return {
            "id": str(issue), "key": state["key"], "self": f"{self.rest}/issue/{issue}", "fields": {
                "summary": state["summary"], "status": self.statuses[state["status"]],
                "priority": self.priorities[state["priority"]], "issuetype": self.types[state["issuetype"]],
            },
        }  # fmt: skip

    def _issue_fields(self) -> dict[str, Callable[[Story], Any]]:
        return makers(self)

    def comment(self, issue: int, one: Comment) -> Json:
        """A comment with its properties."""
        at = self.clock.local(one.at)
        body = one.body if (self.version == 3) == isinstance(one.body, dict) else self.text(str(one.body))
        return {
            "self": f"{self.rest}/issue/{issue}/comment/{one.id}", "id": str(one.id), "author": self.people[one.author],
            "updateAuthor": self.people[one.author], "body": body, "created": at, "updated": at,
            **({"properties": one.properties} if one.properties else {}),
        }  # fmt: skip

    def comments(self, issue: int) -> Json:
        """The comments of an issue, as one page."""
        listed = [self.comment(issue, one) for one in self.world.comments.get(issue, ())]
        return {"startAt": 0, "maxResults": len(listed), "total": len(listed), "comments": listed}

    def versions(self, state: Json) -> list[Json]:
        """An issue's releases."""
        return [
            {"self": f"{self.rest}/version/{v}", "id": v, "name": version_name(v), "archived": False, "released": True, "description": ""}
            for v in state["fix_versions"]
        ]  # fmt: skip

    def resolution(self, value: str | None) -> Json | None:
        """How an issue was resolved."""
        return None if value is None else {
            "self": f"{self.rest}/resolution/{value}", "id": value, "name": RESOLUTIONS[value], "description": "",
        }  # fmt: skip

    def links(self, state: Json) -> list[Json]:
        """An issue's links to others."""
        shown = []
        for kind, is_outward, other in state["links"]:
            name, inward, outward = LINK_TYPES[kind]
            way = "outwardIssue" if is_outward else "inwardIssue"
            shown.append({
                "id": str(other), "self": f"{self.rest}/issueLink/{other}",
                "type": {"id": kind, "name": name, "inward": inward, "outward": outward}, way: self.small(other),
            })  # fmt: skip
        return shown


def _piece(value: Any) -> Any:
    return orjson.Fragment(orjson.dumps(value))
