"""One's own account: change the password, add or remove an authenticator app, sign out."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import segno
from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from access.gate import visit_of
from access.passwords import new_totp_secret, totp_address
from access.sessions import SignedIn
from actions import accounts, sign_in
from core.errors import FortnightError, Refused
from core.i18n import Text
from core.reader import Reader
from services.routes import own_path
from services.sign_in import forms, notice
from services.sign_in.html import Field, button_link, done, form, heading, page, paragraph, reader_of, said
from services.sign_in.pages import Doors

Change = Callable[[SignedIn, str | None, dict[str, str]], Awaitable[str]]


async def show_account(request: Request, doors: Doors) -> Response:
    """The page of one's own account."""
    visit = visit_of(request.scope)
    if visit.signed_in is None:
        return RedirectResponse("/", status_code=303, headers=forms.NOT_KEPT)
    return await _account_page(request, doors, visit.signed_in, [])


async def show_notice(request: Request, doors: Doors) -> Response:
    """The links to one's account that this browser did not know of; then on to where one wanted to go."""
    signed_in, onward = visit_of(request.scope).signed_in, own_path(request.query_params.get("next"))
    news = await run_in_threadpool(notice.news_of, request, doors.store())
    if signed_in is None or not news:
        return RedirectResponse(onward, status_code=303, headers=forms.NOT_KEPT)
    reader = reader_of(request, signed_in.language)
    advice = reader.t(
        "If you asked for it, go on. If not, somebody may have acted in your name: change your password and tell"
        " whoever reads the audit log, where each step stands."
    )
    body = [
        *(paragraph(_told(reader, link)) for link in news),
        paragraph(advice, is_muted=True),
        button_link(onward, reader.t("Go on"), is_quiet=False),
        button_link("/account", reader.t("Your account")),
    ]
    html = page(reader, request, reader.t("A link to your account was made"), *body, is_wide=True)
    answer = forms.shown(request, html, forms.token(request))
    notice.remember(request, answer, signed_in.person_id, max(link.last_at for link in news))
    return answer


def _told(reader: Reader, link: notice.Link) -> str:
    said = reader.t("{name} made a link to set your password: {at}.", name=link.made_by, at=link.made_at)
    if link.used_at is None:
        return said + " " + reader.t("It was not used.")
    more = reader.t("It was used: {at}, from {address}.", at=link.used_at, address=link.address or "?")
    return said + " " + more


async def do_password(request: Request, doors: Doors) -> Response:
    """Change the password; all other sessions end."""

    async def change(signed_in: SignedIn, address: str | None, given: dict[str, str]) -> str:
        if given.get("password") != given.get("again"):
            raise Refused(Text("The two passwords are not the same."))
        passwords: dict[str, Any] = {"old": given.get("old", ""), "new": given.get("password", "")}
        await run_in_threadpool(partial(accounts.change_password, doors.store(), signed_in, address, **passwords))
        return reader_of(request, signed_in.language).t("The password is changed; you are signed out everywhere else.")

    return await _changed(request, doors, change)


async def do_totp_on(request: Request, doors: Doors) -> Response:
    """Ask for a code from now on."""

    async def change(signed_in: SignedIn, address: str | None, given: dict[str, str]) -> str:
        values: dict[str, Any] = {name: given.get(name, "") for name in ("secret", "code", "password")}
        await run_in_threadpool(partial(accounts.turn_on_totp, doors.store(), signed_in, address, **values))
        return reader_of(request, signed_in.language).t("From now on a code is asked when you sign in.")

    return await _changed(request, doors, change)


async def do_totp_off(request: Request, doors: Doors) -> Response:
    """Ask for no code any more."""

    async def change(signed_in: SignedIn, address: str | None, given: dict[str, str]) -> str:
        password = given.get("password", "")
        await run_in_threadpool(accounts.turn_off_totp, doors.store(), signed_in, address, password=password)
        return reader_of(request, signed_in.language).t("No code is asked any more.")

    return await _changed(request, doors, change)


async def _changed(request: Request, doors: Doors, change: Change) -> Response:
    visit = visit_of(request.scope)
    if visit.signed_in is None:
        return RedirectResponse("/", status_code=303, headers=forms.NOT_KEPT)
    signed_in, secret = visit.signed_in, ""
    reader = reader_of(request, signed_in.language)
    try:
        sent = await forms.given(request)
        given = {name: str(value) for name, value in sent.items()}
        secret = given.get("secret", "")
        with doors.guessing.one_try(signed_in.name, visit.address, wrong=sign_in.WrongPassword):
            note = done(await change(signed_in, visit.address, given))
        secret = ""
    except FortnightError as error:
        note = said(reader, error)
    return await _account_page(request, doors, signed_in, [note], secret)


async def _account_page(
    request: Request, doors: Doors, signed_in: SignedIn, notes: list[Markup], secret: str = ""
) -> Response:
    reader, token = reader_of(request, signed_in.language), forms.token(request)
    has_totp = await run_in_threadpool(accounts.has_totp, doors.store(), signed_in)
    body = [
        paragraph(
            reader.t("Signed in as {name} since {at}.", name=signed_in.display_name, at=signed_in.created_at),
            is_muted=True,
        ),
        *notes,
        button_link("/", reader.t("To the dashboard")),
        form("/sign-out", token, [], reader.t("Sign out"), is_quiet=True),
    ]
    if has_totp is None:
        body.append(paragraph(reader.t("Your password is kept by your organisation, not here."), is_muted=True))
    else:
        body += [
            heading(reader.t("Change the password")),
            form("/account/password", token, _password_fields(reader), reader.t("Change the password")),
        ]
        body += _totp(reader, token, signed_in, secret) if not has_totp else _totp_off(reader, token)
    return forms.shown(request, page(reader, request, reader.t("Your account"), *body, is_wide=True), token)


def _password_fields(reader: Reader) -> list[Field]:
    return [
        Field("old", reader.t("Present password"), "password", "current-password"),
        Field("password", reader.t("New password"), "password", "new-password"),
        Field("again", reader.t("The same once more"), "password", "new-password"),
    ]


def _totp(reader: Reader, token: str, signed_in: SignedIn, secret: str) -> list[Markup]:
    key = secret if len(secret) == 32 and secret.isalnum() else new_totp_secret()
    spaced = " ".join(key[at : at + 4] for at in range(0, len(key), 4))
    address = totp_address(key, signed_in.name)
    shown = Markup('<p class="qr">{}</p><p><code>{}</code></p><p><a href="{}">{}</a></p>').format(
        _qr_code(address, reader.t("QR code of the key")),
        spaced,
        address,
        reader.t("Open it in the app on this device"),
    )
    fields = [
        Field("secret", "", "hidden", value=key),
        Field("code", reader.t("Code that the app shows now"), autocomplete="one-time-code"),
        Field("password", reader.t("Present password"), "password", "current-password"),
    ]
    return [
        heading(reader.t("A second factor")),
        paragraph(
            reader.t("Scan this with an authenticator app, or enter the key; then a code is asked beside the password.")
        ),
        shown,
        form("/account/totp", token, fields, reader.t("Ask for a code from now on")),
    ]


def _qr_code(address: str, title: str) -> Markup:
    """The picture that an app scans, drawn here: the key in it is nobody else's business. Black on white in any theme."""
    drawn = segno.make(address, error="m").svg_inline(scale=5, border=4, dark="#000", light="#fff", title=title)
    return Markup(drawn)  # segno escapes the title, and of the address only squares are left


def _totp_off(reader: Reader, token: str) -> list[Markup]:
    fields = [Field("password", reader.t("Present password"), "password", "current-password")]
    return [
        heading(reader.t("A second factor")),
        paragraph(reader.t("A code of your authenticator app is asked when you sign in.")),
        form("/account/totp-off", token, fields, reader.t("Ask for no code any more"), is_quiet=True),
    ]
