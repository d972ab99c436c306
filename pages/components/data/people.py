"""What the people page reads: who may sign in, what each was granted, and as whom an admin looks at the pages."""

from dataclasses import replace
from functools import lru_cache

import pandas as pd
import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from access.permissions import Permission, may, require
from actions.audit import see_as
from core.actor import Actor, Granted
from core.config import load_config
from core.rows import rows_of
from pages.components import data
from store import grants as stored

LOOKING = "people.looking_as"  # the person's id, in this browser's session on the server


def people() -> pd.DataFrame:
    """One row per person (store.grants.people). Raises: Refused."""
    return _frames()[0]


def grants() -> pd.DataFrame:
    """One row per grant (store.grants.grants). Raises: Refused."""
    return _frames()[1]


def places() -> tuple[list[str], list[str]]:
    """The project keys and departments of the data. Raises: Refused."""
    require(data.actor(), Permission.MANAGE_PEOPLE)
    return _places(load_config().database_url, data.version())


def _frames() -> tuple[pd.DataFrame, pd.DataFrame]:
    require(data.actor(), Permission.MANAGE_PEOPLE)
    return _read(load_config().database_url, data.log_end())


@lru_cache(maxsize=4)
def _read(url: str, at_version: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    with data.house_store().reading() as session:
        return stored.people(session), stored.grants(session)


@lru_cache(maxsize=4)
def _places(url: str, at_version: int) -> tuple[list[str], list[str]]:
    with data.house_store().reading() as session:
        return stored.places(session)


def look_as(person_id: int) -> None:
    """See the pages as a person would from the next run on; it is logged first. Raises: Refused, FortnightError."""
    names = dict(zip(people()["person_id"], people()["name"], strict=True))
    data.do(see_as, person=names[person_id])
    st.session_state[LOOKING] = person_id


def look_as_oneself() -> None:
    """Be oneself again from the next run on."""
    st.session_state.pop(LOOKING, None)


def looking(real: Actor) -> Actor:
    """The actor whose eyes this session looks through: usually one's own, never with the right to change anything."""
    if get_script_run_ctx() is None:
        return real
    person_id = st.session_state.get(LOOKING)
    if person_id is None or not may(real, Permission.MANAGE_PEOPLE):
        return real
    found = _person(load_config().database_url, data.log_end(), person_id)
    return real if found is None else replace(found, address=real.address, seen_by=real.name)


@lru_cache(maxsize=16)
def _person(url: str, at_version: int, person_id: int) -> Actor | None:
    persons, granted = _read(url, at_version)
    names = persons[persons["person_id"] == person_id]["name"]
    mine = rows_of(granted[granted["person_id"] == person_id])
    if names.empty:
        return None
    text = [(row["role"], *(_or_none(row[name]) for name in ("project_key", "department"))) for row in mine]
    return Actor(str(names.iloc[0]), tuple(Granted.of_row(*one) for one in text), person_id)


def _or_none(held: object) -> str | None:
    return held if isinstance(held, str) else None
