"""The archive keeps a report's bytes as they left: named by their hash, there once, and never given out changed."""

import hashlib

import pytest

from actions.archive import archive_report, archived_bytes
from actions.demos import start_demo
from core.actor import EVERYTHING, Actor, Role, Scope
from core.errors import FortnightError, Invalid, NotFound
from core.made_report import Made
from store.archive import archived_reports
from store.db import Store
from store.tables import Sprint
from tests.actions.shop import AT, EVERYONE, LATER, seed
from tests.actors import actor_of

FILES = {"pdf": b"%PDF one", "html": "<p>纪要</p>".encode()}


def keep(store: Store, made: Made) -> list[str]:
    return [row.sha256 for row in archive_report(store, EVERYONE, made=made, at=LATER)]


def test_each_file_is_kept_under_its_hash_and_given_back_whole(sqlite_store: Store) -> None:
    made = Made("weekly", "2026-11-09 / 2026-11-15", "en+zh", FILES, payload={"headline": "1 sprint ended;"})
    hashes = keep(sqlite_store, made)
    assert hashes == [hashlib.sha256(content).hexdigest() for content in FILES.values()]
    assert [archived_bytes(sqlite_store.config, one) for one in hashes] == list(FILES.values())
    with sqlite_store.reading() as session:
        found = archived_reports(session, EVERYTHING)
    assert found["file_name"].tolist() == [
        "weekly-2026-11-09-2026-11-15-en-zh.html",
        "weekly-2026-11-09-2026-11-15-en-zh.pdf",
    ]
    assert found["size_bytes"].tolist() == [len(FILES["html"]), len(FILES["pdf"])]


def test_the_same_bytes_lie_there_once(sqlite_store: Store) -> None:
    made = Made("weekly", "one week", "en", {"pdf": b"%PDF"})
    first, second = keep(sqlite_store, made), keep(sqlite_store, made)
    assert first == second
    assert len([one for one in sqlite_store.config.folder("archive").rglob("*") if one.is_file()]) == 1


def test_a_file_that_is_gone_or_changed_is_not_given_out(sqlite_store: Store) -> None:
    (digest,) = keep(sqlite_store, Made("monthly", "October", "zh", {"pdf": b"%PDF"}))
    path = sqlite_store.config.folder("archive") / digest[:2] / digest
    path.write_bytes(b"%PDF, improved")
    with pytest.raises(FortnightError, match="was changed after it was kept"):
        archived_bytes(sqlite_store.config, digest)
    path.unlink()
    with pytest.raises(FortnightError, match="is missing") as gone:
        archived_bytes(sqlite_store.config, digest)
    assert digest in str(gone.value.where)
    (again,) = keep(sqlite_store, Made("monthly", "October", "zh", {"pdf": b"%PDF"}))
    assert archived_bytes(sqlite_store.config, again) == b"%PDF"


def test_nothing_is_kept_of_a_report_that_says_nothing(sqlite_store: Store) -> None:
    for made in (
        Made("weekly", "one week", "en", {}),
        Made("weekly", " ", "en", FILES),
        Made("daily", "x", "en", FILES),
    ):
        with pytest.raises(Invalid):
            keep(sqlite_store, made)
    with sqlite_store.reading() as session:
        assert archived_reports(session, EVERYTHING).empty


def test_what_one_may_not_see_is_not_there(sqlite_store: Store) -> None:
    source = seed(sqlite_store)
    with sqlite_store.writing() as session:
        session.get_one(Sprint, (source, "S1")).project_key = "SHOP"
    demo = start_demo(sqlite_store, EVERYONE, source_id=source, sprint_id="S1", at=AT)
    minutes = Made("minutes", "Sprint 1", "en", {"pdf": b"minutes"}, demo_id=demo.id)
    keep(sqlite_store, minutes)
    keep(sqlite_store, Made("weekly", "SHOP", "en", {"pdf": b"shop"}, project_key="SHOP"))
    keep(sqlite_store, Made("weekly", "all", "en", {"pdf": b"house"}))
    seen: dict[str, set[str]] = {"SHOP": {"Sprint 1", "SHOP"}, "OPS": set()}
    with sqlite_store.reading() as session:
        for project, subjects in seen.items():
            scope = Scope(frozenset({project}), frozenset())
            assert set(archived_reports(session, scope)["subject"]) == subjects
        assert archived_reports(session, Scope(frozenset({"OPS"}), frozenset()), demo_id=demo.id).empty
        assert len(archived_reports(session, EVERYTHING)) == 3
    stranger: Actor = actor_of(Role.LEAD, projects={"OPS"}, departments=set())
    with pytest.raises(NotFound):
        archive_report(sqlite_store, stranger, made=minutes, at=LATER)
