"""Who reads this session: the language (link, cookie, house setting, browser, in this order) and the project's zone."""

import streamlit as st

from core.errors import FortnightError
from core.i18n import LANGUAGES, nearest_language
from core.reader import Reader
from pages.components import data

LANGUAGE_COOKIE = "fortnight_language"
_LINKED = "reader.linked_language"


def reader() -> Reader:
    """The reader of the present session.

    A link's `?lang=` wins and holds for the session; then the choice kept in a cookie; then the house's setting;
    then the browser's language.
    """
    house = data.settings()
    return Reader(lang=choose_language(_linked(), _cookie(), house.language, _browser()), zone=house.zone)


def reader_without_store() -> Reader:
    """The reader where the store may be what failed: the same language unless only the house's setting knew it."""
    try:
        return reader()
    except FortnightError:
        return Reader(lang=choose_language(_linked(), _cookie(), None, _browser()))


def choose_language(linked: str | None, kept: str | None, house: str | None, browser: str | None) -> str:
    """The first of these that names a language we speak; the browser's header is matched by nearness."""
    for named in (linked, kept, house):
        if named in LANGUAGES:
            return str(named)
    return nearest_language(browser)


def _linked() -> str | None:
    named = st.query_params.get("lang")
    if named in LANGUAGES:
        st.session_state[_LINKED] = named
    return st.session_state.get(_LINKED)


def _cookie() -> str | None:
    return st.context.cookies.get(LANGUAGE_COOKIE)


def _browser() -> str | None:
    return st.context.headers.get("Accept-Language")
