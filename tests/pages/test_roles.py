"""Every page against every role: who is given it, and that nothing stands on it which its reader may not see."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from access.masking import PSEUDONYM
from access.permissions import MATRIX, READING, Permission, may
from actions.people import add_person
from core.actor import EVERYTHING, Actor, Granted, Role, local_admin
from core.config import load_config
from pages.components.navigation import page_files
from store.audit_log import Search, found
from store.db import open_store
from store.frames import feedback as feedback_frame
from store.frames import kpis as kpi_frame
from store.frames import work_items
from store.migrate import born_marker
from store.personal import names
from tests.actors import actor_of
from tests.pages.conftest import CLOCKS, PAGE_SECONDS, SHELL, TODAY

ALL = set(Role) - {Role.GUEST, Role.WRITER}
# Each page and the roles that are given it. A new page needs its line here.
PAGES: dict[str, set[Role]] = {
    "overview": ALL,
    "demo": ALL - {Role.DEPARTMENT},
    "present": {Role.LEAD},
    "reports": {Role.LEAD, Role.LEADER},
    "churn": ALL,
    "kpi": ALL,
    "feedback": ALL,
    "data": {Role.ADMIN, Role.LEAD, Role.LEADER, Role.AUDITOR},
    "settings": {Role.ADMIN},
    "people": {Role.ADMIN},
    "audit": {Role.ADMIN, Role.AUDITOR},
}
STAFF = ("王芳", "李雷", "Anna Berg")  # people of the sample


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, _sample_database: Path) -> Iterator[Path]:
    """One home with the sample for the whole module; nothing here changes it but a person and a look."""
    folder = tmp_path_factory.mktemp("roles")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FORTNIGHT_HOME", str(folder))
        config = load_config()
        shutil.copyfile(_sample_database, config.sqlite_path)
        born_marker(config).touch()
        add_person(open_store(config), local_admin(), name="wang", role="department", reach_department="nowhere")
        for name in CLOCKS[:1] + CLOCKS[2:]:  # one minute, so that roles of one reach share what is cached
            patched.setattr(name, lambda: TODAY)
        yield folder
    st.cache_resource.clear()


@pytest.fixture(autouse=True)
def _at_home(home: Path, _home: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the fixture that gives each test a home of its own."""
    monkeypatch.setenv("FORTNIGHT_HOME", str(home))


def opened(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The shell as this actor has it."""
    monkeypatch.setattr("pages.components.data.real_actor", lambda: actor)
    test = AppTest.from_file(str(SHELL), default_timeout=PAGE_SECONDS)
    test.query_params["lang"] = "en"
    return test.run()


def every_page(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, str]]:
    """Each page that is listed for the actor, run once, and everything that it sent."""
    test = opened(actor, monkeypatch)
    for page in page_files():
        if may(actor, Permission(page.permission)):
            test.switch_page(f"../{page.path.name}").run()
            assert not test.exception, (page.address, [one.value for one in test.exception])
            yield page.address, sent(test)


def sent(test: AppTest) -> str:
    """Everything that a page sends to its browser: text, labels, options, tables, charts."""
    return b"\n".join(_bytes(node) for node in _nodes(test._tree)).decode("utf-8", "replace")


def _nodes(node: Any) -> Iterator[Any]:
    for child in getattr(node, "children", {}).values():
        yield child
        yield from _nodes(child)


def _bytes(node: Any) -> bytes:
    proto = getattr(node, "proto", None)
    return bytes(proto.SerializeToString()) if proto is not None and hasattr(proto, "SerializeToString") else b""


def test_every_page_stands_in_the_matrix() -> None:
    assert {page.address for page in page_files()} == set(PAGES)


@pytest.mark.parametrize("role", list(Role), ids=str)
def test_a_role_is_given_its_pages_and_no_other(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    given = {page.address for page in page_files() if Permission(page.permission) in MATRIX[role]}
    assert given == {name for name, roles in PAGES.items() if role in roles}
    shown = dict(every_page(actor_of(role), monkeypatch))
    assert set(shown) == given
    for name, told in shown.items():
        assert "fn-head" in told or "fn-empty" in told, name


def test_a_page_that_is_not_given_does_not_run_by_its_address(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(actor_of(Role.VIEWER), monkeypatch)
    with pytest.raises(ValueError, match="navigation page"):
        test.switch_page("../9_audit.py")
    assert "Audit log" not in sent(test)


@pytest.mark.parametrize("role", sorted(READING), ids=str)
def test_what_one_may_not_see_does_not_exist(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same pages for somebody whose grant covers another project and department: not a key, a title or a name of it."""
    store = open_store(load_config())
    with store.reading() as session:
        hidden = [str(one) for one in work_items(session, EVERYTHING, 1)["title"].head(40)]
        hidden += kpi_frame(session, EVERYTHING)["name"].tolist()
        hidden += [str(one) for one in feedback_frame(session, EVERYTHING)["text"].dropna().head(40)]
    store.engine.dispose()
    hidden += ["SHOP-", *STAFF, "Intake Sprint"]
    elsewhere = Actor("x", (Granted(role, frozenset({"ELSEWHERE"}), frozenset({"elsewhere"})),))
    if role is not Role.ADMIN:
        elsewhere = Actor("x", (*elsewhere.grants, Granted(Role.LEAD, frozenset({"ELSEWHERE"}))))
    for name, told in every_page(elsewhere, monkeypatch):
        assert [one for one in hidden if one in told] == [], name


def test_a_department_that_reads_no_sprint_finds_what_it_has_to_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = Actor("wang", (Granted(Role.DEPARTMENT, None, frozenset({"运营部 Operations"})),))
    test = opened(asked, monkeypatch)
    test.switch_page("../3_churn.py").run()
    told = sent(test)
    assert "wait for a decision" in told or "waits for a decision" in told
    assert [one.label for one in test.button if one.label == "Sign"] == ["Sign"]
    assert "No sprint has come in yet" not in told and "Connect your Jira" not in told

    nothing_asked = Actor("wang", (Granted(Role.DEPARTMENT, None, frozenset({"elsewhere"})),))
    test = opened(nothing_asked, monkeypatch)
    test.switch_page("../3_churn.py").run()
    told = sent(test)
    assert "No change request waits for a decision." in told and "Connect your Jira" not in told


def test_an_auditor_reads_pseudonyms_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for name, told in every_page(actor_of(Role.AUDITOR), monkeypatch):
        if name != "audit":  # who acted is named there
            assert [one for one in STAFF if one in told] == [], name
        seen |= set(PSEUDONYM.findall(told))
    assert len(seen) >= 3
    with open_store(load_config()).reading() as session:
        assert set(STAFF) <= set(names(session))


def test_what_an_auditor_read_is_not_what_a_leader_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same caches, one after the other: the reach and the masking are part of every key."""
    for role, is_named in ((Role.LEADER, True), (Role.AUDITOR, False), (Role.LEADER, True)):
        test = opened(actor_of(role), monkeypatch)
        test.switch_page("../3_churn.py").run()
        told = sent(test)
        assert any(one in told for one in STAFF) is is_named


def test_an_admin_sees_as_somebody_else_read_only_marked_and_one_click_back(monkeypatch: pytest.MonkeyPatch) -> None:
    test = opened(actor_of(Role.ADMIN), monkeypatch)
    test.switch_page("../8_people.py").run()
    next(one for one in test.button if one.label == "See as this person").click().run()
    assert "You see the pages as wang does. Nothing can be changed." in sent(test)
    assert "Send" not in [one.label for one in test.button]
    test.switch_page("../5_feedback.py").run()
    assert "You see the pages as wang does" in sent(test)
    test.button(key="shell.be_oneself").click().run()
    assert "You see the pages as" not in sent(test)
    with open_store(load_config()).reading() as session:
        newest = found(session, Search(action="see_as"), 1)
    assert newest["subject"].tolist() == ["person wang"]
