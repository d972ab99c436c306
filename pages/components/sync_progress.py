"""What is being read at this moment, drawn anew each second while something is; the rest of the page stands still."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from actions.sync_state import STAGES
from core.errors import FortnightError
from core.reader import Reader
from pages.components import cards, data, entry_form, screens
from pages.components.data import sources
from pages.components.markup import join, muted, plain, strong

EVERY_SECONDS = 1.0


def panel(reader: Reader) -> None:
    """The syncs under way, with how far they are and a way to stop them; nothing where none is."""
    if sources.running() or sources.is_beginning():
        _live(reader)


@st.fragment(run_every=EVERY_SECONDS)
def _live(reader: Reader) -> None:
    under_way = sources.running()
    if not under_way and not sources.is_beginning():
        data.forget_version()
        st.rerun()  # it has ended: the whole page shows what came of it
    with cards.panel(reader.t("Being read now"), key="data-running"):
        if not under_way:
            cards.html(muted(reader.t("Connecting …")))
        for run in under_way:
            _one(reader, run)


def _one(reader: Reader, run: Mapping[str, Any]) -> None:
    told = run["progress"] or {}
    done, total = told.get("done"), told.get("total")
    left, right = st.columns([5, 1], vertical_alignment="center")
    with left:
        cards.html(join([strong(run["source"]), *progress_words(reader, run)]))
        if total and done is not None:
            st.progress(min(1.0, done / total))
    with right:
        if run["is_cancel_asked"]:
            cards.html(muted(reader.t("Stopping …")))
        elif data.may("import_data") and st.button(plain(reader.t("Cancel")), key=f"data.cancel.{run['id']}"):
            _stop(reader, run["id"])


def _stop(reader: Reader, run_id: int) -> None:
    try:
        sources.ask_to_stop(run_id)
    except FortnightError as error:
        screens.failed(reader, error)
        return
    entry_form.announce_next(reader.t("The sync is being stopped; what came in before stays."))
    st.rerun()


def progress_words(reader: Reader, run: Mapping[str, Any]) -> list[str]:
    """What is being read, how much of it, how fast, how long still; what is not known is left out."""
    told = run["progress"] or {}
    stage, done, total = told.get("stage"), told.get("done"), told.get("total")
    words = [reader.t(STAGES[stage]) if stage in STAGES else reader.t("Connecting …")]
    if total:
        words.append(reader.t("{done} of {total}", done=done, total=total))
    elif done:
        words.append(reader.number(done))
    if told.get("rate"):
        words.append(reader.t("{n} a second", n=round(told["rate"]) if told["rate"] >= 10 else told["rate"]))
    if told.get("seconds_left"):
        words.append(reader.t("about {time} left", time=reader.duration(told["seconds_left"])))
    return words
