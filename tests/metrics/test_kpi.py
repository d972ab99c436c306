"""Where a KPI stands, by hand (R23 to R26)."""

from datetime import datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from metrics.kpi import SERIES_COLUMNS, STATUS_COLUMNS, kpi_series, kpi_status, progress

AS_OF = datetime.fromisoformat("2026-12-31T00:00:00+00:00")


def day(number: int) -> pd.Timestamp:
    return pd.Timestamp("2026-03-01", tz="UTC").as_unit("us") + pd.Timedelta(days=number)


def kpis(**changed: Any) -> pd.DataFrame:
    kpi = {"kpi_id": 1, "name": "Order processing", "dimension": "duration", "unit": "min", "direction": "down"}
    return pd.DataFrame([{**kpi, "can_be_negative": False, **changed}]).astype({"kpi_id": "Int64"})


def stated(*rows: tuple[int, float, int], **more: Any) -> pd.DataFrame:
    """(kpi_id, value, day of recording) as baselines or targets."""
    columns = {"kpi_id": "Int64", "value": "float64", "recorded_at": "datetime64[us, UTC]", "id": "Int64"}
    records = [
        {"id": number, "kpi_id": kpi_id, "value": value, "recorded_at": day(at)}
        for number, (kpi_id, value, at) in enumerate(rows)
    ]
    frame = pd.DataFrame(records, columns=list(columns)).astype(columns)
    return frame.assign(due_at=pd.Series(more.get("due_at", pd.NaT), index=frame.index, dtype="datetime64[us, UTC]"))


def measured(values: list[float], *, kpi_id: int = 1, n: int | None = 30) -> pd.DataFrame:
    """One measurement a day, recorded on its day."""
    at = pd.DatetimeIndex([day(number) for number in range(len(values))], dtype="datetime64[us, UTC]")
    columns = {"kpi_id": kpi_id, "at": at, "value": pd.Series(values, dtype="float64"), "recorded_at": at}
    frame = pd.DataFrame({"id": range(len(values)), **columns})
    frame = frame.assign(n=pd.array([n] * len(values), dtype="Int64"), raw_text=None, remark=None)
    return frame.astype({"kpi_id": "Int64"})


def phases(*begins: int) -> pd.DataFrame:
    at = pd.DatetimeIndex([day(number) for number in begins], dtype="datetime64[us, UTC]")
    frame = pd.DataFrame({"id": range(len(begins)), "kpi_id": 1, "begins_at": at, "kind": "release", "reason": "v2"})
    return frame.astype({"kpi_id": "Int64"})


def status(**changed: Any) -> pd.Series:
    given = {
        "kpis": kpis(),
        "baselines": stated((1, 7200, 0)),
        "targets": stated((1, 900, 0), due_at=day(90)),
        "measurements": measured([780.0]),
        "phases": phases(),
        "as_of": AS_OF,
    }
    return kpi_status(**{**given, **changed}).iloc[0]


def test_a_kpi_between_baseline_and_target() -> None:
    found = status(measurements=measured([7200, 4050]))
    # (4050 - 7200) / (900 - 7200) = 3150 / 6300 = 0.5
    assert (found["baseline"], found["current"], found["target"], found["progress"]) == (7200, 4050, 900, 0.5)
    assert (found["measured_at"], found["target_due_at"]) == (day(1), day(90))
    assert (found["n_points"], found["n_sample"], found["limits_state"]) == (2, 30, "none")
    assert found["assurance"] == "not_enough_points"
    assert found["signals"] == []


def test_progress_passes_one_and_falls_below_nought() -> None:
    assert progress(7200, 900, 780) == pytest.approx(6420 / 6300)
    assert progress(0.85, 0.98, 0.80) == pytest.approx(-0.05 / 0.13)
    assert progress(900, 900, 780) is None
    assert progress(None, 900, 780) is None
    assert progress(7200, 900, None) is None


values = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3))


@given(values, values, values)
def test_progress_serves_both_directions(baseline: float, target: float, current: float) -> None:
    assume(abs(target - baseline) > 0.01)
    # Mirrored at nought, up becomes down: the progress stays; it is 0 at the baseline and 1 at the target.
    assert progress(-baseline, -target, -current) == pytest.approx(progress(baseline, target, current))
    assert progress(baseline, target, baseline) == 0
    assert progress(baseline, target, target) == 1


def test_the_latest_recorded_of_several_counts() -> None:
    corrected = measured([1000, 1100, 1200])
    corrected.loc[3] = {**corrected.loc[2].to_dict(), "id": 3, "value": 1300.0, "recorded_at": day(9)}
    assert status(measurements=corrected)["current"] == 1300
    assert status(measurements=corrected)["n_points"] == 3
    # An older instant recorded last supersedes nothing newer.
    late = measured([1000, 1100])
    late.loc[2] = {**late.loc[0].to_dict(), "id": 2, "value": 999.0, "recorded_at": day(9)}
    assert status(measurements=late)["current"] == 1100
    # Recorded at once: the later row counts.
    twice = measured([1000])
    twice.loc[1] = {**twice.loc[0].to_dict(), "id": 1, "value": 1001.0}
    assert status(measurements=twice)["current"] == 1001


def test_as_of_hides_what_came_later() -> None:
    given = {
        "baselines": stated((1, 7200, 0), (1, 6000, 5)),
        "targets": stated((1, 900, 0), (1, 600, 5)),
        "measurements": measured([1000, 1100, 1200, 1300, 1400, 1500]),
        "phases": phases(3),
    }
    then = status(**given, as_of=day(2).to_pydatetime())
    assert (then["baseline"], then["target"], then["current"], then["n_points"]) == (7200, 900, 1200, 3)
    now = status(**given)
    assert (now["baseline"], now["target"], now["current"], now["n_points"]) == (6000, 600, 1500, 3)
    before = status(**given, as_of=day(-1).to_pydatetime())
    assert before[["baseline", "target", "current", "measured_at", "progress", "n_sample"]].isna().all()


def test_limits_and_assurance_of_the_present_phase() -> None:
    # 660 to 780 by turns: mean 720, mean range 120, limits 720 -+ 319.2 = 400.8 and 1039.2; the target 900 lies between.
    values = [7000.0, 7200.0, *[660.0, 780.0] * 6]
    found = status(measurements=measured(values), phases=phases(2))
    assert (found["n_points"], found["limits_state"]) == (12, "locked")
    assert (found["lower"], found["centre"], found["upper"]) == pytest.approx((400.8, 720, 1039.2))
    assert found["assurance"] == "hit_and_miss"
    assert status(measurements=measured(values), phases=phases(2), targets=stated((1, 1200, 0)))["assurance"] == (
        "consistently_met"
    )
    up = status(
        kpis=kpis(direction="up"), measurements=measured(values), phases=phases(2), targets=stated((1, 1200, 0))
    )
    assert up["assurance"] == "consistently_missed"
    assert pd.isna(status(measurements=measured(values), targets=stated())["assurance"])


def test_a_phase_that_has_just_begun_has_no_limits_but_a_current_value() -> None:
    found = status(measurements=measured([660.0, 780.0] * 6), phases=phases(40))
    assert (found["current"], found["n_points"], found["limits_state"]) == (780, 0, "none")
    assert found["assurance"] == "not_enough_points"


def test_signals_say_what_when_and_whether_it_is_good() -> None:
    values = [660.0, 780.0] * 6 + [300.0]  # 300 is below 400.8, and lower is better
    (signal,) = status(measurements=measured(values))["signals"]
    at = day(12).to_pydatetime()
    assert signal == {
        "rule": "beyond_limit", "side": "below", "is_good": True, "first_at": at, "last_at": at, "n": 1
    }  # fmt: skip
    (bad,) = status(kpis=kpis(direction="up"), measurements=measured(values))["signals"]
    assert bad["is_good"] is False
    assert status(measurements=measured(values), phases=phases(13))["signals"] == []  # those of the present phase


def test_a_kpi_of_which_nothing_is_known_has_nulls() -> None:
    found = status(baselines=stated(), targets=stated(), measurements=measured([]))
    nulls = ["baseline", "target", "target_due_at", "current", "measured_at", "n_sample", "progress", "lower", "upper"]
    assert found[nulls].isna().all()
    assert (found["n_points"], found["limits_state"], found["assurance"]) == (0, "none", "not_enough_points")


def several() -> dict[str, Any]:
    both = pd.concat([kpis(), kpis(kpi_id=2, name="Accuracy", direction="up")], ignore_index=True)
    values = pd.concat([measured([7200, *[660, 780] * 6]), measured([0.85, 0.9], kpi_id=2)], ignore_index=True)
    return {"kpis": both, "measurements": values, "phases": phases(1), "as_of": AS_OF}


def test_rows_in_any_order_and_inputs_as_they_were() -> None:
    given = {**several(), "baselines": stated((1, 7200, 0), (2, 0.8, 0)), "targets": stated((2, 0.98, 0), (1, 900, 0))}
    before = {name: value.copy(deep=True) for name, value in given.items() if isinstance(value, pd.DataFrame)}
    found = kpi_status(**given)
    shuffled = {name: value.iloc[::-1] if name in before else value for name, value in given.items()}
    pd.testing.assert_frame_equal(kpi_status(**shuffled), found)
    for name, frame in before.items():
        pd.testing.assert_frame_equal(given[name], frame)
    assert found["kpi_id"].tolist() == [1, 2]
    assert found["progress"].tolist() == pytest.approx([6420 / 6300, 0.1 / 0.18])


def test_nothing_gives_no_rows_of_the_declared_columns() -> None:
    nothing = {"measurements": measured([]), "phases": phases(), "as_of": AS_OF, "kpis": kpis().iloc[:0]}
    found = kpi_status(**nothing, baselines=stated(), targets=stated())
    assert {name: str(dtype) for name, dtype in found.dtypes.items()} == STATUS_COLUMNS
    series = kpi_series(**nothing)
    assert {name: str(dtype) for name, dtype in series.dtypes.items()} == SERIES_COLUMNS
    assert (len(found), len(series)) == (0, 0)


def test_the_series_has_a_row_per_measurement_with_the_limits_of_its_phase() -> None:
    found = kpi_series(**several())
    assert found.groupby("kpi_id").size().tolist() == [13, 2]
    first = found[found["kpi_id"] == 1]
    assert first["value"].tolist() == [7200, *[660, 780] * 6]
    assert first["phase"].tolist() == [0] + [1] * 12
    assert first["moving_range"].isna().tolist() == [True, True] + [False] * 11  # none across the phase's begin
    assert first["upper"].iloc[1:].tolist() == pytest.approx([1039.2] * 12)
    assert first["upper"].isna().iloc[0]
    assert first["phase_reason"].iloc[1:].unique().tolist() == ["v2"]
    assert first["phase_reason"].isna().iloc[0]


def test_the_series_marks_its_signals() -> None:
    found = kpi_series(kpis(), measured([660.0, 780.0] * 6 + [300.0, 780, 300]), phases(), as_of=AS_OF)
    assert found["is_beyond_limit"].tolist() == [False] * 12 + [True, False, True]
    assert not found["is_run_of_eight"].any()
    assert not found["is_three_of_four"].any()
