"""Faults on demand: what goes wrong with the next requests to an address, as it does on real servers and networks."""

import asyncio
import re
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.clock import now
from services.demo_jira.dialect import dumps
from services.demo_jira.world import World

LOGIN_PAGE = b"<!DOCTYPE html><html><head><title>Log in - Jira</title></head><body><form action='/login.jsp'></form></body></html>"
HTML_PAGE = b"<!DOCTYPE html><html><body><h1>Service is being maintained</h1></body></html>"
KINDS = frozenset({
    "429", "500", "502", "503", "hang", "truncated", "html", "login", "reset", "401", "403", "404", "redirect",
    "repeated_token", "short_page", "edit_between", "slow", "empty_page",
})  # fmt: skip


@dataclass(slots=True)
class Fault:
    """What goes wrong.

    Args: kind, one of KINDS; path, a regular expression searched in the path; times, for how many requests; skip, how
    many matching requests go well before; retry_after, of a 429 or 503: seconds, "date:SECONDS" or None for no header;
    seconds, of a hang or a slow answer; to, where a redirect points; rows, what a short page keeps.
    """

    kind: str
    path: str = "."
    times: int = 1
    skip: int = 0
    method: str | None = None
    retry_after: str | None = None
    seconds: float = 60.0
    to: str = "http://127.0.0.1:9/elsewhere"
    rows: int = 1
    body: str | None = None  # what the request's body must contain


@dataclass(slots=True)
class Seen:
    """One request as it came in, for tests to ask about; no credential is kept."""

    method: str
    path: str
    query: str
    body: str
    is_signed_in: bool
    status: int | None = None
    fault: str | None = None


@dataclass(slots=True)
class Weather:
    """How the server is today: its faults, its delay, and what it has seen."""

    world: World
    latency_ms: float = 0.0
    faults: list[Fault] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)
    running: int = 0
    most_at_once: int = 0
    keeps: int = 20_000  # requests remembered, where anyone may ask

    def next_fault(self, method: str, path: str, body: str) -> Fault | None:
        """The first fault that this request meets, used up by one."""
        for fault in self.faults:
            if fault.times < 1 or not re.search(fault.path, path) or fault.method not in (None, method):
                continue
            if fault.body is not None and fault.body not in body:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            fault.times -= 1
            return fault
        return None


class FaultyServer:
    """The application behind its weather: an outermost layer, so that every answer can fail."""

    def __init__(self, app: ASGIApp, weather: Weather) -> None:
        self.app, self.weather = app, weather

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, well or badly."""
        if scope["type"] != "http" or scope["path"].startswith("/_control"):
            await self.app(scope, receive, send)
            return
        weather = self.weather
        body = await _read(receive)
        seen = Seen(scope["method"], scope["path"], scope["query_string"].decode(), body.decode(errors="replace"),
                    any(name == b"authorization" for name, _ in scope["headers"]))  # fmt: skip
        if len(weather.seen) < weather.keeps:
            weather.seen.append(seen)
        fault = weather.next_fault(seen.method, seen.path, seen.body) if weather.faults else None
        seen.fault = fault.kind if fault else None
        weather.running += 1
        weather.most_at_once = max(weather.most_at_once, weather.running)
        try:
            if weather.latency_ms:
                await asyncio.sleep(weather.latency_ms / 1000)
            await self._answer(scope, _replay(body, receive), _watched(send, seen), fault, send, seen)
        finally:
            weather.running -= 1

    async def _answer(
        self, scope: Scope, receive: Receive, send: Send, fault: Fault | None, bare: Send, seen: Seen
    ) -> None:
        if fault is None:
            await self.app(scope, receive, send)
        elif fault.kind in ("hang", "slow"):
            await self._wait(fault, receive)
            await self.app(scope, receive, send)
        elif fault.kind == "reset":
            _reset(bare)
        elif fault.kind in ("truncated", "repeated_token", "short_page", "empty_page", "edit_between"):
            kept = _Kept()
            await self.app(scope, receive, kept)
            await kept.sent(send, _altered(fault, kept.body, seen, self.weather.world), fault.kind == "truncated")
        else:
            status, headers, body = _plain_fault(fault)
            await _say(send, status, headers, body)

    async def _wait(self, fault: Fault, receive: Receive) -> None:
        """Wait, but no longer than the client does."""
        gone = asyncio.create_task(_gone(receive))
        await asyncio.wait({gone}, timeout=fault.seconds)
        gone.cancel()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting: Iterator[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def again() -> Message:
        message = next(waiting, None)
        return message if message is not None else await receive()

    return again


def _watched(send: Send, seen: Seen) -> Send:
    async def watched(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
        await send(message)

    return watched


class _Kept:
    """An answer held back, to be changed before it goes out."""

    def __init__(self) -> None:
        self.start: Message = {}
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
        else:
            self.body += message.get("body", b"")

    async def sent(self, send: Send, body: bytes, is_cut: bool) -> None:
        headers = [(name, value) for name, value in self.start["headers"] if name != b"content-length"]
        headers.append((b"content-length", str(len(body)).encode()))
        await send({**self.start, "headers": headers})
        # A body shorter than it says: the server under us closes the connection on it.
        await send({"type": "http.response.body", "body": body[: len(body) // 2] if is_cut else body})


def _altered(fault: Fault, body: bytes, seen: Seen, world: World) -> bytes:
    if fault.kind == "truncated":
        return body
    answer = orjson.loads(body)
    name = next((name for name in ("issues", "values", "issueChangeLogs") if name in answer), None)
    if fault.kind in ("short_page", "empty_page") and name is not None:
        return _shortened(answer, name, 0 if fault.kind == "empty_page" else fault.rows, seen)
    if fault.kind == "repeated_token":
        answer["nextPageToken"] = _token_of(seen) or answer.get("nextPageToken") or "again"
        answer["isLast"] = False
    elif fault.kind == "edit_between" and name == "issues":
        last = int(answer["issues"][-1]["id"])
        world.edit(last, [("summary", world.story(last).state["summary"] + " (edited between two pages)")])
    return dumps(answer)


def _shortened(answer: dict[str, Any], name: str, rows: int, seen: Seen) -> bytes:
    """A page with fewer rows than asked, and nothing lost: where pages go by token, the next begins after the last row."""
    from services.demo_jira.routes_search import token_after

    answer[name] = answer[name][:rows]
    if name == "issues" and "total" not in answer:
        token = token_after(answer["issues"][-1]["id"]) if answer["issues"] else _token_of(seen)
        answer.update({"nextPageToken": token or token_after("0"), "isLast": False})
    elif "isLast" in answer:
        answer["isLast"] = False
    return dumps(answer)


def _token_of(seen: Seen) -> str | None:
    found = re.search(r'"?nextPageToken"?\s*[:=]\s*"?([\w=%-]+)', f"{seen.query} {seen.body}")
    return found[1].replace("%3D", "=") if found else None


def _plain_fault(fault: Fault) -> tuple[int, dict[str, str], bytes]:
    if fault.kind in ("html", "login"):
        return 200, {"content-type": "text/html;charset=UTF-8"}, LOGIN_PAGE if fault.kind == "login" else HTML_PAGE
    if fault.kind == "redirect":
        return 302, {"location": fault.to}, b""
    headers = {"content-type": "application/json"}
    if fault.retry_after is not None:
        value = fault.retry_after
        if value.startswith("date:"):
            when = now() + timedelta(seconds=float(value[5:]))  # the client's clock is the wall's
            value = format_datetime(when, usegmt=True)
        headers["retry-after"] = value
    words = {
        "401": "Client must be authenticated to access this resource.", "403": "Forbidden", "404": "Not found",
        "429": "Rate limit exceeded.",
    }.get(fault.kind, "The server is not well.")  # fmt: skip
    if fault.kind in ("502", "503"):
        return int(fault.kind), {**headers, "content-type": "text/html"}, HTML_PAGE
    return int(fault.kind), headers, dumps({"errorMessages": [words], "errors": {}})


async def _say(send: Send, status: int, headers: dict[str, str], body: bytes) -> None:
    listed = [(name.encode(), value.encode()) for name, value in headers.items()]
    listed.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": listed})
    await send({"type": "http.response.body", "body": body})


def _reset(send: Send) -> None:
    """Break the connection off as a failing network does. ASGI has no word for it, so the server's own socket is asked:
    without lingering, closing it sends a reset."""
    transport = send.__self__.transport  # type: ignore[attr-defined]
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
