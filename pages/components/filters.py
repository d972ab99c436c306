"""The row of filters above a headline: few, with their words inside, kept in the address so that a link shows the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Literal, TypeVar

import streamlit as st

from pages.components.markup import clean, plain

T = TypeVar("T")


@contextmanager
def row() -> Iterator[None]:
    """Filters side by side; they wrap on a phone."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        yield


def choose(
    label: str,
    options: Sequence[T],
    *,
    key: str,
    say: Callable[[T], str] = str,
    default: T | None = None,
    width: int | Literal["stretch"] = 260,
) -> T | None:
    """One choice among many; its label is for the screen reader, its options are plain text.

    Args: label, in the reader's language; say, an option in words; default, chosen at first; key, `page.name`.
    Returns: the chosen option, None where there are no options.
    """
    if not options:
        return None
    kept = st.session_state.get(key)
    if kept is not None and kept not in options:
        del st.session_state[key]  # the option left with its data; Streamlit would keep showing it
    index = options.index(default) if default in options else 0
    return st.selectbox(
        plain(label),
        options,
        index=index,
        format_func=lambda option: clean(say(option)),
        key=key,
        label_visibility="collapsed",
        width=width,
    )


def switch(label: str, options: Sequence[T], *, key: str, say: Callable[[T], str] = str, default: T | None = None) -> T:
    """One choice among a few, all in sight (points or counts, week or month); one is always chosen."""
    start: T = options[0] if default is None or default not in options else default
    chosen = st.segmented_control(
        plain(label),
        options,
        default=start,
        format_func=lambda option: plain(clean(say(option))),
        key=key,
        label_visibility="collapsed",
        required=True,
    )
    return start if chosen is None else chosen
