"""The audit page in a person's hands: search, one entry in full, the check, the signed head, an export, a pseudonym."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from core.actor import Role
from core.config import load_config
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, headline_of, page_text


def press(test: object, label: str) -> object:
    return next(one for one in test.button if one.label == label).click().run()  # type: ignore[attr-defined]


@pytest.mark.usefixtures("sample_home")
def test_search_check_sign_and_export(open_page: OpenPage) -> None:
    test = open_page("audit")
    assert headline_of(test).startswith("The log holds 94 entries.")
    test.text_input(key="audit.words").input("CR-27").run()
    assert "decided a change request" in page_text(test)
    assert "SHOP-377" not in page_text(test)
    press(test, "Check the whole log")
    assert "all 94 entries follow from each other" in page_text(test)
    press(test, "Sign the head")
    assert "Signature" in page_text(test)
    anchor = json.loads(test.session_state["audit.anchor"].to_json())
    assert anchor["entry_id"] == 95
    press(test, "Export 2 entries")
    media, count, content = test.session_state["audit.ready"]
    assert (media, count) == ("csv", 2)
    assert content.decode("utf-8-sig").count("CR-27") >= 2
    assert headline_of(test).startswith("The log holds 95 entries.")  # the answer stands above what was just done
    assert headline_of(test.run()).startswith("The log holds 96 entries.")


@pytest.mark.usefixtures("sample_home")
def test_what_was_changed_is_said_in_chinese_and_kept_as_it_was_written(open_page: OpenPage) -> None:
    test = open_page("audit", "zh")
    assert "· 首次启动" in page_text(test)
    press(press(test, "校验全部日志"), "导出 94 条")
    written = test.session_state["audit.ready"][2].decode("utf-8-sig")
    assert not re.search(r",(?:work item|demo|import of|feedback|KPI|baseline of|person) ", written), written
    assert "首尾相接" in page_text(test)
    test.text_input(key="audit.words").input("变更单 CR-27").run()
    assert "审批了变更单" in page_text(test) and "SHOP-377" not in page_text(test)
    test.text_input(key="audit.words").input("无此字样").run()
    assert "没有含这些词的记录" in page_text(test)


def test_a_broken_log_says_where(sample_home: Path, open_page: OpenPage) -> None:
    with closing(sqlite3.connect(load_config().sqlite_path)) as connection, connection:
        connection.execute("DROP TRIGGER audit_entry_no_update")
        connection.execute("UPDATE audit_entry SET subject = 'x' WHERE id = 7")
    test = press(open_page("audit", "zh"), "校验全部日志")
    assert "第 7 条在写入后被改动过。" in page_text(test)  # type: ignore[arg-type]
    assert sample_home.exists()


@pytest.mark.usefixtures("sample_home")
def test_an_auditor_asks_who_is_behind_a_pseudonym(open_page: OpenPage, monkeypatch: pytest.MonkeyPatch) -> None:
    from access.keys import house_key
    from access.masking import Pseudonyms

    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.AUDITOR))
    pseudonym = Pseudonyms(house_key(load_config(), "masking")).name("王芳")
    test = open_page("audit")
    test.text_input(key="audit.unmask.pseudonym").input(pseudonym)
    press(test, "See the name")
    assert "must not be empty" in page_text(test)
    test.text_input(key="audit.unmask.reason").input("a complaint")
    press(test, "See the name")
    assert f"{pseudonym} is 王芳." in page_text(test)
    assert "unmasked a pseudonym" in page_text(test)


@pytest.mark.usefixtures("empty_home")
def test_an_empty_log_says_so(open_page: OpenPage) -> None:
    assert headline_of(open_page("audit", "zh")) == "还没有任何操作：日志是空的。"
