"""What the tests of the simulated Jira share: the schema of its answers, and ways to read all its pages."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from services.demo_jira.server import Jira

SCHEMA = json.loads(
    (Path(__file__).parents[2] / "services" / "demo_jira" / "schema" / "jira.json").read_text(encoding="utf-8")
)
FIELDS = {"cloud": ("customfield_10020", "customfield_10028", "customfield_10016"),
          "data-center": ("customfield_10104", "customfield_10106", "customfield_10207")}  # fmt: skip


def problems(name: str, answer: Any) -> list[str]:
    """Where an answer breaks the schema of its kind."""
    validator = Draft202012Validator({"$ref": f"#/$defs/{name}", "$defs": SCHEMA["$defs"]})
    return [f"{list(error.absolute_path)}: {error.message[:200]}" for error in validator.iter_errors(answer)]


def tokens(jira: Jira, body: dict[str, Any], path: str = "/rest/api/3/search/jql") -> list[dict[str, Any]]:
    """Every page of a search of Cloud."""
    pages, token = [], None
    while True:
        page = jira.post(path, body | ({"nextPageToken": token} if token else {})).json()
        pages.append(page)
        token = page.get("nextPageToken")
        if not token:
            return pages


def everything(jira: Jira, jql: str = "created > 0000000001", **more: Any) -> list[dict[str, Any]]:
    """Every issue that a query finds, with all fields and, on Data Center, its changelog."""
    if jira.flavour == "cloud":
        body = {"jql": jql, "fields": ["*all"], "expand": "changelog", "maxResults": 100, **more}
        return [issue for page in tokens(jira, body) for issue in page["issues"]]
    found: list[dict[str, Any]] = []
    while True:
        body = {
            "jql": jql,
            "fields": ["*all"],
            "expand": ["changelog"],
            "startAt": len(found),
            "maxResults": 150,
            **more,
        }
        page = jira.post("/rest/api/2/search", body).json()
        found += page["issues"]
        if len(found) >= page["total"]:
            return found


def ids(jira: Jira, jql: str) -> list[str]:
    """The ids that a query finds, in its order."""
    if jira.flavour == "cloud":
        return [issue["id"] for page in tokens(jira, {"jql": jql, "maxResults": 5000}) for issue in page["issues"]]
    answer = jira.post("/rest/api/2/search", {"jql": jql, "fields": ["id"], "maxResults": 1000})
    return [issue["id"] for issue in answer.json()["issues"]]
