"""The people page in an admin's hands: add and invite, grant and take back, disable; and what each role may do."""

from dataclasses import replace

import pytest

from actions.people import add_person
from core.actor import Role, local_admin
from core.config import load_config
from store.db import open_store
from store.grants import grants, people
from tests.actors import actor_of
from tests.pages.conftest import OpenPage, headline_of, page_html, page_text
from tests.pages.test_audit import press


@pytest.mark.usefixtures("sample_home")
def test_a_person_comes_is_granted_and_goes(open_page: OpenPage) -> None:
    store = open_store(load_config())
    add_person(store, local_admin(), name="root", role="admin")
    test = open_page("people")
    assert headline_of(test) == "One person may sign in, as administrator."
    test.text_input(key="people.new.name").input("wang")
    test.selectbox(key="people.new.role").select("department")
    test.selectbox(key="people.new.department").select_index(0)
    press(test, "Add and invite")
    assert "/set-up/" in page_text(test)
    press(test, "Done")
    assert "/set-up/" not in page_text(test)
    test.selectbox(key="people.one").select_index(1).run()
    test.selectbox(key="people.grant_wang.project").select("SHOP")
    press(test, "Grant a role")
    assert "viewer of SHOP" in page_text(test)
    with store.reading() as session:
        assert people(session)["name"].tolist() == ["root", "wang"]
        assert grants(session)["role"].tolist() == ["admin", "department", "viewer"]


@pytest.mark.usefixtures("empty_home")
def test_without_accounts_it_says_who_rules_and_shows_every_permission(open_page: OpenPage) -> None:
    test = open_page("people", "zh")
    assert headline_of(test) == "还没有任何账号。"
    assert "各角色的权限" in page_text(test)
    assert "查看化名对应的人" in page_text(test)


@pytest.mark.usefixtures("sample_home")
def test_the_first_administrator_reads_why_pages_are_not_theirs_until_somebody_leads(
    open_page: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = open_store(load_config())
    add_person(store, local_admin(), name="root", role="admin")
    monkeypatch.setattr("pages.components.data.real_actor", lambda: replace(actor_of(Role.ADMIN), name="root"))
    told = "nobody is one yet"
    assert told in page_html(open_page("overview"))
    assert "还没有人担任" in page_html(open_page("overview", "zh"))
    assert "python fortnight.py users grant root --role lead" in page_html(open_page("people"))
    add_person(store, local_admin(), name="wang", role="lead")
    assert told not in page_html(open_page("overview"))
    assert "users grant root" in page_html(open_page("people"))
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor_of(Role.ADMIN, Role.LEAD))
    assert "users grant" not in page_html(open_page("people"))
