"""KPI definitions and measurements, long or wide, with every quantity read as people write it (R27)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast

from connectors.records import BaselineRecord, KpiRecord, MeasurementRecord, Parsed, PhaseRecord, Records, TargetRecord
from connectors.sheets.cells import text_of
from connectors.sheets.choices import accepted_choices
from connectors.sheets.guess import header_texts
from connectors.sheets.known import Known
from connectors.sheets.table import Table
from core.errors import Invalid
from core.i18n import N_, Text
from core.units import Quantity, parse_unit, series_problems

DEFINED = (
    "name",
    "unit",
    "direction",
    "project",
    "department",
    "owner",
    "definition",
    "data_source",
    "can_be_negative",
)
UNKNOWN_KPI = N_("There is no such KPI: write its id or name as in its definition, or import its definition first.")
NO_UNIT = N_("Accepted: a unit such as min, h, %, ￥ or 单.")
OTHER_VALUE = N_("Row {row} gives this KPI another {header}; accepted is one.")


@dataclass
class _Definition:
    """What the rows of one KPI say together, and the row it was first seen in."""

    at: int
    values: dict[str, tuple[Any, int]]


def parse_kpi(table: Table, known: Known) -> Parsed:
    """KPIs with baseline, target and releases. A KPI's row may be repeated for a further release; what it says again must agree."""
    table.require("name")
    texts = {name: table.column(name) for name in DEFINED}
    ids = [one or name for one, name in zip(table.column("kpi"), texts["name"], strict=True)]
    dates = {name: table.column(name) for name in ("baseline_at", "baseline_n", "provenance", "target_due")}
    quantities = {name: _quantities(table, name, texts["unit"]) for name in ("baseline", "target")}
    found = _gather(table, ids, {**texts, **dates, **quantities})
    out = Parsed(
        "kpi",
        table.sheet.name,
        kpis=Records(known=_known(table)),
        baselines=Records(),
        targets=Records(),
        phases=Records(),
    )
    names: dict[str, str] = {}
    for one, definition in found.items():
        name = definition.values["name"][0]
        if names.setdefault(name, one) != one:
            table.report(
                definition.at,
                "name",
                name,
                Text("Another KPI has this name: accepted is one KPI per name."),
                code="duplicate",
            )
        _define(table, one, definition, out)
    releases = zip(ids, table.column("release_at"), table.column("release_reason"), strict=True)
    for at, (one, release_at, reason) in enumerate(releases):
        if one is None or release_at is None:
            continue
        phase: PhaseRecord = {"kpi": one, "begins_at": release_at, "kind": "release", "reason": reason or "release"}
        if phase not in out.phases.rows:
            out.phases.add(phase, table.rows[at] + 1)
    return out


def _known(table: Table) -> frozenset[str]:
    same = {"name", "unit", "direction", "can_be_negative", "department", "owner", "definition", "data_source"}
    known = {name for name in same if table.has(name)} | {"external_id", "name", "dimension", "unit", "direction"}
    return frozenset(known | ({"project_key"} if table.has("project") else set()))


def _quantities(table: Table, name: str, units: Sequence[str | None]) -> list[Quantity | None]:
    if not table.has(name):
        return [None] * len(table.rows)
    index = table.mapping[name][0]
    table.report_unread(name, index)
    return [table.quantity(at, index, units[at], name) for at in range(len(table.rows))]


def _gather(table: Table, ids: Sequence[str | None], columns: dict[str, list[Any]]) -> dict[str, _Definition]:
    found: dict[str, _Definition] = {}
    for at, one in enumerate(ids):
        if one is None:
            continue
        definition = found.setdefault(one, _Definition(at, {}))
        for name, values in columns.items():
            value = values[at]
            if value is None:
                continue
            first = definition.values.setdefault(name, (value, at))
            if _plain(first[0]) != _plain(value):
                header = f"{table.fields[name].en} ({table.fields[name].zh})"
                table.report(
                    at, name, value, Text(OTHER_VALUE, row=table.rows[first[1]] + 1, header=header), code="kpi_conflict"
                )
    return {one: definition for one, definition in found.items() if "name" in definition.values}


def _plain(value: Any) -> Any:
    return (value.dimension, value.value) if isinstance(value, Quantity) else value


def _define(table: Table, one: str, definition: _Definition, out: Parsed) -> None:
    values = {name: value for name, (value, _) in definition.values.items()}
    rows = {name: at for name, (_, at) in definition.values.items()}
    baseline, target = values.get("baseline"), values.get("target")
    series = [(name, values[name]) for name in ("baseline", "target") if name in values]
    unit = _unit(table, rows.get("unit", definition.at), values.get("unit"))
    for name, _ in series:
        if unit and values[name].dimension != unit[0]:
            table.report(
                rows[name], name, "", Text("Its unit does not fit the column Unit: {unit}.", unit=values["unit"])
            )
            return
    for problem in series_problems([(table.place(rows[name], name), quantity) for name, quantity in series]):
        table.report(rows["target"], "target", "", problem.what)
        return
    dimension, shown = unit or next(((q.dimension, q.unit) for _, q in series), ("number", ""))
    direction = values.get("direction") or _direction(baseline, target)
    if direction is None:
        if any(
            name not in values and table.is_wrong(definition.at, name) for name in ("direction", "baseline", "target")
        ):
            return  # the cell that would have told it is reported already
        table.report(
            definition.at,
            "direction" if table.has("direction") else "name",
            "",
            accepted_choices("direction"),
            code="no_direction",
        )
        return
    record = {name: values.get(name) for name in ("department", "owner", "definition", "data_source")}
    out.kpis.add(
        cast(
            KpiRecord,
            {
                "external_id": one,
                "name": values["name"],
                "dimension": dimension,
                "unit": shown,
                "direction": direction,
                "can_be_negative": bool(values.get("can_be_negative")),
                "project_key": values.get("project") or table.settings.project_key,
                **record,
            },
        ),
        table.rows[definition.at] + 1,
    )
    if baseline is not None:
        row: BaselineRecord = {
            "kpi": one,
            "value": baseline.value,
            "measured_at": values.get("baseline_at"),
            "n": values.get("baseline_n"),
            "provenance": values.get("provenance"),
        }
        out.baselines.add(row, table.rows[rows["baseline"]] + 1)
    if target is not None:
        aim: TargetRecord = {"kpi": one, "value": target.value, "due_at": values.get("target_due")}
        out.targets.add(aim, table.rows[rows["target"]] + 1)


def _unit(table: Table, at: int, word: str | None) -> tuple[str, str] | None:
    """The dimension and unit of the unit column; None where it is empty, or wrong (which is reported)."""
    if not word:
        return None
    try:
        return parse_unit(word)
    except Invalid as error:
        table.report(at, "unit", word, error.why or Text(NO_UNIT))
        return None


def _direction(baseline: Quantity | None, target: Quantity | None) -> Literal["down", "up"] | None:
    if baseline is None or target is None or baseline.value == target.value:
        return None
    return "down" if target.value < baseline.value else "up"


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
    dimensions = {one: dimension for one, dimension, _ in (known.kpis or {}).values()}
    for kpi, cells in series.items():
        placed = {f"{index}:{at}": (at, index) for at, index, _ in cells}
        given = [(f"{index}:{at}", quantity) for at, index, quantity in cells]
        for problem in series_problems(given, dimension=dimensions.get(kpi)):
            where = dict(problem.where.params)["cell"] if problem.where else next(iter(placed))
            at, index = placed[str(where)]
            accepted = (
                Text("{first} {second}", first=problem.what, second=problem.next) if problem.next else problem.what
            )
            table.report(at, "value", "", accepted, code="unit_mixed", index=index)
