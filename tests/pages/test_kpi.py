"""The KPI page: true sentences in every state, and forms whose entries show at once."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from actions.settings import save_settings
from core.actor import Role, local_admin
from core.config import load_config
from core.reader import Reader
from pages.components import data, entry_form, kpi_words
from pages.components.markup import plain
from store.db import open_store
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, page_html, page_text

EN = Reader("en", "Asia/Shanghai")


def field(test: AppTest, key: str) -> Any:
    """The widget of that key, of any kind."""
    return next(one for kind in ("text_input", "number_input", "selectbox", "checkbox", "date_input", "datetime_input")
                for one in test.get(kind) if one.key == key)  # fmt: skip


def press(test: AppTest, key: str) -> AppTest:
    next(one for one in test.button if one.key == key).click()
    test.run()
    assert not test.exception, [one.value for one in test.exception]
    return test


def task(test: AppTest, code: str) -> AppTest:
    next(one for one in test.get("button_group") if one.key == "kpi.task").set_value(code)
    return test.run()


def kpi_row(name: str = "KPI-1") -> dict[str, Any]:
    status = data.kpis().status
    return {str(k): v for k, v in status[status["external_id"] == name].to_dict("records")[0].items()}


def row(**changes: Any) -> dict[str, Any]:
    usual = {
        "name": "Order time", "dimension": "duration", "unit": "min", "direction": "down", "baseline": 7200.0,
        "target": 900.0, "target_due_at": pd.NaT, "current": 780.0, "measured_at": pd.Timestamp("2026-11-20T08:00Z"),
        "n_points": 12, "n_sample": 240, "lower": 660.0, "centre": 780.0, "upper": 870.0, "limits_state": "locked",
        "assurance": "consistently_met", "department": "Operations", "owner": "Chen", "signals": [],
    }  # fmt: skip
    return usual | changes


# ---------------------------------------------------------------- sentences


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "natural limits 11 min – 14.5 min, all on the good side of the target"),
        (
            {"assurance": "hit_and_miss"},
            "the target lies within the natural limits 11 min – 14.5 min: without another process it is not assured",
        ),
        (
            {"assurance": "consistently_missed", "limits_state": "trial", "n_points": 8},
            "natural limits 11 min – 14.5 min, all on the bad side of the target (on trial, 8 points)",
        ),
        ({"assurance": float("nan"), "target": float("nan")}, "natural limits 11 min – 14.5 min"),
        (
            {"assurance": "not_enough_points", "lower": None, "upper": None, "n_points": 4},
            "4 points in the present phase; natural limits from 6 points on",
        ),
        (
            {"assurance": "not_enough_points", "lower": None, "upper": None, "n_points": 0, "current": None},
            "never measured",
        ),
    ],
)
def test_the_limits_are_told_against_the_target(changes: dict[str, Any], expected: str) -> None:
    assert kpi_words.limits_sentence(EN, row(**changes)) == expected


@pytest.mark.parametrize(
    ("changes", "is_asked"),
    [
        ({}, False),
        ({"assurance": "hit_and_miss"}, False),
        ({"assurance": "not_enough_points"}, False),
        ({"assurance": "consistently_missed"}, True),
        ({"target": float("nan"), "assurance": float("nan")}, True),
        ({"baseline": None}, True),
    ],
)
def test_a_decision_waits_where_the_process_cannot_get_there_by_itself(changes: dict[str, Any], is_asked: bool) -> None:
    assert bool(kpi_words.decision(EN, row(**changes))) is is_asked


def test_nobody_is_told_that_a_process_which_gets_better_will_miss_its_target() -> None:
    """The limits lie on the bad side, but the last point signals the good one: they no longer say what comes next."""
    last, before = pd.Timestamp("2026-11-20T08:00Z"), pd.Timestamp("2026-11-13T08:00Z")
    signal = {"rule": "beyond_limit", "side": "below", "is_good": True, "first_at": last, "last_at": last, "n": 1}
    turning = row(assurance="consistently_missed", current=450.0, signals=[signal])
    assert "Find what did it" in kpi_words.decision(EN, turning)
    assert "getting better" in kpi_words.meaning(EN, turning)
    for other in (signal | {"is_good": False}, signal | {"last_at": before}):
        said = row(assurance="consistently_missed", signals=[other])
        assert "By itself it will not be met" in kpi_words.decision(EN, said)
        assert "only another process" in kpi_words.meaning(EN, said)
    assert not kpi_words.is_turning(row(signals=[signal]))


def test_the_answer_counts_each_assurance_once() -> None:
    rows = [
        row(),
        row(assurance="hit_and_miss"),
        row(assurance="not_enough_points"),
        row(assurance=float("nan"), target=None),
    ]
    assert (
        kpi_words.answer(EN, rows)
        == "4 KPIs: 1 consistently met, 1 hit and miss, 1 with too few points, 1 without a target"
    )
    assert kpi_words.answer(EN, rows[:1]) == "“Order time”: consistently met"
    assert kpi_words.answer(Reader("zh"), rows[:1]) == "“Order time”稳定达标"


def test_a_due_day_that_is_past_is_told_unless_the_target_is_met() -> None:
    due, now = pd.Timestamp("2026-11-10T16:00Z"), pd.Timestamp("2026-11-20T08:00Z").to_pydatetime()
    assert kpi_words.due(EN, row(target_due_at=due), now) == "due 11 Nov"
    assert kpi_words.due(EN, row(target_due_at=due, assurance="hit_and_miss"), now) == "was due 11 Nov"
    assert kpi_words.due(EN, row(), now) == ""


# ---------------------------------------------------------------- the page


def test_the_page_opens_with_its_answer(sample_home: Path, open_page: OpenPage) -> None:
    html = page_html(open_page("kpi"))
    assert "4 KPIs: 1 consistently met, 1 hit and miss, 1 consistently missed, 1 with too few points;" in html
    assert "1 decision waits for you." in html
    assert "baseline 2 h → target 15 min" in html and "natural limits" in html


def test_the_page_speaks_chinese(sample_home: Path, open_page: OpenPage) -> None:
    html = page_html(open_page("kpi", "zh"))
    assert "4 项指标：1 项稳定达标，1 项时好时坏，1 项持续未达标，1 项数据不足；" in html
    assert "1 个决定等您。" in html and "基线 2 小时 → 目标 15 分钟" in html


def test_a_link_opens_the_evidence_of_its_kpi(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row("KPI-2")
    test = open_page("kpi", query={"kpi": str(kpi["kpi_id"])})
    chosen = next(one for one in test.selectbox if one.key == "kpi.chosen")
    assert chosen.value == kpi["kpi_id"]
    assert f"progress {EN.percent(kpi['progress'])}" in page_html(test)


def test_an_empty_store_says_what_to_do_and_takes_the_first_kpi(empty_home: Path, open_page: OpenPage) -> None:
    test = open_page("kpi")
    assert "No KPI is agreed yet." in page_html(test)
    field(test, "kpi.define.name").set_value("订单处理时长")
    field(test, "kpi.define.unit").set_value("min")
    field(test, "kpi.define.baseline").set_value("2h")
    field(test, "kpi.define.target").set_value("15min")
    press(test, "kpi.define.send")
    html = page_html(test)
    assert "“订单处理时长”: not enough points" in html and "never measured" in html
    assert "baseline 2 h → target 15 min" in html and "n/a" in html
    assert [one.value for one in test.toast] == [plain("Defined: 订单处理时长")]


def test_a_kpi_whose_baseline_does_not_fit_is_refused_whole_and_the_input_stays(
    empty_home: Path, open_page: OpenPage
) -> None:
    test = open_page("kpi")
    field(test, "kpi.define.name").set_value("Accuracy")
    field(test, "kpi.define.unit").set_value("%")
    field(test, "kpi.define.baseline").set_value("2h")
    press(test, "kpi.define.send")
    assert "“2h” is a duration, where this KPI is a percentage." in page_html(test)
    assert field(test, "kpi.define.name").value == "Accuracy"
    assert data.kpis().status.empty


def test_a_measurement_as_people_write_it_shows_at_once(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row()
    test = open_page("kpi")
    next(one for one in test.selectbox if one.key == "kpi.chosen").set_value(int(kpi["kpi_id"])).run()
    field(test, "kpi.measure.value").set_value("12分钟")
    press(test, "kpi.measure.send")
    assert "12 min" in page_html(test)
    assert kpi_row()["current"] == 720.0
    assert field(test, "kpi.measure.value.1").value == ""


def test_a_measurement_that_is_no_quantity_is_refused_and_kept(sample_home: Path, open_page: OpenPage) -> None:
    test = open_page("kpi", "zh")
    field(test, "kpi.measure.value").set_value("很快")
    press(test, "kpi.measure.send")
    assert "无法识别“很快”的数值。" in page_html(test)
    assert field(test, "kpi.measure.value").value == "很快"


def test_a_time_that_the_clocks_leapt_over_is_refused_as_in_sheets(sample_home: Path, open_page: OpenPage) -> None:
    save_settings(open_store(load_config()), local_admin(), changes={"zone": "Europe/Berlin"})
    test, leapt = open_page("kpi", "zh"), datetime.fromisoformat("2026-03-29 02:30")
    for form in ("measure", "phase"):
        task(test, form)
        field(test, f"kpi.{form}.at").set_value(leapt)
        press(test, f"kpi.{form}.send")
        assert "该时间不存在：项目时区的时钟在此时拨快而跳过了它。" in page_html(test)
    assert field(test, "kpi.phase.at").value == leapt
    after = entry_form.instant(leapt.replace(hour=3), Reader("en", "Europe/Berlin"))
    assert after == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


def test_a_correction_supersedes_and_says_why(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row()
    test = task(open_page("kpi"), "correct")
    next(one for one in test.selectbox if one.key == "kpi.chosen").set_value(int(kpi["kpi_id"])).run()
    field(test, "kpi.correct.value").set_value("14min")
    press(test, "kpi.correct.send")
    assert "“Why it is corrected” must not be empty." in page_html(test)
    field(test, "kpi.correct.remark").set_value("typed wrong")
    press(test, "kpi.correct.send")
    assert kpi_row()["current"] == 840.0 and "typed wrong" in page_html(test)


def test_a_new_target_needs_its_reason_and_changes_the_verdict(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row("KPI-3")
    test = task(open_page("kpi"), "target")
    next(one for one in test.selectbox if one.key == "kpi.chosen").set_value(int(kpi["kpi_id"])).run()
    field(test, "kpi.target.value").set_value("￥18")
    press(test, "kpi.target.send")
    assert "“Reason” must not be empty." in page_html(test)
    field(test, "kpi.target.reason").set_value("contract annex 3")
    press(test, "kpi.target.send")
    html = page_html(test)
    assert "decision waits" not in html and "contract annex 3" in html and "Target, superseded" in html


def test_a_phase_begins_and_the_limits_begin_anew(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row()
    test = task(open_page("kpi"), "phase")
    next(one for one in test.selectbox if one.key == "kpi.chosen").set_value(int(kpi["kpi_id"])).run()
    field(test, "kpi.phase.reason").set_value("new picking line")
    press(test, "kpi.phase.send")
    assert kpi_row()["limits_state"] == "none" and kpi_row()["assurance"] == "not_enough_points"
    assert "0 points in the present phase" in page_html(test)


def test_what_is_said_about_a_kpi_is_corrected_and_its_values_stay(sample_home: Path, open_page: OpenPage) -> None:
    kpi = kpi_row()
    number = int(kpi["kpi_id"])
    test = task(open_page("kpi"), "revise")
    next(one for one in test.selectbox if one.key == "kpi.chosen").set_value(number).run()
    press(test, f"kpi.revise_{number}.send")
    assert "Nothing about this KPI would change." in page_html(test)
    field(test, f"kpi.revise_{number}.owner").set_value("李雷")
    press(test, f"kpi.revise_{number}.send")
    after = kpi_row()
    assert after["owner"] == "李雷" and after["name"] == kpi["name"] and after["current"] == kpi["current"]


def test_who_may_not_maintain_kpis_gets_no_forms(
    sample_home: Path, open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.LEADER))
    test = open_page("kpi")
    assert [one.key for one in test.text_input if one.key.startswith("kpi.")] == []


def test_a_direction_that_its_numbers_contradict_is_refused_before_anything_is_kept(
    empty_home: Path, open_page: OpenPage
) -> None:
    test = open_page("kpi")
    for name, value in (
        ("name", "Speed"),
        ("unit", "min"),
        ("baseline", "2h"),
        ("target", "15min"),
        ("direction", "up"),
    ):
        field(test, f"kpi.define.{name}").set_value(value)
    press(test, "kpi.define.send")
    assert "Direction, baseline and target contradict each other." in page_text(test)
    assert data.kpis().status.empty
