"""A real Chromium on data that hostile people wrote: nothing runs, nothing is asked of another host, all pages stand."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look, Server, Visit, serving
from tests.browser.test_every_page import addresses
from tests.hostile import poison
from tests.loaded_sample import copy_sample, loaded_sample


@pytest.fixture
def hostile_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The dashboard with a sample into whose every text somebody wrote an attack."""
    home = tmp_path_factory.mktemp("hostile-home")
    copy_sample(loaded_sample(tmp_path_factory, "now"), home)
    assert poison(home / "fortnight.db") > 3000
    yield from serving(home)


def test_no_script_runs_and_no_request_leaves_for_another_host(hostile_server: Server, visit: Visit) -> None:
    """`visit` itself fails on any request to another host and on any error in the console."""
    watched = visit(hostile_server, Look())
    watched.page.on("dialog", lambda dialog: watched.faults.append(f"dialog: {dialog.message}"))
    watched.go("/")
    for path in addresses(watched):
        page = watched.turn_to(path)
        assert page.evaluate("() => window.hacked") is None, path
        expect(page.locator('[data-testid="stException"]')).to_have_count(0)
        expect(page.locator(".fn-failed")).to_have_count(0)
        assert page.locator("img[src*='evil.test'], a[href^='javascript:'], form[action*='evil.test']").count() == 0
