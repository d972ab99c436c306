"""The control desk, for tests and demonstrations: edit, delete, move, hide, run sprints, order faults, ask what came in.

Its addresses begin with `/_control/` and are there only where the server was started with them.
"""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.demo_jira.cast import PEOPLE, PRIORITIES, STATUSES, TYPES
from services.demo_jira.faults import KINDS, Fault, Weather
from services.demo_jira.ledger import Change
from services.demo_jira.routes_write import blank
from services.demo_jira.site import Refused, Site, body_of, json, problem
from services.demo_jira.timeline import FORTNIGHT, Sprint, name_of
from services.demo_jira.world import Comment, World

Ask = dict[str, Any]
PLAIN = frozenset({
    "summary", "description", "labels", "fix_versions", "components", "sprint", "flagged", "timespent", "timeestimate",
})  # fmt: skip


class Desk:
    """What the control desk can do to a site and its weather."""

    def __init__(self, site: Site, weather: Weather) -> None:
        self.site, self.world, self.weather = site, site.world, weather
        self.deeds: dict[str, Callable[[Ask], Any]] = {
            "edit": self.edit, "delete": self.delete, "move": self.move, "hide": self.hide, "add": self.add,
            "sprint": self.sprint, "clock": self.clock, "fault": self.fault, "latency": self.latency,
            "malformed": self.malformed, "estimation": self.estimation, "token": self.token, "clear": self.clear,
            "comment": self.comment, "undelete": self.undelete,
        }  # fmt: skip

    def edit(self, ask: Ask) -> Any:
        """Set fields of an issue: `{"issue": "SHOP-3", "fields": {"status": "Done", "estimate": 5}, "at": ms}`."""
        issue = self.site.issue(str(ask["issue"]))
        changes = [_change(self.world, issue, name, value) for name, value in ask["fields"].items()]
        self.world.edit(issue, changes, int(ask.get("who", 0)), ask.get("at"))
        return {"id": str(issue), "updated": int(self.world.updated[self.world.place(issue)])}

    def delete(self, ask: Ask) -> Any:
        """Delete an issue: `{"issue": ...}`."""
        self.world.delete(self.site.issue(str(ask["issue"])))
        return {}

    def undelete(self, ask: Ask) -> Any:
        """Let an issue be there again: `{"issue": ID}`."""
        self.world.alive[self.world.place(int(ask["issue"]))] = True
        self.world.version += 1
        return {}

    def move(self, ask: Ask) -> Any:
        """Move an issue to another project: `{"issue": ..., "project": "OPS"}`; the answer names its new key."""
        project = next(one.id for one in self.world.projects.values() if ask["project"] in (one.id, one.key))
        return {"key": self.world.move(self.site.issue(str(ask["issue"])), project)}

    def hide(self, ask: Ask) -> Any:
        """Take a permission away, or give it back: `{"project": "OPS"}`, `{"board": 2}` or `{"issue": "SHOP-3"}` (which
        a security level does), `"hidden": false`."""
        is_hidden = ask.get("hidden", True)
        kept: Any = self.world.hidden_boards
        value: Any = ask.get("board")
        if "project" in ask:
            kept = self.world.hidden_projects
            value = next(one.id for one in self.world.projects.values() if ask["project"] in (one.id, one.key))
        elif "issue" in ask:
            kept, value = self.world.hidden_issues, self.world.living(str(ask["issue"]))
        (kept.add if is_hidden else kept.discard)(value)
        self.world.version += 1
        return {}

    def add(self, ask: Ask) -> Any:
        """Create an issue: `{"project": "SHOP", "summary": ..., "fields": {...}, "at": ms}`."""
        project = next(one.id for one in self.world.projects.values() if ask["project"] in (one.id, one.key))
        state = blank(self.world, project, str(ask.get("summary", "Made at the desk")))
        for name, value in (_change(self.world, None, *pair) for pair in ask.get("fields", {}).items()):
            state[name] = value
        issue = self.world.add(project, state, at=ask.get("at"))
        return {"id": str(issue), "key": self.world.key_of(issue)}

    def comment(self, ask: Ask) -> Any:
        """Comment an issue, which touches `updated` and leaves no history: `{"issue": ..., "body": ...}`."""
        issue = self.site.issue(str(ask["issue"]))
        made = Comment(self.world.serial(), 0, self.world.now(), str(ask["body"]))
        self.world.comments.setdefault(issue, []).append(made)
        self.world.touch(issue, made.at)
        return {"id": str(made.id)}

    def sprint(self, ask: Ask) -> Any:
        """Create, start, close, rename or delete a sprint: `{"do": "close", "sprint": 105, "move_to": 106}`; its open
        issues go along, and starting or closing touches no other issue."""
        what = ask["do"]
        if what == "create":
            return {"id": self._created(int(ask["board"]), ask.get("name"))}
        one = self.world.line.sprints[int(ask["sprint"])]
        now = self.world.now()
        if what == "start":
            one.state, one.activated, one.start = "active", now, one.start or now
            one.end = one.end or now + FORTNIGHT
        elif what == "close":
            one.state, one.completed = "closed", now
            if "move_to" in ask and ask["move_to"] is not None:
                self._carried(one, int(ask["move_to"]))
        elif what == "rename":
            one.name = str(ask["name"])
        elif what == "delete":
            self.world.line.deleted[one.id] = one.name
            del self.world.line.sprints[one.id]
        self.world.refresh()
        return {"id": one.id, "state": one.state}

    def _created(self, board: int, name: str | None) -> int:
        mine = [one.id for one in self.world.line.sprints.values() if one.board_id == board]
        number = max(mine) + 1
        home = next(one for one in self.world.line.boards if one.id == board)
        self.world.line.sprints[number] = Sprint(number, board, name or name_of(home.project, number % 100), "future")
        self.world.refresh()
        return number

    def _carried(self, one: Sprint, to: int) -> None:
        for issue in self.world.near([one.id]):
            state = self.world.story(issue).state
            is_open = STATUSES[state["status"]].category != "done"
            if one.id in state["sprint"] and is_open and TYPES[state["issuetype"]].level == 0:
                self.world.edit(issue, [("sprint", [*state["sprint"], to])])

    def clock(self, ask: Ask) -> Any:
        """Set the clock: `{"at": ms}` or `{"forward": ms}`."""
        return {"now": self.world.set_clock(ask.get("at"), int(ask.get("forward", 0)))}

    def fault(self, ask: Ask) -> Any:
        """Order a fault: the arguments of `Fault`."""
        if ask.get("kind") not in KINDS:
            raise Refused(400, f"No such fault; there are {', '.join(sorted(KINDS))}.")
        self.weather.faults.append(Fault(**ask))
        return {}

    def latency(self, ask: Ask) -> Any:
        """Delay every answer: `{"ms": 50}`."""
        self.weather.latency_ms = float(ask["ms"])
        return {}

    def malformed(self, ask: Ask) -> Any:
        """Spoil one issue: `{"issue": ..., "kind": "fields_null" | "no_id" | "bad_created" | "no_status" | null}`."""
        issue = self.site.issue(str(ask["issue"]))
        if ask.get("kind") is None:
            self.world.malformed.pop(issue, None)
        else:
            self.world.malformed[issue] = ask["kind"]
        self.world.version += 1
        return {}

    def estimation(self, ask: Ask) -> Any:
        """Take the estimation fields away, or give them back: `{"there": false}`."""
        self.world.has_estimation_field = bool(ask["there"])
        self.world.version += 1
        return {}

    def token(self, ask: Ask) -> Any:
        """Let the token expire, or be good again: `{"expired": true}`."""
        self.site.is_token_expired = bool(ask["expired"])
        return {}

    def clear(self, ask: Ask) -> Any:
        """Forget ordered faults, the delay and the requests seen."""
        self.weather.faults.clear()
        self.weather.seen.clear()
        self.weather.latency_ms, self.weather.most_at_once = 0.0, 0
        return {}


def _change(world: World, issue: int | None, name: str, value: Any) -> Change:
    """A field of the desk as a change of the ledger: names of statuses, types and people become their ids."""
    if name == "status":
        lang = world.project(world.story(issue).state["project"]).lang if issue is not None else "en"
        named = [one.id for one in STATUSES.values() if value in (one.id, one.name)]
        by_step = {"to do": 0, "in progress": 1, "in review": 2, "done": 3}
        from services.demo_jira.cast import FLOWS

        return name, FLOWS[lang][by_step[value.lower()]] if str(value).lower() in by_step else named[0]
    if name == "priority":
        return name, next(one for one, words in PRIORITIES.items() if value in (one, words))
    if name == "issuetype":
        return name, next(one.id for one in TYPES.values() if value in (one.id, one.name))
    if name == "assignee":
        return name, None if value is None else next(
            p for p, one in enumerate(PEOPLE) if value in (p, one.login, one.name)
        )
    if name == "estimate":
        return name, None if value is None else float(value)
    if name == "parent":
        return name, None if value is None else world.find(str(value))
    if name not in PLAIN:
        raise Refused(400, f"The desk cannot set '{name}'.")
    return name, value


def routes(desk: Desk) -> list[Route]:
    """The addresses of the control desk."""

    async def act(request: Request) -> Response:
        deed = desk.deeds.get(request.path_params["deed"])
        if deed is None:
            return json(problem(f"The desk can do: {', '.join(desk.deeds)}."), 404)
        try:
            return json(deed(await body_of(request)))
        except Refused as error:
            return json(problem(*error.messages), error.status)
        except (KeyError, StopIteration, TypeError, ValueError) as error:
            return json(problem(f"{type(error).__name__}: {error}"), 400)

    async def requests(request: Request) -> Response:
        weather = desk.weather
        return json({"most_at_once": weather.most_at_once, "requests": [asdict(one) for one in weather.seen]})

    return [Route("/_control/requests", requests), Route("/_control/{deed}", act, methods=["POST"])]
