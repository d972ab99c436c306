"""Sign-in as a browser meets it: forms, cookies, guessing, links, second factors, and what the log says of each."""

import re
import statistics
import time
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import segno

from access import passwords
from access.passwords import totp_address
from access.sessions import token_hash
from actions import accounts, people
from actions.settings import house_settings
from actions.sign_in import Browser as From
from actions.sign_in import WrongPassword, sign_in
from core.actor import local_admin
from core.errors import FortnightError, Invalid
from core.i18n import Text
from services.sign_in.door import check_secret
from services.sign_in.serving import first_link, settle
from store.db import Store
from store.read import rows_where
from store.tables import PasswordRecord, SetUpLink, SignInSession
from tests.actions.shop import audit_log
from tests.services.doors import BASE, COSTLY, PASSWORD, Front, cheap_passwords  # noqa: F401 - a fixture


@pytest.fixture
def front(sqlite_store: Store) -> Front:
    people.add_person(
        sqlite_store, local_admin(), name="Wang", role="lead", project="SHOP", password=PASSWORD, display_name="王芳"
    )
    return Front(sqlite_store)


# ---------------------------------------------------------------- in and out


@pytest.mark.parametrize(("lang", "title"), [("en", "Sign in"), ("zh", "登录")])
def test_the_form_is_read_in_both_languages_and_leads_back(front: Front, lang: str, title: str) -> None:
    browser = front.browser("192.0.2.7", lang)
    page = browser.get("/sign-in?next=/kpi")
    assert f"<h1>{title}</h1>" in page.text and f'lang="{lang}"' in page.text and "<script" not in page.text
    assert browser.get("/sign-in/style.css").headers["content-type"].startswith("text/css")
    answer = browser.sign_in(
        "ＷＡＮＧ ", path="/sign-in?next=/kpi%3Fa%3D1"
    )  # one form of a name, as keyboards write it
    assert (answer.status_code, answer.headers["location"]) == (303, "/kpi?a=1")
    assert browser.who == "wang"
    assert front.log()[-1] == ("wang", "sign_in", "person wang", "192.0.2.7")


def test_the_cookie_is_random_hidden_from_scripts_and_stored_hashed(front: Front) -> None:
    browser = front.browser()
    set_cookie = browser.sign_in("wang").headers["set-cookie"]
    assert (
        "HttpOnly" in set_cookie
        and "SameSite=lax" in set_cookie
        and "Path=/" in set_cookie
        and "Domain" not in set_cookie
    )
    token = browser.client.cookies["fortnight_session"]
    with front.store.reading() as session:
        (row,) = rows_where(session, SignInSession)
    assert row.token_sha256 == token_hash(token) and len(token) >= 43
    assert token not in front.store.config.sqlite_path.read_bytes().decode("latin-1")


def test_signing_in_again_rotates_and_ends_the_old_session(front: Front) -> None:
    browser = front.browser()
    browser.sign_in("wang")
    first = browser.client.cookies["fortnight_session"]
    browser.client.cookies.delete("fortnight_session")
    planted = front.browser()
    planted.client.cookies.set("fortnight_session", first, domain="127.0.0.1")
    assert planted.who == "wang"
    form = browser.get("/sign-in").text.split('name="form" value="')[1].split('"')[0]
    browser.client.cookies.set("fortnight_session", first, domain="127.0.0.1")
    browser.client.post(
        "/sign-in", data={"form": form, "name": "wang", "password": PASSWORD}, headers={"Origin": "http://127.0.0.1"}
    )
    assert browser.client.cookies["fortnight_session"] != first and planted.who == ""


def test_signing_out_ends_the_session_and_another_site_cannot(front: Front) -> None:
    browser = front.browser()
    browser.sign_in("wang")
    token = browser.client.cookies["fortnight_session"]
    assert "<form" in browser.get("/sign-out", **{"Sec-Fetch-Site": "cross-site"}).text and browser.who == "wang"
    assert browser.send("/sign-out", origin="http://evil.test").status_code == 403 and browser.who == "wang"
    clicked = {
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-User": "?1",
    }
    for name, other in (
        ("Site", "same-site"),
        ("Mode", "no-cors"),
        ("Dest", "image"),
        ("Dest", "iframe"),
        ("User", ""),
    ):
        asked = browser.get("/sign-out", **{**clicked, f"Sec-Fetch-{name}": other})
        assert "<form" in asked.text and browser.who == "wang", (name, other)
    answer = browser.get("/sign-out", **clicked)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?out=1")
    browser.client.cookies.set("fortnight_session", token, domain="127.0.0.1")  # a kept copy opens nothing
    assert browser.who == "" and front.log()[-1][1] == "sign_out"


@pytest.mark.parametrize(
    "onward", ["https://evil.test", "//evil.test", "/\\evil.test", "javascript:alert(1)", "/%0d%0aX:y"]
)
def test_nobody_is_led_to_another_site(front: Front, onward: str) -> None:
    location = front.browser().sign_in("wang", path=f"/sign-in?next={onward}").headers["location"]
    assert location.startswith("/") and "evil.test" not in location.split("?")[0] and "\n" not in location


@pytest.mark.parametrize(
    "onward", ["/sign-out", "/sign-out?x=1", "/%2573ign-out", "/a/%252e%252e/sign-out", "/./sign-out"]
)
def test_signing_in_does_not_lead_straight_out_again(front: Front, onward: str) -> None:
    assert front.browser().sign_in("wang", path=f"/sign-in?next={onward}").headers["location"] == "/"


def test_a_form_needs_its_own_token_and_origin(front: Front) -> None:
    browser = front.browser()
    fields = {"name": "wang", "password": PASSWORD}
    own = {"Origin": "http://127.0.0.1"}
    assert browser.client.post("/sign-in", data=fields, headers=own).status_code == 403
    assert browser.send("/sign-in", origin=None, **fields).status_code == 403
    assert browser.send("/sign-in", origin="http://evil.test", **fields).status_code == 403
    assert browser.client.post("/sign-in", data={**fields, "form": "x" * 30}, headers=own).status_code == 403
    assert browser.send("/sign-in", **fields, more="x" * 20_000).status_code == 403
    assert browser.who == ""


# ---------------------------------------------------------------- guessing


def test_wrong_names_and_wrong_passwords_get_the_same_answer_in_the_same_time(
    sqlite_store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_HASHER", COSTLY[0])
    monkeypatch.setattr(passwords, "_NOBODYS", COSTLY[1])
    people.add_person(sqlite_store, local_admin(), name="wang", role="lead", password=PASSWORD)
    front = Front(sqlite_store)
    people.add_person(front.store, local_admin(), name="gone", role="viewer", password=PASSWORD)
    people.disable_person(front.store, local_admin(), name="gone")
    answers, seconds = {}, {}
    for name, password in (
        ("wang", "wrong password"),
        ("nobody here", "wrong password"),
        ("gone", PASSWORD),
        ("a:b", PASSWORD),
    ):
        answer = front.browser().sign_in(name, password)
        answers[name] = (answer.status_code, answer.text.split("</h1>")[1].split("<form")[0])
        took = []
        for _ in range(2):
            began = time.process_time()
            with pytest.raises(WrongPassword):
                sign_in(front.store, From(front.policy), name=name, password=password)
            took.append(time.process_time() - began)
        seconds[name] = statistics.median(took)
    assert len(set(answers.values())) == 1 and answers["wang"][0] == 403
    assert max(seconds.values()) < 2 * min(seconds.values()), seconds


def test_a_guesser_is_slowed_down_and_nobody_is_locked_out(front: Front) -> None:
    guesser = front.browser("198.51.100.1")
    codes = [guesser.sign_in("wang", f"guess number {n}").status_code for n in range(6)]
    assert codes == [403] * 5 + [429]
    slowed = guesser.sign_in("wang", PASSWORD)
    assert slowed.status_code == 429 and int(slowed.headers["retry-after"]) >= 1
    assert guesser.sign_in("ＷＡＮＧ ", PASSWORD).status_code == 429  # the same account, typed otherwise
    assert front.browser("203.0.113.5").sign_in("wang").status_code == 303
    front.seconds += 2
    assert guesser.sign_in("wang", PASSWORD).status_code == 303
    tried = [entry for entry in front.log() if entry[1] == "sign_in_failed"]
    assert tried == [("nobody", "sign_in_failed", "person wang", "198.51.100.1")] * 5


def test_a_failed_sign_in_is_logged_without_what_was_typed(front: Front) -> None:
    front.browser().sign_in("hunter2 hunter2", "secret word")  # a password typed into the name's field
    entry = audit_log(front.store)[-1]
    assert (entry.action, entry.subject, entry.after) == (
        "sign_in_failed",
        "a name without an account",
        {"wrong": "password"},
    )
    assert "hunter2" not in repr(audit_log(front.store)) and "secret word" not in repr(audit_log(front.store))


# ---------------------------------------------------------------- first administrator, invitations


@pytest.mark.parametrize(("lang", "title"), [("en", "Make the first administrator"), ("zh", "创建首位管理员")])
def test_the_first_link_makes_the_administrator_once(sqlite_store: Store, lang: str, title: str) -> None:
    front = Front(sqlite_store)
    link = first_link(sqlite_store, front.policy, "")
    assert link is not None
    browser = front.browser("192.0.2.9", lang)
    assert f"<h1>{title}</h1>" in browser.get(link).text
    short = browser.send(link, name="li", password="short", again="short")
    other = browser.send(link, name="li", password=PASSWORD, again=PASSWORD + "x")
    assert (short.status_code, other.status_code, browser.who) == (400, 400, "")
    done = browser.send(link, name="李雷", password=PASSWORD, again=PASSWORD)
    assert (done.status_code, browser.who) == (303, "李雷")
    assert front.browser().get(link).status_code == 404
    assert front.browser().send(link, page="/sign-in", name="x", password=PASSWORD, again=PASSWORD).status_code == 404
    assert first_link(sqlite_store, front.policy, "") is None
    assert [entry[1] for entry in front.log()] == ["make_first_link", "use_link", "sign_in"]


def test_on_this_machine_the_first_own_step_makes_the_administrator(sqlite_store: Store) -> None:
    front = Front(sqlite_store, is_forced=False)
    browser = front.browser()
    assert browser.who.startswith("local:") and first_link(sqlite_store, front.policy, "") is None
    assert front.browser("10.0.0.7").get("/set-up").headers["location"] == "/"
    browser.client.headers["accept-language"] = "zh-CN"
    done = browser.send("/set-up?next=/data", name="li", password=PASSWORD, again=PASSWORD)
    assert (done.headers["location"], browser.who) == ("/data", "li")
    assert front.browser().who == ""  # from now on people sign in
    with sqlite_store.reading() as session:
        assert house_settings(session).language == "zh"  # reports that come by themselves are read by who set it up
    assert (
        front.browser().send("/set-up", page="/sign-in", name="x", password=PASSWORD, again=PASSWORD).status_code == 303
    )
    assert front.log()[0][0].startswith("local:") and front.log()[0][1] == "make_first_admin"


def test_who_is_invited_is_greeted_by_name_and_told_how_they_sign_in(front: Front) -> None:
    people.add_person(front.store, local_admin(), name="lilei", display_name="李雷")
    token = people.invite_person(front.store, local_admin(), name="lilei")
    said = front.browser().get(f"/set-up/{token}?lang=zh").text
    assert "李雷" in said and "lilei" in said


def test_an_invitation_works_once_expires_and_resets(front: Front) -> None:
    browser, admin = front.browser(), local_admin()
    first = people.invite_person(front.store, admin, name="wang")
    second = people.invite_person(front.store, admin, name="wang")
    assert browser.get(f"/set-up/{first}").status_code == 404  # the newer one counts
    old = front.browser()
    old.sign_in("wang")
    assert browser.send(f"/set-up/{second}", password="another good one", again="another good one").status_code == 303
    assert (browser.who, old.who) == ("wang", "")
    assert front.browser().sign_in("wang").status_code == 403
    assert browser.get(f"/set-up/{second}").status_code == 404
    late = people.invite_person(front.store, admin, name="wang", at=datetime.now(UTC) - timedelta(days=4))
    assert browser.get(f"/set-up/{late}").status_code == 404
    with front.store.reading() as session:
        kept = rows_where(session, SetUpLink)
    assert {row.token_sha256 for row in kept} == {token_hash(second), token_hash(late)}


# ---------------------------------------------------------------- one's own account


def test_changing_the_password_ends_the_other_sessions(front: Front) -> None:
    here, there = front.browser(), front.browser()
    here.sign_in("wang")
    there.sign_in("wang")
    fields = {"password": "four green parrots", "again": "four green parrots"}
    assert "is wrong" in here.send("/account/password", page="/account", old="not it", **fields).text
    assert there.who == "wang"
    assert "is changed" in here.send("/account/password", page="/account", old=PASSWORD, **fields).text
    assert (here.who, there.who) == ("wang", "")
    assert front.browser().sign_in("wang", "four green parrots").status_code == 303
    assert "change_password" in {entry[1] for entry in front.log()}


def test_a_second_factor_asks_for_a_code_that_works_once(front: Front) -> None:
    browser = front.browser()
    browser.sign_in("wang")
    secret = browser.get("/account").text.split('name="secret" value="')[1].split('"')[0]
    app = pyotp.TOTP(secret)
    squares = segno.make(totp_address(secret, "wang"), error="m").svg_inline(
        scale=5, border=4, dark="#000", light="#fff"
    )
    path = re.findall(r'<path[^>]* d="([^"]+)"', squares)[-1]
    assert path not in browser.get("/account").text  # another key each time
    wrong = browser.send("/account/totp", page="/account", secret=secret, code="000000", password=PASSWORD)
    assert "does not fit" in wrong.text and path in wrong.text and "<title>QR code of the key</title>" in wrong.text
    assert "src=" not in wrong.text.split('class="qr"')[1]  # drawn here, asked of nobody
    assert (
        "From now on"
        in browser.send("/account/totp", page="/account", secret=secret, code=app.now(), password=PASSWORD).text
    )
    with front.store.reading() as session:
        (record,) = rows_where(session, PasswordRecord)
    assert record.totp_ciphertext is not None and secret.encode() not in record.totp_ciphertext
    asked = front.browser().sign_in("wang")
    assert asked.status_code == 403 and 'name="code"' in asked.text
    at = datetime.now(UTC) + timedelta(seconds=60)
    given = {"name": "wang", "password": PASSWORD, "at": at}
    with pytest.raises(WrongPassword):
        sign_in(front.store, From(front.policy), code=app.at(at + timedelta(minutes=5)), **given)
    assert sign_in(front.store, From(front.policy), code=app.at(at), **given)
    with pytest.raises(WrongPassword):
        sign_in(front.store, From(front.policy), code=app.at(at), **given)
    assert "No code" in browser.send("/account/totp-off", page="/account", password=PASSWORD).text
    assert front.browser().sign_in("wang").status_code == 303


def test_passwords_that_are_guessed_at_once_are_refused(front: Front) -> None:
    for password in ("short", "aaaaaaaaaaaaa", "1234567890", "abcdefghijkl", "wang wang 2026", "x" * 300):
        with pytest.raises(Invalid):
            people.add_person(
                front.store, local_admin(), name="wang2", role="viewer", password=password.replace("wang", "wang2")
            )


# ---------------------------------------------------------------- serving


def test_serving_beyond_this_machine_needs_a_secret_of_its_own() -> None:
    good = "kX9w_" * 2 + "2mQ7vR4tB8nL1pZ6cD3fH5jG0sA"
    check_secret("127.0.0.1", {})
    for given in ("", "change-me-change-me-change-me-change-me", "kX9w", "a" * 64, "my-sample-" + good):
        with pytest.raises(FortnightError, match="FORTNIGHT_SECRET"):
            check_secret("0.0.0.0", {"FORTNIGHT_SECRET": given})
    environ = {"FORTNIGHT_SECRET": good}
    with pytest.raises(FortnightError, match="its own name"):
        settle("0.0.0.0", is_required=False, environ=dict(environ))
    policy = settle("192.0.2.1", is_required=False, environ=environ)
    assert policy.is_forced and "192.0.2.1" in policy.hosts and environ["FORWARDED_ALLOW_IPS"] == ""
    assert not settle("127.0.0.1", is_required=False, environ={}).is_forced
    assert settle("127.0.0.1", is_required=True, environ={}).is_forced


def test_an_own_store_without_an_administrator_locks_nobody_out(sqlite_store: Store) -> None:
    from tests.actions.shop import seed

    seed(sqlite_store)  # imported from the shell: one's own data, and no account yet
    front = Front(sqlite_store, is_forced=False)
    assert front.browser().who == ""
    link = first_link(sqlite_store, front.policy, "")
    assert (
        link is not None and front.browser().send(link, name="li", password=PASSWORD, again=PASSWORD).status_code == 303
    )


def test_health_is_bare_and_open_paths_hold_nothing_else(front: Front) -> None:
    stranger, wang = front.browser(), front.browser()
    wang.sign_in("wang")
    assert (stranger.get("/healthz").json(), wang.get("/healthz").json()["schema"]) == ({"status": "ok"}, "0002")
    for path in ("/sign-in/else", "/set-up/a/b", "/webhook/x", "/language/en/x"):
        assert (stranger.get(path).status_code, stranger.get(path).text) == (404, "There is nothing here."), path
    for path in ("/sign-in", "/healthz", "/set-up", "/webhook/", "/audience/x"):
        for method in ("OPTIONS", "PROPFIND", "DELETE"):  # what follows there would be Streamlit's own answer
            answer = stranger.client.request(method, path, headers={"Origin": BASE})
            assert (answer.status_code, answer.text) == (404, "There is nothing here."), (method, path)


def test_errors_are_told_in_the_readers_language(front: Front) -> None:
    assert "账号或密码不正确" in front.browser(lang="zh").sign_in("wang", "x").text
    assert str(Text("Name or password is wrong.")) in front.browser().sign_in("wang", "x").text
    assert accounts.has_totp(front.store, _signed_in(front)) is False


def _signed_in(front: Front) -> object:
    from access.sessions import Sessions

    token = sign_in(front.store, From(front.policy), name="wang", password=PASSWORD)
    return Sessions(lambda: front.store, front.policy).find(token)
