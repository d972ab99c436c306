"""The balance of R15 on ten thousand random sprints: hundreds of them share their items, overlap, and contradict nobody."""

import random
from datetime import timedelta
from math import isclose

import pytest

from metrics.events import prepare_history
from metrics.ledger import Ledger, counting_rules, fold_ledger
from tests.metrics.story import DONE, OPEN, T0, Story

SPRINTS, SEEDS = 500, 20
ITEMS = 1_500
DAY = timedelta(days=1)
POLICIES = ("jira-cloud", "jira-dc", "plan-cn")


def tell(seed: int) -> Story:
    """A tracker's history: sprints of five boards that overlap, items that enter, leave, return, are estimated anew, done
    and reopened, at instants that often coincide with a sprint's start or end."""
    draw, story = random.Random(seed), Story()
    story.sprints.clear()
    edges = []
    for number in range(SPRINTS):
        start = T0 + DAY * 3 * number + timedelta(hours=draw.choice((0, 0, 1)))
        end = start + timedelta(days=14, minutes=draw.choice((0, 3, 6)))
        is_open = number > SPRINTS - 4
        story.sprint(str(number), start, None if is_open else end, board_id=str(number % 5))
        edges.append((start, end))
    for number in range(ITEMS):
        home = draw.randrange(SPRINTS)
        sprints, estimate, status = {str(home)}, draw.choice((None, 1.0, 3.0, 5.0)), OPEN
        created = edges[home][0] + timedelta(days=draw.choice((-9, -1, 0, 2)))
        at = created
        for _ in range(draw.randrange(7)):
            at = max(at, draw.choice((at + timedelta(hours=draw.randrange(1, 90)), *edges[min(home + 5, SPRINTS - 1)])))
            kind = draw.randrange(4)
            if kind == 0:
                status, before = (DONE, OPEN) if status == OPEN else (OPEN, DONE)
                story.change(str(number), at, "status", before, status)
            elif kind == 1:
                before, estimate = estimate, draw.choice((None, 2.0, 8.0, 0.5))
                story.change(str(number), at, "estimate", _text(before), _text(estimate))
            else:
                moved = str(min(home + draw.choice((0, 5, 10)), SPRINTS - 1))
                after = sprints ^ {moved}
                story.change(str(number), at, "sprint", _ids(sprints), _ids(after))
                sprints = after
        story.item(
            str(number), estimate, _ids(sprints) or "", is_done=status == DONE, created_at=created,
            kind=draw.choice(("requirement", "requirement", "bug", "chore", "subtask")),
        )  # fmt: skip
    return story


def _text(points: float | None) -> str | None:
    return None if points is None else str(points)


def _ids(sprints: set[str]) -> str | None:
    return ", ".join(sorted(sprints)) or None


def check(one: Ledger) -> None:
    """Both sides of the identity, summed afresh from the entries."""
    rows = [row for row in one.rows if row.bucket is not None]
    staying = [row for row in rows if row.outcome in ("completed", "not_completed")]
    gone = [row for row in rows if row.outcome == "removed"]
    came = sum(row.initial_points or 0 for row in rows)
    moved = sum((row.final_points or 0) - (row.initial_points or 0) for row in staying)
    left = came + moved - sum(row.initial_points or 0 for row in gone)
    right = sum(row.final_points or 0 for row in staying)
    figures = one.totals["points"]
    assert one.balances == {"points": True, "counts": True}
    assert isclose(left, right, abs_tol=1e-6)
    assert isclose((figures["completed"] or 0) + (figures["not_completed"] or 0), right, abs_tol=1e-6)
    assert len(rows) - len(gone) == len(staying)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_one_of_ten_thousand_random_sprints_balances(seed: int) -> None:
    story, draw = tell(seed), random.Random(-seed)
    history = prepare_history(**story.frames())
    balanced = entries = 0
    for sprint_id in history.sprints:
        as_of = T0 + DAY * draw.choice((SPRINTS * 3 + 60, 3 * int(sprint_id) + 7))
        rules = counting_rules(
            frozenset({DONE}), frozenset({OPEN, DONE}), as_of, POLICIES[seed % 3], counts_subtasks=bool(seed % 2)
        )
        one = fold_ledger(history, sprint_id, rules)
        if one.is_started:
            check(one)
            balanced, entries = balanced + 1, entries + len(one.rows)
    assert balanced == SPRINTS
    assert entries > SPRINTS * 3
