"""What an audit entry holds, in words: codes, instants and names of fields, somebody's own words as they are."""

from dataclasses import fields

import pytest

from core.house import HouseSettings
from core.reader import Reader
from core.wording_fields import CODES, FIELD, field_words, value_words

ZH, EN = Reader("zh", "Asia/Shanghai"), Reader("en", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("name", "held", "english", "chinese"),
    [
        ("verdict", "accepted_with_changes", "accepted with changes", "有条件通过"),
        ("verdict", "met", "met", "达成"),
        ("decided_at", "2026-11-16T17:30:00.000000", "17 Nov 2026 01:30", "2026年11月17日 01:30"),
        ("frozen_at", "2026-11-16T06:30:00+00:00", "16 Nov 2026 14:30", "2026年11月16日 14:30"),
        ("due_on", "2026-12-01", "1 Dec 2026", "2026年12月1日"),
        ("remark", "accepted", "accepted", "accepted"),
        ("remark", "2026-11-16T17:30:00", "2026-11-16T17:30:00", "2026-11-16T17:30:00"),
        ("value", 5400.0, "5400", "5400"),
        ("value", 0.15, "0.15", "0.15"),
        ("is_active", True, "yes", "是"),
        ("reason", None, "–", "–"),
        ("grant", {"role": "lead", "project": None}, "role: team lead, project: –", "角色：团队负责人，项目：–"),
        ("kind", "a kind of tomorrow", "a kind of tomorrow", "a kind of tomorrow"),
    ],
)
def test_what_a_field_holds(name: str, held: object, english: str, chinese: str) -> None:
    assert (value_words(name, held, EN), value_words(name, held, ZH)) == (english, chinese)


def test_every_field_has_a_name_in_both_languages() -> None:
    assert {name for name in FIELD if field_words(name, ZH).isascii()} == set()
    assert {one.name for one in fields(HouseSettings)} <= set(FIELD)
    assert set(CODES) <= set(FIELD)
    assert (field_words("verdict 12", ZH), field_words("verdict 12", EN)) == ("结论 12", "verdict 12")
    assert field_words("of tomorrow", ZH) == "of tomorrow"
