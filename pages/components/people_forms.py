"""The forms of the people page: add somebody, grant and take back, invite, disable."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pandas as pd
import streamlit as st
from markupsafe import Markup

from access.policy import load_policy
from actions import people as given
from core.i18n import N_
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import ROLE
from pages.components import cards, data, entry_form, filters, people_view
from pages.components.data import people as stored
from pages.components.markup import clean, muted, plain, safe

LINK = "people.link"
STEPS = {
    "grant": N_("Grant a role"),
    "revoke": N_("Take a role back"),
    "invite": N_("Invite"),
    "end": N_("Sign out everywhere"),
    "disable": N_("Disable"),
    "enable": N_("Enable again"),
}


def add(reader: Reader, *, is_first: bool) -> None:
    """A new account with its first role; the link by which they set their password comes at once."""
    filling = entry_form.entry("people.new")
    with st.expander(plain(reader.t("Add somebody")), expanded=is_first, icon=":material/person_add:"):
        with filling.form():
            left, middle, right = st.columns(3)
            name = left.text_input(plain(reader.t("Name to sign in with")), key=filling.key("name"))
            shown = middle.text_input(plain(reader.t("Name to show (optional)")), key=filling.key("shown"))
            email = right.text_input(plain(reader.t("E-mail (optional)")), key=filling.key("email"))
            role, project, department = _reach(reader, filling)
            is_sent = filling.button(reader.t("Add and invite"))

        def act() -> None:
            person = data.do(
                given.add_person, name=name, display_name=shown or None, email=email or None, role=role,
                project=project, reach_department=department,
                department=department if role == "department" else None,
            )  # fmt: skip
            _invite(person.name)

        if is_sent:
            filling.send(reader, act, reader.t("The account is there. Hand over the link below."))
    link(reader)


def _invite(name: str) -> None:
    st.session_state[LINK] = (name, data.do(given.invite_person, name=name))


def link(reader: Reader) -> None:
    """The link that was just made, once: it is kept nowhere."""
    made = st.session_state.get(LINK)
    if made is None:
        return
    name, token = made
    with cards.panel(reader.t("The link for {name}", name=name), key="people-link"):
        cards.html(
            muted(reader.t("It works once, within three days. Hand it over yourself; it is shown only here and now."))
        )
        cards.html(Markup('<p class="fn-link">{}</p>').format(safe(f"{_origin()}/set-up/{token}")))
        if st.button(plain(reader.t("Done")), key="people.link_done"):
            del st.session_state[LINK]
            st.rerun()


def _origin() -> str:
    """Under which address the reader's browser, or everybody, knows the house."""
    here = urlsplit(st.context.url or "")
    return load_policy().public_origin or (f"{here.scheme}://{here.netloc}" if here.netloc else "")


def change(reader: Reader, people: pd.DataFrame, grants: pd.DataFrame) -> None:
    """What may be changed about one person."""
    named = {int(row["person_id"]): row for row in rows_of(people)}
    with cards.panel(reader.t("Change what somebody may do"), key="people-change"):
        with filters.row():
            chosen = filters.choose(
                reader.t("Person"), list(named), key="people.one", say=lambda one: str(named[one]["name"])
            )
            if chosen is None:
                return
            person = named[chosen]
            mine = rows_of(grants[grants["person_id"] == chosen])
            steps = _steps(person, mine)
            step = filters.switch(
                reader.t("What to do"), steps, key=f"people.step_{chosen}", say=lambda code: reader.t(STEPS[code])
            )
        _step(reader, step, str(person["name"]), mine)


def _steps(person: dict[str, Any], mine: list[dict[str, Any]]) -> list[str]:
    if not person["is_active"]:
        return ["enable"]
    return ["grant", *(["revoke"] if mine else []), "invite", "end", "disable"]


def _step(reader: Reader, step: str, name: str, mine: list[dict[str, Any]]) -> None:
    filling = entry_form.entry(f"people.{step}_{name}")
    with filling.form():
        if step == "grant":
            role, project, department = _reach(reader, filling)
        elif step == "revoke":
            held = {int(row["grant_id"]): row for row in mine}
            which = filters.choose(
                reader.t("Role"), list(held), key=filling.key("which"),
                say=lambda one: people_view.granted(reader, held[one]),
            )  # fmt: skip
        is_sent = filling.button(reader.t(STEPS[step]))
    if not is_sent:
        return
    acts: dict[str, Callable[[], Any]] = {
        "grant": lambda: data.do(given.grant_role, name=name, role=role, project=project, department=department),
        "revoke": lambda: data.do(given.revoke_role, name=name, **_grant_of(held[which or 0])),
        "invite": lambda: _invite(name),
        "end": lambda: data.do(given.end_sessions, name=name),
        "disable": lambda: data.do(given.disable_person, name=name),
        "enable": lambda: data.do(given.enable_person, name=name),
    }
    filling.send(reader, acts[step], reader.t("{name}: {done}", name=name, done=reader.t(STEPS[step])))


def _grant_of(row: dict[str, Any]) -> dict[str, Any]:
    places = {"project": row["project_key"], "department": row["department"]}
    return {"role": row["role"], **{name: one if isinstance(one, str) else None for name, one in places.items()}}


def _reach(reader: Reader, filling: entry_form.Entry) -> tuple[str, str | None, str | None]:
    """A role and how far it reaches."""
    keys, departments = stored.places()
    roles = list(given.GRANTABLE)
    left, middle, right = st.columns(3)
    role = left.selectbox(
        plain(reader.t("Role")), roles, index=roles.index("viewer"), key=filling.key("role"),
        format_func=lambda code: reader.t(ROLE[code]),
    )  # fmt: skip
    project = _place(middle, reader.t("Project (empty: see below)"), keys, filling.key("project"))
    department = _place(right, reader.t("Department (empty: see below)"), departments, filling.key("department"))
    st.html(muted(reader.t("With neither of them the role reaches the whole house; with one of them, that one alone.")))
    return role, project, department


def _place(place: Any, label: str, options: list[str], key: str) -> str | None:
    chosen: str | None = place.selectbox(
        plain(label), options, index=None, placeholder="", format_func=clean, accept_new_options=True, key=key
    )
    return chosen
