"""An auditor reads pseudonyms: the same one for the same person everywhere, none for figures and keys."""

import re
from datetime import UTC, datetime

import pytest

from access.keys import house_key
from access.masking import PSEUDONYM, Pseudonyms, seen_by
from actions.audit import export_log, unmask
from actions.feedback import submit_feedback
from core.actor import EVERYTHING, Role
from core.errors import FortnightError, Invalid, NotFound, Refused
from store import audit_log, frames
from store.audit_log import Search
from store.db import Store
from tests.actions.shop import EVERYONE, request_of, seed
from tests.actions.shop import audit_log as entries
from tests.actors import actor_of

AT = datetime(2026, 11, 22, 9, tzinfo=UTC)
AUDITOR = actor_of(Role.AUDITOR)
HIDDEN = Pseudonyms(b"k" * 32)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("mail wang.fang+a@shop.example.cn now", "mail E- now"),
        ("call 138 0013 8000 or +86 13800138000", "call T- or T-"),
        ("office 010-12345678", "office T-"),
        ("+49 30 1234 5678 please", "T- please"),
        ("SHOP-13800138000 took 13800.13 s, 2026-11-22, v1.2.13800138000", None),
        ("order 4007712345678901 of 1380013800", None),
        ("请打电话13800138000联系王芳", "请打电话T-联系王芳"),
        ("Tel.13800138000，或０１０-12345678转3", "Tel.T-，或T-转3"),
        ("电话１３８００１３８０００", "电话T-"),
        ("请发给wang.fang@shop.cn处理，抄送王芳@公司.中国。", "请发给E-处理，E-。"),
        ("订单A13800138000不变", None),
    ],
)
def test_addresses_and_numbers_go_figures_and_keys_stay(text: str, kept: str | None) -> None:
    told = HIDDEN.text(text, None)
    assert PSEUDONYM.sub(lambda found: found[0][:2], told) == (kept or text)


def test_a_number_glued_to_a_name_leaves_two_pseudonyms_to_tell_apart() -> None:
    names = Pseudonyms(b"k" * 32)
    said = names.text("请联系王芳13812345678转8012", re.compile("王芳"))
    assert said == f"请联系{names.of('P', '王芳')} {names.of('T', '13812345678')}转8012"


def test_one_person_has_one_pseudonym_however_written_and_another_house_has_another() -> None:
    assert HIDDEN.name("Wang  Fang") == HIDDEN.name("ｗang fang") != HIDDEN.name("Wang Fan")
    assert HIDDEN.name("a@b.cn").startswith("E-")
    assert HIDDEN.name("a@b.cn") == HIDDEN.text("a@b.cn", None)
    assert HIDDEN.text("请发给a@b.cn", None) == f"请发给{HIDDEN.name('a@b.cn')}"
    assert HIDDEN.of("T", "138-0013-8000") == HIDDEN.of("T", "+86 13800138000")
    assert Pseudonyms(b"j" * 32).name("王芳") != HIDDEN.name("王芳")


def test_columns_texts_and_json_are_masked_alike(store: Store) -> None:
    request_of(store, seed(store), reason="王芳 asked: call 13800138000")
    submit_feedback(store, EVERYONE, kind="bug", text="王芳说 a@b.cn", submitted_by="王芳", department="ops", at=AT)
    names = Pseudonyms(house_key(store.config, "masking"))
    with seen_by(AUDITOR, store).reading() as session:
        request = frames.change_requests(session, EVERYTHING).iloc[0]
        said = frames.feedback(session, EVERYTHING).iloc[0]
        logged = audit_log.found(session, Search(action="submit_feedback")).iloc[0]
    wang = names.name("王芳")
    assert request["requested_by"] == said["submitted_by"] == logged["after"]["submitted_by"] == wang
    assert request["reason"] == f"{wang} asked: call {names.of('T', '13800138000')}"
    assert said["text"] == f"{wang}说 {names.name('a@b.cn')}"
    assert (request["number"], request["impact_points"], said["department"]) == ("CR-1", 5, "ops")
    assert logged["who"] == EVERYONE.name  # who acted is what a log is for
    with seen_by(actor_of(Role.LEADER), store).reading() as session:
        assert frames.change_requests(session, EVERYTHING)["requested_by"].tolist() == ["王芳"]


def test_a_latin_name_in_a_chinese_sentence_is_found_and_in_another_word_is_not(sqlite_store: Store) -> None:
    for number, text in enumerate(("请找Anna Berg处理", "Hanna Bergmann asked")):
        given = {"kind": "bug", "text": text, "submitted_by": "Anna Berg", "department": "ops"}
        submit_feedback(sqlite_store, EVERYONE, **given, at=AT.replace(minute=number))
    names = Pseudonyms(house_key(sqlite_store.config, "masking"))
    with seen_by(AUDITOR, sqlite_store).reading() as session:
        said = frames.feedback(session, EVERYTHING).sort_values("received_at")["text"].tolist()
    assert said == [f"请找{names.name('Anna Berg')}处理", "Hanna Bergmann asked"]


def test_what_an_auditor_takes_out_is_masked_too(sqlite_store: Store) -> None:
    submit_feedback(sqlite_store, EVERYONE, kind="bug", text="x", submitted_by="王芳", department="ops", at=AT)
    taken = export_log(sqlite_store, AUDITOR, search=Search(action="submit_feedback"), media="csv", at=AT)
    assert PSEUDONYM.fullmatch(taken["after"].iloc[0]["submitted_by"])
    assert entries(sqlite_store)[-1].after == {
        "media": "csv", "entries": 1, "words": "", "actor": None, "action": "submit_feedback", "begins_at": None, "ends_at": None,
    }  # fmt: skip


def test_who_is_behind_a_pseudonym_is_told_for_a_reason_and_logged_without_the_name(store: Store) -> None:
    submit_feedback(
        store, EVERYONE, kind="bug", text="a@b.cn, 13800138000", submitted_by="王芳", department="ops", at=AT
    )
    names = Pseudonyms(house_key(store.config, "masking"))
    asked = {"王芳": names.name("王芳"), "a@b.cn": names.name("a@b.cn"), "13800138000": names.of("T", "13800138000")}
    for name, pseudonym in asked.items():
        assert unmask(store, AUDITOR, pseudonym=f" {pseudonym.lower()} ", reason="a complaint", at=AT) == name
    newest = entries(store)[-1]
    assert (newest.action, newest.subject, newest.after) == ("unmask", asked["13800138000"], {"reason": "a complaint"})
    before = len(entries(store))
    refused: list[tuple[type[FortnightError], str, str]] = [
        (Invalid, asked["王芳"], " "), (Invalid, "王芳", "why"), (NotFound, "P-AAAAAAAA", "why"),
    ]  # fmt: skip
    for error, pseudonym, reason in refused:
        with pytest.raises(error):
            unmask(store, AUDITOR, pseudonym=pseudonym, reason=reason, at=AT)
    for role in (Role.ADMIN, Role.LEADER, Role.VIEWER):
        with pytest.raises(Refused):
            unmask(store, actor_of(role), pseudonym=asked["王芳"], reason="why", at=AT)
    assert len(entries(store)) == before
