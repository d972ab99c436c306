"""The parts of the people page: who may sign in, what each role may do, the pages through somebody else's eyes."""

from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from access.permissions import MATRIX, Permission
from core.actor import Role
from core.errors import FortnightError
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import PERMISSION, ROLE
from pages.components import cards, data, entry_form, filters, screens
from pages.components.data import people as stored
from pages.components.item_table import Column, item_table, table_html
from pages.components.markup import clean, emphasis, muted, plain, safe

ROLE_MEANING = {
    "admin": N_("people, sources and settings of the whole house; signs nothing"),
    "lead": N_("verdicts, imports, changes and KPI entries of their projects"),
    "leader": N_("reads everything granted, decides and signs"),
    "department": N_("its own feedback and KPIs, and signs what is its own"),
    "auditor": N_("reads everything granted with names masked, and the audit log"),
    "viewer": N_("reads the projects granted"),
    "writer": N_("beside another role: writes verdicts and actions back to Jira"),
    "guest": N_("whoever holds a signed link: its one page, nothing else"),
}


def answer(reader: Reader, people: pd.DataFrame, grants: pd.DataFrame) -> None:
    """How many may sign in, and how many of them manage the house."""
    active = people[people["is_active"]]
    if active.empty:
        cards.headline(reader, reader.t("Nobody has an account yet."))
        cards.subline(reader.t("Whoever sits at this machine does everything, and the log says “at this machine”."))
        return
    admins = grants[(grants["role"] == "admin") & grants["person_id"].isin(active["person_id"])]["person_id"].nunique()
    many = reader.tn("{n} person may sign in;", "{n} people may sign in;", len(active))
    if admins:
        some = reader.tn("{n} of them is an administrator.", "{n} of them are administrators.", int(admins))
    else:
        some = emphasis(reader.t("none of them is an administrator."))
    if len(active) == admins == 1:
        cards.headline(reader, reader.t("One person may sign in, as administrator."))
    else:
        cards.headline(reader, many, some)
    without = active[~active["person_id"].isin(grants["person_id"])]
    disabled = len(people) - len(active)
    cards.subline(
        reader.tn("{n} account is disabled", "{n} accounts are disabled", disabled) if disabled else "",
        reader.tn("{n} person was granted nothing", "{n} people were granted nothing", len(without))
        if len(without)
        else "",
    )


def listing(reader: Reader, people: pd.DataFrame, grants: pd.DataFrame) -> None:
    """One row per person: what was granted, in words, and when they were last here."""
    by_person = {int(str(key)): rows_of(part) for key, part in grants.groupby("person_id")}
    told = people.assign(
        who=[_called(row) for row in rows_of(people)],
        may=["; ".join(granted(reader, one) for one in by_person.get(int(key), [])) for key in people["person_id"]],
        state=[_state(row) for row in rows_of(people)],
    )
    words = {
        "active": reader.t("in use"), "disabled": reader.t("disabled"), "invited": reader.t("not set up yet"),
    }  # fmt: skip
    columns = [
        Column("name", reader.t("Signs in as"), "item"),
        Column("who", reader.t("Name")),
        Column("may", reader.t("May")),
        Column("state", reader.t("Account"), "badge", words=words, colours={"active": "completed", "disabled": "neutral", "invited": "warning"}),
        Column("last_seen_at", reader.t("Last here"), "instant"),
    ]  # fmt: skip
    with cards.panel(reader.t("Who may do what"), key="people-list"):
        item_table(told, columns, reader, name=reader.t("Who may do what"), key="people.list")


def _called(row: dict[str, Any]) -> str:
    parts = [row["display_name"], row["department"], row["email"]]
    return " · ".join(str(part) for part in parts if isinstance(part, str) and part and part != row["name"])


def _state(row: dict[str, Any]) -> str:
    if not row["is_active"]:
        return "disabled"
    return "active" if row["has_password"] or isinstance(row["last_seen_at"], pd.Timestamp) else "invited"


def granted(reader: Reader, grant: dict[str, Any]) -> str:
    """One grant in words: the role and how far it reaches."""
    role = reader.t(ROLE[grant["role"]])
    places = [one for one in (grant["project_key"], grant["department"]) if isinstance(one, str)]
    if not places:
        return reader.t("{role} everywhere", role=role)
    return reader.t("{role} of {places}", role=role, places=" + ".join(places))


def see_as(reader: Reader, people: pd.DataFrame) -> None:
    """Look at the pages as somebody would see them: nothing can be changed, and it is logged."""
    filling = entry_form.entry("people.see_as")
    under = reader.t(
        "The pages as they see them. Nothing can be changed meanwhile; the look is logged; one click leads back."
    )
    named = {int(row["person_id"]): row for row in rows_of(people) if row["is_active"]}
    if not named:
        return
    with cards.panel(reader.t("See as somebody else"), under=under, key="people-see-as"):
        with filling.form():
            chosen = filters.choose(
                reader.t("Person"), list(named), key=filling.key("person"), say=lambda one: str(named[one]["name"])
            )
            is_sent = filling.button(reader.t("See as this person"))
        if is_sent and chosen is not None:
            try:
                stored.look_as(chosen)
            except FortnightError as error:
                screens.failed(reader, error)
                return
            st.rerun()


def ribbon(reader: Reader) -> None:
    """Above every page while an admin looks as somebody else: as whom, and the way back."""
    who = data.actor()
    if who.seen_by is None:
        return
    with st.container(key="shell-seen-as", horizontal=True, vertical_alignment="center", gap="small"):
        words = reader.t("You see the pages as {name} does. Nothing can be changed.", name=clean(who.name))
        st.html(Markup('<span class="fn-sample" role="status">{}</span>').format(safe(words)))
        if st.button(plain(reader.t("Be yourself again")), key="shell.be_oneself", type="tertiary"):
            stored.look_as_oneself()
            st.rerun()


def matrix(reader: Reader) -> None:
    """Every role and every permission, in words."""
    roles = list(Role)
    with cards.panel(reader.t("What each role may do"), key="people-matrix"):
        listed = Markup("").join(
            Markup("<dt><b>{}</b></dt><dd>{}</dd>").format(reader.t(ROLE[role]), reader.t(ROLE_MEANING[role]))
            for role in roles
        )
        cards.html(Markup('<dl class="fn-roles">{}</dl>').format(listed))
        rows = pd.DataFrame(
            [
                {
                    "permission": reader.t(PERMISSION[one]),
                    **{role.value: "✓" if one in MATRIX[role] else "" for role in roles},
                }
                for one in Permission
            ]
        )
        shown = [role for role in roles if MATRIX[role]]
        columns = [Column("permission", reader.t("May")), *(Column(role.value, reader.t(ROLE[role])) for role in shown)]
        inside = table_html(rows, columns, reader, name=reader.t("What each role may do"))
        word = reader.t("Show every permission")
        cards.html(
            Markup('<details class="fn-as-table fn-whole"><summary>{}</summary>{}</details>').format(word, inside)
        )
        cards.html(
            muted(
                reader.t(
                    "A role reaches the projects and departments it was granted for, and nothing else exists for it."
                )
            )
        )
