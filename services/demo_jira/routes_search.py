"""Searching and reading issues and their changelogs, as Cloud and as Data Center do it."""

import base64
import binascii
from collections.abc import Iterable
from typing import Any

import numpy as np
import orjson
from starlette.requests import Request
from starlette.routing import Route

from services.demo_jira.issue_fields import chosen_fields
from services.demo_jira.ledger import History, Story
from services.demo_jira.site import Refused, Site, answers, body_of, whole

SEARCH_HISTORIES, ISSUE_HISTORIES = 40, 100  # how many Cloud expands
PAGE_WITH_FIELDS, PAGE_OF_IDS, PAGE_OF_SERVER = 100, 5000, 1000
BULK_ISSUES, BULK_FIELDS, BULK_PAGE = 1000, 10, 10_000
BULKS_KEPT = 8
Bulk = list[tuple[History, Story]]
GONE = (
    "The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is "
    "available at https://developer.atlassian.com/changelog/#CHANGE-2046"
)


async def _asked(request: Request) -> dict[str, Any]:
    """What a search asks, from its address or its body."""
    if request.method == "POST":
        return await body_of(request)
    asked: dict[str, Any] = dict(request.query_params)
    for name in ("maxResults", "startAt"):
        if name in asked:
            asked[name] = whole(request, name, 0, 10**9)
    return asked


def _list(value: Any) -> list[str]:
    """A list, or words between commas."""
    if value is None:
        return []
    listed = value.split(",") if isinstance(value, str) else [part for one in value for part in str(one).split(",")]
    return [one.strip() for one in listed if one.strip()]


def _token(parts: Iterable[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(parts))).decode()


def token_after(issue: str) -> str:
    """The token of the page that begins after an issue, where the server ends a page early."""
    return _token((None, int(issue)))


def _untoken(token: Any, count: int) -> list[Any]:
    try:
        parts = orjson.loads(base64.urlsafe_b64decode(str(token)))
    except (binascii.Error, orjson.JSONDecodeError, ValueError) as error:
        raise Refused(400, "The provided next page token is invalid or expired.") from error
    if not isinstance(parts, list) or len(parts) != count:
        raise Refused(400, "The provided next page token is invalid or expired.")
    return parts


@answers
async def search_jql(request: Request, site: Site) -> Any:
    """Cloud's search: pages by token, no total, ids alone unless fields are asked for."""
    asked = await _asked(request)
    jql = asked.get("jql") or ""
    found = site.find(jql)
    if not found.is_bounded:
        raise Refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    names = _list(asked.get("fields")) or ["id"]
    is_ids_alone = names == ["id"]
    expand = _list(asked.get("expand"))
    limit = PAGE_OF_IDS if is_ids_alone and not expand else PAGE_WITH_FIELDS
    size = max(1, min(int(asked.get("maxResults") or 50), limit))
    start = _after(found, _untoken(asked["nextPageToken"], 2)) if asked.get("nextPageToken") else 0
    page = found.ids[start : start + size].tolist()
    shapes = site.shapes(request)
    if is_ids_alone:
        issues: list[Any] = [{"id": str(issue)} for issue in page]
    else:
        chosen = chosen_fields(shapes, [name for name in names if name not in ("id", "key")] or ["-"])
        wanted = chosen if any(name not in ("id", "key") for name in names) else None
        newest = SEARCH_HISTORIES if "changelog" in expand else 0
        issues = [shapes.issue(site.world.story(issue), wanted, newest) for issue in page]
    answer: dict[str, Any] = {"issues": issues}
    if start + size < len(found.ids):
        last = start + size - 1
        answer["nextPageToken"] = _token((int(found.sort_values[last]), int(found.ids[last])))
        answer["isLast"] = False
    else:
        answer["isLast"] = True
    return answer


def _after(found: Any, token: list[Any]) -> int:
    """Where a page begins: after the last one's last issue, wherever the issues before it went since."""
    value, issue = token
    at = np.flatnonzero(found.ids == issue)
    if value is None:
        return int(at[0]) + 1 if len(at) else 0
    if len(at) and found.sort_values[at[0]] == value:
        return int(at[0]) + 1
    return int(np.searchsorted(found.sort_values, value, side="right"))


@answers
async def approximate_count(request: Request, site: Site) -> Any:
    """How many issues a query finds, near enough."""
    found = site.find((await body_of(request)).get("jql") or "")
    if not found.is_bounded:
        raise Refused(400, "Unbounded JQL queries are not allowed here. Please add a search restriction to your query.")
    return {"count": len(found.ids)}


@answers
async def search_gone(request: Request, site: Site) -> Any:
    """The search that Cloud took away."""
    raise Refused(410, GONE)


@answers
async def search(request: Request, site: Site) -> Any:
    """Data Center's search: pages by their start, with a total, with whole changelogs unless told otherwise."""
    asked = await _asked(request)
    is_strict = str(asked.get("validateQuery", "true")).lower() in ("true", "strict")
    found = site.find(asked.get("jql") or "", is_strict)
    start = max(0, int(asked.get("startAt") or 0))
    size = max(0, min(int(50 if asked.get("maxResults") is None else asked["maxResults"]), PAGE_OF_SERVER))
    shapes = site.shapes(request)
    names = _list(asked.get("fields"))
    chosen = chosen_fields(shapes, names)
    expand = _list(asked.get("expand"))
    newest = site.manner.search_histories if "changelog" in expand else 0
    page = found.ids[start : start + size].tolist()
    issues = [shapes.issue(site.world.story(issue), chosen, newest) for issue in page]
    return {"expand": "schema,names", "startAt": start, "maxResults": size, "total": len(found.ids), "issues": issues}


@answers
async def issue(request: Request, site: Site) -> Any:
    """One issue; a key that it had before still finds it."""
    found = site.issue(request.path_params["issue"])
    shapes = site.shapes(request)
    chosen = chosen_fields(shapes, _list(request.query_params.getlist("fields")) or ["*all"])
    newest: int | None = 0
    if "changelog" in _list(request.query_params.getlist("expand")):
        newest = ISSUE_HISTORIES if site.manner.is_cloud else None
    return shapes.issue(site.world.story(found), chosen, newest)


@answers
async def changelog(request: Request, site: Site) -> Any:
    """The changelog of one issue in pages, oldest first."""
    story = site.world.story(site.issue(request.path_params["issue"]))
    start, size = whole(request, "startAt", 0, 10**6), whole(request, "maxResults", 100, 100, 1)
    shapes = site.shapes(request)
    page = [shapes.history(one, story) for one in story.histories[start : start + size]]
    total = len(story.histories)
    return {
        "self": str(request.url), "maxResults": size, "startAt": start, "total": total, "isLast": start + size >= total,
        "values": page,
    }  # fmt: skip


@answers
async def bulk_fetch(request: Request, site: Site) -> Any:
    """Changelogs of up to 1000 issues in pages: by instant over all issues, so that one may be cut in the middle."""
    asked = await body_of(request)
    names = asked.get("issueIdsOrKeys")
    if not isinstance(names, list) or not 1 <= len(names) <= BULK_ISSUES:
        raise Refused(400, f"issueIdsOrKeys must contain between 1 and {BULK_ISSUES} items.")
    fields = _list(asked.get("fieldIds"))
    if len(fields) > BULK_FIELDS:
        raise Refused(400, f"fieldIds must contain at most {BULK_FIELDS} items.")
    size = max(1, min(int(asked.get("maxResults") or 1000), BULK_PAGE))
    shapes = site.shapes(request)
    entries = _bulk(site, [str(name) for name in names], fields)
    start = int(_untoken(asked["nextPageToken"], 1)[0]) if asked.get("nextPageToken") else 0
    grouped: dict[int, list[Any]] = {}
    for one, story in entries[start : start + size]:
        created = one.at if site.manner.bulk_created == "ms" else None
        grouped.setdefault(story.id, []).append(shapes.history(one, story, created))
    answer: dict[str, Any] = {
        "issueChangeLogs": [{"issueId": str(i), "changeHistories": listed} for i, listed in grouped.items()]
    }
    if start + size < len(entries):
        answer["nextPageToken"] = _token((start + size,))
    return answer


def _bulk(site: Site, names: list[str], fields: list[str]) -> Bulk:
    key = (site.world.version, ",".join([*names, "|", *fields]))
    if key in site.bulks:
        return site.bulks[key]
    heads = site_heads(site) if fields else {}
    found = [one for name in names if (one := site.world.find(name)) is not None]
    entries = [
        (history, story)
        for story in map(site.world.story, dict.fromkeys(found))
        for history in story.histories
        if not fields or any(heads.get(item[0]) in fields for item in history.items)
    ]
    entries.sort(key=lambda entry: (entry[0].at, entry[1].id, entry[0].id))
    site.bulks[key] = entries
    if len(site.bulks) > BULKS_KEPT:
        site.bulks.popitem(last=False)
    return entries


def site_heads(site: Site) -> dict[str, str | None]:
    """Which field id an item of a history belongs to."""
    ids = site.manner.fields
    return {
        "sprint": ids.sprint, "estimate": ids.points, "rank": ids.rank, "flagged": ids.flagged,
        "fix_versions": "fixVersions", "links": "issuelinks", "key": "issuekey",
        **{name: name for name in ("status", "resolution", "priority", "summary", "description", "labels", "assignee",
                                   "issuetype", "timespent", "timeestimate", "components", "project", "parent")},
    }  # fmt: skip


def routes(prefix: str, is_cloud: bool, has_changelog: bool) -> list[Route]:
    """The addresses of one version of the interface."""
    if is_cloud:
        listed = [
            Route(f"{prefix}/search/jql", search_jql, methods=["GET", "POST"]),
            Route(f"{prefix}/search/approximate-count", approximate_count, methods=["POST"]),
            Route(f"{prefix}/search", search_gone, methods=["GET", "POST"]),
            Route(f"{prefix}/changelog/bulkfetch", bulk_fetch, methods=["POST"]),
        ]
    else:
        listed = [Route(f"{prefix}/search", search, methods=["GET", "POST"])]
    if is_cloud or has_changelog:
        listed.append(Route(f"{prefix}/issue/{{issue}}/changelog", changelog))
    return [*listed, Route(f"{prefix}/issue/{{issue}}", issue)]
