"""What a KPI page says in sentences: the answer, each card's notes, signals, and which decisions wait."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import pandas as pd

from charts.figure import known
from core.i18n import N_
from core.reader import Reader
from core.units import format_quantity
from core.wording_kpi import ASSURANCE, ASSURANCE_MEANING, SIDE, SIGNAL

NO_TARGET = "no_target"
ORDER = ("consistently_met", "hit_and_miss", "consistently_missed", "not_enough_points", NO_TARGET)
COUNTED = {
    "consistently_met": N_("{n} consistently met"),
    "hit_and_miss": N_("{n} hit and miss"),
    "consistently_missed": N_("{n} consistently missed"),
    "not_enough_points": N_("{n} with too few points"),
    NO_TARGET: N_("{n} without a target"),
}
LIMITS_AND_TARGET = {
    "consistently_met": N_("natural limits {lower} – {upper}, all on the good side of the target"),
    "consistently_missed": N_("natural limits {lower} – {upper}, all on the bad side of the target"),
    "hit_and_miss": N_(
        "the target lies within the natural limits {lower} – {upper}: without another process it is not assured"
    ),
}
DAY = 86400


def assured(row: dict[str, Any]) -> str:
    """The assurance of a KPI, or NO_TARGET where there are limits and no target to hold them against."""
    return row["assurance"] if isinstance(row["assurance"], str) else NO_TARGET


def write_of(reader: Reader, row: dict[str, Any]) -> Callable[[float | None], str]:
    """Puts a value of this KPI into words with its unit."""
    return lambda value: format_quantity(reader, row["dimension"], value, row["unit"])


def answer(reader: Reader, rows: Sequence[dict[str, Any]]) -> str:
    """Where the KPIs stand, in a sentence without its end. Args: rows of metrics.kpi.kpi_status, at least one."""
    if len(rows) == 1:
        code = assured(rows[0])
        word = reader.t("no target") if code == NO_TARGET else reader.t(ASSURANCE[code])
        return reader.t("“{name}”: {assurance}", name=rows[0]["name"], assurance=word)
    counts = {code: sum(assured(row) == code for row in rows) for code in ORDER}
    parts = [reader.t(COUNTED[code], n=n) for code, n in counts.items() if n]
    return reader.t("{total} KPIs: {parts}", total=len(rows), parts=listed(reader, parts))


def listed(reader: Reader, parts: Sequence[str]) -> str:
    """Words one after the other, with the language's own comma."""
    return ("，" if reader.lang == "zh" else ", ").join(parts)


def decision(reader: Reader, row: dict[str, Any]) -> str:
    """The decision that a KPI asks of people, empty where it asks none (R26: what the process cannot reach by itself)."""
    lacks = [name for name in ("baseline", "target") if not known(row[name])]
    if len(lacks) == 2:
        return reader.t("Neither baseline nor target is agreed: agree on both.")
    if lacks:
        return (
            reader.t("No baseline is agreed: agree on one.")
            if lacks == ["baseline"]
            else reader.t("No target is agreed: agree on one.")
        )
    if is_turning(row):
        return reader.t(
            "Decide: the last points are better than these limits, so the process is changing. Find what did it, and begin a phase there."
        )
    if assured(row) == "consistently_missed":
        return reader.t("Decide: change the process, or agree on another target. By itself it will not be met.")
    return ""


def is_turning(row: dict[str, Any]) -> bool:
    """Whether the limits miss the target while the last point belongs to a signal on the good side (R25): they no longer
    say what comes next."""
    last = row["measured_at"]
    return assured(row) == "consistently_missed" and any(
        signal["is_good"] and signal["last_at"] == last for signal in row["signals"]
    )


def meaning(reader: Reader, row: dict[str, Any]) -> str:
    """What the assurance means, without promising what a signal contradicts."""
    if not known(row["target"]):
        return reader.t("There is no target, so nothing can be said about meeting it.")
    if is_turning(row):
        return reader.t(
            "Both natural limits are on the bad side of the target, but the last points signal that the process is getting better."
        )
    return reader.t(ASSURANCE_MEANING[assured(row)])


def decisions_first(reader: Reader, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The KPIs in their order, those that ask for a decision before the others."""
    return sorted(rows, key=lambda row: not decision(reader, row))


def aim(reader: Reader, row: dict[str, Any]) -> str:
    """`baseline 2 h → target 15 min`."""
    write = write_of(reader, row)
    return reader.t(
        "baseline {baseline} → target {target}", baseline=write(row["baseline"]), target=write(row["target"])
    )


def limits_sentence(reader: Reader, row: dict[str, Any]) -> str:
    """What the natural limits promise about the target (R24, R26), or why there are none."""
    write = write_of(reader, row)
    if not known(row["lower"]) or not known(row["upper"]):
        if not known(row["current"]):
            return reader.t("never measured")
        return reader.tn(
            "{n} point in the present phase; natural limits from 6 points on",
            "{n} points in the present phase; natural limits from 6 points on",
            int(row["n_points"]),
        )
    bounds = {"lower": write(row["lower"]), "upper": write(row["upper"])}
    message = LIMITS_AND_TARGET.get(assured(row))
    said = reader.t(message, **bounds) if message else reader.t("natural limits {lower} – {upper}", **bounds)
    if row["limits_state"] == "trial":
        said = reader.t("{limits} (on trial, {n} points)", limits=said, n=int(row["n_points"]))
    return said


def notes(reader: Reader, row: dict[str, Any], as_of: datetime) -> list[str]:
    """The quiet line of a card: limits, n, who answers for it, when it is due, how old the figure is."""
    said = [limits_sentence(reader, row)]
    if not pd.isna(row["n_sample"]):
        said.append(f"n = {reader.number(int(row['n_sample']))}")
    said.append(" ".join(word for word in (row["department"], row["owner"]) if isinstance(word, str)))
    said.append(due(reader, row, as_of))
    if known(row["current"]):
        said.append(age(reader, row["measured_at"], as_of))
    return [one for one in said if one]


def due(reader: Reader, row: dict[str, Any], as_of: datetime) -> str:
    """When the target is due, and that it is past where it is not met; empty without a day."""
    at = row["target_due_at"]
    if pd.isna(at):
        return ""
    if at < as_of and assured(row) != "consistently_met":
        return reader.t("was due {day}", day=reader.day(at))
    return reader.t("due {day}", day=reader.day(at))


def age(reader: Reader, at: datetime, as_of: datetime) -> str:
    """How long ago something was measured: `measured 2 d ago`, whole days from the second day on."""
    seconds = max((as_of - at).total_seconds(), 0)
    if seconds < 3600:
        return reader.t("measured within the last hour")
    size = DAY if seconds >= DAY else 3600
    return reader.t("measured {span} ago", span=reader.duration(seconds // size * size))


def signal_sentences(reader: Reader, row: dict[str, Any]) -> list[str]:
    """What stands out in the present phase (R25), in words."""
    said = []
    for signal in row["signals"]:
        first, last = reader.day(signal["first_at"]), reader.day(signal["last_at"])
        said.append(
            reader.t(
                "{what}, {side}, on the {good} side: {when}",
                what=reader.t(SIGNAL[signal["rule"]]),
                side=reader.t(SIDE[signal["side"]]),
                good=reader.t("good") if signal["is_good"] else reader.t("bad"),
                when=first if first == last else f"{first} – {last}",
            )
        )
    return said


def short(reason: str, longest: int = 16) -> str:
    """The head of a phase's reason, for a label over a line: up to its first colon or comma."""
    for sign in ("：", ":", "，", ",", "；", ";"):
        reason = reason.split(sign)[0]
    return reason if len(reason) <= longest else reason[: longest - 1] + "…"
