"""What tells an administrator why some pages are not theirs: whose they are, and how they come back."""

import streamlit as st
from markupsafe import Markup

from core.actor import Role
from core.reader import Reader
from pages.components import data, sprint_filters
from pages.components.data import people as stored
from pages.components.markup import safe


def no_lead_yet(reader: Reader) -> None:
    """Above the overview, from the first set-up until somebody leads demos: where that role is given."""
    if not _is_without_lead_role():
        return
    people, grants = stored.people(), stored.grants()
    active = people[people["is_active"]]["person_id"]
    if active.empty or (grants["person_id"].isin(active) & (grants["role"] == Role.LEAD.value)).any():
        return
    door = Markup('<a class="fn-door" href="{}" target="_self">{} →</a>').format(
        sprint_filters.link("people", reader), reader.t("People")
    )
    said = reader.t("Presenting demos, verdicts and reports are a team lead's, and nobody is one yet:")
    st.html(Markup('<p class="fn-line" role="status">{} {}</p>').format(safe(said), door))


def how_to_lead(reader: Reader) -> None:
    """On the people page: an administrator runs the house; how they, or somebody else, come to lead demos."""
    if not _is_without_lead_role():
        return
    said = reader.t(
        "An administrator runs the house; Present, verdicts and reports are a team lead's. Add one below. Nobody grants "
        "themselves a role here: to lead demos yourself, run this on the server:"
    )
    command = f"python fortnight.py users grant {data.actor().name} --role lead"
    st.html(Markup('<p class="fn-line">{} <code>{}</code></p>').format(safe(said), safe(command)))


def _is_without_lead_role() -> bool:
    who = data.actor()
    return who.seen_by is None and Role.LEAD not in who.roles and data.may("manage_people")
