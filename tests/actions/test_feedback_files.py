"""Files attached to feedback: told by their content, all or none, taken away by a later row, and gone where nothing holds them."""

import os
from pathlib import Path

import pytest

from access.masking import PSEUDONYM, seen_by
from actions.feedback import submit_feedback
from actions.feedback_files import attach_files, take_file_away
from actions.import_sheet import import_sheet
from actions.media import attach_media
from actions.sample import clear_sample
from actions.undo import undo_import
from core.actor import EVERYTHING, Actor, Role
from core.attached import MEGABYTE, MOST_FILES, GivenFile, checked_file
from core.errors import Invalid, NotFound, Refused
from store import audit_log as audit_entries
from store import frames
from store.db import Store, open_store
from store.read import rows_where
from store.tables import Attachment, Feedback
from tests.actions.given_files import CONTENT_TYPES, DOCX, PDF, REPORT, SCREENSHOT, picture, zipped
from tests.actions.shop import AT, EVERYONE, LATER, audit_log, everything, feedback_of, seed
from tests.actors import actor_of

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def files(store: Store) -> list[Path]:
    return [one for one in store.config.folder("attachments").rglob("*") if one.is_file()]


def names(store: Store) -> list[str]:
    with open_store(store.config).reading() as session:  # as after a restart
        return frames.attachments(session, EVERYTHING)["file_name"].tolist()


@pytest.mark.parametrize(
    ("name", "content", "kept", "media_type"),
    [
        ("a.png", picture(), "a.png", "image/png"),
        ("photo.png", picture("JPEG"), "photo.png.jpg", "image/jpeg"),
        ("Screen.JPEG", picture("JPEG"), "Screen.JPEG", "image/jpeg"),
        ("a.webp", picture("WEBP"), "a.webp", "image/webp"),
        ("a.gif", picture("GIF"), "a.gif", "image/gif"),
        ("报告", PDF, "报告.pdf", "application/pdf"),
        ("letter.docx", DOCX, "letter.docx", WORD),
        ("sheet.ods", zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "sheet.ods",
         "application/vnd.oasis.opendocument.spreadsheet"),
        ("list.csv", "订单,状态\n".encode("gb18030"), "list.csv", "text/csv; charset=gb18030"),
        ("C:\\Users\\wang\\log.txt", b"ok\x1b[0m\r\n", "log.txt", "text/plain; charset=utf-8"),
        ("../../etc/passwd.md", "é".encode(), "passwd.md", "text/plain; charset=utf-8"),
        ("gnp\u202e.\x00exe.log", b"x", "gnp.\ufffdexe.log", "text/plain; charset=utf-8"),
        ("long" * 60 + ".txt", b"x", ("long" * 60)[:116] + ".txt", "text/plain; charset=utf-8"),
    ],
)  # fmt: skip
def test_what_a_file_is_is_read_from_its_content(name: str, content: bytes, kept: str, media_type: str) -> None:
    found = checked_file(GivenFile(name, content))
    assert (found.file_name, found.media_type) == (kept, media_type)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.png", b"", "empty"),
        ("a.txt", b"x" * (10 * MEGABYTE + 1), "too large: 10 MB"),
        ("a.png", picture()[:-30], "damaged"),
        ("a.png", b"\x89PNG\r\n\x1a\n<script>", "damaged"),
        ("a.png", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "no accepted kind"),
        ("a.html", b"<html><script>alert(1)</script>", "no accepted kind"),
        ("a.pdf", b"<html>", "no accepted kind"),
        ("a.pdf", PDF[:20], "damaged"),
        ("a.exe", b"MZ\x90\0", "no accepted kind"),
        ("a.txt", b"MZ\x90\0\x03", "content is not"),
        ("a.mp4", b"\0\0\0\x18ftypisom" + b"\0" * 32, "no accepted kind"),
        ("a.jpg", b"\0\0\0\x18ftypheic" + b"\0" * 32, "HEIC"),
        ("a.docx", zipped({"a.txt": b"x"}), "archive"),
        ("a.docx", DOCX[:-10], "damaged"),
        ("a.docx", zipped(CONTENT_TYPES | {"word/document.xml": b"", "word/vbaProject.bin": b""}), "macros"),
        ("a.odt", zipped({"mimetype": b"application/vnd.oasis.opendocument.text", "Basic/a.xml": b""}), "macros"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 64, "old kind"),
    ],
)  # fmt: skip
def test_what_may_not_be_kept_is_refused_by_name_and_nothing_of_it_stays(
    sqlite_store: Store, name: str, content: bytes, why: str
) -> None:
    before = everything(sqlite_store)
    with pytest.raises(Invalid, match=f"“{name}” cannot be attached") as refused:
        feedback_of(sqlite_store, files=[SCREENSHOT, GivenFile(name, content)])
    assert why in str(refused.value.why) and refused.value.next is not None
    assert (everything(sqlite_store), files(sqlite_store)) == (before, [])


def test_files_come_with_the_words_and_later_each_with_its_entry_in_the_log(store: Store, department: Actor) -> None:
    row = submit_feedback(store, department, kind="bug", text="twice", department="ops", files=[SCREENSHOT], at=AT)
    (later,) = attach_files(store, department, feedback_id=row.id or 0, files=[REPORT], at=LATER)
    assert names(store) == ["screen.png", "report.pdf"]
    assert sorted(one.read_bytes() for one in files(store)) == sorted([SCREENSHOT.content, PDF])
    assert {one.stat().st_mode & 0o777 for one in files(store)} == {0o600}
    log = audit_log(store)
    assert [entry.action for entry in log] == ["submit_feedback", "submit_feedback", "attach_files"]
    assert log[-1].subject == f"feedback {row.id}" and (log[-1].after or {})["sha256"] == later.sha256


def test_one_takes_away_what_is_ones_own_and_who_answers_what_is_anybodys(
    store: Store, department: Actor, lead: Actor
) -> None:
    number = feedback_of(store).id or 0
    given = {"feedback_id": number, "at": AT}
    (theirs,) = attach_files(store, department, files=[SCREENSHOT], **given)
    (answer,) = attach_files(store, lead, files=[REPORT], **given)
    leader = actor_of(Role.LEADER)
    for actor, row in ((department, answer), (leader, theirs)):
        with pytest.raises(Refused, match="was attached by"):
            take_file_away(store, actor, attachment_id=row.id or 0, at=LATER)
    take_file_away(store, department, attachment_id=theirs.id or 0, at=LATER)
    assert names(store) == ["report.pdf"]
    with open_store(store.config).reading() as session:
        kept = rows_where(session, Attachment)
    assert [(one.file_name, one.supersedes_id) for one in kept] == [
        ("screen.png", None), ("report.pdf", None), ("screen.png", theirs.id),
    ]  # fmt: skip
    assert [one.read_bytes() for one in files(store)] == [PDF]
    last = audit_log(store)[-1]
    assert (last.action, (last.before or {})["file_name"], last.after) == ("take_file_away", "screen.png", None)
    for gone in (theirs.id or 0, 99):
        with pytest.raises(NotFound, match=f"There is no attachment {gone}."):
            take_file_away(store, lead, attachment_id=gone, at=LATER)
    attach_files(store, lead, feedback_id=number, files=[SCREENSHOT], at=LATER)  # once more, and it is there again
    take_file_away(store, lead, attachment_id=answer.id or 0, at=LATER)
    assert names(store) == ["screen.png"]


def test_an_auditor_reads_in_the_log_what_a_file_was_called_without_whom_it_names(sqlite_store: Store) -> None:
    feedback_of(sqlite_store, submitted_by="王芳", files=[GivenFile("王芳 13800138000.png", picture())])
    with seen_by(actor_of(Role.AUDITOR), sqlite_store).reading() as session:
        logged = audit_entries.found(session, audit_entries.Search(action="submit_feedback"))
    (name,) = [after["file_name"] for after in logged["after"] if "file_name" in after]
    assert PSEUDONYM.sub(lambda found: found[0][:2], name) == "P- T-.png"


def test_others_feedback_and_its_files_do_not_exist(sqlite_store: Store, department: Actor) -> None:
    number = feedback_of(sqlite_store, department="finance", files=[SCREENSHOT]).id or 0
    before = everything(sqlite_store)
    with pytest.raises(NotFound):
        attach_files(sqlite_store, department, feedback_id=number, files=[REPORT], at=LATER)
    with pytest.raises(NotFound, match="no attachment 1"):
        take_file_away(sqlite_store, department, attachment_id=1, at=LATER)
    assert everything(sqlite_store) == before and len(files(sqlite_store)) == 1


def test_as_many_as_are_accepted_and_each_once(sqlite_store: Store) -> None:
    number = feedback_of(sqlite_store).id or 0
    many = [GivenFile(f"{one}.txt", str(one).encode()) for one in range(MOST_FILES)]
    for wrong, words in (
        ([], "No file"), ([*many, SCREENSHOT], "would be 11 files"), ([SCREENSHOT, SCREENSHOT], "attached already"),
    ):  # fmt: skip
        with pytest.raises(Invalid, match=words):
            attach_files(sqlite_store, EVERYONE, feedback_id=number, files=wrong, at=LATER)
        assert files(sqlite_store) == []
    attach_files(sqlite_store, EVERYONE, feedback_id=number, files=many, at=LATER)
    with pytest.raises(Invalid, match="would be 11 files"):
        attach_files(sqlite_store, EVERYONE, feedback_id=number, files=[SCREENSHOT], at=LATER)
    take_file_away(sqlite_store, EVERYONE, attachment_id=3, at=LATER)
    attach_files(sqlite_store, EVERYONE, feedback_id=number, files=[SCREENSHOT], at=LATER)
    assert len(names(sqlite_store)) == len(files(sqlite_store)) == MOST_FILES


def test_a_transaction_that_fails_at_its_end_leaves_no_file(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, source = feedback_of(sqlite_store).id or 0, seed(sqlite_store)
    with sqlite_store.writing() as session:
        session.connection().exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON audit_entry BEGIN SELECT RAISE(ABORT, 'full'); END"
        )
    item = {"source_id": source, "sprint_id": "S1", "work_item_id": "2", "file_name": "x", "content": picture("GIF")}
    for attempt in (
        lambda: attach_files(sqlite_store, EVERYONE, feedback_id=number, files=[SCREENSHOT, REPORT], at=LATER),
        lambda: attach_media(sqlite_store, EVERYONE, **item, at=LATER),
    ):
        with pytest.raises(Exception, match="full"):
            attempt()
        assert files(sqlite_store) == []

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(OSError, match="No space"):
        attach_files(sqlite_store, EVERYONE, feedback_id=number, files=[SCREENSHOT], at=LATER)
    assert files(sqlite_store) == []


def test_what_two_hold_stays_while_one_holds_it(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    first, second = (feedback_of(sqlite_store, files=[SCREENSHOT]).id or 0 for _ in range(2))
    assert first != second
    attach_media(
        sqlite_store, EVERYONE, source_id=source, sprint_id="S1", work_item_id="2", file_name="x",
        content=SCREENSHOT.content, at=AT,
    )  # fmt: skip
    for number in (1, 2):
        take_file_away(sqlite_store, EVERYONE, attachment_id=number, at=LATER)
        assert len(files(sqlite_store)) == 1


def test_what_was_attached_to_the_sample_leaves_with_it(sqlite_store: Store) -> None:
    seed(sqlite_store, name="sample", is_sample=True)
    feedback_of(sqlite_store, files=[SCREENSHOT, REPORT])  # while the sample is all there is, it is the sample's
    seed(sqlite_store, name="own")
    feedback_of(sqlite_store, project_key="OPS", department="own", files=[SCREENSHOT])
    with sqlite_store.writing() as session:
        assert len({row.source_id for row in rows_where(session, Feedback)}) == 2
    take_file_away(sqlite_store, EVERYONE, attachment_id=2, at=LATER)
    clear_sample(sqlite_store, EVERYONE, at=LATER)
    assert [one.read_bytes() for one in files(sqlite_store)] == [SCREENSHOT.content]
    assert names(sqlite_store) == ["screen.png"]


def test_an_import_is_not_undone_under_what_people_attached(sqlite_store: Store) -> None:
    content = b"ID,Received at,Kind,Text\nF-1,2026-11-02,bug,twice\n"
    outcome = import_sheet(
        sqlite_store, EVERYONE, "feedback.csv", content, source_name="sheets", kind="feedback", at=AT
    )
    assert not outcome.is_refused
    with sqlite_store.reading() as session:
        (row,) = rows_where(session, Feedback)
    attach_files(sqlite_store, EVERYONE, feedback_id=row.id or 0, files=[SCREENSHOT], at=LATER)
    with pytest.raises(Invalid, match=r"attachment \(1\)"):
        undo_import(sqlite_store, EVERYONE, 1, at=LATER)
    assert names(sqlite_store) == ["screen.png"] and len(files(sqlite_store)) == 1
