"""The plot of the sample story: reads `backlog.psv`, a line per item, and plays each item's fate through the sprints.

Fates: `spill` (done in the next sprint), `gone` (moved to the next sprint and taken out there), `drop` (taken out again),
`est:5` (re-estimated to 5), `first:5` (estimated only inside the sprint), `noest` (never estimated), `title`, `desc`, `prio` (reworded, extended, raised), `outside` (done before
it was brought in), `nores` (done, and nobody set a resolution), `#tag` (the name by which a decision refers to it).
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from random import Random

from services.sample.cast import DEPARTMENTS, HEAD, PRODUCT_OWNER, PROJECT, SEED, STAFF, TEAMS, Team
from services.sample.story import Event, Item, Stay, Story, until
from services.sample.timeline import SPRINTS, Sprint, Timeline, timeline, working

BACKLOG = Path(__file__).with_name("backlog.psv")
LIMITED_SINCE = 10  # the sprint, after the month of the launch, from which on the teams begin only what they can finish
UNRULY = range(3, 7)  # the sprints in which departments put work straight onto the board


@dataclass(frozen=True)
class Line:
    """One line of the plot: an item and its fate."""

    team: Team
    sprint: int
    is_late: bool
    type: str
    points: float | None
    department: str | None
    title: str
    fates: dict[str, str]
    criteria: str | None
    note: str

    @property
    def tag(self) -> str | None:
        """The name by which decisions refer to the item."""
        return next((fate[1:] for fate in self.fates if fate.startswith("#")), None)

    @property
    def changes(self) -> bool:
        """Whether estimate or words change inside the sprint."""
        return any(fate in self.fates for fate in ("est", "first", "title", "desc", "prio"))


def lines() -> list[Line]:
    """The plot, line by line, in the file's order."""
    teams = {team.code: team for team in TEAMS}
    told = []
    for text in BACKLOG.read_text(encoding="utf-8").splitlines():
        if text.startswith("#"):
            continue
        code, number, when, kind, points, dept, title, fates, criteria, note = text.split("|")
        words = [(name, given) for name, _, given in (fate.partition(":") for fate in fates.split())]
        told.append(
            Line(
                team=teams[code],
                sprint=int(number),
                is_late=when == "late",
                type=kind,
                points=float(points) if points and not fates.startswith("noest") else None,
                department=DEPARTMENTS.get(dept),
                title=title,
                fates=dict(words),
                criteria=criteria or None,
                note=note,
            )
        )
    return told


class Fate:
    """Plays one line: chooses its instants with a generator of its own, so that one line's edit moves no other."""

    def __init__(self, line: Line, calendar: Timeline) -> None:
        self.line, self.calendar = line, calendar
        self.random = Random(f"{SEED}:{line.team.code}:{line.sprint}:{line.title}")
        self.sprint = calendar.sprint(line.team, line.sprint)
        self.author = self.random.choice(line.team.members)
        self.stays: list[Stay] = []
        self.events: list[Event] = []

    def on(self, sprint: Sprint, first: int, last: int, opens: int = 9, closes: int = 17) -> datetime:
        """Some working minute between two working days of a sprint."""
        day = sprint.workday(self.random.randint(first, last))
        return datetime.combine(day, time(self.random.randint(opens, closes), self.random.randint(0, 59)))

    def play(self) -> tuple[Item, list[Stay], list[Event]]:
        """The item as first written down (its key is given later), its stays and its events."""
        line = self.line
        added_at, added_by = self._entry()
        item = self._item(added_at, added_by)
        self.stays.append(Stay(key="", sprint=self.sprint, added_at=added_at, added_by=added_by))
        self._reword(item)
        if "drop" in line.fates:
            removed_at = self.on(self.sprint, 7, 8)
            self.stays[0] = replace(self.stays[0], removed_at=removed_at)
        else:
            self._finish(added_at)
        return item, self.stays, self.events

    def _entry(self) -> tuple[datetime, str]:
        line = self.line
        if not line.is_late:
            day_before = self.sprint.started_at.date() - timedelta(days=1 if self.sprint.started_at.weekday() else 3)
            at = datetime.combine(day_before, time(self.random.randint(14, 17), self.random.randint(0, 59)))
            return at, line.team.lead
        at = self.on(self.sprint, *((3, 3) if "outside" in line.fates else (2, 4)))
        if line.sprint in UNRULY and line.department:
            return at, self.random.choice(STAFF[line.department])
        return at, self.random.choice((line.team.lead, PRODUCT_OWNER))

    def _item(self, added_at: datetime, added_by: str) -> Item:
        line, high = self.line, self.line.type == "bug" or self.line.is_late
        days = 0 if line.is_late and line.type == "bug" else self.random.randint(1, 4 if line.is_late else 18)
        created_at = added_at - timedelta(days=days, minutes=self.random.randint(25, 140))
        if "outside" in line.fates:
            created_at = datetime.combine(self.sprint.workday(1), time(9, self.random.randint(0, 59)))
        reporter = self.random.choice(STAFF[line.department]) if line.department else line.team.lead
        weights = (6, 3, 1) if high else (2, 6, 2)
        priority = (
            line.team.priorities[1] if "prio" in line.fates else self.random.choices(line.team.priorities, weights)[0]
        )
        return Item(
            key="",
            team=line.team,
            title=line.note if "title" in line.fates else line.title,
            type=line.type,
            priority=priority,
            estimate=None if {"first", "noest"} & line.fates.keys() else line.points,
            department=line.department,
            reporter=reporter,
            assignee=self.author,
            description=_description(line),
            criteria=line.criteria,
            created_at=created_at,
            tag=line.tag,
            has_resolution="nores" not in line.fates,
        )

    def _reword(self, item: Item) -> None:
        line, reporter = self.line, HEAD.get(self.line.department or "", PRODUCT_OWNER)
        if given := line.fates.get("est") or line.fates.get("first"):
            at = self.on(self.sprint, 5, 6, closes=11)
            self._change(at, "estimate", item.estimate, float(given), self.author)
        if "title" in line.fates:
            at = self.on(self.sprint, 5, 6, opens=12, closes=13)
            self._change(at, "title", item.title, line.title, reporter)
        if "desc" in line.fates:
            at = self.on(self.sprint, 5, 6, opens=14, closes=15)
            longer = f"{item.description} {line.note}"
            self._change(at, "description", item.description, longer, reporter)
        if "prio" in line.fates:
            at = self.on(self.sprint, 5, 6, opens=16)
            self._change(at, "priority", item.priority, line.team.priorities[0], reporter)

    def _finish(self, added_at: datetime) -> None:
        """Started and done in its sprint, or carried over and done in the next one."""
        line = self.line
        if "outside" in line.fates:
            self._done(self.on(self.sprint, 1, 1, opens=11, closes=12), self.on(self.sprint, 2, 2))
            return
        begun = max(added_at, self.sprint.started_at) + timedelta(hours=self.random.randint(16, 20))
        if not {"spill", "gone"} & line.fates.keys() or line.sprint == SPRINTS:
            days = (7, 9) if line.changes or line.is_late else (2, 9)
            done = max(self.on(self.sprint, *days), begun + timedelta(hours=2))
            self._done(self._pulled(begun, done), done)
            return
        following = self.calendar.sprint(line.team, line.sprint + 1)
        moved_at = self.sprint.closes_at + timedelta(
            minutes=self.random.randint(1, 3), seconds=self.random.randint(0, 59)
        )
        stay = Stay(key="", sprint=following, added_at=moved_at, added_by=line.team.lead)
        if "gone" in line.fates:
            stay = replace(stay, removed_at=self.on(following, 2, 4))
        self.stays.append(stay)
        self._done(begun, None if stay.removed_at else self.on(following, 1, 7))
        if stay.removed_at:
            self._change(stay.removed_at, "status", "in_progress", "todo", line.team.lead)

    def _pulled(self, begun: datetime, done: datetime) -> datetime:
        """When an item was begun: with all others as the sprint starts, and since the teams limit their work in progress
        only once somebody is free for it; what interrupts them is begun at once then, too."""
        if self.line.sprint < LIMITED_SINCE or self.line.changes or self.line.is_late:
            return begun
        pulled = working(done - timedelta(hours=self.random.randint(26, 90)))
        return max(begun, min(pulled, done - timedelta(hours=1)))

    def _done(self, begun: datetime, done: datetime | None) -> None:
        self._change(begun, "status", "todo", "in_progress", self.author)
        if done:
            self._change(done, "status", "in_progress", "done", self.author)

    def _change(self, at: datetime, name: str, before: object, after: object, author: str) -> None:
        self.events.append(Event(at=at, key="", field=name, before=before, after=after, author=author))


def _description(line: Line) -> str | None:
    if line.department is None or line.type != "story":
        return None
    if any("\u4e00" <= letter <= "\u9fff" for letter in line.title):
        return f"{line.department.split()[0]}提出：{line.title}。"
    return f"Asked for by {line.department.split(maxsplit=1)[1]}: {line.title}."


def plot(calendar: Timeline) -> Story:
    """Every line played to its end, also beyond the story's end: `story.until` cuts it."""
    played = [Fate(line, calendar).play() for line in lines()]
    played.sort(key=lambda each: (each[0].created_at, each[0].title))
    items: list[Item] = []
    stays: list[Stay] = []
    events: list[Event] = []
    for number, (item, item_stays, item_events) in enumerate(played, start=101):
        key = f"{PROJECT}-{number}"
        items.append(replace(item, key=key))
        stays += [replace(stay, key=key) for stay in item_stays]
        events += [replace(event, key=key) for event in item_events]
    events.sort(key=lambda each: (each.at, each.key, each.field))
    return Story(timeline=calendar, items=tuple(items), stays=tuple(stays), events=tuple(events))


def tell(anchor: date) -> Story:
    """The whole story, ending at the anchor day's first minute; the same anchor always gives the same story."""
    calendar = timeline(anchor)
    return until(plot(calendar), calendar.cut)
