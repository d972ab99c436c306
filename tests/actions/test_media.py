"""Pictures and videos of demo items: told by their bytes, within the house's size, replaced, taken away, and who may see them."""

import io
from pathlib import Path

import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.testclient import TestClient
from starlette.types import Receive, Scope, Send

from access.gate import VISIT, Visit
from actions.media import attach_media, take_media_away
from actions.sample import clear_sample
from actions.settings import save_settings
from core.actor import Role
from core.errors import FortnightError, Invalid, NotFound
from core.media import for_paper, media_type_of
from services.stage_media import find, media_route
from store.db import Store
from store.demos import standing_media
from store.tables import Sprint
from store.write import table_of
from tests.actions.shop import AT, EVERYONE, LATER, audit_log, seed
from tests.actors import actor_of

MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(range(256)) * 8
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + b"\0" * 64
GIVEN = {"sprint_id": "S1", "work_item_id": "2"}


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), colour: str = "teal", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind, **more)
    return out.getvalue()


def attached(store: Store, source: int, content: bytes, name: str = "screen.png") -> int:
    return attach_media(store, EVERYONE, source_id=source, **GIVEN, file_name=name, content=content, at=AT).id or 0


def files(store: Store) -> list[Path]:
    return [one for one in store.config.folder("attachments").rglob("*") if one.is_file()]


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        *((picture(kind), f"image/{kind.lower()}") for kind in ("PNG", "JPEG", "GIF", "WEBP")),
        (MP4, "video/mp4"),
        (WEBM, "video/webm"),
    ],
)
def test_what_a_file_is_is_read_from_its_bytes(content: bytes, media_type: str) -> None:
    assert media_type_of(content) == media_type


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"<html><script>alert(1)</script>",
        b"\x89PNG\r\n\x1a\n<script>",
        picture()[:-30],
        b"\x00\x00\x00\x18ftypheic" + b"\0" * 32,
        b"\x00\x00\x00\x14ftypqt  " + b"\0" * 32,
        b"\x1aE\xdf\xa3B\x82\x88matroska",
        b"BM" + b"\0" * 60,
        b"GIF89a",
    ],
)
def test_anything_else_is_refused_whatever_it_is_called(sqlite_store: Store, content: bytes) -> None:
    source = seed(sqlite_store)
    with pytest.raises(Invalid):
        attached(sqlite_store, source, content)
    assert files(sqlite_store) == []


def test_a_small_file_that_unfolds_to_a_huge_picture_is_refused() -> None:
    bomb = picture("PNG", (20_000, 5_000), "white")
    assert len(bomb) < 1_000_000
    with pytest.raises(Invalid, match="20,000 x 5,000"):
        media_type_of(bomb)


def test_the_house_says_how_large_it_may_be(sqlite_store: Store) -> None:
    source, large = seed(sqlite_store), MP4 + b"\0" * 1024 * 1024
    save_settings(sqlite_store, EVERYONE, changes={"media_mb": 1}, at=AT)
    for content, words in ((large, "too large: 1 MB"), (b"", "empty")):
        with pytest.raises(Invalid, match=words):
            attached(sqlite_store, source, content)
    save_settings(sqlite_store, EVERYONE, changes={"media_mb": 2}, at=AT)
    attached(sqlite_store, source, large)
    with pytest.raises(Invalid, match="from 1 to 200"):
        save_settings(sqlite_store, EVERYONE, changes={"media_mb": 0}, at=AT)


def test_a_later_one_replaces_it_and_what_nothing_shows_is_gone(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    first, second = picture(), picture("JPEG")
    attached(sqlite_store, source, first)
    attach_media(
        sqlite_store, EVERYONE, source_id=source, sprint_id="S1", work_item_id="3", file_name="x", content=first, at=AT
    )
    attached(sqlite_store, source, second)
    assert len(files(sqlite_store)) == 2  # item 3 still shows the first
    with sqlite_store.reading() as session:
        shown = standing_media(session, source, "S1").set_index("work_item_id")["media_type"]
    assert shown.to_dict() == {"3": "image/png", "2": "image/jpeg"}
    take_media_away(sqlite_store, EVERYONE, source_id=source, **GIVEN, at=LATER)
    assert len(files(sqlite_store)) == 1
    with pytest.raises(NotFound, match="no picture"):
        take_media_away(sqlite_store, EVERYONE, source_id=source, **GIVEN, at=LATER)
    last = audit_log(sqlite_store)[-1]
    assert (last.action, (last.before or {})["media_type"], last.after) == ("take_media_away", "image/jpeg", None)


def test_what_was_attached_to_the_sample_leaves_with_it(sqlite_store: Store) -> None:
    sample, own = seed(sqlite_store, name="sample", is_sample=True), seed(sqlite_store, name="own")
    for source in (sample, own):
        attached(sqlite_store, source, picture())
    attached(sqlite_store, sample, picture("GIF"))
    clear_sample(sqlite_store, EVERYONE, at=LATER)
    assert [one.read_bytes() for one in files(sqlite_store)] == [picture()]  # the house's own item shows it, too


def test_only_whoever_sees_sprint_and_item_sees_it(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    with sqlite_store.writing() as session:
        session.execute(table_of(Sprint).update().values(project_key="SHOP"))
    number, lead = attached(sqlite_store, source, picture()), actor_of(Role.LEAD, projects={"SHOP"})
    path, media_type = find(sqlite_store, actor_of(Role.VIEWER, projects={"SHOP"}), number)
    assert (path.read_bytes(), media_type) == (picture(), "image/png")
    strangers = (None, actor_of(Role.VIEWER, projects={"OPS"}), actor_of(Role.LEAD, Role.AUDITOR))
    for actor, asked in (*((one, number) for one in strangers), (lead, number + 1)):
        with pytest.raises(NotFound):
            find(sqlite_store, actor, asked)
    with pytest.raises(FortnightError):
        find(sqlite_store, actor_of(Role.WRITER), number)
    path.write_bytes(b"<script>")
    with pytest.raises(FortnightError, match="changed after it was kept"):
        find(sqlite_store, lead, number)
    take_media_away(sqlite_store, EVERYONE, source_id=source, **GIVEN, at=LATER)
    with pytest.raises(NotFound):
        find(sqlite_store, lead, number)


def test_a_video_comes_in_pieces_with_its_type_and_is_never_sniffed(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    number = attached(sqlite_store, source, MP4, "<b>walk-through</b>.mp4")
    app = Starlette(routes=[media_route(lambda: sqlite_store)])

    async def behind_the_gate(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, VISIT: Visit(None, None, None, is_secure=False, is_open_house=True)}, receive, send)

    with TestClient(behind_the_gate) as client:
        whole = client.get(f"/stage/media/{number}")
        part = client.get(f"/stage/media/{number}", headers={"Range": "bytes=100-199"})
        assert client.get(f"/stage/media/{number + 1}").status_code == 404
    assert (whole.status_code, whole.content, whole.headers["content-type"]) == (200, MP4, "video/mp4")
    assert (whole.headers["x-content-type-options"], whole.headers["cache-control"]) == ("nosniff", "private, no-store")
    assert (part.status_code, part.content) == (206, MP4[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(MP4)}"


def test_on_paper_it_stands_upright_small_and_without_what_the_camera_wrote() -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Li Lei"  # turned by a quarter; the artist
    shot = picture("JPEG", (4000, 2000), exif=exif)
    content, width, height = for_paper(shot)
    assert (width, height) == (800, 1600)
    assert b"Li Lei" in shot
    assert b"Li Lei" not in content
    assert dict(Image.open(io.BytesIO(content)).getexif()) == {}
    assert for_paper(shot)[0] == content
