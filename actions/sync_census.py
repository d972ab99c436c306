"""The census: issues that vanished were deleted, or are hidden from the account. Both keep their rows; each is told."""

from collections.abc import Collection, Iterable, Mapping

from actions.sync_job import Job
from actions.sync_quarantine import SYNC_CODES, finding_of, subject_of
from actions.sync_rows import mark_deleted
from connectors.jira.batch import Skipped
from connectors.jira.census import census
from connectors.jira.client import Client
from connectors.jira.failures import JiraError
from connectors.jira.fetch import fetch_issues
from core.i18n import Text
from store import tables as t
from store.bulk import items_named, live_items, stored_of
from store.db import Session
from store.raw_records import raw_ids, set_aside

HIDDEN = Text("the account has lost sight of its project or of itself.")


def look_for_deleted(job: Job, client: Client) -> None:
    """Compare the issues we know with those that are there: about one request for some thousand issues.

    Deleted ones are marked, hidden ones get a finding and stay as they were last seen, ones that moved out of the source
    or that came in unnoticed are read. Raises: JiraError, Cancelled.
    """
    job.tell("census", 0, None)
    with job.store.reading() as session:
        known: dict[str, str | None] = dict.fromkeys(raw_ids(session, job.source_id, "issue"))
        known |= live_items(session, job.source_id)
    # What cannot be read is known all the same: it comes when it is edited, or with a full sync.
    known |= {
        key[2]: None for key in job.findings.known if key[:2] == ("record_skipped", "work_item") and key[2] not in known
    }
    found = census(client, job.settings, known, context=job.context)
    _settle(job, found.gone, {one: known[one] for one in found.hidden}, seen=found.all_ids)
    for batch in fetch_issues(client, job.settings, [*found.left, *found.unknown], context=job.context):
        job.take(batch)
    job.standing.census_at = job.at.isoformat()


def look_for_vanished(job: Job, client: Client) -> None:
    """Tell apart what became of the issues that were asked for by name and are not there: their project tells.

    Raises: JiraError, Cancelled.
    """
    with job.store.reading() as session:
        items = items_named(session, job.source_id, job.vanished)
    lost = {key for key in set(items.values()) if key is not None and not _is_visible(client, key)}
    gone = [one for one, key in items.items() if key not in lost]
    _settle(job, gone, {one: key for one, key in items.items() if key in lost}, seen=())


def _is_visible(client: Client, project: str) -> bool:
    try:
        client.get_json(f"/rest/api/2/project/{project}")
    except JiraError as error:
        if error.code not in ("not_found", "forbidden", "gone"):
            raise
        return False
    return True


def _settle(job: Job, gone: Collection[str], hidden: Mapping[str, str | None], *, seen: Collection[str]) -> None:
    step = job.seen.step()
    with job.store.writing() as session:
        mark_deleted(session, job.source_id, gone, step)
        set_aside(session, job.source_id, "issue", gone, "deleted")
        told = [finding_of(one, "item_out_of_sight") for one in _hidden(session, job, hidden)]
        stale = job.findings.stale({subject_of("issue", one) for one in seen}, codes={"item_out_of_sight"})
        stale |= job.findings.stale({subject_of("issue", one) for one in gone}, codes=SYNC_CODES)
        findings = job.findings.write(session, job.source_id, job.run_id, job.at, told, stale)
        merged = job.seen.with_step(step)
        job.standing.keep(session, job.source_id, merged)
    job.seen, job.findings = merged, findings


def _hidden(session: Session, job: Job, ids: Iterable[str]) -> list[Skipped]:
    keys = {
        row["external_id"]: row["key"]
        for row in stored_of(session, t.WorkItem, job.source_id, "external_id", list(ids)).values()
    }
    return [Skipped("issue", one, key, HIDDEN) for one, key in keys.items()]
