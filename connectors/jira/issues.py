"""Issues with their whole changelog, by id: a chunk of ids is asked for as such, so no edit can move one out of a page."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from connectors.jira.batch import Raw, Skipped
from connectors.jira.client import Client
from connectors.jira.failures import JiraError, failure
from connectors.jira.fates import ABSENT
from connectors.jira.paging import tokens
from core.errors import Kind
from core.i18n import N_, Text

HISTORY_NOT_WHOLE = N_("{key}: the server gives {found} of {total} changes; its history is not whole.")
UNREADABLE = N_("The server gives no readable record of this issue ({why}).")
NO_ID = N_("The server gave an issue without an id.")
NO_FIELDS = N_("The server gave this issue without its fields.")
BULK_PAGE = 10_000  # histories; a server that gives fewer at once says so by a token
_HISTORY_PAGE = 100

Issue = dict[str, Any]
Histories = list[dict[str, Any]]


@dataclass
class Chunk:
    """What came of some ids: records, those that could not be read, ids that are no longer there with the answer for each."""

    records: list[Raw] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)

    def __iadd__(self, other: "Chunk") -> "Chunk":
        self.records += other.records
        self.skipped += other.skipped
        self.gone |= other.gone
        return self


@dataclass(frozen=True)
class IssueReader:
    """Reads issues of one server.

    Args: client; is_cloud; fields, which to ask for.
    """

    client: Client
    is_cloud: bool
    fields: Sequence[str]
    missing: set[str] = field(default_factory=set)  # addresses that this server has not: asked for once

    def read(self, ids: Sequence[str]) -> Chunk:
        """The issues with these ids (or keys) and all their histories. One request where nothing is odd, on Cloud two.

        An answer that cannot be read is asked for again in halves, until the one bad record stands alone and is skipped.
        Raises: JiraError, Cancelled.
        """
        try:
            found, chunk = self._search(ids)
        except JiraError as error:
            if error.code not in ("bad_request", "malformed"):
                raise
            if len(ids) == 1:
                return self._alone(ids[0])
            middle = len(ids) // 2
            halves = self.read(ids[:middle])
            halves += self.read(ids[middle:])
            return halves
        known = set(found) | {issue.get("key") for issue in found.values()}
        for one in ids:
            if one not in known:  # deleted since it was listed, or left out by a page that came short
                chunk += self._alone(one, only_issue=True, into=found)
        histories = self._histories(found, chunk)
        chunk.records += [_raw(issue, histories[key]) for key, issue in found.items() if key in histories]
        return chunk

    # ------------------------------------------------------------ issues

    def _search(self, ids: Sequence[str]) -> tuple[dict[str, Issue], Chunk]:
        jql = f"{'id' if all(one.isdigit() for one in ids) else 'key'} in ({', '.join(ids)}) ORDER BY created ASC, key ASC"
        found: dict[str, Issue] = {}
        chunk = Chunk()
        pages = self._cloud_pages(jql, len(ids)) if self.is_cloud else self._server_pages(jql, len(ids))
        for page in pages:
            rows = page.get("issues")
            for row in rows if isinstance(rows, list) else []:
                if _is_sound(row, chunk):
                    found[str(row["id"])] = row
        return found, chunk

    def _cloud_pages(self, jql: str, n: int) -> Iterator[dict[str, Any]]:
        body = {"jql": jql, "fields": list(self.fields), "maxResults": n}
        return tokens(self.client, "/rest/api/2/search/jql", body)  # version 2: descriptions as text, half the size

    def _server_pages(self, jql: str, n: int) -> Iterator[dict[str, Any]]:
        path, start = "/rest/api/2/search", 0
        while True:
            body = {
                "jql": jql, "fields": list(self.fields), "expand": ["changelog"], "startAt": start, "maxResults": n,
                "validateQuery": False,
            }  # fmt: skip
            page = self.client.post_json(path, body)
            if not isinstance(page, dict):
                raise failure("shape", host=self.client.settings.host, path=path)
            yield page
            rows = page.get("issues") or []
            start += len(rows)
            if not rows or start >= int(page.get("total") or 0):
                return

    def _alone(self, one: str, *, only_issue: bool = False, into: dict[str, Issue] | None = None) -> Chunk:
        """One issue by its own address: what the search could not give is there, is gone, or is skipped."""
        chunk, found = Chunk(), {} if into is None else into
        params = {"fields": ",".join(self.fields)} | ({} if self.is_cloud else {"expand": "changelog"})
        try:
            issue = self.client.get_json(f"/rest/api/2/issue/{one}", params)
        except JiraError as error:
            if error.code in ABSENT:
                chunk.gone[one] = error.code
                return chunk
            if error.code not in ("bad_request", "malformed", "unavailable"):
                raise
            chunk.skipped.append(Skipped("issue", one, one, Text(UNREADABLE, why=error.what)))
            return chunk
        if _is_sound(issue, chunk):
            found[str(issue["id"])] = issue
        if not only_issue:
            histories = self._histories(found, chunk)
            chunk.records += [_raw(one, histories[key]) for key, one in found.items() if key in histories]
        return chunk

    # ------------------------------------------------------------ histories

    def _histories(self, issues: Mapping[str, Issue], chunk: Chunk) -> dict[str, Histories]:
        if not issues:
            return {}
        return self._bulk(issues, chunk) if self.is_cloud else self._beside(issues, chunk)

    def _bulk(self, issues: Mapping[str, Issue], chunk: Chunk) -> dict[str, Histories]:
        """Cloud: the changelogs of all of them in one question, page by page."""
        found: dict[str, Histories] = {key: [] for key in issues}
        body = {"issueIdsOrKeys": list(issues), "maxResults": BULK_PAGE}
        try:
            for page in tokens(self.client, "/rest/api/3/changelog/bulkfetch", body):
                for one in page.get("issueChangeLogs") or []:
                    if isinstance(one, dict) and str(one.get("issueId")) in found:
                        found[str(one["issueId"])] += one.get("changeHistories") or []
        except JiraError as error:
            if error.code not in ("not_found", "gone", "bad_request", "malformed"):
                raise
            # The bulk question fails as a whole where one record is bad: each issue is asked for by itself then.
            return {key: self._paged(issue, [], None, chunk) for key, issue in issues.items()}
        return {key: _once(histories) for key, histories in found.items()}

    def _beside(self, issues: Mapping[str, Issue], chunk: Chunk) -> dict[str, Histories]:
        """Data Center: the changelog stands beside the issue, where it was not cut short."""
        found = {}
        for key, issue in issues.items():
            log = issue.pop("changelog", None) or {}
            histories = _once(log.get("histories") or [])
            total = log.get("total")
            is_whole = isinstance(total, int) and len(histories) >= total
            found[key] = histories if is_whole else self._paged(issue, histories, total, chunk)
        return found

    def _paged(self, issue: Issue, had: Histories, total: int | None, chunk: Chunk) -> Histories:
        """One issue's histories page by page, where the server has that; else as many as it gives, and it is said."""
        found: Histories = list(had)
        start = 0
        try:
            while "changelog" not in self.missing:
                path = f"/rest/api/2/issue/{issue['id']}/changelog"
                page = self.client.get_json(path, {"startAt": start, "maxResults": _HISTORY_PAGE})
                rows = page.get("values") or page.get("histories") or []
                found += rows
                start += len(rows)
                total = page.get("total", total)
                if not rows or page.get("isLast") is True or (isinstance(total, int) and start >= total):
                    break
        except JiraError as error:
            if error.code not in ("not_found", "forbidden", "bad_request", "gone", "malformed"):
                raise
            if error.code in ("not_found", "gone"):
                self.missing.add("changelog")
        if total is None or len(_once(found)) < total:
            found += self._beside_one(issue)
        found = sorted(_once(found), key=_number)  # in one order, whichever way they came: equal records, equal bytes
        if total is None or len(found) < total:
            chunk.skipped.append(_not_whole(issue, len(found), total))
        return found

    def _beside_one(self, issue: Issue) -> Histories:
        """The last resort: servers cut the changelog of a search, and give more of it beside a single issue."""
        try:
            one = self.client.get_json(f"/rest/api/2/issue/{issue['id']}", {"fields": "created", "expand": "changelog"})
        except JiraError as error:
            if error.kind is Kind.RETRIABLE:
                raise
            return []
        return (one.get("changelog") or {}).get("histories") or []


def _not_whole(issue: Issue, found: int, total: int | None) -> Skipped:
    key = str(issue.get("key"))
    why = Text(HISTORY_NOT_WHOLE, key=key, found=found, total="?" if total is None else total)
    return Skipped("issue", str(issue["id"]), key, why)


def _once(histories: Iterable[Any]) -> Histories:
    """Histories, each once: pages overlap when one is added while they are read."""
    return list({str(one.get("id")): one for one in histories if isinstance(one, dict)}.values())


def _number(history: dict[str, Any]) -> tuple[int, str]:
    external_id = str(history.get("id"))
    return (int(external_id) if external_id.isdigit() else 0, external_id)


def _is_sound(row: Any, chunk: Chunk) -> bool:
    if not isinstance(row, dict) or not row.get("id"):
        key = str(row.get("key") or "") if isinstance(row, dict) else ""
        chunk.skipped.append(Skipped("issue", key, key, Text(NO_ID)))
        return False
    if not isinstance(row.get("fields"), dict):
        key = str(row.get("key") or row["id"])
        chunk.skipped.append(Skipped("issue", str(row["id"]), key, Text(NO_FIELDS)))
        return False
    return True


def _raw(issue: Issue, histories: Histories) -> Raw:
    issue.pop("expand", None)  # differs by the question, not by the issue
    value = {"issue": issue, "histories": histories}
    return Raw("issue", str(issue["id"]), orjson.dumps(value), value)


def chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    """The ids in pieces of at most `size`."""
    return (ids[at : at + size] for at in range(0, len(ids), size))


def calls(reader: IssueReader, parts: Iterable[Sequence[str]]) -> Iterator[Callable[[], Chunk]]:
    """One call a piece, made when it is its turn."""
    for part in parts:
        yield lambda part=part: reader.read(part)  # type: ignore[misc]
