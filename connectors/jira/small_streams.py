"""The small streams, read whole each time: server, fields, statuses, types, projects, boards with configuration, sprints."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from connectors.jira.batch import Batch, Raw, Skipped
from connectors.jira.client import Client
from connectors.jira.context import board_projects
from connectors.jira.failures import JiraError, failure
from connectors.jira.known import Known, begin_of, left_out, listed_on
from connectors.jira.paging import pages
from connectors.jira.settings import Flavour, Settings
from core.i18n import N_, Text

NO_BOARDS = N_("This server offers no boards and sprints (Jira Software is missing, or the account may not use it).")
BOARD_CONFIGURATION = N_(
    "The configuration of board {board} cannot be read: its estimation field and its last column are not known."
)
_FEW_PROJECTS = 5
SPRINTS_UNREAD = N_("The sprints of board {board} cannot be read.")


def raw(stream: str, external_id: Any, value: Any) -> Raw:
    """A raw record of one value."""
    return Raw(stream, str(external_id), orjson.dumps(value), value)


def read_server(client: Client) -> dict[str, Any]:
    """What the server says of itself. Raises: JiraError."""
    said = client.get_json("/rest/api/2/serverInfo")
    if not isinstance(said, dict) or not ("version" in said or "deploymentType" in said):
        raise failure("shape", host=client.settings.host, path="/rest/api/2/serverInfo")
    # The time of asking and what else changes with every request would make the same server a new record each time.
    return said


def flavour_of(server: dict[str, Any]) -> Flavour:
    """Cloud, or Data Center (Server speaks the same)."""
    return "cloud" if str(server.get("deploymentType") or "").casefold() == "cloud" else "data-center"


def server_time(server: dict[str, Any]) -> datetime | None:
    """The server's own clock, where it tells it."""
    given = server.get("serverTime")
    try:
        found = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo else None


def small_batches(
    client: Client, settings: Settings, flavour: Flavour, server: dict[str, Any], known: Known | None = None
) -> Iterator[Batch]:
    """One batch a stream, in the order the parser needs them; the requests of all run at once.

    A board that cannot be read is skipped with its reason, the others come in. Args: known, what need not be asked for
    again. Raises: JiraError, Cancelled.
    """
    before = known or Known()
    steady = {name: value for name, value in server.items() if name not in ("serverTime", "databaseBuildNumber")}
    yield _batch("server", [raw("server", "server", steady)])
    skipped: list[Skipped] = []
    calls: list[Callable[[], list[Raw]]] = [
        lambda: _boards(client, settings, skipped),  # first: what follows waits for them
        lambda: _projects(client, settings, flavour),
        lambda: _simple(client, "/rest/api/2/field", "field"),
        lambda: _simple(client, "/rest/api/2/status", "status"),
        lambda: _simple(client, "/rest/api/2/issuetype", "issue_type"),
    ]
    found = client.map_ordered(calls)
    boards, projects = next(found), next(found)
    keys = [str(one.value["key"]) for one in projects]
    listed = _with_projects(client, boards, keys, before)
    whole = list(client.map_ordered(_later(_configured, client, one, skipped) for one in listed))
    for stream in ("field", "status", "issue_type"):
        yield _batch(stream, next(found))
    if settings.boards and not settings.projects:
        shown = {key for one in listed for key in board_projects(one.value)}
        projects = [one for one in projects if one.value["key"] in shown]
    yield _batch("project", projects, [_unseen(key) for key in settings.projects if key not in keys])
    yield _batch("board", whole, skipped)
    refused: list[Skipped] = []
    yield _batch("sprint", _every_sprint(client, whole, refused, before), refused)


def _batch(stream: str, records: list[Raw], skipped: list[Skipped] | None = None) -> Batch:
    return Batch(stream, records, done=len(records), total=len(records), skipped=list(skipped or []))


def _unseen(key: str) -> Skipped:
    return Skipped("project", key, key, Text("The account may not see project {project}.", project=key))


def _later(call: Callable[..., Any], *given: Any) -> Callable[[], Any]:
    return lambda: call(*given)


def _simple(client: Client, path: str, stream: str) -> list[Raw]:
    rows = client.get_json(path)
    if not isinstance(rows, list):
        raise failure("shape", host=client.settings.host, path=path)
    found = {str(row["id"]): row for row in rows if isinstance(row, dict) and row.get("id")}
    return [raw(stream, external_id, row) for external_id, row in found.items()]


def _projects(client: Client, settings: Settings, flavour: Flavour) -> list[Raw]:
    if flavour == "cloud":
        rows = list(pages(client, "/rest/api/2/project/search"))
    else:
        rows = [one for one in client.get_json("/rest/api/2/project") if isinstance(one, dict) and one.get("id")]
    wanted = frozenset(settings.projects)
    return [raw("project", row["id"], row) for row in rows if not wanted or row.get("key") in wanted]


def _boards(client: Client, settings: Settings, skipped: list[Skipped]) -> list[Raw]:
    path = "/rest/agile/1.0/board"
    try:
        if settings.boards:
            return [raw("board", one, found) for one in settings.boards if (found := _board(client, one, skipped))]
        if not settings.projects:
            return [raw("board", row["id"], row) for row in pages(client, path)]
        rows: dict[str, dict[str, Any]] = {}
        for key in settings.projects:
            rows |= {str(row["id"]): row for row in pages(client, path, projectKeyOrId=key)}
        return [raw("board", external_id, row) for external_id, row in rows.items()]
    except JiraError as error:
        if error.code not in ("forbidden", "not_found", "bad_request"):
            raise
        skipped.append(Skipped("board", "-", settings.host, Text(NO_BOARDS)))
        return []


def _board(client: Client, board_id: str, skipped: list[Skipped]) -> dict[str, Any] | None:
    try:
        found = client.get_json(f"/rest/agile/1.0/board/{board_id}")
    except JiraError as error:
        if error.code not in ("forbidden", "not_found"):
            raise
        skipped.append(
            Skipped("board", board_id, board_id, Text("The account may not see board {board}.", board=board_id))
        )
        return None
    return found if isinstance(found, dict) else None


def _configured(client: Client, board: Raw, skipped: list[Skipped]) -> Raw:
    """A board's record with its configuration and its projects in it; null where the account may not read them."""
    if board.value.get("configuration"):
        return board
    merged = dict(board.value)
    merged["configuration"] = None
    label = str(merged.get("name") or board.external_id)
    path = f"/rest/agile/1.0/board/{board.external_id}"
    try:
        merged["configuration"] = client.get_json(f"{path}/configuration")
    except JiraError as error:
        if error.code not in ("forbidden", "not_found"):
            raise
        skipped.append(Skipped("board", board.external_id, label, Text(BOARD_CONFIGURATION, board=label)))
    return raw("board", board.external_id, merged)


def _with_projects(client: Client, shown: list[Raw], keys: list[str], known: Known) -> list[Raw]:
    """The boards, with their projects' keys where the server does not name a location (older ones never do).

    Asked for from the side that is smaller: which boards a project has, or which projects a board has. Those that are
    known as they are come with their configuration.
    """
    boards = [raw("board", one.external_id, known.board(one.value) or one.value) for one in shown]
    bare = [one for one in boards if not board_projects(one.value)]
    found: dict[str, list[str]] = {one.external_id: [] for one in bare}
    if not bare:
        return boards
    if len(keys) <= len(bare) or len(keys) <= _FEW_PROJECTS:
        path = "/rest/agile/1.0/board"
        listed = client.map_ordered(_later(_rows_or_none, client, path, {"projectKeyOrId": key}) for key in keys)
        for key, rows in zip(keys, listed, strict=True):
            for row in rows:
                if str(row["id"]) in found:
                    found[str(row["id"])].append(key)
    else:
        paths = [f"/rest/agile/1.0/board/{one.external_id}/project" for one in bare]
        listed = client.map_ordered(_later(_rows_or_none, client, path, {}) for path in paths)
        for one, rows in zip(bare, listed, strict=True):
            found[one.external_id] = [str(row["key"]) for row in rows if row.get("key")]
    return [
        raw("board", one.external_id, {**one.value, "projects": sorted(found[one.external_id])})
        if one.external_id in found else one for one in boards
    ]  # fmt: skip


def _rows_or_none(client: Client, path: str, params: dict[str, Any]) -> list[dict[str, Any]]:
    try:
        return list(pages(client, path, **params))
    except JiraError as error:
        if error.code not in ("forbidden", "not_found", "bad_request"):
            raise
        return []


def _every_sprint(client: Client, boards: list[Raw], skipped: list[Skipped], known: Known) -> list[Raw]:
    """The sprints of all boards, each once: one can stand on several boards; its own one says so."""
    fresh: dict[str, dict[str, Any]] = {}
    kept: dict[str, dict[str, Any]] = {}
    stands_on: dict[str, list[str]] = {}
    found = client.map_ordered(_later(_sprints, client, one, skipped, known) for one in boards)
    for board, (read, unread) in zip(boards, found, strict=True):
        for values, rows in ((kept, unread), (fresh, read)):
            for key, row in rows.items():
                values.setdefault(key, row)
                stands_on.setdefault(key, []).append(board.external_id)
    rows = {key: fresh.get(key) or kept[key] for key in stands_on}
    return [raw("sprint", key, listed_on(row, stands_on[key])) for key, row in rows.items()]


def _sprints(
    client: Client, board: Raw, skipped: list[Skipped], known: Known
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """A board's sprints: those read now, and known ones that need not be."""
    if board.value.get("type") == "kanban":
        return {}, {}
    before = known.sprints_on(board.external_id)
    begin, kept = begin_of(before), None
    path = f"/rest/agile/1.0/board/{board.external_id}/sprint"
    label = str(board.value.get("name") or board.external_id)
    try:
        rows = list(pages(client, path, begin=begin))
        if begin:
            kept = left_out(before, rows, begin)
            rows = rows if kept is not None else list(pages(client, path))
    except JiraError as error:
        if error.code == "bad_request":  # "The board does not support sprints"
            return {}, {}
        if error.code not in ("forbidden", "not_found"):
            raise
        skipped.append(Skipped("sprint", board.external_id, label, Text(SPRINTS_UNREAD, board=label)))
        return {}, {}
    return {str(row["id"]): row for row in rows}, kept or {}


def not_after_server(until: datetime, server: dict[str, Any]) -> datetime:
    """The upper bound by the earlier of the two clocks: a fast clock of ours must not hide what changes meanwhile."""
    theirs = server_time(server)
    bound = until if theirs is None else min(until, theirs)
    return bound.astimezone(UTC) - timedelta(microseconds=bound.microsecond % 1000)
