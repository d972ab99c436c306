"""`/attachments/NUMBER`: what is attached to feedback, for who may see that feedback: a picture to look at (`/small`, before
it is opened), anything else to take along."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
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
from core.media import for_paper, is_picture
from core.rows import rows_of
from services.kept_answers import HEADERS, refusal
from services.routes import row_id
from store import frames
from store.db import Store
from store.kept_files import ATTACHMENTS, kept_path

SMALL_PIXELS = 480
_ONE_AT_A_TIME = threading.Lock()  # a large photograph takes hundreds of megabytes while it is made small


@dataclass(frozen=True)
class Found:
    """Where the bytes of an attachment lie, and as what they are handed out."""

    path: Path
    media_type: str
    file_name: str


def attachment_routes(store: Callable[[], Store]) -> list[Route]:
    """Args: store, opens the house's store (FortnightError where it cannot)."""

    async def whole(request: Request) -> Response:
        return await run_in_threadpool(_answer, store, request, _whole)

    async def small(request: Request) -> Response:
        return await run_in_threadpool(_answer, store, request, _small)

    return [
        Route("/attachments/{attachment}", whole, methods=["GET", "HEAD"]),
        Route("/attachments/{attachment}/small", small, methods=["GET", "HEAD"]),
    ]


def find(store: Store, actor: Actor | None, attachment_id: int) -> Found:
    """An attachment of feedback within the actor's reach; what was taken away is not there.

    Raises: Refused; NotFound where there is none, or it is not to be seen; FortnightError where the bytes are gone.
    """
    missing = NotFound(Text("There is no attachment {id}.", id=str(attachment_id)))
    if actor is None or is_masked(actor):  # a picture or a letter shows names as they are
        raise missing
    require(actor, Permission.READ_FEEDBACK)
    with store.reading() as session:
        rows = rows_of(frames.attachments(session, scope_of(actor), attachment_id=attachment_id))
    if not rows:
        raise missing
    path = kept_path(store.config, ATTACHMENTS, str(rows[0]["sha256"]))
    return Found(path, str(rows[0]["media_type"]), str(rows[0]["file_name"]))


def _answer(store: Callable[[], Store], request: Request, hand_out: Callable[[Found], Response]) -> Response:
    try:
        return hand_out(find(store(), visit_of(request.scope).actor, row_id(request, "attachment")))
    except FortnightError as error:
        return refusal(request, error)


def _whole(found: Found) -> Response:
    return FileResponse(
        found.path, media_type=found.media_type, headers=HEADERS, filename=found.file_name,
        content_disposition_type="inline" if is_picture(found.media_type) else "attachment",
    )  # fmt: skip


def _small(found: Found) -> Response:
    if not is_picture(found.media_type):
        raise NotFound(Text("This is no picture."))
    with _ONE_AT_A_TIME:
        content, media_type = _made_small(found.path)
    return Response(content, media_type=media_type, headers=HEADERS)


@lru_cache(maxsize=128)  # a kept file never changes: its path is its hash
def _made_small(path: Path) -> tuple[bytes, str]:
    content = for_paper(path.read_bytes(), SMALL_PIXELS)[0]
    return content, "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
