"""First start, invitation, sign-in, sign-out, in both languages: the web asks for the administrator before one's own data."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Look, Server, Visit, Watched

PASSWORD = "three blue whales"
WORDS = {
    "en": {
        "open": "No sign-in is asked: this machine only, sample data only.", "first": "Make the first administrator",
        "in": "Sign in", "out": "Sign out", "gone": "You are signed out.", "wrong": "Name or password is wrong.",
    },
    "zh": {
        "open": "无需登录：仅限本机，且只有示例数据。", "first": "创建首位管理员", "in": "登录", "out": "退出登录",
        "gone": "您已退出登录。", "wrong": "账号或密码不正确。",
    },
}  # fmt: skip


def fill(watched: Watched, **fields: str) -> None:
    for name, value in fields.items():
        watched.page.fill(f"input[name={name}]", value)
    watched.page.locator("form button").first.click()


@pytest.mark.parametrize("look", [Look(1440, "en", "light"), Look(390, "zh", "dark")], ids=str)
def test_from_the_first_start_to_signing_out(empty_server: Server, visit: Visit, look: Look) -> None:
    said = WORDS[look.lang]
    admin = visit(empty_server, look)
    page = admin.go("/data")
    expect(page.locator("body")).to_contain_text(said["open"])
    page.get_by_role("link", name=said["first"]).click()
    expect(page.locator("h1")).to_have_text(said["first"])
    page.screenshot(path=f"tests/browser/screenshots/set-up-{look}.png")
    fill(admin, name="zhao", password=PASSWORD, again=PASSWORD)
    admin.settled()
    assert page.url.endswith("/data") and page.locator("input[type=file]").count()

    wang = visit(empty_server, look)  # another browser: from now on people sign in
    wang.page.goto(empty_server.base + "/kpi")
    expect(wang.page.locator("h1")).to_have_text(said["in"])
    wang.page.screenshot(path=f"tests/browser/screenshots/sign-in-{look}.png")
    fill(wang, name="wang", password="not the password")
    expect(wang.page.locator(".said")).to_contain_text(said["wrong"])
    wang.faults.clear()  # the browser notes the refused form's 403
    link = _invited(empty_server)
    wang.page.goto(link)
    fill(wang, password=PASSWORD, again=PASSWORD)
    wang.settled()
    assert wang.page.locator("body").inner_text().find(said["open"]) == -1

    wang.page.locator('a[href="/sign-out"]').press("Enter")  # it signs out without a question
    expect(wang.page.locator(".said")).to_contain_text(said["gone"])
    fill(wang, name="WANG", password=PASSWORD)
    wang.settled()
    assert not wang.scrolls_sideways()


def _invited(server: Server) -> str:
    """The address that the shell prints for a new account, at this server."""
    from tests.browser.conftest import command_line

    printed = command_line(server.home, "users", "add", "wang", "--role", "lead")
    return server.base + "/set-up/" + printed.split("/set-up/")[1].strip()
