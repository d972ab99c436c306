"""What became of an issue that is no longer given: as much as the server's own words prove, and never more."""

from collections.abc import Callable, Mapping
from typing import Literal

from connectors.jira.client import Client
from connectors.jira.failures import JiraError
from core.i18n import N_, Text

Fate = Literal["deleted", "deleted_or_hidden", "hidden", "project_out_of_sight"]
ABSENT = ("not_found", "forbidden", "gone")  # answers of a server that say an address is not there for this account

IT_EXISTS = N_("Jira says that it exists, and that this account may not see it.")
PROJECT_OUT_OF_SIGHT = N_("its whole project was deleted, or this account may no longer see it.")


def fate(answer: str, *, is_cloud: bool, is_project_visible: bool, is_told: bool) -> Fate:
    """What is certain about a missing issue.

    Data Center answers 403 to an issue that the account may not see and 404 to one that does not exist. Cloud answers 404 to
    both, by every address that it documents (the issue, its search, bulk reads, permission checks): there a deletion is
    certain only where Jira told of it.

    Args: answer, one of `ABSENT`; is_project_visible; is_told, an event of Jira said that the issue was deleted.
    """
    if answer == "forbidden":
        return "hidden"
    if is_told:
        return "deleted"
    if not is_project_visible:
        return "project_out_of_sight"
    return "deleted_or_hidden" if is_cloud else "deleted"


def looker(client: Client, path: str, params: Mapping[str, str] | None = None) -> Callable[[], str]:
    """A call that says what an address answers: "there", or one of `ABSENT`. The call raises: JiraError."""

    def look() -> str:
        try:
            client.get_json(path, params)
        except JiraError as error:
            if error.code in ABSENT:
                return error.code
            raise
        return "there"

    return look


def project_is_visible(client: Client, key: str) -> bool:
    """Whether the account sees a project. Raises: JiraError."""
    return looker(client, f"/rest/api/2/project/{key}")() == "there"


def why_out_of_sight(what: Fate) -> Text:
    """The reason of an issue that stays as it was last read."""
    return Text(IT_EXISTS if what == "hidden" else PROJECT_OUT_OF_SIGHT)
