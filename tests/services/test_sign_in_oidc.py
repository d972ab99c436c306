"""Single sign-on against a small provider of our own on this machine: discovery, PKCE, state, nonce, a real RSA key."""

import base64
import hashlib
import json
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from core.actor import Granted, Role, local_admin
from core.errors import Invalid
from services.sign_in.oidc import Provider, load_provider
from store.db import Store
from store.read import rows_where
from store.tables import ExternalIdentity, Grant, Person
from tests.services.doors import PASSWORD, Browser, Front, cheap_passwords  # noqa: F401 - a fixture

ROLES = "fortnight-admins=admin; shop-leads=lead,project=SHOP; ops=department,department=运营"


class SmallProvider:
    """An OpenID provider: it vouches for whoever `claims` names, and can be told to lie."""

    def __init__(self) -> None:
        self.key, self.other_key = (RSAKey.generate_key(2048, {"kid": name}) for name in ("house", "other"))
        self.claims: dict[str, Any] = {}
        self.asked: dict[str, dict[str, str]] = {}
        self.lie: dict[str, Any] = {}
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.issuer = f"http://127.0.0.1:{probe.getsockname()[1]}"
        paths = {"/.well-known/openid-configuration": self.discovery, "/authorize": self.authorize, "/keys": self.keys}
        routes = [Route(path, page) for path, page in paths.items()] + [Route("/token", self.token, methods=["POST"])]
        config = uvicorn.Config(Starlette(routes=routes), port=urlsplit(self.issuer).port or 0, log_level="error")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)
        self.thread.start()
        while not self.server.started:
            time.sleep(0.02)  # another thread starts; there is nothing to wait on but its word

    async def discovery(self, _request: Request) -> Response:
        return JSONResponse(
            {"issuer": self.lie.get("issuer", self.issuer), "authorization_endpoint": f"{self.issuer}/authorize", "token_endpoint": f"{self.issuer}/token",
             "jwks_uri": f"{self.issuer}/keys", "id_token_signing_alg_values_supported": ["RS256"]}
        )  # fmt: skip

    async def keys(self, _request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def authorize(self, request: Request) -> Response:
        asked = dict(request.query_params)
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        state = self.lie.get("state", asked["state"])
        return RedirectResponse(asked["redirect_uri"] + "?" + urlencode({"code": code, "state": state}))

    async def token(self, request: Request) -> Response:
        form = {name: str(value) for name, value in (await request.form()).items()}
        asked = self.asked.pop(form["code"])
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        )
        if asked["code_challenge"] != challenge or asked["code_challenge_method"] != "S256":
            return JSONResponse({"error": "invalid_grant"}, status_code=400)
        at = int(time.time())
        claims = {"iss": self.issuer, "aud": asked["client_id"], "iat": at, "exp": at + 60, "nonce": asked["nonce"]}
        claims |= self.claims | self.lie
        key = self.other_key if self.lie.get("key") else self.key
        signed = jwt.encode({"alg": "RS256", "kid": "house"}, claims, key)
        return JSONResponse({"access_token": "a", "token_type": "Bearer", "expires_in": 60, "id_token": signed})


@pytest.fixture(scope="module")
def small() -> Iterator[SmallProvider]:
    made = SmallProvider()
    yield made
    made.server.should_exit = True
    made.thread.join(timeout=10)


@pytest.fixture
def front(sqlite_store: Store, small: SmallProvider) -> Front:
    small.lie = {}
    small.claims = {
        "sub": "u-7",
        "preferred_username": "Wang",
        "name": "王芳",
        "email": "w@example.com",
        "groups": ["shop-leads", "ops", "x"],
    }
    environ = {
        "FORTNIGHT_OIDC_ISSUER": small.issuer,
        "FORTNIGHT_OIDC_CLIENT_ID": "fortnight",
        "FORTNIGHT_OIDC_CLIENT_SECRET": "s",
        "FORTNIGHT_OIDC_ROLES": ROLES,
    }
    return Front(sqlite_store, provider=load_provider(environ))


def go(browser: Browser, small: SmallProvider, onward: str = "/kpi") -> Any:
    """Leave for the provider and come back, as a browser does."""
    left = browser.get(f"/sign-in/oidc/?next={onward}")
    assert left.status_code == 302, left.text
    asked = {name: values[0] for name, values in parse_qs(urlsplit(left.headers["location"]).query).items()}
    assert {"state", "nonce", "code_challenge"} <= set(asked) and asked[
        "redirect_uri"
    ] == "http://127.0.0.1/sign-in/oidc/callback"
    code = f"code-{len(small.asked)}"
    small.asked[code] = asked
    return browser.get(
        "/sign-in/oidc/callback?" + urlencode({"code": code, "state": small.lie.get("state", asked["state"])})
    )


def grants(store: Store, name: str) -> set[tuple[str, str | None, str | None]]:
    with store.reading() as session:
        (person,) = rows_where(session, Person, name=name)
        return {(row.role, row.project_key, row.department) for row in rows_where(session, Grant, person_id=person.id)}


def test_the_provider_opens_a_session_of_ours_with_roles_from_its_claims(front: Front, small: SmallProvider) -> None:
    browser = front.browser("192.0.2.4")
    assert "/sign-in/oidc" in browser.get("/sign-in").text
    back = go(browser, small)
    assert (back.status_code, back.headers["location"], browser.who) == (303, "/kpi", "wang")
    assert grants(front.store, "wang") == {("lead", "SHOP", None), ("department", None, "运营")}
    assert front.log()[-1] == ("wang", "sign_in", "person wang", "192.0.2.4")
    small.claims["groups"] = ["fortnight-admins"]
    again = front.browser()
    go(again, small)
    assert grants(front.store, "wang") == {("admin", None, None)}
    assert (browser.who, again.who) == ("", "wang")  # what one may do was changed: the older pages ended


def test_who_has_no_role_here_does_not_come_in(front: Front, small: SmallProvider) -> None:
    small.claims["groups"] = ["elsewhere"]
    browser = front.browser()
    back = go(browser, small)
    assert back.status_code == 403 and "nothing was granted" in back.text and browser.who == ""
    assert front.log()[-1][1] == "sign_in_failed"


def test_an_account_of_the_same_name_is_not_taken_over(front: Front, small: SmallProvider) -> None:
    from actions.people import add_person, disable_person

    add_person(front.store, local_admin(), name="wang", role="admin", password=PASSWORD)
    browser = front.browser()
    go(browser, small)
    assert browser.who == "wang 2"
    disable_person(front.store, local_admin(), name="wang 2")
    assert go(front.browser(), small).status_code == 403
    with front.store.reading() as session:
        assert [row.subject for row in rows_where(session, ExternalIdentity)] == ["u-7"]


@pytest.mark.parametrize(
    "lie", [{"state": "made up"}, {"nonce": "made up"}, {"aud": "another"}, {"iss": "http://evil.test"}, {"key": 1}, {"exp": 1}, {"sub": ""}],
    ids=lambda lie: next(iter(lie)),
)  # fmt: skip
def test_a_lie_opens_nothing(front: Front, small: SmallProvider, lie: dict[str, Any]) -> None:
    small.lie = lie
    browser = front.browser()
    answer = go(browser, small)
    assert answer.status_code == 403 and browser.who == "" and "eyJ" not in answer.text


@pytest.mark.parametrize("said", ["http://evil.test", "", None])
def test_a_discovery_document_of_another_issuer_leads_nowhere(front: Front, small: SmallProvider, said: str) -> None:
    small.lie = {"issuer": said}
    answer = front.browser().get("/sign-in/oidc/")
    assert answer.status_code == 403 and "did not work" in answer.text


def test_an_answer_for_another_browser_opens_nothing(front: Front, small: SmallProvider) -> None:
    victim, attacker = front.browser(), front.browser()
    asked = {
        name: values[0]
        for name, values in parse_qs(urlsplit(attacker.get("/sign-in/oidc/").headers["location"]).query).items()
    }
    small.asked["planted"] = asked
    answer = victim.get("/sign-in/oidc/callback?" + urlencode({"code": "planted", "state": asked["state"]}))
    assert answer.status_code == 403 and victim.who == ""


def test_settings_are_checked_by_name() -> None:
    base = {
        "FORTNIGHT_OIDC_ISSUER": "https://id.example",
        "FORTNIGHT_OIDC_CLIENT_ID": "f",
        "FORTNIGHT_OIDC_CLIENT_SECRET": "s",
    }
    assert load_provider({}) is None
    found = load_provider({**base, "FORTNIGHT_OIDC_ROLES": ROLES})
    assert isinstance(found, Provider)
    assert found.grants({"groups": "shop-leads"}) == [Granted(Role.LEAD, frozenset({"SHOP"}), frozenset())]
    assert found.grants({"groups": {"a": 1}}) == found.grants({}) == []
    with pytest.raises(Invalid, match="FORTNIGHT_OIDC_CLIENT_SECRET"):
        load_provider({**base, "FORTNIGHT_OIDC_CLIENT_SECRET": ""})
    for wrong in ("a=king", "=admin", "a=lead,place=x", "a=guest", json.dumps({"a": "admin"})):
        with pytest.raises(Invalid, match="FORTNIGHT_OIDC_ROLES"):
            load_provider({**base, "FORTNIGHT_OIDC_ROLES": wrong})


def test_a_provider_out_of_reach_is_told_in_one_line(sqlite_store: Store) -> None:
    environ = {
        "FORTNIGHT_OIDC_ISSUER": "http://127.0.0.1:9",
        "FORTNIGHT_OIDC_CLIENT_ID": "f",
        "FORTNIGHT_OIDC_CLIENT_SECRET": "s",
    }
    browser = Front(sqlite_store, provider=load_provider(environ)).browser()
    answer = browser.get("/sign-in/oidc/")
    assert answer.status_code == 403 and "did not work" in answer.text and "Traceback" not in answer.text
