"""What the routes of kept files, archived and attached, have in common: how kept bytes are handed out, and how a refusal is said."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from core.errors import FortnightError, NotFound, Refused
from core.i18n import nearest_language
from core.reader import Reader
from services.routes import LANGUAGE_COOKIE, NOT_KEPT

HEADERS = {
    "Cache-Control": "private, no-store",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox",  # opened by itself it is nobody's page, whatever its bytes say
}


def refusal(request: Request, error: FortnightError) -> Response:
    """An error in the reader's language; of a fault of the house what failed and what to do, without the path."""
    asked = request.cookies.get(LANGUAGE_COOKIE) or request.headers.get("accept-language")
    code = 404 if isinstance(error, NotFound) else 403 if isinstance(error, Refused) else 500
    reader = Reader(nearest_language(asked), "UTC")
    said = error if code < 500 else FortnightError(error.what, next=error.next)
    return PlainTextResponse(said.say(reader), status_code=code, headers=NOT_KEPT)
