"""What happened to one issue, told in detail from (seed, place): the same every time, and inside its outline."""

from array import array
from random import Random
from typing import Any

from services.demo_jira.cast import (
    COMPONENTS,
    DAY,
    FLOWS,
    GONE_STATUS,
    HOLD,
    HOUR,
    KINDS,
    LABELS,
    MINUTE,
    OLD_PROJECT,
    REJECTED,
    body,
    summary,
)
from services.demo_jira.ledger import Change, History, Names, State, Story, change
from services.demo_jira.plan import (
    BORN_IN,
    EPIC,
    FIRST_ID,
    LONG,
    MOVED,
    OLD_STATUS,
    RE_ESTIMATED,
    REOPENED,
    RETURNED,
    STANDARD,
    SUBTASK,
    TRIED,
    Plan,
    index_of,
    pattern,
)
from services.demo_jira.timeline import DELETED_SLOT, Timeline, sprint_id

POINTS = (1.0, 2.0, 3.0, 5.0, 8.0, 13.0)
Move = tuple[int, int, list[Change]]


class _Rows:
    """The plan's arrays in the form that is quickest to read one number from."""

    def __init__(self, plan: Plan) -> None:
        def read(column: Any) -> "array[int]":
            return array("q", column.astype("int64").tobytes())

        self.project, self.number, self.role = read(plan.project), read(plan.number), read(plan.role)
        self.board, self.home, self.last = read(plan.board), read(plan.home), read(plan.last)
        self.flags, self.created, self.updated = read(plan.flags), read(plan.created), read(plan.updated)
        self.entered, self.left, self.done = read(plan.entered), read(plan.left), read(plan.done)


class Teller:
    """Tells the story of any issue of a plan."""

    def __init__(self, line: Timeline, plan: Plan, seed: int, names: Names) -> None:
        self.line, self.plan, self.seed, self.names = line, plan, seed, names
        self.turns = pattern(len(line.projects))
        self.rows = _Rows(plan)
        self.teams = [[(int(project.id) % 5 * 2 + place) % 9 for place in range(4)] for project in line.projects]

    def tell(self, index: int) -> Story:
        """The story of the issue at a place of the plan."""
        return _Telling(self, index).story()

    def key(self, index: int) -> str:
        """Its key as the plan has it."""
        rows = self.rows
        return f"{self.line.projects[rows.project[index]].key}-{rows.number[index]}"

    def parent_of(self, index: int) -> int | None:
        """The place of the issue that a sub-task belongs to, or of an issue's epic."""
        rows, number = self.rows, self.rows.number[index]
        project = rows.project[index]
        if rows.role[index] == SUBTASK:
            return index_of(self.turns, project, number - 1)
        if rows.role[index] == EPIC or number % 5 == 4:
            return None
        return index_of(self.turns, project, (number - 1) // 24 * 24 + 1)

    def sprints_of(self, index: int) -> list[int]:
        """The sprints in an issue's field as the plan has them."""
        rows = self.rows
        if rows.role[index] == SUBTASK:
            parent = self.parent_of(index)
            shows = parent is not None and rows.number[index] % 12 == 0
            return self.sprints_of(parent) if shows and parent is not None else []
        home, board = rows.home[index], rows.board[index]
        if home < 0 or rows.left[index] >= 0:
            return []
        return [sprint_id(board, slot) for slot in range(home, rows.last[index] + 1)]


class _Telling:
    def __init__(self, teller: Teller, index: int) -> None:
        rows = teller.rows
        self.teller, self.index, self.line = teller, index, teller.line
        self.rng = Random(teller.seed * 1_000_003 + index)
        self.number, self.role, self.flags = rows.number[index], rows.role[index], rows.flags[index]
        self.project = teller.line.projects[rows.project[index]]
        self.lang, self.flow = self.project.lang, FLOWS[self.project.lang]
        self.created, self.updated = rows.created[index], rows.updated[index]
        self.entered, self.left, self.done = rows.entered[index], rows.left[index], rows.done[index]
        self.home, self.last, self.board = rows.home[index], rows.last[index], rows.board[index]
        self.moves: list[Move] = []
        self.team = teller.teams[rows.project[index]]

    def story(self) -> Story:
        state = self._beginning()
        rng = self.rng
        reporter = self.team[int(rng.random() * 4)]
        self._grooming(state)
        if self.role == STANDARD and self.home >= 0:
            self._sprints(state)
        if self.done >= 0:
            self._work()
        elif self.role == EPIC or (self.home >= 0 and self.left < 0 and rng.random() < 0.6):
            self._at(max(self.entered, self.created) + int(rng.random() * DAY), [("status", self.flow[1])])
        self._extras()
        story = Story(FIRST_ID + self.index, self.created, self.updated, reporter, state)
        return _replayed(story, self.moves, self.index, self.teller.names, self.flow[3])

    def _at(self, at: int, changes: list[Change], who: int | None = None) -> None:
        at = self.created + 1 if at <= self.created else min(at, self.updated)
        self.moves.append((at, self.team[len(self.moves) % 4] if who is None else who, changes))

    def _beginning(self) -> State:
        kinds = KINDS[self.lang]
        draw = self.number % 7
        kind = (
            kinds[0]
            if self.role == EPIC
            else kinds[4]
            if self.role == SUBTASK
            else kinds[3 if draw == 3 else 2 if draw == 5 else 1]
        )
        moved = self.flags & MOVED
        key = self.teller.key(self.index)
        is_born = self.flags & BORN_IN and self.home >= 0
        sprint = [sprint_id(self.board, self.home)] if is_born else []
        if self.role == SUBTASK:
            sprint = self.teller.sprints_of(self.index)
        parent = self.teller.parent_of(self.index)
        return {
            "project": OLD_PROJECT.id if moved else self.project.id,
            "key": f"{OLD_PROJECT.key}-{self.index + 1}" if moved else key,
            "issuetype": kind, "status": self.flow[0], "priority": "3", "resolution": None,
            "summary": summary(self.lang, self.number, draw == 3), "description": body(self.lang, self.number),
            "estimate": POINTS[self.number % 6] if is_born and self.number % 3 else None, "sprint": sprint,
            "assignee": None, "labels": [], "fix_versions": [], "components": [COMPONENTS[self.lang][self.number % 4]],
            "parent": None if parent is None else FIRST_ID + parent, "links": [], "flagged": False,
            "timespent": None, "timeestimate": None, "timeoriginalestimate": None,
        }  # fmt: skip

    def _grooming(self, state: State) -> None:
        """Before a sprint: moved here, estimated, ordered, spelled out."""
        rng = self.rng
        ready = self.entered if self.entered > self.created else min(self.created + 2 * DAY, self.updated)
        span = max(1, ready - self.created - MINUTE)
        if self.flags & MOVED:
            self._at(self.created + span // 4, [("project", self.project.id), ("key", self.teller.key(self.index))])
        if self.flags & OLD_STATUS:
            self._at(self.created + span // 8, [("status", GONE_STATUS.id)])
            self._at(self.created + span // 3, [("status", self.flow[0])])
        self._at(self.created + int(span * rng.random()), [("rank", "Ranked higher")])
        self._at(self.created + int(span * rng.random()), [("priority", str(1 + int(rng.random() * 5)))])
        if self.number % 4 == 1:
            text = state["description"] + ("* 支持手机\n" if self.lang == "zh" else "* works on a phone\n")
            self._at(self.created + int(span * rng.random()), [("description", text)])
        if self.number % 4 == 2:
            self._at(self.created + int(span * rng.random()), [("labels", [LABELS[self.number % 6]])])
        if self.role == STANDARD and self.project.is_scrum and state["estimate"] is None and self.number % 11:
            self._at(
                self.created + int(span * (0.3 + 0.6 * rng.random())), [("estimate", POINTS[int(rng.random() * 6)])]
            )

    def _sprints(self, state: State) -> None:
        """Into the home sprint, through those it was carried into, and out where it left."""
        rng, board = self.rng, self.board
        ids = [sprint_id(board, slot) for slot in range(self.home, self.last + 1)]
        if self.flags & TRIED and not self.flags & BORN_IN:
            trial = [sprint_id(board, DELETED_SLOT)]
            self._at(self.created + (self.entered - self.created) // 2, [("sprint", trial)])
        if not self.flags & BORN_IN:
            self._at(self.entered, [("sprint", ids[:1])])
        begins, ends = self.line.begins[board], self.line.ends[board]
        opened = max(begins[self.home] if self.home < len(begins) else self.entered, self.entered)
        for carried, slot in enumerate(range(self.home + 1, self.last + 1), start=2):
            self._at(ends[slot - 1] + 1200, [("sprint", ids[:carried])])
        if self.left >= 0:
            leaving: list[Change] = [("sprint", [])]
            if self.number % 3 == 0 and self.lang == "en":
                leaving += [("status", REJECTED), ("resolution", "10001")]
            self._at(self.left, leaving)
        until = self.left if self.left >= 0 else self.done if self.done >= 0 else self.updated
        closed = min(ends[self.home], until) if self.home < len(ends) else until
        inside = max(2, closed - opened - MINUTE)
        if self.flags & RETURNED and self.home <= self.line.active and inside > DAY:
            self._at(opened + inside // 5, [("sprint", [])])
            self._at(opened + inside // 3, [("sprint", ids[:1])])
        if self.flags & RE_ESTIMATED:
            self._at(opened + int(inside * (0.2 + 0.7 * rng.random())), [("estimate", POINTS[int(rng.random() * 6)])])

    def _work(self) -> None:
        """From to-do to done, in steps that end at the outline's instant."""
        rng, flow = self.rng, self.flow
        begun = self.created
        if self.home >= 0:
            begins = self.line.begins[self.board]
            # Work begins in the sprint; what was carried over began in the sprint before.
            begun = max(self.entered, begins[self.home])
        span = self.done - begun
        start = begun + 1 + int(span * (0.05 + 0.3 * rng.random()))
        review = start + int((self.done - start) * (0.4 + 0.4 * rng.random()))
        doer = self.team[int(rng.random() * 4)]
        if self.number % 13 == 0:  # straight to done: no cycle time
            start = review = self.done
        else:
            self._at(start - MINUTE, [("assignee", doer)])
            self._at(start, [("status", flow[1])], doer)
            if self.number % 9 == 0:
                self._at(start + (review - start) // 3, [("flagged", True)])
                self._at(start + (review - start) // 2, [("flagged", False)])
            if self.number % 17 == 0 and self.lang == "en":
                self._at(start + (review - start) // 4, [("status", HOLD)])
                self._at(start + (review - start) // 3, [("status", flow[1])])
            self._at(review, [("status", flow[2])], doer)
        if self.number % 2 == 0:
            spent = 1800 * (1 + int(rng.random() * 24))
            self._at(start + 1, [("timeestimate", spent), ("timeoriginalestimate", spent)])
            self._at(self.done - 2, [("timespent", spent), ("timeestimate", 0)], doer)
        finish: list[Change] = [("resolution", "10000"), ("status", flow[3])]
        carried = self.line.ends[self.board][self.last - 1] if self.last > self.home else 0
        shown = max(review, carried + HOUR)  # what is done is not carried over
        if self.flags & REOPENED and self.done - shown > HOUR:
            first = shown + (self.done - shown) // 3
            self._at(first, finish, doer)
            self._at(first + (self.done - shown) // 3, [("resolution", None), ("status", flow[1])])
        self._at(self.done, finish)
        if self.updated - self.done > HOUR and self.number % 3:
            self._at(
                self.done + (self.updated - self.done) // 2,
                [("fix_versions", [f"{self.project.id}0{self.number % 3}"])],
            )

    def _extras(self) -> None:
        """Links, title changes, and for a few issues a very long history."""
        rng = self.rng
        span = max(2, self.updated - self.created)
        if self.index > 12 and self.number % 8 == 3:
            other = FIRST_ID + self.index - 7
            self._at(
                self.created + int(span * rng.random() * 0.5), [("links", [("10000", bool(self.number % 2), other)])]
            )
        if self.number % 21 == 4:
            title = summary(self.lang, self.number + 14, False)
            self._at(self.created + int(span * rng.random()), [("summary", title)])
        if self.flags & LONG:
            for place in range(45 + self.number % 90):
                way = "Ranked higher" if place % 2 else "Ranked lower"
                self._at(self.created + int(span * rng.random()), [("rank", way)])


def _replayed(story: Story, moves: list[Move], index: int, names: Names, done: str) -> Story:
    moves.sort(key=_when)
    state, first = story.state, (index + 1) * 256
    for place, (at, who, changes) in enumerate(moves):
        if items := change(state, changes, names):
            story.histories.append(History(first + place, at, who, items))
            note(story, at, changes)
    return story


def _when(move: Any) -> int:
    return int(move[0])


def note(story: Story, at: int, changes: list[Change]) -> None:
    """Keep the instants that Jira keeps beside the state: of the resolution and of the last change of status."""
    for name, value in changes:
        if name == "resolution":
            story.done_at = None if value is None else at
        elif name == "status":
            story.category_at = at
