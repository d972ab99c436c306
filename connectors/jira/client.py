"""Requests to one Jira: authenticated by the `jira` package, everything else ours: limits, retries, time-outs, refusals."""

import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Any, TypeVar

from connectors.jira.answers import MAX_MEGABYTES, Answer, Dropped, judge, read_body, retry_after_seconds, said_by
from connectors.jira.credential import Credential
from connectors.jira.failures import Cancelled, failure
from connectors.jira.settings import Settings
from connectors.jira.throttle import Throttle

if TYPE_CHECKING:
    import requests

T = TypeVar("T")
Params = Mapping[str, str | int | bool]
LOOK_SECONDS = 0.1  # how long a wait goes on before it looks whether it was cancelled
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 30.0
_UNAVAILABLE = (500, 502, 503, 504)


class Client:
    """One account's connection to one Jira. No request is sent before the first `get` or `post`.

    Args: settings; credential; sleep and clock, replaced by tests; on_request, told after every request (method, path,
    status or None, seconds); is_cancelled, asked often: a true answer stops within a request.

    Attributes: requests, how many were sent, repeats included.
    """

    def __init__(
        self,
        settings: Settings,
        credential: Credential,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        on_request: Callable[[str, str, int | None, float], None] | None = None,
        is_cancelled: Callable[[], bool] | None = None,
    ) -> None:
        self.settings = settings
        self.requests = 0
        self.is_cancelled = is_cancelled
        self._sleep, self._clock, self._on_request = sleep, clock, on_request
        self._session = _session(settings, credential)
        self._throttle = Throttle(settings.connections, clock)
        self._pool: ThreadPoolExecutor | None = None
        self._inside = threading.local()  # set in the pool's own threads
        self._lock = threading.Lock()
        self._jitter = random.Random()

    def __repr__(self) -> str:
        return f"Client({self.settings.url!r})"

    def __enter__(self) -> "Client":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End what is under way and give the connections back."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
            self._pool = None
        self._session.close()

    # ------------------------------------------------------------ one request

    def get(self, path: str, params: Params | None = None) -> bytes:
        """The JSON at a path, as bytes that were checked to be whole. Raises: JiraError, Cancelled."""
        return self._ask("GET", path, params, None).body

    def post(self, path: str, json: Mapping[str, Any]) -> bytes:
        """The JSON that answers a question, as checked bytes. Only for questions: a repeat must change nothing."""
        return self._ask("POST", path, None, json).body

    def get_json(self, path: str, params: Params | None = None) -> Any:
        """As `get`, already read."""
        return self._ask("GET", path, params, None).value

    def post_json(self, path: str, json: Mapping[str, Any]) -> Any:
        """As `post`, already read."""
        return self._ask("POST", path, None, json).value

    # ------------------------------------------------------------ many requests

    def map_ordered(self, calls: Iterable[Callable[[], T]]) -> Iterator[T]:
        """The results of calls in their order, up to `settings.connections` under way at once.

        At most twice as many are begun before their result is taken, so memory stays bounded however many follow.
        Raises: what a call raises, at its place; Cancelled.
        """
        under_way: deque[Future[T]] = deque()
        try:
            for call in calls:
                under_way.append(self._begin(call))
                if len(under_way) >= 2 * self.settings.connections:
                    yield self._result(under_way.popleft())
            while under_way:
                yield self._result(under_way.popleft())
        finally:
            for left in under_way:
                left.cancel()

    def _begin(self, call: Callable[[], T]) -> Future[T]:
        def run() -> T:
            self._inside.yes = True
            return call()

        if self._pool is None:
            self._pool = ThreadPoolExecutor(self.settings.connections, thread_name_prefix="jira")
        return self._pool.submit(run)

    def _result(self, future: Future[T]) -> T:
        while True:
            self._look()
            try:
                return future.result(timeout=LOOK_SECONDS if self.is_cancelled else None)
            except NotYet:
                if future.done():  # the call's own time-out, not ours
                    raise

    def _ask(self, method: str, path: str, params: Params | None, json: Mapping[str, Any] | None) -> Answer:
        if self.is_cancelled is None or getattr(self._inside, "yes", False):
            return self._persist(method, path, params, json)
        return self._result(self._begin(lambda: self._persist(method, path, params, json)))

    # ------------------------------------------------------------ patience

    def _persist(self, method: str, path: str, params: Params | None, json: Mapping[str, Any] | None) -> Answer:
        """Send until it is answered or patience ends: jittered, doubling waits; what the server asks for is obeyed."""
        waited, attempt = 0.0, 0
        while True:
            self._pause(self._throttle.wait_seconds())
            with self._throttle.turn():
                self._look()
                outcome = self._send(method, path, params, json)
            if isinstance(outcome, Answer):
                self._throttle.went_well()
                return outcome
            if outcome.code == "limited":
                self._throttle.slow_down()
            wait = outcome.wait_seconds
            if wait is None:
                wait = min(_FIRST_WAIT * 2**attempt, _LONGEST_WAIT) * self._jitter.uniform(0.5, 1.0)
            waited, attempt = waited + wait, attempt + 1
            if waited > self.settings.patience_seconds or attempt > outcome.most_repeats:
                raise self._given_up(outcome, wait, path)
            if outcome.code == "limited":
                self._throttle.pause(wait)
            else:
                self._pause(wait)

    def _given_up(self, dropped: Dropped, wait: float, path: str) -> Exception:
        host = self.settings.host
        return failure(
            dropped.code, status=dropped.status, host=host, path=path, seconds=round(wait), megabytes=MAX_MEGABYTES
        )

    def _pause(self, seconds: float) -> None:
        left = seconds
        while left > 0:
            self._look()
            step = min(left, LOOK_SECONDS) if self.is_cancelled else left
            self._sleep(step)
            left -= step

    def _look(self) -> None:
        if self.is_cancelled is not None and self.is_cancelled():
            raise Cancelled

    # ------------------------------------------------------------ the wire

    def _send(self, method: str, path: str, params: Params | None, json: Mapping[str, Any] | None) -> Answer | Dropped:
        import requests
        from urllib3.exceptions import HTTPError

        began, status = self._clock(), None
        with self._lock:
            self.requests += 1
        settings = self.settings
        try:
            # The base class's own request: the package's would log, retry, and quote answers in its errors.
            response = requests.Session.request(
                self._session,
                method,
                settings.url + path,
                params=None if params is None else {name: said_by(value) for name, value in params.items()},
                json=json,
                timeout=(settings.connect_seconds, settings.read_seconds),
                allow_redirects=False,  # a redirect must never carry the credential along
                stream=True,
            )
            with response:
                status = response.status_code
                if status == 429 or status in _UNAVAILABLE:
                    code = "limited" if status == 429 else "unavailable"
                    return Dropped(code, status, retry_after_seconds(response.headers))
                if 300 <= status < 400:  # its body is of no use, and `requests` has read it already
                    return judge(response, b"", settings, path)
                body = read_body(response, self._clock, began + settings.request_seconds, self._look)
                return judge(response, body, settings, path)
        except requests.exceptions.SSLError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                raise failure("certificate", host=settings.host) from None
            return Dropped("unreachable", None, most_repeats=4)
        except requests.exceptions.Timeout:
            return Dropped("timeout", None, most_repeats=3)
        except requests.exceptions.ChunkedEncodingError:
            return Dropped("truncated", status)
        except requests.exceptions.ConnectionError:
            return Dropped("unreachable", None, most_repeats=4)
        except (HTTPError, OSError) as error:  # while the body was read, which is urllib3's own business
            return Dropped("timeout" if "timed out" in str(error).lower() else "truncated", status)
        finally:
            if self._on_request is not None:
                self._on_request(method, path, status, self._clock() - began)


def _session(settings: Settings, credential: Credential) -> "requests.Session":
    """The session the `jira` package authenticates; it sends nothing, retries nothing and asks for no server info."""
    from jira import JIRA
    from requests.adapters import HTTPAdapter
    from requests.utils import get_environ_proxies

    # As bytes: requests would encode a Chinese user name as Latin-1 and fail.
    signed: dict[str, Any] = {"token_auth": credential.secret}
    if credential.kind != "token":
        signed = {"basic_auth": ((credential.account or "").encode(), credential.secret.encode())}
    session = JIRA(settings.url, **signed, get_server_info=False, max_retries=0, logging=False)._session
    adapter = HTTPAdapter(pool_connections=1, pool_maxsize=settings.connections, max_retries=0)
    session.mount("https://", adapter)
    session.mount("http://", adapter)
    session.headers["Accept"] = "application/json"
    # What the environment says of proxies and certificates, looked up once and not for every request; nothing else of it
    # counts, least of all another credential from a .netrc.
    session.proxies.update(get_environ_proxies(settings.url))
    session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("CURL_CA_BUNDLE") or True
    session.trust_env = False
    return session
