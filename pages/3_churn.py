"""Requirement churn: what changed after sprints had started, and who approved it."""

import streamlit as st

from core.i18n import N_, Text
from core.reader import Reader
from core.wording_actions import POLICY
from pages.components import cards, churn_view, data, filters, opening, request_forms, request_view, sprint_filters
from pages.components.reader import reader as present_reader
from pages.components.request_forms import Changes
from pages.components.request_view import Request
from pages.components.sprint_strips import EVERY, SHOWN

TITLE = N_("Requirement churn")
ICON = ":material/published_with_changes:"
PERMISSION = "read_churn"


def main() -> None:
    """Filters, then the answer, the chart, the list of changes, the change requests, and how it is counted."""
    reader = present_reader()
    listed = request_view.requests()
    alone = listed or not data.may("read_sprints")
    boards = opening.opened(reader, instead=(lambda: _requests_alone(reader, listed)) if alone else None)
    if not boards:
        return
    with filters.row():
        board = sprint_filters.choose_team(reader, boards)
        last = filters.choose(
            reader.t("Sprints"), [6, SHOWN, EVERY], key="churn.last", default=SHOWN, width=200,
            say=lambda n: reader.t("all sprints") if n == EVERY else reader.t("last {n} sprints", n=n),
        )  # fmt: skip
        unit = filters.switch(
            reader.t("Counted in"), ["points", "counts"], key="churn.unit",
            say=lambda one: reader.t("points") if one == "points" else reader.t("items"),
        )  # fmt: skip
    shown = churn_view.churn_of(board, last or SHOWN, unit)
    cards.headline(reader, *churn_view.answer(reader, shown))
    cards.subline(*churn_view.facts(reader, shown))
    churn_view.chart_panel(reader, shown)
    changes = request_forms.changes_of(shown.figures.changes)
    names = {
        "changes": reader.t("What changed ({n})", n=len(changes)) if shown.recorded else reader.t("What changed"),
        "requests": reader.t("Change requests ({n})", n=len(listed)),
    }
    asked = "requests" if "request" in st.query_params else "changes"
    if (
        filters.switch(reader.t("Show"), list(names), key="churn.view", say=names.__getitem__, default=asked)
        == "changes"
    ):
        churn_view.changes_panel(reader, shown)
        if data.may("waive_change"):
            request_forms.waive_form(reader, changes)
    else:
        _requests(reader, listed, changes)
    sources = data.table("sources").set_index("source_id")
    policy = str(sources.at[board.source_id, "policy"])
    notes: list[Text | str] = [Text("approved means signed in a change request, or waived with a reason")]
    cards.counted(
        reader, "R10-R12, R17-R19, R24", policy=f"{policy} ({reader.t(POLICY[policy])})", notes=notes,
        fresh_since=data.workspace().fresh_since,
    )  # fmt: skip


def _requests_alone(reader: Reader, listed: list[Request]) -> None:
    """The page of whoever reads no sprint, as a business department: what it asked for and has to sign."""
    cards.headline(reader, request_view.answer(reader, listed))
    cards.subline(reader.t("What a team records for your department stands here, and you sign or decline it."))
    _requests(reader, listed, {})
    cards.counted(reader, "R17", fresh_since=data.workspace().fresh_since)


def _requests(reader: Reader, listed: list[Request], changes: Changes) -> None:
    """The chosen request in full and what may be done about it (at first one that waits), then all of them."""
    number = sprint_filters.remembered(
        "request", [one.number for one in listed], str, None, label=reader.t("Request"), key="churn.request_shown",
        say=lambda number: next(f"{one.number} {one.present['title']}" for one in listed if one.number == number),
        width=420,
    )  # fmt: skip
    if number is not None:
        _chosen(reader, next(one for one in listed if one.number == number), changes)
    request_view.requests_panel(reader, listed)
    if data.may("manage_changes"):
        request_forms.record_form(reader, changes)


def _chosen(reader: Reader, chosen: Request, changes: Changes) -> None:
    """One request, and beside it (on a phone beneath) the signature."""
    left, right = st.columns([1.65, 1])
    with left:
        request_view.request_panel(reader, chosen)
        if data.may("manage_changes"):
            request_forms.revise_form(reader, chosen, changes)
    if data.may("sign_change"):
        with right:
            request_forms.sign_form(reader, chosen)


main()
