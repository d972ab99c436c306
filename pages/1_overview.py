"""The overview: is it working, is it on time, what needs a decision; each figure opens to its evidence."""

from core.i18n import N_
from core.reader import Reader
from pages.components import cards, data, entry_form, opening, overview_view, request_view, role_note
from pages.components.overview_view import Team
from pages.components.reader import reader as present_reader
from reports.figures import KpiFigures

TITLE = N_("Overview")
ICON = ":material/speed:"
PERMISSION = "read_kpis"


def main() -> None:
    """The answer, what needs a decision, the teams, the KPIs, feedback, and how it is counted."""
    reader = present_reader()
    entry_form.announce()
    role_note.no_lead_yet(reader)
    boards = data.boards() if data.may("read_sprints") and not data.workspace().is_empty else []
    kpis = data.kpis()
    feedback = data.feedback() if data.may("read_feedback") else None
    has_feedback = feedback is not None and len(feedback.items) > 0
    if not boards and kpis.status.empty and not has_feedback:
        opening.nothing(reader)
        return
    opening.stale(reader)
    teams = [overview_view.team(board) for board in boards]
    waiting = [one for one in request_view.requests() if one.is_waiting] if data.may("read_churn") else None
    count = overview_view.things_waiting(teams, waiting, kpis)
    cards.headline(reader, *overview_view.answer(reader, teams, kpis, count))
    overview_view.decisions(reader, teams, waiting, kpis)
    _teams(reader, teams)
    _kpis(reader, kpis)
    if feedback is not None:
        overview_view.feedback_panel(reader, feedback)
    cards.counted(reader, "R9-R17, R23-R26, R28, R29", fresh_since=data.workspace().fresh_since)


def _teams(reader: Reader, teams: list[Team]) -> None:
    for column, one in zip(overview_view.columns(teams), teams, strict=False):
        with column:
            overview_view.team_panel(reader, one)


def _kpis(reader: Reader, kpis: KpiFigures) -> None:
    with cards.panel(reader.t("KPIs"), reader.number(len(kpis.status))):
        if kpis.status.empty:
            cards.html(reader.t("No KPI has been agreed yet."))
        else:
            cards.tiles(overview_view.kpi_row(reader, kpis))


main()
