"""What the demo page says beside its answer: the quiet line under it, in which unit it counts, and how."""

from core.i18n import Text
from core.reader import Reader
from core.wording_actions import POLICY
from pages.components import cards, data, filters, frozen_view, sprint_words
from pages.components.markup import emphasis
from pages.components.sprint_strips import Past, usual
from reports.figures import SprintFigures


def choose_unit(reader: Reader, figures: SprintFigures) -> str:
    """Points or items, as the reader chooses."""
    usual_unit = sprint_words.default_unit(figures)
    return filters.switch(
        reader.t("Counted in"),
        ["points", "counts"],
        key=f"demo.unit.{usual_unit}",
        say=lambda one: reader.t("points") if one == "points" else reader.t("items"),
        default=usual_unit,
    )


def facts(reader: Reader, before: Past, figures: SprintFigures, unit: str) -> list[object]:
    """The quiet line: goal and verdict, say/do with its usual range, changes that nobody approved, the plan, what is not known."""
    said: list[object] = [sprint_words.goal(reader, figures)]
    if figures.is_started:
        ratio, usually = figures.ratios[unit]["say_do"], usual(reader, before, "say_do")
        share = reader.t("say/do {share}", share=reader.percent(ratio))
        said.append(reader.t("{share} (usually {range})", share=share, range=usually) if usually else share)
        nobody = int(figures.changes["is_unapproved"].sum())
        if nobody:
            said.append(emphasis(unapproved(reader, len(figures.changes), nobody)))
    said.append(sprint_words.plan(reader, figures, min(figures.as_of, data.as_of_now())))
    said.append(frozen_view.frozen_note(reader, figures))
    said += sprint_words.reasons(reader, figures)
    return said


def unapproved(reader: Reader, changes: int, nobody: int) -> str:
    """How many of a sprint's changes nobody approved: some, all, or its only one."""
    if nobody == changes:
        return reader.tn("nobody approved its one change", "nobody approved any of its {n} changes", changes)
    return reader.t("nobody approved {n} of all its changes", n=nobody)


def counted(reader: Reader, figures: SprintFigures) -> None:
    """How the page is counted: rules, policy, what had no estimate, the age of the data."""
    unestimated = int(figures.items["is_unestimated"].sum())
    note = Text(
        "{n} items had no estimate (counted as 0)", one="{n} item had no estimate (counted as 0)", n=unestimated
    )
    policy = f"{figures.policy} ({reader.t(POLICY[figures.policy])})"
    notes: list[Text | str] = [note] if unestimated else []
    cards.counted(
        reader, "R1, R3, R9-R18, R20-R22, R24-R25", policy=policy, notes=notes, fresh_since=data.workspace().fresh_since
    )
