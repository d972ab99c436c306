"""How KPIs are shown: a card each, and the evidence of one: its chart, signals, phases, measurements, and what is agreed."""

from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from charts.figure import known
from charts.kpi import kpi_chart
from charts.limits import Limits, Phase
from charts.spark import kpi_sparkline
from core.i18n import N_
from core.reader import Reader
from core.wording_kpi import LIMITS_STATE, PHASE_KIND
from metrics.xmr import RULES
from pages.components import cards, kpi_words, theme
from pages.components.item_table import Column, item_table
from pages.components.markup import KpiCard, badge, safe
from pages.components.wording import assurance_badge
from reports.figures import KpiFigures

Row = dict[str, Any]
CANONICAL = {"duration": "s"}
SIGNAL_SHORT = {
    "beyond_limit": N_("beyond a limit"),
    "run_of_eight": N_("8 in a row"),
    "three_of_four": N_("3 of 4 near a limit"),
}


def records(frame: pd.DataFrame) -> list[Row]:
    """A frame's rows as dicts; by columns, since a row at a time costs ten times as much."""
    names = [str(name) for name in frame.columns]
    rows = zip(*(frame[name].tolist() for name in frame.columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def by_kpi(series: pd.DataFrame) -> dict[int, list[Row]]:
    """The rows of metrics.kpi.kpi_series of each KPI, in order of time."""
    found: dict[int, list[Row]] = {}
    for row in records(series):
        found.setdefault(int(row["kpi_id"]), []).append(row)
    return found


def kpi_cards(reader: Reader, rows: list[Row], series: dict[int, list[Row]], as_of: datetime) -> None:
    """One card per KPI."""
    cards.kpi_cards([_card(reader, row, series.get(int(row["kpi_id"]), []), as_of) for row in rows])


def _card(reader: Reader, row: Row, series: list[Row], as_of: datetime) -> KpiCard:
    write = kpi_words.write_of(reader, row)
    spark = None
    if len(series) > 1:
        begins = _phase_starts(series)
        spark = kpi_sparkline(
            [one["value"] for one in series],
            reader=reader,
            palette=theme.current(),
            write=write,
            limits=_limits(row),
            target=_number(row["target"]),
            phases=[
                (at, kpi_words.short(_text(first["phase_reason"])) if at == begins[-1][0] else "")
                for at, first in begins
            ],
        )
    return KpiCard(
        name=row["name"],
        value=write(row["current"]),
        badge=_badge(reader, row),
        aim=kpi_words.aim(reader, row),
        spark=spark,
        notes=kpi_words.notes(reader, row, as_of),
        alarm=kpi_words.decision(reader, row),
        href=f"kpi?kpi={int(row['kpi_id'])}",
    )


def _badge(reader: Reader, row: Row) -> Markup:
    code = kpi_words.assured(row)
    return badge("neutral", reader.t("no target")) if code == kpi_words.NO_TARGET else assurance_badge(code, reader)


def evidence(reader: Reader, row: Row, series: list[Row]) -> None:
    """The large chart of one KPI, what stands out in words, its phases, its table of measurements."""
    write = kpi_words.write_of(reader, row)
    drawn = kpi_chart(
        pd.DataFrame(series, columns=["at", "value", "remark", *(f"is_{rule}" for rule in RULES)]),
        reader=reader,
        palette=theme.current(),
        write=write,
        unit=CANONICAL.get(row["dimension"]),
        phases=[
            Phase(_begin(first), kpi_words.short(_text(first["phase_reason"])), _limits(first))
            for _, first in _phase_starts(series)
        ],
        baseline=_number(row["baseline"]),
        target=_number(row["target"]),
        narrow=theme.is_phone(),
    )
    progress = reader.t("progress {share}", share=reader.percent(row["progress"]))
    with cards.panel(row["name"], progress, kpi_words.aim(reader, row), key="kpi-evidence"):
        cards.chart(
            drawn, reader, key="kpi.chart", table=_measurements(reader, series), columns=_columns(reader, write)
        )
        cards.html(_sentences(reader, row))
    if len(_phase_starts(series)) > 1:
        with cards.panel(reader.t("Phases"), under=reader.t("Each phase has natural limits of its own.")):
            _phase_table(reader, series, write)


def agreement(reader: Reader, row: Row, figures: KpiFigures) -> None:
    """What was agreed, where it comes from, and every baseline and target there was, newest first."""
    facts = [
        (reader.t("Definition"), row["definition"]),
        (reader.t("Data source"), row["data_source"]),
        (reader.t("Department"), row["department"]),
        (reader.t("Owner"), row["owner"]),
    ]
    body = Markup("").join(
        Markup('<p><span class="fn-muted">{}</span> {}</p>').format(safe(name), safe(value))
        for name, value in facts
        if isinstance(value, str)
    )
    write = kpi_words.write_of(reader, row)
    with cards.panel(reader.t("What is agreed, and where it comes from"), key="kpi-agreement"):
        if body:
            cards.html(body)
        item_table(
            _agreed(reader, row, figures),
            [
                Column("what", reader.t("What")),
                Column("value", reader.t("Value"), write=write),
                Column("at", reader.t("Measured or due"), "day"),
                Column("n", "n", "number", write=str),
                Column("note", reader.t("Provenance or reason"), "note"),
                Column("recorded_at", reader.t("Recorded"), "instant"),
                Column("recorded_by", reader.t("By")),
            ],
            reader,
            name=reader.t("Baselines and targets"),
            key="kpi.agreed",
        )


def _sentences(reader: Reader, row: Row) -> Markup:
    signals = kpi_words.signal_sentences(reader, row)
    if known(row["lower"]) and not signals:
        signals = [reader.t("No signal in the present phase: what moves is noise.")]
    listed = Markup("").join(
        Markup("<li>{}</li>").format(safe(one)) for one in [kpi_words.meaning(reader, row), *signals]
    )
    return Markup('<ul class="fn-facts">{}</ul>').format(listed)


def _phase_starts(series: list[Row]) -> list[tuple[int, Row]]:
    """Position and row of the first measurement of each phase."""
    return [(at, one) for at, one in enumerate(series) if at == 0 or one["phase"] != series[at - 1]["phase"]]


def _begin(first: Row) -> Any:
    """When a phase begins; what came before the first one begins with its first measurement."""
    return first["at"] if pd.isna(first["phase_begins_at"]) else first["phase_begins_at"]


def _limits(row: Row) -> Limits:
    return Limits(*(_number(row[name]) for name in ("lower", "centre", "upper")))


def _measurements(reader: Reader, series: list[Row]) -> pd.DataFrame:
    def signal(one: Row) -> str:
        return kpi_words.listed(reader, [reader.t(SIGNAL_SHORT[rule]) for rule in RULES if one[f"is_{rule}"]])

    names = ("at", "value", "n_sample", "raw_text", "remark")
    rows = [{name: one[name] for name in names} | {"signal": signal(one)} for one in reversed(series)]
    return pd.DataFrame(rows, columns=[*names, "signal"])


def _columns(reader: Reader, write: Any) -> list[Column]:
    return [
        Column("at", reader.t("Measured at"), "instant"),
        Column("value", reader.t("Value"), write=write),
        Column("n_sample", "n", "number"),
        Column("raw_text", reader.t("As written")),
        Column("signal", reader.t("Signal")),
        Column("remark", reader.t("Remark"), "note"),
    ]


def _phase_table(reader: Reader, series: list[Row], write: Any) -> None:
    rows = []
    for _, one in _phase_starts(series):
        kind = PHASE_KIND.get(_text(one["phase_kind"]))
        rows.append(
            {
                "begins": _begin(one),
                "kind": reader.t(kind) if kind else reader.t("from the first measurement"),
                "reason": _text(one["phase_reason"]),
                "n": sum(each["phase"] == one["phase"] for each in series),
                "limits": f"{write(one['lower'])} – {write(one['upper'])}" if known(one["lower"]) else "",
                "state": reader.t(LIMITS_STATE[one["limits_state"]]),
            }
        )
    columns = [
        Column("begins", reader.t("Begins"), "day"),
        Column("kind", reader.t("Why")),
        Column("reason", reader.t("Reason"), "note"),
        Column("n", "n", "number"),
        Column("limits", reader.t("Natural limits")),
        Column("state", reader.t("State")),
    ]
    item_table(pd.DataFrame(rows), columns, reader, name=reader.t("Phases"), key="kpi.phases")


def _agreed(reader: Reader, row: Row, figures: KpiFigures) -> pd.DataFrame:
    shared = ["id", "value", "recorded_at", "recorded_by"]
    parts = []
    for table, at, note in (("kpi_baseline", "measured_at", "provenance"), ("kpi_target", "due_at", "reason")):
        mine = figures.facts[table]
        mine = mine[mine["kpi_id"] == row["kpi_id"]]
        is_target = table == "kpi_target"
        words = [_what(reader, one, is_target, one["id"] == mine["id"].max()) for one in records(mine)]
        part = mine[shared].assign(what=words, at=mine[at], note=mine[note])
        parts.append(
            part.assign(n="" if is_target else [reader.number(None if pd.isna(n) else int(n)) for n in mine["n"]])
        )
    filled = [part for part in parts if len(part)]
    if not filled:
        return parts[0]
    return pd.concat(filled).sort_values(["recorded_at", "id"], ascending=False)


def _what(reader: Reader, one: Row, is_target: bool, counts: bool) -> str:
    if is_target:
        return reader.t("Target") if counts else reader.t("Target, superseded")
    if not counts:
        return reader.t("Baseline, superseded")
    return reader.t("Baseline, locked") if one["is_locked"] else reader.t("Baseline, not locked")


def _number(value: Any) -> float | None:
    return float(value) if known(value) else None


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
