"""The pictures of the churn page: each sprint's churn against its limits, and the list of what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from charts.churn import churn_bars
from charts.figure import signed
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import CHANGE_KIND
from metrics.xmr import Limits
from pages.components import cards, data, filters, screens, theme
from pages.components.data import Board
from pages.components.item_table import Column, item_table
from pages.components.markup import emphasis, plain
from pages.components.sprint_strips import UNITS, closed_sprints, limits_of
from reports.figures import ChurnFigures

STATE = {
    "signed": N_("signed"),
    "waived": N_("waived"),
    "evaluated": N_("evaluated, not signed"),
    "unapproved": N_("not evaluated, not signed"),
}
STATE_COLOURS = {"signed": "completed", "waived": "neutral", "evaluated": "warning", "unapproved": "alarm"}
KIND_COLOURS = {"content": "neutral"}
SHORT = 30  # changes listed at first: on a phone each is a card


@dataclass(frozen=True, eq=False)
class Churn:
    """What the churn page shows: the figures, their sprints in the chosen unit and in counts, and the usual limits."""

    figures: ChurnFigures
    unit: str
    rows: pd.DataFrame
    missing: int
    limits: Limits

    @property
    def recorded(self) -> int:
        """How many sprints can tell what was added and removed."""
        return len(self.rows) - self.missing


def churn_of(board: Board, last: int, unit: str) -> Churn:
    """The churn of a board's last sprints; the limits are those of every closed sprint of the board (R24)."""
    figures = data.churn(board, last)
    rows = figures.sprints[figures.sprints["unit"] == UNITS[unit]].reset_index(drop=True)
    names = ("unit", "committed")
    pairs = zip(*(figures.sprints[name].tolist() for name in names), strict=True)
    missing = sum(kind == "count" and pd.isna(committed) for kind, committed in pairs)
    return Churn(figures, unit, rows, missing, limits_of(closed_sprints(board, unit), "churn_gross"))


def answer(reader: Reader, shown: Churn) -> list[str | Markup]:
    """How much changed and how much of it nobody approved; what is not on record is said, never counted as nought."""
    known, figures = shown.recorded, shown.figures
    if not known:
        return [reader.t("Whether requirements changed after the start of a sprint is not known.")]
    detected, nobody = figures.states["detected"], figures.states["unapproved"]
    span = (
        reader.t("In the sprint on record", n=known)
        if known == 1
        else reader.t("In the last {n} sprints on record", n=known)
    )
    if not detected:
        return [reader.t("{span} no requirement changed after its start.", span=span)]
    first = reader.tn(
        "{span} {n} change came after the start;", "{span} {n} changes came after the start;",
        detected, span=span,
    )  # fmt: skip
    return [first, _approved(reader, detected, nobody)]


def _approved(reader: Reader, detected: int, nobody: int) -> str | Markup:
    """How many of the detected changes nobody approved, as one says none, some and all."""
    if not nobody:
        return reader.tn("it was approved.", "every one was approved.", detected)
    if nobody == detected:
        return emphasis(reader.tn("nobody approved it.", "none of them was approved.", detected))
    return emphasis(reader.t("{n} of them nobody approved.", n=nobody))


def facts(reader: Reader, shown: Churn) -> list[str]:
    """The quiet line: the latest sprint's churn against what is usual, and how the changes were answered."""
    rows, figures = shown.rows, shown.figures
    said = []
    if len(rows):
        last = rows.iloc[-1]
        churned = reader.t(
            "{sprint}: gross churn {share}", sprint=last["name"], share=reader.percent(last["churn_gross"])
        )
        upper = shown.limits.upper
        if upper is not None:
            churned = reader.t("{churned} (usually up to {limit})", churned=churned, limit=reader.percent(upper))
        said.append(churned)
    if figures.states["detected"]:
        for code, message in (("signed", N_("{n} signed")), ("waived", N_("{n} waived"))):
            said.append(reader.t(message, n=figures.states[code]))
    scope, ratio = figures.requirements["in_scope"], figures.requirements["volatility"]
    if ratio is not None:
        said.append(
            reader.t(
                "requirement volatility {share} (n = {n} committed as their sprints started)",
                share=reader.percent(ratio),
                n=scope,
            )
        )
    missing = shown.missing
    if missing:
        said.append(
            reader.tn(
                "{n} sprint has no record of what came in or went", "{n} sprints have no record of what came in or went",
                missing,
            )
        )  # fmt: skip
    return said


def chart_panel(reader: Reader, shown: Churn) -> None:
    """Churn per sprint with the team's own limits; a clicked bar chooses the sprint of the list below."""
    rows, figures, unit = shown.rows, shown.figures, shown.unit
    keys: dict[str, list[str]] = {}
    for one, key in zip(figures.changes["sprint_id"].tolist(), figures.changes["key"].tolist(), strict=True):
        if key not in keys.setdefault(one, []):
            keys[one].append(key)
    drawn = churn_bars(
        rows if unit == "points" else _each_item_once(rows, figures.changes),
        reader=reader,
        palette=theme.current(),
        limits=shown.limits,
        keys=keys,
        narrow=theme.is_phone(),
    )
    columns = [Column("name", reader.t("Sprint"))]
    for name, label in (("committed", N_("Committed")), ("added", N_("Added")), ("removed", N_("Removed"))):
        columns.append(Column(name, reader.t(label), "number"))
    columns.append(Column("re_estimated", reader.t("Re-estimated"), "number"))
    shares = (("churn_gross", N_("Gross")), ("churn_net", N_("Net")), ("content_churn", N_("Reworded")))
    columns += [Column(name, reader.t(label), "percent") for name, label in shares]
    columns.append(Column("unapproved", reader.t("Nobody approved"), "number"))
    unknown = rows["committed"].isna()
    table = rows.assign(unapproved=rows["unapproved"].astype("Int64").mask(unknown))
    under = reader.t("share of what was committed in points · click a bar to see its changes")
    if unit == "counts":
        under = reader.t("share of committed items, an item counted once · click a bar to see its changes")
    # A window as narrow as a phone that is none has no room for a number on every bar: see the stylesheet.
    key = None if theme.is_phone() else "churn-bars-wide"
    with cards.panel(reader.t("Gross churn per sprint"), under=under, key=key):
        clicked = cards.chart(drawn, reader, key="churn.chart", table=table, columns=columns, clickable=True)
    if clicked != st.session_state.get("churn.clicked"):
        st.session_state["churn.clicked"] = clicked
        st.session_state["churn.sprint"] = clicked[0] if clicked else "all"


def changes_panel(reader: Reader, shown: Churn) -> None:
    """Every detected change: what, when, by whom, and who answered for it; by sprint, kind and state."""
    figures, changes = shown.figures, shown.figures.changes
    unapproved = figures.states["unapproved"]
    is_none = 0 < unapproved == len(changes)
    nobody = reader.t("none approved") if is_none else reader.t("{n} nobody approved", n=unapproved)
    is_known = shown.recorded > 0
    small = f"{reader.number(len(changes))} · {nobody}" if is_known else reader.number(None)
    with cards.panel(reader.t("What changed after the start"), small):
        if changes.empty:
            if is_known:
                screens.zero(reader, reader.t("no requirement changed after the start of a sprint"))
            else:
                cards.html(reader.t("n/a: the imported files do not say when an item came in or went."))
            return
        rows = _chosen(reader, shown)
        if rows.empty:
            screens.zero(reader, reader.t("no change fits this choice"))
            return
        rows = rows.sort_values("at", ascending=False)
        hidden = 0 if st.session_state.get("churn.every") else len(rows) - SHORT
        if hidden > 0:
            rows = rows.head(SHORT)
        sizes = [
            "" if kind == "content" else signed(-points if kind == "removed" else points, reader)
            for kind, points in zip(rows["change_kind"], rows["points"], strict=True)
        ]
        item_table(
            rows.assign(size=sizes, answered=_answers(reader, rows)), _columns(reader), reader,
            name=reader.t("Detected changes"), key="churn.changes",
        )  # fmt: skip
        if hidden > 0:
            more = reader.tn("Show {n} older change", "Show {n} older changes", hidden)
            st.button(plain(more), key="churn.more", on_click=_show_every)


def _show_every() -> None:
    st.session_state["churn.every"] = True


def change_words(reader: Reader, change: dict[str, Any]) -> str:
    """A change as a line to choose: `SHOP-371 added to the sprint · Sprint 11 · 直播专场订单`."""
    title = change["title"] if isinstance(change["title"], str) else ""
    return f"{change['key']} · {reader.t(CHANGE_KIND[change['change_kind']])} · {change['sprint']} · {title}"


def _chosen(reader: Reader, shown: Churn) -> pd.DataFrame:
    changes = shown.figures.changes
    names = dict(zip(changes["sprint_id"], changes["sprint"], strict=True))
    latest_first = list(reversed(shown.rows["sprint_id"].tolist()))
    sprints = ["all", *(one for one in latest_first if one in names)]
    if st.session_state.get("churn.sprint") not in (None, *sprints):
        st.session_state["churn.sprint"] = "all"  # the bar of a sprint without changes was clicked
    with filters.row():
        sprint = filters.choose(
            reader.t("Sprint"), sprints, key="churn.sprint",
            say=lambda one: reader.t("all sprints") if one == "all" else names[one],
        )  # fmt: skip
        kind = filters.choose(
            reader.t("Kind of change"), ["all", *CHANGE_KIND], key="churn.kind",
            say=lambda one: reader.t("all kinds") if one == "all" else reader.t(CHANGE_KIND[one]),
        )  # fmt: skip
        state = filters.choose(
            reader.t("State"), ["all", "open", *STATE], key="churn.state", default=_asked_state(),
            say=lambda one: {"all": reader.t("all states"), "open": reader.t("nobody approved")}.get(one)
            or reader.t(STATE[one]),
        )  # fmt: skip
    is_wanted = changes["key"].notna() | True
    if sprint != "all":
        is_wanted &= changes["sprint_id"] == sprint
    if kind != "all":
        is_wanted &= changes["change_kind"] == kind
    if state == "open":
        is_wanted &= changes["is_unapproved"]
    elif state != "all":
        is_wanted &= changes["state"] == state
    return changes[is_wanted]


def _asked_state() -> str | None:
    """What a link to this page asked to see."""
    return st.query_params.get("state") if "churn.state" not in st.session_state else None


def _columns(reader: Reader) -> list[Column]:
    kinds = {code: reader.t(word) for code, word in CHANGE_KIND.items()}
    states = {code: reader.t(word) for code, word in STATE.items()}
    return [
        Column("key", reader.t("Item"), "item", title="title"),
        Column("change_kind", reader.t("Change"), "badge", words=kinds, colours=KIND_COLOURS),
        Column("size", reader.t("Points"), "number", write=str),
        Column("sprint", reader.t("Sprint")),
        Column("at", reader.t("When"), "instant"),
        Column("author", reader.t("Who")),
        Column("state", reader.t("State"), "badge", words=states, colours=STATE_COLOURS),
        Column("answered", reader.t("Request or waiver"), "note"),
    ]


def _answers(reader: Reader, rows: pd.DataFrame) -> list[str]:
    """The change requests that cover a change, or the reason of its waiver."""
    waivers = data.table("waivers")
    names = ["source_id", "sprint_id", "work_item_id", "change_kind"]
    reasons = {tuple(row[name] for name in names): row for row in rows_of(waivers)}
    said = []
    for row in rows_of(rows):
        waiver = reasons.get(tuple(row[name] for name in names))
        parts: Sequence[str] = row["numbers"]
        if row["is_waived"] and waiver is not None:
            parts = [*parts, reader.t("“{reason}”, {who}", reason=waiver["reason"], who=waiver["waived_by"])]
        said.append(", ".join(parts))
    return said


def _each_item_once(rows: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """Counts whose parts add up to gross churn: an item that was added and then removed counts as added (R17)."""
    kinds = {one: set(part["work_item_id"]) for one, part in changes.groupby(["sprint_id", "change_kind"])}
    twice = [len(kinds.get((one, "added"), set()) & kinds.get((one, "removed"), set())) for one in rows["sprint_id"]]
    return rows.assign(removed=rows["removed"] - pd.Series(twice, index=rows.index))
