"""The outline of every issue, a few numbers each: when it came, which sprints held it, when it was done.

The outline is drawn for all issues at once; what happened in detail is told by `story`, one issue at a time.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from services.demo_jira.cast import DAY, HOUR, MINUTE
from services.demo_jira.timeline import Timeline

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

EPIC, STANDARD, SUBTASK = 0, 1, 2
FIRST_ID = 10_001

# What is special about an issue.
ADDED, BORN_IN, REMOVED, OTHER_BOARD, RE_ESTIMATED, REOPENED, MOVED, TRIED, LONG, RETURNED, OLD_STATUS = (
    1 << bit for bit in range(11)
)


@dataclass(slots=True)
class Plan:
    """One entry per issue and array; -1 where there is none.

    Args: project, number, role: place in its project; board, home, last: scrum board and first and last slot;
    created, entered, left, done, updated: epoch milliseconds; flags: what is special.
    """

    project: npt.NDArray[np.int16]
    number: npt.NDArray[np.int32]
    role: npt.NDArray[np.int8]
    board: npt.NDArray[np.int8]
    home: npt.NDArray[np.int16]
    last: npt.NDArray[np.int16]
    flags: npt.NDArray[np.int16]
    created: Ints
    entered: Ints
    left: Ints
    done: Ints
    updated: Ints


def pattern(projects: int) -> list[int]:
    """Whose turn it is to get an issue, in tens; the last project is the kanban one."""
    if projects == 3:
        return [0, 1, 0, 1, 0, 2, 1, 0, 1, 0]
    return [0, 1, 2, 3, 0, 1, 2, 3, 4, 0]


def index_of(turns: list[int], project: int, number: int) -> int:
    """The place in the plan of a project's issue with a number."""
    places = [place for place, turn in enumerate(turns) if turn == project]
    block, rank = divmod(number - 1, len(places))
    return block * len(turns) + places[rank]


def make_plan(line: Timeline, issues: int, seed: int) -> Plan:
    """Draw the outline of all issues."""
    rng = np.random.default_rng([seed, issues])
    project, number, role = _places(len(line.projects), issues)
    created = _creation(line, issues, rng)
    nothing: Ints = np.full(issues, -1, dtype=np.int64)
    plan = Plan(
        project, number, role, board=np.full(issues, -1, dtype=np.int8), home=np.full(issues, -1, dtype=np.int16),
        last=np.full(issues, -1, dtype=np.int16), flags=_flags(issues, rng), created=created,
        entered=nothing.copy(), left=nothing.copy(), done=nothing.copy(), updated=nothing.copy(),
    )  # fmt: skip
    scrum = len(line.projects) - 1
    for board in range(scrum):
        own = (project == board) & (role == STANDARD)
        other = own & (plan.flags & OTHER_BOARD > 0) & (scrum > 1)
        for slots_of, members in ((board, own & ~other), ((board + 1) % scrum, other)):
            _sprint_life(plan, line, slots_of, np.flatnonzero(members), rng)
    _simple_life(plan, line, np.flatnonzero((role != STANDARD) | (project == scrum)), rng)
    return plan


def _places(projects: int, issues: int) -> Any:
    turns = pattern(projects)
    index = np.arange(issues)
    project = np.array(turns, dtype=np.int16)[index % 10]
    share = np.array([turns.count(p) for p in range(projects)])
    rank = np.array([turns[:place].count(turn) for place, turn in enumerate(turns)])
    number = ((index // 10) * share[project] + rank[index % 10] + 1).astype(np.int32)
    role = np.where(number % 24 == 1, EPIC, np.where(number % 6 == 0, SUBTASK, STANDARD)).astype(np.int8)
    return project, number, role


def _creation(line: Timeline, issues: int, rng: np.random.Generator) -> Ints:
    start = line.begins[0][0] - 10 * DAY
    whole = line.anchor - 2 * HOUR - start
    order: Floats = (np.arange(issues) + rng.random(issues)) / issues
    return (start + order * whole).astype(np.int64)


def _flags(issues: int, rng: np.random.Generator) -> npt.NDArray[np.int16]:
    shares = {
        ADDED: 0.14, BORN_IN: 0.06, REMOVED: 0.07, OTHER_BOARD: 0.03, RE_ESTIMATED: 0.15, REOPENED: 0.08,
        MOVED: 0.03, TRIED: 0.04, LONG: 0.008, RETURNED: 0.03, OLD_STATUS: 0.02,
    }  # fmt: skip
    flags = np.zeros(issues, dtype=np.int16)
    for flag, share in shares.items():
        flags[rng.random(issues) < share] |= flag
    if issues > 60:  # a small server has one of each as well
        for place, flag in enumerate(shares):
            flags[20 + 3 * place] |= flag
    return flags


def _sprint_life(plan: Plan, line: Timeline, board: int, who: Ints, rng: np.random.Generator) -> None:
    """Which sprints of one board its issues were in, and what became of them."""
    if not len(who):
        return
    begins, ends = np.array(line.begins[board]), np.array([*line.ends[board], line.anchor])
    created, n, active = plan.created[who], len(who), line.active
    ready = np.minimum(created + (rng.exponential(6 * DAY, n)).astype(np.int64), line.anchor - HOUR)
    home = np.searchsorted(begins, ready, side="right")
    flags = plan.flags[who]
    for flag, since in ((ADDED, ready), (BORN_IN, created)):
        running = np.clip(np.searchsorted(begins, since, side="right") - 1, -1, active)
        fits = (flags & flag > 0) & (running >= 0) & (ends[running] > since + HOUR)
        home = np.where(fits, running, home)
        flags = np.where(fits, flags, flags & ~flag).astype(np.int16)
    born = flags & BORN_IN > 0
    added = ((flags & ADDED) > 0) & ~born
    flags = np.where(born, flags & ~ADDED, flags).astype(np.int16)
    home = np.where(rng.random(n) < 0.07, -1, home)
    flags = np.where(home < 0, flags & ~(ADDED | BORN_IN | REMOVED | RETURNED), flags).astype(np.int16)
    planned = np.append(begins, line.anchor + 30 * DAY)[home]
    before = planned - (rng.random(n) * np.minimum(planned - created, 3 * DAY)).astype(np.int64)
    entered = np.where(born, created, np.where(added, ready, np.minimum(before, line.anchor - HOUR)))
    entered = np.maximum(np.where(home < 0, created, entered), created)

    started = (home >= 0) & (home <= active)
    removed = started & (flags & REMOVED > 0)
    flags = np.where(removed, flags, flags & ~REMOVED).astype(np.int16)
    carries = rng.choice([0, 1, 2], n, p=[0.74, 0.19, 0.07])
    last = np.where(started & ~removed, np.minimum(home + carries, active), home)
    opened = np.maximum(np.append(begins, 0)[last], entered)
    closed = ends[np.minimum(last, active)]
    luck = rng.random(n)
    is_done = started & ~removed & (luck < np.where(last < active, 0.96, 0.45))
    done = opened + ((closed - opened) * (0.3 + 0.68 * rng.random(n))).astype(np.int64)
    left = opened + ((closed - opened) * (0.2 + 0.6 * rng.random(n))).astype(np.int64)
    tail = (rng.random(n) ** 4 * 40 * DAY).astype(np.int64)
    end = np.where(is_done, done, np.where(removed, left, np.maximum(entered, np.where(started, opened, entered))))
    plan.board[who], plan.home[who], plan.last[who], plan.flags[who] = board, home, last, flags
    plan.entered[who] = entered
    plan.done[who] = np.where(is_done, done, -1)
    plan.left[who] = np.where(removed, left, -1)
    plan.updated[who] = np.minimum(end + tail, line.anchor - MINUTE)


def _simple_life(plan: Plan, line: Timeline, who: Ints, rng: np.random.Generator) -> None:
    """Epics, sub-tasks and the issues of the kanban project: no sprint of their own."""
    created = plan.created[who]
    done = created + HOUR + rng.exponential(6 * DAY, len(who)).astype(np.int64)
    is_done = (done < line.anchor - HOUR) & (plan.role[who] != EPIC)
    tail = (rng.random(len(who)) ** 4 * 40 * DAY).astype(np.int64)
    plan.done[who] = np.where(is_done, done, -1)
    plan.updated[who] = np.minimum(np.where(is_done, done, created + DAY) + tail, line.anchor - MINUTE)
    plan.updated[who] = np.maximum(plan.updated[who], created)
