"""Own routes beside the pages: health for whoever watches the machine, and the reader's choice of language."""

from collections.abc import Callable
from posixpath import normpath
from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from access.gate import VISIT
from core.errors import FortnightError
from core.i18n import LANGUAGES

LANGUAGE_COOKIE = "fortnight_language"
A_YEAR = 365 * 24 * 3600


def routes(schema: Callable[[], str]) -> list[Route]:
    """The routes of the web door; `schema` opens the store and gives its schema's name, or raises FortnightError."""

    async def health(request: Request) -> Response:
        visit = request.scope.get(VISIT)
        is_bare = visit is not None and visit.owner is None  # nobody known asks: ok or failed, and nothing else
        try:
            found = await run_in_threadpool(schema)
        except FortnightError as error:
            if is_bare:
                return JSONResponse({"status": "failed"}, status_code=503, headers=NOT_KEPT)
            # what failed, without paths: whoever may reach this address need not know the machine
            return JSONResponse({"status": "failed", "what": str(error.what)}, status_code=503, headers=NOT_KEPT)
        return JSONResponse({"status": "ok"} if is_bare else {"status": "ok", "schema": found}, headers=NOT_KEPT)

    return [
        Route("/healthz", health, methods=["GET", "HEAD"]),
        Route("/language/{lang}", keep_language, methods=["GET"]),
        Route("/overview", to_first_page, methods=["GET"]),
    ]


NOT_KEPT = {"Cache-Control": "no-store"}


async def to_first_page(request: Request) -> Response:
    """Streamlit knows its first page by `/` alone; a link that names it leads there, with what it asks for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/{query}", status_code=307, headers=NOT_KEPT)


async def keep_language(request: Request) -> Response:
    """Keep the language in a cookie and go back to the page one came from, within this site only."""
    lang = request.path_params["lang"]
    if lang not in LANGUAGES:
        return PlainTextResponse("unknown language", status_code=404)
    answer = RedirectResponse(own_path(request.query_params.get("next")), status_code=303, headers=NOT_KEPT)
    secure = request.url.scheme == "https"
    answer.set_cookie(LANGUAGE_COOKIE, lang, max_age=A_YEAR, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


def row_id(request: Request, name: str) -> int:
    """A row's number out of the path; 0, which no row has, for what no database takes for one."""
    given = str(request.path_params[name])
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0


def own_path(given: str | None) -> str:
    """A path of this very site, or `/`: no other host, no scheme, no trick with `//`, a backslash or a control character; and
    no path that does something where it is only to lead back."""
    path = given or "/"
    parts = urlsplit(path)
    foreign = parts.scheme or parts.netloc or not path.startswith("/") or path.startswith("//")
    if foreign or "\\" in path or any(ord(letter) < 32 for letter in path):
        return "/"
    meant = normpath(unquote(parts.path))  # a browser takes dots and %2e out before it asks
    return "/" if meant.startswith("/language/") or meant == "/sign-out" else path
