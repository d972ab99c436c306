"""Sprints as rows: from the agile interface, from an issue's field, from the strings of old servers."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Literal

from connectors.jira.context import board_of_sprint
from connectors.jira.times import instant
from connectors.records import SprintRecord
from core.plain import plain_text

_STATES: dict[str, Literal["future", "active", "closed"]] = {"future": "future", "active": "active", "closed": "closed"}
_LEGACY_PART = re.compile(
    r"(?:^|,)(id|rapidViewId|state|name|startDate|endDate|completeDate|activatedDate|sequence|goal|autoStartStop|synced"
    r"|incompleteIssuesDestinationId)="
)


def sprint_record(value: Mapping[str, Any]) -> SprintRecord:
    """A sprint's row (R1): T0 is `activatedDate`, else `startDate`, and a future sprint has none whatever is planned.

    Raises: ValueError for a sprint without an id or in a state that Jira does not know.
    """
    state = _STATES.get(str(value.get("state")).lower())
    if state is None or value.get("id") in (None, ""):
        raise ValueError("a sprint without an id or a known state")
    began = instant(value.get("activatedDate")) or instant(value.get("startDate"))
    name, goal = value.get("name"), value.get("goal")
    return {
        "external_id": str(value["id"]),
        "board_id": board_of_sprint(value),
        "name": plain_text(str(name)) if name else str(value["id"]),
        "goal": plain_text(str(goal)) if goal else None,
        "state": state,
        "started_at": None if state == "future" else began,
        "planned_end_at": instant(value.get("endDate")),
        "completed_at": instant(value.get("completeDate")) if state == "closed" else None,
    }


def sprints_of_field(held: Any) -> list[Mapping[str, Any]]:
    """The sprints in an issue's field, as objects: what newer servers give, or strings read into the same."""
    if not held:
        return []
    found: list[Mapping[str, Any]] = []
    for one in held if isinstance(held, list) else [held]:
        if isinstance(one, dict):
            found.append(one)
        elif isinstance(one, str) and (read := legacy_sprint(one)):
            found.append(read)
    return [one for one in found if one.get("id") not in (None, "")]


@lru_cache(maxsize=4096)  # one string stands in every issue of a sprint
def legacy_sprint(text: str) -> Mapping[str, Any] | None:
    """`...Sprint@1f[id=5,rapidViewId=1,state=CLOSED,name=A, b,goal=<null>]` as an object; None for any other string.

    A name or goal may hold commas and signs of equality: a part begins only at a name that Jira writes.
    """
    begin = text.find("[")
    if begin < 0 or not text.endswith("]"):
        return {"id": text} if text.isdigit() else None
    inner = text[begin + 1 : -1]
    starts = list(_LEGACY_PART.finditer(inner))
    ends = [one.start() for one in starts[1:]] + [len(inner)]
    parts: dict[str, Any] = {}
    for one, end in zip(starts, ends, strict=True):
        value = inner[one.end() : end]
        parts.setdefault(one.group(1), None if value in ("<null>", "") else value)
    return parts if parts.get("id") else None
