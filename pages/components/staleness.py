"""The line above every page that says of a source: nothing newer has come in, since when, and why. The figures stay."""

from datetime import datetime

import streamlit as st
from markupsafe import Markup

from core.reader import Reader
from pages.components import data
from pages.components.data import sources
from pages.components.markup import badge, join


def lines(reader: Reader, at: datetime) -> None:
    """One line per stale source; nothing where all is as it should be. Args: at, now."""
    for one in sources.stale(at):
        said = (
            reader.t("{source}: nothing newer has come in since {at}.", source=one.name, at=one.since)
            if one.since
            else reader.t("{source}: nothing has come in yet.", source=one.name)
        )
        why = reader.say(one.error.what) if one.error and data.may("read_data") else ""
        mark = badge("warning", reader.t("not up to date"))
        st.html(Markup('<p class="fn-line" role="status">{}</p>').format(join([mark, said, why], " ")))
