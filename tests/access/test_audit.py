"""The chain: an edited, removed, inserted or reordered entry shows; what is written is what is hashed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from access.audit import BEFORE_THE_FIRST, append, canonical, content_hash, recordable, verify
from core.actor import Role
from store.db import Store, open_store
from store.tables import AuditEntry
from store.write import table_of

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)


def entries(count: int, store: Store) -> list[AuditEntry]:
    """A log of `count` entries, written and read back."""
    with store.writing() as session:
        for number in range(count):
            append(session, "李雷", "set_target", f"KPI {number}", {"value": number}, {"value": 0.1 + number}, AT)
    return stored(store)


def stored(store: Store) -> list[AuditEntry]:
    with store.reading() as session:
        found = session.connection().execute(table_of(AuditEntry).select().order_by(table_of(AuditEntry).c.id)).all()
    return [AuditEntry(**row._mapping) for row in found]


def test_a_whole_log_verifies_after_a_restart(store: Store) -> None:
    log = entries(4, store)
    assert [entry.id for entry in log] == [1, 2, 3, 4]
    assert log[0].previous_sha256 == BEFORE_THE_FIRST
    assert verify(log) == []
    assert verify(stored(open_store(store.config))) == []


def test_an_empty_log_is_whole() -> None:
    assert verify([]) == []


@pytest.mark.parametrize(
    ("tamper", "broken"),
    [
        (lambda log: log[:1] + log[2:], [3]),
        (lambda log: log[1:], [2]),
        (lambda log: [log[0], log[2], log[1], log[3]], [3, 2, 4]),
        (lambda log: [log[0], log[1], log[1], *log[2:]], [2]),
    ],
    ids=["removed", "first removed", "reordered", "doubled"],
)
def test_a_changed_order_shows(
    sqlite_store: Store, tamper: Callable[[list[AuditEntry]], list[AuditEntry]], broken: list[int]
) -> None:
    assert [found.entry_id for found in verify(tamper(entries(4, sqlite_store)))] == broken


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("at", AT + timedelta(microseconds=1)),
        ("actor", "韩梅梅"),
        ("action", "clear_sample"),
        ("subject", "KPI 7"),
        ("before", None),
        ("after", {"value": 1.1000001}),
        ("sha256", "f" * 64),
    ],
)
def test_an_edit_of_any_field_shows(sqlite_store: Store, field: str, value: object) -> None:
    log = entries(3, sqlite_store)
    setattr(log[1], field, value)
    assert verify(log)[0].entry_id == 2


def test_an_edit_with_its_own_hash_mended_breaks_the_next_link(sqlite_store: Store) -> None:
    from access.audit import entry_hash, fields_of

    log = entries(3, sqlite_store)
    log[1].actor = "nobody"
    log[1].sha256 = entry_hash(log[1].previous_sha256, fields_of(log[1]))
    assert [found.entry_id for found in verify(log)] == [3]


def test_what_the_log_cannot_keep_as_given_it_keeps_readably(store: Store) -> None:
    text = "a\x00b\ud800c 李雷 😀 \u202e"
    with store.writing() as session:
        append(
            session, text, "submit_feedback", text, None, {"text": text, text: {1, 2}, "at": AT, "nothing": None}, AT
        )
    (entry,) = stored(store)
    assert entry.actor == "a\ufffdb\ufffdc 李雷 😀 \u202e"
    assert entry.after == {
        "text": entry.actor,
        entry.actor: [1, 2],
        "at": "2026-11-22T09:00:00.000000+00:00",
        "nothing": None,
    }
    assert verify([entry]) == []


def test_instants_are_hashed_as_instants_not_as_zones() -> None:
    shanghai = AT.astimezone(timezone(timedelta(hours=8)))
    assert content_hash({"at": AT}) == content_hash({"at": shanghai})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_number_that_json_cannot_say(value: float) -> None:
    with pytest.raises(ValueError, match="JSON"):
        content_hash({"value": value})


def test_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        recordable({"at": AT.replace(tzinfo=None)})


def test_a_thing_without_a_json_form_is_refused() -> None:
    with pytest.raises(TypeError, match="bytes"):
        recordable({"payload": b"x"})


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(_JSON)
def test_recording_twice_is_recording_once(value: object) -> None:
    once = recordable(value)
    assert canonical(recordable(once)) == canonical(once)


def test_days_roles_and_sets_have_one_form() -> None:
    assert recordable({"day": date(2026, 2, 28), "roles": frozenset(Role)})["roles"] == sorted(Role)
