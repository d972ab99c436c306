"""The sample workspace leaves with one click, for good."""

from datetime import datetime

from access.permissions import Permission
from actions.attached import forget_files
from actions.base import acting, action
from core.actor import Actor
from core.errors import NotFound
from core.i18n import Text
from store.attachments import hashes_of_sources
from store.db import Session, Store
from store.read import rows_where
from store.tables import ImportMapping, Setting, Source
from store.undo import delete_sources

STARTED = "is_started"  # a setting: someone has decided about the first start, so nothing comes unasked


@action(Permission.MANAGE_SAMPLE, house_wide=True)
def clear_sample(store: Store, actor: Actor, *, at: datetime | None = None) -> int:
    """Remove every row of the sample workspace, and what was attached to it; only audit entries mention it afterwards.

    Returns: how many rows left. Raises: Refused; NotFound where there is no sample.
    """
    with acting(store, actor, "clear_sample", at=at) as work:
        samples = rows_where(work.session, Source, is_sample=True)
        if not samples:
            raise NotFound(Text("There is no sample workspace to clear."))
        names = [source.name for source in samples]
        for mapping in rows_where(work.session, ImportMapping, source_name=names):
            work.session.delete(mapping)
        work.session.flush()
        ids = [source.id for source in samples if source.id is not None]
        shown = hashes_of_sources(work.session, ids)
        removed = delete_sources(work.session, ids)
        work.session.expunge_all()
        work.session.merge(Setting(name=STARTED, value={"value": True}, changed_at=work.at, changed_by=actor.name))
        work.audit("sample workspace", {"sources": names}, {"rows_removed": removed})
    forget_files(store, shown)
    return removed


@action(Permission.MANAGE_SAMPLE, house_wide=True)
def decide_first_start(store: Store, actor: Actor, *, at: datetime | None = None) -> None:
    """Note that the first start is over: the sample is never again loaded unasked. Raises: Refused."""
    with acting(store, actor, "decide_first_start", at=at) as work:
        if has_decided(work.session):
            work.nothing_changed()
            return
        work.session.add(Setting(name=STARTED, value={"value": True}, changed_at=work.at, changed_by=actor.name))
        work.audit("first start", None, {"is_over": True})


def has_decided(session: Session) -> bool:
    """Whether the first start is over."""
    return session.get(Setting, STARTED) is not None
