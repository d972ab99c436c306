"""`/archive/NUMBER`: an archived report, for who may see it and take it along; each taking is noted before it is given."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from access.gate import visit_of
from access.permissions import Permission, is_masked, require, scope_of
from actions.archive import archived_bytes
from actions.audit import record_export
from core.actor import Actor
from core.errors import FortnightError, NotFound
from core.i18n import Text
from core.reader import Reader
from core.rows import rows_of
from core.wording_reports import MEDIA_TYPE, REPORT_KIND
from services.kept_answers import refusal
from services.routes import NOT_KEPT, row_id
from store.archive import archived_reports
from store.db import Store


def archive_route(store: Callable[[], Store]) -> Route:
    """Args: store, opens the house's store (FortnightError where it cannot)."""

    async def download(request: Request) -> Response:
        return await run_in_threadpool(_download, store, request)

    return Route("/archive/{report}", download, methods=["GET"])


def _download(store: Callable[[], Store], request: Request) -> Response:
    actor = visit_of(request.scope).actor
    try:
        if actor is None:
            raise _missing(request)
        content, name, media = take(store(), actor, row_id(request, "report"))
    except FortnightError as error:
        return refusal(request, error)
    plain = name.encode("ascii", "ignore").decode().strip("-.")  # for what knows no other letters
    told = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    headers = {**NOT_KEPT, "Content-Disposition": told}
    return Response(content, media_type=MEDIA_TYPE[media], headers=headers)


def take(store: Store, actor: Actor, report_id: int) -> tuple[bytes, str, str]:
    """An archived file, its name with its hash in it, and its medium; that it was taken stands in the log from then on.

    Raises: Refused; NotFound where it is not there or not to be seen; FortnightError where its bytes are gone or changed.
    """
    require(actor, Permission.MAKE_REPORT)
    missing = NotFound(Text("There is no archived report {id}.", id=str(report_id)))
    if is_masked(actor):  # names stand in a report as they are
        raise missing
    with store.reading() as session:
        rows = {int(row["report_id"]): row for row in rows_of(archived_reports(session, scope_of(actor)))}
    row = rows.get(report_id)
    if row is None:
        raise missing
    content = archived_bytes(store.config, str(row["sha256"]))
    media = str(row["media"])
    record_export(store, actor, subject=str(row["file_name"]), media=media, rows=1, sha256=str(row["sha256"]))
    return content, f"{_stem(row)}-{str(row['sha256'])[:8]}.{media}", media


def _stem(row: dict[str, Any]) -> str:
    """What the file is called: its kind in the language of the report, and its subject."""
    kind, language, stem = str(row["kind"]), str(row["language"]), str(row["file_name"]).rpartition(".")[0]
    if language != "zh" or kind not in REPORT_KIND:
        return stem
    return Reader("zh").t(REPORT_KIND[kind]) + stem.removeprefix(kind).removesuffix("-zh")


def _missing(request: Request) -> NotFound:
    return NotFound(Text("There is no archived report {id}.", id=str(row_id(request, "report"))))
