"""Reading lists that come in pages, each in its own manner; none may lose a row or go on for ever."""

from collections.abc import Iterator
from typing import Any

from connectors.jira.client import Client
from connectors.jira.failures import failure

_LIST_PAGE = 100
_IDS_PAGE = {"cloud": 5000, "data-center": 1000}
_RELISTS = 3


def pages(client: Client, path: str, *, begin: int = 0, **params: Any) -> Iterator[dict[str, Any]]:
    """The rows of a list with `startAt`: boards, sprints, projects of Cloud.

    A short page is not the end: the end is `isLast`, or `total` reached, or an empty page. Args: begin, the place of the
    first row that is asked for. Raises: JiraError.
    """
    start, seen, is_again = begin, set[str](), False
    while True:
        page = client.get_json(path, {**params, "startAt": start, "maxResults": _LIST_PAGE})
        rows = page.get("values") if isinstance(page, dict) else None
        if not isinstance(rows, list):
            raise failure("shape", host=client.settings.host, path=path)
        known = len(seen)
        for row in rows:
            if isinstance(row, dict) and str(row.get("id")) not in seen:
                seen.add(str(row.get("id")))
                yield row
        if not rows and not is_again and start < (page.get("total") or 0) and page.get("isLast") is not True:
            is_again = True  # an empty page in the middle: once more, before it is called incomplete
            continue
        is_again = False
        if rows and len(seen) == known:
            raise failure("repeated_token", host=client.settings.host, path=path)
        start += len(rows)
        if _is_end(client, path, page, rows, start):
            return


def _is_end(client: Client, path: str, page: dict[str, Any], rows: list[Any], start: int) -> bool:
    total = page.get("total")
    if rows:
        return page.get("isLast") is True or (isinstance(total, int) and start >= total)
    if isinstance(total, int) and start < total and page.get("isLast") is not True:
        raise failure("incomplete", host=client.settings.host, path=path, total=total, found=start)
    return True


def tokens(client: Client, path: str, body: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The pages of a question of Cloud with `nextPageToken`: a missing token ends it, a repeated one raises.

    Raises: JiraError.
    """
    seen: set[str] = set()
    asked = body
    while True:
        page = client.post_json(path, asked)
        if not isinstance(page, dict):
            raise failure("shape", host=client.settings.host, path=path)
        yield page
        token = page.get("nextPageToken")
        if not token or page.get("isLast") is True:
            return
        if token in seen:
            raise failure("repeated_token", host=client.settings.host, path=path)
        seen.add(token)
        asked = {**body, "nextPageToken": token}


def issue_ids(client: Client, is_cloud: bool, jql: str) -> set[str]:
    """The ids of all issues a question finds: nothing but ids, in large pages, in an order that no edit changes.

    An issue that comes without an id stands here by its key: it is asked for by that, and told of if it stays without.

    On Data Center, a list that shrank while it was read (a deletion moves what follows) is read again. Raises: JiraError.
    """
    question = f"{jql} ORDER BY created ASC, key ASC"
    if is_cloud:
        found: set[str] = set()
        body = {"jql": question, "fields": ["id"], "maxResults": _IDS_PAGE["cloud"]}
        for page in tokens(client, "/rest/api/3/search/jql", body):
            found.update(_ids(page))
        return found
    found = set()
    for _ in range(_RELISTS):
        listed, is_steady = _listed(client, question)
        found |= listed
        if is_steady:
            break
    return found


def _listed(client: Client, question: str) -> tuple[set[str], bool]:
    path, found, start, total = "/rest/api/2/search", set[str](), 0, None
    is_steady = True
    while total is None or start < total:
        body = {"jql": question, "fields": ["id"], "startAt": start, "maxResults": _IDS_PAGE["data-center"]}
        page = client.post_json(path, body)
        if not isinstance(page, dict) or not isinstance(page.get("total"), int):
            raise failure("shape", host=client.settings.host, path=path)
        rows = page.get("issues") or []
        fresh = set(_ids(page)) - found
        if rows and not fresh:
            raise failure("repeated_token", host=client.settings.host, path=path)
        if not rows and start < page["total"]:
            raise failure("incomplete", host=client.settings.host, path=path, total=page["total"], found=start)
        found |= fresh
        start += len(rows)
        is_steady = is_steady and (total is None or page["total"] >= total)
        total = page["total"]
    return found, is_steady and len(found) >= (total or 0)


def _ids(page: dict[str, Any]) -> list[str]:
    rows = (row for row in page.get("issues") or [] if isinstance(row, dict))
    return [str(named) for row in rows if (named := row.get("id") or row.get("key"))]
