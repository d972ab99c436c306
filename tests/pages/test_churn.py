"""The churn page: detected changes and who answered for them; requests recorded, signed, revised; waivers given and taken back."""

import re
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from actions.settings import save_source_settings
from core.actor import Actor, Role
from core.reader import Reader
from pages.components import data
from pages.components.churn_view import Churn, answer
from tests.pages.conftest import OpenPage, headline_of, page_html, page_text

BOARD = "1.Intake 接入组"


def nobody(test: AppTest) -> int:
    """How many changes nobody approved, as the headline says."""
    found = re.search(r"(\d+) of them nobody approved", headline_of(test))
    return int(found[1]) if found else 0


def requests_view(open_page: OpenPage, number: str = "CR-26") -> AppTest:
    return open_page("churn", query={"team": BOARD, "request": number})


def test_the_answer_counts_what_nobody_approved(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", query={"team": BOARD})
    board = next(one for one in data.boards() if one.board_id == "Intake 接入组")
    states = data.churn(board, 12).states
    assert headline_of(test) == (
        f"In the last 12 sprints on record {states['detected']} changes came after the start; "
        f"{states['unapproved']} of them nobody approved."
    )
    assert nobody(test) > 0


@pytest.mark.parametrize(
    ("detected", "unapproved", "english", "chinese"),
    [
        (59, 0, "59 changes came after the start; every one was approved.", "共发生 59 项变更， 全部已获批准。"),
        (
            59,
            7,
            "59 changes came after the start; 7 of them nobody approved.",
            "共发生 59 项变更， 其中 7 项无人审批。",
        ),
        (59, 59, "59 changes came after the start; none of them was approved.", "共发生 59 项变更， 全部无人审批。"),
        (1, 1, "1 change came after the start; nobody approved it.", "共发生 1 项变更， 无人审批。"),
        (1, 0, "1 change came after the start; it was approved.", "共发生 1 项变更， 已获批准。"),
    ],
)
def test_none_some_and_all_are_said_as_people_say_it(
    detected: int, unapproved: int, english: str, chinese: str
) -> None:
    figures = SimpleNamespace(
        states={"detected": detected, "unapproved": unapproved},
        sprints=pd.DataFrame({"unit": ["count"], "committed": [3]}),
    )
    shown = Churn(figures, "counts", figures.sprints, 0, None)
    for lang, said in (("en", english), ("zh", chinese)):
        assert " ".join(re.sub("<[^>]+>", "", str(one)) for one in answer(Reader(lang), shown)).endswith(said)


def test_a_type_that_is_no_requirement_leaves_the_volatility_and_nothing_else(
    sample_home: Path, open_page: OpenPage
) -> None:
    board = next(one for one in data.boards() if one.board_id == "Intake 接入组")
    before = data.churn(board, 12)
    of_it = before.requirements
    touched = of_it["added"] + of_it["removed"] + of_it["changed"]
    assert of_it["volatility"] == touched / of_it["in_scope"] > 0
    said = Reader().percent(of_it["volatility"])
    html = page_html(open_page("churn", query={"team": BOARD}))
    assert f"requirement volatility {said} (n = {of_it['in_scope']} committed as their sprints started)" in html
    data.do(save_source_settings, source_id=board.source_id, type_mapping={"Story": "chore"})
    after = data.churn(board, 12)
    assert after.requirements["in_scope"] < of_it["in_scope"]
    assert after.states == before.states


def test_in_chinese_nothing_is_left_in_english(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", "zh", {"team": BOARD})
    assert headline_of(test).startswith("有记录的最近 12 个冲刺启动后共发生")
    for words in ("Gross", "signed", "nobody", "Show as table", "points"):
        assert words not in page_text(test), words


def test_the_list_is_cut_by_sprint_kind_and_state(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", query={"team": BOARD})
    test.selectbox(key="churn.sprint").set_value("Intake Sprint 11").run()
    whole = page_html(test).count('data-label="Request or waiver"')
    test.selectbox(key="churn.kind").set_value("added").run()
    test.selectbox(key="churn.state").set_value("open").run()
    part = page_html(test).count('data-label="Request or waiver"')
    assert (whole, part) == (8, 2)
    test.selectbox(key="churn.kind").set_value("removed").run()
    assert "no change fits this choice" in page_html(test)


def test_no_change_is_left_out_for_good(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", query={"team": BOARD})
    detected = int(re.findall(r"on record (\d+) ", headline_of(test))[0])
    assert page_html(test).count('data-label="Request or waiver"') == 30
    test.button(key="churn.more").click().run()
    assert page_html(test).count('data-label="Request or waiver"') == detected


def test_counts_are_drawn_as_well_as_points(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", query={"team": BOARD})
    test.get("button_group")[0].set_value(["counts"]).run()
    assert not test.exception
    assert "share of committed items, an item counted once" in page_html(test)


def test_waiving_takes_a_change_off_the_unapproved_and_revoking_brings_it_back(
    sample_home: Path, open_page: OpenPage
) -> None:
    test = open_page("churn", query={"team": BOARD})
    before = nobody(test)
    change = (1, "Intake Sprint 11", "SHOP-380", "added")
    test.selectbox(key="churn.waived").set_value(change).run()
    test.text_input(key="churn.waive.reason").set_value("a defect, fixed at once")
    test.button(key="churn.waive.send").click().run()
    assert not test.exception
    assert nobody(test) == before - 1
    assert "“a defect, fixed at once”, local:" in page_html(test)
    test = open_page("churn", query={"team": BOARD})
    assert nobody(test) == before - 1
    test.selectbox(key="churn.waived").set_value(change).run()
    test.text_input(key="churn.waive.reason").set_value("it was no defect")
    test.button(key="churn.waive.send").click().run()
    assert nobody(test) == before


def test_a_waiver_without_reason_is_refused(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("churn", "zh", {"team": BOARD})
    test.selectbox(key="churn.waived").set_value((1, "Intake Sprint 11", "SHOP-380", "added")).run()
    test.button(key="churn.waive.send").click().run()
    assert 'role="alert"' in page_html(test)


def test_a_request_is_recorded_signed_and_its_signature_voided_by_a_revision(
    sample_home: Path, open_page: OpenPage
) -> None:
    before = nobody(open_page("churn", query={"team": BOARD}))
    test = requests_view(open_page)
    for name, value in (("title", "Queue count"), ("by", "陈静")):
        test.text_input(key=f"churn.record.{name}").set_value(value)
    test.selectbox(key="churn.record.department").set_value("财务部 Finance")
    test.text_area(key="churn.record.reason").set_value("the list and the headline differ")
    test.number_input(key="churn.record.points").set_value(1.0)
    test.multiselect(key="churn.record.covers").set_value([(1, "Intake Sprint 11", "SHOP-380", "added")])
    test.button(key="churn.record.send").click().run()
    assert not test.exception
    number = "CR-28"
    assert number in page_html(test)
    test = requests_view(open_page, number)
    assert "SHOP-380 Queue count differs between list and headline (added to the sprint)" in page_html(test)
    assert nobody(test) == before  # evaluated, not yet signed
    test.text_input(key=f"churn.sign.{number}.1.signer").set_value("王芳")
    test.button(key=f"churn.sign.{number}.1.send").click().run()
    assert "“Decision” must not be empty." in page_html(test) and "approved, rejected" not in page_html(test)
    test.radio(key=f"churn.sign.{number}.1.decision").set_value("approved")
    test.button(key=f"churn.sign.{number}.1.send").click().run()
    assert not test.exception
    assert nobody(test) == before - 1
    assert "approved by 王芳" in page_html(test)
    test.text_area(key=f"churn.revise.{number}.1.impact").set_value("two days more")
    test.button(key=f"churn.revise.{number}.1.send").click().run()
    assert not test.exception
    assert nobody(test) == before
    assert "void, the content was changed since: approved by 王芳" in page_html(test)
    assert "signature void: changed after it was signed" in page_html(test)


def test_nobody_signs_what_they_recorded(sample_home: Path, open_page: OpenPage) -> None:
    test = requests_view(open_page)
    test.radio(key="churn.sign.CR-26.1.decision").set_value("approved")
    test.text_input(key="churn.sign.CR-26.1.signer").set_value("韩梅梅")
    test.button(key="churn.sign.CR-26.1.send").click().run()
    assert "recorded CR-26 and cannot sign it" in page_html(test)
    assert test.text_input(key="churn.sign.CR-26.1.signer").value == "韩梅梅"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_without_history_changes_are_not_known_and_nothing_is_nought(
    home_without_history: Path, open_page: OpenPage, lang: str
) -> None:
    test = open_page("churn", lang)
    answer = {
        "en": "Whether requirements changed after the start of a sprint is not known.",
        "zh": "冲刺启动后需求是否变更，目前无从得知。",
    }
    assert headline_of(test) == answer[lang]
    numbers = re.findall(r'<td class="fn-n"[^>]*><span>(.*?)</span>', page_html(test))
    assert numbers and set(numbers) == {Reader(lang).number(None)}


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_an_empty_store_says_what_to_do_next(empty_home: Path, open_page: OpenPage, lang: str) -> None:
    test = open_page("churn", lang)
    assert headline_of(test) == Reader(lang).t("Nothing has come in yet.")
    assert page_html(test).count("<li>") == 3


def test_whoever_is_signed_in_signs_by_their_own_name(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    leader = Actor.with_roles("lin", [Role.LEADER], projects=None, departments=None, person_id=9)
    monkeypatch.setattr("pages.components.data.real_actor", lambda: leader)
    test = requests_view(open_page)
    assert not [one for one in test.text_input if str(one.key).endswith(".signer")]
    test.radio(key="churn.sign.CR-26.1.decision").set_value("approved")
    test.button(key="churn.sign.CR-26.1.send").click().run()
    assert data.table("signatures").iloc[-1]["signed_by"] == "lin"
