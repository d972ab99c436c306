"""What a client may write: comments with properties, and new issues. Remembered while the server runs."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo_jira.cast import FLOWS, KINDS, TYPES
from services.demo_jira.site import ACCOUNT, Refused, Site, answers, body_of, json
from services.demo_jira.world import Comment, World


@answers
async def comments(request: Request, site: Site) -> Any:
    """The comments of an issue; a POST adds one."""
    issue = site.issue(request.path_params["issue"])
    shapes, world = site.shapes(request), site.world
    if request.method == "GET":
        return shapes.comments(issue)
    asked = await body_of(request)
    body = asked.get("body")
    if not body or isinstance(body, dict) != (shapes.version == 3):
        raise Refused(400, "Comment body can not be empty!" if not body else "Comment body is not valid!")
    properties = asked.get("properties") or []
    if not all(isinstance(one, dict) and "key" in one for one in properties):
        raise Refused(400, "Entity properties need a key.")
    made = Comment(world.serial(), ACCOUNT, world.now(), body, properties)
    world.comments.setdefault(issue, []).append(made)
    world.touch(issue, made.at)
    return json(shapes.comment(issue, made), 201)


@answers
async def comment(request: Request, site: Site) -> Any:
    """One comment."""
    issue = site.issue(request.path_params["issue"])
    for one in site.world.comments.get(issue, ()):
        if str(one.id) == request.path_params["comment"]:
            return site.shapes(request).comment(issue, one)
    raise Refused(404, f"Can not find a comment for the id: {request.path_params['comment']}.")


@answers
async def create(request: Request, site: Site) -> Response:
    """A new issue."""
    asked = await body_of(request)
    fields = asked.get("fields")
    if not isinstance(fields, dict):
        raise Refused(400, "The 'fields' of the issue are missing.")
    world, shapes = site.world, site.shapes(request)
    project = _project(world, fields.get("project") or {})
    if not fields.get("summary"):
        return json({"errorMessages": [], "errors": {"summary": "You must specify a summary of the issue."}}, 400)
    text = fields.get("description")
    state = blank(world, project, str(fields["summary"]))
    state["description"] = _plain(text) if isinstance(text, dict) else text
    state["issuetype"] = _kind(world, project, fields.get("issuetype") or {})
    state["labels"] = list(fields.get("labels") or [])
    if parent := fields.get("parent"):
        state["parent"] = site.issue(str(parent.get("key") or parent.get("id")))
    issue = world.add(project, state, ACCOUNT)
    made = {"id": str(issue), "key": world.key_of(issue), "self": f"{shapes.rest}/issue/{issue}"}
    return json(made, 201)


def blank(world: World, project: str, summary: str) -> dict[str, Any]:
    """The state of an issue of which nothing but its title is known."""
    lang = world.project(project).lang
    return {
        "issuetype": KINDS[lang][1], "status": FLOWS[lang][0], "priority": "3", "resolution": None, "summary": summary,
        "description": None, "estimate": None, "sprint": [], "assignee": None, "labels": [], "fix_versions": [],
        "components": [], "parent": None, "links": [], "flagged": False, "timespent": None, "timeestimate": None,
        "timeoriginalestimate": None,
    }  # fmt: skip


def _project(world: World, asked: dict[str, Any]) -> str:
    for one in world.projects.values():
        if str(asked.get("id")) == one.id or asked.get("key") == one.key:
            return one.id
    raise Refused(400, "Specify a valid project ID or key.")


def _kind(world: World, project: str, asked: dict[str, Any]) -> str:
    for one in KINDS[world.project(project).lang]:
        if str(asked.get("id")) == one or asked.get("name") == TYPES[one].name:
            return one
    raise Refused(400, "Specify a valid issue type.")


def _plain(document: dict[str, Any]) -> str:
    """The text of a document, a block a line."""
    if "text" in document:
        return str(document["text"])
    inner = [_plain(part) for part in document.get("content", ())]
    return ("\n" if document.get("type") == "doc" else "").join(inner)


def routes(prefix: str) -> list[Route]:
    """The addresses of one version of the interface."""
    return [
        Route(f"{prefix}/issue", create, methods=["POST"]),
        Route(f"{prefix}/issue/{{issue}}/comment", comments, methods=["GET", "POST"]),
        Route(f"{prefix}/issue/{{issue}}/comment/{{comment}}", comment),
    ]
