"""Who reads this session: the language (link, cookie, browser, house setting, in this order) and the project's zone."""

import re

import streamlit as st

from core.errors import FortnightError
from core.i18n import LANGUAGES, nearest_language
from core.reader import Reader
from pages.components import data

LANGUAGE_COOKIE = "fortnight_language"
_LINKED = "reader.linked_language"


def reader() -> Reader:
    """The reader of the present session.

    A link's `?lang=` wins and holds for the session; then the choice kept in a cookie; then the browser's language;
    then, where the browser speaks neither of ours, the house's setting.
    """
    house = data.settings()
    return Reader(lang=choose_language(_linked(), _cookie(), _browser(), house.language), zone=house.zone)


def reader_without_store() -> Reader:
    """The reader where the store may be what failed: the same language unless only the house's setting knew it."""
    try:
        return reader()
    except FortnightError:
        return Reader(lang=choose_language(_linked(), _cookie(), _browser(), None))


def choose_language(linked: str | None, kept: str | None, browser: str | None, house: str | None) -> str:
    """The first of these that names a language we speak; English where none does.

    Args: linked, kept, house, a language code; browser, its Accept-Language header.
    """
    for named in (linked, kept, _spoken(browser), house):
        if named in LANGUAGES:
            return str(named)
    return LANGUAGES[0]


def _spoken(accepted: str | None) -> str | None:
    """The nearest language of an Accept-Language header, None where it names neither of ours."""
    tags = re.findall(r"[a-zA-Z]{2,3}", re.sub(r";[^,]*", "", accepted or ""))
    return nearest_language(accepted) if {tag.lower() for tag in tags} & set(LANGUAGES) else None


def _linked() -> str | None:
    named = st.query_params.get("lang")
    if named in LANGUAGES:
        st.session_state[_LINKED] = named
    return st.session_state.get(_LINKED)


def _cookie() -> str | None:
    return st.context.cookies.get(LANGUAGE_COOKIE)


def _browser() -> str | None:
    return st.context.headers.get("Accept-Language")
