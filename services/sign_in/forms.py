"""Forms that only a page of ours can send: a random token in a cookie and in the form, beside the gate's look at Origin."""

import hmac
import secrets

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from access.asked import cookie_name
from access.gate import visit_of
from core.errors import Refused
from core.i18n import Text

FORM_COOKIE = "fortnight_form"
LARGEST = 16_384  # bytes of a form
NOT_KEPT = {"Cache-Control": "no-store"}


def token(request: Request) -> str:
    """The token of this browser's forms."""
    held = request.cookies.get(FORM_COOKIE, "")
    return held if 20 <= len(held) <= 100 and held.isascii() else secrets.token_urlsafe(24)


async def given(request: Request) -> FormData:
    """The sent form. Raises: Refused where it is too large or does not carry this browser's token."""
    length = request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > LARGEST:
        raise Refused(Text("This form is too large."))
    form = await request.form(max_files=0, max_fields=20)
    held, sent = request.cookies.get(FORM_COOKIE, ""), str(form.get("form", ""))
    if not held or not hmac.compare_digest(held.encode("utf-8", "replace"), sent.encode("utf-8", "replace")):
        raise Refused(Text("This form is too old."), next=Text("Try again."))
    return form


def shown(request: Request, html: str, form_token: str, status: int = 200) -> Response:
    """A page with forms."""
    answer = HTMLResponse(html, status_code=status, headers=NOT_KEPT)
    secure = visit_of(request.scope).is_secure
    answer.set_cookie(FORM_COOKIE, form_token, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


def entered(request: Request, session_token: str, path: str) -> Response:
    """On to a page of ours, with the new session's cookie. The browser forgets it when it is closed, the store at the
    session's end. Args: path, within this site."""
    secure = visit_of(request.scope).is_secure
    answer = RedirectResponse(path, status_code=303, headers=NOT_KEPT)
    answer.set_cookie(cookie_name(secure), session_token, path="/", httponly=True, samesite="lax", secure=secure)
    answer.delete_cookie(FORM_COOKIE, path="/", httponly=True, samesite="lax", secure=secure)
    return answer


def left(request: Request) -> Response:
    """Back to the sign-in page, without a session."""
    secure = visit_of(request.scope).is_secure
    answer = RedirectResponse("/sign-in?out=1", status_code=303, headers=NOT_KEPT)
    answer.delete_cookie(cookie_name(secure), path="/", httponly=True, samesite="lax", secure=secure)
    return answer
