"""Requests to a Jira when things go wrong: repeated where that helps, refused in words where it does not."""

import logging
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from connectors.jira.answers import retry_after_seconds
from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.failures import Cancelled, JiraError
from connectors.jira.settings import Settings
from core.errors import Kind
from core.reader import Reader
from services.demo_jira.server import Jira, running
from tests.connectors.jira_site import answering, client_of, quiet, say, settings_of

SERVER = "/rest/api/2/serverInfo"
STATUS = "/rest/api/2/status"
SECRET = "s3cret-令牌"
CREDENTIAL = Credential("password", "王芳", SECRET)


@pytest.fixture(scope="module")
def site() -> Iterator[Jira]:
    with running("cloud", issues=60) as jira:
        yield jira


@pytest.fixture
def jira(site: Jira) -> Jira:
    site.clear()
    return site


def caught(client: Client, path: str = STATUS) -> JiraError:
    with pytest.raises(JiraError) as raised:
        client.get(path)
    return raised.value


def said(error: JiraError) -> str:
    """The error in both languages; each part of it has words."""
    both = error.say(Reader("en")) + error.say(Reader("zh"))
    assert any("\u4e00" <= letter <= "\u9fff" for letter in both)
    assert "{" not in both
    assert SECRET not in both
    return both


# ---------------------------------------------------------------- what is repeated


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "truncated", "reset"])
def test_what_passes_by_itself_is_asked_for_again(jira: Jira, kind: str) -> None:
    jira.fault(kind, STATUS, times=2)
    with client_of(jira) as client:
        assert isinstance(client.get_json(STATUS), list)
        assert client.requests == 3
        assert client.waits and all(0 < one <= 30 for one in client.waits)


@pytest.mark.parametrize("kind", ["429", "500", "502", "503", "truncated", "reset"])
def test_what_does_not_pass_is_given_up_and_may_be_tried_later(jira: Jira, kind: str) -> None:
    jira.fault(kind, STATUS, times=50)
    with client_of(jira) as client:
        error = caught(client)
        assert error.kind is Kind.RETRIABLE
        assert sum(client.waits) <= client.settings.patience_seconds
        assert client.requests <= 8
    assert said(error)


def test_the_server_says_how_long_to_wait(jira: Jira) -> None:
    jira.fault("429", STATUS, retry_after="7")
    with client_of(jira) as client:
        client.get(STATUS)
        assert sum(client.waits) == pytest.approx(7, abs=0.5)


def test_retry_after_is_read_as_seconds_as_a_date_and_not_at_all() -> None:
    date = {"Date": "Fri, 20 Nov 2026 09:00:00 GMT", "Retry-After": "Fri, 20 Nov 2026 09:00:30 GMT"}
    assert retry_after_seconds({"Retry-After": "1.5"}) == 1.5
    assert retry_after_seconds(date) == 30
    assert retry_after_seconds({**date, "Retry-After": "Fri, 20 Nov 2026 08:00:00 GMT"}) == 0
    assert retry_after_seconds({"Retry-After": "soon"}) is None
    assert retry_after_seconds({}) is None


def test_an_hours_wait_is_an_error_and_not_an_hours_sleep(jira: Jira) -> None:
    jira.fault("429", STATUS, retry_after="3600")
    with client_of(jira) as client:
        error = caught(client)
        assert client.waits == []
    assert error.code == "limited" and error.kind is Kind.RETRIABLE
    assert "3,600" in said(error)


def test_a_hang_ends_at_the_time_out(jira: Jira) -> None:
    jira.fault("hang", STATUS, seconds=60, times=9)
    settings = settings_of(jira, read_seconds=0.05)
    began = time.monotonic()
    with client_of(jira, settings) as client:
        error = caught(client)
        assert client.requests == 4
    assert error.code == "timeout" and time.monotonic() - began < 10
    jira.fault("hang", STATUS, seconds=60)
    jira.clear()
    with client_of(jira, settings_of(jira)) as client:
        assert client.get(STATUS)


def test_a_slow_drip_ends_at_the_deadline() -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        for _ in range(200):
            try:
                handler.wfile.write(b" ")
                handler.wfile.flush()
            except OSError:
                return
            time.sleep(0.01)

    with answering(drip) as (url, _):
        settings = Settings(url=url, request_seconds=0.05, patience_seconds=0)
        with quiet(settings, CREDENTIAL) as client:
            assert caught(client).code == "timeout"


def test_a_server_that_is_not_there_is_said_so() -> None:
    with quiet(Settings(url="http://127.0.0.1:9"), CREDENTIAL) as client:
        error = caught(client)
    assert error.code == "unreachable" and error.kind is Kind.RETRIABLE
    assert "127.0.0.1:9" in said(error)


# ---------------------------------------------------------------- what is refused at once


@pytest.mark.parametrize(
    ("kind", "code"),
    [("html", "html"), ("login", "login_page"), ("401", "expired"), ("403", "forbidden"), ("404", "not_found")],
)
def test_what_no_repeat_would_mend_is_refused_at_once(jira: Jira, kind: str, code: str) -> None:
    jira.fault(kind, STATUS)
    with client_of(jira) as client:
        error = caught(client)
        assert (error.code, error.kind, client.requests, client.waits) == (code, Kind.FATAL, 1, [])
    assert jira.url.removeprefix("http://") in said(error)
    assert error.next is not None


def test_an_expired_token_says_what_to_do(jira: Jira) -> None:
    with quiet(settings_of(jira), Credential("cloud", jira.account, SECRET)) as client:
        error = caught(client, "/rest/api/2/myself")
    assert error.code == "expired"
    assert "new token" in said(error)


def test_the_credential_never_goes_to_another_host() -> None:
    with (
        answering(lambda handler: say(handler, b"{}")) as (elsewhere, strangers),
        answering(lambda handler: say(handler, b"", 302, Location=f"{elsewhere}/rest")) as (url, seen),
        quiet(Settings(url=url), CREDENTIAL) as client,
    ):
        error = caught(client)
    assert error.code == "redirect" and elsewhere in said(error)
    assert strangers == [] and len(seen) == 1


@pytest.mark.parametrize(
    ("status", "headers", "code"),
    [
        (302, {"Location": "/login.jsp?os_destination=%2Frest"}, "login_page"),
        (302, {"Location": "https://127.0.0.1/rest"}, "redirect"),
        (403, {"X_Seraph_LoginReason": "AUTHENTICATION_DENIED"}, "captcha"),
        (403, {"X_Authentication_Denied_Reason": "CAPTCHA_CHALLENGE; login-url=http://jira/login.jsp"}, "captcha"),
        (200, {"X_Seraph_LoginReason": "AUTHENTICATED_FAILED"}, "expired"),
        (410, {}, "gone"),
        (400, {}, "bad_request"),
    ],
)
def test_answers_that_only_their_headers_explain(status: int, headers: dict[str, str], code: str) -> None:
    body = b'{"errorMessages": ["\xe9\xa1\xb9\xe7\x9b\xae does not exist"], "errors": {}}'
    with (
        answering(lambda handler: say(handler, body, status, **headers)) as (url, _),
        quiet(Settings(url=url), CREDENTIAL) as client,
    ):
        error = caught(client)
        assert client.requests == 1
    assert error.code == code
    assert said(error)
    assert ("项目 does not exist" in str(error)) == (code == "bad_request")


@pytest.mark.parametrize("body", [b'{"a": [1, 2', b"", b"[NaN", b"\xff\xfe", b"[" * 100_000])
def test_an_answer_that_is_no_json_is_no_data(body: bytes) -> None:
    with answering(lambda handler: say(handler, body)) as (url, _), quiet(Settings(url=url), CREDENTIAL) as client:
        assert caught(client).code == "malformed"


def test_half_a_surrogate_pair_is_shown_as_such_and_nothing_is_lost() -> None:
    body = b'{"a": "x\\ud800y", "b": "\\u0000"}'
    with answering(lambda handler: say(handler, body)) as (url, _), quiet(Settings(url=url), CREDENTIAL) as client:
        assert client.get_json(STATUS)["a"] == "x\N{REPLACEMENT CHARACTER}y"
        assert b"\xef\xbf\xbd" in client.get(STATUS)


# ---------------------------------------------------------------- secrets, addresses


def test_the_secret_is_in_no_repr_error_or_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    assert SECRET not in repr(CREDENTIAL)
    assert Credential.from_bytes(CREDENTIAL.to_bytes()) == CREDENTIAL
    with pytest.raises(ValueError, match="cannot be read") as raised:
        Credential.from_bytes(SECRET.encode())
    assert SECRET not in str(raised.value)
    with (
        answering(lambda handler: say(handler, b"{}", 401)) as (url, seen),
        quiet(Settings(url=url), CREDENTIAL) as client,
    ):
        assert SECRET not in repr(client)
        assert SECRET not in said(caught(client))
        assert SECRET not in seen[0].path
    assert SECRET not in caplog.text


def test_a_user_name_of_any_script_signs_in() -> None:
    import base64

    with answering(lambda handler: say(handler, b"{}")) as (url, seen), quiet(Settings(url=url), CREDENTIAL) as client:
        client.get(STATUS)
        kind, _, value = seen[0].headers["Authorization"].partition(" ")
    assert (kind, base64.b64decode(value).decode()) == ("Basic", f"王芳:{SECRET}")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://x.atlassian.net/jira/software/projects/SHOP/boards/1", "https://x.atlassian.net"),
        ("jira.example.test/", "https://jira.example.test"),
        ("http://h:8080/jira/secure/Dashboard.jspa", "http://h:8080/jira"),
        ("https://h/jira/browse/SHOP-1", "https://h/jira"),
    ],
)
def test_an_address_is_kept_without_the_page_it_was_copied_from(given: str, kept: str) -> None:
    assert Settings(url=given).url == kept


@pytest.mark.parametrize("given", ["file:///etc/passwd", "ftp://h", "https://user:word@h", "", "https://"])
def test_other_addresses_are_refused(given: str) -> None:
    with pytest.raises(ValueError, match="an address"):
        Settings(url=given)


def test_plain_http_warns_except_on_this_machine() -> None:
    assert Settings(url="http://127.0.0.1:1").warnings == ()
    assert Settings(url="https://jira.example.test").warnings == ()
    assert "without encryption" in str(Settings(url="http://jira.example.test").warnings[0])


# ---------------------------------------------------------------- many at once


def test_results_come_in_order_and_never_more_at_once_than_allowed(jira: Jira) -> None:
    jira.latency(5)
    begun: list[int] = []

    def call(n: int) -> Any:
        def run() -> int:
            begun.append(n)
            client.get(STATUS)
            return n

        return run

    with client_of(jira, settings_of(jira, connections=3)) as client:
        results = client.map_ordered(call(n) for n in range(20))
        assert next(results) == 0
        assert len(begun) <= 2 * 3
        assert list(results) == list(range(1, 20))
    assert jira.most_at_once == 3


def test_a_rate_limit_halves_what_is_under_way_and_it_recovers(jira: Jira) -> None:
    jira.fault("429", STATUS, times=1, retry_after="1")
    with client_of(jira) as client:
        client.get(STATUS)
        assert client._throttle.limit == 2
        for _ in range(41):
            client.get(STATUS)
        assert client._throttle.limit == 4


def test_an_error_in_one_ends_all_and_a_cancel_stops_within_a_request(jira: Jira) -> None:
    jira.fault("404", STATUS)
    with client_of(jira) as client, pytest.raises(JiraError):
        list(client.map_ordered([lambda: client.get(STATUS)] * 5))
    jira.clear()
    jira.fault("hang", STATUS, seconds=30)
    asked = iter([False, False, True])
    began = time.monotonic()
    client = client_of(jira, settings_of(jira, read_seconds=2), is_cancelled=lambda: next(asked, True))
    with client, pytest.raises(Cancelled):
        client.get(STATUS)
    assert time.monotonic() - began < 1.5
    jira.clear()


def test_nothing_is_asked_before_the_first_request_and_each_is_told(jira: Jira) -> None:
    told: list[tuple[str, str, int | None]] = []
    with client_of(
        jira, on_request=lambda method, path, status, seconds: told.append((method, path, status))
    ) as client:
        assert client.requests == 0
        client.get(SERVER)
        client.post("/rest/api/3/search/approximate-count", {"jql": "project = SHOP"})
    assert told == [("GET", SERVER, 200), ("POST", "/rest/api/3/search/approximate-count", 200)]
    assert jira.requests[0]["path"] == SERVER
