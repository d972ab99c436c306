"""Single sign-on by OpenID Connect: Authlib finds the provider, carries state, nonce and PKCE and checks what comes back;
the session that begins is one of ours."""

import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.starlette_client import OAuth
from joserfc.errors import JoseError
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route

from access.gate import visit_of
from access.policy import Policy
from actions.people import GRANTABLE
from actions.provider import sign_in_by_provider
from core.actor import Granted
from core.errors import FortnightError, Invalid, Refused
from core.i18n import Text
from services.routes import own_path
from services.sign_in import notice
from services.sign_in.html import reader_of, said
from services.sign_in.pages import Doors, sign_in_page

SECONDS = 600  # from leaving for the provider until coming back
NAME = "provider"


@dataclass(frozen=True)
class Provider:
    """The identity provider as the environment names it; roles, which value of the claim grants what."""

    issuer: str
    client_id: str
    client_secret: str
    claim: str
    roles: Mapping[str, tuple[Granted, ...]]

    def grants(self, claims: Mapping[str, Any]) -> list[Granted]:
        """What somebody with these claims may do; values that name no role grant nothing."""
        held = claims.get(self.claim)
        values: Sequence[Any] = held if isinstance(held, list) else [held]
        found = [granted for value in values if isinstance(value, str) for granted in self.roles.get(value, ())]
        return list(dict.fromkeys(found))


def load_provider(environ: Mapping[str, str] | None = None) -> Provider | None:
    """The provider of FORTNIGHT_OIDC_ISSUER, _CLIENT_ID, _CLIENT_SECRET, _CLAIM (default `groups`) and _ROLES; None without
    an issuer.

    _ROLES is a list such as `fortnight-admins=admin; shop-leads=lead,project=SHOP; ops=department,department=ops`: each
    value of the claim, the role it grants, and where that reaches. Raises: Invalid, naming the variable.
    """
    given = os.environ if environ is None else environ
    issuer = given.get("FORTNIGHT_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    for name in ("FORTNIGHT_OIDC_CLIENT_ID", "FORTNIGHT_OIDC_CLIENT_SECRET"):
        if not given.get(name):
            raise Invalid(Text("{name} is missing.", name=name))
    roles: dict[str, tuple[Granted, ...]] = {}
    for rule in filter(None, (part.strip() for part in given.get("FORTNIGHT_OIDC_ROLES", "").split(";"))):
        value, granted = _rule(rule)
        roles[value] = (*roles.get(value, ()), granted)
    return Provider(
        issuer=issuer, client_id=given["FORTNIGHT_OIDC_CLIENT_ID"], client_secret=given["FORTNIGHT_OIDC_CLIENT_SECRET"],
        claim=given.get("FORTNIGHT_OIDC_CLAIM") or "groups", roles=roles,
    )  # fmt: skip


def _rule(rule: str) -> tuple[str, Granted]:
    value, _, rest = rule.partition("=")
    role, *reach = (part.strip() for part in rest.split(","))
    named = {name.strip(): held.strip() for name, _, held in (part.partition("=") for part in reach)}
    if not value.strip() or role not in GRANTABLE or not set(named) <= {"project", "department"}:
        raise Invalid(
            Text("{name} is “{given}”.", name="FORTNIGHT_OIDC_ROLES", given=rule),
            next=Text("Accepted are: {accepted}.", accepted="group=role; group=role,project=KEY,department=NAME"),
        )
    return value.strip(), Granted.of_row(role, named.get("project") or None, named.get("department") or None)


def mount(doors: Doors, provider: Provider, policy: Policy, secret: str) -> Mount:
    """The way to the provider and back, below `/sign-in/oidc`. Args: secret, which signs the state's short-lived cookie."""
    client = _client(provider)

    async def leave(request: Request) -> Response:
        request.session["next"] = own_path(request.query_params.get("next"))
        back = f"{_own_origin(request, policy)}/sign-in/oidc/callback"
        try:
            await _check_issuer(client, provider)
            answer: Response = await client.authorize_redirect(request, back)
        except (httpx2.HTTPError, AuthlibBaseError, ValueError, RuntimeError) as error:
            return _refused(request, doors, _out_of_reach(provider, error))
        return answer

    async def come_back(request: Request) -> Response:
        back = own_path(request.session.pop("next", None))
        try:
            await _check_issuer(client, provider)
            token = await client.authorize_access_token(request)
            claims = dict(token.get("userinfo") or {})
            made = await run_in_threadpool(_enter, doors, provider, request, claims)
        except FortnightError as error:
            return _refused(request, doors, error)
        except (httpx2.HTTPError, AuthlibBaseError, JoseError, ValueError, KeyError) as error:
            return _refused(request, doors, _out_of_reach(provider, error))
        request.session.clear()
        return await run_in_threadpool(notice.onward, request, doors.store(), made, back)

    kept = Middleware(
        SessionMiddleware, secret_key=hashlib.sha256(b"oidc state" + secret.encode()).hexdigest(),
        session_cookie="fortnight_oidc", max_age=SECONDS, path="/sign-in/oidc", same_site="lax",
        https_only=bool(policy.public_origin and policy.public_origin.startswith("https")),
    )  # fmt: skip
    return Mount("/sign-in/oidc", routes=[Route("/", leave), Route("/callback", come_back)], middleware=[kept])


def _client(provider: Provider) -> Any:
    oauth = OAuth()
    oauth.register(
        NAME,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        server_metadata_url=provider.issuer.rstrip("/") + "/.well-known/openid-configuration",
        client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256", "timeout": 10.0},
    )
    return oauth.create_client(NAME)


async def _check_issuer(client: Any, provider: Provider) -> None:
    """What discovery says must be of the issuer that was configured, or an answer of another one would pass for it."""
    said = (await client.load_server_metadata()).get("issuer")
    if not isinstance(said, str) or said.rstrip("/") != provider.issuer.rstrip("/"):
        raise ValueError("the discovery document is of another issuer")


def _enter(doors: Doors, provider: Provider, request: Request, claims: Mapping[str, Any]) -> str:
    """Begin a session for whom the checked claims name."""
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise Refused(Text("The identity provider did not say who you are."))
    name = str(claims.get("preferred_username") or claims.get("email") or claims["sub"])
    email = claims.get("email")
    return sign_in_by_provider(
        doors.store(), doors.browser(request), issuer=provider.issuer, subject=claims["sub"], name=name,
        display_name=str(claims.get("name") or name), email=email if isinstance(email, str) else None,
        grants=provider.grants(claims),
    )  # fmt: skip


def _own_origin(request: Request, policy: Policy) -> str:
    """The address under which the provider sends people back."""
    scheme = "https" if visit_of(request.scope).is_secure else "http"
    return policy.public_origin or f"{scheme}://{request.headers['host']}"


def _out_of_reach(provider: Provider, error: Exception) -> FortnightError:
    return FortnightError(
        Text("The sign-in by your organisation did not work."),
        why=Text("{kind}: {reason}", kind=type(error).__name__, reason=str(error)[:200]),
        next=Text("Try again; if it stays so, tell an administrator."),
    )


def _refused(request: Request, doors: Doors, error: FortnightError) -> Response:
    return sign_in_page(request, doors, notes=[said(reader_of(request), error)], status=403)
