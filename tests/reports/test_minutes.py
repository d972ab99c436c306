"""The minutes say what the page says, in both languages, on every paper, also of a sprint about which little is known."""

import html
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pandas as pd
import pypdf
import pytest
from PIL import Image
from pptx import Presentation
from pptx.enum.shapes import MSO_SHAPE_TYPE

from access.guest_links import guest_actor, guest_token
from actions.demos import end_demo, settle_note, start_demo, take_note
from actions.derive import rebuild
from actions.media import attach_media
from actions.reactions import react
from actions.verdicts import record_verdict
from core.actor import EVERYTHING, Scope
from core.config import Config
from core.errors import NotFound
from core.made_report import Made
from core.reader import Reader
from reports.figures.sprint import sprint_figures
from reports.make import make_minutes
from reports.minutes import DemoFigures, demo_figures, minutes
from reports.paper import Bars, Facts, Paragraph, Picture, Table
from reports.paper.document import Document, texts
from reports.paper.font import missing
from reports.sprint_words import amount, came_in, delivered
from store.db import Store, open_store
from store.migrate import migrate
from store.tables import Sprint, SprintEntry, StatedEntry, WorkItem
from store.write import table_of
from tests.actions.shop import AT, EVERYONE, LATER, START, seed

ZONE = "Asia/Shanghai"
REMARK = "上限能按门店设置吗？ <b>&amp;</b>"
DECISION = "先做对账，再上线 first reconcile"


def plain(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with a demo that was held: a verdict, two phones, a decision, an action item done since, one from before."""
    home = tmp_path_factory.mktemp("minutes")
    config = Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}")
    migrate(config)
    store = open_store(config)
    source = seed(store)
    rebuild(store, EVERYONE, at=AT)
    first = start_demo(store, EVERYONE, source_id=source, sprint_id="S1", order=["1"], at=AT - timedelta(days=1))
    take_note(store, EVERYONE, demo_id=first.id or 0, kind="action", text="Ask finance", owner="李雷", at=AT)
    end_demo(store, EVERYONE, demo_id=first.id or 0, at=AT)
    demo = start_demo(store, EVERYONE, source_id=source, sprint_id="S1", order=["2", "1", "3"], at=AT)
    given = {"demo_id": demo.id or 0, "token": guest_token(demo) or "", "work_item_id": "2"}
    for phone, reaction, remark in (
        ("phone-1", "like", REMARK),
        ("phone-2", "dislike", None),
        ("phone-2", "like", None),
    ):
        react(store, guest_actor(phone, None), guest=phone, reaction=reaction, remark=remark, **given, at=AT)
    record_verdict(
        store, EVERYONE, source_id=source, sprint_id="S1", work_item_id="2", verdict="rejected", decided_by="王芳",
        remark="缺少对账", at=AT,
    )  # fmt: skip
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "teal").save(out, "WEBP")
    for item, name, content in (("1", "a.webp", out.getvalue()), ("3", "walk.webm", b"\x1aE\xdf\xa3B\x82\x84webm")):
        attach_media(
            store, EVERYONE, source_id=source, sprint_id="S1", work_item_id=item, file_name=name, content=content, at=AT
        )
    take_note(store, EVERYONE, demo_id=demo.id or 0, kind="decision", text=DECISION, at=AT)
    note = take_note(store, EVERYONE, demo_id=demo.id or 0, kind="action", text="Train 客服", owner="韩梅", at=AT)
    settle_note(store, EVERYONE, note_id=note.id or 0, state="done", at=LATER)
    yield store
    store.engine.dispose()


def figures_of(store: Store, demo_id: int = 2, scope: Scope = EVERYTHING) -> DemoFigures:
    with store.reading() as session:
        return demo_figures(session, scope, demo_id, config=store.config, as_of=LATER)


def said(store: Store, lang: str, demo_id: int = 2) -> Document:
    return minutes(figures_of(store, demo_id), Reader(lang, ZONE), made_by="李雷", made_at=LATER)


@pytest.fixture(scope="module")
def made(shop: Store) -> Made:
    with shop.reading() as session:
        return make_minutes(session, EVERYTHING, 2, config=shop.config, language="en+zh", made_by="李雷", made_at=LATER)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_figure_is_the_pages_own(shop: Store, lang: str) -> None:
    reader, document = Reader(lang, ZONE), said(shop, lang)
    with shop.reading() as session:
        page = sprint_figures(session, EVERYTHING, 1, "S1")
    totals, ratios = page.totals["points"], page.ratios["points"]
    assert document.headline == ("" if lang == "zh" else " ").join(
        [delivered(reader, page, "points"), *came_in(reader, page, "points")]
    )
    facts, bars = document.sections[0].blocks
    assert isinstance(facts, Facts) and isinstance(bars, Bars)
    assert [one.value for one in facts.facts] == [
        amount(reader, totals["committed"], "points"), amount(reader, totals["completed"], "points"),
        reader.percent(ratios["say_do"]), reader.percent(ratios["churn_gross"]),
    ]  # fmt: skip
    assert [abs(one) for one in bars.series[0].values if one is not None] == [
        abs(totals[name]) for name in
        ("committed", "added", "carried", "re_estimated", "removed", "completed", "not_completed") if totals[name] is not None
    ]  # fmt: skip


def test_verdicts_remarks_decisions_and_action_items_are_in_it(shop: Store) -> None:
    document = said(shop, "en")
    verdicts = document.sections[2].blocks[1]
    assert isinstance(verdicts, Table)
    assert [row[0] for row in verdicts.rows] == ["SHOP-2", "SHOP-1", "SHOP-3"]  # in the order in which they were shown
    assert verdicts.rows[0][4:] == ("not accepted", "王芳 · 缺少对账")
    room = document.sections[4].blocks[1]
    assert isinstance(room, Table)
    assert room.rows == (("SHOP-2", "good 2", ""), ("SHOP-2", "", REMARK))  # a phone's latest reaction counts
    everything = list(texts(document))
    for words in (DECISION, "Train 客服", "韩梅", "done", "Ask finance", "李雷", "open"):
        assert words in everything, words


def test_both_languages_are_real_text_on_every_paper_and_no_glyph_is_missing(shop: Store, made: Made) -> None:
    wanted = [one for lang in ("en", "zh") for one in texts(said(shop, lang))]
    assert missing(wanted) == set()
    pdf = plain("".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made.files["pdf"])).pages))
    page = plain(html.unescape(re.sub(r"<[^>]+>", "", made.files["html"].decode().split("</style>")[1])))
    shapes = [one for slide in Presentation(io.BytesIO(made.files["pptx"])).slides for one in slide.shapes]
    deck = plain("".join(shape.text_frame.text for shape in shapes if shape.has_text_frame))
    deck += plain("".join(cell.text for one in shapes if one.has_table for row in one.table.rows for cell in row.cells))
    for words in (
        REMARK,
        DECISION,
        "缺少对账",
        "Train 客服",
        "双周演示纪要",
        said(shop, "zh").headline,
        said(shop, "en").headline,
    ):
        for paper in (pdf, page, deck):
            assert plain(words) in paper, words
    assert any(one.has_chart for one in shapes)
    assert made.payload["headline"] == said(shop, "en").headline


def test_the_pictures_shown_stand_in_it_on_every_paper(shop: Store, made: Made) -> None:
    picture, video = said(shop, "en").sections[3].blocks
    assert isinstance(picture, Picture)
    assert (picture.width, picture.height, picture.caption) == (300, 200, "SHOP-1 Item 1")
    assert isinstance(video, Paragraph)
    assert video.text == "SHOP-3 Item 3: the video walk.webm was shown."
    assert made.files["html"].count(b"data:image/jpeg;base64,") == 2  # once in each language
    pages = pypdf.PdfReader(io.BytesIO(made.files["pdf"])).pages
    assert sum(len(page.images) for page in pages) == 2
    shapes = [one for slide in Presentation(io.BytesIO(made.files["pptx"])).slides for one in slide.shapes]
    assert [one.image.size for one in shapes if one.shape_type == MSO_SHAPE_TYPE.PICTURE] == [(300, 200)] * 2


def test_a_picture_that_is_gone_is_said_where_it_would_stand(shop: Store) -> None:
    with shop.reading() as session:
        lost = replace(shop.config, home=shop.config.home / "elsewhere")
        found = demo_figures(session, EVERYTHING, 2, config=lost, as_of=LATER)
    document = minutes(found, Reader("zh", ZONE), made_by="李雷", made_at=LATER)
    assert "SHOP-1 Item 1 的图片缺失：保存的文件缺失。" in list(texts(document))


def test_whoever_may_not_see_the_sprint_finds_no_demo(shop: Store) -> None:
    for demo_id, scope in ((2, Scope(frozenset({"OPS"}), frozenset())), (99, EVERYTHING)):
        with pytest.raises(NotFound):
            figures_of(shop, demo_id, scope)


@pytest.mark.parametrize(
    ("spoiled", "words"),
    [
        ({"started_at": None, "completed_at": None, "planned_end_at": None}, "cannot be told: its dates are missing"),
        ({"started_at": None, "state": "future", "completed_at": None}, "has not started"),
        ({"state": "active", "completed_at": None}, "is running"),
    ],
)
def test_a_sprint_of_which_little_is_known_says_so(
    sqlite_store: Store, spoiled: dict[str, object], words: str, tmp_path: Path
) -> None:
    source = seed(sqlite_store)
    demo = start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id="S1", at=AT)
    with sqlite_store.writing() as session:
        session.execute(table_of(Sprint).update().values(**spoiled))
    rebuild(sqlite_store, EVERYONE, at=LATER)
    for lang in ("en", "zh"):
        document = said(sqlite_store, lang, demo.id or 0)
        assert missing(texts(document)) == set()
    assert words in said(sqlite_store, "en", demo.id or 0).headline


def test_of_thousands_of_items_those_with_a_verdict_are_listed_and_the_others_counted(shop: Store) -> None:
    few = figures_of(shop)
    items = pd.concat([few.sprint.items, *[few.sprint.items.iloc[:1].assign(work_item_id=f"x{n}") for n in range(500)]])
    order = [*few.demo["order"], *(f"x{n}" for n in range(500))]
    many = replace(few, sprint=replace(few.sprint, items=items), demo={**few.demo, "order": order})
    for lang, words in (("en", "502 further items have no verdict and are not listed."), ("zh", "另有 502 项没有结论")):
        document = minutes(many, Reader(lang, ZONE), made_by="李雷", made_at=LATER)
        _, further, table = document.sections[2].blocks
        assert isinstance(further, Paragraph) and isinstance(table, Table)
        assert further.text.startswith(words)
        assert [row[0] for row in table.rows] == ["SHOP-2"]


def test_an_unestimated_sprint_is_told_in_items(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    demo = start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id="S1", at=AT)
    with sqlite_store.writing() as session:
        session.connection().exec_driver_sql("UPDATE stated_entry SET initial_points = NULL, final_points = NULL")
        session.execute(table_of(WorkItem).update().values(estimate_points=None))
    rebuild(sqlite_store, EVERYONE, at=LATER)
    document = said(sqlite_store, "en", demo.id or 0)
    assert "of 2 items" in document.headline
    assert document.sections[0].title == "The ledger, in items"


def test_a_sprint_that_lost_its_items_still_has_minutes(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    demo = start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id="S1", at=START + timedelta(days=1))
    with sqlite_store.writing() as session:
        session.execute(table_of(SprintEntry).delete())
        session.connection().exec_driver_sql("DELETE FROM stated_entry")
        session.execute(table_of(WorkItem).update().values(sprint_ids=[]))
    rebuild(sqlite_store, EVERYONE, at=LATER)
    document = said(sqlite_store, "en", demo.id or 0)
    assert "Nothing was shown." in list(texts(document))


def test_minutes_made_later_do_not_count_the_sprints_that_came_after(sqlite_store: Store) -> None:
    """S1 completed nothing; S2, later, 3 points of 3: the minutes of S1 tell a velocity of 0 over 1 sprint (R20)."""
    source, later = seed(sqlite_store), START + timedelta(days=15)
    with sqlite_store.writing() as session:
        session.add(Sprint(source_id=source, external_id="S2", board_id="B1", name="Sprint 2", state="closed",
                           started_at=later, completed_at=later + timedelta(days=13)))  # fmt: skip
        session.add(StatedEntry(source_id=source, sprint_id="S2", work_item_id="1", initial_points=3, final_points=3,
                                known=["added_at", "removed_at", "initial_points", "done_at"], status_id="done",
                                done_at=later + timedelta(days=2)))  # fmt: skip
    end = later + timedelta(days=20)
    rebuild(sqlite_store, EVERYONE, at=end)
    told = {}
    for sprint_id in ("S1", "S2"):
        demo = start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id=sprint_id, order=["1"], at=end)
        end_demo(sqlite_store, EVERYONE, demo_id=demo.id or 0, at=end + timedelta(hours=1))
        with sqlite_store.reading() as session:
            told[sprint_id] = demo_figures(
                session, EVERYTHING, demo.id or 0, config=sqlite_store.config, as_of=end + timedelta(hours=2)
            ).velocity
    assert told == {"S1": (0, 1), "S2": (1.5, 2)}
