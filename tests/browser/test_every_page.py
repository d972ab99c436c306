"""A real Chromium opens every page in both languages, at both widths, light and dark, and finds nothing wrong."""

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look, Server, Visit, Watched

LOOKS = [
    Look(1440, "en", "light"),
    Look(1440, "zh", "dark"),
    Look(390, "zh", "light"),
    Look(390, "en", "dark"),
]


def addresses(watched: Watched) -> list[str]:
    links = watched.page.locator('[data-testid="stSidebarNavLink"]')
    return [urlsplit(links.nth(i).get_attribute("href") or "").path for i in range(links.count())]


@pytest.mark.parametrize("look", LOOKS, ids=str)
def test_every_page_opens_with_its_answer(look: Look, sample_server: Server, visit: Visit) -> None:
    watched = visit(sample_server, look)
    watched.go("/")
    paths = addresses(watched)
    assert len(paths) >= 6
    for path in paths:
        page = watched.turn_to(path)
        name = path.strip("/") or "overview"
        watched.shoot(name)
        expect(page.locator("h1.fn-head").first).to_be_visible()
        expect(page).to_have_title(re.compile(r".+ · Fortnight 双周"))
        expect(page.locator(".fn-failed")).to_have_count(0)
        expect(page.locator('[data-testid="stException"]')).to_have_count(0)
        assert not watched.scrolls_sideways(), f"{name} is wider than {look.width} px"


def test_the_language_follows_the_browser_and_then_the_choice(sample_server: Server, visit: Visit) -> None:
    watched = visit(sample_server, Look(lang="en"))
    page = watched.go("/")
    expect(page.locator("h1.fn-head").first).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文", exact=True).click()
    page.wait_for_selector('h1.fn-head[lang="zh"]')
    assert urlsplit(page.url).path == "/"
    watched.go("/")
    expect(page.locator("h1.fn-head").first).to_have_attribute("lang", "zh")
    watched.go("/?lang=en")
    expect(page.locator("h1.fn-head").first).to_have_attribute("lang", "en")


def test_on_a_phone_the_navigation_folds_away_after_a_choice(sample_server: Server, visit: Visit) -> None:
    watched = visit(sample_server, Look(390))
    page = watched.go("/")
    page.locator('[data-testid="stExpandSidebarButton"]').click()
    expect(page.locator('[data-testid="stSidebar"]')).to_have_attribute("data-collapsed", "false")
    page.locator('[data-testid="stSidebarNavLink"]').nth(1).click()
    watched.settled()
    expect(page.locator('[data-testid="stSidebar"]')).to_have_attribute("data-collapsed", "true")


def test_the_sample_is_marked_and_leaves_with_one_click(own_sample_server: Server, visit: Visit) -> None:
    watched = visit(own_sample_server)
    page = watched.go("/")
    ribbon = page.locator(".st-key-shell-sample")
    expect(ribbon).to_be_visible()
    ribbon.get_by_role("button").click()
    expect(ribbon).to_have_count(0, timeout=20_000)
    watched.settled()
    watched.shoot("after-the-sample")
    watched.go("/")
    expect(ribbon).to_have_count(0)


def test_the_colours_follow_the_system_at_once(sample_server: Server, visit: Visit) -> None:
    watched = visit(sample_server, Look(scheme="light"))
    page = watched.go("/")
    colour = "() => getComputedStyle(document.querySelector('h1.fn-head')).color"
    light = page.evaluate(colour)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(f"(before) => ({colour})() !== before", arg=light)
    assert page.evaluate(colour) == "rgb(241, 244, 247)"
