"""What a sprint's ledger says in sentences: the answer, what came in after the start, the goal, what is not known."""

from datetime import datetime

import pandas as pd
from markupsafe import Markup

from core.reader import Reader
from core.wording_actions import GOAL_VERDICT
from core.wording_ledger import LEDGER_FINDING
from pages.components.markup import emphasis
from reports import sprint_words
from reports.figures import SprintFigures
from reports.figures.house import finding_text
from reports.sprint_words import WITHOUT_DATES, amount, bare, default_unit, delivered, is_over

GOAL_COLOUR = {"met": "completed", "partly": "added", "missed": "not_completed"}
UNKNOWN = (
    *WITHOUT_DATES,
    "membership_unknown",
    "completion_unknown",
    "initial_estimate_unknown",
    "removed_before_added",
)


def came_in(reader: Reader, figures: SprintFigures, unit: str) -> list[str]:
    """What came in after the start, what nobody approved of it in colour."""
    return sprint_words.came_in(reader, figures, unit, emphasis)


def goal(reader: Reader, figures: SprintFigures) -> Markup | str:
    """The sprint's goal and whether it was met."""
    text = figures.sprint["goal"]
    has_goal = isinstance(text, str) and bool(text)
    said = reader.t("Goal “{goal}”", goal=text) if has_goal else reader.t("No goal on record")
    if figures.goal is None:
        return said if not has_goal else reader.t("{goal}: no verdict yet", goal=said)
    code = figures.goal["verdict"]
    word = emphasis(reader.t(GOAL_VERDICT[code]), GOAL_COLOUR[code])
    return Markup("{}{}{}").format(said, "：" if reader.lang == "zh" else ": ", word)


def plan(reader: Reader, figures: SprintFigures, now: datetime) -> str:
    """When a running sprint is planned to end, and that it is past; empty for any other."""
    ends = figures.sprint["planned_end_at"]
    if figures.sprint["state"] != "active" or pd.isna(ends):
        return ""
    if ends < now:
        return reader.t("was planned to end {day} and is still open", day=reader.day(ends))
    return reader.t("planned to end {day}", day=reader.day(ends))


def reasons(reader: Reader, figures: SprintFigures) -> list[str]:
    """Why figures of this sprint are not known, in the words of its findings."""
    told = [one for one in figures.findings if one.code in UNKNOWN and one.code in LEDGER_FINDING]
    return [reader.say(finding_text(one.code, one.subject_label, one.params)) for one in told]


__all__ = [
    "amount", "bare", "came_in", "default_unit", "delivered", "goal", "is_over", "plan", "reasons",
]  # fmt: skip
