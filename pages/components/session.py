"""Who sits before these pages: looked up again at the top of every run, fragment and click, since signing somebody out
closes no websocket. The gate says by headers of its own who opened the connection; without them nobody is there.
"""

from dataclasses import dataclass

import streamlit as st
from markupsafe import Markup
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.asked import ADDRESS_HEADER, STAMP, STAMP_HEADER, TOKEN_HEADER
from access.gate import LOCAL, PAGE_SESSIONS
from access.permissions import Permission
from access.sessions import ONE_CLICK, SignedIn
from actions.base import ACTIONS
from core.actor import Actor, local_admin
from core.errors import Refused
from core.i18n import Text
from core.reader import Reader
from pages.components.markup import clean

SET_UP = "/set-up"
# What makes the house somebody's own: from then on people sign in, so that somebody must be able to. Beside the sample,
# entries by forms belong to the sample (`actions.own_source`) and ask for nothing.
OWN_DATA = frozenset(
    {"import_sheet", "add_jira_source", "change_jira_source", "set_credential", "sync_source", "watch_file"}
)
OWN_ENTRIES = frozenset({Permission.MANAGE_KPIS, Permission.MANAGE_CHANGES, Permission.SUBMIT_FEEDBACK})


class SignedOut(Refused):
    """The session of these pages ended, or was never there."""

    def __init__(self) -> None:
        super().__init__(Text("You are signed out."), next=Text("Sign in again."))


@dataclass(frozen=True)
class Present:
    """Who is there. Args: signed_in, None for the person at the machine itself; is_open_house, whether these pages reached a
    browser without sign-in."""

    actor: Actor
    signed_in: SignedIn | None = None
    is_open_house: bool = False


def present() -> Present:
    """Who is there now, looked up anew. Raises: SignedOut.

    A run that no browser asked for (a test, a measurement) has no headers at all: it is the machine's own.
    """
    headers = st.context.headers
    if not headers:
        return Present(local_admin())
    if headers.get(STAMP_HEADER) != STAMP:
        raise SignedOut
    from services.sign_in.door import house_sessions  # the web door's own; it is loaded where a browser asks

    sessions, token = house_sessions(), headers.get(TOKEN_HEADER)
    if not token:
        if sessions.is_asked(relying_on=ONE_CLICK):
            raise SignedOut
        _bind(LOCAL)
        return Present(local_admin(), is_open_house=True)
    found = sessions.find(token, relying_on=ONE_CLICK)
    if found is None:
        raise SignedOut
    _bind(found.token_sha256)
    return Present(found.actor(headers.get(ADDRESS_HEADER) or None), found)


def check_own_data(who: Present, action: str, *, is_sample: bool) -> None:
    """Ask for the administrator first, before the house becomes somebody's own. Args: is_sample, whether the sample is in.

    Raises: Refused.
    """
    if not who.is_open_house:
        return
    entry = ACTIONS.get(action)
    if action in OWN_DATA or (not is_sample and entry is not None and entry.permission in OWN_ENTRIES):
        raise Refused(
            Text("Data of one's own needs an administrator first."),
            next=Text("Make that account on the page “Data”: it takes a minute."),
        )


def offer_set_up(reader: Reader) -> None:
    """In the place of an import, where no sign-in is asked: what comes first, and the way there."""
    url = clean(st.context.url or "/")
    words = reader.t(
        "Before your own data comes in, make the first administrator's account: from then on people sign in."
    )
    link = Markup('<p>{}</p><p><a class="fn-door" href="{}" target="_self">{}</a></p>')
    path = "/data" if "/data" in url else "/"
    st.html(link.format(words, f"{SET_UP}?next={path}", reader.t("Make the first administrator")))


def signed_out(reader: Reader) -> None:
    """All that an ended session's pages show."""
    st.html(
        Markup(
            '<section class="fn-screen" lang="{}"><h2>{}</h2><p>{}</p><p><a href="/sign-in" target="_self">{}</a></p></section>'
        ).format(
            reader.lang,
            reader.t("You are signed out."),
            reader.t("Your session ended, or what you may do was changed."),
            reader.t("Sign in"),
        )
    )


def line(reader: Reader, who: Present) -> Markup:
    """Who is signed in and the way out, for the sidebar; or that no sign-in is asked, and why."""
    if who.signed_in:
        links = Markup('{} · <a href="/account" target="_self">{}</a> · <a href="/sign-out" target="_self">{}</a>')
        return links.format(clean(who.signed_in.display_name), reader.t("Account"), reader.t("Sign out"))
    if who.is_open_house:
        return Markup("{}").format(reader.t("No sign-in is asked: this machine only, sample data only."))
    return Markup("")


def _bind(owner: str) -> None:
    context = get_script_run_ctx()
    if context is not None:
        PAGE_SESSIONS.bind(context.session_id, owner)
