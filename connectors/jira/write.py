"""What goes back to a Jira: comments, each once, however often it is tried.

A comment carries a mark in its last line. Before one is sent the issue's comments are read, all of them, and one that
carries the mark is taken as sent: an answer that was lost on the way does not make a second comment.
"""

from urllib.parse import quote

from connectors.jira.client import Client
from connectors.jira.credential import Credential
from connectors.jira.settings import Settings

COMMENTS = "/rest/api/2/issue/{issue}/comment"  # text as text on every server; version 3 wants a document of blocks
PAGE = 100


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
