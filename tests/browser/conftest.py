"""Real Chromium on the real server: each test gets pages at a width, language and appearance; nothing may go wrong unseen.

A test fails on a console error, an uncaught page error, or a request to any host but the server. Screenshots of the last
state are kept in tests/browser/screenshots/, one per page and look.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Literal
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, sync_playwright

from core.config import Config
from tests.browser import chromium
from tests.loaded_sample import copy_sample, loaded_sample

ROOT = Path(__file__).parents[2]
SCREENSHOTS = Path(__file__).parent / "screenshots"
LAUNCH = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Streamlit's frontend asks below a deep link's path first and moves up on 404; that is its way of finding the server.
PROBE = re.compile(r"^/[\w-]+/_stcore/(health|host-config)$")
START_SECONDS = 90
# Streamlit folds its sidebar after a choice on what says it is a phone, not on what is merely narrow.
PHONE: dict[str, Any] = {
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
    "user_agent": "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0 Mobile Safari/537.36",
}
Language = Literal["en", "zh"]
Scheme = Literal["light", "dark"]


@dataclass(frozen=True)
class Look:
    """How a page is looked at."""

    width: int = 1440
    lang: Language = "en"
    scheme: Scheme = "light"

    @property
    def is_phone(self) -> bool:
        return self.width < 640

    def __str__(self) -> str:
        return f"{self.width}-{self.lang}-{self.scheme}"


@dataclass
class Watched:
    """A browser page and everything that went wrong on it."""

    page: Page
    base: str
    look: Look
    faults: list[str] = field(default_factory=list)

    def go(self, path: str = "/") -> Page:
        """Open a path of the dashboard and wait until the page has been drawn."""
        self.page.goto(self.base + path)
        return self.settled()

    def turn_to(self, path: str) -> Page:
        """Open another page as a person does, by its link in the navigation, without loading the application anew."""
        if urlsplit(self.page.url).path == path:
            return self.settled()
        self.page.evaluate("() => document.querySelectorAll('h1.fn-head').forEach(one => one.dataset.left = 'yes')")
        link = self.page.locator(f'[data-testid="stSidebarNavLink"][href="{self.base}{path}"]')
        link.evaluate("one => one.click()")  # on a phone the navigation is folded away
        self.page.wait_for_selector("h1.fn-head:not([data-left])", timeout=30_000)
        return self.settled()

    def settled(self) -> Page:
        """Wait until the page has its answer, no script runs and the figures are drawn.

        A fresh page is "not running" before its first run, so the headline (or a screen) is waited for first.
        """
        self.page.wait_for_selector("h1.fn-head, .fn-screen", timeout=30_000)
        self.page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=30_000)
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.js-plotly-plot')].every(p => p.querySelector('.main-svg'))"
        )
        self.page.wait_for_selector('[data-testid="stSkeleton"]', state="detached")
        return self.page

    def shoot(self, name: str) -> Path:
        """Keep a screenshot of the whole page (Streamlit scrolls inside, so the window grows to the page's height)."""
        SCREENSHOTS.mkdir(exist_ok=True)
        height = int(self.page.evaluate("() => document.querySelector('[data-testid=stMain]').scrollHeight"))
        self.page.set_viewport_size({"width": self.look.width, "height": max(600, min(height, 8000))})
        path = SCREENSHOTS / f"{name}-{self.look}.png"
        self.page.screenshot(path=path)
        return path

    def scrolls_sideways(self) -> bool:
        """Whether the page is wider than the screen."""
        wide = (
            "() => { const m = document.querySelector('[data-testid=stMain]'); return m.scrollWidth - m.clientWidth }"
        )
        return bool(self.page.evaluate(wide) > 1)

    def reopened(self) -> Page:
        """Close the tab and open another one in the same browser."""
        context = self.page.context
        self.page.close()
        self.page = context.new_page()
        self.watch()
        return self.page

    def watch(self) -> None:
        """Note every console error, page error and foreign request from now on."""
        self.page.on("console", self._on_console)
        self.page.on("pageerror", lambda error: self.faults.append(f"page error: {error}"))
        self.page.on("request", self._on_request)

    def _on_console(self, message: ConsoleMessage) -> None:
        where = message.location.get("url", "")
        is_probe = PROBE.match(where.removeprefix(self.base)) is not None
        if message.type == "error" and not is_probe:
            self.faults.append(f"console error: {message.text} ({where})")

    def _on_request(self, request: Request) -> None:
        if not request.url.startswith((self.base, self.base.replace("http", "ws", 1), "data:", "blob:")):
            self.faults.append(f"foreign request: {request.url}")


Visit = Callable[..., Watched]


@dataclass(frozen=True)
class Server:
    """A running dashboard: its address and its home folder."""

    base: str
    home: Path


def start_server(home: Path, log: IO[str]) -> tuple[subprocess.Popen[str], str]:
    """Serve the dashboard on a free port from its own home; returns once `/healthz` says ok."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, str(ROOT / "fortnight.py"), "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment(home), stdout=log, stderr=subprocess.STDOUT, text=True
    )
    base = f"http://127.0.0.1:{port}"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if answers(base):
            return process, base
        time.sleep(0.2)  # another process starts; there is nothing to wait on but its answer
    process.kill()
    raise AssertionError(f"the dashboard did not start:\n{Path(log.name).read_text('utf-8')[-3000:]}")


def answers(base: str) -> bool:
    """Whether the server is up and its store opens."""
    try:
        with urlopen(f"{base}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def environment(home: Path) -> dict[str, str]:
    """The environment of a fresh machine: nothing but a home of its own."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FORTNIGHT_", "STREAMLIT_"))}
    return kept | {"FORTNIGHT_HOME": str(home)}


def command_line(home: Path, *arguments: str) -> str:
    """Run `python fortnight.py ...` in that home and return what it printed; a failure shows its error line."""
    command = [sys.executable, str(ROOT / "fortnight.py"), *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(home), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def serving(home: Path) -> Iterator[Server]:
    """A server for as long as the fixture that yields from this lives."""
    with (home / "server.log").open("w", encoding="utf-8") as log:
        process, base = start_server(home, log)
        try:
            yield Server(base, home)
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def sample_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard with the sample workspace loaded; read it, do not change it."""
    home = tmp_path_factory.mktemp("sample-home")
    copy_sample(loaded_sample(tmp_path_factory, "now"), home)
    yield from serving(home)


@pytest.fixture
def empty_server(sqlite_config: Config) -> Iterator[Server]:
    """A dashboard of one's own with a migrated, empty store."""
    yield from serving(sqlite_config.home)


@pytest.fixture
def own_sample_server(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard with the sample workspace, this test's own: it may be written to."""
    home = tmp_path / "sample-home"
    copy_sample(loaded_sample(tmp_path_factory, "now"), home)
    yield from serving(home)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    found = chromium.find()
    if found is None:
        pytest.fail(chromium.WHAT_TO_INSTALL, pytrace=False)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=found, args=LAUNCH)
        yield launched
        launched.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    """Open a watched page: `visit(server, Look(390, "zh", "dark"))`; at the end of the test nothing may have gone wrong."""
    opened: list[Watched] = []

    def open_page(server: Server, look: Look | None = None) -> Watched:
        look = look or Look()
        context = browser.new_context(
            viewport={"width": look.width, "height": 844 if look.is_phone else 1000},
            **(PHONE if look.is_phone else {}),
            color_scheme=look.scheme,
            locale={"en": "en-GB", "zh": "zh-CN"}[look.lang],
            reduced_motion="reduce",
        )
        watched = Watched(context.new_page(), server.base, look)
        watched.watch()
        opened.append(watched)
        return watched

    yield open_page
    faults = [f"[{watched.look}] {fault}" for watched in opened for fault in watched.faults]
    for watched in opened:
        watched.page.context.close()
    assert faults == []
