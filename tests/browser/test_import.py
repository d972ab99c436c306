"""A person brings their own spreadsheet: seen with its problems, corrected, imported, undone; on a phone, in Chinese."""

from io import BytesIO
from typing import Any

import xlsxwriter
from playwright.sync_api import expect

from tests.browser.conftest import Look, Server, Visit, Watched

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS: list[list[Any]] = [
    ["编号", "标题", "故事点", "状态", "迭代", "迭代开始", "迭代计划结束"],
    ["SHOP-1", "开票付款", 3, "已完成", "第一迭代", "2026-09-01", "2026-09-14"],
    ["SHOP-2", "打印面单", 5, "进行中", "第一迭代", "2026-09-01", "2026-09-14"],
]


def workbook(rows: list[list[Any]]) -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("清单")
        for at, row in enumerate(rows):
            page.write_row(at, 0, row)
    return out.getvalue()


def become_admin(watched: Watched) -> None:
    """One's own data asks for the administrator first."""
    watched.page.goto(watched.base + "/set-up?next=/data")
    for name, value in {"name": "zhao", "password": "three blue whales", "again": "three blue whales"}.items():
        watched.page.fill(f"input[name={name}]", value)
    watched.page.locator("form button").click()


def give(watched: Watched, rows: list[list[Any]]) -> None:
    file = {"name": "清单.xlsx", "mimeType": XLSX, "buffer": workbook(rows)}
    watched.page.locator(".st-key-data-import input[type=file]").set_input_files(file)
    expect(watched.page.locator(".st-key-data-import button", has_text="导入").last).to_be_visible(timeout=30_000)
    watched.settled()


def test_a_wrong_file_is_explained_and_a_right_one_comes_in_and_leaves(empty_server: Server, visit: Visit) -> None:
    watched = visit(empty_server, Look(390, "zh"))
    become_admin(watched)
    page = watched.settled()
    panel = page.locator(".st-key-data-import")
    expect(page.get_by_text("还没有导入任何数据。")).to_be_visible()
    give(watched, [ROWS[0], ROWS[1], [*ROWS[2][:2], "很多", *ROWS[2][3:]]])
    expect(panel.get_by_text("1 个单元格无法导入")).to_be_visible()
    expect(panel.get_by_text("C3", exact=True)).to_be_visible()
    expect(panel.get_by_role("button", name="导入", exact=True)).to_be_disabled()
    assert not watched.scrolls_sideways()
    watched.shoot("import-refused")
    watched.go("/data")
    give(watched, ROWS)
    panel.get_by_role("button", name="导入", exact=True).click()
    expect(panel.get_by_text("清单.xlsx 已导入数据源 sheets。")).to_be_visible(timeout=30_000)
    watched.settled()
    watched.shoot("imported")
    page.get_by_text("撤销导入", exact=True).click()
    expect(page.get_by_role("button", name="撤销此次导入")).to_be_visible()
    watched.settled()  # a click that falls into a rerun is lost with the element it was meant for
    page.get_by_role("button", name="撤销此次导入").click()
    expect(page.get_by_text("还没有导入任何数据。")).to_be_visible(timeout=30_000)
    watched.settled()
