"""The burn-up by hand: a line per figure, a pace that rests on days off, and nothing invented for days to come."""

from datetime import UTC, datetime, timedelta

import pandas as pd

from metrics.burnup import burnup, burnup_example, burnup_instants


def test_the_pace_reaches_the_committed_scope_at_the_planned_end() -> None:
    rows = burnup(**burnup_example())  # Monday to Thursday, committed 10
    assert rows["scope"].tolist()[:3] == [10, 12, 12]
    assert rows["completed"].tolist()[:3] == [0, 4, 9]
    assert [round(one, 2) for one in rows["ideal"]] == [0, 3.33, 6.67, 10]
    assert rows.iloc[3][["scope", "completed"]].isna().all()  # still to come


def test_the_pace_rests_on_days_off_and_is_unknown_without_a_plan() -> None:
    given = burnup_example()
    resting = burnup(**{**given, "is_working": lambda day: day.day != 3})
    assert resting["ideal"].tolist() == [0, 0, 5, 10]
    assert burnup(**{**given, "planned_end": None})["ideal"].isna().all()
    unknown = given["totals"].assign(committed=float("nan"))
    assert burnup(**{**given, "totals": unknown})[["scope", "ideal"]].isna().all().all()


def test_a_sprint_is_read_at_its_start_each_evening_and_its_end() -> None:
    start = datetime(2026, 3, 2, 20, tzinfo=UTC)  # 04:00 on 3 March in Shanghai
    found = burnup_instants(start, start + timedelta(days=2), "Asia/Shanghai")
    assert found[0] == start and found[-1] == start + timedelta(days=2)
    assert [one.hour for one in found[1:-1]] == [15, 15]
    assert burnup_instants(start, start, "UTC")[-1] == start


def test_what_happened_is_one_row_a_day_and_unit() -> None:
    totals = burnup_example()["totals"]
    both = pd.concat([totals, totals.assign(unit="count")])
    assert burnup(**{**burnup_example(), "totals": both})["unit"].tolist() == ["points"] * 4 + ["count"] * 4
