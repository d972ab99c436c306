"""An issue as a row: as it stands now, with its points, people, sprints and links."""

from collections.abc import Mapping
from typing import Any

from connectors.jira.change_rows import change_rows
from connectors.jira.context import TIME_FIELDS
from connectors.jira.plan import Plan
from connectors.jira.rich_text import plain_description
from connectors.jira.sprint_rows import sprints_of_field
from connectors.jira.times import instant
from connectors.records import ChangeRecord, ItemRecord

_Value = Mapping[str, Any]


def issue_rows(value: _Value, plan: Plan) -> tuple[ItemRecord, list[ChangeRecord], list[_Value]]:
    """An issue's row, its changes, and the sprints that its field names.

    Sub-tasks follow their parent (R6): their own Sprint field is kept as the server gives it, mostly empty.
    Points are null where the board estimates in time: then `effort_seconds` says what was estimated.
    Raises: ValueError, KeyError, TypeError, AttributeError for a record that is no issue: it is quarantined whole, since
    half an issue would be counted wrongly.
    """
    issue = value["issue"]
    fields: dict[str, Any] = issue["fields"]
    issue_id, key = str(issue["id"]), issue["key"]
    created = instant(fields.get("created"))
    if not isinstance(key, str) or created is None:
        raise ValueError(f"issue {issue_id} has no key or no readable time of creation")
    project = (fields.get("project") or _NOTHING).get("key")
    sprints = sprints_of_field(fields.get(plan.sprint_field)) if plan.sprint_field else []
    sprint_ids = list(dict.fromkeys(str(one["id"]) for one in sprints))
    estimate = plan.estimate_of(project, sprint_ids, fields)
    changes = change_rows(issue_id, value["histories"], plan, estimate, fields)
    issue_type = fields.get("issuetype") or _NOTHING
    parent = fields.get("parent") or _NOTHING
    status_id = _id(fields.get("status"))
    resolved = instant(fields.get("resolutiondate"))
    item: ItemRecord = {
        "external_id": issue_id,
        "key": key,
        "project_key": project,
        "title": fields.get("summary") or key,
        "description": plain_description(fields.get("description")),
        "acceptance_criteria": plain_description(fields.get(plan.acceptance_field)) if plan.acceptance_field else None,
        "type": issue_type.get("name"),
        "kind": plan.kind_of(issue_type),
        "status_id": status_id,
        "priority": _name(fields.get("priority")),
        "parent_id": _id(parent),
        "epic": _epic(fields, parent, plan),
        "labels": [str(one) for one in fields.get("labels") or () if one],
        "components": _names(fields.get("components")),
        "fix_versions": _names(fields.get("fixVersions")),
        "links": _links(fields.get("issuelinks")),
        "sprint_ids": sprint_ids,
        "assignee": _person(fields.get("assignee")),
        "reporter": _person(fields.get("reporter")) or _person(fields.get("creator")),
        "department": None,
        "estimate_points": None if estimate is None or estimate in TIME_FIELDS else _number(fields.get(estimate)),
        "effort_seconds": _number(fields.get("timeoriginalestimate")),
        "spent_seconds": _number(fields.get("timespent")),
        "resolution": _name(fields.get("resolution")),
        "url": f"{plan.settings.url}/browse/{key}",
        "created_at": created,
        "updated_at": instant(fields.get("updated")),
        "done_at": _done_at(changes, project, status_id, plan)
        or (resolved if plan.is_done(project, status_id) else None),
    }
    return item, changes, sprints


_NOTHING: dict[str, Any] = {}


def _done_at(changes: list[ChangeRecord], project: str | None, status_id: str | None, plan: Plan) -> Any:
    """The last entry to done, of an item that is done now (R21); None where the changelog does not tell."""
    if not plan.is_done(project, status_id):
        return None
    for one in reversed(changes):
        if one["field"] == "status" and plan.is_done(project, one["to_value"]):
            if not plan.is_done(project, one["from_value"]):
                return one["at"]
        elif one["field"] == "status":
            return None  # the log ends not done, the issue is: the log cannot tell when
    return None


def _epic(fields: _Value, parent: _Value, plan: Plan) -> str | None:
    linked = fields.get(plan.epic_field) if plan.epic_field else None
    if isinstance(linked, str) and linked:
        return linked
    if isinstance(linked, dict) and linked.get("key"):
        return str(linked["key"])
    if parent:
        kind = (parent.get("fields") or _NOTHING).get("issuetype")
        if isinstance(kind, dict) and plan.kind_of(kind) == "epic":
            return parent.get("key")
    return None


def _links(given: Any) -> list[dict[str, Any]]:
    """Links as {"type", "direction", "id", "key"}: `type` in the words of the direction ("blocks", "is blocked by")."""
    found = []
    for one in given or ():
        for direction in ("outward", "inward"):
            other = one.get(f"{direction}Issue")
            if other:
                kind = one.get("type") or _NOTHING
                words = kind.get(direction) or kind.get("name")
                found.append({"type": words, "direction": direction, "id": _id(other), "key": other.get("key")})
    return found


def _id(given: Any) -> str | None:
    return str(given["id"]) if isinstance(given, dict) and given.get("id") else None


def _name(given: Any) -> str | None:
    return given.get("name") if isinstance(given, dict) else None


def _names(given: Any) -> list[str]:
    return [one["name"] for one in given or () if isinstance(one, dict) and one.get("name")]


def _person(given: Any) -> str | None:
    return (given.get("displayName") or given.get("name")) if isinstance(given, dict) else None


def _number(given: Any) -> float | None:
    """A number as the server gives it, or in words ("5"); None for none. Raises: ValueError for other words."""
    return None if given is None or given == "" else float(given)
