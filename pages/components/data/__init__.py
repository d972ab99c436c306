"""The only cache and the only reader of the store for pages; people's changes pass through `do`.

Everything cached is keyed by the store's version (each write leaves an audit entry, so an equal version is equal data)
and by what the reader may see. A failure raises and is never cached. What is cached is shared by all sessions as it is,
not copied for each (copying frames was a quarter of a page's script run): pages read it and change nothing in it.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache, wraps
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st

from access.masking import seen_by
from access.permissions import Permission, is_masked, scope_of
from access.permissions import may as actor_may
from access.permissions import where_may as actor_where_may
from actions.sample import clear_sample
from core.actor import EVERYTHING, Actor, Scope
from core.clock import now
from core.config import load_config
from core.house import HouseSettings
from pages.components import session as sign_in
from reports import figures
from reports.figures.house import finding_counts, ranked_findings
from store import frames
from store.db import Store, open_store

Result = TypeVar("Result")
Reach = tuple[tuple[str, ...] | None, tuple[str, ...] | None, bool]  # projects, departments, whether masked
_RUN = threading.local()  # each script run has its thread to itself while it lasts
KEPT = 64  # results of each kind kept in memory


@dataclass(frozen=True)
class Workspace:
    """What stands in the store, for the frame around every page."""

    is_sample: bool
    is_empty: bool
    names: tuple[str, ...]
    fresh_since: datetime | None
    findings: int
    version: int


@dataclass(frozen=True)
class Board:
    """A team to choose: its source, its board (None: the source's sprints that belong to no board), its name."""

    source_id: int
    source: str
    board_id: str | None
    name: str


@st.cache_resource(show_spinner=False)
def _opened(url: str) -> Store:
    return open_store(load_config())


def house_store() -> Store:
    """The configured store, opened once for all sessions: for what is written, and for who signs in. Raises: FortnightError."""
    return _opened(load_config().database_url)


def store() -> Store:
    """The store as this session's actor may read it: an auditor reads through pseudonyms. Raises: FortnightError."""
    return seen_by(actor(), house_store())


def present() -> sign_in.Present:
    """Who sits before this session, asked once a run and anew in each fragment and click. Raises: SignedOut."""
    answers: dict[Any, Any] | None = getattr(_RUN, "answers", None)
    if answers is None:
        return sign_in.present()
    if "present" not in answers:
        answers["present"] = sign_in.present()
    return cast(sign_in.Present, answers["present"])


def real_actor() -> Actor:
    """Who sits before this session, whoever they look as. Raises: SignedOut."""
    return present().actor


def called() -> str:
    """How whoever is signed in is called; empty at the machine itself."""
    signed_in = present().signed_in
    return "" if signed_in is None else signed_in.display_name


def actor() -> Actor:
    """Who acts in this session; where an admin looks as somebody else, that person, who then may change nothing."""
    from pages.components.data.people import looking  # it reads by this module

    return looking(real_actor())


def may(permission: str) -> bool:
    """Whether this session's actor has a permission, by its name, anywhere at all."""
    return actor_may(actor(), Permission(permission))


def where_may(permission: str) -> Scope:
    """Where this session's actor has a permission (access.permissions.where_may)."""
    return actor_where_may(actor(), Permission(permission))


def do(action: Callable[..., Result], **given: Any) -> Result:
    """Run an action as this session's actor. Raises: FortnightError (Refused, NotFound, Invalid)."""
    forget_version()
    who = present()
    if who.is_open_house:
        sign_in.check_own_data(who, action.__name__, is_sample=workspace().is_sample)
    try:
        return action(house_store(), actor(), **given)
    finally:
        forget_version()


def leave_sample() -> None:
    """Clear the sample workspace."""
    do(clear_sample)


def enter_sample() -> None:
    """Load the sample workspace. Raises: FortnightError where it is in already."""
    from services.sample.load import load_sample  # a generator of workbooks: only who asks for it pays for it

    load_sample(house_store(), actor())
    forget_version()


def version() -> int:
    """The store's version: one indexed look-up per script run, so that all figures of a run are of one moment."""
    known: int | None = getattr(_RUN, "version", None)
    if known is None:
        with house_store().reading() as session:
            known = frames.version(session)
        if getattr(_RUN, "answers", None) is not None:
            _RUN.version = known
    return known


def log_end() -> int:
    """The last entry of the log, for what shows the log itself or who signs in: these change without the figures."""
    with house_store().reading() as session:
        return frames.log_end(session)


def once_a_run(reader: Callable[..., Result]) -> Callable[..., Result]:
    """Within one script run the same question has one answer, and is not even looked up in the cache again."""

    @wraps(reader)
    def asked(*given: Any, **named: Any) -> Result:
        answers: dict[Any, Any] | None = getattr(_RUN, "answers", None)
        if answers is None:
            return reader(*given, **named)
        question = (reader.__name__, given, tuple(sorted(named.items())))
        if question not in answers:
            answers[question] = reader(*given, **named)
        return cast(Result, answers[question])

    return asked


@contextmanager
def one_run() -> Iterator[None]:
    """A script run, from its first line to its last, for which the version is asked once; a fragment's run asks for itself."""
    _RUN.version, _RUN.answers = None, {}
    try:
        yield
    finally:
        _RUN.version, _RUN.answers = None, None


def forget_version() -> None:
    """Ask for everything anew: something was written."""
    _RUN.version = None
    if getattr(_RUN, "answers", None) is not None:
        _RUN.answers = {}


def as_of_now() -> datetime:
    """The end of the present minute: what was just recorded counts, and a minute's runs share their figures."""
    return now().replace(second=0, microsecond=0) + timedelta(minutes=1)


def _reach() -> Reach:
    """What this session's actor reads, as part of every cache key."""
    who = actor()
    scope = scope_of(who)
    return (
        None if scope.projects is None else tuple(sorted(scope.projects)),
        None if scope.departments is None else tuple(sorted(scope.departments)),
        is_masked(who),
    )


def _scope(reach: Reach) -> Scope:
    projects, departments, _ = reach
    return Scope(
        None if projects is None else frozenset(projects), None if departments is None else frozenset(departments)
    )


# ---------------------------------------------------------------- the house


@once_a_run
def workspace() -> Workspace:
    """What stands in the store."""
    return _workspace(load_config().database_url, version(), _reach())


@lru_cache(maxsize=8)
def _workspace(url: str, at_version: int, reach: Reach) -> Workspace:
    with store().reading() as session:
        sources = frames.sources(session)
        own = sources[(sources["kind"] != "fortnight") & ~sources["source_id"].isin(frames.emptied_sources(session))]
        seen = set(frames.sources(session, _scope(reach))["source_id"])
        return Workspace(
            is_sample=bool(sources["is_sample"].any()),
            is_empty=own.empty,
            names=tuple(own[own["source_id"].isin(seen)]["name"]),
            fresh_since=frames.fresh_since(session),
            findings=len(frames.findings(session, _scope(reach))),
            version=at_version,
        )


@once_a_run
def settings() -> HouseSettings:
    """The settings of the house."""
    return _settings(load_config().database_url, version())


@lru_cache(maxsize=8)
def _settings(url: str, at_version: int) -> HouseSettings:
    with store().reading() as session:
        return figures.house_settings(session)


@once_a_run
def table(name: str) -> pd.DataFrame:
    """A frame of the data page: sources, runs, findings, statuses (all sources), projects, boards, counts (table, n)."""
    at = log_end() if name == "counts" else version()  # the log's own rows are counted too
    return _table(load_config().database_url, at, _reach(), name)


@lru_cache(maxsize=KEPT)
def _table(url: str, at_version: int, reach: Reach, name: str) -> pd.DataFrame:
    readers: dict[str, Callable[[Any], pd.DataFrame]] = {
        "sources": lambda session: frames.sources(session, _scope(reach)),
        "runs": lambda session: frames.runs(session, scope=_scope(reach)),
        "findings": lambda session: ranked_findings(frames.findings(session, _scope(reach))),
        "finding_counts": lambda session: finding_counts(frames.findings(session, _scope(reach))),
        "statuses": lambda session: frames.every_status(session, _scope(reach)),
        "types": lambda session: frames.every_type(session, _scope(reach)),
        "boards": lambda session: frames.boards(session, _scope(reach)),
        "change_requests": lambda session: frames.change_requests(session, _scope(reach)),
        "signatures": lambda session: frames.signatures(session, _scope(reach)),
        "waivers": lambda session: frames.waivers(session, _scope(reach)),
        "covered_items": lambda session: frames.covered_items(session, _scope(reach)),
        "holidays": frames.holidays,
        "counts": lambda session: _counts(session, _scope(reach)),
    }
    with store().reading() as session:
        return readers[name](session)


def _counts(session: Any, scope: Scope) -> pd.DataFrame:
    """Rows of every table; how much there is in all is told to whom all is open."""
    counted = frames.row_counts(session) if scope == EVERYTHING else {}
    return pd.DataFrame(counted.items(), columns=["table", "n"])


from pages.components.data.ledgers import boards, churn, closed_sprints, sprint, sprints, trend  # noqa: E402, F401 - read through here; it reads by this module
from pages.components.data.measured import feedback, known_departments, known_projects, kpis  # noqa: E402, F401 - likewise
