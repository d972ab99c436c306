"""An anchor kept elsewhere shows what the chain cannot: a log cut off at its end, or built anew."""

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from access.anchor import Anchor, check, make_anchor, read_anchor
from access.audit import BEFORE_THE_FIRST, append, entry_hash, fields_of
from access.keys import house_key
from core.config import Config
from core.errors import FortnightError, Invalid
from store import audit_log
from store.db import Store
from tests.access.test_audit import entries, stored

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def house(tmp_path: Path) -> Config:
    return Config(home=tmp_path, database_url="sqlite://")


def anchored(store: Store, house: Config) -> Anchor:
    return read_anchor(make_anchor(house, entries(4, store)[-1], AT).to_json())


def test_a_log_that_grew_still_meets_its_anchor(store: Store, house: Config) -> None:
    anchor = anchored(store, house)
    with store.writing() as session:
        append(session, "李雷", "set_target", "KPI 9", None, None, AT, address="10.0.0.7")
    with store.reading() as session:
        checked = check(house, audit_log.entries(session), anchor)
    assert (checked.entries, checked.breaks, checked.head[0]) == (5, [], 5)
    assert stored(store)[-1].address == "10.0.0.7"


def test_a_log_cut_off_is_whole_in_itself_but_not_against_its_anchor(sqlite_store: Store, house: Config) -> None:
    anchor = anchored(sqlite_store, house)
    short = stored(sqlite_store)[:2]
    assert check(house, short).breaks == []
    (found,) = check(house, short, anchor).breaks
    assert "it was cut off" in str(found.what)


def test_a_log_built_anew_shows(sqlite_store: Store, house: Config) -> None:
    anchor = anchored(sqlite_store, house)
    log = stored(sqlite_store)
    previous = BEFORE_THE_FIRST
    for entry in log:
        entry.actor, entry.previous_sha256 = "nobody", previous
        previous = entry.sha256 = entry_hash(previous, fields_of(entry))
    assert check(house, log).breaks == []
    (found,) = check(house, log, anchor).breaks
    assert "built anew" in str(found.what)


@pytest.mark.parametrize(
    "change", [{"entry_id": 3}, {"sha256": "0" * 64}, {"at": "2026-01-01T00:00:00+00:00"}, {"signature": "AAAA"}]
)
def test_an_anchor_that_was_changed_proves_nothing(
    sqlite_store: Store, house: Config, change: dict[str, object]
) -> None:
    changed = replace(anchored(sqlite_store, house), **change)  # type: ignore[arg-type]
    (found,) = check(house, stored(sqlite_store), changed).breaks
    assert "anchor itself was changed" in str(found.what)


def test_another_houses_anchor_is_told_apart(sqlite_store: Store, house: Config, tmp_path: Path) -> None:
    other = Config(home=tmp_path / "other", database_url="sqlite://")
    anchor = anchored(sqlite_store, other)
    (found,) = check(house, stored(sqlite_store), anchor).breaks
    assert "another house" in str(found.what)


@pytest.mark.parametrize("text", ["", "{}", "[]", "x", '{"kind": "other"}'])
def test_what_is_no_anchor_is_refused(text: str) -> None:
    with pytest.raises(Invalid):
        read_anchor(text)


def test_an_anchor_with_something_more_in_it_is_refused(sqlite_store: Store, house: Config) -> None:
    with pytest.raises(Invalid):
        read_anchor(json.dumps({**asdict(anchored(sqlite_store, house)), "more": 1}))


def test_an_empty_log_can_be_anchored(house: Config) -> None:
    anchor = make_anchor(house, None, AT)
    assert anchor.entry_id == 0
    assert check(house, [], anchor).breaks == []


def test_a_key_is_made_once_for_its_owner_alone_and_a_damaged_one_is_refused(house: Config) -> None:
    assert house_key(house, "audit") == house_key(house, "audit") != house_key(house, "masking")
    path = house.home / "keys" / "audit.key"
    assert path.stat().st_mode & 0o077 == 0
    path.write_bytes(b"short")
    with pytest.raises(FortnightError, match="damaged"):
        house_key(house, "audit")


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "DELETE FROM audit_entry WHERE id = 3"],
)
def test_the_database_itself_refuses_to_change_the_log(store: Store, statement: str) -> None:
    before = [entry.sha256 for entry in entries(3, store)]
    with pytest.raises((DatabaseError, FortnightError)), store.writing() as session:
        session.connection().exec_driver_sql(statement)
    assert [entry.sha256 for entry in stored(store)] == before
