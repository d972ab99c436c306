"""What the audit page reads: the entries that a search finds, who and what occurs in the log, whether it holds."""

from functools import lru_cache

import pandas as pd

from access.anchor import Anchor, Checked
from access.permissions import Permission, require
from actions.audit import verify_log
from core.config import load_config
from pages.components import data
from store import audit_log
from store.audit_log import Search

KEPT = 16


def newest() -> tuple[pd.DataFrame, int]:
    """The newest entry of all, and how many there are. Raises: Refused."""
    return found(Search(), 1)


def found(search: Search, limit: int) -> tuple[pd.DataFrame, int]:
    """The newest entries that a search finds, up to a limit, and how many it finds in all. Raises: Refused."""
    require(data.actor(), Permission.READ_AUDIT)
    return _found(load_config().database_url, data.log_end(), data._reach(), search, limit)


@lru_cache(maxsize=KEPT)
def _found(url: str, at_version: int, reach: data.Reach, search: Search, limit: int) -> tuple[pd.DataFrame, int]:
    with data.store().reading() as session:
        return audit_log.found(session, search, limit), audit_log.count(session, search)


def choices() -> tuple[list[str], list[str]]:
    """The actors and the actions that occur in the log. Raises: Refused."""
    require(data.actor(), Permission.READ_AUDIT)
    return _choices(load_config().database_url, data.log_end())


@lru_cache(maxsize=4)
def _choices(url: str, at_version: int) -> tuple[list[str], list[str]]:
    with data.house_store().reading() as session:
        return audit_log.choices(session)


def verified(anchor: Anchor | None = None) -> Checked:
    """Whether the log holds, read whole and anew: what somebody changes in the file does not change the version."""
    return verify_log(data.house_store(), data.actor(), anchor)
