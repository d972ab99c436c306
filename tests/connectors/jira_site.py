"""What the tests of the Jira connector share: a simulated Jira over HTTP, a client that never sleeps, and whole reads."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from connectors.jira import Settings, fetch, parse
from connectors.jira.batch import Batch, Cursor, Raw
from connectors.jira.client import Client
from connectors.jira.context import context_of
from connectors.jira.credential import Credential
from connectors.records import Parsed, check
from services.demo_jira.server import Jira

DATA = Path(__file__).parents[1] / "data" / "jira"


def settings_of(jira: Jira, **more: Any) -> Settings:
    return Settings(url=jira.url, **more)


def credential_of(jira: Jira) -> Credential:
    return (
        Credential("cloud", jira.account, jira.token)
        if jira.flavour == "cloud"
        else Credential("token", None, jira.token)
    )


def client_of(jira: Jira, settings: Settings | None = None, **more: Any) -> Client:
    """A client whose waits are noted in `waits` and cost nothing."""
    return quiet(settings or settings_of(jira), credential_of(jira), **more)


def quiet(settings: Settings, credential: Credential, **more: Any) -> Client:
    waits: list[float] = []
    client = Client(settings, credential, sleep=waits.append, **more)
    client.waits = waits  # type: ignore[attr-defined]
    return client


def read(
    jira: Jira, cursor: Cursor | None = None, *, full: bool = False, until: datetime | None = None, **more: Any
) -> list[Batch]:
    settings = settings_of(jira, **more)
    with client_of(jira, settings) as client:
        return list(fetch(client, settings, cursor, full=full, until=until or jira.anchor))


def records(batches: list[Batch]) -> list[Raw]:
    return [record for batch in batches for record in batch.records]


def issues(batches: list[Batch]) -> dict[str, Any]:
    return {one.external_id: one.read() for one in records(batches) if one.stream == "issue"}


def rows(jira: Jira, batches: list[Batch], **more: Any) -> Parsed:
    raws = records(batches)
    return check(parse(raws, settings_of(jira, **more), context_of(raws)))


def payload(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def answering(answer: Answer) -> Iterator[tuple[str, list[BaseHTTPRequestHandler]]]:
    """A server of one answer, for what a well-built server would not send; its address, and the requests it got."""
    seen: list[BaseHTTPRequestHandler] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(self)
            answer(self)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", seen
    finally:
        server.shutdown()
        server.server_close()


def say(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    """Send an answer; header names with underscores for hyphens."""
    handler.send_response(status)
    for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }).items():  # fmt: skip
        handler.send_header(name, value)
    handler.end_headers()
    handler.wfile.write(body)
