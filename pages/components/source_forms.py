"""Connecting a Jira from the data page: test first, see in words what was found, correct what was guessed, read it in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from actions.connection import check_connection, credential_of
from actions.sources import USUAL_MINUTES, add_jira_source
from core.errors import FortnightError
from core.reader import Reader
from core.wording_actions import STATUS_CATEGORY
from pages.components import cards, data, entry_form, screens
from pages.components.data import sources
from pages.components.markup import clean, muted, plain, safe

TESTED = "data.tested"


@dataclass(frozen=True)
class Tested:
    """A connection that was tested and not yet kept: it lives in the server's memory until then."""

    url: str
    account: str
    secret: str
    found: Any  # connectors.jira.inspect.Inspection

    def __repr__(self) -> str:
        return f"Tested({self.url!r})"


def connect(reader: Reader, *, is_open: bool) -> None:
    """The way in for a Jira. Args: is_open, whether it stands open (nothing has come in yet)."""
    title = reader.t("Connect another Jira") if sources.connected() else reader.t("Connect a Jira")
    under = reader.t("Cloud, Data Center or Server. Nothing is kept before the connection was tested.")
    filling = entry_form.entry("data.jira")
    tested: Tested | None = st.session_state.get(TESTED)
    with cards.panel(title, under=under, key="data-connect"):
        with st.expander(plain(reader.t("Address and credential")), expanded=is_open or tested is not None):
            given = _address_form(reader, filling)
        if given is not None:
            tested = _test(reader, *given)
        if tested is not None:
            found_words(reader, tested.found)
            _corrections(reader, filling, tested)


def _address_form(reader: Reader, filling: entry_form.Entry) -> tuple[str, str, str] | None:
    """What leads to a Jira; None until the test is asked for."""
    with st.form(filling.key("address"), border=False, enter_to_submit=False):
        url = st.text_input(
            plain(reader.t("Address at which people open Jira")),
            key=filling.key("url"),
            placeholder="https://team.atlassian.net",
        )
        left, right = st.columns(2)
        account = left.text_input(
            plain(reader.t("Email or user name; empty for a personal access token")),
            key=filling.key("account"),
            autocomplete="off",
        )
        secret = right.text_input(
            plain(reader.t("API token, personal access token or password")),
            type="password",
            key=filling.key("secret"),
            autocomplete="new-password",
        )
        cards.html(muted(reader.t("It is kept encrypted and never shown again; a token that may only read is enough.")))
        is_sent = st.form_submit_button(plain(reader.t("Test connection")), key=filling.key("test"))
    return (url, account, secret) if is_sent else None


def _test(reader: Reader, url: str, account: str, secret: str) -> Tested | None:
    st.session_state.pop(TESTED, None)
    try:
        with st.spinner(plain(reader.t("Asking Jira …"))):
            credential = credential_of(account, secret, url=url)
            found = data.do(check_connection, settings={"url": url}, credential=credential)
    except FortnightError as error:
        screens.failed(reader, error)
        return None
    tested = Tested(url, account, secret, found)
    st.session_state[TESTED] = tested
    return tested


def found_words(reader: Reader, found: Any) -> None:
    """What a test found, sentence by sentence."""
    from connectors.jira.inspect import words

    lines = Markup("").join(Markup("<li>{}</li>").format(safe(reader.say(one))) for one in words(found))
    head = safe(reader.t("The connection works. This was found:"))
    cards.html(Markup('<div role="status"><p><b>{}</b></p><ul class="fn-facts">{}</ul></div>').format(head, lines))


def _corrections(reader: Reader, filling: entry_form.Entry, tested: Tested) -> None:
    """Each guess, to be corrected before anything is read, and the button that connects."""
    found = tested.found
    with filling.form():
        left, middle, right = st.columns(3)
        name = left.text_input(
            plain(reader.t("Name of this source")), clean(found.server)[:80], key=filling.key("name")
        )
        projects = middle.multiselect(
            plain(reader.t("Projects; none chosen means all")),
            [key for key, _ in found.projects],
            format_func=lambda key: clean(f"{dict(found.projects)[key]} ({key})"),
            key=filling.key("projects"),
            placeholder="",
            select_all=False,  # an entry in English
        )
        boards = right.multiselect(
            plain(reader.t("Boards; none chosen means all")),
            [one.id for one in found.boards],
            format_func=lambda board: clean(next(f"{one.name} (#{one.id})" for one in found.boards if one.id == board)),
            key=filling.key("boards"),
            placeholder="",
            select_all=False,  # an entry in English
        )
        with st.expander(plain(reader.t("Correct what was guessed"))):
            guesses = _guesses(reader, filling, found)
            minutes = st.number_input(
                plain(reader.t("Minutes between syncs; 0 for never")), 0, 10080, USUAL_MINUTES,
                key=filling.key("minutes"),
            )  # fmt: skip
        is_sent = filling.button(reader.t("Connect and read in"))
    if not is_sent:
        return
    settings = {"url": tested.url, "flavour": found.flavour, "projects": projects, "boards": boards,
                "every_minutes": int(minutes), **guesses}  # fmt: skip
    filling.send(reader, lambda: _connected(tested, name, settings), reader.t("Jira is connected and is being read."))


def _guesses(reader: Reader, filling: entry_form.Entry, found: Any) -> dict[str, Any]:
    """Fields and statuses as guessed; only what a person changed is kept as a correction."""
    guessed = {"estimation_field": found.estimation_field, "sprint_field": found.sprint_field}
    was = {field: one.id for field, one in guessed.items() if one is not None}
    said = choose_fields(reader, filling, found.fields, was)
    given: dict[str, Any] = {field: one or None for field, one in said.items() if one != was.get(field, "")}
    statuses = {name: category for _, name, category, _ in found.statuses}
    changed = choose_codes(reader, statuses, STATUS_CATEGORY, lambda at: filling.key(f"status_{at}"))
    return given | ({"status_mapping": changed} if changed else {})


def field_labels(reader: Reader) -> dict[str, str]:
    """The names of the fields that can be corrected."""
    return {
        "estimation_field": reader.t("Field of the estimate"),
        "sprint_field": reader.t("Field of the sprint"),
        "acceptance_field": reader.t("Field of the acceptance criteria"),
        "epic_field": reader.t("Field of the epic"),
    }


def choose_fields(
    reader: Reader, filling: entry_form.Entry, fields: Mapping[str, Sequence[tuple[str, str]]], now: Mapping[str, Any]
) -> dict[str, str]:
    """A choice for each field that is guessed, by name and id; what the list lacks can be typed. Args: fields, setting ->
    (id, name); now, setting -> id. Returns: setting -> id, empty for what is to be found by itself."""
    cards.html(
        muted(reader.t("Choose a field by its name and id, or type an id; the first choice means: find it by itself."))
    )
    chosen = {}
    for place, (field, label) in zip(st.columns(4), field_labels(reader).items(), strict=True):
        names = dict(fields.get(field, ()))
        at = str(now.get(field) or "")
        options = list(dict.fromkeys(["", at, *names]))
        said = place.selectbox(
            plain(label),
            options,
            index=options.index(at),
            format_func=partial(_field_name, reader, names=names),
            accept_new_options=True,
            key=filling.key(field),
        )
        chosen[field] = str(said or "").strip()
    return chosen


def _field_name(reader: Reader, field_id: str, names: Mapping[str, str]) -> str:
    if not field_id:
        return plain(reader.t("find it by itself"))
    return clean(f"{names[field_id]} ({field_id})") if field_id in names else clean(field_id)


def choose_codes(reader: Reader, now: dict[str, str], words: dict[str, str], key: Any) -> dict[str, str]:
    """A choice for each name (a status, a type), at first what it now counts as. Returns: those that were changed."""
    changed = {}
    options = list(words)
    for at, (name, code) in enumerate(now.items()):
        if at % 3 == 0:
            columns = st.columns(3)  # a row at a time, so that a phone keeps the order
        chosen = columns[at % 3].selectbox(
            plain(name),
            options,
            index=options.index(code) if code in options else 0,
            format_func=lambda one: reader.t(words[one]),
            key=key(at),
        )
        if chosen != code:
            changed[name] = str(chosen)
    return changed


def _connected(tested: Tested, name: str, settings: dict[str, Any]) -> None:
    credential = credential_of(tested.account, tested.secret, url=tested.url, flavour=tested.found.flavour)
    source = data.do(add_jira_source, name=name, credential=credential, settings=settings)
    st.session_state.pop(TESTED, None)  # the secret leaves the session with it
    sources.begin_sync(source.id or 0)


def host_of(url: str) -> str:
    """The machine an address leads to, as people read it."""
    return urlsplit(url).netloc
