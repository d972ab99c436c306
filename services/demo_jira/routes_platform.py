"""What the server says of itself, its fields, statuses, types, priorities and projects."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo_jira.cast import PEOPLE, PRIORITIES, STATUSES, TYPES, Project
from services.demo_jira.dialect import person
from services.demo_jira.issue_fields import catalogue
from services.demo_jira.site import ACCOUNT, Refused, Site, answers, json, site_of, whole


async def server_info(request: Request) -> Response:
    """Answered to anyone, as the real ones do."""
    site = site_of(request)
    base = str(request.base_url).rstrip("/")
    at = site.clock.local(site.world.now())
    if site.manner.is_cloud:
        return json({
            "baseUrl": base, "version": "1001.0.0-SNAPSHOT", "versionNumbers": [1001, 0, 0], "deploymentType": "Cloud",
            "buildNumber": 100290, "buildDate": "2026-09-01T00:00:00.000+0000", "serverTime": at, "scmInfo": "demo", "serverTitle": "Jira",
            "defaultLocale": {"locale": "en_US"},
        })  # fmt: skip
    return json({
        "baseUrl": base, "version": "9.12.5", "versionNumbers": [9, 12, 5], "deploymentType": "Server",
        "buildNumber": 9120005, "buildDate": "2026-09-01T00:00:00.000+0000", "databaseBuildNumber": 9120005, "serverTime": at, "scmInfo": "demo",
        "serverTitle": "Jira",
    })  # fmt: skip


@answers
async def myself(request: Request, site: Site) -> Any:
    """The account, with the time zone that its queries are read in."""
    base = str(request.base_url).rstrip("/")
    me = person(base, ACCOUNT, site.manner.is_cloud)
    return {**me, "timeZone": site.manner.zone, "locale": "zh_CN", "groups": {"size": 1, "items": []}}


@answers
async def fields(request: Request, site: Site) -> Any:
    """Every field."""
    return catalogue(site.shapes(request))


@answers
async def statuses(request: Request, site: Site) -> Any:
    """Every status."""
    return [site.shapes(request).status(status) for status in STATUSES]


@answers
async def issue_types(request: Request, site: Site) -> Any:
    """Every type of issue."""
    return [site.shapes(request).issue_type(kind) for kind in TYPES]


@answers
async def priorities(request: Request, site: Site) -> Any:
    """Every priority."""
    return [site.shapes(request).priority(value) for value in PRIORITIES]


@answers
async def permissions(request: Request, site: Site) -> Any:
    """What the account may do; everything but administer."""
    asked = request.query_params.get("permissions", "BROWSE_PROJECTS,ADD_COMMENTS,CREATE_ISSUES,ADMINISTER").split(",")
    key = request.query_params.get("projectKey") or request.query_params.get("projectId")
    hidden = key is not None and not any(key in (one.key, one.id) for one in _projects(site))
    if hidden:
        raise Refused(404, f"No project could be found with key '{key}'.")
    return {
        "permissions": {
            name: {"id": str(place), "key": name, "name": name.replace("_", " ").title(), "type": "PROJECT",
                   "description": "", "havePermission": name != "ADMINISTER"}
            for place, name in enumerate(asked)
        }
    }  # fmt: skip


def _projects(site: Site) -> list[Project]:
    return [one for one in site.world.projects.values() if one.id not in site.world.hidden_projects]


@answers
async def projects(request: Request, site: Site) -> Any:
    """The projects that the account may see."""
    return [site.shapes(request).project(one) for one in _projects(site)]


@answers
async def project_search(request: Request, site: Site) -> Any:
    """The same in pages, on Cloud."""
    start, size = whole(request, "startAt", 0, 10_000), whole(request, "maxResults", 50, 50, 1)
    listed = [one for one in _projects(site) if _is_asked(one, request)]
    page = [site.shapes(request).project(one) for one in listed[start : start + size]]
    return {
        "self": str(request.url), "maxResults": size, "startAt": start, "total": len(listed),
        "isLast": start + size >= len(listed), "values": page,
    }  # fmt: skip


def _is_asked(one: Project, request: Request) -> bool:
    keys, ids = request.query_params.getlist("keys"), request.query_params.getlist("id")
    return (not keys or one.key in keys) and (not ids or one.id in ids)


@answers
async def project(request: Request, site: Site) -> Any:
    """One project."""
    name = request.path_params["project"]
    for one in _projects(site):
        if name in (one.id, one.key):
            base = str(request.base_url).rstrip("/")
            lead = person(base, int(one.id) % len(PEOPLE), site.manner.is_cloud)
            return {**site.shapes(request).project(one), "description": "", "lead": lead}
    raise Refused(404, f"No project could be found with key '{name}'.")


def routes(prefix: str, is_cloud: bool) -> list[Route]:
    """The addresses of one version of the interface."""
    listed = [
        Route(f"{prefix}/serverInfo", server_info), Route(f"{prefix}/myself", myself), Route(f"{prefix}/field", fields),
        Route(f"{prefix}/status", statuses), Route(f"{prefix}/issuetype", issue_types),
        Route(f"{prefix}/priority", priorities), Route(f"{prefix}/mypermissions", permissions),
        Route(f"{prefix}/project", projects),
    ]  # fmt: skip
    if is_cloud:
        listed.append(Route(f"{prefix}/project/search", project_search))
    return [*listed, Route(f"{prefix}/project/{{project}}", project)]
