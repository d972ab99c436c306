"""Files that belong to feedback: a screenshot of what is wrong, the list it happened with, the document that answers it."""

from collections.abc import Sequence
from datetime import datetime

from access.permissions import Permission, may
from actions.attached import attach_to, forget_files, kept_with
from actions.base import acting, action
from actions.feedback import feedback_in_reach
from core.actor import Actor
from core.attached import GivenFile
from core.errors import Invalid, NotFound, Refused
from core.i18n import Text
from store.attachments import standing
from store.db import Store
from store.tables import Attachment


@action(Permission.SUBMIT_FEEDBACK)
def attach_files(
    store: Store, actor: Actor, *, feedback_id: int, files: Sequence[GivenFile], at: datetime | None = None
) -> list[Attachment]:
    """Attach pictures and documents to a piece of feedback, all of them or none.

    Raises: Refused; NotFound; Invalid where there is none, or one may not be kept (core.attached).
    """
    with kept_with(store) as kept, acting(store, actor, "attach_files", at=at) as work:
        feedback = feedback_in_reach(work, feedback_id)
        if not files:
            raise Invalid(Text("No file was chosen."), next=Text("Choose one or several files first."))
        return attach_to(work, store, feedback, files, kept)


@action(Permission.SUBMIT_FEEDBACK)
def take_file_away(store: Store, actor: Actor, *, attachment_id: int, at: datetime | None = None) -> None:
    """Take away what oneself attached, or, for who answers there, what anybody did; the bytes go, what it was stays in the log.

    Raises: Refused; NotFound where it is not there (any more) or not to be seen.
    """
    with acting(store, actor, "take_file_away", at=at) as work:
        missing = NotFound(Text("There is no attachment {id}.", id=str(attachment_id)))
        before = next(iter(standing(work.session, id=attachment_id)), None)
        if before is None:
            raise missing
        feedback = feedback_in_reach(work, before.feedback_id, missing=missing)
        place = {"project": feedback.project_key, "department": feedback.department}
        if before.added_by != actor.name and not may(actor, Permission.ANSWER_FEEDBACK, **place):
            raise Refused(
                Text("“{file}” was attached by {name}.", file=before.file_name, name=before.added_by),
                next=Text("Whoever attached it, or who answers this feedback, can take it away."),
            )
        row = Attachment(
            feedback_id=before.feedback_id, file_name=before.file_name, media_type=before.media_type,
            size_bytes=before.size_bytes, supersedes_id=before.id, added_at=work.at, added_by=actor.name,
        )  # fmt: skip
        work.add(row)
        work.audit(f"feedback {before.feedback_id}", before, None)
        sha256 = before.sha256 or ""
    forget_files(store, [sha256])
