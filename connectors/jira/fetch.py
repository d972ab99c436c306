"""Everything a Jira holds, as batches of raw records; each carries the cursor that is true once it is kept."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.jira.batch import Batch, Cursor, Raw
from connectors.jira.census import Census, census
from connectors.jira.client import Client
from connectors.jira.context import Context, context_of
from connectors.jira.failures import JiraError, failure
from connectors.jira.issues import Chunk, IssueReader, calls, chunks
from connectors.jira.known import Known
from connectors.jira.paging import issue_ids
from connectors.jira.scope import (
    fields_asked,
    fingerprint,
    joined,
    milliseconds,
    own_projects,
    projects_condition,
    questions,
    since,
)
from connectors.jira.settings import Settings
from connectors.jira.small_streams import flavour_of, not_after_server, raw, read_server, small_batches
from connectors.jira.times import instant

__all__ = ["Census", "census", "fetch", "fetch_issues", "sprint_report"]

_CLOUD_PAGE = 100  # Cloud gives no more issues with fields at once, and says so by giving less
_MINUTE_MS = 60_000
_CHUNKS_IN_BATCH = 2  # kept in one transaction: half the waits for the disk


def fetch(
    client: Client,
    settings: Settings,
    cursor: Cursor | None,
    *,
    full: bool = False,
    until: datetime,
    known: Known | None = None,
) -> Iterator[Batch]:
    """Read what changed since the cursor (everything where there is none, or `full`): small streams, then issues.

    First the ids of the issues in question are listed, then the issues are asked for by id, many at once. So an issue
    that is edited, moved or deleted meanwhile shifts no page. `updated` of issues pulled out of an open sprint changes
    like any other, so what was in the source's projects is found by it; issues of other projects, which are known by
    their sprint alone, are looked for by `updated >= T0` of the open sprints in every project they were seen in.

    Args: client; settings; cursor, as the last committed batch gave it; full, read everything again; until, taken before
    the first request: the next sync reads from there (or from the server's own time, where that is earlier), less an
    overlap; known, stored records of the small streams: the sprints that were closed long ago and the configurations of
    boards are taken from them, where the lists show no other change (without it they are read anew).
    Returns: batches. An issue's batch carries a cursor with which a later fetch goes on after it, should this one end
    there; the last one (which may hold no records) carries the cursor of a complete read.
    Raises: JiraError, Cancelled.
    """
    server = read_server(client)
    until_ms = milliseconds(not_after_server(until, server))
    small = list(small_batches(client, settings, flavour_of(server), server, known))
    context = context_of(record for batch in small for record in batch.records)
    reading = _Reading(client, settings, context, dict(cursor or {}), full, until_ms)
    reading.refuse_lost_estimates()  # before anything is kept: what stands is right, what would come is not
    yield from small
    yield from reading.batches()


def fetch_issues(
    client: Client, settings: Settings, ids_or_keys: Iterable[str], *, context: Context | None = None
) -> Iterator[Batch]:
    """Issues by id or key, as a webhook names them; the cursor does not move.

    Args: context, from the stored records of the small streams; without it the small streams are read first and come
    as batches too.
    Returns: batches; an id that is no longer there comes as a record of the stream `deleted`, with the server's answer. Raises: JiraError.
    """
    if context is None:
        server = read_server(client)
        small: list[Raw] = []
        for batch in small_batches(client, settings, flavour_of(server), server):
            small += batch.records
            yield batch
        context = context_of(small)
    wanted = list(dict.fromkeys(ids_or_keys))
    reader = IssueReader(client, context.flavour == "cloud", fields_asked(settings, context))
    by_id, by_key = [one for one in wanted if one.isdigit()], [one for one in wanted if not one.isdigit()]
    parts = [*chunks(by_id, _chunk_size(settings, context)), *chunks(by_key, _chunk_size(settings, context))]
    done = 0
    for part, chunk in zip(parts, client.map_ordered(calls(reader, parts)), strict=True):
        done += len(part)
        gone = [raw("deleted", one, {"id": one, "answer": answer}) for one, answer in chunk.gone.items()]
        yield Batch("issue", chunk.records + gone, done=done, total=len(wanted), skipped=chunk.skipped)


def sprint_report(client: Client, board_id: str, sprint_id: str) -> Raw | None:
    """Jira's own report of a sprint, to check ours against; None where the server does not offer it."""
    path = "/rest/greenhopper/1.0/rapid/charts/sprintreport"
    try:
        found = client.get_json(path, {"rapidViewId": board_id, "sprintId": sprint_id})
    except JiraError as error:
        if error.code in ("not_found", "gone", "forbidden", "bad_request"):
            return None
        raise
    return raw("sprint_report", sprint_id, found) if isinstance(found, dict) and found.get("contents") else None


def _chunk_size(settings: Settings, context: Context) -> int:
    return min(settings.page_size, _CLOUD_PAGE) if context.flavour == "cloud" else settings.page_size


@dataclass
class _Reading:
    """One fetch of issues. The cursor: `scope` (what is read), `since_ms` (complete up to there), `others` (projects of
    issues that are here by their sprint), `pending` (an unfinished read: its own since_ms and until_ms, and after_id)."""

    client: Client
    settings: Settings
    context: Context
    cursor: Cursor
    full: bool
    until_ms: int

    def refuse_lost_estimates(self) -> None:
        """A field that sprints were estimated by and that is not there any more would empty every estimate there is.

        A full read goes on, and so does a source that is told another field. Raises: JiraError.
        """
        before = self.cursor.get("estimates") or []
        lost = [one for one in before if one[0] not in self.context.fields]
        if lost and not self.full and self.settings.estimation_field is None:
            raise failure(
                "estimates_lost", host=self.settings.host, field=", ".join(f"{name} ({key})" for key, name in lost)
            )

    def _estimates(self) -> list[list[str]]:
        fields = self.context.fields
        used = [self.settings.estimation_field, *(board.estimation for board in self.context.boards.values())]
        return [[one, fields[one].name] for one in sorted({one for one in used if one}) if one in fields]

    def batches(self) -> Iterator[Batch]:
        """The issues, chunk by chunk."""
        scope = fingerprint(self.settings, self.context)
        if self.cursor.get("scope") != scope:
            self.cursor = {"scope": scope}
        self.cursor["estimates"] = self._estimates()
        pending = self.cursor.pop("pending", None)
        since_ms = None if self.full else self.cursor.get("since_ms")
        if pending and (self.full and pending["since_ms"] is not None):
            pending = None  # everything was asked for, and what was interrupted was less
        if pending is None:
            pending = {"since_ms": since_ms, "until_ms": self.until_ms, "after_id": 0}
            again: list[str] = []
        else:  # what was read before the interruption may have changed since
            again = self._list(pending["until_ms"])
        ids = self._list(pending["since_ms"])
        ahead = [one for one in ids if one.isdigit() and int(one) > pending["after_id"]]
        first = set(ahead) if again else set[str]()
        keys = [one for one in ids if not one.isdigit()]  # no order among them: read at the end, and again if need be
        work = ahead + [one for one in again if one not in first and one.isdigit()] + keys
        yield from self._read(work, len(ahead), len(keys), pending)
        done = {**self.cursor, "since_ms": max(self.until_ms, self.cursor.get("since_ms") or 0)}
        yield Batch("issue", [], cursor=done, done=len(work), total=len(work))

    def _list(self, since_ms: int | None) -> list[str]:
        """The ids of issues updated since, oldest id first; none twice."""
        from_ms = None if since_ms is None else since_ms - self.settings.overlap_minutes * _MINUTE_MS
        is_cloud = self.context.flavour == "cloud"
        asked = [since(one, from_ms) for one in joined(questions(self.settings, self.context))]
        found: set[str] = set()
        for jql in [*asked, *self._sweep(from_ms)]:
            found |= issue_ids(self.client, is_cloud, jql)
        return sorted(found, key=lambda one: (int(one), "") if one.isdigit() else (0, one))

    def _sweep(self, from_ms: int | None) -> list[str]:
        """Questions for issues of other projects that may have been pulled out of an open sprint, and so left our scope."""
        others = sorted(set(self.cursor.get("others", ())) - own_projects(self.settings, self.context))
        starts = [at for text in self.context.active_since.values() if (at := instant(text))]
        if not others or not starts:
            return []
        t0 = milliseconds(min(starts))
        return [since(projects_condition(others), t0 if from_ms is None else max(t0, from_ms))]

    def _read(self, work: Sequence[str], n_ahead: int, n_keys: int, pending: dict[str, Any]) -> Iterator[Batch]:
        reader = IssueReader(self.client, self.context.flavour == "cloud", fields_asked(self.settings, self.context))
        size = _chunk_size(self.settings, self.context)
        by_id = len(work) - n_keys
        parts = [*chunks(work[:n_ahead], size), *chunks(work[n_ahead:by_id], size), *chunks(work[by_id:], size)]
        done, whole = 0, Chunk()
        for place, chunk in enumerate(self.client.map_ordered(calls(reader, parts)), 1):
            done += len(parts[place - 1])
            if done <= n_ahead:
                pending["after_id"] = max(pending["after_id"], int(parts[place - 1][-1]))
            self._note_others(chunk)
            whole += chunk
            if place % _CHUNKS_IN_BATCH and place < len(parts):
                continue
            chunk, whole = whole, Chunk()
            yield Batch(
                "issue",
                chunk.records,
                cursor={**self.cursor, "pending": dict(pending)},
                done=done,
                total=len(work),
                skipped=chunk.skipped,
            )

    def _note_others(self, chunk: Chunk) -> None:
        """Drop what a sweep found that never was in a sprint of ours; remember the projects of what was."""
        if not self.settings.projects and not self.settings.boards:
            return
        own = own_projects(self.settings, self.context)
        others = set(self.cursor.get("others", ()))
        kept = []
        for record in chunk.records:
            key = ((record.value["issue"]["fields"] or {}).get("project") or {}).get("key")
            if key in own or not own:
                kept.append(record)
            elif self._is_in_our_sprints(record.value):
                kept.append(record)
                others.add(key)
        chunk.records = kept
        self.cursor["others"] = sorted(str(one) for one in others if one)

    def _is_in_our_sprints(self, value: dict[str, Any]) -> bool:
        ours = self.context.sprint_boards
        sprint_field = self.context.sprint_field(self.settings.sprint_field)
        held = value["issue"]["fields"].get(sprint_field) if sprint_field else None
        now = {str(one["id"]) for one in held or [] if isinstance(one, dict) and one.get("id")}
        if any(isinstance(one, str) for one in held or []):
            return True
        for history in value["histories"]:
            for item in history.get("items") or []:
                if str(item.get("field")).lower() == "sprint":
                    now |= {one.strip() for side in ("from", "to") for one in str(item.get(side) or "").split(",")}
        return any(one in ours for one in now)
