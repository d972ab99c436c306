"""Readers of how sources stand, what is being read at this moment, watched files; and the syncs that pages begin.

What runs changes from second to second without an audit entry, so it is asked for each time and never cached.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import pandas as pd

from access.permissions import Permission, require
from actions.webhook_secrets import setting_name
from connectors.jira.batch import Raw
from connectors.jira.choices import Choices, field_choices
from connectors.jira.context import context_of
from core.config import load_config
from core.errors import FortnightError
from core.kept_errors import told_again
from pages.components import data
from pages.components.data import once_a_run
from store import frames, source_runs
from store import tables as t
from store.raw_records import every_raw
from store.read import rows_where
from store.source_runs import SourceStanding

LATE_AFTER = 3  # times the interval at which a source syncs by itself


@dataclass(frozen=True)
class Stale:
    """A source whose figures are older than they should be: since when, and why nothing newer came (None: not known)."""

    name: str
    since: datetime | None
    error: FortnightError | None


@dataclass(frozen=True)
class Connected:
    """What of a connected Jira may be shown: never its secret.

    Args: settings, as kept; credential, its kind (None: there is none); account; set_at and set_by, of the credential;
    has_webhook, whether a secret for one was made.
    """

    source_id: int
    name: str
    settings: dict[str, Any]
    credential: str | None
    account: str | None
    set_at: datetime | None
    set_by: str | None
    has_webhook: bool


def _seen() -> set[int]:
    """The sources that hold something within this reader's reach; the others do not exist for them."""
    return set(data.table("sources")["source_id"])


@once_a_run
def overview() -> pd.DataFrame:
    """One row per source that holds something or is connected, all ages from all its runs (store.frames.source_overview)."""
    found = _overview(load_config().database_url, data.version())
    return found[found["source_id"].isin(_seen())]


@lru_cache(maxsize=8)
def _overview(url: str, at_version: int) -> pd.DataFrame:
    with data.house_store().reading() as session:
        found = frames.source_overview(session)
        return found[~found["source_id"].isin(frames.emptied_sources(session))]


@once_a_run
def standings() -> tuple[SourceStanding, ...]:
    """How every Jira stands, in the order in which they were connected."""
    seen = _seen()
    return tuple(one for one in _standings(load_config().database_url, data.version()) if one.source_id in seen)


@lru_cache(maxsize=8)
def _standings(url: str, at_version: int) -> tuple[SourceStanding, ...]:
    with data.house_store().reading() as session:
        return tuple(source_runs.standings(session))


def stale(at: datetime) -> list[Stale]:
    """The sources whose last sync failed, or whose last good one is longer ago than three of their intervals."""
    found = []
    for one in standings():
        is_failed = one.last_state == "failed"
        every = timedelta(minutes=one.every_minutes) if one.every_minutes else None
        is_late = every is not None and one.fresh_since is not None and at - one.fresh_since > LATE_AFTER * every
        if is_failed or is_late:
            error = told_again(one.last_error) if is_failed and one.last_error else None
            found.append(Stale(one.name, one.fresh_since, error))
    return found


def fields_of(source_id: int) -> Choices:
    """Setting -> (id, name) of the fields that it may name, as the source's last sync found them; empty before the first."""
    return _fields_of(load_config().database_url, data.version(), source_id)


@lru_cache(maxsize=32)
def _fields_of(url: str, at_version: int, source_id: int) -> Choices:
    with data.house_store().reading() as session:
        kept = [Raw(stream, one.external_id, one.payload) for stream in ("server", "field", "board")
                for one in every_raw(session, source_id, stream)]  # fmt: skip
    return field_choices(context_of(kept)) if kept else {}


@once_a_run
def connected() -> tuple[Connected, ...]:
    """Every connected Jira."""
    seen = _seen()
    return tuple(one for one in _connected(load_config().database_url, data.version()) if one.source_id in seen)


@lru_cache(maxsize=8)
def _connected(url: str, at_version: int) -> tuple[Connected, ...]:
    with data.house_store().reading() as session:
        found = []
        for source in rows_where(session, t.Source, kind="jira"):
            credential = session.get(t.Credential, source.id)
            hook = session.get(t.Setting, setting_name(source.id or 0))
            found.append(
                Connected(
                    source.id or 0,
                    source.name,
                    dict(source.settings),
                    credential=credential.kind if credential else None,
                    account=credential.account if credential else None,
                    set_at=credential.set_at if credential else None,
                    set_by=credential.set_by if credential else None,
                    has_webhook=hook is not None,
                )
            )
        return tuple(found)


@once_a_run
def watched() -> tuple[t.WatchedFile, ...]:
    """Every watched file, in the order in which they were added."""
    return _watched(load_config().database_url, data.version())


@lru_cache(maxsize=8)
def _watched(url: str, at_version: int) -> tuple[t.WatchedFile, ...]:
    with data.house_store().reading() as session:
        found = rows_where(session, t.WatchedFile)
        session.expunge_all()
        return tuple(found)


# ---------------------------------------------------------------- what runs


def running() -> list[dict[str, Any]]:
    """The syncs under way in any process of the house, oldest first (store.source_runs.running)."""
    with data.house_store().reading() as session:
        under_way = list(source_runs.running(session))
    seen = _seen() if under_way else set()
    return [run for run in under_way if run["source_id"] in seen]


def is_beginning() -> bool:
    """Whether a sync that this process began has not ended: it may not have its run yet."""
    from services.schedule import SYNCS

    return SYNCS.is_busy()


def begin_sync(source_id: int, *, full: bool = False) -> bool:
    """Begin a sync in the background of the server; closing the browser does not stop it. Returns: False where this
    server is already syncing the source. Raises: Refused."""
    from services.schedule import SYNCS

    require(data.actor(), Permission.IMPORT_DATA)
    return SYNCS.start(data.house_store(), data.actor(), source_id, full=full)


def ask_to_stop(run_id: int) -> bool:
    """Ask a running sync to stop; what it has read stays. Returns: whether it was running. Raises: Refused."""
    from actions.sync_state import ask_to_cancel

    require(data.actor(), Permission.IMPORT_DATA)
    return ask_to_cancel(data.house_store(), run_id)
