"""How feedback is shown: volume, scores, waiting times, kinds, the list, and the history of one piece."""

from datetime import datetime
from typing import Any

import pandas as pd
from markupsafe import Markup

from charts.feedback import feedback_volume, score_trend
from core.i18n import N_, Text
from core.reader import Reader
from core.rows import rows_of
from core.wording_kpi import FEEDBACK_EVENT, FEEDBACK_KIND, FEEDBACK_STATE, RESPONSE_MEASURE, response_finding_text
from core.working_time import YEAR_NOT_COVERED
from metrics.feedback import UNRESOLVED
from pages.components import cards, data, feedback_files, feedback_forms, feedback_words, filters, screens, theme
from pages.components.data import linked
from pages.components.data.linked import Link
from pages.components.item_table import Column, item_table
from pages.components.markup import Figure, badge, join, muted, safe, strong
from reports.figures import FeedbackFigures

NOBODY = ""  # of no department
STATES = ("unfinished", "all", "open", "answered", "resolved", "confirmed")
STATE_FILTER = {"unfinished": N_("still open"), "all": N_("every state"), **FEEDBACK_STATE}
FIELD = {
    "kind": N_("Kind of feedback"),
    "text": N_("Feedback text"),
    "csat": N_("Satisfaction (1 to 5)"),
    "nps": N_("Would recommend (0 to 10)"),
    "release": N_("Release"),
    "department": N_("Department"),
    "project_key": N_("Project"),
    "received_at": N_("Received at"),
    "submitted_by": N_("Submitted by"),
}


def to_confirm(reader: Reader, figures: FeedbackFigures) -> None:
    """For who gave feedback and does not answer it: what is said to be fixed, to be confirmed or sent back at once."""
    if not data.may("confirm_feedback") or data.may("answer_feedback"):
        return
    waiting = figures.items[figures.items["state"] == "resolved"]
    order = waiting.assign(has_words=waiting["text"].notna())  # a score alone is no matter to be fixed: last
    waiting = order.sort_values(["has_words", "received_at"], ascending=False)
    if waiting.empty:
        return
    named = {int(row["feedback_id"]): {str(k): v for k, v in row.items()} for row in rows_of(waiting)}
    with cards.panel(reader.t("Is it fixed?"), reader.number(len(named)), key="feedback-confirm"):
        chosen = filters.choose(
            reader.t("Which piece of feedback"),
            list(named),
            key="feedback.confirming",
            say=lambda one: option(reader, named[one]),
            width=640,
        )
        item = named[chosen or next(iter(named))]
        history(reader, item, figures.events)
        feedback_forms.steps(reader, item, only=("confirm", "reopen"), place="own_")


def option(reader: Reader, item: dict[str, Any]) -> str:
    """A piece as a line to choose: number, day, the head of what was said, how many files it has."""
    files = feedback_files.counted(reader, int(item["feedback_id"]))
    parts = (f"#{item['feedback_id']}", reader.day(item["received_at"]), said(item)[:60], files)
    return " · ".join(part for part in parts if part)


def tiles(reader: Reader, figures: FeedbackFigures, as_of: datetime) -> None:
    """Satisfaction of the last four weeks against the first ones, and how long people wait."""
    periods = feedback_words.first_and_last(figures, as_of)
    shown = [_score_tile(reader, score, periods) for score in feedback_words.SCORE]
    for row in rows_of(figures.times.frame):
        median, p90 = (None if pd.isna(row[name]) else row[name] for name in ("median_seconds", "p90_seconds"))
        note = feedback_words.wait_note(reader, {str(k): v for k, v in row.items()})
        if p90 is not None:
            note = reader.t("9 of 10 within {p90}; {note}", p90=feedback_words.working(reader, p90), note=note)
        name = reader.t("Working time to {measure}, median", measure=reader.t(RESPONSE_MEASURE[row["measure"]]))
        shown.append(Figure(name, feedback_words.working(reader, median), note, _grey(row["n"])))
    cards.tiles(shown)
    for one in unknown_years(figures):
        cards.html(muted(reader.say(one)))


def unknown_years(figures: FeedbackFigures) -> list[Text]:
    """Which years the working calendars do not know, so that times are not known (R29)."""
    return [
        response_finding_text(one.code, one.subject_label, one.params)
        for one in figures.times.findings
        if one.code == YEAR_NOT_COVERED
    ]


def _score_tile(reader: Reader, score: str, periods: dict[str, dict[str, Any]]) -> Figure:
    last, first = periods.get("last", {}), periods.get("first", {})
    n = int(last.get(f"{score}_n", 0))
    note = f"n = {reader.number(n)}"
    if n < feedback_words.ENOUGH:
        note += " · " + reader.t("too few answers to rely on")
    if first.get(f"{score}_n"):
        before = feedback_words.score_text(reader, score, first[score])
        note += " · " + reader.t("in the first four weeks {value}, n = {n}", value=before, n=int(first[f"{score}_n"]))
    name = reader.t("{score}, last four weeks", score=reader.t(feedback_words.SCORE[score]))
    return Figure(name, feedback_words.score_text(reader, score, last.get(score)), note, _grey(n))


def _grey(n: int) -> str:
    return "neutral" if n < feedback_words.ENOUGH else ""


def trends(reader: Reader, figures: FeedbackFigures) -> None:
    """Volume with the open line, and a score by week with its n."""
    columns = [
        Column("week", reader.t("Week of"), "day"),
        Column("received", reader.t("Received"), "number"),
        Column("open", reader.t("Open at its end"), "number"),
        Column("csat", reader.t("CSAT"), "percent"),
        Column("csat_n", reader.t("CSAT, n"), "number"),
        Column("nps", reader.t("NPS"), "number", write=lambda value: feedback_words.score_text(reader, "nps", value)),
        Column("nps_n", reader.t("NPS, n"), "number"),
    ]
    palette = theme.current()
    table = figures.weeks.assign(week=figures.weeks["week"].dt.date).iloc[::-1]
    with cards.panel(reader.t("Received and still open, by week"), key="feedback-volume"):
        volume = feedback_volume(figures.weeks, reader=reader, palette=palette)
        cards.chart(volume, reader, key="feedback.volume", table=table, columns=columns)
    with cards.panel(
        reader.t("Satisfaction by week"),
        under=reader.t("A hollow grey point rests on fewer than five answers."),
        key="feedback-scores",
    ):
        score = filters.switch(
            reader.t("Score"),
            list(feedback_words.SCORE),
            key="feedback.score",
            say=lambda code: reader.t(feedback_words.SCORE[code]),
        )
        drawn = score_trend(figures.weeks, score, reader=reader, palette=palette)
        scored = [one for one in columns if one.name in ("week", score, f"{score}_n")]
        cards.chart(drawn, reader, key=f"feedback.trend_{score}", table=table, columns=scored)


def kinds(reader: Reader, figures: FeedbackFigures) -> None:
    """What kind of feedback came, and where it stands."""

    def scored(score: str) -> Column:
        name = reader.t(feedback_words.SCORE[score])
        return Column(f"{score}_shown", name)

    rows = [
        row
        | {
            f"{score}_shown": reader.t(
                "{value} (n = {n})", value=feedback_words.score_text(reader, score, row[score]), n=row[f"{score}_n"]
            )
            for score in feedback_words.SCORE
        }
        for row in rows_of(figures.by_kind)
    ]
    words = {code: reader.t(word) for code, word in FEEDBACK_KIND.items()}
    columns = [
        Column("kind", reader.t("Kind"), write=lambda code: words.get(code, code)),
        Column("received", reader.t("Received"), "number"),
        Column("open", reader.t("Open"), "number"),
        Column("waiting", reader.t(FEEDBACK_STATE["open"]), "number"),
        *(Column(state, reader.t(FEEDBACK_STATE[state]), "number") for state in FEEDBACK_STATE if state != "open"),
        scored("csat"),
        scored("nps"),
    ]
    with cards.panel(reader.t("By kind"), key="feedback-kinds"):
        item_table(pd.DataFrame(rows), columns, reader, name=reader.t("By kind"), key="feedback.kinds")


def filtered(reader: Reader, items: pd.DataFrame) -> pd.DataFrame:
    """The pieces that the reader's filters leave."""
    known = sorted(items["department"].dropna().unique())
    departments = [None, *known, *([NOBODY] if items["department"].isna().any() else [])]
    with filters.row():
        state = filters.choose(
            reader.t("State"), STATES, key="feedback.state", say=lambda one: reader.t(STATE_FILTER[one])
        )
        kind = filters.choose(
            reader.t("Kind"),
            [None, *FEEDBACK_KIND],
            key="feedback.kind",
            say=lambda one: reader.t(FEEDBACK_KIND[one]) if one else reader.t("every kind"),
        )
        department = filters.choose(
            reader.t("Department"),
            departments,
            key="feedback.department",
            say=lambda one: reader.t("every department") if one is None else one or reader.t("no department"),
        )
    keep = pd.Series(True, index=items.index)
    if state == "unfinished":
        keep &= items["state"].isin(UNRESOLVED)
    elif state != "all":
        keep &= items["state"] == state
    if kind:
        keep &= items["kind"] == kind
    if department is not None:
        keep &= items["department"].isna() if department == NOBODY else items["department"] == department
    return items[keep]


def listing(reader: Reader, items: pd.DataFrame) -> None:
    """The list behind the figures, newest first."""
    if items.empty:
        screens.zero(reader, reader.t("pieces of feedback with these filters"))
        return
    kind_words = {code: reader.t(word) for code, word in FEEDBACK_KIND.items()}
    state_words = {code: reader.t(word) for code, word in FEEDBACK_STATE.items()}
    columns = [
        Column("number", reader.t("What was said"), "item", title="text"),
        Column("received_at", reader.t("Received at"), "day"),
        Column("kind", reader.t("Kind"), write=lambda code: kind_words.get(code, code)),
        Column("score", reader.t("Score")),
        Column("department", reader.t("Department"), "note"),
        Column("state", reader.t("State"), "badge", words=state_words, colours=feedback_words.STATE_BADGE),
    ]
    given = zip(items["csat"].tolist(), items["nps"].tolist(), strict=True)
    shown = items.assign(
        number=items["feedback_id"].map(lambda one: f"#{one}"),
        score=[_scores(csat, nps) for csat, nps in given],
    )
    item_table(shown, columns, reader, name=reader.t("Feedback"), key="feedback.list")


def _scores(csat: Any, nps: Any) -> str:
    """The scores given, `CSAT 4 · NPS 9`; empty where there are none."""
    return " · ".join(f"{name} {value}" for name, value in (("CSAT", csat), ("NPS", nps)) if not pd.isna(value))


def history(reader: Reader, item: dict[str, Any], events: pd.DataFrame) -> None:
    """One piece of feedback and what became of it, oldest first."""
    word = reader.t(FEEDBACK_STATE[item["state"]])
    scores = [f"{reader.t(FIELD[name])}: {item[name]}" for name in ("csat", "nps") if not pd.isna(item[name])]
    about = [item["submitted_by"], item["department"], item["release"]]
    facts = [one for one in about if isinstance(one, str)]
    cards.html(
        Markup("<p>{} {}</p>").format(badge(feedback_words.STATE_BADGE[item["state"]], word), safe(said(item))),
        Markup("<p>{}</p>").format(muted(join([reader.instant(item["received_at"]), *facts, *scores]))),
    )
    feedback_files.shown(reader, int(item["feedback_id"]))
    mine = events[events["feedback_id"] == item["feedback_id"]]
    links = [link for one in rows_of(mine) if (link := _link_of(one))]
    named = linked.linked_items(links) if links else {}
    lines = [_event(reader, one, named) for one in rows_of(mine)]
    if lines:
        cards.html(Markup('<ol class="fn-facts">{}</ol>').format(Markup("").join(lines)))
    else:
        cards.html(muted(reader.t("Nobody has answered yet.")))


def _link_of(event: dict[Any, Any]) -> Link | None:
    payload = event["payload"] or {}
    if event["kind"] != "linked" or "work_item_id" not in payload:
        return None
    return int(payload["source_id"]), str(payload["work_item_id"])


def _event(reader: Reader, event: dict[Any, Any], named: dict[Link, dict[str, Any]]) -> Markup:
    what = reader.t(FEEDBACK_EVENT.get(event["kind"], "")) or event["kind"]
    payload = event["payload"] or {}
    told = [event["text"]] if isinstance(event["text"], str) else []
    if link := _link_of(event):
        told.append(_item_words(reader, named.get(link)))
    if event["kind"] == "corrected":
        told += [
            f"{reader.t(FIELD[name])}: {_value(reader, name, value)}"
            for name, value in payload.items()
            if name in FIELD
        ]
    author = event["author"] if isinstance(event["author"], str) else ""
    return Markup("<li>{}</li>").format(
        join([reader.instant(event["at"]), strong(what), author, Markup(" — ").join(map(safe, told))])
    )


def _item_words(reader: Reader, item: dict[str, Any] | None) -> str:
    """A linked item as people know it: key, title, where it stands."""
    if item is None:
        return reader.t("a work item that cannot be seen here")
    title, status = (item[name] if isinstance(item[name], str) else "" for name in ("title", "status"))
    return " · ".join(part for part in (f"{item['key']} {title}".strip(), status) if part)


def _value(reader: Reader, name: str, value: Any) -> str:
    if name == "kind" and value in FEEDBACK_KIND:
        return reader.t(FEEDBACK_KIND[value])
    return reader.value(value)


def said(item: dict[str, Any]) -> str:
    """The words of a piece of feedback; empty where it is a score alone."""
    return item["text"] if isinstance(item["text"], str) else ""
