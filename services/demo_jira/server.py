"""Run the simulated Jira: in a thread for tests, in a process of its own for measurements, in the foreground for people."""

import contextlib
import gc
import multiprocessing
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import requests
import uvicorn

from services.demo_jira.app import application
from services.demo_jira.dialect import Manner, to_epoch_ms
from services.demo_jira.faults import Weather
from services.demo_jira.site import Site, account_of
from services.demo_jira.world import World

TOKEN = "demo-token"
ANCHOR = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
TICK = 1000  # milliseconds between two looks at a clock that nobody turns


@dataclass(frozen=True, slots=True)
class Options:
    """What a server is started with; see `Manner` for its manners.

    Args: issues; seed; anchor, the instant at which its story ends; is_live, whether its clock runs from there with the
    wall's (else by a second each time it is looked at); latency_ms; control, whether the control desk is open;
    prerender, megabytes of rendered answers that are kept: who asks the same again costs nothing.
    """

    manner: Manner = field(default_factory=Manner)
    issues: int = 300
    seed: int = 7
    anchor: datetime = ANCHOR
    is_live: bool = False
    latency_ms: float = 0.0
    control: bool = True
    prerender: int = 0


def make(options: Options) -> tuple[Any, Site]:
    """The application and its site."""
    anchor = to_epoch_ms(options.anchor)
    world = World(options.issues, options.seed, anchor, _clock(anchor, options.is_live), options.manner.is_cloud)
    site = Site(world, options.manner, TOKEN, options.prerender * 1_000_000)
    weather = Weather(world, latency_ms=options.latency_ms, keeps=20_000 if options.control else 0)
    return application(site, weather, options.control), site


def _clock(anchor: int, is_live: bool) -> Callable[[], int]:
    if is_live:
        begun = time.monotonic_ns()
        return lambda: anchor + (time.monotonic_ns() - begun) // 1_000_000
    ticks = iter(range(anchor, 2**62, TICK))
    return lambda: next(ticks)


@dataclass(frozen=True)
class Jira:
    """A running simulated Jira, and its control desk: each deed of `control.Desk` is a method here."""

    url: str
    account: str
    token: str
    flavour: str
    anchor: datetime

    def get(self, path: str, **more: Any) -> requests.Response:
        """A signed-in request, for who wants to look."""
        return requests.get(self.url + path, auth=(self.account, self.token), timeout=30, **more)

    def post(self, path: str, body: Any) -> requests.Response:
        """A signed-in request with a JSON body."""
        return requests.post(self.url + path, json=body, auth=(self.account, self.token), timeout=30)

    def control(self, deed: str, **ask: Any) -> dict[str, Any]:
        """Ask the control desk."""
        response = requests.post(f"{self.url}/_control/{deed}", json=ask, timeout=30)
        if response.status_code != 200:
            raise ValueError(f"{deed}: {response.text}")
        answer: dict[str, Any] = response.json()
        return answer

    def edit(self, issue: str, at: int | None = None, **fields: Any) -> dict[str, Any]:
        """Set fields of an issue: `edit("SHOP-3", status="Done", estimate=5)`."""
        return self.control("edit", issue=issue, fields=fields, at=at)

    def delete(self, issue: str) -> None:
        """Delete an issue."""
        self.control("delete", issue=issue)

    def move(self, issue: str, project: str) -> str:
        """Move an issue; its new key."""
        return str(self.control("move", issue=issue, project=project)["key"])

    def add(self, project: str, summary: str = "Made at the desk", **fields: Any) -> str:
        """Create an issue; its key."""
        return str(self.control("add", project=project, summary=summary, fields=fields)["key"])

    def comment(self, issue: str, body: str) -> None:
        """Comment an issue."""
        self.control("comment", issue=issue, body=body)

    def hide(
        self, project: str | None = None, board: int | None = None, hidden: bool = True, issue: str | None = None
    ) -> None:
        """Take the permission for a project, a board or an issue away, or give it back."""
        asked = {"project": project, "board": board, "issue": issue}
        self.control("hide", hidden=hidden, **{name: one for name, one in asked.items() if one is not None})

    def sprint(self, do: str, **ask: Any) -> dict[str, Any]:
        """Create, start, close, rename or delete a sprint."""
        return self.control("sprint", do=do, **ask)

    def fault(self, kind: str, path: str = ".", **more: Any) -> None:
        """Order a fault for the next requests to a path (a regular expression); see `faults.Fault`."""
        self.control("fault", kind=kind, path=path, **more)

    def malformed(self, issue: str, kind: str | None = "fields_null") -> None:
        """Spoil one issue, or mend it with None."""
        self.control("malformed", issue=issue, kind=kind)

    def estimation(self, there: bool) -> None:
        """Take the estimation fields away, or give them back."""
        self.control("estimation", there=there)

    def expire_token(self, expired: bool = True) -> None:
        """Let the token expire."""
        self.control("token", expired=expired)

    def clock(self, at: int | None = None, forward: int = 0) -> int:
        """Set the server's clock (epoch ms), or put it forward; the new time."""
        return int(self.control("clock", at=at, forward=forward)["now"])

    def latency(self, ms: float) -> None:
        """Delay every answer."""
        self.control("latency", ms=ms)

    def clear(self) -> None:
        """Forget faults, delay and requests."""
        self.control("clear")

    @property
    def requests(self) -> list[dict[str, Any]]:
        """Every request since the start or the last `clear`: method, path, query, body, status, fault."""
        seen: list[dict[str, Any]] = requests.get(f"{self.url}/_control/requests", timeout=30).json()["requests"]
        return seen

    @property
    def most_at_once(self) -> int:
        """How many requests were in the server at one time, at most."""
        return int(requests.get(f"{self.url}/_control/requests", timeout=30).json()["most_at_once"])


def _uvicorn(app: Any) -> uvicorn.Server:
    config = uvicorn.Config(
        app, log_level="critical", access_log=False, lifespan="off", server_header=False, timeout_graceful_shutdown=1
    )
    return uvicorn.Server(config)


def listening(port: int = 0) -> socket.socket:
    """A socket on this machine alone; port 0 takes a free one."""
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(128)  # who connects before the server is up waits, instead of being turned away
    except OSError:
        made.close()
        raise
    return made


def _options(flavour: str, more: dict[str, Any]) -> Options:
    manners = {name: more.pop(name) for name in tuple(more) if name in Manner.__dataclass_fields__}
    return replace(Options(manner=Manner(flavour=flavour, **manners)), **more)


@contextlib.contextmanager
def running(flavour: str = "cloud", **more: Any) -> Iterator[Jira]:
    """A server in a thread of this process, on a free port, until the block ends.

    Args: flavour, cloud or data-center; more, any of `Options` and `Manner`: issues, seed, anchor, latency_ms, zone,
    legacy_sprints, bulk_created, search_histories, issue_changelog.
    """
    options = _options(flavour, more)
    app, site = make(options)
    with listening() as door:
        server = _uvicorn(app)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [door]}, daemon=True)
        thread.start()
        try:
            yield Jira(_url(door), site.account, TOKEN, flavour, options.anchor)
        finally:
            server.should_exit = True
            thread.join(5)


def serve(options: Options, door: socket.socket) -> None:
    """Serve on an open socket until the process is told to stop."""
    app, _ = make(options)
    gc.freeze()
    gc.set_threshold(200_000)  # stories are short-lived and have no cycles
    _uvicorn(app).run(sockets=[door])


@contextlib.contextmanager
def process(flavour: str = "cloud", **more: Any) -> Iterator[Jira]:
    """The same in a process of its own, so that its work is not counted with the client's."""
    options = _options(flavour, more)
    with listening() as door:
        child = multiprocessing.get_context("fork").Process(target=serve, args=(options, door), daemon=True)
        child.start()
        try:
            yield Jira(_url(door), account_of(options.manner), TOKEN, flavour, options.anchor)
        finally:
            child.terminate()
            child.join(5)


def _url(door: socket.socket) -> str:
    return f"http://127.0.0.1:{door.getsockname()[1]}"
