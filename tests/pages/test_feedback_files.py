"""Files of feedback on the page: given with the words, shown where the words are, refused without losing them."""

from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from actions.feedback import submit_feedback
from actions.feedback_files import attach_files
from core.actor import Actor, Role
from pages.components import data
from pages.components.data import attached
from tests.actions.given_files import PDF, REPORT, SCREENSHOT
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, page_html, page_text
from tests.pages.test_feedback import group, item, press, text_area

PNG = (SCREENSHOT.file_name, SCREENSHOT.content, "image/png")


def choose_files(test: AppTest, key: str, *files: tuple[str, bytes, str]) -> None:
    next(one for one in test.file_uploader if one.key == key).set_value(list(files))


def held() -> list[str]:
    return [str(row["file_name"]) for rows in attached.attachments().values() for row in rows]


def buttons(test: AppTest) -> list[str]:
    return [str(one.key) for one in test.button]


def test_a_screenshot_comes_with_the_words_and_stands_beside_them(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("feedback")
    text_area(test, "feedback.new.text").set_value("label fails")
    choose_files(test, "feedback.new.files", PNG, ("<b>报告</b>.pdf", PDF, "application/pdf"))
    press(test, "feedback.new.send")
    html = page_html(test)
    assert '<img src="/attachments/1/small" alt="screen.png" loading="lazy">' in html
    assert '<a href="/attachments/2" download>' in html and "&lt;b&gt;报告&lt;/b&gt;.pdf" not in html
    assert "b&gt;.pdf" in html and "<b>报告" not in html
    assert "label fails · 2 files" in str([one.options for one in test.selectbox])
    assert next(one for one in test.file_uploader if str(one.key).startswith("feedback.new.files")).value == []


@pytest.mark.parametrize(("lang", "said"), [("en", "“setup.exe” cannot be attached."), ("zh", "无法附上“setup.exe”。")])
def test_a_file_that_is_refused_loses_nothing_of_what_was_typed(
    empty_home: Path, open_page: OpenPage, lang: str, said: str
) -> None:
    test = open_page("feedback", lang)
    text_area(test, "feedback.new.text").set_value("label fails")
    choose_files(test, "feedback.new.files", PNG, ("setup.exe", b"MZ\x90\0", "application/x-msdownload"))
    press(test, "feedback.new.send")
    assert said in page_text(test) and "DOCX" in page_text(test)
    assert text_area(test, "feedback.new.text").value == "label fails"
    assert len(next(one for one in test.file_uploader if one.key == "feedback.new.files").value) == 2
    assert data.feedback().items.empty and held() == []
    choose_files(test, "feedback.new.files", PNG)
    press(test, "feedback.new.send")
    assert held() == ["screen.png"]


def test_a_file_is_attached_later_and_taken_away_again(empty_home: Path, open_page: OpenPage) -> None:
    data.do(submit_feedback, kind="bug", text="label fails")
    test = open_page("feedback", "zh")
    assert 'fn-files" aria' not in page_html(test)
    group(test, "feedback.step_open").set_value("attach")
    test.run()
    press(test, "feedback.attach_1.send")
    assert "没有选择文件。" in page_text(test)
    choose_files(test, "feedback.attach_1.files", PNG)
    press(test, "feedback.attach_1.send")
    assert held() == ["screen.png"] and '<ul class="fn-files" aria-label="附件">' in page_html(test)
    press(test, "feedback.away_1.send")
    assert held() == [] and "/attachments/" not in page_html(test)


def test_what_was_just_given_is_what_one_sees_next(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("feedback")
    text_area(test, "feedback.new.text").set_value("label fails")
    choose_files(test, "feedback.new.files", PNG)
    press(test, "feedback.new.send")
    shown = next(one for one in test.selectbox if one.key == "feedback.item").value
    assert (item(shown)["text"], "/attachments/1/small" in page_html(test)) == ("label fails", True)


def of_department(name: str) -> Actor:
    return Actor.with_roles(name, [Role.DEPARTMENT], departments=frozenset({"Operations"}), person_id=7)


def test_who_gave_it_and_their_department_see_it_and_take_away_only_their_own(
    empty_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    mei, store = of_department("mei"), data.house_store()
    one = submit_feedback(store, mei, kind="bug", text="twice", department="Operations", files=[SCREENSHOT])
    attach_files(store, actor_of(Role.LEAD), feedback_id=one.id or 0, files=[REPORT])
    submit_feedback(store, actor_of(Role.LEAD), kind="bug", text="other", department="Finance", files=[SCREENSHOT])
    taking: dict[str, set[str]] = {}
    for actor in (mei, of_department("tao"), actor_of(Role.LEAD), actor_of(Role.VIEWER)):
        monkeypatch.setattr("pages.components.data.real_actor", lambda actor=actor: actor)
        test = open_page("feedback", query={"feedback.item": "1"})
        next(one for one in test.selectbox if one.key == "feedback.item").set_value(1).run()
        if actor.name != "viewer":
            group(test, "feedback.step_open").set_value("attach")
            test.run()
        html = page_html(test)
        assert "/attachments/1/small" in html and "/attachments/2" in html and "/attachments/3" not in html
        taking[actor.name] = {key for key in buttons(test) if key.startswith("feedback.away_")}
    ours = {"feedback.away_1.send", "feedback.away_2.send"}
    assert taking == {"mei": {"feedback.away_1.send"}, "tao": set(), "lead": ours, "viewer": set()}


def test_who_reads_pseudonyms_is_told_that_there_are_files_and_no_more(
    empty_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    data.do(submit_feedback, kind="bug", text="label fails", files=[SCREENSHOT, REPORT])
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.AUDITOR))
    html = page_html(open_page("feedback"))
    assert "2 files are attached; who reads pseudonyms" in html
    assert "/attachments/" not in html and "screen.png" not in html


def test_what_is_fixed_is_confirmed_beside_the_screenshot_of_it(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    items: Any = data.feedback().items
    fixed = items[(items["state"] == "resolved") & items["text"].notna() & (items["department"] == "运营部 Operations")]
    number = int(fixed.sort_values("received_at")["feedback_id"].iloc[-1])
    data.do(attach_files, feedback_id=number, files=[SCREENSHOT])
    mei = Actor.with_roles("mei", [Role.DEPARTMENT], departments=frozenset({"运营部 Operations"}), person_id=7)
    monkeypatch.setattr("pages.components.data.real_actor", lambda: mei)
    assert "/attachments/1/small" in page_html(open_page("feedback"))
