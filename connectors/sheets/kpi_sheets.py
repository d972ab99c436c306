"""KPI definitions with baselines, targets and releases, every quantity read as people write it (R27)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from connectors.records import BaselineRecord, KpiRecord, Parsed, PhaseRecord, TargetRecord
from connectors.rows import Records
from connectors.sheets.choices import accepted_choices
from connectors.sheets.known import Agreed, Known
from connectors.sheets.measurements import below_zero
from connectors.sheets.table import Table
from core.errors import Invalid
from core.i18n import N_, Text
from core.units import Quantity, direction_of, parse_unit, series_problems
from core.wording_kpi import CONTRADICTS

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
SERIES = ("baseline", "target")
NO_UNIT = N_("Accepted: a unit such as min, h, %, ￥ or 单.")
OTHER_VALUE = N_("Row {row} gives this KPI another {header}; accepted is one.")


@dataclass
class _Definition:
    """What the rows of one KPI say together, and the row it was first seen in."""

    at: int
    values: dict[str, tuple[Any, int]]

    @property
    def given(self) -> dict[str, Any]:
        """Field -> what was given."""
        return {name: value for name, (value, _) in self.values.items()}

    @property
    def rows(self) -> dict[str, int]:
        """Field -> the row that gave it."""
        return {name: at for name, (_, at) in self.values.items()}


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
        _define(table, one, definition, out, known.agreed.get(one))
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


def _define(table: Table, one: str, definition: _Definition, out: Parsed, agreed: Agreed | None) -> None:
    values, rows = definition.given, definition.rows
    unit = _unit(table, rows.get("unit", definition.at), values.get("unit"))
    if not _holds_together(table, definition, unit, agreed):
        return
    direction = _direction(table, definition, agreed)
    if direction is None:
        return
    dimension, shown = unit or _shared_unit([values[name] for name in SERIES if name in values])
    record = {
        "external_id": one,
        "name": values["name"],
        "dimension": dimension,
        "unit": shown,
        "direction": direction,
        "can_be_negative": bool(values.get("can_be_negative")),
        "project_key": values.get("project") or table.settings.project_key,
        **{name: values.get(name) for name in ("department", "owner", "definition", "data_source")},
    }
    out.kpis.add(cast(KpiRecord, record), table.rows[definition.at] + 1)
    if "baseline" in values:
        row: BaselineRecord = {
            "kpi": one,
            "value": values["baseline"].value,
            "measured_at": values.get("baseline_at"),
            "n": values.get("baseline_n"),
            "provenance": values.get("provenance"),
        }
        out.baselines.add(row, table.rows[rows["baseline"]] + 1)
    if "target" in values:
        aim: TargetRecord = {"kpi": one, "value": values["target"].value, "due_at": values.get("target_due")}
        out.targets.add(aim, table.rows[rows["target"]] + 1)


def _holds_together(table: Table, definition: _Definition, unit: tuple[str, str] | None, agreed: Agreed | None) -> bool:
    """Whether baseline and target fit the unit, each other, and what may be below zero; else the cell is reported."""
    values, rows = definition.given, definition.rows
    series = [(name, values[name]) for name in SERIES if name in values]
    for name, quantity in series:
        if unit and quantity.dimension != unit[0]:
            misfit = Text("Its unit does not fit the column Unit: {unit}.", unit=values["unit"])
            table.report(rows[name], name, "", misfit)
            return False
    for problem in series_problems([(table.place(rows[name], name), quantity) for name, quantity in series]):
        table.report(rows["target"], "target", "", problem.what)
        return False
    if values.get("can_be_negative", agreed.can_be_negative if agreed else False):
        return True
    below = [name for name, quantity in series if quantity.value < 0]
    for name in below:
        table.report(rows[name], name, "", below_zero(values[name]), code="below_zero")
    return not below


def _direction(table: Table, definition: _Definition, agreed: Agreed | None) -> str | None:
    """Which way is better: as stated, as baseline and target lead, or as agreed before; None where a cell was reported."""
    values = definition.given
    before = {"baseline": agreed.baseline, "target": agreed.target} if agreed else {}
    ends = [values[name].value if name in values else before.get(name) for name in SERIES]
    leads = direction_of(*ends)
    found: str | None = values.get("direction") or leads or (agreed.direction if agreed else None)
    if leads and found != leads:
        culprit = next(name for name in ("direction", "target", "baseline") if name in values)
        table.report(definition.rows[culprit], culprit, "", Text(CONTRADICTS[leads]), code="direction_contradicted")
        return None
    is_told = any(name not in values and table.is_wrong(definition.at, name) for name in ("direction", *SERIES))
    if found is None and not is_told:  # else the cell that would have said it is reported already
        place = "direction" if table.has("direction") else "name"
        table.report(definition.at, place, "", accepted_choices("direction"), code="no_direction")
    return found


def _unit(table: Table, at: int, word: str | None) -> tuple[str, str] | None:
    """The dimension and unit of the unit column; None where it is empty, or wrong (which is reported)."""
    if not word:
        return None
    try:
        return parse_unit(word)
    except Invalid as error:
        table.report(at, "unit", word, error.why or Text(NO_UNIT))
        return None


def _shared_unit(found: Sequence[Quantity]) -> tuple[str, str]:
    """The dimension and unit of baseline and target; no unit where they differ (2h, 15min): a bare 30 could be either."""
    if not found:
        return "number", ""
    units = {quantity.unit for quantity in found}
    return found[0].dimension, found[0].unit if len(units) == 1 or found[0].dimension != "duration" else ""
