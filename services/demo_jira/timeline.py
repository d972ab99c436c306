"""The boards and their sprints: two weeks each, some overlapping, one past its end, one without dates, one deleted."""

from dataclasses import dataclass, field

from services.demo_jira.cast import DAY, HOUR, KANBAN_PROJECT, MINUTE, SCRUM_PROJECTS, Project

FORTNIGHT = 14 * DAY
DELETED_SLOT = 98  # histories name a sprint of each board that was deleted since


@dataclass(slots=True)
class Sprint:
    """A sprint as the server keeps it; instants in epoch milliseconds."""

    id: int
    board_id: int
    name: str
    state: str  # closed, active, future
    start: int | None = None
    end: int | None = None
    activated: int | None = None
    completed: int | None = None
    goal: str | None = None


@dataclass(slots=True)
class Board:
    """A board: a view of one project; a second view of a project shows the sprints of the first."""

    id: int
    name: str
    kind: str  # scrum, kanban
    project: Project
    shows: int | None = None  # the board whose sprints it shows beside its own


@dataclass(slots=True)
class Timeline:
    """Boards, sprints by id, and the arithmetic of their slots.

    Args: begins[b][s] and ends[b][s], when the sprint in slot s of scrum board b started and was completed (the
    anchor where it is open); active, the slot of the open sprints.
    """

    anchor: int
    projects: list[Project]
    boards: list[Board]
    sprints: dict[int, Sprint]
    begins: list[list[int]]
    ends: list[list[int]]
    active: int
    deleted: dict[int, str] = field(default_factory=dict)


def sprint_id(board: int, slot: int) -> int:
    """The id of the sprint in a slot of a scrum board (counted from 0)."""
    return 100 * (board + 1) + slot + 1


def make_timeline(anchor: int, issues: int) -> Timeline:
    """The boards and sprints that a number of issues fills, ending at the anchor."""
    scrum = SCRUM_PROJECTS[: 2 if issues < 20_000 else 4]
    closed = max(4, min(46, round(issues * 0.7 / (len(scrum) * 14))))
    line = Timeline(
        anchor, [*scrum, KANBAN_PROJECT],
        [Board(b + 1, f"{project.key} board", "scrum", project) for b, project in enumerate(scrum)],
        {}, [], [], closed,
    )  # fmt: skip
    line.boards.append(Board(len(scrum) + 1, f"{KANBAN_PROJECT.key} board", "kanban", KANBAN_PROJECT))
    line.boards.append(Board(len(scrum) + 2, f"{scrum[0].key} release view", "scrum", scrum[0], shows=1))
    for b, project in enumerate(scrum):
        _sprints(line, b, project, closed)
    return line


def _sprints(line: Timeline, b: int, project: Project, closed: int) -> None:
    today = line.anchor - line.anchor % DAY
    # The second board's open sprint should have ended a day ago; nobody has closed it.
    opened = today - (15 if b == 1 else 5 + b) * DAY + HOUR + 7 * MINUTE
    begins = [opened - (closed - slot) * FORTNIGHT for slot in range(closed + 2)]
    ends = []
    for slot in range(closed + 1):
        # Now and then a sprint is completed two days after the next one has begun.
        late = 2 * DAY if slot % 6 == 3 and slot < closed - 1 else -30 * MINUTE
        ends.append(begins[slot + 1] + late if slot < closed else line.anchor)
    line.begins.append(begins)
    line.ends.append(ends)
    for slot in range(closed + 3):
        state = "closed" if slot < closed else "active" if slot == closed else "future"
        planned = begins[slot] - 7 * MINUTE if slot <= closed + 1 else None
        line.sprints[sprint_id(b, slot)] = Sprint(
            sprint_id(b, slot), b + 1, name_of(project, slot + 1), state,
            start=planned, end=planned + FORTNIGHT - HOUR if planned else None,
            activated=begins[slot] if slot <= closed else None,
            completed=ends[slot] if slot < closed else None,
            goal=(None, "", f"Fewer steps to pay, {slot}", "下单更快，差错更少")[slot % 4],
        )  # fmt: skip
    line.deleted[sprint_id(b, DELETED_SLOT)] = f"{project.key} trial sprint"


def name_of(project: Project, number: int) -> str:
    """A sprint's name in its project's language."""
    return f"{project.key} 第{number}迭代" if project.lang == "zh" else f"{project.key} Sprint {number}"
