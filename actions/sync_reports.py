"""Jira's own sprint reports, kept raw: each is asked for once, after its sprint's close, to check our ledger against."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta

from actions.sync_job import Job
from connectors.jira.batch import Batch, Raw
from connectors.jira.client import Client
from connectors.jira.failures import JiraError
from connectors.jira.fetch import sprint_report
from store import tables as t
from store.raw_records import raw_ids
from store.read import rows_where

LAST = 6  # closed sprints of a board: those its velocity is made of (R20)
ASK_AGAIN_AFTER = timedelta(days=1)  # a server that offers no reports is asked this often whether it does by now


def read_sprint_reports(job: Job, client: Client) -> None:
    """Read the reports of each board's last closed sprints that are not kept yet. Raises: Cancelled.

    They are a cross-check and undocumented: what goes wrong with them leaves the sync as it is.
    """
    refused = job.standing.reports_refused_at
    if refused is not None and job.at - datetime.fromisoformat(refused) < ASK_AGAIN_AFTER:
        return
    wanted = _wanted(job)
    records: list[Raw] = []
    try:
        for done, found in enumerate(client.map_ordered(_call(client, *one) for one in wanted), start=1):
            if found is None and not records:
                job.standing.reports_refused_at = job.at.isoformat()
                break
            records += [found] if found is not None else []
            job.tell("sprint_report", done, len(wanted))
    except JiraError:
        job.standing.reports_refused_at = job.at.isoformat()
    if records:
        job.take(Batch("sprint_report", records, done=len(records), total=len(wanted)))


def _call(client: Client, board_id: str, sprint_id: str) -> Callable[[], Raw | None]:
    return lambda: sprint_report(client, board_id, sprint_id)


def _wanted(job: Job) -> list[tuple[str, str]]:
    """(board, sprint) of the last closed sprints of each board whose report is not kept."""
    with job.store.reading() as session:
        kept = set(raw_ids(session, job.source_id, "sprint_report"))
        closed = rows_where(session, t.Sprint, source_id=job.source_id, state="closed", is_deleted=False)
    of_board: dict[str, list[t.Sprint]] = defaultdict(list)
    for sprint in sorted(closed, key=lambda one: (one.completed_at is not None, one.completed_at), reverse=True):
        if sprint.board_id and sprint.completed_at is not None:
            of_board[sprint.board_id].append(sprint)
    return [
        (board_id, sprint.external_id)
        for board_id, sprints in sorted(of_board.items())
        for sprint in sprints[:LAST]
        if sprint.external_id not in kept
    ]
