"""`/stage/media/NUMBER`: the picture or video of an item, for who may see the sprint it is shown in; in pieces where asked."""

from collections.abc import Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from access.gate import visit_of
from access.permissions import Permission, is_masked, require, scope_of
from core.actor import Actor
from core.errors import FortnightError, NotFound
from core.i18n import Text
from core.rows import rows_of
from services.kept_answers import HEADERS, refusal
from services.routes import row_id
from store import frames
from store.db import Store
from store.demos import standing_media
from store.kept_files import ATTACHMENTS, kept_path
from store.read import rows_where
from store.tables import ItemMedia


def media_route(store: Callable[[], Store]) -> Route:
    """Args: store, opens the house's store (FortnightError where it cannot)."""

    async def show(request: Request) -> Response:
        return await run_in_threadpool(_show, store, request)

    return Route("/stage/media/{media}", show, methods=["GET", "HEAD"])


def _show(store: Callable[[], Store], request: Request) -> Response:
    try:
        path, media_type = find(store(), visit_of(request.scope).actor, row_id(request, "media"))
    except FortnightError as error:
        return refusal(request, error)
    return FileResponse(path, media_type=media_type, headers={**HEADERS, "Content-Disposition": "inline"})


def find(store: Store, actor: Actor | None, media_id: int) -> tuple[Path, str]:
    """Where the bytes lie and what they are, for who may see sprint and item; what was taken away is not there.

    Raises: Refused; NotFound where there is none, or it is not to be seen; FortnightError where the bytes are gone.
    """
    missing = NotFound(Text("There is no picture or video {id}.", id=str(media_id)))
    if actor is None or is_masked(actor):  # a picture shows names as they are
        raise missing
    require(actor, Permission.READ_SPRINTS)
    scope = scope_of(actor)
    with store.reading() as session:
        row = next(iter(rows_where(session, ItemMedia, id=media_id)), None)
        if row is None:
            raise missing
        shown = {int(one["media_id"]): one for one in rows_of(standing_media(session, row.source_id, row.sprint_id))}
        sprint = frames.sprints(session, scope, source_id=row.source_id, sprint_ids=[row.sprint_id])
        item = frames.work_items(session, scope, row.source_id, [row.work_item_id])
        if media_id not in shown or sprint.empty or item.empty:
            raise missing
        sha256, media_type = str(row.sha256), str(row.media_type)
    return kept_path(store.config, ATTACHMENTS, sha256), media_type
