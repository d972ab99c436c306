"""KPI definitions and measurements: quantities as people write them, long and wide, refused by cell (R27)."""

from datetime import UTC, datetime, time, timedelta

from connectors.records import check
from connectors.sheets.known import Known
from connectors.sheets.source import parse, preview
from tests.connectors.made_sheets import csv_sheet, sheet_of

KPIS = (
    "指标名称,单位,改善方向,基线,目标,基线样本量,上线时间,上线说明\n"
    "订单处理时长,min,越低越好,2h,15min,420,2026-09-28,上线\n"
    "订单处理时长,,,,,,2026-10-26,第二版\n"
    "订单准确率,%,,85%,98%,1300,,\n"
)


def test_definitions_with_baseline_target_and_releases() -> None:
    parsed = check(parse(csv_sheet(KPIS), "kpi"))
    duration, accuracy = parsed.kpis.rows
    assert (duration["external_id"], duration["dimension"], duration["unit"], duration["direction"]) == (
        "订单处理时长",
        "duration",
        "min",
        "down",
    )
    assert (accuracy["dimension"], accuracy["unit"], accuracy["direction"]) == (
        "ratio",
        "%",
        "up",
    )  # told by its target
    assert [row["value"] for row in parsed.baselines.rows] == [7200.0, 0.85]
    assert [row["value"] for row in parsed.targets.rows] == [900.0, 0.98]
    assert [row["reason"] for row in parsed.phases.rows] == ["上线", "第二版"]
    assert parsed.phases.at == [2, 3]


def test_a_kpi_that_contradicts_itself_or_has_no_direction_is_refused() -> None:
    twice = "Name,Unit,Baseline,Target\nSpeed,min,2h,15min\nSpeed,min,3h,15min\n"
    assert [(problem.cell, problem.code) for problem in preview(csv_sheet(twice), "kpi").errors] == [
        ("C3", "kpi_conflict")
    ]
    aimless = "Name,Unit,Baseline\nSpeed,min,2h\n"
    assert [(problem.cell, problem.code) for problem in preview(csv_sheet(aimless), "kpi").errors] == [
        ("A2", "no_direction")
    ]


def test_a_baseline_of_another_dimension_is_refused_by_cell() -> None:
    found = preview(csv_sheet("Name,Unit,Baseline,Target\nSpeed,min,2h,98%\nRight,%,lots,98%\n"), "kpi")
    assert [(problem.cell, problem.found) for problem in found.errors] == [("D2", "98%"), ("C3", "lots")]


def test_number_formats_of_cells_are_read() -> None:
    rows = [
        ["KPI", "Date", "Value"],
        ["Accuracy", "2026-11-02", 0.85],
        ["Accuracy", "2026-11-09", "93%"],
        ["Speed", "2026-11-02", 15 / 1440],
        ["Speed", "2026-11-09", 26 / 24],
        ["Speed", "2026-11-16", "2小时30分"],
    ]
    sheet = sheet_of(rows, formats={(1, 2): "0.0%", (3, 2): "h:mm", (4, 2): "[h]:mm"})
    assert sheet.columns[2][3:5] == [time(0, 15), timedelta(hours=26)]
    parsed = check(parse(sheet, "kpi_measurement"))
    assert [row["value"] for row in parsed.measurements.rows] == [0.85, 0.93, 900.0, 93600.0, 9000.0]
    assert [row["dimension"] for row in parsed.measurements.rows] == ["ratio"] * 2 + ["duration"] * 3
    assert parsed.measurements.rows[0]["raw_text"] == "85%"


def test_the_wide_form_is_unpivoted_with_the_units_of_its_headers() -> None:
    sheet = csv_sheet("周,订单处理时长(分钟),订单准确率\n2026-11-02,35,93%\n2026-11-09,,94%\n")
    parsed = check(parse(sheet, "kpi_measurement"))
    assert [(row["kpi"], row["at"].day, row["value"]) for row in parsed.measurements.rows] == [
        ("订单处理时长", 2, 2100.0),
        ("订单准确率", 2, 0.93),
        ("订单准确率", 9, 0.94),
    ]
    assert parsed.measurements.at == [2, 2, 3]


def test_names_and_units_come_from_the_definitions() -> None:
    known = Known().plus(parse(csv_sheet(KPIS), "kpi"))
    parsed = parse(csv_sheet("KPI,Date,Value\n订单处理时长,2026-11-02,35\n"), "kpi_measurement", known=known)
    assert parsed.measurements.rows[0]["value"] == 2100.0
    found = preview(csv_sheet("KPI,Date,Value\nProfit,2026-11-02,35\n"), "kpi_measurement", known=known)
    assert [(problem.cell, problem.code) for problem in found.errors] == [("A2", "unknown_kpi")]
    wide = preview(csv_sheet("Week,订单准确率,Profit\n2026-11-02,93%,12\n"), "kpi_measurement", known=known)
    assert [(problem.cell, problem.code) for problem in wide.errors] == [("C1", "unknown_kpi")]


def test_what_does_not_fit_the_other_values_of_its_kpi_is_refused_by_cell() -> None:
    mixed = "KPI,Date,Value\nRight,2026-11-02,85%\nRight,2026-11-09,2h\nRight,2026-11-16,94%\n"
    assert [(problem.cell, problem.code) for problem in preview(csv_sheet(mixed), "kpi_measurement").errors] == [
        ("C3", "unit_mixed")
    ]
    notation = "KPI,Date,Value,Unit\nRight,2026-11-02,85,%\nRight,2026-11-09,0.86,%\nRight,2026-11-16,94,%\n"
    assert [problem.cell for problem in preview(csv_sheet(notation), "kpi_measurement").errors] == ["C3"]


def test_one_instant_has_one_value() -> None:
    twice = "KPI,Date,Value\nRight,2026-11-02,85%\nRight,2026-11-02,86%\nRight,2026-11-02,85%\n"
    found = preview(csv_sheet(twice), "kpi_measurement")
    assert [(problem.cell, problem.code, problem.severity) for problem in found.problems] == [
        ("C3", "duplicate", "error"),
        ("C4", "same_twice", "warning"),
    ]


def test_an_empty_value_is_an_error_in_long_form_and_never_nought() -> None:
    found = preview(csv_sheet("KPI,Date,Value\nRight,2026-11-02,\nRight,2026-11-09,soon\n"), "kpi_measurement")
    assert [problem.cell for problem in found.errors] == ["C2", "C3"]
    assert len(found.parsed.measurements) == 0


def test_a_month_is_a_measurement_of_its_first_day() -> None:
    parsed = parse(csv_sheet("KPI,Month,Value\nRight,2026-11,85%\n"), "kpi_measurement")
    assert parsed.measurements.rows[0]["at"] == datetime(2026, 11, 1, tzinfo=UTC)


def test_a_bare_number_is_refused_where_baseline_and_target_have_different_units() -> None:
    definition = "Name,Baseline,Target\nSpeed,2h,15min\nSame,2h,1h\n"
    parsed = check(parse(csv_sheet(definition), "kpi"))
    assert [(row["dimension"], row["unit"]) for row in parsed.kpis.rows] == [("duration", ""), ("duration", "h")]
    known = Known().plus(parsed)
    values = "KPI,Date,Value\nSpeed,2026-11-02,30\nSame,2026-11-02,1.5\nSpeed,2026-11-09,30min\n"
    found = preview(csv_sheet(values), "kpi_measurement", known=known)
    assert [(problem.cell, problem.found) for problem in found.errors] == [("C2", "30")]  # 30 h or 30 min?
    assert [row["value"] for row in found.parsed.measurements.rows][1:] == [5400.0, 1800.0]


def test_another_thing_than_the_kpi_counts_is_refused_even_if_the_file_agrees_with_itself() -> None:
    known = Known(kpis={"Open": ("K", "number", "单")})
    values = (
        "KPI,Date,Value\nOpen,2026-11-02,120 件\nOpen,2026-11-09,90 件\nOpen,2026-11-16,80 orders\nOpen,2026-11-23,70\n"
    )
    found = preview(csv_sheet(values), "kpi_measurement", known=known)
    assert [problem.cell for problem in found.errors] == ["C2", "C3"]


def test_a_bare_share_is_refused_where_the_other_reading_is_nearer_to_what_the_kpi_is_known_at() -> None:
    # 3 % to 0.5 %: a bare 0.9 would be 90 %, thirty times the baseline; read as 0.9 % it lies between the two.
    kpis = {"Errors": ("E", "ratio", "%"), "Right": ("R", "ratio", "%")}
    known = Known(kpis=kpis, levels={"E": (0.03, 0.005), "R": (0.85, 0.98)})
    values = (
        "KPI,Date,Value\nErrors,2026-11-02,0.9\nErrors,2026-11-09,0.9%\nRight,2026-11-02,0.91\nErrors,2026-11-16,0\n"
    )
    found = preview(csv_sheet(values), "kpi_measurement", known=known)
    assert [problem.cell for problem in found.errors] == ["C2"]  # told once
    alone = preview(csv_sheet("KPI,Date,Value\nErrors,2026-11-02,0.9\n"), "kpi_measurement", known=known)
    assert [(problem.cell, problem.code) for problem in alone.errors] == [("C2", "unit_mixed")]
    # 120 % where 85 % to 98 % is known: 1.2 bare would be 1.2 %.
    above = preview(
        csv_sheet("KPI,Date,Value\nRight,2026-11-02,1.2\nRight,2026-11-09,90\n"), "kpi_measurement", known=known
    )
    assert [problem.cell for problem in above.errors] == ["C2"]


def test_a_row_that_says_nothing_was_measured_is_left_out_with_a_warning() -> None:
    found = preview(csv_sheet("KPI,Date,Value\nSpeed,2026-11-02,--\nSpeed,2026-11-09,2h\n"), "kpi_measurement")
    assert [(one.cell, one.found, one.severity, one.code) for one in found.problems] == [
        ("C2", "--", "warning", "no_value")
    ]
    assert [row["value"] for row in found.parsed.measurements.rows] == [7200.0]


def cells(text: str, kind: str = "kpi", known: Known | None = None) -> list[tuple[str | None, str, str]]:
    return [(one.cell, one.code, one.found) for one in preview(csv_sheet(text), kind, known=known).errors]


def test_a_negative_value_is_refused_by_cell_where_the_kpi_cannot_be_negative() -> None:
    definitions = "Name,Unit,Baseline,Target,Can be negative\nSpeed,min,2h,15min,\nMargin,%,-5%,10%,yes\n"
    assert cells(definitions) == []
    assert cells(definitions.replace("15min", "-15min")) == [("D2", "below_zero", "-15min")]
    known = Known().plus(parse(csv_sheet(definitions), "kpi"))
    measured = "KPI,Date,Value\nSpeed,2026-11-02,-5min\nMargin,2026-11-02,-5%\n"
    assert cells(measured, "kpi_measurement", known) == [("C2", "below_zero", "-5min")]
    wide = "Date,Speed,Margin\n2026-11-02,-5min,-5%\n"
    assert cells(wide, "kpi_measurement", known) == [("B2", "below_zero", "-5min")]
    # what the store knows counts where the sheet has no such column
    assert cells("Name,Unit,Baseline,Target\nMargin,%,-4%,10%\n", known=known) == []


def test_a_direction_that_baseline_and_target_contradict_is_refused_by_cell() -> None:
    for unit, baseline, target, said in (("min", "2h", "15min", "higher is better"), ("%", "85%", "98%", "down")):
        head = "Name,Unit,Direction,Baseline,Target\n"
        assert cells(f"{head}K,{unit},{said},{baseline},{target}\n") == [("C2", "direction_contradicted", said)]
        assert cells(f"{head}K,{unit},{said},{baseline},{baseline}\n") == []  # equal: allowed, progress n/a (R23)
    known = Known().plus(parse(csv_sheet("Name,Unit,Baseline,Target\nSpeed,min,2h,15min\n"), "kpi"))
    assert cells("Name,Unit,Direction,Target\nSpeed,min,down,3h\n", known=known) == [
        ("C2", "direction_contradicted", "down")
    ]
