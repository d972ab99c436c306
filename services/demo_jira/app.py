"""The simulated Jira as one ASGI application."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from services.demo_jira import control, routes_agile, routes_platform, routes_search, routes_write
from services.demo_jira.faults import FaultyServer, Weather
from services.demo_jira.site import Site, json, problem


async def _nothing_here(request: Request, error: Exception) -> Response:
    """What a real server says at an address it does not know."""
    status = getattr(error, "status_code", 404)
    return json(problem("null for uri: " + request.url.path), status)


def application(site: Site, weather: Weather, with_control: bool) -> ASGIApp:
    """Put a site's addresses together: versions 2 and 3 on Cloud, version 2 (and latest) on Data Center."""
    is_cloud, has_changelog = site.manner.is_cloud, site.manner.issue_changelog
    routes = []
    for version in ("2", "3", "latest") if is_cloud else ("2", "latest"):
        prefix = f"/rest/api/{version}"
        routes += routes_platform.routes(prefix, is_cloud)
        routes += routes_write.routes(prefix)
        routes += routes_search.routes(prefix, is_cloud, has_changelog)
    routes += routes_agile.routes()
    if with_control:
        routes += control.routes(control.Desk(site, weather))
    app = Starlette(routes=routes, exception_handlers={404: _nothing_here, 405: _nothing_here})
    app.state.site = site
    return FaultyServer(app, weather)
