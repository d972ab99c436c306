"""The pictures of the demo page: the ledger as a waterfall, the strips beside it, the list behind both, the findings."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.burnup import burnup_chart, drawn_days
from charts.figure import Chart
from charts.ledger import STEP_NAMES, STEPS, balance_line, is_balanced, waterfall
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import CHANGE_KIND, VERDICT
from core.wording_ledger import why_text
from pages.components import cards, data, filters, screens, sprint_filters, theme
from pages.components.data import Board
from pages.components.data import flow as flow_data
from pages.components.data.drawn import drawn
from pages.components.history_words import timeline_html
from pages.components.item_table import Column, composed, item_table, show
from pages.components.markup import safe
from pages.components.sprint_strips import SHOWN, Past, strips
from pages.components.wording import OUTCOME_COLOURS, bucket_words, outcome_words
from reports.figures import SprintFigures
from reports.figures.house import finding_text
from reports.figures.sprint import CONTRADICTIONS

BESIDE = 74  # pixels of a strip
LISTS = {"completed_outside": N_("completed outside"), "unapproved": N_("nobody approved")}
VERDICT_COLOURS = {
    "accepted": "completed",
    "accepted_with_changes": "warning",
    "rejected": "not_completed",
    "not_shown": "neutral",
}
Parts = dict[str, list[dict[str, Any]]]
Histories = Callable[[], dict[str, list[dict[str, Any]]]]
OPENABLE = 60  # rows whose histories go along; in a longer list one is chosen
UNIT_OF = {"points": "points", "counts": "count"}
SEVERITY = {"error": N_("error"), "warning": N_("warning"), "info": N_("note")}
SEVERITY_COLOURS = {"error": "alarm", "warning": "warning", "info": "neutral"}


def step_items(items: pd.DataFrame) -> Parts:
    """All items, the items behind each bar of the waterfall, and those of the further lists."""
    rows = [{str(name): value for name, value in row.items()} for row in rows_of(items)]
    counted = [row for row in rows if isinstance(row["bucket"], str)]
    parts: Parts = {"all": rows}
    parts |= {step: [row for row in counted if row["bucket"] == step] for step in ("committed", "added", "carried")}
    parts["re_estimated"] = [row for row in counted if _is_moved(row)]
    parts["removed"] = [row for row in counted if row["outcome"] == "removed"]
    parts |= {step: [row for row in rows if row["outcome"] == step] for step in ("completed", "not_completed")}
    parts["completed_outside"] = [row for row in rows if row["outcome"] == "completed_outside"]
    parts["unapproved"] = [row for row in rows if row["unapproved"]]
    return parts


def ledger_panel(reader: Reader, figures: SprintFigures, unit: str, parts: Parts) -> None:
    """What happened to the scope: the waterfall, its balance, its table; a clicked bar chooses the list below."""
    totals = figures.totals[unit]
    keys = {step: [row["key"] for row in part] for step, part in parts.items()}
    word = reader.t("points") if unit == "points" else reader.t("items")
    bars = waterfall(totals, reader=reader, palette=theme.current(), keys=keys, unit=word, narrow=theme.is_phone())
    line = balance_line(totals, reader)
    if is_balanced(totals):
        line = reader.t("{equation} ✓ balances", equation=line)
    elif is_balanced(totals) is False:
        line = reader.t("{equation} ✗ does not balance: see what could not be trusted", equation=line)
    table = pd.DataFrame(
        {
            "step": [reader.t(STEP_NAMES[step]) for step in STEPS],
            **{name: [figures.totals[name][step] for step in STEPS] for name in ("points", "counts")},
        }
    )
    columns = [
        Column("step", reader.t("Part of the ledger")),
        Column("points", reader.t("Points"), "number"),
        Column("counts", reader.t("Items"), "number"),
    ]
    under = reader.t("{unit} · click a bar to see its items", unit=word)
    with cards.panel(reader.t("What happened to the scope"), under=under, height="stretch"):
        clicked = cards.chart(
            bars, reader, key="demo.chart", table=table, columns=columns, caption=line, clickable=True
        )
    if clicked != st.session_state.get("demo.clicked"):
        st.session_state["demo.clicked"] = clicked
        st.session_state["demo.list"] = clicked[0] if clicked else "all"


def past_panel(reader: Reader, before: Past, figures: SprintFigures, unit: str) -> None:
    """The sprint against its own past."""
    under = reader.t("up to {n} closed sprints, grey band = natural limits", n=SHOWN)
    with cards.panel(reader.t("Against its own past"), under=under, height="stretch"):
        height = 30 if theme.is_phone() else BESIDE  # as high together as the waterfall beside them
        cards.strips(strips(reader, before, figures, unit), height)


def burnup_panel(reader: Reader, figures: SprintFigures, unit: str, day: datetime | None) -> None:
    """The sprint day by day: scope, completed, and the pace that would have met the plan."""
    sprint_id, palette, narrow = figures.sprint["sprint_id"], theme.current(), theme.is_phone()
    word = reader.t("points") if unit == "points" else reader.t("items")

    def compose() -> tuple[Chart, pd.DataFrame, str] | None:
        rows = flow_data.burnup(figures.source_id, sprint_id, day)
        mine = rows[rows["unit"] == UNIT_OF[unit]]
        if not (mine["scope"].notna() & mine["completed"].notna()).any():
            return None
        note = "" if mine["ideal"].notna().any() else reader.t("no ideal pace: the sprint has no planned end")
        table = drawn_days(mine)[["day", "scope", "completed", "ideal"]]
        return burnup_chart(mine, reader=reader, palette=palette, unit=word, narrow=narrow), table, note

    key, under = None if narrow else "burnup-wide", reader.t("{unit} at the end of each working day", unit=word)
    with cards.panel(reader.t("Burn-up"), under=under, key=key):
        found = drawn(("demo.burnup", figures.source_id, sprint_id, day, unit, reader, palette.name, narrow), compose)
        if found is None:
            cards.html(reader.t("The course of the sprint cannot be told: what was in it when is not recorded."))
            return
        chart, table, note = found
        columns = [
            Column("day", reader.t("Day"), "day"), Column("scope", reader.t("scope"), "number"),
            Column("completed", reader.t("completed"), "number"), Column("ideal", reader.t("ideal pace"), "number"),
        ]  # fmt: skip
        cards.chart(chart, reader, key="demo.burnup", table=table, columns=columns, caption=note)


def broken_panel(reader: Reader, figures: SprintFigures) -> None:
    """That what is recorded contradicts itself, and by which items: said above the figures, never papered over (R15)."""
    if not figures.is_broken:
        return
    culprits = [one for one in figures.findings if one.code in CONTRADICTIONS]
    told = [reader.say(finding_text(one.code, one.subject_label, one.params)) for one in culprits]
    head = reader.t("The record of this sprint contradicts itself: take its figures with care.")
    lines = Markup("").join(Markup("<p>{}</p>").format(safe(one)) for one in told)
    cards.html(
        Markup('<section class="fn-screen fn-failed" role="alert" lang="{}"><h2>{}</h2>{}</section>').format(
            reader.lang, head, lines
        )
    )


def items_panel(reader: Reader, figures: SprintFigures, parts: Parts, day: datetime | None) -> None:
    """Every item with how it came in, what became of it, the verdict and why; the chosen bar's alone where one is chosen."""
    given = sum(isinstance(row["verdict"], str) for row in parts["all"])
    small = reader.t("{n} · verdicts given {given}", n=len(parts["all"]), given=given)
    with cards.panel(reader.t("Items"), small):
        if not parts["all"]:
            screens.zero(reader, reader.t("no item was ever in this sprint"))
            return
        names = {"all": reader.t("all items")} | {name: reader.t(word) for name, word in (STEP_NAMES | LISTS).items()}
        chosen = filters.choose(
            reader.t("Which items"), [name for name, part in parts.items() if part], key="demo.list",
            say=lambda one: f"{names[one]} ({len(parts[one])})",
        )  # fmt: skip
        sprint_id, rows = figures.sprint["sprint_id"], parts[chosen or "all"]
        told = partial(flow_data.histories, figures.source_id, sprint_id, day)
        question, name = ("demo.items", figures.source_id, sprint_id, day, chosen, reader), reader.t("Items")
        is_openable = len(rows) <= OPENABLE

        def compose() -> Markup | pd.DataFrame:
            return composed(*_table(reader, rows, told() if is_openable else {}), reader, name=name)

        show(drawn(question, compose), name=name, key="demo.items")
        if not is_openable:
            _one_history(reader, rows, told)


def findings_panel(reader: Reader, figures: SprintFigures) -> None:
    """What could not be trusted in this sprint's data."""
    with cards.panel(reader.t("What could not be trusted"), reader.number(len(figures.findings))):
        if not figures.findings:
            screens.zero(reader, reader.t("nothing was found wrong in this sprint's data"))
            return
        rows = pd.DataFrame(
            {
                "severity": [one.severity for one in figures.findings],
                "text": [reader.say(finding_text(one.code, one.subject_label, one.params)) for one in figures.findings],
            }
        )
        words = {code: reader.t(word) for code, word in SEVERITY.items()}
        columns = [
            Column("severity", reader.t("Weight"), "badge", words=words, colours=SEVERITY_COLOURS),
            Column("text", reader.t("What was found")),
        ]
        item_table(rows, columns, reader, name=reader.t("What could not be trusted"), key="demo.findings")


def _one_history(reader: Reader, rows: list[dict[str, Any]], histories: Histories) -> None:
    """In a long list a history is opened by choosing its item."""
    by_id = {row["work_item_id"]: row for row in rows}
    chosen = filters.choose(
        reader.t("History of an item"), ["", *by_id], key="demo.history",
        say=lambda one: f"{by_id[one]['key']} {by_id[one]['title']}" if one else reader.t("History of an item …"), width=420,
    )  # fmt: skip
    if chosen:
        events = timeline_html(reader, histories().get(chosen, []))
        cards.html(Markup('<div class="fn-open">{}</div>').format(events))


def _table(
    reader: Reader, rows: list[dict[str, Any]], histories: dict[str, list[dict[str, Any]]]
) -> tuple[pd.DataFrame, list[Column]]:
    """The items with what is said of each, and the columns that show it."""
    return pd.DataFrame([row | _words(reader, row) for row in rows]), _columns(reader, histories)


def _columns(reader: Reader, histories: dict[str, list[dict[str, Any]]]) -> list[Column]:
    verdicts = {code: reader.t(word) for code, word in VERDICT.items()}
    return [
        Column("key", reader.t("Item"), "item", title="title"),
        Column("size", reader.t("Points"), "number", write=str),
        Column("bucket", reader.t("In the sprint"), "badge", words=bucket_words(reader)),
        Column("outcome", reader.t("Outcome"), "badge", words=outcome_words(reader), colours=OUTCOME_COLOURS),
        Column("verdict", reader.t("Verdict at the demo"), "badge", words=verdicts, colours=VERDICT_COLOURS),
        Column("said", reader.t("Remark")),
        Column(
            "why",
            reader.t("Why"),
            "note",
            opens=lambda row: timeline_html(reader, histories.get(row["work_item_id"], [])),
        ),
    ]


def _words(reader: Reader, row: dict[str, Any]) -> dict[str, str]:
    return {"size": _size(reader, row), "said": _remark(row), "why": _why(reader, row)}


def _is_moved(row: dict[str, Any]) -> bool:
    """Whether an item that stayed has another size than at first (R12)."""
    first, last = row["initial_points"], row["final_points"]
    return row["outcome"] != "removed" and not pd.isna(first) and first != (0.0 if pd.isna(last) else last)


def _size(reader: Reader, row: dict[str, Any]) -> str:
    """`3`, `2 → 3` where re-estimated, `–` where it never had an estimate (which counts 0)."""
    if row["is_unestimated"] and not row["final_points"] > 0:
        return "–"
    first, last = row["initial_points"], row["final_points"]
    if row["outcome"] == "removed" or pd.isna(last):
        return reader.number(first)
    if pd.isna(first) or first == last:
        return reader.number(last)
    return f"{'–' if row['is_first_estimate'] else reader.number(first)} → {reader.number(last)}"


def _remark(row: dict[str, Any]) -> str:
    quoted = f"“{row['remark']}”" if isinstance(row["remark"], str) else ""
    parts = [quoted, *(row[name] for name in ("decided_by", "department") if isinstance(row[name], str))]
    return ", ".join(part for part in parts if part)


def _why(reader: Reader, row: dict[str, Any]) -> str:
    why = reader.say(why_text(row["why_code"], row["why_params"]))
    if not row["unapproved"]:
        return why
    kinds = ("、" if reader.lang == "zh" else ", ").join(reader.t(CHANGE_KIND[kind]) for kind in row["unapproved"])
    return why + ("" if reader.lang == "zh" else " ") + reader.t("Nobody approved: {kinds}.", kinds=kinds)


def present_door(reader: Reader, board: Board, figures: SprintFigures) -> None:
    """The way to the stage, for who may present."""
    if data.may("present_demo"):
        asked = {"team": sprint_filters.team_code(board), "sprint": str(figures.sprint["sprint_id"])}
        door = Markup('<a class="fn-door" href="{}" target="_self">{} →</a>')
        cards.html(door.format(sprint_filters.link("/present", reader, **asked), reader.t("Present a demo")))
