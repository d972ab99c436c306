"""The census: issues that vanished were deleted, or are hidden from the account, as far as Jira tells. All keep their rows."""

from collections.abc import Collection, Mapping

from actions.sync_job import Job
from actions.sync_quarantine import SYNC_CODES, UNREAD_CODES, finding_of, subject_of
from actions.sync_rows import mark_deleted
from connectors.jira.batch import Skipped
from connectors.jira.census import census
from connectors.jira.client import Client
from connectors.jira.fates import Fate, fate, project_is_visible, why_out_of_sight
from connectors.jira.fetch import fetch_issues
from store import tables as t
from store.bulk import items_named, live_items, stored_of
from store.db import Session
from store.raw_records import raw_ids, set_aside
from store.write import Row


def look_for_deleted(job: Job, client: Client) -> None:
    """Compare the issues we know with those that are there: about one request for some thousand issues.

    Deleted ones are marked, and so are those that were deleted or hidden, with a finding that says so; ones that exist or
    whose project is out of sight get a finding and stay as they were last seen; ones that moved out of the source or that
    came in unnoticed are read. Raises: JiraError, Cancelled.
    """
    job.tell("census", 0, None)
    with job.store.reading() as session:
        known: dict[str, str | None] = dict.fromkeys(raw_ids(session, job.source_id, "issue"))
        known |= live_items(session, job.source_id)
    # What cannot be read is known all the same: it comes when it is edited, or with a full sync.
    known |= {
        key[2]: None for key in job.findings.known if key[:2] == ("record_skipped", "work_item") and key[2] not in known
    }
    found = census(client, job.settings, known, context=job.context, told_deleted=job.told_deleted)
    _settle(job, found.fates, seen=found.all_ids)
    for batch in fetch_issues(client, job.settings, [*found.left, *found.unknown], context=job.context):
        job.take(batch)
    job.standing.census_at = job.at.isoformat()


def look_for_vanished(job: Job, client: Client) -> None:
    """Tell what became of the issues that were asked for by name and are not there. Raises: JiraError, Cancelled."""
    with job.store.reading() as session:
        items = items_named(session, job.source_id, job.vanished)
    visible = {key: project_is_visible(client, key) for key in {one.project for one in items} if key is not None}
    is_cloud = job.context.flavour == "cloud"
    fates = {}
    for one in items:
        answer = job.vanished.get(one.external_id) or job.vanished[one.key]
        fates[one.external_id] = fate(
            answer, is_cloud=is_cloud, is_project_visible=visible.get(one.project or "", True),
            is_told=one.external_id in job.told_deleted,
        )  # fmt: skip
    _settle(job, fates, seen=())


def _settle(job: Job, fates: Mapping[str, Fate], *, seen: Collection[str]) -> None:
    """Mark what is gone, tell what is not certain; what is seen again, or certain by now, is no longer told."""
    step = job.seen.step()
    gone = [one for one, what in fates.items() if what in ("deleted", "deleted_or_hidden")]
    with job.store.writing() as session:
        keys = _keys(session, job, fates)
        mark_deleted(session, job.source_id, gone, step)
        set_aside(session, job.source_id, "issue", gone, "deleted")
        told = [_finding(one, keys[one], what) for one, what in fates.items() if one in keys and what != "deleted"]
        stale = job.findings.stale({subject_of("issue", one) for one in (*seen, *job.told_deleted)}, codes=UNREAD_CODES)
        stale |= job.findings.stale({subject_of("issue", one) for one in fates}, codes=UNREAD_CODES)
        stale |= job.findings.stale({subject_of("issue", one) for one in gone}, codes=SYNC_CODES)
        findings = job.findings.write(session, job.source_id, job.run_id, job.at, told, stale)
        merged = job.seen.with_step(step)
        job.standing.keep(session, job.source_id, merged)
    job.seen, job.findings = merged, findings


def _finding(external_id: str, key: str, what: Fate) -> Row:
    code = "item_deleted_or_hidden" if what == "deleted_or_hidden" else "item_out_of_sight"
    return finding_of(Skipped("issue", external_id, key, why_out_of_sight(what)), code)


def _keys(session: Session, job: Job, ids: Collection[str]) -> dict[str, str]:
    stored = stored_of(session, t.WorkItem, job.source_id, "external_id", list(ids))
    return {row["external_id"]: row["key"] for row in stored.values()}
