"""What goes back to a Jira: comments and new issues, each once, however often it is tried.

A comment carries a mark in its last line. Before one is sent the issue's comments are read, all of them, and one that
carries the mark is taken as sent: an answer that was lost on the way does not make a second comment. A new issue carries
its mark as a label, and is looked for by that; Cloud finds a new issue only after `SEEN_AFTER`, so whoever asks waits that
long before a second try.
"""

from datetime import timedelta
from urllib.parse import quote

from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.paging import issue_ids
from connectors.jira.settings import Settings

COMMENTS = "/rest/api/2/issue/{issue}/comment"  # text as text on every server; version 3 wants a document of blocks
ISSUES = "/rest/api/2/issue"
PAGE = 100
SEEN_AFTER = timedelta(seconds=60)
LONGEST_SUMMARY = 250  # Jira takes 254 characters on one line


def writing_client(settings: Settings, credential: Credential) -> Client:
    """A connection that never repeats a request by itself: a repeated comment would be a second one."""
    return Client(settings.model_copy(update={"patience_seconds": 0.0}), credential)


def comment_once(client: Client, issue_id: str, text: str, mark: str) -> str:
    """Put a comment on an issue unless one with this mark stands there. Returns: the comment's id. Raises: JiraError."""
    path = COMMENTS.format(issue=quote(issue_id, safe=""))
    known = _with_mark(client, path, mark)
    if known is not None:
        return known
    return str(client.post_json(path, {"body": f"{text}\n{mark}"})["id"])


def issue_once(client: Client, summary: str, text: str, mark: str) -> str:
    """Make an issue, in the project and of the type that the source's settings name, unless one with this mark is there.

    Returns: the issue's id. Raises: JiraError.
    """
    settings = client.settings
    known = sorted(issue_ids(client, settings.flavour == "cloud", f'labels = "{mark}"'))
    if known:
        return known[0]
    line = " ".join(summary.split())
    fields = {
        "project": {"key": settings.new_issue_project},
        "issuetype": {"name": settings.new_issue_type},
        "summary": line if len(line) <= LONGEST_SUMMARY else line[: LONGEST_SUMMARY - 1] + "…",
        "description": text,
        "labels": [mark],
    }
    return str(client.post_json(ISSUES, {"fields": fields})["id"])


def _with_mark(client: Client, path: str, mark: str) -> str | None:
    begin = 0
    while True:
        page = client.get_json(path, {"startAt": begin, "maxResults": PAGE})
        comments = page.get("comments") or []
        for one in comments:
            if mark in str(one.get("body")):
                return str(one["id"])
        begin += len(comments)
        if not comments or begin >= int(page.get("total", 0)):
            return None
