"""What a Jira source may be told. Everything but the address is found by itself and can be corrected here."""

from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

from core.i18n import Text

name = "jira"

Flavour = Literal["cloud", "data-center"]
Category = Literal["todo", "in_progress", "done"]
ItemKind = Literal["requirement", "bug", "chore", "epic", "subtask"]
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What a type is, where the source's settings do not say (R19); Jira itself says which types are sub-tasks and epics.
_BUGS = "bug|defect|incident|fault|hotfix|缺陷|故障|线上问题|漏洞"
_CHORES = "chore|technical debt|tech debt|maintenance|operations|refactoring|infrastructure|技术债|技术债务|运维|维护|重构|技术任务|技术改造|基础设施"
_EPICS = "epic|initiative|史诗|专题"
_WORDS: dict[ItemKind, str] = {"bug": _BUGS, "chore": _CHORES, "epic": _EPICS}
_USUAL: dict[str, ItemKind] = {word: kind for kind, words in _WORDS.items() for word in words.split("|")}


class Settings(BaseModel):
    """Settings of one Jira source, as kept in `Source.settings`; what others keep there is ignored.

    Args: url, the address people open Jira at; flavour, None until `inspect` has told it; projects, keys (empty: all the
    account may see); boards, ids (empty: all of those projects); estimation_field, sprint_field, acceptance_field,
    epic_field, field ids, None where they are found by themselves; new_issue_project, key, and
    new_issue_type, name: what a demo's action items become when they are written back (None: comments); type_mapping, type name -> kind (R19);
    status_mapping, status name -> category, over what Jira says (R8); connections, requests at once; page_size, issues
    in one request; every_minutes, how often a schedule syncs, None for never; overlap_minutes, how far an incremental
    sync reads back before the last one (Cloud's search lags behind its issues); connect_seconds, read_seconds,
    request_seconds, time-outs: to connect, between two pieces of an answer, for a whole answer; patience_seconds, how
    long one request may be repeated before it is given up.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    url: str
    flavour: Flavour | None = None
    projects: tuple[str, ...] = ()
    boards: tuple[str, ...] = ()
    estimation_field: str | None = None
    sprint_field: str | None = None
    acceptance_field: str | None = None
    epic_field: str | None = None
    new_issue_project: str | None = None
    new_issue_type: str | None = None
    type_mapping: dict[str, ItemKind] = {}
    status_mapping: dict[str, Category] = {}
    connections: int = Field(default=4, ge=1, le=16)
    page_size: int = Field(default=100, ge=1, le=1000)
    every_minutes: int | None = Field(default=None, ge=1)
    overlap_minutes: int = Field(default=10, ge=0)
    connect_seconds: float = Field(default=10.0, gt=0)
    read_seconds: float = Field(default=30.0, gt=0)
    request_seconds: float = Field(default=180.0, gt=0)
    patience_seconds: float = Field(default=120.0, ge=0)

    @field_validator("url")
    @classmethod
    def _address(cls, given: str) -> str:
        text = given.strip()
        parts = urlsplit(text if "://" in text else f"https://{text}")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("an address that begins with https:// or http://")
        if parts.username or parts.password:
            raise ValueError("an address without a user name or password in it")
        host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
        origin = f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
        if parts.hostname.endswith(".atlassian.net"):
            return origin  # Cloud lives at its host's root; whatever page was copied stands behind it
        path = parts.path
        for page in ("/secure/", "/browse/", "/projects/", "/login.jsp", "/issues/", "/rest/"):
            path = path.split(page)[0]
        return origin + path.rstrip("/")

    @field_validator("projects", "boards", mode="before")
    @classmethod
    def _texts(cls, given: object) -> object:
        return tuple(str(one).strip() for one in given) if isinstance(given, list | tuple) else given

    @field_validator("projects")
    @classmethod
    def _keys(cls, given: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(key.upper() for key in given)

    @property
    def host(self) -> str:
        """The name of the machine, with its port."""
        return urlsplit(self.url).netloc

    @property
    def warnings(self) -> tuple[Text, ...]:
        """What is allowed but should not stay so."""
        parts = urlsplit(self.url)
        if parts.scheme == "http" and parts.hostname not in LOOPBACK:
            return (
                Text("{host} is reached without encryption: anyone on the way can read the token.", host=self.host),
            )
        return ()

    def kind_of(self, type_name: str, *, is_subtask: bool, level: int | None) -> ItemKind:
        """The kind of a type (R19): as mapped, else as Jira's hierarchy says, else by the usual words, else a requirement."""
        word = " ".join(type_name.casefold().split())
        own = next(
            (kind for given, kind in self.type_mapping.items() if " ".join(given.casefold().split()) == word), None
        )
        if own:
            return own
        if is_subtask or level == -1:
            return "subtask"
        if level is not None and level > 0:
            return "epic"
        return _USUAL.get(word, "requirement")
