"""KPI measurements, long (a row each) or wide (a column per KPI), every quantity read as people write it (R27)."""

import re
from datetime import datetime
from typing import cast

from connectors.records import MeasurementRecord, Parsed
from connectors.rows import Records
from connectors.sheets.cells import NOTHING, text_of
from connectors.sheets.fields import fields_of
from connectors.sheets.guess import header_texts
from connectors.sheets.known import Known
from connectors.sheets.table import Table
from core.errors import Invalid
from core.i18n import N_, Text
from core.units import Quantity, is_misread, parse_unit, series_problems
from core.wording_kpi import BELOW_ZERO

UNKNOWN_KPI = N_("There is no such KPI: write its id or name as in its definition, or import its definition first.")
NO_VALUE = N_("This row is left out: it says that nothing was measured.")
SIGN = N_("Its definition says by the column {header} whether it can be.")
MISREAD = Text(
    "{first} {second}",
    first=Text("One of them is a share of 1, the other a percentage."),
    second=Text("Write every value with its sign, for example 85%."),
)


def parse_measurements(table: Table, known: Known) -> Parsed:
    """One record per measured value: long form (a row each), or wide form (a row per date, a column per KPI)."""
    table.require("at")
    measurements: Records[MeasurementRecord] = Records(known=frozenset(MeasurementRecord.__annotations__))
    series: dict[str, list[tuple[int, int, Quantity]]] = {}
    seen: dict[tuple[str, datetime], tuple[int, float]] = {}
    instants, counts, remarks = table.column("at"), table.column("n"), table.column("remark")
    units: list[str | None] = table.column("unit")
    for index, kpis, header_unit in _value_columns(table, known):
        table.report_unread("value", index)
        for at, (kpi, instant) in enumerate(zip(kpis, instants, strict=True)):
            if kpi is None:
                continue
            kpi_id, _, unit = _kpi_of(kpi, known)
            quantity = table.quantity(at, index, units[at] or header_unit or unit, "value")
            if quantity is None or instant is None:
                if table.has("kpi") and text_of(table.sheet.columns[index][table.rows[at]]).strip().lower() in NOTHING:
                    table.report(at, "value", "", Text(NO_VALUE), "warning", "no_value", index)
                continue
            if quantity.value < 0 and kpi_id in known.agreed and not known.agreed[kpi_id].can_be_negative:
                table.report(at, "value", "", below_zero(quantity), code="below_zero", index=index)
                continue
            series.setdefault(kpi_id, []).append((at, index, quantity))
            first = seen.setdefault((kpi_id, instant), (at, quantity.value))
            if first[0] != at:
                _same_instant(table, at, index, first, quantity)
                continue
            cell = table.sheet.columns[index][table.rows[at]]
            measurements.add(
                cast(
                    MeasurementRecord,
                    {
                        "kpi": kpi_id,
                        "at": instant,
                        "value": quantity.value,
                        "n": counts[at],
                        "raw_text": _raw(cell, table.sheet.formats.get((table.rows[at], index))),
                        "remark": remarks[at],
                        "dimension": quantity.dimension,
                        "unit": quantity.unit,
                    },
                ),
                table.rows[at] + 1,
            )
    _check(table, series, known)
    return Parsed("kpi_measurement", table.sheet.name, measurements=measurements)


def below_zero(found: Quantity) -> Text:
    """Why a negative value of a KPI that cannot be negative is refused, and where a KPI says that it can."""
    field = fields_of("kpi")["can_be_negative"]
    return Text(
        "{first} {second}",
        first=Text(BELOW_ZERO, found=found.raw),
        second=Text(SIGN, header=f"{field.en} ({field.zh})"),
    )


def _raw(cell: object, number_format: str | None) -> str:
    """What the cell showed, as far as it is known."""
    if isinstance(cell, float) and number_format and "%" in number_format:
        return f"{cell * 100:g}%"
    return text_of(cell)


def _kpi_of(name: str, known: Known) -> tuple[str, str | None, str | None]:
    found = known.kpis.get(name) if known.kpis is not None else None
    return found if found else (name, None, None)


def _value_columns(table: Table, known: Known) -> list[tuple[int, list[str | None], str | None]]:
    """Each column of values: its index, the KPI of each of its rows, the unit in its header; an unknown KPI is reported."""
    if table.has("kpi"):
        table.require("kpi")
        table.require("value")
        named: list[str | None] = table.column("kpi")
        for at, name in enumerate(named):
            if name and known.kpis is not None and name not in known.kpis:
                table.report(at, "kpi", name, Text(UNKNOWN_KPI), code="unknown_kpi")
                named[at] = None
        return [(table.mapping["value"][0], named, None)]
    columns: list[tuple[int, list[str | None], str | None]] = []
    headers = header_texts(table.sheet, table.header_row)
    for index in table.mapping["value"]:
        name, unit = headers[index], None
        if known.kpis is None or name not in known.kpis:
            name, unit = _split_unit(name)
        if known.kpis is not None and name not in known.kpis:
            table.report_header(index, "value", headers[index], Text(UNKNOWN_KPI), "unknown_kpi")
            continue
        columns.append((index, [name] * len(table.rows), unit))
    return columns


def _split_unit(header: str) -> tuple[str, str | None]:
    """`处理时长(分钟)` is a KPI and its unit; brackets that hold no unit belong to the name."""
    found = re.fullmatch(r"(.+?)\s*[(（]([^()（）]+)[)）]", header)
    if found is None:
        return header, None
    try:
        parse_unit(found.group(2))
    except Invalid:
        return header, None
    return found.group(1), found.group(2)


def _same_instant(table: Table, at: int, index: int, first: tuple[int, float], quantity: Quantity) -> None:
    row = table.rows[first[0]] + 1
    if first[1] == quantity.value:
        table.report(
            at,
            "value",
            "",
            Text("Row {row} says the same already; it is kept once.", row=row),
            "warning",
            "same_twice",
            index,
        )
    else:
        accepted = Text("Row {row} gives another value for the same KPI and time; accepted is one.", row=row)
        table.report(at, "value", "", accepted, code="duplicate", index=index)


def _check(table: Table, series: dict[str, list[tuple[int, int, Quantity]]], known: Known) -> None:
    """Every cell that does not fit the others of its KPI, or the KPI itself, is reported at its own place."""
    told = {one: (dimension, unit) for one, dimension, unit in (known.kpis or {}).values()}
    for kpi, cells in series.items():
        placed = {f"{index}:{at}": (at, index) for at, index, _ in cells}
        given = [(f"{index}:{at}", quantity) for at, index, quantity in cells]
        dimension, unit = told.get(kpi, (None, ""))
        told_cells: set[tuple[int, int]] = set()
        for problem in series_problems(given, dimension=dimension, unit=unit):
            where = dict(problem.where.params)["cell"] if problem.where else next(iter(placed))
            at, index = placed[str(where)]
            told_cells.add((at, index))
            accepted = (
                Text("{first} {second}", first=problem.what, second=problem.next) if problem.next else problem.what
            )
            table.report(at, "value", "", accepted, code="unit_mixed", index=index)
        for at, index, quantity in cells:
            if (at, index) not in told_cells and is_misread(quantity, known.levels.get(kpi, ())):
                table.report(at, "value", "", MISREAD, code="unit_mixed", index=index)
