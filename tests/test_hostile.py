"""Text from outside is plain text on every surface: no tag, no markdown, no formula, no number that became a text."""

import csv
import io
import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from google.protobuf.message import Message
from streamlit.testing.v1 import AppTest

from actions.feedback import submit_feedback
from actions.import_sheet import import_sheet
from actions.people import add_person
from core.actor import EVERYTHING, Role, local_admin
from core.config import load_config
from core.reader import Reader
from pages.components.markup import join, plain, safe
from pages.components.navigation import page_files
from reports.columns import table
from reports.spreadsheet import csv_bytes, xlsx_bytes
from store import frames
from store.db import Store, open_store
from store.migrate import born_marker
from tests.actors import actor_of
from tests.hostile import HOST, LIVE, SCRIPT, TEXTS, poison
from tests.pages.conftest import PAGE_SECONDS, SHELL, _sample_database, fixed_clock  # noqa: F401 - fixtures

# Fields of Streamlit's messages that its frontend reads as markdown; what stands in others is text.
MARKDOWN_FIELDS = {"body", "label", "help", "captions", "content", "text", "delta", "caption"}
MARKDOWN_OPTIONS = {"radio"}
LEADS_AWAY = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:|[/\\]{2})", re.IGNORECASE)
OWN_PICTURE = "data:image/svg+xml;base64,"
OWN_TAGS_ONLY = {"script", "iframe", "form", "input", "object", "embed", "link", "meta", "base", "svg"}


@pytest.fixture
def hostile_home(tmp_path: Path, _sample_database: Path, fixed_clock: Any) -> Path:  # noqa: F811 - fixtures
    """The sample workspace as if everybody who wrote into it had been hostile."""
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    config = load_config()
    shutil.copyfile(_sample_database, config.sqlite_path)
    born_marker(config).touch()
    store = open_store(config)
    add_person(store, local_admin(), name="wang", display_name="Wang", email="w@x.cn", department="ops", role="viewer")
    store.engine.dispose()
    assert poison(config.sqlite_path) > 3000
    return home


class Tags(HTMLParser):
    """The tags of our own HTML and where their attributes lead."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.leads: set[str] = set()
        self.handlers: set[str] = set()
        self.feed(re.sub(r"<style>.*?</style>", "", html, flags=re.S))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.leads |= {str(value) for name, value in attrs if name in {"href", "src", "action"}}
        self.handlers |= {name for name, _ in attrs if name.startswith("on")}


@pytest.mark.usefixtures("hostile_home")
def test_no_page_reads_what_people_wrote_as_anything_but_text(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody = actor_of(*(set(Role) - {Role.AUDITOR}))
    monkeypatch.setattr("pages.components.data.real_actor", lambda: everybody)
    test = AppTest.from_file(str(SHELL), default_timeout=PAGE_SECONDS)
    test.query_params["lang"] = "en"
    test.run()
    shown = 0
    for page in page_files():
        test.switch_page(f"../{page.path.name}").run()
        assert not test.exception, (page.address, [one.value for one in test.exception])
        for kind, element in _elements(test._tree):
            if kind == "html":
                _check_html(page.address, element.body)
                shown += element.body.count(HOST)
            else:
                live = [text for text in _markdown(kind, element) if _is_live(text)]
                assert live == [], (page.address, kind, live[0][:200])
    assert shown > 100  # the texts were on the pages, as text


def _check_html(page: str, html: str) -> None:
    found = Tags(html)
    assert not found.tags & OWN_TAGS_ONLY, (page, found.tags & OWN_TAGS_ONLY)
    assert not found.handlers, (page, found.handlers)
    assert {one for one in found.leads if LEADS_AWAY.match(one) and not one.startswith(OWN_PICTURE)} == set(), page


def _is_live(text: str) -> bool:
    """Whether an unescaped sign of markdown is left of what was written."""
    return any(re.search(r"(?<!\\)" + re.escape(one), text) for one in LIVE)


def _elements(node: Any) -> Iterator[tuple[str, Message]]:
    proto = getattr(node, "proto", None)
    if isinstance(proto, Message):
        yield str(getattr(node, "type", "")), proto
    for child in getattr(node, "children", {}).values():
        yield from _elements(child)


def _markdown(kind: str, message: Message) -> Iterator[str]:
    """Every text of a message that the frontend reads as markdown."""
    for field, value in message.ListFields():
        is_read = field.name in MARKDOWN_FIELDS or (field.name == "options" and kind in MARKDOWN_OPTIONS)
        for one in value if field.is_repeated else [value]:
            if isinstance(one, str) and is_read:
                yield one
            elif isinstance(one, Message):
                yield from _markdown(kind, one)


def test_a_name_cannot_turn_the_figures_after_it_round() -> None:
    """What a right-to-left override or an unclosed isolate in a sprint's name would do to the sentence around it."""
    for sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
        name = f"S12{sign}"
        assert Reader("en").t("{sprint}: {n} of 34 points", sprint=name, n=31) == "S12: 31 of 34 points"
        assert safe(f"{name} 31 of 34") == join([name + " 31 of 34"]) == plain(f"{name} 31 of 34") == "S12 31 of 34"
    assert safe("שלום \u200f عربي \u200b") == "שלום \u200f عربي \u200b"  # the scripts themselves stay


def test_a_title_steers_no_terminal_and_forges_no_line() -> None:
    title = "pay\x1b[2J\x1b]52;c;AAAA\x07\x9b1A\r\nORD-2  accepted"
    assert table(["Key", "Title"], [["ORD-1", title]])[2:] == ["ORD-1  pay[2J]52;c;AAAA1A ORD-2  accepted"]
    assert Reader("en").t("Goal: {goal}", goal="a\x1b[31mb\x00\x7f") == "Goal: a[31mb"


@pytest.mark.parametrize("letter", ["a", "界", "\U0001f600"])
def test_a_text_longer_than_a_cell_is_cut_as_excel_counts(letter: str) -> None:
    frame = pd.DataFrame({"text": [letter * 16_383, letter * 40_000]})
    page = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(frame, {"text": "Text"}, sheet="S"))).active
    whole, cut = page["A2"].value, page["A3"].value
    assert whole == letter * 16_383
    assert len(cut.encode("utf-16-le")) <= 32_767 * 2 and cut.rstrip("…") == letter * (len(cut) - 1) and cut[-1] == "…"


def test_what_no_database_takes_is_stored_as_a_sign_that_it_was_there(store: Store) -> None:
    """NUL and lone surrogates from a form, a megabyte of one letter and a thousand quotes from a sheet."""
    text = "a\x00b\ud800c \u202egnp.exe \u200b"
    row = submit_feedback(store, local_admin(), kind="bug", text=text, submitted_by=text)
    rows = [
        ["Key", "Title", "Sprint", "Description"],
        ["A-1", ">" * 1000, "S1", "A" * 1_000_000],
        ["A-2", SCRIPT, "S1", "x\x00"],
    ]
    sheet = io.StringIO()
    csv.writer(sheet).writerows(rows)
    outcome = import_sheet(store, local_admin(), "x.csv", sheet.getvalue().encode(), kind="backlog", source_name="x")
    assert not outcome.is_refused
    with store.reading() as session:
        kept = frames.feedback(session, EVERYTHING).set_index("feedback_id").loc[row.id]
        items = frames.work_items(
            session, EVERYTHING, int(frames.sources(session).set_index("name").loc["x", "source_id"])
        )
    assert kept["text"] == kept["submitted_by"] == "a\ufffdb\ufffdc \u202egnp.exe \u200b".strip()
    assert items["title"].tolist() == [">" * 1000, SCRIPT]
    assert len(items["description"].iloc[0]) == 1_000_000


def test_no_export_runs_a_formula_and_numbers_stay_numbers() -> None:
    texts = [*TEXTS, "+1", "-2+3", "@SUM(A1)", "\t=1", " =1", "\ufeff=1", "＝1+1", "a\x00\ud800"]
    frame = pd.DataFrame(
        {
            "text": pd.Series(texts, dtype=object),
            "number": [-1.5] * len(texts),
            "count": [-7] * len(texts),
            "none": [None] * len(texts),
        }
    )
    headings = {"text": "=head", "number": "Number", "count": "Count", "none": "None"}
    rows = list(csv.reader(io.StringIO(csv_bytes(frame, headings).decode("utf-8-sig"))))
    assert rows[0] == ["'=head", "Number", "Count", "None"]
    for row in rows[1:]:
        assert row[1:] == ["-1.5", "-7", ""]
        assert not row[0].lstrip(" \ufeff\u200b").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes(frame, headings, sheet="Sheet")))
    cells = list(book.active.iter_rows(min_row=2))
    assert {(cell.data_type, cell.value) for row in cells for cell in row[1:3]} == {("n", -1.5), ("n", -7)}
    assert {row[0].data_type for row in cells} == {"s"}
    assert all(row[0].hyperlink is None for row in cells)
    assert [row[0].value for row in cells][:3] == texts[:3]
