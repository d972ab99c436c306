"""Every route of sign-in, in the order in which they are asked."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from access.gate import OPEN
from access.policy import Policy
from core.errors import FortnightError
from services.sign_in import account, notice, oidc, pages
from services.sign_in.html import reader_of
from services.sign_in.pages import Doors

Page = Callable[[Request, Doors], Awaitable[Response]]


def sign_in_routes(doors: Doors, policy: Policy, provider: oidc.Provider | None, secret: str) -> list[BaseRoute]:
    """The routes. Args: provider, where single sign-on is set up; secret, of the house, which signs its state."""

    def route(path: str, show: Page | None, do: Page | None = None) -> list[BaseRoute]:
        both = (("GET", show), ("POST", do))
        return [Route(path, _told(page, doors), methods=[method]) for method, page in both if page]

    made: list[BaseRoute] = [
        *route("/sign-in", pages.show_sign_in, pages.do_sign_in),
        *route("/sign-out", pages.show_sign_out, pages.do_sign_out),
        *route("/set-up", pages.show_first_admin, pages.do_first_admin),
        *route("/set-up/{token}", pages.show_link, pages.do_link),
        *route("/account", account.show_account),
        *route(notice.PAGE, account.show_notice),
        *route("/account/password", account.show_account, account.do_password),
        *route("/account/totp", account.show_account, account.do_totp_on),
        *route("/account/totp-off", account.show_account, account.do_totp_off),
    ]
    if provider:
        made.append(oidc.mount(doors, provider, policy, secret))
    return [*made, Route("/sign-in/{name}", pages.asset, methods=["GET"])]


def closing_routes() -> list[BaseRoute]:
    """Put last of our own: at and below an open path nothing else answers, by whatever method, least of all Streamlit."""
    # an answer is an app of its own, and a route to an app asks for no method
    return [Route(f"{one.path}{{rest:path}}" if one.path.endswith("/") else one.path, pages.NOTHING) for one in OPEN]


def _told(page: Page, doors: Doors) -> Callable[[Request], Awaitable[Response]]:
    """The page, with what nobody expected to fail told in one line instead of a traceback."""

    async def answered(request: Request) -> Response:
        try:
            return await page(request, doors)
        except FortnightError as error:
            return PlainTextResponse(
                error.say(reader_of(request)), status_code=403, headers={"Cache-Control": "no-store"}
            )

    return answered
