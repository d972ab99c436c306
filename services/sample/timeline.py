"""When things happen in the sample story: twelve sprints a team, counted back from the anchor day. Reads no clock."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.sample.cast import FULFILMENT, INTAKE, TEAMS, Team

SPRINTS = 12
LAUNCH_AFTER = 8  # the launch is at the end of this sprint
WEDNESDAY = 2
OVERLAPS = {6, 10}  # sprints of the fulfilment team that were started before their predecessor was closed


@dataclass(frozen=True)
class Sprint:
    """A sprint of a team, in wall-clock time; `completed_at` is None while it runs."""

    team: Team
    number: int
    name: str
    goal: str | None
    started_at: datetime
    planned_end_at: datetime
    completed_at: datetime | None
    demo_at: datetime

    @property
    def closes_at(self) -> datetime:
        """When it was closed, or is to be."""
        return self.completed_at or self.planned_end_at

    def workday(self, index: int) -> date:
        """The index-th working day after the first (0); 10 is the day it ends."""
        weeks, rest = divmod(self.started_at.weekday() + index, 5)
        return self.started_at.date() + timedelta(days=weeks * 7 + rest - self.started_at.weekday())


@dataclass(frozen=True)
class Timeline:
    """The story's calendar. `cut` is the anchor day's midnight: nothing in the story happens at or after it."""

    anchor: date
    cut: datetime
    sprints: tuple[Sprint, ...]
    launch_at: datetime
    speed_release_at: datetime  # release 1.1, after the painful month

    def sprint(self, team: Team, number: int) -> Sprint:
        """One sprint by team and number (1 to 12)."""
        return next(each for each in self.sprints if each.team is team and each.number == number)


def working(at: datetime) -> datetime:
    """The same instant, or the next one at which somebody is at work, to the minute."""
    at = at.replace(second=0, microsecond=0)
    if at.hour >= 18 or at.weekday() >= 5:
        at = datetime.combine(at.date() + timedelta(days=1), time(0, at.minute))
    while at.weekday() >= 5:
        at += timedelta(days=1)
    return at if at.hour >= 9 else at.replace(hour=9 + at.minute % 3)  # not everybody begins at nine


def previous_workday(day: date) -> date:
    """The working day before a day."""
    day -= timedelta(days=1)
    while day.weekday() >= 5:
        day -= timedelta(days=1)
    return day


def last_start(anchor: date) -> date:
    """The Wednesday, 7 to 13 days before the anchor, on which the intake team's running sprint started."""
    week_ago = anchor - timedelta(days=7)
    return week_ago - timedelta(days=(week_ago.weekday() - WEDNESDAY) % 7)


def _sprint(team: Team, number: int, first: date) -> Sprint:
    begins, ends, demo = (
        (time(16, 30), time(16, 0), time(14, 0)) if team is INTAKE else (time(11, 15), time(11, 0), time(9, 30))
    )
    if team is FULFILMENT and number in OVERLAPS:
        begins = time(10, 50)
    end_day = first + timedelta(days=14)
    end = datetime.combine(end_day, ends)
    return Sprint(
        team=team,
        number=number,
        name=f"{team.sprint_prefix} {number}",
        goal=team.goals[number - 1],
        started_at=datetime.combine(first, begins),
        planned_end_at=end,
        completed_at=end if number < SPRINTS else None,
        demo_at=datetime.combine(end_day, demo),
    )


def timeline(anchor: date) -> Timeline:
    """The story's calendar for the day it ends; the same anchor always gives the same calendar."""
    sprints: list[Sprint] = []
    for team in TEAMS:
        last = last_start(anchor) - timedelta(days=0 if team is INTAKE else 1)
        sprints += [_sprint(team, n, last - timedelta(days=14 * (SPRINTS - n))) for n in range(1, SPRINTS + 1)]
    starts = {each.number: each.started_at for each in sprints if each.team is INTAKE}
    return Timeline(
        anchor=anchor,
        cut=datetime.combine(anchor, time()),
        sprints=tuple(sprints),
        launch_at=datetime.combine(starts[LAUNCH_AFTER + 1].date(), time(20, 0)),
        speed_release_at=datetime.combine(starts[LAUNCH_AFTER + 3].date(), time(20, 0)),
    )
