"""The picture or video that is shown with an item on stage: attached while a demo is prepared or runs, and taken away."""

from datetime import datetime

from access.permissions import Permission
from actions.attached import forget_files, kept_with
from actions.base import Work, acting, action
from actions.given import required
from actions.settings import house_settings
from actions.sprint_items import item_in_sprint, sprint_in_reach
from core.actor import Actor
from core.attached import MEGABYTE
from core.errors import Invalid, NotFound
from core.i18n import N_, Text
from core.media import media_type_of
from store.db import Store
from store.kept_files import ATTACHMENTS, keep_file
from store.read import last_where
from store.tables import ItemMedia


@action(Permission.PRESENT_DEMO)
def attach_media(
    store: Store,
    actor: Actor,
    *,
    source_id: int,
    sprint_id: str,
    work_item_id: str,
    file_name: str,
    content: bytes,
    at: datetime | None = None,
) -> ItemMedia:
    """Show a picture or video with an item at the demo of a sprint, in place of the one before.

    Raises: Refused; NotFound; Invalid where it is neither, is damaged, or is larger than the house accepts.
    """
    with kept_with(store) as kept, acting(store, actor, "attach_media", at=at) as work:
        _reach(work, source_id, sprint_id, work_item_id)
        most = house_settings(work.session).media_mb
        if not 0 < len(content) <= most * MEGABYTE:
            size = round(len(content) / MEGABYTE, 1)
            raise Invalid(
                Text("This file is empty.") if not content else Text("This file is too large: {size} MB.", size=size),
                next=Text("Up to {most} MB are accepted; an administrator can change that in the settings.", most=most),
            )
        before = _latest(work, source_id, sprint_id, work_item_id)
        media_type = media_type_of(content)
        kept.append(keep_file(store.config, ATTACHMENTS, content))
        row = ItemMedia(
            source_id=source_id,
            sprint_id=sprint_id,
            work_item_id=work_item_id,
            file_name=required(file_name, N_("File")),
            media_type=media_type,
            size_bytes=len(content),
            sha256=kept[0],
            recorded_at=work.at,
            recorded_by=actor.name,
        )
        work.add(row)
        work.audit(f"item {work_item_id}, sprint {sprint_id}", before, row)
    _forget(store, before)
    return row


@action(Permission.PRESENT_DEMO)
def take_media_away(
    store: Store, actor: Actor, *, source_id: int, sprint_id: str, work_item_id: str, at: datetime | None = None
) -> None:
    """Show an item without its picture or video; the bytes go, what they were stays in the log.

    Raises: Refused; NotFound where there is none.
    """
    with acting(store, actor, "take_media_away", at=at) as work:
        _reach(work, source_id, sprint_id, work_item_id)
        before = _latest(work, source_id, sprint_id, work_item_id)
        if before is None:
            raise NotFound(Text("This item has no picture and no video."))
        row = ItemMedia(
            source_id=source_id, sprint_id=sprint_id, work_item_id=work_item_id, recorded_at=work.at,
            recorded_by=actor.name,
        )  # fmt: skip
        work.add(row)
        work.audit(f"item {work_item_id}, sprint {sprint_id}", before, None)
    _forget(store, before)


def _reach(work: Work, source_id: int, sprint_id: str, work_item_id: str) -> None:
    sprint_in_reach(work, source_id, sprint_id)
    item_in_sprint(work, source_id, sprint_id, work_item_id)


def _latest(work: Work, source_id: int, sprint_id: str, work_item_id: str) -> ItemMedia | None:
    found = last_where(work.session, ItemMedia, source_id=source_id, sprint_id=sprint_id, work_item_id=work_item_id)
    return found if found is not None and found.sha256 else None


def _forget(store: Store, before: ItemMedia | None) -> None:
    forget_files(store, [before.sha256] if before is not None and before.sha256 else [])
