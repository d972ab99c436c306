"""What the gate adds to a request and to a script run: the same work with and without it."""

import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from access.asked import PageSessions
from access.gate import Gate
from access.policy import Policy
from access.sessions import AT_ONCE, ONE_CLICK, Sessions
from actions.people import add_person
from actions.sign_in import Browser, sign_in
from bench.stores import new_store
from core.actor import local_admin

PASSWORD = "three blue whales"
ROUNDS = 400
HEADERS = [(b"host", b"127.0.0.1"), (b"accept", b"text/html"), (b"user-agent", b"bench"), (b"accept-language", b"en")]


async def _answer(_scope: Any, _receive: Any, send: Any) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"ok"})


async def _nothing() -> Any:
    return {"type": "http.request"}


async def _sent(_message: Any) -> None:
    return None


def measure() -> tuple[float, float, float]:
    """Returns: a request without the gate, the same with it, and what a script run pays for looking up who is there (the
    gate's look at the click, and the run's own); seconds of this process's time."""
    with tempfile.TemporaryDirectory() as folder:
        store = new_store(Path(folder))
        for name in ("wang", "li"):
            add_person(store, local_admin(), name=name, role="lead", project="SHOP", password=PASSWORD)
        policy = Policy(is_forced=True)
        token = sign_in(store, Browser(policy), name="wang", password=PASSWORD)
        sessions = Sessions(lambda: store, policy)
        gate = Gate(_answer, lambda: sessions, lambda _file: (), lambda _found, _at: None, b"", PageSessions())
        headers = [*HEADERS, (b"cookie", b"fortnight_session=" + token.encode())]
        scope = {"type": "http", "method": "GET", "path": "/kpi", "query_string": b"", "headers": headers, "scheme": "http",
                 "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80), "root_path": ""}  # fmt: skip
        floor = asyncio.run(_each(lambda: _answer(scope, _nothing, _sent)))
        request = asyncio.run(_each(lambda: gate(scope, _nothing, _sent)))
        run = asyncio.run(_each(lambda: asyncio.to_thread(_click, sessions, token)))
        store.engine.dispose()
    return floor, request, run


def _click(sessions: Sessions, token: str) -> None:
    """The two look-ups of one click, the first of which asks the store."""
    sessions.find(token, relying_on=AT_ONCE)
    sessions.find(token, relying_on=ONE_CLICK)


async def _each(work: Callable[[], Awaitable[Any]]) -> float:
    """The mean time of one piece of work, after some to warm up."""
    for _ in range(20):
        await work()
    began = time.process_time()
    for _ in range(ROUNDS):
        await work()
    return (time.process_time() - began) / ROUNDS
