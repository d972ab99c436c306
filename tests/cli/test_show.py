"""What people read says exactly what programs read, in either language, in columns that stand below each other."""

import re
from pathlib import Path
from typing import Any

import pytest

from core.config import Config
from core.house import LABELS
from core.reader import Reader
from core.units import format_quantity
from reports.columns import table, width, wrapped
from reports.figures.kpi import canonical_unit
from reports.tables import churn_lines, feedback_lines, kpi_lines, source_lines, sprint_lines, status_lines
from tests.cli.conftest import Run
from tests.cli.files import csv_text, write_csv

SHOWN = ("sprint", "churn", "kpi", "feedback")


def numbers(line: str) -> list[str]:
    return re.findall(r"(?<![\w-])-?[\d,]+(?:\.\d+)?(?: ?%)?", line)


def line_of(text: str, start: str) -> str:
    return next(line for line in text.splitlines() if line.startswith(start))


def test_the_sprints_text_has_the_figures_of_its_json(sample: Run) -> None:
    shown, text = sample("show", "sprint", "--json").json, sample("show", "sprint").out
    names = {"committed": "Committed", "added": "Added", "carried": "Carried over", "removed": "Removed",
             "re_estimated": "Re-estimated", "not_completed": "Not completed"}  # fmt: skip
    for name, word in names.items():
        points, counts = (Reader().number(shown[unit][name]) for unit in ("points", "counts"))
        assert line_of(text, word).split()[-2:] == [points, counts]
    ratios = [Reader().percent(shown["ratios"][name], 1) for name in ("say_do", "churn_gross", "churn_net")]
    assert [line_of(text, word).split("  ")[-1].strip() for word in ("Say/do", "Churn, gross", "Churn, net")] == ratios
    for one in shown["items"]:
        line = line_of(text, one["key"])
        assert line.endswith(one["title"])
        assert one["why"] in text


def test_the_churn_table_has_a_line_for_each_sprint_of_the_json(sample: Run) -> None:
    shown, text = sample("show", "churn", "--json").json, sample("show", "churn").out
    assert len(shown["sprints"]) == 24
    for row in shown["sprints"]:
        line = next(line for line in text.splitlines() if f"  {row['name']}  " in line)
        figures = [Reader().number(row[name]) for name in ("committed", "added", "removed", "re_estimated")]
        rates = [Reader().percent(row[name], 1) for name in ("churn_gross", "churn_net", "content_churn")]
        assert [part.strip() for part in re.split(r"  +", line)][2:] == figures + rates
    for name, word in {"detected": "Changes detected", "unapproved": "Unapproved"}.items():
        assert line_of(text, word).split()[-1] == str(shown["changes"][name])


def test_kpis_are_told_in_the_units_people_use(sample: Run) -> None:
    shown, text = sample("show", "kpi", "--json").json, sample("show", "kpi").out
    time, accuracy = shown[0], shown[1]
    assert (time["unit"], time["baseline"], time["target"]) == ("s", 7200, 900)
    assert (accuracy["unit"], accuracy["baseline"], accuracy["target"]) == ("ratio", 0.85, 0.98)
    line = line_of(text, time["kpi"])
    assert " 2 h " in line
    assert " 15 min " in line
    assert format_quantity(Reader(), "duration", time["current"], "min") in line
    assert Reader().percent(time["progress"], 1) in line
    assert line_of(text, accuracy["kpi"]).count(" 85 %") == 1
    assert "2 小时" in sample("show", "kpi", "--lang", "zh").out


def test_feedback_text_has_the_weeks_of_its_json(sample: Run) -> None:
    shown, text = sample("show", "feedback", "--json").json, sample("show", "feedback").out
    first = shown["weeks"][0]
    cells = re.split(r"  +", text.splitlines()[2])
    assert cells[1:4] == [str(first["received"]), str(first["open"]), Reader().percent(first["csat"], 1)]
    assert cells[5] == "n/a"  # no answer to the NPS question that week: not known, never 0
    assert first["nps"] is None
    assert f"(n = {shown['first_response']['n']})" in text
    assert set(shown["weeks"][0]) == {"week", "received", "open", "csat", "csat_n", "nps", "nps_n"}
    assert set(shown["first_response"]) == {"median_seconds", "p90_seconds", "n"}


def test_json_has_the_keys_the_issue_gives(sample: Run) -> None:
    status = sample("status", "--json").json
    assert list(status) == ["counts", "fresh_since", "schema", "findings"]
    assert status["counts"]["work_item"] == 288
    churn = sample("show", "churn", "--json").json
    assert list(churn) == ["sprints", "changes"]
    assert list(churn["sprints"][0]) == ["source", "sprint", "name", "committed", "added", "removed", "re_estimated",
                                         "churn_gross", "churn_net", "content_churn"]  # fmt: skip
    assert list(churn["changes"]) == ["detected", "evaluated", "signed", "waived", "unapproved"]
    kpi = sample("show", "kpi", "--json").json[0]
    assert list(kpi) == ["kpi", "unit", "direction", "baseline", "target", "current", "measured_at", "n", "progress",
                         "limits", "assurance", "signals"]  # fmt: skip
    assert list(kpi["limits"]) == ["lower", "centre", "upper", "state"]
    assert list(sample("show", "feedback", "--json").json) == ["weeks", "first_response", "resolution", "by_kind",
                                                                   "findings"]  # fmt: skip


@pytest.mark.parametrize("what", SHOWN)
def test_words_follow_the_language_and_figures_do_not(sample: Run, what: str) -> None:
    texts = {lang: sample("show", what, "--lang", lang) for lang in ("en", "zh")}
    assert {done.code for done in texts.values()} == {0}
    assert texts["en"].out != texts["zh"].out
    payloads = {lang: sample("show", what, "--lang", lang, "--json").json for lang in ("en", "zh")}
    if what == "sprint":
        for payload in payloads.values():
            words = [one.pop("why") for one in payload["items"]]
            assert all(words)
            for finding in payload["findings"]:
                finding.pop("text")
    assert payloads["en"] == payloads["zh"]


def test_why_is_in_the_language_asked_for(sample: Run) -> None:
    why = {lang: sample("show", "sprint", "--lang", lang, "--json").json["items"][0]["why"] for lang in ("en", "zh")}
    assert why["en"].startswith("In the sprint when it started.")
    assert why["zh"].startswith("冲刺开始时已在冲刺中。")


def test_a_table_with_chinese_in_it_stands_straight() -> None:
    rows = [("A", "库存 ok", "3"), ("BB", "x", "10")]
    assert table(("K", "标题", "点数"), rows, numeric=(2,)) == [
        "K   标题     点数",
        "--  -------  ----",
        "A   库存 ok     3",
        "BB  x          10",
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_last_figures_of_each_line_end_below_each_other(sample: Run, lang: str) -> None:
    text = sample("show", "churn", "--lang", lang).out
    # In GB18030 a Chinese character is two bytes and a Latin one is one: as many as a terminal has columns.
    ends = {len(line.encode("gb18030")) for line in text.split("\n\n")[0].splitlines()}
    assert len(ends) == 1


def test_null_is_never_nought() -> None:
    nothing: dict[str, Any] = dict.fromkeys(("committed", "added", "carried", "re_estimated", "removed", "completed",
                                             "not_completed", "completed_outside"))  # fmt: skip
    payload = {
        "source": "shop", "as_of": "2026-11-22T09:00:00+00:00", "policy": "jira-cloud", "points": nothing,
        "counts": nothing, "balances": None, "ratios": dict.fromkeys(("say_do", "churn_gross", "churn_net")), "items": [],
        "findings": [],
        "sprint": {"id": "S1", "name": "One", "state": "future", "goal": None, "started_at": None, "planned_end_at": None,
                   "completed_at": None},
    }  # fmt: skip
    body = "\n".join(sprint_lines(payload, Reader())[3:])
    assert "n/a" in body
    assert not re.search(r"\b0\b", body)
    kpi = {
        "kpi": "Cost", "unit": "CNY/单", "direction": "down", "baseline": 18, "target": None, "current": None,
        "measured_at": None, "n": None, "progress": None, "assurance": "not_enough_points", "signals": [],
        "limits": {"lower": None, "centre": None, "upper": None, "state": "none"},
    }  # fmt: skip
    line = kpi_lines([kpi], Reader())[2]
    assert "￥18/单" in line
    assert line.count("n/a") == 5  # now, target, progress, n, measured


def test_an_empty_house_says_so(house: Run) -> None:
    assert churn_lines({"sprints": [], "changes": dict.fromkeys(("detected", "evaluated", "signed", "waived",
                                                                 "unapproved"), 0)}, Reader())[0] == "No sprint has started yet."  # fmt: skip
    assert kpi_lines([], Reader("zh")) == ["尚无指标。"]
    assert feedback_lines({"weeks": []}, Reader()) == ["No feedback has come in yet."]
    assert source_lines([], Reader()) == ["There is no source yet."]
    assert status_lines({"fresh_since": None, "schema": "1", "counts": {}, "findings": []}, Reader())[0].startswith(
        "Fresh since n/a"
    )
    for arguments in (["show", "churn"], ["show", "kpi"], ["show", "feedback"], ["sources"], ["status"], ["rebuild"]):
        done = house(*arguments)
        assert (done.code, done.err) == (0, "")
        assert done.out
    assert house("show", "kpi", "--json").json == []


@pytest.mark.parametrize(
    ("dimension", "unit", "canonical"),
    [("duration", "min", "s"), ("ratio", "%", "ratio"), ("money", "￥/单", "CNY/单"), ("number", "单", "单")],
)
def test_a_canonical_unit_keeps_what_it_is_counted_per(dimension: str, unit: str, canonical: str) -> None:
    assert canonical_unit(dimension, unit) == canonical


def test_chinese_is_two_columns_wide_and_breaks_anywhere_but_before_punctuation() -> None:
    assert width("冲刺 A") == 6
    lines = wrapped("由原始记录重新计算所有冲刺；数据正常时不会有变化。", 20)
    assert "".join(lines) == "由原始记录重新计算所有冲刺；数据正常时不会有变化。"
    assert all(width(line) <= 20 for line in lines)
    assert not any(line.startswith(("；", "。")) for line in lines)
    assert wrapped("one two three", 7) == ["one two", "three"]


def test_sources_lists_kind_sprints_items_and_policy(sample: Run, tmp_path: Any) -> None:
    sample("import", write_csv(tmp_path), "--source", "shop")
    found = {one["source"]: one for one in sample("sources", "--json").json}
    assert (found["sample"]["sprints"], found["sample"]["items"], found["sample"]["is_sample"]) == (24, 288, True)
    shop = found["shop"]
    assert (shop["kind"], shop["sprints"], shop["items"], shop["policy"]) == ("sheets", 1, 4, "jira-cloud")
    assert shop["fresh_since"] is not None
    assert line_of(sample("sources").out, "shop").split()[:5] == ["shop", "spreadsheets", "jira-cloud", "1", "4"]


def test_settings_are_shown_changed_and_audited(house: Run) -> None:
    assert set(house("settings", "--json").json) == set(LABELS)
    before = house("status", "--json").json["counts"]["audit_entry"]
    for name, given, kept in (
        ("zone", "Europe/Berlin", "Europe/Berlin"), ("hours_per_day", "7.5", 7.5), ("demo_every_days", "7", 7),
        ("department_calendars", "ops=US, sales=weekdays", {"ops": "US", "sales": "weekdays"}), ("language", "zh", "zh"),
    ):  # fmt: skip
        assert house("settings", name, given, "--json").json == {name: kept}
        assert house("settings", name, "--json").json == {name: kept}
    assert house("status", "--json").json["counts"]["audit_entry"] == before + 5
    assert "Europe/Berlin" in line_of(house("settings").out, "zone")
    assert house("settings", "zone", "Europe/Berlin").code == 0  # as it was: nothing to audit
    assert house("status", "--json").json["counts"]["audit_entry"] == before + 5


def test_the_zone_moves_what_people_read(house: Run, sqlite_config: Config, tmp_path: Any) -> None:
    house("import", write_csv(tmp_path))
    assert "Started 2 Nov 2026 09:00" in house("show", "sprint").out
    house("settings", "zone", "UTC")
    assert "Started 2 Nov 2026 01:00" in house("show", "sprint").out


def test_forecast_and_flow_say_the_same_to_people_and_programs(sample: Run) -> None:
    told, text = sample("show", "forecast", "--json").json, sample("show", "forecast").out
    assert [one["state"] for one in told] == ["ready", "ready"]
    for one in told:
        sure = one["shares"][1]
        assert (sure["share"], sure["done_by"] > one["as_of"][:10]) == (0.85, True)
        kept = one["backtest"]["85%"]
        assert f"{kept['kept']} of {kept['n']}" in text
        assert f"{one['remaining']} items left" in text
    again = sample("show", "forecast", "--board", told[0]["board"], "--as-of", told[0]["as_of"], "--json").json
    assert again == told[:1]  # seeded by what is asked (R22)
    flowing, lines = sample("show", "flow", "--json").json, sample("show", "flow").out
    for one in flowing:
        assert one["board"] in lines
        assert one["without_cycle"]["not_recorded"] == 0  # the sample's change log holds statuses
        assert one["finished"] > 40
    assert "Known are:" in sample("show", "forecast", "--target", "version:none").failure
    assert "Known are:" in sample("show", "flow", "--board", "none").failure


def test_a_replay_has_that_days_sprint_and_churn(sample: Run) -> None:
    whole = sample("show", "churn", "--json").json
    then = sample("show", "churn", "--as-of", "2020-01-01", "--json").json
    assert (then["sprints"], then["changes"]["detected"]) == ([], 0)
    begun = sample("show", "sprint", "--sprint", whole["sprints"][0]["sprint"], "--json").json["sprint"]
    middle = sample("show", "churn", "--as-of", begun["completed_at"], "--json").json
    first = next(one for one in middle["sprints"] if one["sprint"] == begun["id"])
    assert first == next(one for one in whole["sprints"] if one["sprint"] == begun["id"])
    assert len(middle["sprints"]) < len(whole["sprints"])
    day = begun["started_at"]
    shown = sample("show", "sprint", "--sprint", begun["id"], "--as-of", day, "--json").json
    assert (shown["sprint"]["state"], shown["sprint"]["completed_at"]) == ("active", None)
    latest = sample("show", "sprint", "--as-of", day, "--json").json
    assert latest["sprint"]["started_at"] <= day


OLD_FEEDBACK = (
    "ID,Received at,Feedback,Kind,Department,Reply,Replied at\n"
    "F1,2003-03-03 09:00,Labels do not print,bug,Operations,Fixed,2003-03-03 11:00\n"
    "F2,2003-03-04 09:00,Totals are wrong,bug,Finance,,\n"
)


def test_an_unknown_time_says_which_years_holidays_are_missing(house: Run, tmp_path: Path) -> None:
    (tmp_path / "feedback.csv").write_text(OLD_FEEDBACK, encoding="utf-8")
    assert house("import", str(tmp_path / "feedback.csv"), "--kind", "feedback", "--source", "desk").code == 0
    shown = house("show", "feedback", "--json").json
    assert shown["first_response"] == {"median_seconds": None, "p90_seconds": None, "n": 0}
    assert [(one["code"], one["params"]) for one in shown["findings"]] == [
        ("calendar_year_not_covered", {"year": "2003", "n": 1, "measure": "first_response"})
    ]
    said = "does not know the holidays of 2003. Times of first response that cannot be known: 1."
    assert said in house("show", "feedback").out and said in house("status").out
    assert "没有 2003 年的节假日安排，无法计算的首次回复时长：1 个" in house("show", "feedback", "--lang", "zh").out
    # open is what is not yet resolved, answered or not, by week and by kind
    assert (shown["weeks"][-1]["open"], shown["by_kind"]["bug"]["open"], shown["by_kind"]["bug"]["waiting"]) == (
        2,
        2,
        1,
    )


def test_a_finding_names_the_source_it_was_found_in(house: Run, tmp_path: Path) -> None:
    for team in ("shop", "app"):  # both call their sprint Sprint 1
        file = write_csv(tmp_path, csv_text(without=("Added at", "Removed at")), f"{team}.csv")
        assert house("import", file, "--kind", "backlog", "--source", team).code == 0
    found = house("status", "--json").json["findings"]
    assert {one["source"] for one in found} == {"shop", "app"}
    told = [line for line in house("status").out.splitlines() if found[0]["text"] in line]
    assert {name for name in ("shop", "app") for line in told if f"[{name}]" in line} == {"shop", "app"}
