"""The weekly and the monthly report: progress, churn, KPIs and feedback of one period, as they stood at its end."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd

from core.actor import Scope
from core.reader import Reader
from core.rows import rows_of
from core.units import format_quantity
from core.wording_actions import CHANGE_KIND
from core.wording_actors import actor_words
from core.wording_kpi import ASSURANCE, SIGNAL
from core.wording_reports import REPORT_KIND
from metrics.feedback import UNRESOLVED, scores
from reports import blocks
from reports.figures.feedback import FeedbackFigures, feedback_figures
from reports.figures.house import house_settings
from reports.figures.kpi import KpiFigures, kpi_figures
from reports.figures.sprint import SprintFigures, sprint_figures
from reports.paper import Document, Fact, Facts, Paragraph, Section, Table
from store import frames

ENOUGH = 5  # R28: a score of fewer answers says how few they were


@dataclass(frozen=True)
class Period:
    """A week (Monday to Sunday) or a calendar month in the project's zone; `ends_at` is its first instant after."""

    kind: str
    first: date
    last: date
    begins_at: datetime
    ends_at: datetime


def last_period(kind: str, at: datetime, zone: str) -> Period:
    """The last whole week or month that was over at an instant. Args: kind, `weekly` or `monthly`."""
    today = at.astimezone(ZoneInfo(zone)).date()
    if kind == "weekly":
        first = today - timedelta(days=today.weekday() + 7)
        last = first + timedelta(days=6)
    else:
        last = today.replace(day=1) - timedelta(days=1)
        first = last.replace(day=1)
    here = ZoneInfo(zone)
    begins, ends = (datetime.combine(day, time(), here) for day in (first, last + timedelta(days=1)))
    return Period(kind, first, last, begins, ends)


@dataclass(frozen=True, eq=False)
class PeriodFigures:
    """What a periodic report says.

    Args: period; sprints, those that ran or ended in it, as of its end; changes, detected in them within the period;
    kpis and feedback as of its end; fresh_since, how old the data is.
    """

    period: Period
    sprints: tuple[SprintFigures, ...]
    changes: pd.DataFrame
    kpis: KpiFigures
    feedback: FeedbackFigures
    fresh_since: datetime | None


def period_figures(session: frames.Reading, scope: Scope, period: Period) -> PeriodFigures:
    """The figures of one period: sprints still running at its end are replayed as of then (R1, R4)."""
    found = frames.sprints(session, scope)
    ran = found["started_at"].notna() & (found["started_at"] < pd.Timestamp(period.ends_at))
    ended = found["completed_at"].fillna(pd.Timestamp(period.ends_at)) >= pd.Timestamp(period.begins_at)
    is_open = found["completed_at"].notna() | found["state"].eq("active")
    sprints = []
    for row in rows_of(found[ran & ended & is_open]):
        is_over = not pd.isna(row["completed_at"]) and row["completed_at"] < period.ends_at
        at = None if is_over else period.ends_at
        sprints.append(sprint_figures(session, scope, int(row["source_id"]), str(row["sprint_id"]), as_of=at))
    changed = [one.changes.assign(sprint=one.sprint["name"]) for one in sprints if len(one.changes)]
    changes = (
        pd.concat(changed, ignore_index=True) if changed else pd.DataFrame({"change_kind": [], "is_unapproved": []})
    )
    return PeriodFigures(
        period, tuple(sprints), changes, kpi_figures(session, scope, as_of=period.ends_at),
        feedback_figures(session, scope, as_of=period.ends_at), frames.fresh_since(session),
    )  # fmt: skip


def zone_of(session: frames.Reading) -> str:
    """The project's zone, in which weeks and months are cut."""
    return house_settings(session).zone


def period_report(
    figures: PeriodFigures, reader: Reader, *, made_by: str, made_at: datetime, project: str | None = None
) -> Document:
    """The report in the reader's language. Args: project, of which alone it is."""
    period, since = figures.period, figures.fresh_since
    age = reader.t("data from {at}", at=reader.instant(since, with_year=True)) if since else reader.t("no data yet")
    days = f"{reader.day(period.first, with_year=True)} – {reader.day(period.last, with_year=True)}"
    return Document(
        title=reader.t(REPORT_KIND[period.kind]),
        headline=_headline(reader, figures),
        subtitle=" · ".join(part for part in (project or "", days) if part),
        lang=reader.lang,
        sections=(
            Section(reader.t("Progress"), (blocks.sprint_table(reader, figures.sprints),)),
            _churn(reader, figures),
            _kpis(reader, figures.kpis),
            _feedback(reader, figures),
        ),
        footer=" · ".join([reader.t("Counted by the rules R1, R9-R17, R23-R29"), age]),
        made=reader.t(
            "Made {at} by {name}.", at=reader.instant(made_at, with_year=True), name=actor_words(made_by, reader)
        ),
    )


def _headline(reader: Reader, figures: PeriodFigures) -> str:
    ended = sum(
        not pd.isna(one.sprint["completed_at"])
        and figures.period.begins_at <= one.sprint["completed_at"] < figures.period.ends_at
        for one in figures.sprints
    )
    nobody = int(figures.changes["is_unapproved"].astype(bool).sum()) if len(figures.changes) else 0
    met = int((figures.kpis.status["assurance"] == "consistently_met").sum())
    came = len(_received(figures))
    said = [
        reader.tn("{n} sprint ended;", "{n} sprints ended;", ended),
        reader.tn("{n} change nobody approved;", "{n} changes nobody approved;", nobody),
        reader.t("{n} of {total} KPIs are consistently met;", n=met, total=len(figures.kpis.status)),
        reader.tn("{n} piece of feedback came in.", "{n} pieces of feedback came in.", came),
    ]
    return ("" if reader.lang == "zh" else " ").join(said)


def _churn(reader: Reader, figures: PeriodFigures) -> Section:
    rows = []
    for kind, word in CHANGE_KIND.items():
        mine = figures.changes[figures.changes["change_kind"] == kind]
        if len(mine):
            nobody = int(mine["is_unapproved"].astype(bool).sum())
            rows.append((reader.t(word), reader.number(len(mine)), reader.number(nobody)))
    headers = (reader.t("Change"), reader.t("Detected"), reader.t("Nobody approved"))
    note = Paragraph(reader.t("All changes of the sprints above, up to the end of this time."), "quiet")
    table = Table(headers, tuple(rows), frozenset({1, 2}), (3, 1, 1), reader.t("No change was detected."))
    return Section(reader.t("Requirement churn"), (table, note))


def _kpis(reader: Reader, figures: KpiFigures) -> Section:
    rows = []
    for row in rows_of(figures.status):
        values = [
            format_quantity(reader, str(row["dimension"]), None if pd.isna(row[name]) else row[name], str(row["unit"]))
            for name in ("baseline", "current", "target")
        ]
        signals = sorted({str(one["rule"]) for one in row["signals"]}) if isinstance(row["signals"], list) else []
        assured = row["assurance"]
        rows.append(
            (
                str(row["name"]),
                *values,
                reader.percent(None if pd.isna(row["progress"]) else row["progress"]),
                reader.t(ASSURANCE[assured]) if isinstance(assured, str) else reader.t("no target"),
                ("，" if reader.lang == "zh" else ", ").join(reader.t(SIGNAL[one]) for one in signals),
            )
        )
    headers = (
        reader.t("KPI"), reader.t("Baseline"), reader.t("Now"), reader.t("Target"), reader.t("Progress"),
        reader.t("Assurance"), reader.t("Signals"),
    )  # fmt: skip
    table = Table(
        headers, tuple(rows), frozenset({1, 2, 3, 4}), (2, 1, 1, 1, 0.9, 1.3, 2), reader.t("No KPI is agreed.")
    )
    return Section(reader.t("KPIs"), (table,))


def _received(figures: PeriodFigures) -> pd.DataFrame:
    items, period = figures.feedback.items, figures.period
    return items[items["received_at"] >= pd.Timestamp(period.begins_at)]


def _feedback(reader: Reader, figures: PeriodFigures) -> Section:
    came = _received(figures)
    still_open = int(figures.feedback.items["state"].isin(UNRESOLVED).sum())
    found: dict[str, Any] = {}
    if len(came):
        found = {str(k): v for k, v in scores(came, pd.Series("all", index=came.index)).to_dict("index")["all"].items()}
    times = figures.feedback.times
    median, lost = times.of("first_response")["median_seconds"], times.not_covered("first_response")
    left_out = [reader.t("{n} in a year the calendar does not know", n=lost)] if lost else []
    facts = [
        Fact(reader.t("Received"), reader.number(len(came))),
        Fact(reader.t("Open at the end"), reader.number(still_open)),
        _score(reader, "CSAT", found.get("csat"), found.get("csat_n"), reader.percent),
        _score(reader, "NPS", found.get("nps"), found.get("nps_n"), lambda value: reader.number(value * 100, 0)),
        Fact(
            reader.t("First answer, median"), "–" if median is None else reader.duration(median),
            " · ".join([reader.t("working time, all feedback so far"), *left_out]),
        ),
    ]  # fmt: skip
    return Section(reader.t("Feedback after launch"), (Facts(tuple(facts)),))


def _score(reader: Reader, label: str, value: Any, n: Any, write: Any) -> Fact:
    if value is None or pd.isna(value):
        return Fact(label, reader.number(None), reader.t("no answer"))
    answers = reader.tn("{n} answer", "{n} answers", int(n))
    few = reader.t("few: {answers}", answers=answers) if int(n) < ENOUGH else answers
    return Fact(label, write(float(value)), few)
