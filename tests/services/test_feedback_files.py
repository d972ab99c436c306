"""Where attached files are taken from: whoever may see the feedback, as what they are, and never run by a browser."""

import io
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from access.gate import VISIT, Visit, is_open
from actions.feedback import correct_feedback
from actions.feedback_files import take_file_away
from core.actor import Actor, Role
from core.attached import GivenFile
from core.errors import FortnightError, NotFound, Refused
from services.feedback_files import attachment_routes, find
from store.db import Store
from tests.actions.given_files import PDF, REPORT, SCREENSHOT, picture
from tests.actions.shop import EVERYONE, LATER, feedback_of
from tests.actors import actor_of

Client = Callable[[], AbstractContextManager[TestClient]]


@pytest.fixture
def client(sqlite_store: Store) -> Client:
    """The routes as this machine's own browser reaches them where no sign-in is asked."""
    app = Starlette(routes=attachment_routes(lambda: sqlite_store))

    async def behind_the_gate(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, VISIT: Visit(None, None, None, is_secure=False, is_open_house=True)}, receive, send)

    return lambda: TestClient(behind_the_gate)


def test_only_whoever_sees_the_feedback_sees_its_files(sqlite_store: Store, department: Actor) -> None:
    number = feedback_of(sqlite_store, files=[SCREENSHOT]).id or 0
    viewer = actor_of(Role.VIEWER, projects={"SHOP"})
    for actor in (department, viewer, actor_of(Role.ADMIN)):
        assert find(sqlite_store, actor, 1).path.read_bytes() == SCREENSHOT.content
    finance = actor_of(Role.DEPARTMENT, projects=set(), departments={"finance"})
    strangers = (None, actor_of(Role.VIEWER, projects={"OPS"}), finance, actor_of(Role.LEAD, Role.AUDITOR))
    for actor, asked in (*((one, 1) for one in strangers), (viewer, 2), (viewer, 0)):
        with pytest.raises(NotFound):
            find(sqlite_store, actor, asked)
    with pytest.raises(Refused):
        find(sqlite_store, actor_of(Role.WRITER), 1)
    correct_feedback(sqlite_store, EVERYONE, feedback_id=number, department="finance", project_key="OPS", at=LATER)
    assert find(sqlite_store, finance, 1).file_name == "screen.png"  # they go where the feedback goes
    with pytest.raises(NotFound):
        find(sqlite_store, department, 1)
    find(sqlite_store, finance, 1).path.write_bytes(b"<script>")
    with pytest.raises(FortnightError, match="changed after it was kept"):
        find(sqlite_store, finance, 1)
    take_file_away(sqlite_store, EVERYONE, attachment_id=1, at=LATER)
    with pytest.raises(NotFound):
        find(sqlite_store, finance, 1)


def test_a_picture_is_looked_at_and_anything_else_taken_along_under_its_name(
    sqlite_store: Store, client: Client
) -> None:
    script = GivenFile('订单 "x".csv', "<script>,订单\n".encode("gb18030"))
    feedback_of(sqlite_store, files=[SCREENSHOT, REPORT, script])
    with client() as ask:
        answers = [ask.get(f"/attachments/{number}") for number in (1, 2, 3)]
    assert [one.content for one in answers] == [SCREENSHOT.content, PDF, script.content]
    assert [one.headers["content-type"] for one in answers] == [
        "image/png", "application/pdf", "text/csv; charset=gb18030",
    ]  # fmt: skip
    assert [one.headers["content-disposition"] for one in answers] == [
        'inline; filename="screen.png"', 'attachment; filename="report.pdf"',
        "attachment; filename*=utf-8''%E8%AE%A2%E5%8D%95%20%22x%22.csv",
    ]  # fmt: skip
    for one in answers:
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["content-security-policy"] == "sandbox"
        assert one.headers["cache-control"] == "private, no-store"


def test_before_it_is_opened_it_is_small_and_without_what_the_camera_wrote(sqlite_store: Store, client: Client) -> None:
    exif, out = Image.Exif(), io.BytesIO()
    exif[0x013B] = "Li Lei"
    Image.new("RGB", (2000, 1000), "teal").save(out, "JPEG", exif=exif)
    feedback_of(
        sqlite_store, files=[GivenFile("photo.jpg", out.getvalue()), REPORT, GivenFile("a.gif", picture("GIF"))]
    )
    with client() as ask:
        photo, paper, drawn = (ask.get(f"/attachments/{number}/small") for number in (1, 2, 3))
    assert Image.open(io.BytesIO(photo.content)).size == (480, 240)
    assert b"Li Lei" in out.getvalue() and b"Li Lei" not in photo.content
    assert (photo.headers["content-type"], drawn.headers["content-type"]) == ("image/jpeg", "image/png")
    assert (photo.headers["content-security-policy"], paper.status_code) == ("sandbox", 404)


@pytest.mark.parametrize("asked", ["2", "-1", "1e0", "１", "9999999999", "..%2f..%2ffortnight.db", "1/../../x", "1%00"])
def test_nothing_else_is_handed_out(sqlite_store: Store, client: Client, asked: str) -> None:
    feedback_of(sqlite_store, files=[SCREENSHOT])
    with client() as ask:
        answer = ask.get(f"/attachments/{asked}", headers={"Accept-Language": "zh"})
    assert answer.status_code == 404
    assert SCREENSHOT.content not in answer.content and b"SQLite" not in answer.content


def test_the_gate_asks_to_sign_in_first() -> None:
    assert is_open("/attachments/1") is None and is_open("/attachments/1/small") is None


def test_a_refusal_speaks_the_readers_language_and_names_no_path(sqlite_store: Store, client: Client) -> None:
    feedback_of(sqlite_store, files=[SCREENSHOT])
    find(sqlite_store, actor_of(Role.ADMIN), 1).path.unlink()
    with client() as ask:
        missing = ask.get("/attachments/7", headers={"Accept-Language": "zh-CN"})
        gone = ask.get("/attachments/1", headers={"Accept-Language": "zh-CN"})
    assert (missing.status_code, missing.text) == (404, "没有附件 7。")
    assert (gone.status_code, gone.text) == (500, "保存的文件缺失。请从该文件夹的备份中取回。")
