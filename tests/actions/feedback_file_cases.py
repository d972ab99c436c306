"""The cases of files attached to feedback (see action_cases)."""

from actions import feedback_files
from core.actor import Role
from store.db import Store
from store.read import rows_where
from store.tables import Attachment
from tests.actions.action_cases import Case
from tests.actions.given_files import REPORT, SCREENSHOT
from tests.actions.shop import LATER, Do, feedback_of
from tests.actors import actor_of


def _attach(store: Store) -> Do:
    number = feedback_of(store).id or 0
    return lambda actor: feedback_files.attach_files(
        store, actor, feedback_id=number, files=[SCREENSHOT, REPORT], at=LATER
    )


def _take_away(store: Store) -> Do:
    """Each role takes away what it attached itself (what it did before is not in the log: that is this case's own)."""
    own: dict[str, int] = {}
    for roles in ((Role.LEAD,), (Role.LEADER,), (Role.DEPARTMENT,), tuple(Role)):
        number = feedback_of(store, files=[SCREENSHOT]).id or 0
        with store.writing() as session:
            (row,) = rows_where(session, Attachment, feedback_id=number)
            row.added_by = actor_of(*roles).name
            own[row.added_by] = row.id or 0
    return lambda actor: feedback_files.take_file_away(
        store, actor, attachment_id=own.get(actor.name, min(own.values())), at=LATER
    )


CASES = {"attach_files": Case(_attach), "take_file_away": Case(_take_away)}
