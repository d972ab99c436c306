"""The feedback page: what came, who waits, and forms whose entries show at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from actions.feedback import answer_feedback, submit_feedback
from core.actor import Actor, Role, local_admin
from core.config import load_config
from core.reader import Reader
from pages.components import data, feedback_words
from store.db import open_store
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, page_html, page_text

EN, ZH = Reader("en", "Asia/Shanghai"), Reader("zh", "Asia/Shanghai")


def press(test: AppTest, key: str) -> AppTest:
    next(one for one in test.button if one.key == key).click()
    test.run()
    assert not test.exception, [one.value for one in test.exception]
    return test


def text_area(test: AppTest, key: str) -> Any:
    return next(one for one in test.text_area if one.key == key)


def choose(test: AppTest, key: str, value: Any) -> AppTest:
    next(one for one in test.selectbox if one.key == key).set_value(value)
    return test.run()


def group(test: AppTest, key: str) -> Any:
    return next(one for one in test.get("button_group") if one.key == key)


def item(number: int) -> dict[str, Any]:
    items = data.feedback().items
    return {str(k): v for k, v in items[items["feedback_id"] == number].to_dict("records")[0].items()}


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("seconds", "en", "zh"),
    [(None, "n/a", "未知"), (900, "15 min", "15 分钟"), (149640, "41.6 h", "41.6 小时")],
)
def test_working_time_is_told_in_hours_and_not_in_days(seconds: float | None, en: str, zh: str) -> None:
    assert feedback_words.working(EN, seconds) == en
    assert feedback_words.working(ZH, seconds) in (zh, "无")


def test_a_waiting_time_says_what_it_leaves_out() -> None:
    row = {"n": 12, "n_waiting": 3, "n_not_covered": 1, "n_contradictory": 0}
    assert (
        feedback_words.wait_note(EN, row) == "n = 12; left out: 3 still waiting, 1 in a year the calendar does not know"
    )
    assert feedback_words.wait_note(EN, row | {"n_waiting": 0, "n_not_covered": 0}) == "n = 12"


@pytest.mark.parametrize(
    ("score", "value", "expected"),
    [("csat", 0.8, "80 %"), ("nps", -0.61, "-61"), ("nps", None, "n/a"), ("csat", float("nan"), "n/a")],
)
def test_scores_are_written_as_the_trade_writes_them(score: str, value: float | None, expected: str) -> None:
    assert feedback_words.score_text(EN, score, value) == expected


def test_scores_of_the_first_and_the_last_weeks_never_share_an_answer(sample_home: Path, fixed_clock: Any) -> None:
    figures = data.feedback()
    periods = feedback_words.first_and_last(figures, fixed_clock)
    at = figures.items["received_at"]
    last = figures.items[at > pd.Timestamp(fixed_clock) - pd.Timedelta(days=28)]
    first = figures.items[at < at.min() + pd.Timedelta(days=28)]
    assert periods["last"]["csat_n"] == last["csat"].notna().sum()
    assert periods["first"]["csat"] == (first["csat"].dropna() >= 4).mean()
    assert not set(first["feedback_id"]) & set(last["feedback_id"])


# ---------------------------------------------------------------- the page


def test_the_page_opens_with_its_answer(sample_home: Path, open_page: OpenPage) -> None:
    html = page_html(open_page("feedback"))
    still_open = int(data.feedback().items["state"].isin(["open", "answered"]).sum())
    assert "pieces of feedback came in over the last four weeks" in html
    assert f"{still_open} of all are still open." in html
    assert int(data.feedback().weeks["open"].iloc[-1]) == still_open
    assert "of working time" in html and "left out:" in html


def test_the_page_speaks_chinese(sample_home: Path, open_page: OpenPage) -> None:
    html = page_html(open_page("feedback", "zh"))
    assert "最近四周收到" in html and "工作时间" in html and "未计入" in html


def test_an_unknown_time_names_the_year_where_it_stands(empty_home: Path, open_page: OpenPage) -> None:
    store, lead = open_store(load_config()), local_admin()
    moment = datetime(2003, 3, 3, 1, tzinfo=UTC)
    one = submit_feedback(store, lead, kind="bug", text="x", received_at=moment, at=moment)
    answer_feedback(store, lead, feedback_id=one.id or 0, reply="soon", at=moment + timedelta(hours=2))
    store.engine.dispose()
    text = page_text(open_page("feedback"))
    assert "does not know the holidays of 2003. Times of first response that cannot be known: 1." in text
    assert "in a year the calendar does not know" in page_text(open_page("overview"))


def test_an_empty_store_offers_the_form(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("feedback")
    assert "No feedback has come in yet." in page_html(test)
    text_area(test, "feedback.new.text").set_value("发货标签打不出来")
    group(test, "feedback.new.csat").set_value(2)
    press(test, "feedback.new.send")
    html = page_html(test)
    assert "1 piece of feedback came in over the last four weeks; 1 of all is still open." in html
    assert "发货标签打不出来" in html and "CSAT 2" in html and "too few answers to rely on" in html
    assert "Half of the first answers" not in html  # nobody has answered: there is no median


def test_feedback_without_words_and_score_is_refused(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("feedback", "zh")
    press(test, "feedback.new.send")
    assert data.feedback().items.empty
    assert "既没有文字" in page_html(test) or "文字" in page_html(test)


def test_the_list_is_filtered_and_a_measured_nought_is_shown(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("feedback")
    choose(test, "feedback.state", "confirmed")
    choose(test, "feedback.kind", "praise")
    assert "pieces of feedback with these filters" in page_html(test)
    choose(test, "feedback.kind", "bug")
    assert "pieces of feedback with these filters" not in page_html(test)
    assert "confirmed by the requester" in page_html(test)


def test_a_piece_lives_through_answer_resolve_confirm_and_reopen(empty_home: Path, open_page: OpenPage) -> None:
    number = int(data.do(submit_feedback, kind="bug", text="label fails", department="Operations").id or 0)
    test = open_page("feedback")
    for step, said, after in (
        ("answer", "we look into it", "answered"),
        ("resolve", "new driver", "resolved"),
        ("confirm", "", "confirmed"),
        ("reopen", "again", "open"),
    ):
        choose(test, "feedback.state", "all")
        before = item(number)["state"]
        group(test, f"feedback.step_{before}").set_value(step)
        test.run()
        text_area(test, f"feedback.{step}_{number}.text").set_value(said)
        press(test, f"feedback.{step}_{number}.send")
        assert item(number)["state"] == after
    html = page_html(test)
    assert "we look into it" in html and "new driver" in html and "again" in html and "replied" in html


def test_a_correction_shows_and_keeps_what_was_said_before(empty_home: Path, open_page: OpenPage) -> None:
    number = int(data.do(submit_feedback, kind="bug", text="labl fails", csat=2).id or 0)
    data.do(answer_feedback, feedback_id=number, reply="we look into it")
    test = open_page("feedback")
    group(test, "feedback.step_answered").set_value("correct")
    test.run()
    text_area(test, f"feedback.correct_{number}.text").set_value("label fails")
    press(test, f"feedback.correct_{number}.send")
    assert item(number)["text"] == "label fails" and item(number)["csat"] == 2
    html = page_html(test)
    assert "corrected" in html and "Feedback text: label fails" in html


def test_a_piece_is_linked_to_a_work_item_by_its_key_which_the_history_names(
    sample_home: Path, open_page: OpenPage
) -> None:
    test = open_page("feedback")
    number = int(data.feedback().items.sort_values("received_at")["feedback_id"].iloc[-1])
    choose(test, "feedback.item", number)
    group(test, f"feedback.step_{item(number)['state']}").set_value("link")
    test.run()
    for key in ("SHOP-9999", "SHOP-371"):
        next(one for one in test.text_input if one.key == f"feedback.link_{number}.key").set_value(key)
        press(test, f"feedback.link_{number}.send")
        assert ("There is no work item SHOP-9999." in page_html(test)) == (key == "SHOP-9999")
    assert "SHOP-371 直播专场订单单独排队" in page_html(test)


def department_user() -> Actor:
    reach = frozenset({"运营部 Operations"})
    return Actor.with_roles("mei", [Role.DEPARTMENT], departments=reach, person_id=7)


def test_a_department_says_what_is_wrong_without_naming_itself_and_confirms_what_was_fixed(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.data.real_actor", department_user)
    before = len(data.feedback().items)
    test = open_page("feedback")
    text_area(test, "feedback.new.text").set_value("发货标签打不出来")
    press(test, "feedback.new.send")
    items = data.feedback().items
    newest = items.sort_values("feedback_id").iloc[-1]
    assert len(items) == before + 1 and newest["department"] == "运营部 Operations"
    fixed = items[(items["state"] == "resolved") & items["text"].notna()]
    number = int(fixed.sort_values("received_at")["feedback_id"].iloc[-1])
    assert "Is it fixed?" in page_html(test)
    press(test, f"feedback.own_confirm_{number}.send")
    assert item(number)["state"] == "confirmed"


def test_a_lead_of_one_project_says_something_of_that_project(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = Actor.with_roles("li", [Role.LEAD], projects=frozenset({"SHOP"}), person_id=8)
    monkeypatch.setattr("pages.components.data.real_actor", lambda: lead)
    test = open_page("feedback")
    text_area(test, "feedback.new.text").set_value("label fails")
    press(test, "feedback.new.send")
    assert data.feedback().items.sort_values("feedback_id").iloc[-1]["project_key"] == "SHOP"


def test_a_leader_may_say_something_but_not_answer(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.LEADER))
    test = open_page("feedback")
    keys = [one.key for one in test.button]
    assert "feedback.new.send" in keys
    assert not any(str(key).startswith("feedback.answer") for key in keys)


def test_what_people_write_never_becomes_markup(empty_home: Path, open_page: OpenPage) -> None:
    beacon = "<img src=x> ![x](http://evil.test/a.png)"
    data.do(submit_feedback, kind="bug", text=beacon, department=beacon, submitted_by=beacon)
    test = open_page("feedback")
    assert "<img src=x" not in page_html(test)
    assert not any("evil.test" in one.value for one in test.markdown)
