"""The sign-in pages behind the gate, without Streamlit: what sign-in tests share."""

import re
from datetime import datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from access import passwords
from access.asked import PageSessions
from access.gate import Gate, visit_of
from access.guessing import Guessing
from access.policy import Policy
from access.sessions import Sessions
from actions.people import touch_session
from services.routes import routes
from services.sign_in.oidc import Provider
from services.sign_in.pages import Doors
from services.sign_in.routes import closing_routes, sign_in_routes
from store.db import Store
from tests.actions.shop import audit_log

PASSWORD = "three blue whales"
BASE = "http://127.0.0.1"
FORM = re.compile(r'name="form" value="([^"]+)"')


COSTLY = passwords._HASHER, passwords._NOBODYS
_CHEAP = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)


@pytest.fixture(autouse=True)
def cheap_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same Argon2id with little memory: hundreds of sign-ins are not what these tests measure."""
    monkeypatch.setattr(passwords, "_HASHER", _CHEAP)
    monkeypatch.setattr(passwords, "_NOBODYS", _CHEAP.hash("nobody's"))


class Front:
    """A served house: its browsers, its guessers' clock, its log."""

    def __init__(self, store: Store, *, is_forced: bool = True, provider: Provider | None = None) -> None:
        self.store, self.seconds, self.policy = store, 0.0, Policy(is_forced=is_forced)
        sessions = Sessions(lambda: store, self.policy)
        doors = Doors(lambda: store, sessions, Guessing(lambda: self.seconds), has_provider=provider is not None)
        gate = Middleware(
            Gate, sessions=lambda: sessions, shown_in=lambda file: (), touch=self._touch, whole_rerun=b"",
            page_sessions=PageSessions(),
        )  # fmt: skip
        own = [*routes(lambda: "0002"), *sign_in_routes(doors, self.policy, provider, "s" * 40), *closing_routes()]
        self.app = Starlette(routes=[*own, Route("/{path:path}", who)], middleware=[gate])

    def browser(self, address: str = "127.0.0.1", lang: str = "en") -> "Browser":
        return Browser(self.app, address, lang)

    def log(self) -> list[tuple[str, str, str, str | None]]:
        """(actor, action, subject, address) of every entry."""
        return [(entry.actor, entry.action, entry.subject, entry.address) for entry in audit_log(self.store)]

    def _touch(self, found: Any, at: datetime) -> None:
        touch_session(self.store, found.token_sha256, at)


class Browser:
    """A browser with its cookies: it fills in forms as a person would."""

    def __init__(self, app: Starlette, address: str, lang: str) -> None:
        self.client = TestClient(app, base_url=BASE, client=(address, 9), follow_redirects=False)
        self.client.headers["accept-language"] = lang
        self.client.headers["accept"] = "text/html"

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=headers)

    def send(self, path: str, *, origin: str | None = BASE, page: str | None = None, **fields: str) -> Any:
        """Open the page, fill in its form, send it."""
        found = FORM.search(self.get(page or path).text)
        token = {"form": found[1]} if found else {}
        headers = {"Origin": origin} if origin else {}
        return self.client.post(path, data={**token, **fields}, headers=headers)

    def sign_in(self, name: str, password: str = PASSWORD, path: str = "/sign-in", **more: str) -> Any:
        return self.send(path, name=name, password=password, **more)

    @property
    def who(self) -> str:
        """Who the house takes this browser for; empty for nobody."""
        answer = self.get("/who")
        return answer.text if answer.status_code == 200 else ""


async def who(request: Request) -> Response:
    visit = visit_of(request.scope)
    return PlainTextResponse(visit.actor.name if visit.actor else "")
