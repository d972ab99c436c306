"""The routes of the audience's page: `/audience/NUMBER/TOKEN`, opened by the QR code on the presenter's screen."""

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from access.guest_links import guest_actor
from actions.reactions import react
from core.errors import FortnightError
from core.i18n import LANGUAGES, nearest_language
from core.reader import Reader
from services.audience import page
from services.audience.view import last_name, shown_to
from services.routes import row_id
from store.db import Store

HERE = Path(__file__).parent
SCRIPTS = {name: (HERE / name).read_text("utf-8") for name in ("audience.js", "stage.js")}
GUEST = "fortnight_guest"
KNOWN_GUEST = re.compile(r"[A-Za-z0-9_-]{20,64}")
MOST_BYTES = 16_384
NOT_KEPT = {"Cache-Control": "no-store"}


def audience_routes(store: Callable[[], Store]) -> list[Route]:
    """Args: store, opens the house's store (FortnightError where it cannot)."""

    async def item(request: Request) -> Response:
        return await run_in_threadpool(_item, store(), request)

    async def state(request: Request) -> Response:
        found = await run_in_threadpool(shown_to, store(), *_link(request), None)
        return JSONResponse(found.as_json() if found else {}, status_code=200 if found else 404, headers=NOT_KEPT)

    async def give(request: Request) -> Response:
        if int(request.headers.get("content-length") or MOST_BYTES + 1) > MOST_BYTES:
            return Response(status_code=413)
        form = await request.form(max_files=0, max_fields=8)
        given = {name: value for name, value in form.items() if isinstance(value, str)}
        return await run_in_threadpool(_give, store(), request, given)

    async def script(request: Request) -> Response:
        return Response(SCRIPTS[request.url.path.rpartition("/")[2]], media_type="text/javascript")

    return [
        *(Route(f"/audience/{name}", script, methods=["GET"]) for name in SCRIPTS),
        Route("/audience/{demo}/{token}", item, methods=["GET"]),
        Route("/audience/{demo}/{token}", give, methods=["POST"]),
        Route("/audience/{demo}/{token}/state", state, methods=["GET"]),
    ]


def _link(request: Request) -> tuple[int, str]:
    return row_id(request, "demo"), str(request.path_params["token"])


def _item(store: Store, request: Request) -> Response:
    guest = _guest(request)
    shown = shown_to(store, *_link(request), guest)
    reader = _reader(request, shown.zone if shown else "UTC")
    if shown is None:
        return HTMLResponse(page.over_page(reader), status_code=404, headers=NOT_KEPT)
    is_thanked = request.query_params.get("said") == shown.item_id  # what was said of the item before is no news here
    said = reader.t("Thank you, it is on the screen.") if is_thanked else ""
    html = page.item_page(reader, shown, request.url.path, last_name(store, _link(request)[0], guest), said)
    return _known(HTMLResponse(html, headers=NOT_KEPT), request, guest)


def _give(store: Store, request: Request, given: dict[str, Any]) -> Response:
    (demo_id, token), guest = _link(request), _guest(request)
    host = request.client.host if request.client else None
    try:
        react(
            store, guest_actor(guest, host), demo_id=demo_id, token=token, guest=guest,
            work_item_id=given.get("item", ""), reaction=given.get("reaction"), remark=given.get("remark"),
            guest_name=given.get("name"),
        )  # fmt: skip
    except FortnightError as error:
        shown = shown_to(store, demo_id, token, guest)
        reader = _reader(request, shown.zone if shown else "UTC")
        if shown is None:
            return HTMLResponse(page.over_page(reader), status_code=404, headers=NOT_KEPT)
        html = page.item_page(reader, shown, request.url.path, given.get("name", ""), error.say(reader))
        return _known(HTMLResponse(html, status_code=422, headers=NOT_KEPT), request, guest)
    address = f"{request.url.path}?{urlencode({'said': given.get('item', '')})}"
    return _known(RedirectResponse(address, status_code=303, headers=NOT_KEPT), request, guest)


def _reader(request: Request, zone: str) -> Reader:
    asked = request.query_params.get("lang") or request.cookies.get("fortnight_audience_language")
    return Reader(asked if asked in LANGUAGES else nearest_language(request.headers.get("accept-language")), zone)


def _guest(request: Request) -> str:
    """This phone's random id: what its cookie says, or a new one."""
    known = request.cookies.get(GUEST, "")
    return known if KNOWN_GUEST.fullmatch(known) else secrets.token_urlsafe(24)


def _known(answer: Response, request: Request, guest: str) -> Response:
    """Have the phone remember who it is and its language, for this demo alone."""
    path, is_safe = request.url.path, request.url.scheme == "https"
    answer.set_cookie(GUEST, guest, path=path, httponly=True, samesite="lax", secure=is_safe, max_age=24 * 3600)
    lang = request.query_params.get("lang")
    if lang in LANGUAGES:
        answer.set_cookie("fortnight_audience_language", lang, path=path, httponly=True, samesite="lax", secure=is_safe)
    return answer
