"""Which detected changes somebody answered for: the changes of some sprints against requests, signatures and waivers."""

from datetime import datetime

import pandas as pd

from core.actor import EVERYTHING, Scope
from metrics.approvals import link_changes
from metrics.churn import detected_changes
from store import frames


def linked_changes(
    session: frames.Reading, scope: Scope, source_id: int, entries: pd.DataFrame, *, as_of: datetime | None = None
) -> pd.DataFrame:
    """The detected changes of a source's entries, with their state (metrics.approvals.link_changes), `key` and `title`.

    Whether a change was approved does not depend on who looks: requests of other departments count as well.
    Args: as_of, what was asked for, signed or waived later does not count.
    """
    covered = frames.covered_items(session)
    waivers = frames.waivers(session)
    linked = link_changes(
        detected=detected_changes(entries),
        requests=_until(frames.change_requests(session, EVERYTHING), "created_at", as_of),
        request_items=covered[covered["source_id"] == source_id],
        signatures=_until(frames.signatures(session), "signed_at", as_of),
        waivers=_until(waivers[waivers["source_id"] == source_id], "waived_at", as_of),
    )
    names = entries[["work_item_id", "key", "title"]].drop_duplicates("work_item_id")
    return linked.merge(names, on="work_item_id", how="left")


def _until(rows: pd.DataFrame, column: str, as_of: datetime | None) -> pd.DataFrame:
    return rows if as_of is None else rows[rows[column] <= pd.Timestamp(as_of)]
