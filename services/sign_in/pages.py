"""Sign-in, sign-out, the first administrator and invitations: the routes and what they show."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, RedirectResponse, Response

from access.gate import Visit, visit_of
from access.guessing import Guessing, TooSoon
from access.sessions import Sessions, can_anybody_sign_in
from actions import accounts, sign_in
from actions.sign_in import Browser
from core.config import ROOT
from core.errors import FortnightError, NotFound, Refused
from core.i18n import Text
from core.reader import Reader
from services.routes import own_path
from services.sign_in import forms, notice
from services.sign_in.html import Field, button_link, done, form, page, paragraph, reader_of, said
from store.db import Store
from store.tables import Person

HERE = Path(__file__).parent
ASSETS = {
    "style.css": (HERE / "style.css", "text/css"),
    "mark.svg": (ROOT / "pages" / "components" / "mark.svg", "image/svg+xml"),
}
SET_UP = "/set-up"
# The answer below an open path where nothing is served: what would follow there is Streamlit's own page.
NOTHING = PlainTextResponse("There is nothing here.", status_code=404, headers=forms.NOT_KEPT)


@dataclass(frozen=True)
class Doors:
    """What the pages need: the open store, look-ups of sessions, who guesses, and whether a provider is set up."""

    store: Callable[[], Store]
    sessions: Sessions
    guessing: Guessing
    has_provider: bool = False

    def browser(self, request: Request) -> Browser:
        """Where this request's new session would live."""
        visit = visit_of(request.scope)
        return Browser(self.sessions.policy, visit.address, request.headers.get("user-agent"), visit.token)


async def asset(request: Request) -> Response:
    """The stylesheet and the mark."""
    found = ASSETS.get(request.path_params["name"])
    if found is None:
        return NOTHING
    return FileResponse(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=3600"})


# ---------------------------------------------------------------- sign-in and sign-out


async def show_sign_in(request: Request, doors: Doors) -> Response:
    """The form; whoever needs none is led on."""
    visit, back, reader = visit_of(request.scope), own_path(request.query_params.get("next")), reader_of(request)
    if visit.owner is not None:
        return RedirectResponse(back, status_code=303, headers=forms.NOT_KEPT)
    notes = [done(reader.t("You are signed out."))] if "out" in request.query_params else []
    return sign_in_page(request, doors, notes=notes)


async def do_sign_in(request: Request, doors: Doors) -> Response:
    """Check name, password and code; a guesser waits, and nobody else."""
    reader, browser, name = reader_of(request), doors.browser(request), ""
    try:
        given = await forms.given(request)
        name = str(given.get("name", ""))[:200]
        secrets: dict[str, Any] = {"password": str(given.get("password", "")), "code": str(given.get("code", ""))}
        with doors.guessing.one_try(name, browser.address, wrong=sign_in.WrongPassword):
            token = await run_in_threadpool(partial(sign_in.sign_in, doors.store(), browser, name=name, **secrets))
    except TooSoon as error:
        notes = [said(reader, error)]
        return sign_in_page(request, doors, notes=notes, name=name, status=429, retry_after=error.seconds)
    except FortnightError as error:
        asks_code = isinstance(error, sign_in.CodeAsked) or (name and "code" in given)
        return sign_in_page(
            request, doors, notes=[said(reader, error)], name=name, asks_code=bool(asks_code), status=403
        )
    return await run_in_threadpool(
        notice.onward, request, doors.store(), token, own_path(request.query_params.get("next"))
    )


def sign_in_page(
    request: Request, doors: Doors, *, notes: list[Markup], name: str = "", asks_code: bool = False, status: int = 200,
    retry_after: int = 0,
) -> Response:  # fmt: skip
    """The sign-in form. Args: notes, what is said above it; asks_code, whether a code is asked beside the password."""
    with doors.store().reading() as session:
        is_set_up = can_anybody_sign_in(session)
    reader, token, back = reader_of(request), forms.token(request), own_path(request.query_params.get("next"))
    next_page = "" if back == "/" else f"?next={quote(back, safe='/')}"
    fields = [
        Field("name", reader.t("Account name"), autocomplete="username", value=name),
        Field("password", reader.t("Password"), "password", "current-password"),
    ]
    if asks_code:
        fields.append(Field("code", reader.t("Code of your authenticator app"), autocomplete="one-time-code"))
    body = [*notes, form(f"/sign-in{next_page}", token, fields, reader.t("Sign in"), is_focused=True)]
    if doors.has_provider:
        body.append(button_link(f"/sign-in/oidc/{next_page}", reader.t("Sign in with your organisation")))
    help_text = reader.t("No account yet, or the password is lost? An administrator makes you a link.")
    body.append(paragraph(help_text, is_muted=True))
    if not is_set_up:
        hint = reader.t(
            "Nobody can sign in yet. Whoever runs Fortnight gets the first link by: python fortnight.py users link"
        )
        body.append(paragraph(hint))
    answer = forms.shown(request, page(reader, request, reader.t("Sign in"), *body), token, status)
    if retry_after:
        answer.headers["Retry-After"] = str(retry_after)
    return answer


# What a browser says of a link that a person clicked; no page can write these headers.
FOLLOWED = {"site": "same-origin", "mode": "navigate", "dest": "document", "user": "?1"}


async def show_sign_out(request: Request, doors: Doors) -> Response:
    """Sign out at once where a person follows the link of one's own page; whatever else leads here (another site, a
    picture, a frame, a script, a redirection) asks first."""
    visit = visit_of(request.scope)
    if visit.signed_in is None:
        return RedirectResponse("/", status_code=303, headers=forms.NOT_KEPT)
    if all(request.headers.get(f"sec-fetch-{name}") == value for name, value in FOLLOWED.items()):
        return await _signed_out(request, doors, visit)
    reader, token = reader_of(request, visit.signed_in.language), forms.token(request)
    body = form("/sign-out", token, [], reader.t("Sign out"))
    return forms.shown(request, page(reader, request, reader.t("Sign out?"), body), token)


async def do_sign_out(request: Request, doors: Doors) -> Response:
    """End the session."""
    visit = visit_of(request.scope)
    await forms.given(request)
    return await _signed_out(request, doors, visit)


async def _signed_out(request: Request, doors: Doors, visit: Visit) -> Response:
    if visit.signed_in:
        await run_in_threadpool(sign_in.sign_out, doors.store(), visit.signed_in, visit.address)
    return forms.left(request)


# ---------------------------------------------------------------- first administrator and invitations


async def show_first_admin(request: Request, doors: Doors) -> Response:
    """The first administrator's form, in the browser of this very machine while no sign-in is asked."""
    if not visit_of(request.scope).is_open_house:
        return RedirectResponse(own_path(request.query_params.get("next")), status_code=303, headers=forms.NOT_KEPT)
    return _set_up_page(request, reader_of(request), None, is_first=True)


async def do_first_admin(request: Request, doors: Doors) -> Response:
    """Make the first administrator and go on where one came from."""
    visit, reader = visit_of(request.scope), reader_of(request)
    if not visit.is_open_house or visit.actor is None:
        return RedirectResponse("/", status_code=303, headers=forms.NOT_KEPT)
    name = ""
    try:
        given = await forms.given(request)
        name, password = str(given.get("name", "")), _twice(str(given.get("password", "")), str(given.get("again", "")))
        token = await run_in_threadpool(
            accounts.make_first_admin, doors.store(), visit.actor, doors.browser(request), name=name, password=password,
            language=reader.lang,
        )  # fmt: skip
    except FortnightError as error:
        return _set_up_page(request, reader, error, is_first=True, name=name)
    return forms.entered(request, token, own_path(request.query_params.get("next")))


async def show_link(request: Request, doors: Doors) -> Response:
    """An invitation's form, or why the link does not work any more."""
    try:
        person = await run_in_threadpool(accounts.link_person, doors.store(), request.path_params["token"])
    except FortnightError as error:
        return _no_link(request, error)
    return _set_up_page(request, reader_of(request), None, is_first=person is None, person=person)


async def do_link(request: Request, doors: Doors) -> Response:
    """Set the password and go in."""
    token, reader, name, person = request.path_params["token"], reader_of(request), "", None
    try:
        person = await run_in_threadpool(accounts.link_person, doors.store(), token)
        given = await forms.given(request)
        name = person.name if person else str(given.get("name", ""))
        password = _twice(str(given.get("password", "")), str(given.get("again", "")))
        browser = doors.browser(request)
        made = await run_in_threadpool(
            accounts.use_link, doors.store(), browser, token=token, password=password, name=name, language=reader.lang
        )
    except NotFound as error:
        return _no_link(request, error)
    except FortnightError as error:
        return _set_up_page(request, reader, error, is_first=person is None, name=name, person=person)
    return await run_in_threadpool(notice.onward, request, doors.store(), made, "/")


def _no_link(request: Request, error: FortnightError) -> Response:
    reader, token = reader_of(request), forms.token(request)
    body = [said(reader, error), button_link("/sign-in", reader.t("Sign in"))]
    return forms.shown(request, page(reader, request, reader.t("This link is over"), *body), token, 404)


def _set_up_page(
    request: Request,
    reader: Reader,
    error: FortnightError | None,
    *,
    is_first: bool,
    name: str = "",
    person: Person | None = None,
) -> Response:
    token = forms.token(request)
    passwords = [
        Field("password", reader.t("New password"), "password", "new-password"),
        Field("again", reader.t("The same once more"), "password", "new-password"),
    ]
    if is_first:
        title = reader.t("Make the first administrator")
        lead = reader.t("From now on people sign in. The administrator invites them and connects sources.")
        fields = [Field("name", reader.t("Account name"), autocomplete="username", value=name), *passwords]
    else:
        login = person.name if person else name
        title = reader.t("Welcome, {name}", name=(person.display_name if person else None) or login)
        lead = reader.t("You sign in as {name}. Choose the password for it.", name=login)
        fields = [*passwords]
    back = own_path(request.query_params.get("next"))
    address = request.url.path + ("" if back == "/" else f"?next={quote(back, safe='/')}")
    rule = reader.t("At least 10 characters; three or four words that do not belong together are easy to remember.")
    notes = [said(reader, error)] if error else []
    body = [
        paragraph(lead),
        *notes,
        form(address, token, fields, reader.t("Save and go in"), is_focused=True),
        paragraph(rule, is_muted=True),
    ]
    return forms.shown(request, page(reader, request, title, *body), token, 400 if error else 200)


def _twice(password: str, again: str) -> str:
    """A new password that was typed twice alike. Raises: Refused."""
    if password != again:
        raise Refused(Text("The two passwords are not the same."))
    return password
