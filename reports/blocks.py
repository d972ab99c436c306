"""Parts that minutes and periodic reports share: the ledger as figures and waterfall, a table of sprints, the outlook."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd

from charts.ledger import STEP_NAMES, STEPS, balance_line, staircase
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import GOAL_VERDICT
from metrics.forecast import Forecast
from reports.figures.sprint import SprintFigures
from reports.paper import Bars, Bullets, Fact, Facts, Paragraph, Section, Series, Table
from reports.sprint_words import amount, default_unit

UNIT_WORD = {"points": N_("points"), "counts": N_("items")}


def ledger(reader: Reader, figures: SprintFigures) -> Section:
    """The sprint's ledger: its figures, the waterfall, and the equation that balances (R15)."""
    unit = default_unit(figures)
    totals, ratios = figures.totals[unit], figures.ratios[unit]
    facts = Facts(
        (
            Fact(reader.t("committed"), amount(reader, totals["committed"], unit)),
            Fact(reader.t("completed"), amount(reader, totals["completed"], unit)),
            Fact(reader.t("Say/do"), reader.percent(ratios["say_do"])),
            Fact(reader.t("Churn, gross"), reader.percent(ratios["churn_gross"])),
        )
    )
    title = reader.t("The ledger, in {unit}", unit=reader.t(UNIT_WORD[unit]))
    if not figures.is_started:
        return Section(title, (Paragraph(reader.t("The sprint has not started: it has no figures yet."), "quiet"),))
    said = balance_line(totals, reader)
    return Section(title, (facts, waterfall(reader, totals, unit, said)))


def waterfall(reader: Reader, totals: dict[str, Any], unit: str, said: str) -> Bars:
    """The ledger's bars; a step that is not known stands at its predecessor's level and says so."""
    bases, sizes, labels = staircase(totals, reader)
    series = Series(reader.t(UNIT_WORD[unit]), tuple(sizes), "committed")
    return Bars(
        categories=tuple(reader.t(STEP_NAMES[step]) for step in STEPS), series=(series,), unit=reader.t(UNIT_WORD[unit]),
        alt=said, base=tuple(bases), labels=tuple(labels), meanings=STEPS,
    )  # fmt: skip


def goal(reader: Reader, figures: SprintFigures) -> Section:
    """The sprint's goal, and whether it was met."""
    text = figures.sprint["goal"]
    said = [Paragraph(text if isinstance(text, str) and text else reader.t("No goal on record"))]
    if figures.goal is None:
        said.append(Paragraph(reader.t("No verdict on the goal yet."), "quiet"))
    else:
        verdict = reader.t(GOAL_VERDICT[figures.goal["verdict"]])
        said.append(Paragraph(reader.t("Verdict: {verdict}", verdict=verdict)))
        if isinstance(figures.goal["evidence"], str):
            said.append(Paragraph(figures.goal["evidence"], "quiet"))
    return Section(reader.t("The goal"), tuple(said))


def outlook(reader: Reader, forecast: Forecast | None, velocity: tuple[float | None, int], unit: str) -> Section:
    """What the next sprint can be expected to bring: velocity (R20) and the forecast by count (R22)."""
    mean, n = velocity
    lines = []
    if mean is None:
        lines.append(reader.t("No closed sprint yet: there is no velocity."))
    else:
        lines.append(
            reader.t(
                "Velocity: {amount} a sprint, the mean of the last {n}.", amount=said_amount(reader, mean, unit), n=n
            )
        )
    if forecast is None or forecast.state == "not_enough_history":
        lines.append(reader.t("Not enough history for a forecast: fewer than 5 days on which something was finished."))
    else:
        lines += [_promise(reader, row, forecast.until) for row in rows_of(forecast.frame)]
    return Section(reader.t("The next sprint"), (Bullets(tuple(lines)),))


def said_amount(reader: Reader, value: float, unit: str) -> str:
    """A mean of points or items; items may be broken here."""
    if unit == "points":
        return amount(reader, round(value, 1), unit)
    return reader.tn("{n} item", "{n} items", round(value, 1))  # type: ignore[arg-type]  # a mean of items is no whole number


def _promise(reader: Reader, row: Mapping[Any, Any], until: date) -> str:
    return reader.t(
        "With {share} certainty at least {n} items are finished by {day}.",
        share=reader.percent(row["share"]), n=int(row["items"]), day=reader.day(until),
    )  # fmt: skip


def sprint_table(reader: Reader, sprints: Sequence[SprintFigures]) -> Table:
    """Sprints beside each other, each in the unit it is planned in."""
    rows = []
    for one in sprints:
        unit = default_unit(one)
        totals, ratios = one.totals[unit], one.ratios[unit]
        nobody = int(one.changes["is_unapproved"].sum()) if len(one.changes) else 0
        rows.append(
            (
                _word(one.sprint["board_name"]) or one.source,
                str(one.sprint["name"]),
                amount(reader, totals["committed"], unit),
                amount(reader, totals["completed"], unit),
                reader.percent(ratios["say_do"]),
                reader.percent(ratios["churn_gross"]),
                reader.number(nobody),
            )
        )
    headers = (
        reader.t("Team"), reader.t("Sprint"), reader.t("committed"), reader.t("completed"), reader.t("Say/do"),
        reader.t("Churn, gross"), reader.t("Nobody approved"),
    )  # fmt: skip
    return Table(
        headers, tuple(rows), frozenset({2, 3, 4, 5, 6}), (1.4, 1.4, 1, 1, 0.8, 0.9, 1),
        reader.t("No sprint ran or ended in this time."),
    )  # fmt: skip


def _word(value: object) -> str:
    return value if isinstance(value, str) and not pd.isna(value) else ""
