"""A sprint's answer in sentences, the same on its page, in its minutes and in the reports."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from core.i18n import N_
from core.reader import Reader
from reports.figures.sprint import SprintFigures

# How the sentence reads: (all that is done had been committed, it had not all been, nothing committed, not recorded).
CLOSED = (
    N_("{sprint} delivered {done} of {committed}."),
    N_("{sprint} delivered {all} against {planned} committed at its start."),
    N_("{sprint} delivered {all}; nothing had been committed at its start."),
    N_("{sprint} delivered {all}. How much was committed is not recorded."),
)
RUNNING = (
    N_("{sprint} is running, with {done} of {committed} done."),
    N_("{sprint} is running, with {all} done against {planned} committed at its start."),
    N_("{sprint} is running, with {all} done; nothing had been committed at its start."),
    N_("{sprint} is running, with {all} done. How much was committed is not recorded."),
)
THEN = (
    N_("At the end of {day}, {sprint} had {done} of {committed} done."),
    N_("At the end of {day}, {sprint} had {all} done against {planned} committed at its start."),
    N_("At the end of {day}, {sprint} had {all} done; nothing had been committed at its start."),
    N_("At the end of {day}, {sprint} had {all} done. How much was committed is not recorded."),
)
WITHOUT_DATES = ("sprint_without_start", "closed_without_end", "ends_before_start", "sprint_unknown")


def amount(reader: Reader, value: float | None, unit: str) -> str:
    """A number of points or of items in words; null reads as not known."""
    if value is None:
        return reader.number(None)
    if unit == "points":
        return reader.tn("{n} point", "{n} points", value)  # type: ignore[arg-type]  # points may be halves
    return reader.tn("{n} item", "{n} items", int(value))


def bare(reader: Reader, value: float | None, unit: str) -> str:
    """A number whose unit was said just before; Chinese says its measure word again."""
    return amount(reader, value, unit) if reader.lang == "zh" else reader.number(value)


def is_over(figures: SprintFigures) -> bool:
    """Whether the sprint was closed at the instant of the figures."""
    ended = figures.sprint["completed_at"]
    return bool(figures.sprint["state"] == "closed" and (pd.isna(ended) or figures.as_of >= ended))


def default_unit(figures: SprintFigures) -> str:
    """Points, unless they say nothing: no item is estimated, or only counts are known."""
    points, counts = figures.totals["points"], figures.totals["counts"]
    if points["committed"] is None and counts["committed"] is not None:
        return "counts"
    sizes = ("committed", "completed", "not_completed")
    return "counts" if not any(points[name] for name in sizes) and any(counts[name] for name in sizes) else "points"


def delivered(reader: Reader, figures: SprintFigures, unit: str, day: date | None = None) -> str:
    """How much of what was committed the sprint delivered, true whatever else it completed (R13, R16).

    "31 of 34" is said only where everything completed had been committed, at the size it had then.
    Args: day, whose end the figures are replayed for.
    """
    name, totals = figures.sprint["name"], figures.totals[unit]
    if not figures.is_started:
        return _not_started(reader, figures)
    done, planned = totals["completed"], totals["committed"]
    if done is None:
        return reader.t("What {sprint} delivered cannot be told.", sprint=name)
    forms = CLOSED if is_over(figures) else RUNNING if day is None else THEN
    if planned is None:
        form = forms[3]
    elif planned == 0:
        form = forms[2]
    else:
        form = forms[0] if _is_part_of_committed(figures, unit) else forms[1]
    return reader.t(
        form, sprint=name, done=bare(reader, done, unit), planned=bare(reader, planned, unit), all=amount(reader, done, unit),
        committed=amount(reader, planned, unit), day=reader.day(day) if day else "",
    )  # fmt: skip


def came_in(reader: Reader, figures: SprintFigures, unit: str, emphasise: Callable[[str], str] = str) -> list[str]:
    """What came in after the start, and how much of it nobody approved (R10, R17); nothing where it is not known.

    Args: emphasise, how what nobody approved is set apart where that can be shown.
    """
    counts = figures.totals["counts"]["added"]
    if not figures.is_started or counts is None:
        return []
    if counts == 0:
        return [reader.t("Nothing came in after the start.")]
    added = figures.changes[figures.changes["change_kind"] == "added"]
    nobody = added[added["is_unapproved"]]
    size, unsigned = figures.totals["points"]["added"], float(nobody["points"].sum(skipna=False))
    is_sized = unit == "points" and size and unsigned == unsigned and bool(unsigned) == bool(len(nobody))
    whole, part = (size, unsigned) if is_sized else (int(counts), len(nobody))
    first = (
        reader.t("{n} came in after the start;", n=bare(reader, whole, unit))
        if is_sized
        else reader.tn("{n} item came in after the start;", "{n} items came in after the start;", int(whole))
    )
    if not len(nobody):
        return [first, reader.t("all of it was approved.")]
    if len(nobody) == len(added):
        return [first, emphasise(reader.t("nobody approved any of it."))]
    if is_sized:
        return [first, emphasise(reader.t("{n} of those nobody approved.", n=bare(reader, part, unit)))]
    return [first, emphasise(reader.t("{n} of those items nobody approved.", n=part))]


def _not_started(reader: Reader, figures: SprintFigures) -> str:
    name: Any = figures.sprint["name"]
    if any(one.code in WITHOUT_DATES for one in figures.findings):
        return reader.t("The figures of {sprint} cannot be told: its dates are missing or wrong.", sprint=name)
    if figures.sprint["state"] == "future" or pd.isna(figures.sprint["started_at"]):
        return reader.t("{sprint} has not started: it has no figures yet.", sprint=name)
    return reader.t("{sprint} holds no work items.", sprint=name)


def _is_part_of_committed(figures: SprintFigures, unit: str) -> bool:
    """Whether everything completed had been committed, in points at the very size."""
    names = ("bucket", "outcome", "initial_points", "final_points")
    for bucket, outcome, first, last in zip(*(figures.items[name].tolist() for name in names), strict=True):
        if outcome == "completed" and isinstance(bucket, str):
            is_same = (0.0 if pd.isna(first) else first) == (0.0 if pd.isna(last) else last)
            if bucket != "committed" or (unit == "points" and not is_same):
                return False
    return True
