"""One simulated site: what it knows, how it speaks, who may sign in, and how it answers."""

import base64
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services.demo_jira.cast import PEOPLE
from services.demo_jira.dialect import Clockwork, Manner, dumps
from services.demo_jira.jql import BadQuery, Found, Query
from services.demo_jira.shapes import Shapes
from services.demo_jira.world import World

ACCOUNT = 1  # whose token it is: 王芳
ANSWERS_KEPT = 64
KEPT = ("/search", "/bulkfetch")
JSON = "application/json;charset=UTF-8"


def account_of(manner: Manner) -> str:
    """Who signs in: an address on Cloud, a user's name on Data Center."""
    return PEOPLE[ACCOUNT].email if manner.is_cloud else PEOPLE[ACCOUNT].login


class Refused(Exception):
    """An answer with an error status and Jira's words for it."""

    def __init__(self, status: int, *messages: str) -> None:
        super().__init__(*messages)
        self.status, self.messages = status, messages


class Site:
    """A server's parts.

    Args: world; manner; token, what the account signs in with (on Data Center as a bearer token, or as the password
    of its user); keep_pages, how many bytes of rendered answers are kept to be given again.
    """

    def __init__(self, world: World, manner: Manner, token: str, keep_pages: int = 0) -> None:
        self.world, self.manner, self.token = world, manner, token
        self.account = account_of(manner)
        self.clock = Clockwork(manner.zone if manner.is_cloud else "UTC")
        self.is_token_expired = False
        self.pages: dict[tuple[str, str, bytes, int], bytes] = {}
        self.keeps_pages, self.room_for_pages = keep_pages > 0, keep_pages
        self._shapes: dict[tuple[str, int, bool], Shapes] = {}
        self.bulks: OrderedDict[tuple[int, str], list[Any]] = OrderedDict()  # what pages of changelogs are cut from
        self._found: OrderedDict[tuple[str, bool], tuple[int, Found]] = OrderedDict()

    def shapes(self, request: Request) -> Shapes:
        """The shapes for the address and version that a request used."""
        base = str(request.base_url).rstrip("/")
        version = 3 if "/api/3/" in request.url.path else 2
        key = (base, version, self.world.has_estimation_field)
        if key not in self._shapes:
            self._shapes[key] = Shapes(self.world, self.manner, base, version, self.clock)
        return self._shapes[key]

    def find(self, jql: str, is_strict: bool = True) -> Found:
        """The answer to a query, kept until something changes."""
        key = (jql, is_strict)
        known = self._found.get(key)
        if known is not None and known[0] == self.world.version:
            return known[1]
        try:
            found = Query(jql, self.world, self.manner.zone, is_strict).answer()
        except BadQuery as error:
            raise Refused(400, str(error)) from error
        self._found[key] = (self.world.version, found)
        if len(self._found) > ANSWERS_KEPT:
            self._found.popitem(last=False)
        return found

    def is_signed_in(self, request: Request) -> bool:
        """Whether a request carries the account's credential."""
        kind, _, value = request.headers.get("authorization", "").partition(" ")
        if self.is_token_expired:
            return False
        if kind.lower() == "bearer":
            return not self.manner.is_cloud and value == self.token
        if kind.lower() != "basic":
            return False
        try:
            user, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except ValueError:
            return False
        return user in (self.account, PEOPLE[ACCOUNT].email) and secret == self.token

    def issue(self, name: str) -> int:
        """An issue's id by id or key. What is gone and what may not be seen are told alike on Cloud, apart elsewhere."""
        issue = self.world.find(name)
        if issue is not None:
            return issue
        if self.manner.is_cloud:
            raise Refused(404, "Issue does not exist or you do not have permission to see it.")
        if self.world.living(name) is None:
            raise Refused(404, "Issue Does Not Exist")
        raise Refused(403, "You do not have the permission to see the specified issue.")


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    site: Site = request.app.state.site
    return site


Handler = Callable[[Request, Site], Awaitable[Any]]


def answers(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint for signed-in requests: its answer as JSON, its refusals in Jira's form."""

    @wraps(handler)
    async def endpoint(request: Request) -> Response:
        site = site_of(request)
        if not site.is_signed_in(request):
            return unauthorised(site)
        is_kept = site.keeps_pages and any(word in request.url.path for word in KEPT)
        key = (request.method, str(request.url), await request.body() if is_kept else b"", site.world.version)
        if is_kept and (kept := site.pages.get(key)) is not None:
            return Response(kept, media_type=JSON)
        try:
            answer = await handler(request, site)
        except Refused as error:
            return json(problem(*error.messages), error.status)
        response = answer if isinstance(answer, Response) else json(answer)
        if is_kept and response.status_code == 200 and site.room_for_pages > 0:
            site.pages[key] = bytes(response.body)
            site.room_for_pages -= len(response.body)
        return response

    return endpoint


def problem(*messages: str) -> dict[str, Any]:
    """What Jira says when it refuses."""
    return {"errorMessages": list(messages), "errors": {}}


def unauthorised(site: Site) -> Response:
    """The answer to whoever is not signed in: text on Cloud, JSON elsewhere."""
    if site.manner.is_cloud:
        text = "Client must be authenticated to access this resource."
        return Response(text, 401, {"www-authenticate": 'OAuth realm="demo"'}, "text/plain;charset=UTF-8")
    response = json(problem("You do not have the permission to see the specified issue.", "Login Required"), 401)
    response.headers["x-seraph-loginreason"] = "AUTHENTICATED_FAILED"
    return response


def json(answer: Any, status: int = 200) -> Response:
    """A JSON answer."""
    return Response(dumps(answer), status, media_type=JSON)


def whole(request: Request, name: str, default: int, at_most: int, at_least: int = 0) -> int:
    """A number of the address, kept within what the server gives at once."""
    text = request.query_params.get(name)
    if text is None:
        return default
    try:
        return max(at_least, min(int(text), at_most))
    except ValueError as error:
        raise Refused(400, f"The value '{text}' for '{name}' is not a number.") from error


async def body_of(request: Request) -> dict[str, Any]:
    """The JSON object that a request brought."""
    try:
        body = await request.json()
    except ValueError as error:
        raise Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.") from error
    if not isinstance(body, dict):
        raise Refused(400, "Invalid request payload. Refer to the REST API documentation and try again.")
    return body
