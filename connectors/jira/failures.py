"""What can go wrong between us and a Jira, in words: what failed, where, why, and what to do next."""

from typing import Any

from core.errors import FortnightError, Kind
from core.i18n import N_, Text


class JiraError(FortnightError):
    """A request that brought no data. `code` names the cause, `status` is the server's answer where there was one."""

    def __init__(self, code: str, what: Text, *, status: int | None = None, **parts: Any) -> None:
        super().__init__(what, **parts)
        self.code, self.status = code, status


class Cancelled(FortnightError):
    """A person asked for the sync to stop; what was read before is kept."""

    def __init__(self) -> None:
        super().__init__(Text("The sync was cancelled; what came in before is kept."))


_CHECK_TOKEN = N_("Make a new token in Jira, enter it for this source, and test the connection.")
_CHECK_ADDRESS = N_("Open the address in a browser, correct it for this source, and test the connection.")
_TRY_LATER = N_("Nothing is lost: the last good data stays, and the next sync goes on from here.")

# code -> what happened, the likely cause, what to do next, whether trying again later may help
_CASES: dict[str, tuple[str, str | None, str, bool]] = {
    "expired": (
        N_("{host} does not accept the credential (HTTP {status})."),
        N_("The token has expired or was revoked, or the account's email or user name is wrong."),
        _CHECK_TOKEN,
        False,
    ),
    "captcha": (
        N_("{host} wants a captcha before it lets this account in again."),
        N_("There were several failed attempts with this account."),
        N_("Sign in once in a browser with this account, then test the connection again."),
        False,
    ),
    "login_page": (
        N_("{host} answered with a page to sign in instead of data."),
        N_("The credential is not accepted, or a gateway in front of Jira asks people to sign in."),
        _CHECK_TOKEN,
        False,
    ),
    "html": (
        N_("{host} answered with a web page instead of data (HTTP {status})."),
        N_("The address may not be Jira's own, or a proxy or a maintenance page stands before it."),
        _CHECK_ADDRESS,
        False,
    ),
    "redirect": (
        N_("{host} sends us on to {target}; the credential was not sent there."),
        N_("The address has changed, or is not Jira's own."),
        _CHECK_ADDRESS,
        False,
    ),
    "forbidden": (
        N_("{host} does not let this account see {path} (HTTP {status})."),
        None,
        N_("Ask Jira's administrator for permission, or leave that project or board out."),
        False,
    ),
    "not_found": (
        N_("{host} has nothing at {path} (HTTP {status})."),
        N_("The address may be wrong, or a context path such as /jira is missing."),
        _CHECK_ADDRESS,
        False,
    ),
    "gone": (
        N_("{host} no longer offers {path} (HTTP {status})."),
        N_("The kind of Jira may be set wrong."),
        N_("Test the connection again, so that the kind of Jira is found anew."),
        False,
    ),
    "bad_request": (
        N_("{host} refused the question for {path} (HTTP {status}): {detail}"),
        N_("A project, board or field in the settings may no longer exist."),
        N_("Test the connection, and correct the settings."),
        False,
    ),
    "limited": (
        N_("{host} limits requests and asks to wait {seconds} seconds."),
        None,
        N_("Nothing is lost: sync again later, or choose fewer connections."),
        True,
    ),
    "unavailable": (N_("{host} is out of order for the moment (HTTP {status})."), None, _TRY_LATER, True),
    "timeout": (N_("{host} did not answer in time."), None, _TRY_LATER, True),
    "unreachable": (
        N_("{host} cannot be reached."),
        N_("The address may be wrong, the server down, or the network in between closed."),
        N_("Open the address in a browser on this machine, then sync again."),
        True,
    ),
    "certificate": (
        N_("{host} shows a certificate that this machine does not trust."),
        N_("A company certificate may be missing here."),
        N_("Set REQUESTS_CA_BUNDLE to the file of your company's certificates, and try again."),
        False,
    ),
    "truncated": (N_("{host} broke off in the middle of an answer, several times."), None, _TRY_LATER, True),
    "malformed": (N_("{host} sent an answer for {path} that is no valid JSON."), None, _TRY_LATER, True),
    "too_large": (N_("{host} sent an answer for {path} of more than {megabytes} MB."), None, _TRY_LATER, True),
    "repeated_token": (
        N_("{host} gave the same page of {path} twice."),
        N_("Its paging is broken: going on would never end."),
        _TRY_LATER,
        True,
    ),
    "incomplete": (
        N_("{host} said {path} has {total} rows and gave {found}."), None, _TRY_LATER, True,
    ),
    "estimates_lost": (
        N_("{host} no longer has the field that estimates stood in: {field}."),
        N_("It was deleted, or this account may no longer see it. Reading on would empty every estimate."),
        N_("Choose another estimation field for this source, or read everything again with sync --full."),
        False,
    ),
    "shape": (
        N_("{host} answered {path} in a form that Jira does not use."),
        N_("The address may be that of another program."),
        _CHECK_ADDRESS,
        False,
    ),
}  # fmt: skip


def failure(code: str, *, status: int | None = None, **params: Any) -> JiraError:
    """The error for a code; `params` fill its sentences (host always)."""
    what, why, following, is_retriable = _CASES[code]
    if status is not None:
        params["status"] = status
    path = params.get("path")
    return JiraError(
        code,
        Text(what, **params),
        status=status,
        where=None if path is None or "{path}" in what else Text("While {path} was read.", path=path),
        why=None if why is None else Text(why),
        next=Text(following),
        kind=Kind.RETRIABLE if is_retriable else Kind.FATAL,
    )
