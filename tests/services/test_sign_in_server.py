"""The real server from outside: HTTP and raw websocket, with Streamlit and its own addresses behind the gate."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from access.policy import Policy
from actions.demos import show_item, start_demo
from actions.media import attach_media
from actions.people import add_person, disable_person, end_sessions, grant_role, revoke_role
from actions.sign_in import Browser, sign_in
from core.actor import local_admin
from core.config import Config
from store.db import Store, open_store
from store.migrate import migrate
from store.tables import Sprint
from store.write import table_of
from tests.actions.shop import EVERYONE, audit_log, seed
from tests.actions.test_media import MP4, picture
from tests.browser.conftest import Server, serving

PASSWORD = "three blue whales"
EARLY = ForwardMsg.FINISHED_EARLY_FOR_RERUN  # the run gave way to another one, which is still to come
CLOSED = [
    "/", "/kpi", "/people", "/overview", "/account", "/index.html", "/favicon.png", "/static/js/index.js", "/static/..%2fapp.py",
    "/_stcore/health", "/_stcore/host-config", "/_stcore/metrics", "/_stcore/agent/run", "/_stcore/script-health-check",
    "/media/abc.png", "/component/x/index.html", "/_stcore/bidi-components/x", "/auth/login", "/oauth2callback", "/app/static/x",
    "/demo/_stcore/health", "//", "/nowhere",
]  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A served house with two people; whoever is there is so by an account."""
    home = tmp_path_factory.mktemp("gated-home")
    config = Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}")
    migrate(config)
    store = open_store(config)
    for name, role in (("wang", "leader"), ("li", "viewer")):
        add_person(store, local_admin(), name=name, role=role, password=PASSWORD)
    source = seed(store)
    with store.writing() as session:
        session.execute(table_of(Sprint).update().values(project_key="SHOP"))
    demo = start_demo(store, EVERYONE, source_id=source, sprint_id="S1", order=["2", "3"])
    show_item(store, EVERYONE, demo_id=demo.id or 0, work_item_id="3")
    for item, content in (("2", picture()), ("3", MP4)):
        attach_media(
            store, EVERYONE, source_id=source, sprint_id="S1", work_item_id=item, file_name="x.html", content=content
        )
    store.engine.dispose()
    yield from serving(home)


@pytest.fixture
def store(server: Server) -> Iterator[Store]:  # the server's own store, opened by another process: this one
    opened = _opened(server.home)
    yield opened
    opened.engine.dispose()


def _opened(home: Path) -> Store:
    return open_store(Config(home=home, database_url=f"sqlite:///{home / 'fortnight.db'}"))


@pytest.fixture
def closing() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def cookie(store: Store, name: str) -> dict[str, str]:
    return {"Cookie": "fortnight_session=" + sign_in(store, Browser(Policy()), name=name, password=PASSWORD)}


class Page:
    """A raw websocket to the pages: what it says and what it is told."""

    def __init__(self, server: Server, headers: dict[str, str], closing: ExitStack, resumed: str | None = None) -> None:
        protocols: Any = ["streamlit", "PLACEHOLDER", *([resumed] if resumed else [])]
        origin: Any = server.base
        address = server.base.replace("http", "ws", 1) + "/_stcore/stream"
        opened = connect(address, additional_headers=headers, origin=origin, subprotocols=protocols, max_size=None)
        self.socket: ClientConnection = closing.enter_context(opened)
        self.session = ""
        self.buttons: dict[str, str] = {}  # by label, their ids

    def press(self, label: str, **asked: Any) -> str:
        """What a browser sends for a click, whether the page still shows the button or not."""
        pressed = WidgetState(id=self.buttons[label], trigger_value=True)
        return self.run(widget_states=WidgetStates(widgets=[pressed]), **asked)

    def run(self, **asked: Any) -> str:
        """Ask for a run and read until it is over. Returns: everything it sent, as text."""
        self.socket.send(BackMsg(rerun_script=ClientState(**asked)).SerializeToString())
        told = []
        while True:
            message = ForwardMsg()
            message.ParseFromString(self.socket.recv(timeout=60))  # type: ignore[arg-type]
            if message.HasField("new_session"):
                self.session = message.new_session.initialize.session_id or self.session
            button = message.delta.new_element.button
            if button.id:
                self.buttons[button.label] = button.id
            told.append(str(message))
            if message.HasField("script_finished") and message.script_finished != EARLY:
                return "\n".join(told)


def test_nothing_but_the_sign_in_page_leaves_the_real_server(server: Server, closing: ExitStack) -> None:
    own = {"Origin": server.base}
    with httpx2.Client(base_url=server.base) as stranger:
        for path in CLOSED:
            for method in ("GET", "POST", "PUT"):
                answer = stranger.request(method, path, headers=own)
                assert answer.status_code == 401 and len(answer.content) < 40, (method, path, answer.status_code)
                assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
                assert answer.headers["x-content-type-options"] == "nosniff"
        assert stranger.get("/healthz").json() == {"status": "ok"}
        assert stranger.get("/sign-in").status_code == 200 and stranger.get("/sign-in/style.css").status_code == 200
        assert stranger.get("/sign-in", headers={"Host": "evil.test"}).status_code == 400
        for path in (
            "/webhook/x",
            "/webhook/a/b/c",
            "/sign-in/..;/media/a",
            "/sign-in/a/b",
            "/set-up/made-up",
            "/audience/made-up",
        ):
            answer = stranger.get(path)
            assert answer.status_code in {403, 404} and "<script" not in answer.text, path
    for headers in ({}, {"Cookie": "fortnight_session=made-up"}):
        with pytest.raises(InvalidStatus) as refused:
            Page(server, headers, closing)
        assert refused.value.response.status_code == 403


def test_an_open_page_tells_nothing_after_its_session_ended_fragments_included(
    server: Server, store: Store, closing: ExitStack
) -> None:
    headers = cookie(store, "wang")
    page = Page(server, headers, closing)
    assert "Sprint 1" in page.run() and "wang" in page.run()
    end_sessions(store, local_admin(), name="wang")  # by another process
    for asked in ({"fragment_id": "made-up"}, {}, {"page_name": "kpi"}):
        told = page.run(**asked)
        assert "You are signed out." in told and "Sprint 1" not in told and "wang" not in told
    assert httpx2.get(server.base + "/static/js/x.js", headers=headers).status_code == 401


def test_a_changed_role_ends_the_open_pages(server: Server, store: Store, closing: ExitStack) -> None:
    page = Page(server, cookie(store, "li"), closing)
    assert "You are signed out." not in page.run()
    grant_role(store, local_admin(), name="li", role="lead", project="SHOP")
    assert "You are signed out." in page.run()


def test_another_persons_session_upload_and_media_open_nothing(
    server: Server, store: Store, closing: ExitStack
) -> None:
    wang, li = cookie(store, "wang"), cookie(store, "li")
    page = Page(server, wang, closing)
    page.run()
    upload = f"{server.base}/_stcore/upload_file/{page.session}/a-file"
    files = {"file": ("a.csv", b"a")}
    own = {"Origin": server.base}
    assert page.session and httpx2.put(upload, files=files, headers={**own, **li}).status_code == 404
    assert (
        httpx2.put(upload, files=files, headers={**own, **wang}).status_code == 403
    )  # passed: Streamlit's own token is missing
    assert httpx2.get(f"{server.base}/media/abc.png", headers=wang).status_code == 404
    taken = Page(server, li, closing, resumed=page.session)
    taken.run()
    assert taken.session and taken.session != page.session
    resumed = Page(server, wang, closing, resumed=page.session)
    resumed.run()
    assert resumed.session == page.session


def test_signed_in_the_pages_and_their_assets_come(server: Server, store: Store) -> None:
    headers = cookie(store, "wang")
    for path in ("/", "/_stcore/health", "/account"):
        assert httpx2.get(server.base + path, headers=headers).status_code == 200, path
    assert httpx2.post(server.base + "/sign-out", headers={**headers, "Origin": "http://evil.test"}).status_code == 403


ENDINGS: dict[str, Callable[[Store, str], object]] = {
    "signed out": lambda store, name: end_sessions(store, local_admin(), name=name),
    "disabled": lambda store, name: disable_person(store, local_admin(), name=name),
    "role taken": lambda store, name: revoke_role(store, local_admin(), name=name, role="lead", project="SHOP"),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_no_click_does_anything_after_its_session_ended(
    server: Server, store: Store, closing: ExitStack, ending: str
) -> None:
    name = "zhao-" + ending.split()[0]
    add_person(store, local_admin(), name=name, role="lead", project="SHOP", password=PASSWORD)
    grant_role(store, local_admin(), name=name, role="viewer", project="SHOP")
    page = Page(server, cookie(store, name), closing)
    stage = {"page_name": "present", "query_string": "demo=1"}
    page.run(**stage)
    assert "You are signed out." not in page.press("✓ accepted", **stage)  # a callback
    done = [entry.action for entry in audit_log(store) if entry.actor == name]
    assert done[-1] == "record_verdict"
    ENDINGS[ending](store, name)
    for label in ("✗ not accepted", "✓ accepted", "Next", "Decision", "End the demo"):
        told = page.press(label, **stage)
        assert "You are signed out." in told and "Sprint 1" not in told
    assert [entry.action for entry in audit_log(store) if entry.actor == name] == done


def test_a_picture_of_the_stage_is_served_to_who_may_see_it_and_as_nothing_but_a_picture(
    server: Server, store: Store
) -> None:
    add_person(store, local_admin(), name="ops", role="viewer", project="OPS", password=PASSWORD)
    add_person(store, local_admin(), name="gone", role="viewer", project="SHOP", password=PASSWORD)
    of = {name: cookie(store, name) for name in ("wang", "ops", "gone")}
    picked, film = f"{server.base}/stage/media/1", f"{server.base}/stage/media/2"
    disable_person(store, local_admin(), name="gone")
    ranged = {"Range": "bytes=0-"}
    for ask in (httpx2.get, httpx2.head):
        for more in ({}, ranged):
            shown = ask(picked, headers={**of["wang"], **more})
            assert (shown.status_code, shown.headers["content-type"]) == (206 if more else 200, "image/png")
            assert shown.headers["x-content-type-options"] == "nosniff" and "private" in shown.headers["cache-control"]
            assert "default-src 'none'" in shown.headers["content-security-policy"]
            assert "sandbox" in shown.headers["content-security-policy"]
            for headers in ({}, of["gone"], {"Cookie": "fortnight_session=made-up"}):
                assert ask(picked, headers={**headers, **more}).status_code == 401
            hidden = ask(picked, headers={**of["ops"], **more})
            assert hidden.status_code == 404 and "image" not in hidden.headers["content-type"]
    assert httpx2.get(film, headers={**of["wang"], "Range": "bytes=4-7"}).content == MP4[4:8]
    for odd in (
        "bytes=99999999-",
        "bytes=9-1",
        "bytes=-0",
        "bytes=x",
        "lines=1-2",
        "bytes=" + ",".join(["0-1"] * 5000),
    ):
        answer = httpx2.get(film, headers={**of["wang"], "Range": odd})
        assert answer.status_code in {200, 206, 400, 416, 431}, (odd[:20], answer.status_code)
        assert len(answer.content) <= len(MP4) + 200
    for path in (
        "/stage/media/1/",
        "/stage/media/-1",
        "/stage/media/1.html",
        "/stage/media/1%2e%2e",
        "/stage/media/%00",
    ):
        assert "image" not in httpx2.get(server.base + path, headers=of["wang"]).headers.get("content-type", ""), path
    for number in ("0", "4294967296", "9" * 30, "9" * 5000, "٣"):
        for path, headers in (("stage/media/{}", of["wang"]), ("archive/{}", of["wang"]), ("audience/{}/x", {})):
            answer = httpx2.get(f"{server.base}/{path.format(number)}", headers=headers)
            assert answer.status_code == 404, (path, number[:40], answer.status_code)
    assert httpx2.post(picked, headers={**of["wang"], "Origin": server.base}).status_code == 405
