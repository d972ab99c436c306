"""Somebody with a Jira address and a token sees their own last sprint: tested, connected, read with progress, figures."""

from playwright.sync_api import expect

from services.demo_jira import server
from tests.browser.conftest import Look, Server, Visit
from tests.browser.test_sign_in import PASSWORD, WORDS, fill


def test_from_an_address_and_a_token_to_ones_own_last_sprint(empty_server: Server, visit: Visit) -> None:
    with server.running("cloud", issues=150, latency_ms=300) as jira:
        watched = visit(empty_server, Look(390, "zh"))
        page = watched.go("/data")
        page.get_by_role("link", name=WORDS["zh"]["first"]).click()
        fill(watched, name="zhao", password=PASSWORD, again=PASSWORD)
        watched.settled()
        panel = page.locator(".st-key-data-connect")
        panel.get_by_label("打开 Jira 的地址").fill(jira.url)
        panel.get_by_label("邮箱或用户名").fill(jira.account)
        panel.get_by_label("API 令牌").fill(jira.token)
        panel.get_by_role("button", name="测试连接").click()
        expect(panel.get_by_text("连接成功，发现如下：")).to_be_visible(timeout=30_000)
        expect(panel.get_by_text("王芳").first).to_be_visible()
        assert not watched.scrolls_sideways()
        watched.shoot("jira-tested")
        panel.get_by_role("button", name="连接并读取").click()
        running = page.locator(".st-key-data-running")
        expect(running.get_by_role("button", name="取消")).to_be_visible(timeout=30_000)
        expect(page.get_by_text("每 15 分钟同步").first).to_be_visible(timeout=60_000)
        expect(running).to_have_count(0, timeout=60_000)
        watched.settled()
        expect(page.locator("h1.fn-head")).to_contain_text("1 个数据源")
        assert jira.token not in page.content() and not watched.scrolls_sideways()
        watched.shoot("jira-connected")
        watched.go("/demo")
        expect(page.locator("h1.fn-head")).to_contain_text("Sprint")
        expect(page.get_by_text("数据更新于").first).to_be_attached()
        watched.shoot("jira-demo")
