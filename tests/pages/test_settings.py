"""The settings page: what is chosen is kept, refused with words, and the figures follow."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from actions.settings import Day
from actions.sheet_reading import read_file
from core.actor import Role
from core.errors import Invalid
from core.reader import Reader
from core.wording_actions import POLICY
from pages.components import data
from pages.components.navigation import page_files, visible
from pages.components.settings_words import POLICY_MEANING, calendar_name, days_of_sheet, days_of_text
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, page_html


def widget(test: AppTest, key: str) -> Any:
    kinds = ("selectbox", "text_area", "text_input", "number_input", "time_input", "radio", "checkbox", "button")
    return next(one for kind in kinds for one in test.get(kind) if one.key == key)


def press(test: AppTest, key: str) -> AppTest:
    widget(test, key).click()
    test.run()
    assert not test.exception, [one.value for one in test.exception]
    return test


# ---------------------------------------------------------------- days of a calendar


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2027-01-01 off New Year", Day(date(2027, 1, 1), False, "New Year")),
        ("2027-02-07 班 春节调休", Day(date(2027, 2, 7), True, "春节调休")),
        ("2027年10月1日，休，国庆节", Day(date(2027, 10, 1), False, "国庆节")),
        ("2027/5/1\twork\tLabour Day, worked", Day(date(2027, 5, 1), True, "Labour Day, worked")),
    ],
)
def test_days_are_read_as_people_write_them(line: str, expected: Day) -> None:
    assert days_of_text(f"\n{line}\n") == [expected]


@pytest.mark.parametrize("line", ["2027-02-30 off Nothing", "1 January off New Year", "2027-01-01 maybe New Year", "x"])
def test_a_line_that_is_no_day_is_refused_by_number(line: str) -> None:
    with pytest.raises(Invalid, match="Line 2"):
        days_of_text(f"2027-01-01 off New Year\n{line}")


def test_days_come_from_a_sheet_with_a_header() -> None:
    content = "日期,安排,名称\n2027-01-01,休,元旦\n2027-02-07,班,春节调休\n".encode("gb18030")
    found = days_of_sheet(read_file(content, "holidays.csv").sheets[0])
    assert found == [Day(date(2027, 1, 1), False, "元旦"), Day(date(2027, 2, 7), True, "春节调休")]


def test_calendars_and_policies_have_words_in_both_languages() -> None:
    assert calendar_name(Reader("en"), "DE") == "Germany (DE)" and calendar_name(Reader("zh"), "DE") == "德国 (DE)"
    assert calendar_name(Reader("zh"), "CN") == "中国（含调休）" and calendar_name(Reader("en"), "plant") == "plant"
    assert set(POLICY_MEANING) == set(POLICY)


# ---------------------------------------------------------------- the page


def test_the_page_opens_with_its_answer(sample_home: Path, open_page: OpenPage) -> None:
    english, chinese = page_html(open_page("settings")), page_html(open_page("settings", "zh"))
    assert "Times are those of Asia/Shanghai; work is 09:00 to 18:00" in english
    assert "sample is counted as Jira Cloud counts" in english
    assert "工作时间 09:00–18:00，工作日历：中国（含调休）。" in chinese


def test_the_house_is_changed_and_the_page_says_so_at_once(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    widget(test, "settings.house.zone").set_value("Europe/Berlin")
    widget(test, "settings.house.calendar").set_value("DE")
    widget(test, "settings.house.hours").set_value(7.5)
    press(test, "settings.house.send")
    assert "Times are those of Europe/Berlin; work is 09:00 to 18:00, by the calendar: Germany (DE)." in page_html(test)
    assert data.settings().hours_per_day == 7.5 and data.settings().language == "en"


def test_work_that_ends_when_it_begins_is_refused(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    widget(test, "settings.house.ends").set_value(widget(test, "settings.house.starts").value)
    press(test, "settings.house.send")
    assert "fn-failed" in page_html(test) and data.settings().work_ends == "18:00"


def test_a_department_gets_its_own_calendar(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    widget(test, "settings.house.calendar_0").set_value("DE")
    press(test, "settings.house.send")
    assert [code for _, code in data.settings().department_calendars] == ["DE"]


def test_another_policy_derives_the_figures_anew(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    source_id = int(data.table("sources")["source_id"].iloc[0])
    key = f"settings.source_{source_id}"
    widget(test, f"{key}.policy").set_value("plan-cn")
    press(test, f"{key}.send")
    assert "sample is counted completion against plan" in page_html(test)
    assert set(data.trend(data.boards()[0])["policy"]) == {"plan-cn"}


def test_a_type_and_a_status_are_mapped_anew(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    source_id = int(data.table("sources")["source_id"].iloc[0])
    key = f"settings.source_{source_id}"
    first = next(one for one in test.selectbox if one.key == f"{key}.type_0")
    assert first.value == "requirement"
    first.set_value("chore")
    press(test, f"{key}.send")
    kinds = data.table("types").set_index("type")["kind"]
    assert kinds["Story"] == "chore" and kinds["Bug"] == "bug"


def test_holidays_come_in_and_a_bad_line_keeps_all_out(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("settings")
    widget(test, "settings.holidays.text").set_value("2031-01-01 off New Year\n2031-13-01 off x")
    press(test, "settings.holidays.send")
    assert "Line 2" in page_html(test) and data.table("holidays").empty
    widget(test, "settings.holidays.text").set_value("2031-01-01 off New Year\n2031-02-08 班 春节调休")
    press(test, "settings.holidays.send")
    assert len(data.table("holidays")) == 2 and "Imported so far: CN: 2" in page_html(test)


def test_the_sample_leaves_and_comes_back_only_when_asked(sample_home: Path, open_page: OpenPage) -> None:
    test = press(open_page("settings"), "settings.leave_sample")
    assert not data.workspace().is_sample and data.workspace().is_empty
    press(test, "data.sample")
    assert data.workspace().is_sample


def test_only_an_admin_finds_the_page(sample_home: Path) -> None:
    addresses = {page.address for page in visible(page_files(), lambda name: name != "manage_settings")}
    assert "settings" not in addresses and "data" in addresses
    assert "manage_settings" not in {str(one) for one in actor_of(Role.LEAD).roles}
