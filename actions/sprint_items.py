"""Finding sprints and their work items for actions; what does not exist and what one may not see sound the same."""

from actions.base import Work
from core.errors import NotFound
from core.i18n import Text
from core.plain import plain_text
from store.read import rows_where
from store.snapshots import latest
from store.tables import Board, Sprint, SprintEntry, StatedEntry, WorkItem


def sprint_of(work: Work, source_id: int, sprint_id: str) -> Sprint:
    """The sprint, or NotFound."""
    sprint = work.session.get(Sprint, (source_id, sprint_id))
    if sprint is None:
        raise NotFound(Text("There is no sprint {id}.", id=plain_text(sprint_id)))
    return sprint


def item_of(work: Work, source_id: int, work_item_id: str) -> WorkItem:
    """The work item, or NotFound."""
    item = work.session.get(WorkItem, (source_id, work_item_id))
    if item is None:
        raise no_item(work_item_id)
    return item


def item_in_sprint(work: Work, source_id: int, sprint_id: str, work_item_id: str) -> WorkItem:
    """The work item, which must be or have been in the sprint, and within the actor's reach.

    Raises: NotFound where sprint or item is unknown, the item was never in the sprint, or the actor may not see it;
    Refused where the actor may see but not do it.
    """
    sprint_of(work, source_id, sprint_id)
    item = item_of(work, source_id, work_item_id)
    key = (source_id, sprint_id, work_item_id)
    is_in = (
        sprint_id in item.sprint_ids
        or work.session.get(SprintEntry, key) is not None
        or work.session.get(StatedEntry, key) is not None
        or _is_frozen_in(work, source_id, sprint_id, work_item_id)
    )
    missing = NotFound(
        Text(
            "There is no work item {id} in sprint {sprint}.", id=plain_text(work_item_id), sprint=plain_text(sprint_id)
        )
    )
    if not is_in:
        raise missing
    work.require(project=item.project_key, department=item.department, missing=missing)
    return item


def _is_frozen_in(work: Work, source_id: int, sprint_id: str, work_item_id: str) -> bool:
    """Whether the ledger that people see of a frozen sprint has the item, whatever its source says now."""
    frozen = latest(work.session, source_id, sprint_id)
    return frozen is not None and frozen.entry(work_item_id) is not None


def sprint_in_reach(work: Work, source_id: int, sprint_id: str) -> Sprint:
    """The sprint, whose every project (its board's, else those of its items) must be within the actor's reach.

    Raises: NotFound where it is unknown or not to be seen; Refused where the actor may see but not do it.
    """
    sprint = sprint_of(work, source_id, sprint_id)
    missing = NotFound(Text("There is no sprint {id}.", id=plain_text(sprint_id)))
    for project in _projects_of(work, sprint):
        work.require(project=project, missing=missing)
    return sprint


def _projects_of(work: Work, sprint: Sprint) -> list[str | None]:
    board = work.session.get(Board, (sprint.source_id, sprint.board_id)) if sprint.board_id else None
    if board is not None and board.project_key:
        return [board.project_key]
    entries = rows_where(work.session, SprintEntry, source_id=sprint.source_id, sprint_id=sprint.external_id)
    ids = sorted(entry.work_item_id for entry in entries)
    items = rows_where(work.session, WorkItem, source_id=sprint.source_id, external_id=ids) if ids else []
    return list({item.project_key for item in items}) or [None]


def no_item(work_item_id: str) -> NotFound:
    """The error for an item that is not there, or not to be seen."""
    return NotFound(Text("There is no work item {id}.", id=plain_text(work_item_id)))
