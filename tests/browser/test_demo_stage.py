"""A presenter and three phones run a demo from its start to its minutes; closing the tab on the way loses nothing."""

import io
import re
from pathlib import Path
from urllib.parse import urlsplit

import pypdf
from playwright.sync_api import Download, Page, expect
from pptx import Presentation

from tests.browser.conftest import Look, Server, Visit

REMARK = "上限能按门店设置吗？"
DECISION = "Go on with limits per store"
TITLE = "h1.fn-stage-title"


def stage_of(page: Page) -> str:
    expect(page.locator(TITLE)).to_be_visible(timeout=30_000)
    expect(page.locator('[data-testid="stApp"][data-test-script-state="notRunning"]')).to_be_attached(timeout=30_000)
    return page.locator(TITLE).inner_text()


def content(download: Download) -> bytes:
    return Path(download.path()).read_bytes()


def words_of(pptx: bytes) -> str:
    shapes = [one for slide in Presentation(io.BytesIO(pptx)).slides for one in slide.shapes]
    cells = [cell.text for one in shapes if one.has_table for row in one.table.rows for cell in row.cells]
    return "\n".join([*(one.text_frame.text for one in shapes if one.has_text_frame), *cells])


def test_a_demo_from_its_start_to_its_minutes(own_sample_server: Server, visit: Visit) -> None:
    presenter = visit(own_sample_server)
    page = presenter.go("/present?sprint=Intake+Sprint+11")
    rows = page.locator(".order li")
    moved = rows.nth(1).locator(".title").inner_text()
    rows.first.locator(".handle").press("ArrowDown")
    page.get_by_role("button", name="Start the demo").click()
    first = stage_of(page)
    assert first == moved
    link = page.locator(".fn-stage-qr a").get_attribute("href") or ""
    phones = [visit(own_sample_server, Look(390, "zh")) for _ in range(3)]
    for number, phone in enumerate(phones):
        phone.page.goto(own_sample_server.base + link)
        expect(phone.page.locator("h1")).to_have_text(first)
        phone.page.get_by_role("button", name="好").first.click()
        expect(phone.page.get_by_role("button", name="好").first).to_have_attribute("aria-pressed", "true")
        if number == 2:
            phone.page.get_by_label("意见或问题").fill(REMARK)
            phone.page.get_by_role("button", name=re.compile("^(提交|发送)")).click()
    expect(page.get_by_text(REMARK)).to_be_visible(timeout=2_000)
    expect(page.locator(".fn-stage-said b").first).to_have_text("good 3", timeout=2_000)

    page.get_by_label("Remark").fill("per store 12da")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    page.locator(TITLE).click()
    assert stage_of(page) == first
    page.keyboard.press("2")
    second_button = page.get_by_role("button", name="accepted with changes")
    expect(second_button).to_have_attribute("data-testid", "stBaseButton-primary")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("item 2 of 15")).to_be_visible()
    second = stage_of(page)
    expect(phones[0].page.locator("h1")).to_have_text(second, timeout=5_000)
    page.keyboard.press("d")
    expect(page.get_by_label("What was decided")).to_be_focused()
    page.keyboard.type(DECISION)
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text(f"decision · {DECISION}")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("a")
    expect(page.get_by_label("What is to be done")).to_be_focused()
    page.keyboard.type("Ask finance")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("action item · Ask finance")).to_be_visible()
    presenter.shoot("stage")

    address = urlsplit(page.url)
    page = presenter.reopened()
    page.goto(f"{own_sample_server.base}{address.path}?{address.query}")
    assert stage_of(page) == second
    expect(page.get_by_text(f"decision · {DECISION}")).to_be_visible()
    page.get_by_role("button", name="End the demo").click()
    page.get_by_role("dialog").get_by_role("button", name="End the demo").click()
    expect(page.get_by_role("button", name="Make the minutes")).to_be_visible(timeout=30_000)
    for phone in phones:
        expect(phone.page.locator("h1")).to_have_text("演示已结束。", timeout=10_000)
        phone.faults[:] = [one for one in phone.faults if "404" not in one]  # the link is gone, as it should be

    page.get_by_role("button", name="Make the minutes").click()
    taken: dict[str, bytes] = {}
    for media in ("PDF", "HTML", "PPTX"):
        with page.expect_download(timeout=60_000) as given:
            page.get_by_role("link", name=f"Download {media}").first.click(timeout=60_000)
        taken[media] = content(given.value)
    papers = {
        "PDF": "".join(one.extract_text() for one in pypdf.PdfReader(io.BytesIO(taken["PDF"])).pages),
        "HTML": taken["HTML"].decode(),
        "PPTX": words_of(taken["PPTX"]),
    }
    for media, words in papers.items():
        for wanted in (REMARK, DECISION, "Ask finance", "per store 12da"):
            assert re.sub(r"\s", "", wanted) in re.sub(r"\s", "", words), (media, wanted)
