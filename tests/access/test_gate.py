"""The gate before a small app: what passes, what does not, and what is left of what a request says of itself."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from access.asked import STAMP, PageSessions
from access.gate import OPEN, Gate, is_open, visit_of
from access.policy import Policy, load_policy
from access.sessions import Sessions, new_token
from actions.people import add_person, disable_person, touch_session
from actions.sign_in import Browser, sign_in
from core.actor import local_admin
from core.errors import Invalid
from store.db import Store, open_store
from tests.services.doors import cheap_passwords  # noqa: F401 - a fixture

PASSWORD = "three blue whales"
ORIGIN = {"Origin": "http://127.0.0.1"}
STREAM = "ws://127.0.0.1/_stcore/stream"
WHOLE_RERUN = b"whole rerun"
FORCED = Policy(is_forced=True)


class House:
    """The gate with a clock to turn, around an app that says who came."""

    def __init__(self, store: Store) -> None:
        self.store, self.at, self.pages = store, datetime.now(UTC), PageSessions()
        self.shown: dict[str, set[str]] = {}

    def client(self, policy: Policy = FORCED, address: str = "127.0.0.1", **more: Any) -> TestClient:
        sessions = Sessions(lambda: self.store, policy, lambda: self.at)
        gate = Middleware(
            Gate, sessions=lambda: sessions, shown_in=lambda file: self.shown.get(file, set()),
            touch=lambda found, at: touch_session(self.store, found.token_sha256, at), whole_rerun=WHOLE_RERUN,
            page_sessions=self.pages,
        )  # fmt: skip
        routes = [
            Route("/{path:path}", say, methods=["GET", "HEAD", "POST", "PUT", "DELETE"]),
            WebSocketRoute("/{path:path}", talk),
        ]
        app = Starlette(routes=routes, middleware=[gate])
        return TestClient(app, base_url="http://127.0.0.1", client=(address, 5), follow_redirects=False, **more)

    def token(self, name: str = "wang", policy: Policy = FORCED) -> str:
        return sign_in(self.store, Browser(policy), name=name, password=PASSWORD, at=self.at)


async def say(request: Request) -> Response:
    if request.url.path == "/plain":
        return PlainTextResponse("figures")
    visit = visit_of(request.scope)
    told = {"who": visit.actor.name if visit.actor else None, "address": visit.address, "secure": visit.is_secure}
    return JSONResponse({**told, "headers": dict(request.headers), "scheme": request.url.scheme})


async def talk(websocket: WebSocket) -> None:
    await websocket.accept()
    await websocket.send_json(dict(websocket.headers))
    while True:
        try:
            await websocket.send_bytes(await websocket.receive_bytes())
        except WebSocketDisconnect:
            return


@pytest.fixture
def house(sqlite_store: Store) -> House:
    for name in ("wang", "li"):
        add_person(sqlite_store, local_admin(), name=name, role="viewer", password=PASSWORD)
    return House(sqlite_store)


@pytest.fixture
def wang(house: House) -> Iterator[TestClient]:
    yield house.client(cookies={"fortnight_session": house.token()})


# ---------------------------------------------------------------- without a session


CLOSED = [
    "/",
    "/kpi",
    "/plain",
    "/_stcore/health",
    "/_stcore/metrics",
    "/_stcore/host-config",
    "/_stcore/upload_file/a/b",
    "/media/abc.png",
    "/component/x/index.html",
    "/static/js/index.js",
    "/account",
    "/sign-out",
    "/metrics",
    "/healthz/x",
    "/sign-in/../plain",
    "/sign-in//plain",
    "/set-up/..%2fplain",
    "/SIGN-IN",
    "/demo",
    "/webhook",
]


def test_without_a_session_nothing_passes(house: House) -> None:
    client = house.client()
    for path in CLOSED:
        for method in ("GET", "HEAD", "OPTIONS", "PUT", "POST", "DELETE"):
            answer = client.request(method, path, headers=ORIGIN)
            assert answer.status_code == 401, (method, path)
            assert b"figures" not in answer.content and "wang" not in answer.text


def test_a_person_is_led_to_the_sign_in_page_and_back(house: House) -> None:
    answer = house.client().get("/kpi?kpi.chosen=3", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/kpi%3Fkpi.chosen%3D3")
    assert house.client().get("/media/x.png", headers={"Accept": "text/html"}).status_code == 401


def test_open_paths_are_few_and_each_says_why(house: House) -> None:
    assert all(len(known.why) > 10 and known.path.startswith("/") for known in OPEN)
    for known in OPEN:
        path = known.path + ("x" if known.path.endswith("/") else "")
        assert house.client().get(path).json()["who"] is None
        posted = house.client().post(path)
        assert posted.status_code == (403 if known.needs_origin else 200)
    assert [known.path for known in OPEN if not known.needs_origin] == ["/webhook/"]
    assert is_open("/sign-in/./x") is None and is_open("/sign-in\\x") is None


def test_the_websocket_is_refused_before_it_opens(house: House) -> None:
    with pytest.raises(WebSocketDisconnect), house.client().websocket_connect(STREAM, headers=ORIGIN):
        pass


MADE_UP = ["", "x", "a" * 5000, new_token(), "' OR 1=1 --", "\u00e9"]


def test_a_made_up_token_is_no_session(house: House) -> None:
    for token in MADE_UP:
        answer = house.client().get("/plain", headers=[(b"cookie", b"fortnight_session=" + token.encode("latin-1"))])
        assert answer.status_code == 401


# ---------------------------------------------------------------- with a session


def test_a_session_opens_and_its_end_closes_at_the_next_request(house: House, wang: TestClient) -> None:
    assert wang.get("/who").json()["who"] == "wang"
    disable_person(house.store, local_admin(), name="wang")
    assert wang.get("/who").status_code == 401


@pytest.mark.parametrize(("idle", "at_most", "after"), [(1, 99, 1.01), (99, 1, 1.01)])
def test_a_session_ends_unused_and_at_the_latest(house: House, idle: float, at_most: float, after: float) -> None:
    policy = Policy(is_forced=True, idle=timedelta(hours=idle), absolute=timedelta(hours=at_most))
    client = house.client(policy, cookies={"fortnight_session": house.token(policy=policy)})
    assert client.get("/who").status_code == 200
    house.at += timedelta(hours=after)
    assert client.get("/who").status_code == 401


def test_an_ended_session_is_seen_by_another_process_at_the_next_click(house: House, wang: TestClient) -> None:
    from access import sessions

    with wang.websocket_connect(STREAM, headers=ORIGIN) as socket:
        socket.receive_json()
        socket.send_bytes(b"click")
        assert socket.receive_bytes() == b"click"
        known = sessions._changes
        disable_person(open_store(house.store.config), local_admin(), name="wang")
        sessions._changes = known  # another process's count does not reach this one; the store's version does
        socket.send_bytes(b"a fragment's click")
        assert socket.receive_bytes() == WHOLE_RERUN


def test_names_that_proxies_send_reach_nobody(wang: TestClient) -> None:
    spoofed = {
        "X-Forwarded-User": "root", "Remote-User": "root", "Remote_User": "root", "X-Streamlit-User": "root",
        "X-Auth-Request-Email": "root@x", "X-MS-Client-Principal-Name": "root", "Cf-Access-Jwt-Assertion": "x",
        "X-Amzn-Oidc-Data": "x", "X-Forwarded-Host": "evil.test", "X-Fortnight-Gate": STAMP, "X-Fortnight-Token": "x",
        "X-Original-Url": "/", "Forwarded": "for=1.2.3.4",
    }  # fmt: skip
    told = wang.get("/who", headers={**spoofed, "X-Kept": "yes"}).json()
    assert told["who"] == "wang" and told["headers"]["x-kept"] == "yes"
    assert not {name.lower() for name in spoofed} & set(told["headers"])
    with wang.websocket_connect(STREAM, headers={**spoofed, **ORIGIN}) as socket:
        seen = socket.receive_json()
    assert seen["x-fortnight-gate"] == STAMP and seen["x-fortnight-token"] != "x" and "remote-user" not in seen


FOREIGN = [None, "http://evil.test", "null", "http://127.0.0.1:81", "https://127.0.0.1", "http://127.0.0.1.evil.test"]


def test_a_foreign_or_missing_origin_is_refused(wang: TestClient) -> None:
    for origin in FOREIGN:
        headers = {"Origin": origin} if origin else {}
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            assert wang.request(method, "/who", headers=headers).status_code == 403
        assert wang.get("/who", headers=headers).status_code == 200
        with pytest.raises(WebSocketDisconnect), wang.websocket_connect(STREAM, headers=headers):
            pass


UNKNOWN = ["evil.test", "127.0.0.1.evil.test", "127.0.0.1@evil.test", "", "127.0.0.1:x", "localhost/x"]


def test_an_unknown_host_is_refused(wang: TestClient) -> None:
    for host in UNKNOWN:
        assert wang.get("/plain", headers={"Host": host}).status_code == 400


# ---------------------------------------------------------------- page sessions, uploads, media


def test_an_id_alone_opens_nothing(house: House, wang: TestClient) -> None:
    li = house.client(cookies={"fortnight_session": house.token("li")})
    who = {client: visit_owner(house, client) for client in (wang, li)}
    house.pages.bind("page-of-wang", who[wang])
    house.shown["chart"] = {"page-of-wang"}
    upload, media = "/_stcore/upload_file/page-of-wang/file", "/media/chart.png"
    assert [wang.put(upload, headers=ORIGIN).status_code, wang.get(media).status_code] == [200, 200]
    assert [li.put(upload, headers=ORIGIN).status_code, li.get(media).status_code] == [404, 404]
    assert li.delete(upload, headers=ORIGIN).status_code == 404 and li.get("/media/unknown.png").status_code == 404
    house.pages.bind("page-of-wang", who[li])  # who came first stays
    assert li.put(upload, headers=ORIGIN).status_code == 404
    for client, resumed in ((wang, "streamlit, xsrf, page-of-wang"), (li, "streamlit, xsrf")):
        protocols = {"Sec-WebSocket-Protocol": "streamlit, xsrf, page-of-wang", **ORIGIN}
        with client.websocket_connect(STREAM, headers=protocols) as socket:
            assert socket.receive_json()["sec-websocket-protocol"] == resumed


def visit_owner(house: House, client: TestClient) -> str:
    from access.sessions import token_hash

    return token_hash(client.cookies["fortnight_session"])


# ---------------------------------------------------------------- this machine, proxies, settings


def test_only_this_machines_own_browser_needs_no_account_and_only_for_the_sample(sqlite_store: Store) -> None:
    house, usual = House(sqlite_store), Policy()
    assert house.client(usual).get("/who").json()["who"].startswith("local:")
    assert house.client(usual, address="10.0.0.9").get("/who").status_code == 401
    assert house.client(usual).get("/who", headers={"X-Forwarded-For": "10.0.0.9"}).status_code == 401
    assert house.client(FORCED).get("/who").status_code == 401
    add_person(sqlite_store, local_admin(), name="zhao", role="admin", password=PASSWORD)
    assert house.client(usual).get("/who").status_code == 401


def test_only_configured_proxies_are_believed(house: House) -> None:
    policy = load_policy(
        {"FORTNIGHT_PUBLIC_URL": "https://fortnight.example.com", "FORTNIGHT_TRUSTED_PROXIES": "10.0.0.5, 10.1.0.0/16"}
    )
    cookies = {"__Host-fortnight_session": house.token(policy=policy)}
    headers = {
        "Host": "fortnight.example.com",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "6.6.6.6, 192.0.2.7, 10.1.2.3",
    }
    behind = house.client(policy, address="10.0.0.5")
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    told = behind.get("/who", headers={**headers, **cookie}).json()
    assert (told["who"], told["address"], told["secure"], told["scheme"]) == ("wang", "192.0.2.7", True, "https")
    own = {**headers, **cookie, "Origin": "https://fortnight.example.com"}
    assert behind.post("/who", headers=own).status_code == 200
    plain = {"Cookie": cookie["Cookie"].replace("__Host-", "")}
    assert (
        behind.get("/who", headers={**headers, **plain}).status_code == 401
    )  # a cookie set without TLS counts for nothing
    policy = load_policy({"FORTNIGHT_ALLOWED_HOSTS": "fortnight.example.com", "FORTNIGHT_TRUSTED_PROXIES": "10.0.0.5"})
    told = house.client(policy, address="203.0.113.1").get("/sign-in", headers=headers).json()
    assert (told["address"], told["secure"]) == ("203.0.113.1", False)


def test_under_its_https_address_cookies_are_secure_though_nobody_named_the_proxy(house: House) -> None:
    policy = load_policy({"FORTNIGHT_PUBLIC_URL": "https://fortnight.example.com"})
    client = house.client(policy, address="10.0.0.5")
    for host, is_secure in (("fortnight.example.com", True), ("127.0.0.1", False)):
        assert client.get("/sign-in", headers={"Host": host}).json()["secure"] is is_secure
    stripped = {"Host": "fortnight.example.com", "Origin": "http://fortnight.example.com"}
    assert client.post("/sign-in", headers=stripped).status_code == 403


def test_a_name_or_a_proxy_of_its_own_means_that_people_sign_in() -> None:
    assert not load_policy({}).is_forced
    for name, value in {
        "FORTNIGHT_PUBLIC_URL": "https://a.example", "FORTNIGHT_ALLOWED_HOSTS": "a.example",
        "FORTNIGHT_TRUSTED_PROXIES": "127.0.0.1", "FORTNIGHT_REQUIRE_SIGN_IN": "1",
    }.items():  # fmt: skip
        assert load_policy({name: value}).is_forced, name
    assert load_policy({"FORTNIGHT_SESSION_IDLE_HOURS": "2"}).idle == timedelta(hours=2)


@pytest.mark.parametrize(
    ("name", "value"),
    [("FORTNIGHT_PUBLIC_URL", "fortnight.example.com"), ("FORTNIGHT_TRUSTED_PROXIES", "everybody"),
     ("FORTNIGHT_SESSION_HOURS", "0"), ("FORTNIGHT_SESSION_IDLE_HOURS", "soon")],
)  # fmt: skip
def test_a_setting_that_cannot_be_meant_is_named(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=name):
        load_policy({name: value})
