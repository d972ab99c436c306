"""One connected Jira on the data page: how it stands, sync now, test, correct, another credential, webhook, removal."""

from typing import Any
from urllib.parse import urlsplit

import streamlit as st
from markupsafe import Markup

from actions.connection import check_connection, credential_of
from actions.sources import change_jira_source, remove_source, set_credential, stored_credential
from actions.webhook_secrets import make_webhook_secret
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.kept_errors import told_again
from core.reader import Reader
from core.rows import rows_of
from core.wording_actions import ITEM_KIND, STATUS_CATEGORY
from pages.components import cards, data, entry_form, screens, source_forms
from pages.components.data import sources
from pages.components.data.sources import Connected, SourceStanding
from pages.components.markup import badge, join, muted, plain, safe, strong

FOUND = "data.found"
CREDENTIAL_KIND = {
    "cloud": N_("API token of {account}"),
    "token": N_("personal access token"),
    "password": N_("password of {account}"),
}


def panels(reader: Reader) -> None:
    """A panel for each connected Jira."""
    standing = {one.source_id: one for one in sources.standings()}
    for one in sources.connected():
        with cards.panel(one.name, source_forms.host_of(one.settings["url"]), key=f"data-jira-{one.source_id}"):
            _standing(reader, one, standing[one.source_id])
            _buttons(reader, one)
            if data.may("manage_sources"):
                _correct(reader, one)
                _credential(reader, one)
                _webhook(reader, one)
                _remove(reader, one)


def _standing(reader: Reader, one: Connected, stands: SourceStanding) -> None:
    """How fresh it is, how often it syncs, with whose credential; and why, where the last sync did not end well."""
    every = stands.every_minutes
    parts = [
        reader.t("last whole sync {at}", at=stands.fresh_since) if stands.fresh_since else reader.t("not read in yet"),
        reader.tn("syncs every minute", "syncs every {n} minutes", every) if every else reader.t("syncs when asked"),
    ]
    if one.credential and data.may("manage_sources"):  # an account is a person
        parts.append(reader.t(CREDENTIAL_KIND[one.credential], account=one.account))
        parts.append(reader.t("entered {at} by {name}", at=one.set_at, name=one.set_by))
    cards.html(Markup("<p>{}</p>").format(join(parts)))
    if stands.last_state == "failed":
        error = told_again(stands.last_error) if stands.last_error else None
        why = error.say(reader) if error else ""
        failed = badge("alarm", reader.t("The last sync failed"))
        cards.html(Markup('<p role="alert">{} {} {}</p>').format(
            failed, safe(why), muted(reader.t("The last good figures stay.")) if stands.fresh_since else ""
        ))  # fmt: skip


def _buttons(reader: Reader, one: Connected) -> None:
    key = f"data.jira_{one.source_id}"
    with st.container(horizontal=True, gap="small"):
        if data.may("import_data"):
            if st.button(plain(reader.t("Sync now")), key=f"{key}.sync", type="primary"):
                _begin(reader, one, full=False)
            if st.button(plain(reader.t("Read everything anew")), key=f"{key}.full"):
                _begin(reader, one, full=True)
        if data.may("manage_sources") and st.button(plain(reader.t("Test connection")), key=f"{key}.test"):
            _test(reader, one)
    found = st.session_state.get(FOUND)
    if found is not None and found[0] == one.source_id:
        st.session_state.pop(FOUND)
        source_forms.found_words(reader, found[1])


def _begin(reader: Reader, one: Connected, *, full: bool) -> None:
    try:
        begun = sources.begin_sync(one.source_id, full=full)
    except FortnightError as error:
        screens.failed(reader, error)
        return
    entry_form.announce_next(
        reader.t("{name} is being read.", name=one.name)
        if begun
        else reader.t("{name} is being read already.", name=one.name)
    )
    st.rerun()


def _test(reader: Reader, one: Connected) -> None:
    try:
        with data.house_store().reading() as session:
            credential = stored_credential(session, data.house_store().config, one.source_id)
        if credential is None:
            raise Invalid(Text("This source has no credential."), next=Text("Enter one below."))
        with st.spinner(plain(reader.t("Asking Jira …"))):
            found = data.do(check_connection, settings=one.settings, credential=credential)
    except FortnightError as error:
        screens.failed(reader, error)
        return
    st.session_state[FOUND] = (one.source_id, found)


def _correct(reader: Reader, one: Connected) -> None:
    """Name, rhythm, scope, fields, and what types and statuses count as."""
    filling = entry_form.entry(f"data.correct_{one.source_id}")
    now = one.settings
    with st.expander(plain(reader.t("Correct what was guessed"))), filling.form():
        left, right = st.columns(2)
        given: dict[str, Any] = {
            "name": left.text_input(plain(reader.t("Name of this source")), one.name, key=filling.key("name")),
            "every_minutes": right.number_input(
                plain(reader.t("Minutes between syncs; 0 for never")), 0, 10080,
                int(now.get("every_minutes") or 0), key=filling.key("minutes"),
            ),
            "projects": _listed(left.text_input(
                plain(reader.t("Projects by their keys; empty means all")), ", ".join(now.get("projects", [])),
                key=filling.key("projects"),
            )),
            "boards": _listed(right.text_input(
                plain(reader.t("Boards by their ids; empty means all")), ", ".join(now.get("boards", [])),
                key=filling.key("boards"),
            )),
        }  # fmt: skip
        chosen = source_forms.choose_fields(reader, filling, sources.fields_of(one.source_id), now)
        given |= {field: said or None for field, said in chosen.items()}
        given |= _new_issues(reader, one, filling)
        given |= _counting(reader, one, filling)
        is_sent = filling.button(reader.t("Save"))
    if is_sent:
        changes = _changed(one, given)
        filling.send(
            reader, lambda: data.do(change_jira_source, source_id=one.source_id, changes=changes),
            reader.t("Corrected; what has to be read anew comes with the next sync."),
        )  # fmt: skip


def _new_issues(reader: Reader, one: Connected, filling: entry_form.Entry) -> dict[str, Any]:
    """What a demo's action items become when they are written back."""
    cards.html(
        muted(reader.t("Action items of demos are written back as new issues where both are given, else as comments."))
    )
    labels = {
        "new_issue_project": reader.t("Project of new issues, by its key"),
        "new_issue_type": reader.t("Type of new issues, such as Task"),
    }
    places = zip(st.columns(2), labels.items(), strict=True)
    return {
        name: place.text_input(plain(label), one.settings.get(name) or "", key=filling.key(name)).strip() or None
        for place, (name, label) in places
    }


def _counting(reader: Reader, one: Connected, filling: entry_form.Entry) -> dict[str, Any]:
    """What each type and each status counts as; known once something was read."""
    types, statuses = data.table("types"), data.table("statuses")
    types = types[types["source_id"] == one.source_id].drop_duplicates("type")
    statuses = statuses[statuses["source_id"] == one.source_id].drop_duplicates("name")
    given: dict[str, Any] = {}
    if len(types):
        cards.title(reader.t("What types count as"))
        now = {row["type"]: row["kind"] for row in rows_of(types)}
        given["type_mapping"] = source_forms.choose_codes(
            reader, now, ITEM_KIND, lambda at: filling.key(f"type_{at}")
        )  # fmt: skip
    if len(statuses):
        cards.title(reader.t("What statuses count as"))
        now = {row["name"]: row["category"] for row in rows_of(statuses)}
        given["status_mapping"] = source_forms.choose_codes(
            reader, now, STATUS_CATEGORY, lambda at: filling.key(f"status_{at}")
        )
    return given


def _listed(given: str) -> list[str]:
    return [one.strip() for one in given.replace("，", ",").replace("、", ",").split(",") if one.strip()]


def _changed(one: Connected, given: dict[str, Any]) -> dict[str, Any]:
    """What differs from the settings as they are."""
    now = {"name": one.name, "every_minutes": 0, "projects": [], "boards": [], **one.settings}
    mappings = {name: given[name] for name in ("type_mapping", "status_mapping") if given.get(name)}
    others = {name: value for name, value in given.items() if not name.endswith("_mapping")}
    return {name: value for name, value in others.items() if value != now.get(name)} | mappings


def _credential(reader: Reader, one: Connected) -> None:
    """Another credential, or another address, which asks for its credential again."""
    filling = entry_form.entry(f"data.credential_{one.source_id}")
    with st.expander(plain(reader.t("Address and credential"))), filling.form():
        url = st.text_input(
            plain(reader.t("Address at which people open Jira")), one.settings["url"], key=filling.key("url")
        )
        left, right = st.columns(2)
        account = left.text_input(
            plain(reader.t("Email or user name; empty for a personal access token")),
            one.account or "",
            key=filling.key("account"),
            autocomplete="off",
        )
        secret = right.text_input(
            plain(reader.t("API token, personal access token or password")),
            type="password",
            key=filling.key("secret"),
            autocomplete="new-password",
        )
        is_sent = filling.button(reader.t("Test and save"))
    if is_sent:
        filling.send(reader, lambda: _entered(one, url, account, secret), reader.t("Saved; the connection works."))


def _entered(one: Connected, url: str, account: str, secret: str) -> None:
    flavour = one.settings.get("flavour") if url == one.settings["url"] else None
    credential = credential_of(account, secret, url=url, flavour=flavour)
    found = data.do(check_connection, settings={**one.settings, "url": url}, credential=credential)
    credential = credential_of(account, secret, url=url, flavour=found.flavour)
    if url == one.settings["url"]:
        data.do(set_credential, source_id=one.source_id, credential=credential)
        return
    changes = {"url": url, "flavour": found.flavour}
    data.do(change_jira_source, source_id=one.source_id, changes=changes, credential=credential)


def _webhook(reader: Reader, one: Connected) -> None:
    """The address and, once, the secret by which Jira tells of changes within seconds."""
    with st.expander(plain(reader.t("Webhook: changes within seconds"))):
        parts = urlsplit(st.context.url or "")
        address = f"{parts.scheme}://{parts.netloc}/webhook/jira/{one.source_id}"
        cards.html(
            muted(reader.t("In Jira, add a webhook for issues and sprints with this address and the secret below it.")),
            Markup('<p class="fn-link">{}</p>').format(safe(address)),
        )
        word = reader.t("Make a new secret; the former one ends") if one.has_webhook else reader.t("Make the secret")
        if st.button(plain(word), key=f"data.webhook_{one.source_id}"):
            secret = data.do(make_webhook_secret, source_id=one.source_id)
            cards.html(
                strong(reader.t("This is shown once:")), Markup('<p class="fn-link">{}</p>').format(safe(secret)),
                muted(reader.t("A Jira without a field for the secret takes it behind the address, as ?secret=…")),
            )  # fmt: skip


def _remove(reader: Reader, one: Connected) -> None:
    filling = entry_form.entry(f"data.remove_{one.source_id}")
    with st.expander(plain(reader.t("Remove this source"))), filling.form():
        cards.html(
            muted(
                reader.t(
                    "Everything that came from it leaves for good. Type its name to confirm: {name}", name=one.name
                )
            )
        )
        typed = st.text_input(plain(reader.t("Name of this source")), key=filling.key("name"))
        is_sent = filling.button(reader.t("Remove"))
    if is_sent:
        filling.send(reader, lambda: _removed(one, typed), reader.t("The source is removed."))


def _removed(one: Connected, typed: str) -> None:
    if typed.strip() != one.name:
        raise Invalid(Text("The name is another one; nothing was removed."))
    data.do(remove_source, source_id=one.source_id)
