"""Boards, their configuration and their sprints, and Jira's own sprint report."""

from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from services.demo_jira.cast import FLOWS, STATUSES
from services.demo_jira.issue_fields import OTHER_ESTIMATE
from services.demo_jira.report import sprint_report
from services.demo_jira.site import Refused, Site, answers, whole
from services.demo_jira.timeline import Board, Sprint

PAGE = 50
COLUMNS = {"en": ("To Do", "In Progress", "Review", "Done"), "zh": ("待办", "进行中", "评审", "完成")}


def _page(request: Request, listed: list[Any]) -> dict[str, Any]:
    start, size = whole(request, "startAt", 0, 10**6), whole(request, "maxResults", PAGE, PAGE, 1)
    return {
        "maxResults": size, "startAt": start, "total": len(listed), "isLast": start + size >= len(listed),
        "values": listed[start : start + size],
    }  # fmt: skip


def _board(request: Request, site: Site) -> Board:
    number = request.path_params["board"]
    for one in site.world.line.boards:
        if one.id == number:
            if one.id in site.world.hidden_boards:
                raise Refused(403, "The user does not have permission to view the board.")
            if one.project.id not in site.world.hidden_projects:
                return one
    raise Refused(404, f"Board with id {number} does not exist or you do not have permission to view it.")


@answers
async def boards(request: Request, site: Site) -> Any:
    """The boards that the account may see, of one project or kind where asked."""
    project, kind = request.query_params.get("projectKeyOrId"), request.query_params.get("type")
    listed = [
        site.shapes(request).board(one)
        for one in site.world.line.boards
        if one.id not in site.world.hidden_boards and one.project.id not in site.world.hidden_projects
        and (project is None or project in (one.project.key, one.project.id)) and (kind is None or kind == one.kind)
    ]  # fmt: skip
    return _page(request, listed)


@answers
async def board(request: Request, site: Site) -> Any:
    """One board."""
    return site.shapes(request).board(_board(request, site))


@answers
async def board_projects(request: Request, site: Site) -> Any:
    """The projects of a board: where a Data Center tells them, since its boards carry no location."""
    return _page(request, [site.shapes(request).project(_board(request, site).project)])


@answers
async def configuration(request: Request, site: Site) -> Any:
    """A board's columns, with the statuses they map, and its estimation field. Two statuses are mapped by none."""
    one = _board(request, site)
    shapes, base = site.shapes(request), str(request.base_url).rstrip("/")
    flow = FLOWS[one.project.lang]
    columns = [
        {"name": name, "statuses": [{"id": status, "self": f"{shapes.rest}/status/{status}"}]}
        for name, status in zip(COLUMNS[one.project.lang], flow, strict=True)
    ]
    answer: dict[str, Any] = {
        "id": one.id, "name": one.name, "type": one.kind, "self": f"{base}/rest/agile/1.0/board/{one.id}/configuration",
        "filter": {"id": str(10_000 + one.id), "self": f"{shapes.rest}/filter/{10_000 + one.id}"},
        "columnConfig": {"columns": columns, "constraintType": "issueCount"},
        "ranking": {"rankCustomFieldId": int(shapes.ids.rank[12:])},
    }  # fmt: skip
    if shapes.is_cloud:
        where = one.project
        answer["location"] = {"type": "project", "key": where.key, "id": where.id, "name": where.name}
    if one.kind == "scrum" and site.world.has_estimation_field:
        is_other = one.project.id in OTHER_ESTIMATE
        name = "Story Points" if not is_other else "Story point estimate" if shapes.is_cloud else "故事点"
        field = {"fieldId": shapes.ids.guess if is_other else shapes.ids.points, "displayName": name}
        answer["estimation"] = {"type": "field", "field": field}
    elif one.kind == "scrum":
        answer["estimation"] = {"type": "issueCount"}
    if one.kind == "kanban":
        answer["subQuery"] = {"query": "fixVersion in unreleasedVersions() OR fixVersion is EMPTY"}
    return answer


def _sprints(site: Site, one: Board) -> list[Sprint]:
    shown = {one.id, one.shows}
    order = {"closed": 0, "active": 1, "future": 2}
    listed = [sprint for sprint in site.world.line.sprints.values() if sprint.board_id in shown]
    return sorted(listed, key=lambda sprint: (order[sprint.state], sprint.id))


@answers
async def sprints(request: Request, site: Site) -> Any:
    """A board's sprints, also those that began on another board; a kanban board has none."""
    one = _board(request, site)
    if one.kind != "scrum":
        raise Refused(400, "The board does not support sprints")
    states = [state for part in request.query_params.getlist("state") for state in part.split(",")]
    listed = [sprint for sprint in _sprints(site, one) if not states or sprint.state in states]
    return _page(request, [site.shapes(request).sprint(sprint) for sprint in listed])


def _sprint(site: Site, number: int) -> Sprint:
    found = site.world.line.sprints.get(number)
    if found is None or _is_hidden(site, found):
        raise Refused(404, "Sprint does not exist or you do not have permission to view it.")
    return found


def _is_hidden(site: Site, sprint: Sprint) -> bool:
    """Who may not see a sprint's board may not see the sprint."""
    home = next(board for board in site.world.line.boards if board.id == sprint.board_id)
    return home.id in site.world.hidden_boards or home.project.id in site.world.hidden_projects


@answers
async def sprint(request: Request, site: Site) -> Any:
    """One sprint."""
    return site.shapes(request).sprint(_sprint(site, request.path_params["sprint"]))


@answers
async def report(request: Request, site: Site) -> Any:
    """Jira's own sprint report."""
    view, number = whole(request, "rapidViewId", 0, 10**9), whole(request, "sprintId", 0, 10**9)
    request.path_params["board"] = view
    one = _board(request, site)
    found = _sprint(site, number)
    done = frozenset({FLOWS[one.project.lang][3]}) | _unmapped_done(one)
    return sprint_report(site, site.shapes(request), one, found, done)


def _unmapped_done(one: Board) -> frozenset[str]:
    return frozenset(s.id for s in STATUSES.values() if s.category == "done" and s.id not in FLOWS[one.project.lang])


def routes() -> list[Route]:
    """The addresses of the agile interface and of the report."""
    agile = "/rest/agile/1.0"
    return [
        Route(f"{agile}/board", boards), Route(f"{agile}/board/{{board:int}}", board),
        Route(f"{agile}/board/{{board:int}}/configuration", configuration),
        Route(f"{agile}/board/{{board:int}}/project", board_projects),
        Route(f"{agile}/board/{{board:int}}/sprint", sprints), Route(f"{agile}/sprint/{{sprint:int}}", sprint),
        Route("/rest/greenhopper/1.0/rapid/charts/sprintreport", report),
    ]  # fmt: skip
