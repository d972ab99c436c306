"""A Jira tells of changes: `POST /webhook/jira/{source}`, checked by its own secret, answered at once, synced a moment later.

The secret comes as `X-Hub-Signature: sha256=...` (the HMAC of the body, which is what Jira sends where a secret is set) or as
`?secret=...` for servers that know no signatures. Whoever brings a wrong one learns nothing, not even whether the source
exists. Many events of a moment become one sync.
"""

import hashlib
import hmac
import logging
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from actions.sync import SyncOutcome
from actions.webhook_secrets import webhook_secret
from core.actor import Actor, Role
from core.errors import FortnightError
from services.schedule import run_sync
from store import tables as t
from store.db import Store
from store.read import rows_where

log = logging.getLogger("fortnight.webhook")
WEBHOOK = Actor.with_roles("webhook", [Role.ADMIN], projects=None, departments=None)
LARGEST_BODY = 4 * 1024 * 1024
GATHER_SECONDS = 1.5  # events of one moment become one sync
BUSY_SECONDS = 5.0  # another sync is running: ask again then
MOST_ISSUES = 200  # beyond this an ordinary sync is the shorter way
MOST_ATTEMPTS = 24
ISSUE = re.compile(r"[A-Z][A-Z0-9_]{0,80}-\d{1,12}|\d{1,18}")
_NOBODYS = secrets.token_urlsafe(32)  # what is compared where there is no secret: the answer takes as long


@dataclass(frozen=True)
class Touched:
    """What events speak of: issues, or something that only a whole sync can follow; is_deleted, an issue may be gone;
    deleted, the ids of issues that were said to be."""

    issues: frozenset[str] = frozenset()
    is_whole: bool = False
    is_deleted: bool = False
    deleted: frozenset[str] = frozenset()

    def __or__(self, other: "Touched") -> "Touched":
        return Touched(
            self.issues | other.issues, self.is_whole or other.is_whole, self.is_deleted or other.is_deleted,
            self.deleted | other.deleted,
        )  # fmt: skip

    @property
    def wanted(self) -> dict[str, Any]:
        """How to sync: arguments of `sync_source`."""
        if self.is_deleted:
            return {"census": True, "told_deleted": sorted(self.deleted)}
        if self.is_whole or len(self.issues) > MOST_ISSUES or not self.issues:
            return {}
        return {"issue_keys": sorted(self.issues)}


Run = Callable[[Store, int, Touched], SyncOutcome | None]


def sync_touched(store: Store, source_id: int, touched: Touched) -> SyncOutcome | None:
    """Sync what was touched, here and now."""
    return run_sync(store, WEBHOOK, source_id, **touched.wanted)


@dataclass
class Gathering:
    """Events on their way to a sync: gathered for a moment, then synced once in a thread of their own.

    Args: run, syncs; gather_seconds; busy_seconds.
    """

    run: Run = sync_touched
    gather_seconds: float = GATHER_SECONDS
    busy_seconds: float = BUSY_SECONDS
    waiting: dict[int, Touched] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, store: Store, source_id: int, touched: Touched) -> None:
        """Remember what an event touched; the first of a moment starts the clock."""
        with self.lock:
            before = self.waiting.get(source_id)
            self.waiting[source_id] = touched if before is None else before | touched
        if before is None:
            self._later(self.gather_seconds, store, source_id, 1)

    def _later(self, seconds: float, store: Store, source_id: int, attempt: int) -> None:
        timer = threading.Timer(seconds, self._sync, args=(store, source_id, attempt))
        timer.daemon = True
        timer.start()

    def _sync(self, store: Store, source_id: int, attempt: int) -> None:
        with self.lock:
            touched = self.waiting.pop(source_id, None)
        if touched is None:
            return
        outcome = self.run(store, source_id, touched)
        if outcome is None or outcome.state != "busy" or attempt >= MOST_ATTEMPTS:
            return
        with self.lock:  # what came meanwhile is waited for by its own timer
            before = self.waiting.get(source_id)
            self.waiting[source_id] = touched if before is None else before | touched
        if before is None:
            self._later(self.busy_seconds, store, source_id, attempt + 1)


def webhook_route(store: Callable[[], Store], gathering: Gathering | None = None) -> Route:
    """The route. Args: store, opens the store (once) or raises FortnightError; gathering, what is done with events."""
    gathered = Gathering() if gathering is None else gathering

    async def hear(request: Request) -> Response:
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", status_code=413)
        try:
            opened = await run_in_threadpool(store)
            source_id = await run_in_threadpool(_admitted, opened, request, body)
        except FortnightError as error:
            log.warning("a webhook could not be checked: %s", error)
            return PlainTextResponse("not now", status_code=503)
        if source_id is None:
            return PlainTextResponse("forbidden", status_code=403)
        touched = touched_by(body)
        if touched is not None:
            gathered.add(opened, source_id, touched)
        return JSONResponse({"status": "heard" if touched else "ignored"}, status_code=202 if touched else 200)

    return Route("/webhook/jira/{source}", hear, methods=["POST"])


async def _body(request: Request) -> bytes | None:
    """The body, None as soon as it is too large, whatever its head announces."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST_BODY:
            return None
        parts.append(part)
    return b"".join(parts)


def _admitted(store: Store, request: Request, body: bytes) -> int | None:
    """The source whose secret was brought; None for a wrong one, and for a source that is none."""
    named = request.path_params["source"]
    with store.reading() as session:
        found = rows_where(session, t.Source, kind="jira", name=named)
        if not found and named.isascii() and named.isdigit() and len(named) < 10:
            found = rows_where(session, t.Source, kind="jira", id=int(named))
        source_id = found[0].id if found else None
        secret = None if source_id is None else webhook_secret(session, store.config, source_id)
    expected = _NOBODYS if secret is None else secret
    signature = request.headers.get("x-hub-signature", "")
    is_right = (
        _is_signed(expected, body, signature)
        if signature
        else _is_same(request.query_params.get("secret", ""), expected)
    )
    return source_id if is_right and secret is not None else None


def _is_signed(secret: str, body: bytes, signature: str) -> bool:
    made = "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(made.encode(), signature.strip().lower().encode("utf-8", "replace"))


def _is_same(given: str, expected: str) -> bool:
    """Whether both are the same; compared as digests, so that not even a length shows in the time it takes."""
    digests = [hashlib.sha256(one.encode("utf-8", "replace")).digest() for one in (given, expected)]
    return hmac.compare_digest(*digests)


def touched_by(body: bytes) -> Touched | None:
    """What an event of Jira touches; None for a body that is no event of Jira."""
    try:
        event = orjson.loads(body)
        name = str(event["webhookEvent"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        return None
    if not name.startswith(
        ("jira:", "sprint_", "board_", "issuelink_", "worklog_", "comment_", "issue_", "project_", "option_")
    ):
        return None
    issues = frozenset(one for one in map(str, _issues(event)) if ISSUE.fullmatch(one))
    if name == "jira:issue_deleted":
        return Touched(is_deleted=True, deleted=issues)
    return Touched(issues=issues, is_whole=not issues or name.startswith(("sprint_", "board_")))


def _issues(event: dict[str, Any]) -> list[Any]:
    """The ids of the issues an event names, wherever its kind names them."""
    found = [_part(event, "issue").get("id"), _part(event, "worklog").get("issueId")]
    link = _part(event, "issueLink")
    found += [link.get("sourceIssueId"), link.get("destinationIssueId")]
    return [one for one in found if one is not None]


def _part(event: dict[str, Any], name: str) -> dict[str, Any]:
    part = event.get(name)
    return part if isinstance(part, dict) else {}
