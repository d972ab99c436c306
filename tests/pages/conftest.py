"""What page tests share: a home with the sample workspace, an empty one, a fixed clock, and a page opened by AppTest."""

import html
import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from actions.import_sheet import import_sheet
from core.actor import local_admin
from core.config import Config, load_config
from pages.components.navigation import page_files
from store.db import open_store
from store.migrate import born_marker
from tests.loaded_sample import loaded_sample

SHELL = Path(__file__).parents[2] / "pages" / "components" / "shell.py"
TODAY = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when the sample's story ends and the pages are looked at
PAGE_SECONDS = 60  # generous: other sessions may share the machine
# Where the clock is read: by name in these modules, and by the scripts (shell and pages), which import it at each run.
CLOCKS = ("pages.components.data.now", "actions.base.now", "core.clock.now")
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="session", autouse=True)
def _no_components_are_looked_for() -> Iterator[None]:
    """AppTest asks every installed package for Streamlit components whenever a page is opened: a third of these tests."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("streamlit.components.v2.manifest_scanner.scan_component_manifests", list)
        yield


@pytest.fixture(scope="session")
def _sample_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample workspace as of TODAY, loaded once through the real import."""
    return loaded_sample(tmp_path_factory, "today", TODAY) / "fortnight.db"


@pytest.fixture
def fixed_clock(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """Pages and actions live an hour after the sample's end; each action one second after the one before."""
    at = TODAY + timedelta(hours=1)
    seconds = itertools.count(1)
    for name in CLOCKS:
        ticking = name.startswith("actions.")
        monkeypatch.setattr(name, lambda ticking=ticking: at + timedelta(seconds=next(seconds) if ticking else 0))
    return at


@pytest.fixture
def sample_home(tmp_path: Path, _sample_database: Path, fixed_clock: datetime) -> Iterator[Path]:
    """A home of this test's own with the sample workspace in it; free to change."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    config = load_config()
    shutil.copyfile(_sample_database, config.sqlite_path)
    yield from _born(config)


@pytest.fixture
def empty_home(sqlite_config: Config, fixed_clock: datetime) -> Iterator[Path]:
    """A home of this test's own with a migrated, empty store."""
    yield from _born(sqlite_config)


def _born(config: Config) -> Iterator[Path]:
    born_marker(config).touch()
    yield config.home
    st.cache_resource.clear()  # closes nothing by itself, but lets go of this test's store


@pytest.fixture
def open_page() -> OpenPage:
    """`open_page("demo", "zh", query={"demo.sprint": "..."})`: the page of that address, run once, without an exception."""

    def opened(name: str, lang: str = "en", query: dict[str, str] | None = None) -> AppTest:
        page = next(page for page in page_files() if page.address == name)
        test = AppTest.from_file(str(SHELL), default_timeout=PAGE_SECONDS)
        test.query_params["lang"] = lang
        for key, value in (query or {}).items():
            test.query_params[key] = value
        test.switch_page(
            f"../{page.path.name}"
        ).run()  # at once: a page's address is its file's name without the number
        assert not test.exception, [one.value for one in test.exception]
        return test

    return opened


def page_html(test: AppTest) -> str:
    """All HTML that the page sent, as one string: headline, panels, tables, notes; the space before a % read as a plain one."""
    return "\n".join(element.proto.body for element in test.get("html")).replace("\u00a0%", " %")


def page_text(test: AppTest) -> str:
    """What a person reads of that HTML: no stylesheet, no tags."""
    without_style = re.sub(r"<style>.*?</style>", "", page_html(test), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", without_style))


def headline_of(test: AppTest) -> str:
    """The page's answer as plain text."""
    found = re.search(r'<h1 class="fn-head"[^>]*>(.*?)</h1>', page_html(test), re.S)
    assert found is not None, "the page has no headline"
    return html.unescape(re.sub(r"<[^>]+>", "", found[1]))


BACKLOG = """Key,Title,Type,Status,Points,Sprint,Sprint start,Sprint end,Sprint completed
A-1,Pay,Story,Done,5,Sprint 1,2026-11-02,2026-11-13,2026-11-13
A-2,Ship,Story,In progress,3,Sprint 1,2026-11-02,2026-11-13,2026-11-13
"""


@pytest.fixture
def home_without_history(empty_home: Path) -> Path:
    """A home with one closed sprint, imported from a backlog that does not say what came in or went, and when."""
    store = open_store(load_config())
    import_sheet(store, local_admin(), "backlog.csv", BACKLOG.encode(), source_name="plain", at=TODAY)
    store.engine.dispose()
    return empty_home
