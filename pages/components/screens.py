"""Three screens that are never confused: empty (what to do next), stale or failed (since when, why), zero (measured)."""

import logging
import uuid
from collections.abc import Sequence
from datetime import datetime

import streamlit as st
from markupsafe import Markup

from core.errors import FortnightError
from core.i18n import Text
from core.reader import Reader
from pages.components.markup import join, safe

log = logging.getLogger("fortnight")


def empty(reader: Reader, what: str, steps: Sequence[str] = (), why: str = "") -> None:
    """Nothing has come in yet: what is missing, why, and the next steps in order."""
    listed = Markup("").join(Markup("<li>{}</li>").format(safe(step)) for step in steps)
    reason = Markup('<p class="fn-muted">{}</p>').format(safe(why)) if why else Markup("")
    body = Markup("<ol>{}</ol>").format(listed) if steps else Markup("")
    st.html(
        Markup('<section class="fn-screen fn-empty" lang="{}"><h2>{}</h2>{}{}</section>').format(
            reader.lang, safe(what), reason, body
        )
    )


def stale(reader: Reader, since: datetime, why: Text | str = "") -> None:
    """A line above good figures that are old: since when, and why nothing newer came."""
    age = reader.t("These figures are from {at}; nothing newer has come in.", at=since)
    st.html(Markup('<p class="fn-line" role="status">{}</p>').format(join([age, reader.say(why)], " ")))


def zero(reader: Reader, what: str) -> None:
    """A measured nought: counted, and there was none."""
    st.html(Markup('<p class="fn-zero"><b>0</b> · {}</p>').format(safe(what)))


def failed(reader: Reader, error: FortnightError) -> None:
    """What failed, where, the likely cause, and what to do next."""
    lines = Markup("").join(
        Markup("<p>{}</p>").format(safe(reader.say(part))) for part in (error.where, error.why, error.next) if part
    )
    st.html(
        Markup('<section class="fn-screen fn-failed" role="alert" lang="{}"><h2>{}</h2>{}</section>').format(
            reader.lang, safe(reader.say(error.what)), lines
        )
    )


def apology(reader: Reader, error: Exception) -> str:
    """An unexpected error, without its inside: a reference number here, the traceback in the server's log.

    Returns: the reference number.
    """
    number = uuid.uuid4().hex[:8]
    log.error("reference %s: a page failed", number, exc_info=error)
    st.html(
        Markup(
            '<section class="fn-screen fn-failed" role="alert" lang="{}"><h2>{}</h2><p>{}</p><p class="fn-muted">{}</p></section>'
        ).format(
            reader.lang,
            reader.t("This page could not be drawn."),
            reader.t("The fault is ours, not yours. What was saved before is still there."),
            reader.t("Reference {number}: your administrator finds the cause under it in the log.", number=number),
        )
    )
    return number


def show_error(error: Exception, reader: Reader) -> None:
    """The right screen for an error: its own words if it is ours, else an apology."""
    if isinstance(error, FortnightError):
        failed(reader, error)
    else:
        apology(reader, error)
