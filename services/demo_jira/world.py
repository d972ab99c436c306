"""Everything that the simulated Jira knows, and what can be done to it: read, edit, delete, move, hide."""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from services.demo_jira.cast import OLD_PROJECT, PEOPLE, STATUSES, TYPES, Project
from services.demo_jira.issue_fields import child_places
from services.demo_jira.ledger import Change, History, Names, Story, change
from services.demo_jira.plan import FIRST_ID, Bools, Ints, index_of, make_plan
from services.demo_jira.story import Teller, note
from services.demo_jira.timeline import Sprint, make_timeline

STORIES_KEPT = 2048
FIRST_LATER_HISTORY = 500_000_000


@dataclass(slots=True)
class Born:
    """An issue made while the server ran."""

    project: str
    key: str
    created: int
    reporter: int
    state: dict[str, Any]


@dataclass(slots=True)
class Comment:
    """A comment made while the server ran."""

    id: int
    author: int
    at: int
    body: Any
    properties: list[dict[str, Any]] = field(default_factory=list)


class World:
    """The simulated project.

    Args: issues, how many; seed; anchor, the instant at which the story ends (epoch ms); now, what tells the time
    (epoch ms); is_cloud, whose ids people have in histories.
    """

    def __init__(self, issues: int, seed: int, anchor: int, now: Callable[[], int], is_cloud: bool) -> None:
        self.anchor, self._now, self._ahead, self.is_cloud = anchor, now, 0, is_cloud
        self._person_ids = [one.account_id if is_cloud else one.login for one in PEOPLE]
        self.line = make_timeline(anchor, issues)
        self.plan = make_plan(self.line, issues, seed)
        names = Names(self.sprint_name, self.key_of, version_name, self.person_id, self.project_name)
        self.names = names
        self.teller = Teller(self.line, self.plan, seed, names)
        self.ids: Ints = FIRST_ID + np.arange(issues, dtype=np.int64)
        self.created, self.updated = self.plan.created.copy(), self.plan.updated.copy()
        self.projects = {project.id: project for project in self.line.projects}
        self.project_of: Ints = np.array([int(p.id) for p in self.line.projects], dtype=np.int64)[self.plan.project]
        self.number_of: Ints = self.plan.number.astype(np.int64)
        self.alive: Bools = np.ones(issues, dtype=np.bool_)
        self.born: dict[int, Born] = {}
        self.changed: dict[int, list[tuple[int, int, int, list[Change]]]] = {}
        self.keys: dict[str, int] = {}  # keys that the plan does not give
        self.renamed: dict[int, str] = {}
        self.hidden_projects: set[str] = set()
        self.hidden_boards: set[int] = set()
        self.hidden_issues: set[int] = set()  # by a security level
        self.comments: dict[int, list[Comment]] = {}
        self.malformed: dict[int, str] = {}
        self.has_estimation_field = True
        self.version = 0  # of the data; what was computed from an older one is computed anew
        self._serial = 0
        self._stories: OrderedDict[int, Story] = OrderedDict()

    # -- names -----------------------------------------------------------------------------------------------------

    def sprint_name(self, sprint: int) -> str:
        """A sprint's name, of a deleted one too."""
        known = self.line.sprints.get(sprint)
        return known.name if known else self.line.deleted.get(sprint, f"Sprint {sprint}")

    def key_of(self, issue: int) -> str:
        """An issue's key now."""
        if issue in self.renamed:
            return self.renamed[issue]
        return self.teller.key(issue - FIRST_ID)

    def person_id(self, person: int) -> str:
        """What histories call a person."""
        return self._person_ids[person]

    def project_name(self, project: str) -> str:
        """A project's name, of the one that nobody sees any more too."""
        return self.project(project).name

    def project(self, project: str) -> Project:
        """A project by its id."""
        return self.projects.get(project, OLD_PROJECT)

    # -- reading ---------------------------------------------------------------------------------------------------

    def place(self, issue: int) -> int:
        """Where an issue stands in the arrays."""
        return issue - FIRST_ID

    def visible(self) -> Bools:
        """Which issues the account may see."""
        seen = self.alive.copy()
        for project in self.hidden_projects:
            seen &= self.project_of != int(project)
        seen[[self.place(issue) for issue in self.hidden_issues]] = False
        return seen

    def find(self, name: str) -> int | None:
        """An issue's id by its id or by any key that it has or had; None where it is not to be seen."""
        issue = self.living(name)
        return None if issue is None or self._is_hidden(issue) else issue

    def living(self, name: str) -> int | None:
        """The same, whether the account may see it or not; None where there is none, or none any more."""
        issue = int(name) if name.isdecimal() else self._by_key(name.upper())
        if issue is None or not 0 <= self.place(issue) < len(self.ids) or not self.alive[self.place(issue)]:
            return None
        return issue

    def _is_hidden(self, issue: int) -> bool:
        return issue in self.hidden_issues or str(self.project_of[self.place(issue)]) in self.hidden_projects

    def _by_key(self, key: str) -> int | None:
        if key in self.keys:
            return self.keys[key]
        prefix, _, number = key.rpartition("-")
        if not number.isdecimal() or int(number) < 1:
            return None
        if prefix == OLD_PROJECT.key:
            place = int(number) - 1
            moved = place < len(self.plan.flags) and self.story(FIRST_ID + place).histories
            return FIRST_ID + place if moved and self._had_key(FIRST_ID + place, key) else None
        for at, project in enumerate(self.line.projects):
            if project.key == prefix:
                place = index_of(self.teller.turns, at, int(number))
                return FIRST_ID + place if place < len(self.plan.flags) else None
        return None

    def _had_key(self, issue: int, key: str) -> bool:
        return any(item[0] == "key" and item[2] == key for h in self.story(issue).histories for item in h.items)

    def story(self, issue: int) -> Story:
        """The whole story of an issue, edits included."""
        known = self._stories.get(issue)
        if known is not None:
            return known
        if issue in self.born:
            made = self.born[issue]
            state = {name: list(v) if isinstance(v, list) else v for name, v in made.state.items()}
            story = Story(issue, made.created, made.created, made.reporter, state)
        else:
            story = self.teller.tell(issue - FIRST_ID)
        for serial, at, who, changes in self.changed.get(issue, ()):
            if items := change(story.state, changes, self.names):
                story.histories.append(History(serial, at, who, items))
                note(story, at, changes)
        if issue in self.changed:
            story.histories.sort(key=lambda history: (history.at, history.id))
        story.updated = int(self.updated[issue - FIRST_ID])
        self._stories[issue] = story
        if len(self._stories) > STORIES_KEPT:
            self._stories.popitem(last=False)
        return story

    def sprints_of(self, issue: int) -> list[int]:
        """The sprints in an issue's field now, without telling its story where nothing changed it."""
        if issue in self.changed or issue in self.born:
            return list(self.story(issue).state["sprint"])
        return self.teller.sprints_of(issue - FIRST_ID)

    def children(self, issue: int) -> list[int]:
        """The sub-tasks of an issue."""
        found = [
            child
            for child, made in self.born.items()
            if made.state["parent"] == issue and TYPES[made.state["issuetype"]].level < 0
        ]
        if issue - FIRST_ID < len(self.plan.role):
            found += [FIRST_ID + place for place in child_places(self.teller.turns, self.plan, issue - FIRST_ID)]
        return [child for child in found if self.alive[child - FIRST_ID]]

    def in_sprints(self, sprints: set[int]) -> Bools:
        """Which issues have one of the sprints in their field."""
        mask: Bools = np.zeros(len(self.ids), dtype=np.bool_)
        for issue in self.near(sprints):
            mask[issue - FIRST_ID] = not sprints.isdisjoint(self.sprints_of(issue))
        return mask

    def near(self, sprints: Iterable[int]) -> list[int]:
        """The issues that could have to do with sprints: those planned there, and all that were edited."""
        plan, found = self.plan, set(self.changed) | set(self.born)
        for sprint in sprints:
            board, slot = divmod(sprint - 1, 100)
            hit = (plan.board == board - 1) & (plan.home <= slot) & (plan.last >= slot) & (plan.home >= 0)
            places = np.flatnonzero(hit)
            found.update((places + FIRST_ID).tolist())
        found.update(child for issue in tuple(found) for child in self.children(issue))
        return sorted(found)

    # -- changing --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Say that something all issues show has changed, without touching any of them."""
        self._stories.clear()
        self.version += 1

    def now(self) -> int:
        """The present instant in epoch milliseconds."""
        return self._now() + self._ahead

    def set_clock(self, at: int | None, forward: int) -> int:
        """Put the clock to an instant, or forward; the new time."""
        if at is not None:
            self._ahead = at - self._now()
        self._ahead += forward
        return self.now()

    def serial(self) -> int:
        """A new id for a history, a comment or a link."""
        self._serial += 1
        return FIRST_LATER_HISTORY + self._serial

    def touch(self, issue: int, at: int) -> None:
        """Say that an issue was updated."""
        self._stories.pop(issue, None)
        self.updated[self.place(issue)] = max(at, int(self.created[self.place(issue)]))
        self.version += 1

    def edit(self, issue: int, changes: list[Change], who: int = 0, at: int | None = None) -> None:
        """Change fields of an issue, with a history entry."""
        at = self.now() if at is None else at
        if any(name == "status" for name, _ in changes) and not any(name == "resolution" for name, _ in changes):
            status = next(value for name, value in changes if name == "status")
            changes = [*changes, ("resolution", "10000" if STATUSES[status].category == "done" else None)]
        self.changed.setdefault(issue, []).append((self.serial(), at, who, changes))
        self.touch(issue, at)

    def delete(self, issue: int) -> None:
        """Delete an issue, and its sub-tasks with it."""
        for gone in (issue, *self.children(issue)):
            self.alive[self.place(gone)] = False
            self.touch(gone, self.now())

    def next_number(self, project: str) -> int:
        """The next free number of a project."""
        mine = self.number_of[self.project_of == int(project)]
        return int(mine.max()) + 1 if len(mine) else 1

    def move(self, issue: int, project: str) -> str:
        """Move an issue to another project: it keeps its id and gets a new key."""
        key = f"{self.project(project).key}-{(number := self.next_number(project))}"
        self.keys[self.key_of(issue)] = issue
        self.keys[key] = issue
        at = self.now()
        self.changed.setdefault(issue, []).append((self.serial(), at, 0, [("project", project), ("key", key)]))
        self.renamed[issue] = key
        self.project_of[self.place(issue)], self.number_of[self.place(issue)] = int(project), number
        self.touch(issue, at)
        return key

    def add(self, project: str, state: dict[str, Any], who: int = 0, at: int | None = None) -> int:
        """Create an issue with a state."""
        at = self.now() if at is None else at
        issue, number = FIRST_ID + len(self.ids), self.next_number(project)
        key = f"{self.project(project).key}-{number}"
        self.born[issue] = Born(project, key, at, who, {**state, "project": project, "key": key})
        self.keys[key], self.renamed[issue] = issue, key
        self.ids = np.append(self.ids, issue)
        self.created, self.updated = np.append(self.created, at), np.append(self.updated, at)
        self.project_of, self.number_of = np.append(self.project_of, int(project)), np.append(self.number_of, number)
        self.alive = np.append(self.alive, True)
        self.version += 1
        return issue

    def sprint(self, sprint: int) -> Sprint:
        """A sprint by its id."""
        return self.line.sprints[sprint]


def version_name(version: str) -> str:
    """A release's name: its last digit is its place."""
    return f"2.{int(version[-1])}"
