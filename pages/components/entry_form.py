"""How a page takes what people give it: input is kept when it is refused, cleared and confirmed when it is taken."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import streamlit as st

from core.errors import FortnightError, Invalid
from core.i18n import Text
from core.reader import Reader
from core.wall_time import is_leapt_over
from pages.components import screens
from pages.components.markup import plain

_SAID = "entry_form.said"


@dataclass(frozen=True)
class Entry:
    """One filling of a form; after it was taken the next filling has new keys, and so empty fields."""

    name: str
    round: int

    def key(self, field: str) -> str:
        """The widget key of a field: `page.form.field`."""
        return f"{self.name}.{field}" + (f".{self.round}" if self.round else "")

    @contextmanager
    def form(self) -> Iterator[None]:
        """The form itself; Enter does not send it, so that Streamlit says nothing about Enter."""
        with st.form(self.key("form"), border=False, enter_to_submit=False):
            yield

    def button(self, label: str) -> bool:
        """The button that sends; whether it was pressed."""
        return bool(st.form_submit_button(plain(label), key=self.key("send"), type="primary"))

    def send(self, reader: Reader, act: Callable[[], object], done: str) -> None:
        """Act; a refusal is shown and what was given stays, success is confirmed and the page drawn anew."""
        try:
            act()
        except FortnightError as error:
            screens.failed(reader, error)
            return
        self.taken(done)

    def taken(self, done: str) -> None:
        """Confirm what was done, empty the form and draw the page anew."""
        st.session_state[f"{self.name}.round"] = self.round + 1
        st.session_state[_SAID] = done
        st.rerun()


def entry(name: str) -> Entry:
    """The present filling of a form. Args: name, `page.form`."""
    return Entry(name, int(st.session_state.get(f"{name}.round", 0)))


def announce() -> None:
    """Say once what the last form did; call at the top of a page."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.toast(plain(said))


def announce_next(done: str) -> None:
    """Have the next run say what was done."""
    st.session_state[_SAID] = done


def moment(label: str, key: str, reader: Reader, at: datetime) -> datetime | None:
    """A field for day and time in the project's zone, at first that of `at`. Returns: what its clocks showed, for `instant`."""
    if key not in st.session_state:
        st.session_state[key] = reader.local(at).replace(tzinfo=None, second=0, microsecond=0)
    given = st.datetime_input(plain(label), key=key, format="YYYY-MM-DD", step=60)
    return given if isinstance(given, datetime) else None


def instant(given: datetime | None, reader: Reader) -> datetime:
    """The instant at which the project's clocks showed what a field of `moment` holds: by the rule that sheets follow, too.

    Raises: Invalid where nothing was chosen, and for a time that the clocks leapt over.
    """
    if given is None:
        raise Invalid(Text("Choose a day and a time."))
    zone = ZoneInfo(reader.zone)
    if is_leapt_over(given, zone):
        raise Invalid(
            Text("This time does not exist: the clocks of the project's zone went forward over it."),
            next=Text("Choose the time that they showed."),
        )
    return given.replace(tzinfo=zone)


def day(label: str, key: str) -> date | None:
    """A field for a day, at first empty."""
    given = st.date_input(plain(label), value=None, key=key, format="YYYY-MM-DD")
    return given if isinstance(given, date) else None


def midnight(given: date | None, reader: Reader, at: datetime) -> datetime | None:
    """The project zone's midnight of a day (R2). Args: at, any instant, for the zone."""
    return None if given is None else datetime.combine(given, time(), reader.local(at).tzinfo)


def whole(given: int | float | None) -> int | None:
    """A number field's value as the actions take it."""
    return None if given is None else int(given)
