"""The demo page: its sentence is true, its forms change what it shows, and what is not known is never a nought."""

import re
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from core.reader import Reader
from pages.components import data, sprint_words
from pages.components.demo_words import unapproved
from tests.pages.conftest import OpenPage, headline_of, page_html, page_text

EN, ZH = Reader("en", "Asia/Shanghai"), Reader("zh", "Asia/Shanghai")
CLOSED = {"sprint": "Intake Sprint 11"}


def field(test: AppTest, kind: str, ending: str) -> Any:
    """The widget of a kind whose key ends like this."""
    return next(one for one in test.get(kind) if str(one.key).endswith(ending))


def sends(test: AppTest, beginning: str) -> Any:
    """The button that sends the form whose key begins like this."""
    return next(one for one in test.button if str(one.key).startswith(beginning))


def test_the_answer_is_true_where_added_items_were_completed_too(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query=CLOSED)
    figures = data.sprint(1, "Intake Sprint 11").totals["points"]
    answer = headline_of(test)
    assert answer.startswith(
        f"Intake Sprint 11 delivered {figures['completed']} points against {figures['committed']} committed at its start."
    )
    assert f"{figures['added']} came in after the start;" in answer
    assert " of those nobody approved." in answer


def test_of_is_said_only_where_all_that_was_completed_had_been_committed(sample_home: Path) -> None:
    told = {True: 0, False: 0}
    for row in data.sprints().to_dict("records"):
        figures = data.sprint(int(row["source_id"]), row["sprint_id"])
        sentence = sprint_words.delivered(EN, figures, "counts")
        done = figures.items[(figures.items["outcome"] == "completed")]
        all_committed = bool((done["bucket"] == "committed").all())
        told[all_committed] += 1
        assert (" against " in sentence) != all_committed, sentence
        assert str(figures.totals["counts"]["completed"]) in sentence
    assert told[False] > 0


def test_in_chinese_nothing_is_left_in_english(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", "zh", CLOSED)
    assert headline_of(test).startswith("Intake Sprint 11 交付 31 点，启动时承诺 30 点。启动后新增 6 点，其中")
    for words in ("Verdict", "committed", "points", "Goal “", "Against", "Show as table"):
        assert words not in page_text(test), words
    labels = [one.label for kind in ("radio", "text_area", "text_input", "selectbox") for one in test.get(kind)]
    assert labels and not [label for label in labels if re.search(r"[A-Za-z]", label)]


def test_the_waterfall_balances_before_the_eyes_and_counts_are_a_click_away(
    sample_home: Path, open_page: OpenPage
) -> None:
    test = open_page("demo", query=CLOSED)
    assert "30 + 6 + 0 + 0 − 2 = 31 + 3 ✓ balances" in page_html(test)
    next(one for one in test.get("button_group") if str(one.key).startswith("demo.unit")).set_value(["counts"]).run()
    assert not test.exception
    assert "13 + 3 + 0 + 0 − 1 = 14 + 1 ✓ balances" in page_html(test)
    assert "delivered 14 items against 13 committed" in headline_of(test)


def test_the_list_can_be_cut_to_one_bar(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query=CLOSED)
    assert page_html(test).count('data-label="Item"') == 16
    test.selectbox(key="demo.list").set_value("added").run()
    assert page_html(test).count('data-label="Item"') == 3


def test_the_address_keeps_the_choice_and_a_day_replays_the_sprint(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query={"sprint": "Intake Sprint 11", "at": "2026-10-29"})
    assert headline_of(test).startswith("At the end of 29 Oct, Intake Sprint 11 had 0 of 30 points done.")
    assert test.query_params["sprint"] == "Intake Sprint 11"
    test.selectbox(key="sprints.sprint").set_value("Intake Sprint 10").run()
    assert test.query_params["sprint"] == "Intake Sprint 10"
    assert "at" not in test.query_params
    assert "Intake Sprint 10 delivered" in headline_of(test)


def test_a_verdict_changes_the_list_at_once_and_survives(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query=CLOSED)
    assert "16 · verdicts given 14" in page_html(test)
    item = test.selectbox(key="demo.item.1.Intake Sprint 11").value
    field(test, "radio", f"{item}.verdict").set_value("accepted_with_changes")
    field(test, "text_area", f"{item}.remark").set_value("**not bold** <b>neither</b>")
    field(test, "text_input", f"{item}.by").set_value("王芳")
    sends(test, "demo.verdict").click().run()
    assert not test.exception
    assert "16 · verdicts given 15" in page_html(test)
    assert "“**not bold** &lt;b&gt;neither&lt;/b&gt;”, 王芳" in page_html(test)
    assert "16 · verdicts given 15" in page_html(open_page("demo", query=CLOSED))


def test_a_verdict_that_was_not_chosen_is_refused_in_words_and_keeps_the_remark(
    sample_home: Path, open_page: OpenPage
) -> None:
    test = open_page("demo", "zh", CLOSED)
    item = test.selectbox(key="demo.item.1.Intake Sprint 11").value
    field(test, "text_area", f"{item}.remark").set_value("先不定")
    sends(test, "demo.verdict").click().run()
    assert 'role="alert"' in page_html(test)
    assert field(test, "text_area", f"{item}.remark").value == "先不定"


def test_the_goal_verdict_is_superseded_by_a_later_one(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("demo", query=CLOSED)
    assert "Goal “Exceptions are handled in one place”: " in page_html(test).replace(
        '<span class="fn-t-completed">', ""
    )
    field(test, "radio", "Intake Sprint 11.verdict").set_value("missed")
    sends(test, "demo.goal").click().run()
    assert not test.exception
    assert '<span class="fn-t-not_completed">missed</span>' in page_html(test)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_backlog_without_history_says_what_is_not_known_and_why(
    home_without_history: Path, open_page: OpenPage, lang: str
) -> None:
    test = open_page("demo", lang)
    reader = {"en": EN, "zh": ZH}[lang]
    amount, unknown = reader.tn("{n} point", "{n} points", 5), reader.number(None)
    sentence = "{sprint} delivered {all}. How much was committed is not recorded."
    assert headline_of(test) == reader.t(sentence, sprint="Sprint 1", all=amount)
    page = page_html(test)
    table = page[page.index("fn-as-table") :]
    cells = re.findall(r'<td class="fn-n"[^>]*><span>(.*?)</span>', table)[:14]
    assert cells == [unknown] * 10 + ["5", "1", "3", "1"]
    assert reader.t("Added at") in page  # the finding names the column that would tell


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_store_says_what_to_do_next(empty_home: Path, open_page: OpenPage, lang: str) -> None:
    test = open_page("demo", lang)
    assert headline_of(test) == Reader(lang).t("Nothing has come in yet.")
    assert page_html(test).count("<li>") == 3
    assert not test.get("plotly_chart")


def test_a_link_that_names_a_sprint_alone_opens_that_teams_sprint(sample_home: Path, open_page: OpenPage) -> None:
    for sprint in ("履约 Sprint 9", "Intake Sprint 9"):
        assert headline_of(open_page("demo", query={"sprint": sprint})).startswith(sprint)


@pytest.mark.parametrize(
    ("changes", "nobody", "english", "chinese"),
    [
        (5, 2, "nobody approved 2 of all its changes", "全部变更中有 2 项无人审批"),
        (5, 5, "nobody approved any of its 5 changes", "全部 5 项变更均无人审批"),
        (1, 1, "nobody approved its one change", "唯一一项变更无人审批"),
    ],
)
def test_some_and_all_changes_are_said_as_people_say_it(changes: int, nobody: int, english: str, chinese: str) -> None:
    assert unapproved(EN, changes, nobody) == english
    assert unapproved(ZH, changes, nobody) == chinese
