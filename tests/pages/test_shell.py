"""The frame: pages found without running them, the language chosen, headers and own routes, HTML that stays text."""

import ast
import asyncio
import base64
import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from markupsafe import Markup
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.types import ASGIApp

from charts.limits import Limits
from charts.palette import LIGHT
from charts.spark import kpi_sparkline
from core.errors import FortnightError
from core.i18n import Text
from core.reader import Reader
from pages.components import item_table, markup, rules
from pages.components.item_table import Column
from pages.components.navigation import PageFile, page_files, visible
from pages.components.theme import stylesheet
from services.headers import SecurityHeaders, content_policy
from services.routes import own_path, routes

EN, ZH = Reader("en", "Asia/Shanghai"), Reader("zh", "Asia/Shanghai")
BEACON = "<img src=x onerror=alert(1)> ![x](http://evil.test/a.png) \ud800"


# ---------------------------------------------------------------- navigation


def write_page(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")


PAGE = 'TITLE = N_("{0}")\nICON = ":material/home:"\nPERMISSION = "read_sprints"\nraise RuntimeError("never run")\n'


def test_pages_are_read_without_running_them_and_ordered_by_number(tmp_path: Path) -> None:
    write_page(tmp_path, "10_data.py", PAGE.format("Data"))
    write_page(tmp_path, "2_kpi.py", PAGE.format("KPI progress"))
    write_page(tmp_path, "notes.py", "raise RuntimeError")
    found = page_files(tmp_path)
    assert [(page.order, page.address, page.title) for page in found] == [
        (2, "kpi", "KPI progress"),
        (10, "data", "Data"),
    ]
    assert found[0].icon == ":material/home:" and found[0].permission == "read_sprints"


def test_a_page_without_its_permission_is_refused_by_name(tmp_path: Path) -> None:
    write_page(tmp_path, "1_demo.py", 'TITLE = "Demo"\nICON = ":material/home:"\n')
    with pytest.raises(ValueError, match=r"1_demo\.py must set PERMISSION"):
        page_files(tmp_path)


def test_a_page_without_permission_is_not_listed() -> None:
    pages = [
        PageFile(Path("1_a.py"), 1, "a", "A", "", "read_sprints"),
        PageFile(Path("2_b.py"), 2, "b", "B", "", "read_audit"),
    ]
    assert [page.address for page in visible(pages, lambda name: name == "read_sprints")] == ["a"]


# ---------------------------------------------------------------- language


@pytest.mark.parametrize(
    ("linked", "kept", "browser", "house", "expected"),
    [
        ("zh", "en", "en", "en", "zh"),
        (None, "zh", "en", "en", "zh"),
        (None, None, "zh-CN,zh;q=0.9,en;q=0.8", "en", "zh"),
        (None, None, "fr-FR,de;q=0.5", "zh", "zh"),
        (None, "klingon", "fr-FR,en;q=0.5", "zh", "en"),
        (None, None, None, None, "en"),
    ],
)
def test_link_then_cookie_then_browser_then_house(
    linked: str | None, kept: str | None, browser: str | None, house: str | None, expected: str
) -> None:
    from pages.components.reader import choose_language

    assert choose_language(linked, kept, browser, house) == expected


@pytest.mark.parametrize("path", ["/", "/kpi", "/kpi?sprint=14", "/churn?name=%E4%B8%AD"])
def test_own_paths_are_kept(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "kpi",
        "//evil.test",
        "https://evil.test/",
        "/\\evil.test",
        "javascript:alert(1)",
        "/a\r\nX: y",
        "/language/zh",
    ],
)
def test_no_way_leads_to_another_site(path: str | None) -> None:
    assert own_path(path) == "/"


# ---------------------------------------------------------------- routes and headers


def ask(app: ASGIApp, target: str, scheme: str = "http") -> tuple[int, dict[str, str], bytes]:
    """One GET straight through the ASGI app: no server, no network."""
    path, _, query = target.partition("?")
    sent: list[Any] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(b"host", b"127.0.0.1")],
        "scheme": scheme,
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    headers = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
    return sent[0]["status"], headers, b"".join(m.get("body", b"") for m in sent[1:])


def app_with(schema: Any) -> Starlette:
    policy = content_policy("<html><script>window.a = 1</script></html>")
    return Starlette(
        routes=routes(schema),
        middleware=[Middleware(SecurityHeaders, policy=policy, is_secure=lambda scope: scope["scheme"] == "https")],
    )


def test_healthz_says_ok_and_the_schema() -> None:
    status, headers, body = ask(app_with(lambda: "0001"), "/healthz")
    assert (status, json.loads(body)) == (200, {"status": "ok", "schema": "0001"})
    assert headers["cache-control"] == "no-store"


def test_healthz_is_503_when_the_store_does_not_open_and_names_no_path() -> None:
    def broken() -> str:
        raise FortnightError(Text("The database file is damaged."), where=Text("{path}", path="/srv/secret.db"))

    status, _, body = ask(app_with(broken), "/healthz")
    assert status == 503
    assert json.loads(body) == {"status": "failed", "what": "The database file is damaged."}


def test_the_language_is_kept_in_a_cookie_and_one_comes_back() -> None:
    status, headers, _ = ask(app_with(lambda: ""), "/language/zh?next=/kpi%3Fa%3D1")
    assert (status, headers["location"]) == (303, "/kpi?a=1")
    assert headers["set-cookie"].startswith("fortnight_language=zh;")
    assert "HttpOnly" in headers["set-cookie"] and "SameSite=lax" in headers["set-cookie"]


def test_an_unknown_language_is_not_kept() -> None:
    status, headers, _ = ask(app_with(lambda: ""), "/language/xx")
    assert status == 404 and "set-cookie" not in headers


def test_every_answer_carries_the_protecting_headers() -> None:
    for target in ("/healthz", "/language/zh", "/nowhere"):
        headers = ask(app_with(lambda: ""), target)[1]
        assert headers["x-frame-options"] == "DENY"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]


def test_a_browser_that_came_by_https_is_told_to_come_by_nothing_else() -> None:
    app = app_with(lambda: "")
    assert ask(app, "/nowhere", "https")[1]["strict-transport-security"] == "max-age=31536000"
    assert "strict-transport-security" not in ask(app, "/nowhere")[1]


def test_the_policy_allows_the_one_inline_script_by_its_hash_and_no_other_host() -> None:
    policy = content_policy("<script>window.a = 1</script><script type='module' src='x.js'></script>")
    allowed = base64.b64encode(hashlib.sha256(b"window.a = 1").digest()).decode()
    scripts = next(part for part in policy.split("; ") if part.startswith("script-src"))
    assert scripts == f"script-src 'self' 'sha256-{allowed}'"
    assert "unsafe-inline" not in scripts and "unsafe-eval" not in scripts
    assert "http" not in policy and "*" not in policy


# ---------------------------------------------------------------- HTML that stays text


def test_a_badge_has_a_shape_and_a_word() -> None:
    made = markup.badge("not_completed", "not <b>completed</b>")
    assert "✗" in made and "not &lt;b&gt;completed" in made and "fn-b-not_completed" in made
    assert "fn-b-added" in markup.badge("warning", "hit and miss")


def test_text_from_data_never_becomes_a_tag() -> None:
    spark = kpi_sparkline(
        [1, 2], reader=EN, palette=LIGHT, write=EN.number, limits=Limits(0, 1, 2), phases=[(1, BEACON)]
    )
    card = markup.KpiCard(BEACON, BEACON, BEACON, BEACON, spark, [BEACON], BEACON, href='"><script>')
    strip = markup.Strip(BEACON, spark, BEACON, BEACON)
    figure = markup.Figure(BEACON, BEACON, BEACON, href='"><script>')
    made = markup.kpi_card(card) + markup.strip_rows([strip]) + markup.figure_tiles([figure])
    for piece in (made, markup.emphasis(BEACON), markup.strong(BEACON), markup.muted(BEACON), markup.join([BEACON])):
        assert "<img src=x" not in piece and "<script" not in piece
        piece.encode("utf-8")  # a lone surrogate would raise here, as it would on the wire


def test_joining_leaves_out_what_is_empty() -> None:
    assert markup.join(["a", "", None, Markup("<b>b</b>")]) == "a · <b>b</b>"


@pytest.mark.parametrize("text", ["**x**", "![x](http://evil.test)", "a\n# b", ":material/home:", "$x$", "<b>"])
def test_plain_labels_have_no_markdown_left(text: str) -> None:
    escaped = markup.plain(text)
    assert "\n" not in escaped
    for letter in "*[]()#:$<>!":
        assert escaped.count(letter) == escaped.count("\\" + letter)


COLUMNS = [
    Column("key", "Item", "item", title="title"),
    Column("points", "Points", "number"),
    Column("bucket", "In the sprint", "badge", words={"added": "added"}),
    Column("ratio", "Share", "percent"),
    Column("at", "Day", "day"),
    Column("why", "Why", "note"),
]


def items() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "key": ["ORD-1", "ORD-2"],
            "title": [BEACON[:-2], None],
            "points": [0.0, float("nan")],
            "bucket": ["added", None],
            "ratio": [0.5, None],
            "at": [pd.Timestamp("2026-11-03 20:00", tz=UTC), pd.NaT],
            "why": ["because", None],
        }
    )


def test_a_table_tells_zero_from_unknown_and_escapes_its_cells() -> None:
    made = item_table.table_html(items(), COLUMNS, EN, name="Items")
    assert made.count("<tr>") == 3
    assert "<b>ORD-1</b> &lt;img" in made
    assert '<td class="fn-n" data-label="Points"><span>0</span></td>' in made
    assert '<td class="fn-n" data-label="Points"><span>n/a</span></td>' in made
    assert "4 Nov" in made  # 20:00 UTC is the next day in Shanghai
    assert 'aria-label="Items"' in made and 'tabindex="0"' in made


def test_an_empty_table_has_its_headings() -> None:
    made = item_table.table_html(items().iloc[:0], COLUMNS, ZH)
    assert made.count("<th ") == len(COLUMNS) and "<td" not in made


def test_rules_are_numbered_ranges_and_lists_in_both_languages() -> None:
    assert rules.rule_numbers("R9-R11, R24") == ["R9", "R10", "R11", "R24"]
    assert rules.rule_numbers("R9–11") == ["R9", "R10", "R11"]
    assert list(rules.RULES) == [f"R{n}" for n in range(1, 30)]
    assert all(rules.rule_text(number, ZH) != rules.rule_text(number, EN) for number in rules.RULES)
    with pytest.raises(KeyError):
        rules.rule_numbers("R99")


def test_the_stylesheet_follows_the_appearance_and_fetches_nothing() -> None:
    made = stylesheet()
    assert "light-dark(#1B2430,#F1F4F7)" in made
    assert "url(" not in made and "@import" not in made
    assert made.count("{") == made.count("}")


def test_components_never_send_text_to_markdown() -> None:
    calls = {
        "markdown",
        "write",
        "caption",
        "error",
        "warning",
        "info",
        "success",
        "title",
        "header",
        "subheader",
        "metric",
    }
    for path in Path(item_table.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "st":
                assert node.attr not in calls, f"{path.name}: st.{node.attr}"


def test_an_instant_reads_in_the_project_zone() -> None:
    column = Column("at", "When", "instant")
    assert item_table.in_words({"at": datetime(2026, 11, 3, 6, 2, tzinfo=UTC)}, column, ZH) == "11月3日 14:02"


def test_no_choice_of_several_offers_an_english_entry_for_all() -> None:
    """Streamlit adds "Select all" in English unless it is told not to."""
    calls = [
        (path.name, node)
        for path in sorted((Path(__file__).parents[2] / "pages").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "multiselect"
    ]
    assert len(calls) >= 4
    offering = [name for name, call in calls if "select_all" not in {one.arg for one in call.keywords}]
    assert offering == []
