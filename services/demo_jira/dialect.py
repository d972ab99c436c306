"""How each flavour of server speaks: its field ids, its times, its people."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from services.demo_jira.cast import PEOPLE

QUARTER = 900_000
_CLOCK = [f"{second // 60:02d}:{second % 60:02d}" for second in range(3600)]
_THOUSANDTHS = [f".{millisecond:03d}" for millisecond in range(1000)]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def from_epoch_ms(at: int) -> datetime:
    """An instant of epoch milliseconds, aware, in UTC."""
    return _EPOCH + timedelta(milliseconds=at)


def to_epoch_ms(at: datetime) -> int:
    """Epoch milliseconds of an aware instant."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class FieldIds:
    """The custom fields that matter, by what they are."""

    sprint: str
    points: str  # "Story Points", of classic projects
    guess: str  # the other estimate: "Story point estimate" on Cloud
    twin: str  # one more field called "Story Points", that nobody fills
    epic: str
    flagged: str
    rank: str
    epic_name: str


CLOUD_FIELDS = FieldIds(
    "customfield_10020", "customfield_10028", "customfield_10016", "customfield_10036",
    "customfield_10014", "customfield_10021", "customfield_10019", "customfield_10011",
)  # fmt: skip
SERVER_FIELDS = FieldIds(
    "customfield_10104", "customfield_10106", "customfield_10207", "customfield_10301",
    "customfield_10101", "customfield_10000", "customfield_10105", "customfield_10102",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Manner:
    """What an operator chose about the server's manners.

    Args: flavour, cloud or data-center; zone, of the account; legacy_sprints, sprints as strings, as old servers give
    them; bulk_created, ms or iso; search_histories, how many histories the search of a Data Center gives (None: all);
    issue_changelog, whether a Data Center has the changelog of one issue as an address of its own.
    """

    flavour: str = "cloud"
    zone: str = "Asia/Shanghai"
    legacy_sprints: bool = False
    bulk_created: str = "ms"
    search_histories: int | None = None
    issue_changelog: bool = False

    @property
    def is_cloud(self) -> bool:
        """Whether it is a Cloud site."""
        return self.flavour == "cloud"

    @property
    def fields(self) -> FieldIds:
        """The ids of its custom fields."""
        return CLOUD_FIELDS if self.is_cloud else SERVER_FIELDS


class Clockwork:
    """Instants as the server writes them, quickly: the slow part is kept per quarter of an hour."""

    def __init__(self, zone: str) -> None:
        self.zone = ZoneInfo(zone)
        self._quarters: dict[int, tuple[str, int, str]] = {}

    def local(self, at: int | None) -> str | None:
        """`2026-11-20T17:00:00.000+0800`: how issues and histories say it."""
        if at is None:
            return None
        quarter, rest = divmod(at, QUARTER)
        known = self._quarters.get(quarter)
        if known is None:
            when = from_epoch_ms(quarter * QUARTER).astimezone(self.zone)
            known = self._quarters[quarter] = (when.strftime("%Y-%m-%dT%H:"), when.minute * 60, when.strftime("%z"))
        second, millisecond = divmod(rest, 1000)
        return known[0] + _CLOCK[known[1] + second] + _THOUSANDTHS[millisecond] + known[2]


@lru_cache(maxsize=4096)
def utc(at: int | None) -> str | None:
    """`2026-11-20T09:00:00.000Z`: how sprints say it."""
    return None if at is None else from_epoch_ms(at).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"


def person(base: str, who: int, is_cloud: bool) -> dict[str, Any]:
    """A person as either flavour shows them; Cloud knows no user names."""
    one = PEOPLE[who]
    shown = {
        "emailAddress": one.email, "avatarUrls": {size: f"{base}/avatar/{who}?size={size}" for size in
        ("48x48", "24x24", "16x16", "32x32")}, "displayName": one.name, "active": one.is_active, "timeZone": one.zone,
    }  # fmt: skip
    if is_cloud:
        self = f"{base}/rest/api/3/user?accountId={one.account_id}"
        return {"self": self, "accountId": one.account_id, **shown, "accountType": "atlassian"}
    self = f"{base}/rest/api/2/user?username={one.login}"
    return {"self": self, "name": one.login, "key": f"JIRAUSER1010{who}", **shown}


def dumps(answer: Any) -> bytes:
    """JSON, quickly; half a surrogate pair, legal in JSON, is escaped as a server would."""
    try:
        return orjson.dumps(answer)
    except (TypeError, orjson.JSONEncodeError):
        return orjson.dumps(_mended(answer))


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return orjson.Fragment(json.dumps(value)) if any("\ud800" <= c <= "\udfff" for c in value) else value
    if isinstance(value, dict):
        return {key: _mended(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_mended(inner) for inner in value]
    return value
