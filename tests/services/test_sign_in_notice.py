"""A link to an account that somebody has already: how an administrator could become that person, and how it comes out."""

import pyotp
import pytest

from actions import people
from core.actor import Actor, Role
from services.sign_in import notice
from store.db import Store
from tests.actions.shop import audit_log
from tests.services.doors import PASSWORD, Browser, Front, cheap_passwords  # noqa: F401 - a fixture

ADMIN = Actor.with_roles("zhao", [Role.ADMIN], projects=None, departments=None)
NEW = {"password": "another good one", "again": "another good one"}


@pytest.fixture
def front(sqlite_store: Store) -> Front:
    people.add_person(sqlite_store, ADMIN, name="wang", role="leader", password=PASSWORD)
    return Front(sqlite_store)


def entered(browser: Browser, password: str = PASSWORD) -> str:
    """Where somebody is led who signs in, having signed out."""
    browser.send("/sign-out", page="/account")
    answer = browser.sign_in("wang", password, path="/sign-in?next=/kpi")
    assert answer.status_code == 303
    return str(answer.headers["location"])


def test_whoever_takes_an_account_over_by_a_link_cannot_hush_it(front: Front) -> None:
    wang, admin = front.browser("192.0.2.1"), front.browser("198.51.100.66")
    assert entered(wang) == "/kpi" and wang.who == "wang"
    link = people.invite_person(front.store, ADMIN, name="wang")
    assert wang.who == ""  # signed out, which shows at once
    taken = admin.send(f"/set-up/{link}", **NEW)
    assert admin.who == "wang" and taken.headers["location"].startswith(notice.PAGE)
    admin.get(taken.headers["location"])  # the intruder reads it, and it is not gone for the person
    assert front.browser("192.0.2.1").sign_in("wang").status_code == 403

    second = people.invite_person(front.store, ADMIN, name="wang")
    back = wang.send(f"/set-up/{second}", password=PASSWORD, again=PASSWORD)
    assert back.headers["location"].startswith(notice.PAGE)
    told = wang.get(back.headers["location"]).text
    assert told.count("zhao made a link to set your password") == 2 and "from 198.51.100.66" in told
    assert 'href="/"' in told and "<script" not in told
    assert wang.get(back.headers["location"]).status_code == 303  # told once
    assert entered(wang) == "/kpi"
    elsewhere = front.browser()
    assert entered(elsewhere) == f"{notice.PAGE}?next=/kpi" and 'href="/kpi"' in elsewhere.get(entered(elsewhere)).text
    steps = [(entry.action, (entry.after or {}).get("had_a_way_in")) for entry in audit_log(front.store)]
    assert steps.count(("invite_person", True)) == 2


def test_a_link_that_nobody_used_is_told_too_in_the_readers_language(front: Front) -> None:
    people.invite_person(front.store, ADMIN, name="wang")
    browser = front.browser(lang="zh")
    told = browser.get(entered(browser)).text
    assert "zhao 创建了为您设置密码的链接" in told and "链接未被使用" in told


def test_who_is_invited_is_told_nothing_of_their_own_invitation(front: Front) -> None:
    people.add_person(front.store, ADMIN, name="li", role="viewer")
    browser = front.browser()
    link = people.invite_person(front.store, ADMIN, name="li")
    assert browser.send(f"/set-up/{link}", **NEW).headers["location"] == "/"
    browser.send("/sign-out", page="/account")
    assert browser.sign_in("li", NEW["password"]).headers["location"] == "/"
    assert "had_a_way_in" not in (audit_log(front.store)[2].after or {})


def test_a_link_takes_the_second_factor_off_and_says_so_in_the_log(front: Front) -> None:
    browser = front.browser()
    browser.sign_in("wang")
    secret = browser.get("/account").text.split('name="secret" value="')[1].split('"')[0]
    browser.send("/account/totp", page="/account", secret=secret, code=pyotp.TOTP(secret).now(), password=PASSWORD)
    browser.send(f"/set-up/{people.invite_person(front.store, ADMIN, name='wang')}", **NEW)
    (used,) = [entry for entry in audit_log(front.store) if entry.action == "use_link"]
    assert (used.after or {})["second_factor"] == "off"


@pytest.mark.parametrize("cookie", ["1", "1.", "1.x", "1.²", "1." + "9" * 40, "2.9999999999999999", "1.1", ""])
def test_a_made_up_memory_is_none(front: Front, cookie: str) -> None:
    people.invite_person(front.store, ADMIN, name="wang")
    with front.store.reading() as session:
        assert len(notice.untold(session, 1, "", cookie)) == 1
        assert notice.untold(session, 1, "", "1.9999999999999999") == []
