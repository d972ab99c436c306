"""Presenting, as a script: what is shown in which order, the stage that two presenters share, minutes afterwards."""

import io
import re
from pathlib import Path

import pytest
from PIL import Image

from access.guest_links import guest_actor
from actions.demos import show_item, start_demo, take_note
from actions.derive import rebuild
from actions.media import attach_media
from actions.reactions import react
from core.actor import local_admin
from core.reader import Reader
from pages.components import data
from pages.components.data import demo
from pages.components.order_list import Listed, in_order
from pages.components.present_media import large
from store.read import rows_where
from store.tables import Demo
from tests.pages.conftest import OpenPage, headline_of, page_html, page_text

SPRINT = {"sprint": "Intake Sprint 11"}


def begun() -> demo.Stage:
    started = start_demo(data.house_store(), local_admin(), source_id=1, sprint_id="Intake Sprint 11")
    found = demo.stage(started.id or 0)
    assert found is not None
    return found


@pytest.mark.parametrize(("lang", "words"), [("en", "has come in yet"), ("zh", "还没有")])
def test_an_empty_house_says_what_to_do_first(empty_home: Path, open_page: OpenPage, lang: str, words: str) -> None:
    assert words in page_text(open_page("present", lang))
    assert words in page_text(open_page("reports", lang)) or "fn-empty" in page_html(open_page("reports", lang))


@pytest.mark.parametrize(
    ("lang", "headline"),
    [("en", "The demo of Intake Sprint 11 shows 15 items."), ("zh", "Intake Sprint 11 的演示将展示 15 项。")],
)
def test_the_demo_is_started_and_shows_what_was_completed_first(
    sample_home: Path, open_page: OpenPage, lang: str, headline: str
) -> None:
    test = open_page("present", lang, SPRINT)
    assert headline_of(test) == headline
    next(one for one in test.button if one.key == "present.start").click().run()
    assert not test.exception
    assert test.query_params["demo"] in ("1", ["1"])
    assert 'class="fn-stage-title fn-stage-alone"' in page_html(test)
    with data.house_store().reading() as session:
        (held,) = rows_where(session, Demo)
    outcomes = data.sprint(1, "Intake Sprint 11").items.set_index("work_item_id")["outcome"]
    assert "removed" not in set(outcomes[held.order])
    assert outcomes[held.order].tolist() == sorted(
        outcomes[held.order].tolist(), key=["completed", "not_completed"].index
    )


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        (None, ["a", "b", "c"]),
        ({"order": ["c", "a", "b"], "left_out": ["a"]}, ["c", "b"]),
        ({"order": ["c", "nobody's", "c"], "left_out": ["nobody's"]}, ["c", "a", "b"]),
        ({"order": None}, ["a", "b", "c"]),
        ("c", ["a", "b", "c"]),
    ],
)
def test_the_order_is_taken_from_the_browser_as_far_as_it_makes_sense(said: object, wanted: list[str]) -> None:
    items = [Listed(one, one.upper(), "", "", "") for one in "abc"]
    order, left_out = in_order(items, said)
    assert [one for one in order if one not in left_out] == wanted


def test_a_verdict_and_the_next_item_are_one_click_each(sample_home: Path, open_page: OpenPage) -> None:
    stage = begun()
    test = open_page("present", query={"demo": str(stage.demo_id)})
    item = data.sprint(1, "Intake Sprint 11").items.set_index("work_item_id").loc[stage.current]
    assert str(item["title"]) in page_text(test)
    field = next(one for one in test.text_input if str(one.key).endswith(f"{stage.current}.remark"))
    field.set_value("per store, please")
    next(one for one in test.button if str(one.key).endswith(f"{stage.current}.accepted_with_changes")).click().run()
    assert not test.exception
    item = data.sprint(1, "Intake Sprint 11").items.set_index("work_item_id").loc[stage.current]
    assert (item["verdict"], item["remark"]) == ("accepted_with_changes", "per store, please")
    next(one for one in test.button if one.key == "present.forth").click().run()
    assert "item 2 of 15" in page_text(test)
    again = demo.stage(stage.demo_id)
    assert again is not None and again.current == stage.order[1]


def test_an_item_shows_its_picture_from_our_own_address(sample_home: Path, open_page: OpenPage) -> None:
    stage, out = begun(), io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    kept = attach_media(
        data.house_store(), local_admin(), source_id=1, sprint_id="Intake Sprint 11", work_item_id=stage.current,
        file_name="screen.png", content=out.getvalue(),
    )  # fmt: skip
    page = page_html(open_page("present", query={"demo": str(stage.demo_id)}))
    assert f'<img class="fn-stage-media" src="/stage/media/{kept.id}"' in page
    assert 'class="fn-stage-title"' in page  # beside a picture the title stands back
    show_item(data.house_store(), local_admin(), demo_id=stage.demo_id, work_item_id=stage.order[1])
    assert "/stage/media/" not in page_html(open_page("present", query={"demo": str(stage.demo_id)}))


@pytest.mark.parametrize("media_type", ["image/png", "video/webm"])
def test_a_title_is_said_of_the_picture_as_it_is(media_type: str) -> None:
    html = large(Reader("en"), {"media_id": 1, "media_type": media_type}, "<b>a & b</b>")
    assert ' of &lt;b&gt;a &amp; b&lt;/b&gt;"' in html


def test_a_sprint_that_has_not_started_is_not_called_empty(sample_home: Path, open_page: OpenPage) -> None:
    with data.house_store().writing() as session:
        session.connection().exec_driver_sql(
            "UPDATE sprint SET state = 'future', started_at = NULL, completed_at = NULL WHERE external_id = ?",
            (SPRINT["sprint"],),
        )
        session.connection().exec_driver_sql("DELETE FROM sprint_snapshot WHERE sprint_id = ?", (SPRINT["sprint"],))
    rebuild(data.house_store(), local_admin())
    test = open_page("present", "zh", SPRINT)
    assert "没有可演示的" not in headline_of(test)
    assert "冲刺开始且日期明确后，才能演示其工作项。" in page_text(test)
    assert "present.start" not in [one.key for one in test.button]


def test_two_presenters_and_the_room_see_the_same_state(sample_home: Path, open_page: OpenPage) -> None:
    stage = begun()
    store, other = data.house_store(), stage.order[3]
    show_item(store, local_admin(), demo_id=stage.demo_id, work_item_id=other)
    given = {"demo_id": stage.demo_id, "token": stage.token or "", "work_item_id": other, "at": stage.started_at}
    for number in range(20):
        react(
            store,
            guest_actor(f"p{number}", None),
            guest=f"p{number}",
            reaction="like",
            remark=f"<i>{number}</i>",
            **given,
        )
    take_note(store, local_admin(), demo_id=stage.demo_id, kind="decision", text="Go on")
    test = open_page("present", "zh", {"demo": str(stage.demo_id)})
    assert "第 4/15 项" in page_text(test)
    page = page_html(test)
    assert re.search(r"<b>\S+ 20</b>", page)
    assert all(f"&lt;i&gt;{number}&lt;/i&gt;" in page for number in range(20))
    assert "决定 · Go on" in page_text(test)
    labels = [one.label for kind in ("button", "text_input") for one in test.get(kind)]
    assert labels and not [one for one in labels if re.search(r"[A-Za-z]{2}", one)]


@pytest.mark.parametrize("asked", ["99", "-1", "²", "999999999999", "x"])
def test_a_demo_that_is_not_there_leads_to_what_can_be_shown(
    sample_home: Path, open_page: OpenPage, asked: str
) -> None:
    assert "shows 15 items" in headline_of(open_page("present", query={**SPRINT, "demo": asked}))
