"""Rows anew from the raw records that are kept: after a better parser, or with other settings; nothing is asked."""

from actions.sync_job import Job
from actions.sync_quarantine import UNREAD_CODES, Key, finding_of
from actions.sync_rows import write_batch
from connectors.jira.batch import Raw
from connectors.jira.failures import Cancelled
from store.raw_records import count_raw, stored_raw

REPARSED_AT_ONCE = 200


def catch_up(job: Job) -> None:
    """Parse anew what is stored, where it was parsed otherwise than it would be now (another field, other types)."""
    job.settle()
    if job.is_distrusted:
        reparse(job, is_after_reading=True)
        job.standing.parsed_with, job.is_distrusted = job.parse_key(), False


def reparse(job: Job, *, is_after_reading: bool = False) -> None:
    """Make rows anew from every kept record, some hundred in one transaction; figures are derived by the caller.

    Args: is_after_reading, in this run: what stays as it is was counted then.
    """
    job.seen.touch_all()
    with job.store.reading() as session:
        total = count_raw(session, job.source_id, "issue")
    told = _again(job, "sprint", list(job.small.values()), is_after_reading)
    after, done = None, 0
    while True:
        if job.is_cancelled():
            raise Cancelled
        with job.store.reading() as session:
            kept = stored_raw(session, job.source_id, "issue", after=after, limit=REPARSED_AT_ONCE)
        if not kept:
            break
        told |= _again(job, "issue", [Raw("issue", one.external_id, one.payload) for one in kept], is_after_reading)
        after, done = kept[-1].external_id, done + len(kept)
        job.tell("reparse", done, total)
    with job.store.writing() as session:  # what no record tells of any more; lost permissions are not of its kind
        stale = {key for key in job.findings.known if key not in told and key[0] not in UNREAD_CODES}
        job.findings = job.findings.write(session, job.source_id, job.run_id, job.at, [], stale)


def _again(job: Job, stream: str, records: list[Raw], is_after_reading: bool) -> set[Key]:
    parsed, failed = job.parsed(records)
    step = job.seen.step()
    told = [*map(dict, parsed.findings.rows), *map(finding_of, failed)]
    with job.store.writing() as session:
        write_batch(session, job.source_id, stream, parsed, step, is_exact=True)
        if is_after_reading:
            step.counts = {table: {**written, "unchanged": 0} for table, written in step.counts.items()}
        findings = job.findings.write(session, job.source_id, job.run_id, job.at, told, set())
        merged = job.seen.with_step(step)
        job.standing.keep(session, job.source_id, merged)
    job.seen, job.findings = merged, findings
    job.skipped += failed
    return {(one["code"], one["subject_table"], one["subject_id"]) for one in told}
