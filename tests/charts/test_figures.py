"""What each chart draws, said and measured: values, labels, gaps, languages, and text from data that stays text."""

import math
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from charts.axis import day_ticks, round_step, short_number, ticks
from charts.churn import churn_bars, split_names, split_numbers
from charts.feedback import feedback_volume, score_trend
from charts.figure import Chart, key_list, plain, signed, template, wrap_label
from charts.kpi import kpi_chart, phase_places, stagger
from charts.ledger import STEPS, balance_line, is_balanced, waterfall
from charts.limits import Limits, Phase
from charts.palette import DARK, LIGHT
from core.reader import Reader

EN, ZH = Reader("en", "Asia/Shanghai"), Reader("zh", "Asia/Shanghai")
TOTALS: dict[str, float | None] = {
    "committed": 34.0,
    "added": 6.0,
    "carried": 2.0,
    "re_estimated": -3.0,
    "removed": 5.0,
    "completed": 31.0,
    "not_completed": 3.0,
}
NO_HISTORY: dict[str, float | None] = dict.fromkeys(STEPS[:5]) | {"completed": 21.0, "not_completed": 8.0}


def texts(chart: Chart) -> list[str]:
    """Every word drawn on the chart: numbers above bars, then annotations."""
    above = [
        text for trace in chart.figure.data if trace.type == "scatter" and trace.mode == "text" for text in trace.text
    ]
    return above + [note.text for note in chart.figure.layout.annotations]


# ---------------------------------------------------------------- ledger


def test_the_waterfall_sums_from_committed_to_what_became_of_it() -> None:
    bars = waterfall(TOTALS, reader=EN, palette=LIGHT).figure.data[0]
    assert list(bars.customdata) == list(STEPS)
    assert list(bars.base) == [0, 34, 40, 39, 34, 3, 0]
    assert list(bars.y) == [34, 6, 2, 3, 5, 31, 3]
    assert bars.base[4] == bars.base[5] + bars.y[5] == 34  # what is left after removed is completed + not completed


def test_every_bar_carries_its_number_with_sign() -> None:
    assert texts(waterfall(TOTALS, reader=EN, palette=LIGHT)) == [
        f"<b>{label}</b>" for label in ("34", "+6", "+2", "−3", "−5", "31", "3")
    ]


def test_an_unknown_bucket_is_not_zero() -> None:
    chart = waterfall(NO_HISTORY, reader=EN, palette=LIGHT, unit="points")
    assert texts(chart)[:5] == ["n/a"] * 5
    assert "added n/a" in chart.alt
    assert is_balanced(NO_HISTORY) is None
    assert "not known" in balance_line(NO_HISTORY, EN)


def test_a_measured_nought_is_drawn_as_nought() -> None:
    assert texts(waterfall(TOTALS | {"carried": 0.0}, reader=EN, palette=LIGHT))[2] == "<b>0</b>"


def test_the_balance_reads_as_an_equation() -> None:
    assert balance_line(TOTALS, EN) == "34 + 6 + 2 − 3 − 5 = 31 + 3"
    assert is_balanced(TOTALS) is True
    assert is_balanced(TOTALS | {"completed": 30.0}) is False


def test_hover_lists_the_item_keys_as_plain_text() -> None:
    keys = {"added": ["ORD-1", "<a href='http://evil'>ORD-2</a>"]}
    hover = waterfall(TOTALS, reader=EN, palette=LIGHT, keys=keys, unit="points").figure.data[0].hovertext[1]
    assert "ORD-1" in hover and "+6 points" in hover
    assert "<a" not in hover and "&lt;a" in hover


def test_the_waterfall_speaks_chinese() -> None:
    chart = waterfall(TOTALS, reader=ZH, palette=DARK, unit="点")
    assert chart.figure.layout.xaxis.ticktext[0] == "承诺"
    assert "未完成 3" in chart.alt


def test_on_a_phone_no_name_under_a_bar_is_turned_and_neighbours_stand_in_two_lines() -> None:
    axis = waterfall(TOTALS, reader=EN, palette=LIGHT, narrow=True).figure.layout.xaxis
    assert axis.tickangle == 0
    assert list(axis.ticktext[:3]) == ["committed", "<br>added", "carried"]


# ---------------------------------------------------------------- churn


def sprints() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sprint_id": ["1", "2", "3"],
            "name": ["Desk Sprint 1", "Desk Sprint 2", "Desk Sprint 3"],
            "committed": [20.0, 0.0, 10.0],
            "added": [4.0, 3.0, float("nan")],
            "removed": [2.0, 0.0, float("nan")],
            "churn_gross": [0.35, float("nan"), float("nan")],
        }
    )


def test_churn_parts_stack_to_gross_churn() -> None:
    chart = churn_bars(sprints(), reader=EN, palette=LIGHT)
    parts = [trace.y[0] for trace in chart.figure.data[:3]]
    assert parts == pytest.approx([0.2, 0.1, 0.05])
    assert sum(parts) == pytest.approx(0.35)
    assert chart.figure.layout.barmode == "stack"
    assert list(chart.figure.data[0].customdata) == ["1", "2", "3"]


def test_nothing_committed_and_nothing_known_read_as_not_known() -> None:
    chart = churn_bars(sprints(), reader=EN, palette=LIGHT)
    assert [trace.y[1] for trace in chart.figure.data[:3]] == [None, None, None]
    assert texts(chart)[:3] == ["35 %", "n/a", "n/a"]


def test_a_sprint_beyond_the_limit_says_so_with_a_shape() -> None:
    chart = churn_bars(sprints(), reader=EN, palette=LIGHT, limits=Limits(0.05, 0.15, 0.3))
    assert "<b>▲ 35 %</b>" in texts(chart)
    assert any("upper limit" in text for text in texts(chart))
    assert "natural upper limit is 30 %" in chart.alt


def test_on_a_phone_many_bars_name_the_highest_only() -> None:
    many = pd.concat([sprints().iloc[:1]] * 8, ignore_index=True)
    many.loc[2, ["added", "churn_gross"]] = [10.0, 0.65]
    narrow = churn_bars(many, reader=EN, palette=LIGHT, narrow=True)
    assert texts(narrow)[:8] == ["", "", "65 %", "", "", "", "", ""]
    assert texts(churn_bars(many, reader=EN, palette=LIGHT))[:8].count("35 %") == 7


def test_no_sprint_at_all_is_an_empty_chart_that_says_so() -> None:
    chart = churn_bars(sprints().iloc[:0], reader=ZH, palette=LIGHT)
    assert chart.alt == "各冲刺的变更率：尚无数据。"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Desk Sprint 1", "Desk Sprint 2"], ("Desk Sprint", ["1", "2"])),
        (["迭代1", "迭代2"], ("", ["迭代1", "迭代2"])),
        (["S 1", "S 1"], ("S", ["1", "1"])),
        (["Sprint", "Sprint 2"], ("", ["Sprint", "Sprint 2"])),
        (["Only one"], ("", ["Only one"])),
        ([], ("", [])),
    ],
)
def test_shared_words_of_names_go_under_the_axis(names: list[str], expected: tuple[str, list[str]]) -> None:
    assert split_names(names) == expected


def test_names_that_differ_by_their_number_alone_fit_on_a_phone() -> None:
    assert split_numbers(["第9迭代", "第10迭代"]) == ("第…迭代", ["9", "10"])
    for names in (["第1迭代", "第2冲刺"], ["第1迭代", "收尾"], ["第1迭代"]):
        assert split_numbers(names) == ("", names)


def test_figures_in_counts_are_refused_since_an_item_can_be_in_two_parts() -> None:
    counted = sprints().assign(added=5.0, removed=5.0, churn_gross=0.3)
    with pytest.raises(ValueError, match="in points"):
        churn_bars(counted, reader=EN, palette=LIGHT)


# ---------------------------------------------------------------- KPI


def measurements() -> pd.DataFrame:
    first = datetime(2026, 3, 1, 23, tzinfo=UTC)
    return pd.DataFrame(
        {
            "at": [first + timedelta(days=14 * i) for i in range(4)],
            "value": [7200.0, float("nan"), 1800.0, 780.0],
            "remark": [None, None, "<b>bold</b>", None],
        }
    )


def test_a_kpi_shows_its_measurements_in_the_project_zone_and_skips_failed_ones() -> None:
    chart = kpi_chart(measurements(), reader=EN, palette=LIGHT, write=EN.duration, unit="s", target=900.0)
    trace = chart.figure.data[0]
    assert list(trace.y) == [7200.0, 1800.0, 780.0]
    assert pd.Timestamp(trace.x[0]) == pd.Timestamp("2026-03-02 07:00")
    assert "&lt;b&gt;bold" in trace.hovertext[1]
    assert chart.alt == "3 measurements, from 2 h to 13 min; target 15 min."


def test_a_kpi_has_labelled_lines_for_baseline_and_target_and_bands_for_phases() -> None:
    phases = [
        Phase(datetime(2026, 3, 1, tzinfo=UTC), "", Limits(6800, 7200, 7600)),
        Phase(datetime(2026, 4, 1, tzinfo=UTC), "launch <2.0>", Limits(600, 780, 960)),
    ]
    chart = kpi_chart(
        measurements(),
        reader=ZH,
        palette=LIGHT,
        write=ZH.duration,
        unit="s",
        phases=phases,
        baseline=7200.0,
        target=900.0,
    )
    assert {"基线<br>2 小时", "目标<br>15 分钟", "launch &lt;2.0&gt;"} <= set(texts(chart))
    assert sum(shape.type == "rect" for shape in chart.figure.layout.shapes) == 2
    assert list(chart.figure.layout.yaxis.ticktext) == ["0", "1 小时", "2 小时"]


def test_the_phases_of_a_series_are_its_own() -> None:
    series = measurements().assign(
        phase=[0, 0, 1, 1],
        phase_begins_at=[pd.NaT, pd.NaT, *[pd.Timestamp("2026-03-25", tz=UTC)] * 2],
        phase_reason=[None, None, "launch 2.0", "launch 2.0"],
        lower=[None, None, 600.0, 600.0],
        centre=[None, None, 780.0, 780.0],
        upper=[None, None, 960.0, 960.0],
        is_beyond_limit=[False, False, True, False],
        is_run_of_eight=[False, False, False, True],
    )
    chart = kpi_chart(series, reader=EN, palette=LIGHT, write=EN.duration, unit="s")
    assert [shape.type for shape in chart.figure.layout.shapes].count("rect") == 1
    assert texts(chart) == ["launch 2.0"]
    assert list(chart.figure.data[0].marker.symbol) == ["circle", "diamond", "diamond"]
    assert phase_places(series) == [(0, ""), (2, "launch 2.0")]


def test_labels_of_close_lines_do_not_lie_on_each_other() -> None:
    chart = kpi_chart(measurements(), reader=EN, palette=LIGHT, write=EN.duration, baseline=905.0, target=900.0)
    low, high = sorted(note.y for note in chart.figure.layout.annotations)
    assert high - low > 500


def test_names_of_close_phases_stand_in_rows_of_their_own() -> None:
    days = [datetime(2026, 3, 1, tzinfo=UTC) + timedelta(days=i) for i in (0, 100)]
    close = [{"x": days[0] + timedelta(days=n), "text": "Release 1.1"} for n in (40, 44, 99)]
    assert stagger(close, days, 220) == 2
    assert [note["yshift"] for note in close] == [0, 16, 0]
    assert close[2]["xshift"] < 0  # the last one is kept inside the plot
    assert stagger([{"x": days[0], "text": "Launch"}, {"x": days[1], "text": "Release"}], days, 640) == 1


def test_no_measurement_is_an_empty_chart() -> None:
    chart = kpi_chart(measurements().iloc[:0], reader=EN, palette=LIGHT, write=EN.number)
    assert chart.alt == "No measurement yet." and not chart.figure.data


# ---------------------------------------------------------------- feedback


def weeks() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "week": pd.to_datetime(["2026-11-02", "2026-11-09", "2026-11-16"]),
            "received": [12, 20000, 3],
            "open": [10, 12000, 2],
            "csat": [None, 0.4, 0.9],
            "csat_n": [0, 30, 4],
            "nps": [None, -0.25, 0.4],
            "nps_n": [0, 30, 4],
        }
    )


def test_volume_has_bars_for_received_and_a_line_for_open_on_one_axis() -> None:
    chart = feedback_volume(weeks(), reader=ZH, palette=LIGHT)
    assert [trace.type for trace in chart.figure.data] == ["bar", "scatter"]
    assert list(chart.figure.data[0].y) == [12, 20000, 3]
    assert "yaxis2" not in chart.figure.layout.to_plotly_json()
    assert "2万" in chart.figure.layout.yaxis.ticktext
    assert texts(chart) == ["未解决 2", "收到 3"]
    assert chart.figure.layout.yaxis.range[0] == 0


def test_a_score_of_few_answers_is_hollow_and_a_week_without_answers_is_a_gap() -> None:
    chart = score_trend(weeks(), "csat", reader=EN, palette=LIGHT)
    trace = chart.figure.data[0]
    assert list(trace.y) == [None, 0.4, 0.9]
    assert list(trace.marker.color) == [LIGHT.panel, LIGHT["accent"], LIGHT.panel]
    assert texts(chart)[0].startswith("90 %<br>") and "n = 4" in texts(chart)[0]  # grey, not bold, with its n
    assert chart.figure.layout.annotations[0].font.color == LIGHT.muted
    assert "n = 4" in trace.hovertext[2] and "n/a" in trace.hovertext[0]
    assert chart.alt == "CSAT per week: the latest is 90 % of 4 answers."


def test_nps_reaches_below_zero() -> None:
    chart = score_trend(weeks(), "nps", reader=EN, palette=LIGHT)
    assert chart.figure.layout.yaxis.range[0] < -0.25
    enough = score_trend(weeks().iloc[:2], "nps", reader=EN, palette=LIGHT)
    assert texts(enough)[0].startswith("<b>-25</b>")


def test_no_week_at_all() -> None:
    assert feedback_volume(weeks().iloc[:0], reader=EN, palette=LIGHT).alt == "Feedback per week: none yet."
    assert score_trend(weeks().iloc[:0], "nps", reader=EN, palette=LIGHT).alt == "NPS per week: no answers yet."


# ---------------------------------------------------------------- what all share


@pytest.mark.parametrize("reader", [EN, ZH], ids=["en", "zh"])
@pytest.mark.parametrize(
    ("value", "en", "zh"),
    [(950, "950", "950"), (12000, "12k", "1.2万"), (3e8, "300M", "3亿"), (-25000, "-25k", "-2.5万")],
)
def test_axis_numbers_follow_the_language(reader: Reader, value: float, en: str, zh: str) -> None:
    assert short_number(value, reader) == (en if reader.lang == "en" else zh)


def test_ticks_are_round_and_zero_has_no_unit() -> None:
    found = ticks(0, 7600, EN.duration, unit="s")
    assert found["tickvals"] == [0, 3600, 7200] or found["tickvals"] == [0, 1800, 3600, 5400, 7200]
    assert found["ticktext"][0] == "0"
    assert [round_step(span) for span in (1, 0.36, 40, 0)] == [0.25, 0.1, 10, 1.0]


def test_day_ticks_keep_the_last_day() -> None:
    days = [date(2026, 11, 1) + timedelta(days=i) for i in range(20)]
    found = day_ticks(days, ZH)
    assert found["tickvals"][-1] == days[-1] and len(found["tickvals"]) <= 4
    assert found["ticktext"][-1] == "11月20日"


def test_markup_in_labels_is_only_ours() -> None:
    assert plain("<b>&") == "&lt;b&gt;&amp;"
    assert wrap_label("not completed") == "not<br>completed"
    assert wrap_label("<i>x</i>") == "&lt;i&gt;x&lt;/i&gt;"
    assert signed(None, EN) == signed(math.nan, EN) == "n/a"
    assert key_list([f"K-{i}" for i in range(14)], EN).endswith("and 2 more")


def test_one_template_per_appearance_and_no_legend() -> None:
    assert template("light") is template("light")
    assert template("dark").layout.font.color == DARK.ink
    assert template("light").layout.showlegend is False
