"""Jira's own report of a sprint, counted from the simulated histories and from nothing else.

It is a cross-check for who reads the same histories, so it shares no code with them: it walks each issue's entries once,
and keeps at every step whether the issue is in the sprint, done, and estimated at what.
"""

from dataclasses import dataclass
from typing import Any

from services.demo_jira.cast import TYPES
from services.demo_jira.dialect import utc
from services.demo_jira.ledger import Story
from services.demo_jira.shapes import Shapes
from services.demo_jira.site import Refused, Site
from services.demo_jira.timeline import Board, Sprint


@dataclass(slots=True)
class Walk:
    """What became of one issue in one sprint."""

    story: Story
    was_in: bool = False  # at some instant of the sprint, and not done by then
    is_added: bool = False
    is_in: bool = False
    is_done: bool = False
    first: float | None = None
    last: float | None = None


def sprint_report(site: Site, shapes: Shapes, board: Board, sprint: Sprint, done: frozenset[str]) -> dict[str, Any]:
    """The report: completed, not completed, removed, completed elsewhere, and which came after the start."""
    if sprint.activated is None:
        raise Refused(400, "The sprint has not been started.")
    until = sprint.completed if sprint.completed is not None else site.world.now()
    completed: list[Walk] = []
    open_: list[Walk] = []
    punted: list[Walk] = []
    elsewhere: list[Walk] = []
    added: dict[str, bool] = {}
    for number in site.world.near([sprint.id]):
        if site.world.find(str(number)) is None:
            continue
        story = site.world.story(number)
        if TYPES[story.state["issuetype"]].level != 0 or story.created > until:
            continue
        walk = _walk(story, sprint, until, done)
        if walk.is_in and walk.was_in:  # also what came in done and was opened again
            (completed if walk.is_done else open_).append(walk)
        elif walk.is_in:
            elsewhere.append(walk)
        elif walk.was_in:
            punted.append(walk)
        if walk.was_in and walk.is_added:
            added[story.state["key"]] = True
    contents = {
        "completedIssues": [_shown(shapes, one) for one in completed],
        "issuesNotCompletedInCurrentSprint": [_shown(shapes, one) for one in open_],
        "puntedIssues": [_shown(shapes, one) for one in punted],
        "issuesCompletedInAnotherSprint": [_shown(shapes, one) for one in elsewhere],
        "issueKeysAddedDuringSprint": added,
        "completedIssuesInitialEstimateSum": _sum([one.first for one in completed]),
        "completedIssuesEstimateSum": _sum([one.last for one in completed]),
        "issuesNotCompletedInitialEstimateSum": _sum([one.first for one in open_]),
        "issuesNotCompletedEstimateSum": _sum([one.last for one in open_]),
        "allIssuesEstimateSum": _sum([one.last for one in (*completed, *open_)]),
        "puntedIssuesInitialEstimateSum": _sum([one.first for one in punted]),
        "puntedIssuesEstimateSum": _sum([one.last for one in punted]),
    }
    return {"contents": contents, "sprint": _sprint(sprint), "lastUserToClose": "", "supportsPages": True}


def _walk(story: Story, sprint: Sprint, until: int, done: frozenset[str]) -> Walk:
    """Follow one issue: what it was at its creation is found by undoing its entries, newest first."""
    began = sprint.activated or 0
    sprints, status, estimate = set(story.state["sprint"]), story.state["status"], story.state["estimate"]
    for history in reversed(story.histories):
        for name, before, before_text, _, _ in history.items:
            if name == "sprint":
                sprints = _ids(before)
            elif name == "status":
                status = before
            elif name == "estimate":
                estimate = float(before_text) if before_text else None
    walk = Walk(story)
    steps: list[tuple[int, Any]] = [(history.at, history) for history in story.histories if history.at <= until]
    at_start = False

    def look(is_after_start: bool) -> None:
        walk.is_in, walk.is_done, walk.last = sprint.id in sprints, status in done, estimate
        if walk.is_in and not walk.is_done and not walk.was_in:
            walk.was_in, walk.first, walk.is_added = True, estimate, is_after_start

    for place, (at, history) in enumerate(steps):
        if at > began and not at_start:
            at_start = True
            look(story.created > began)
        for name, _, _, after, after_text in history.items:
            if name == "sprint":
                sprints = _ids(after)
            elif name == "status":
                status = after
            elif name == "estimate":
                estimate = float(after_text) if after_text else None
        is_last_of_instant = place + 1 == len(steps) or steps[place + 1][0] != at
        if at > began and is_last_of_instant:
            look(True)
    if not at_start:
        look(story.created > began)
    return walk


def _ids(text: str | None) -> set[int]:
    return {int(one) for one in text.split(",")} if text else set()


def _sum(estimates: list[float | None]) -> dict[str, Any]:
    known = [one for one in estimates if one is not None]
    return {"value": sum(known), "text": f"{sum(known):g}"} if known else {"text": "null"}


def _statistic(field: str, value: float | None) -> dict[str, Any]:
    return {"statFieldId": field, "statFieldValue": {} if value is None else {"value": value, "text": f"{value:g}"}}


def _shown(shapes: Shapes, walk: Walk) -> dict[str, Any]:
    state = walk.story.state
    kind = TYPES[state["issuetype"]]
    return {
        "id": walk.story.id, "key": state["key"], "hidden": False, "typeName": kind.name, "typeId": kind.id,
        "summary": state["summary"], "done": walk.is_done, "statusId": state["status"],
        "estimateStatistic": _statistic(shapes.ids.points, walk.first),
        "currentEstimateStatistic": _statistic(shapes.ids.points, walk.last), "projectId": int(state["project"]),
    }  # fmt: skip


def _sprint(sprint: Sprint) -> dict[str, Any]:
    return {
        "id": sprint.id, "sequence": sprint.id, "name": sprint.name, "state": sprint.state.upper(),
        "isoStartDate": utc(sprint.start), "isoEndDate": utc(sprint.end), "isoCompleteDate": utc(sprint.completed) or "None",
        "goal": sprint.goal,
    }  # fmt: skip
