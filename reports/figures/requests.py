"""Which detected changes somebody answered for: the changes of some sprints against requests, signatures and waivers."""

import pandas as pd

from core.actor import EVERYTHING, Scope
from metrics.approvals import link_changes
from metrics.churn import detected_changes
from store import frames


def linked_changes(session: frames.Reading, scope: Scope, source_id: int, entries: pd.DataFrame) -> pd.DataFrame:
    """The detected changes of a source's entries, with their state (metrics.approvals.link_changes), `key` and `title`.

    Whether a change was approved does not depend on who looks: requests of other departments count as well.
    """
    covered = frames.covered_items(session)
    waivers = frames.waivers(session)
    linked = link_changes(
        detected=detected_changes(entries),
        requests=frames.change_requests(session, EVERYTHING),
        request_items=covered[covered["source_id"] == source_id],
        signatures=frames.signatures(session),
        waivers=waivers[waivers["source_id"] == source_id],
    )
    names = entries[["work_item_id", "key", "title"]].drop_duplicates("work_item_id")
    return linked.merge(names, on="work_item_id", how="left")
