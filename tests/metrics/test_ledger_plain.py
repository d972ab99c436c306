"""Plain rows are counted as every other item is: both ways over random sheets give the same ledgers, row for row."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest

from metrics.histories import build_history
from metrics.history import History, instant, microseconds
from metrics.ledger import POLICIES, Ledger
from metrics.recorded import Columns, SourceRules, _stated_rows, fold_sprints, recorded_history
from tests.metrics.story import T0

KNOWN = ("added_at", "removed_at", "initial_points", "done_at")
DAY = 86_400_000_000
STATUSES = {"todo": "todo", "doing": "in_progress", "done": "done", "closed": "done"}


def sheets(seed: int) -> tuple[SourceRules, Columns, Columns]:
    """Some sprints of two boards (running, closed, planned, overlapping, without dates) and what sheets state of items:
    most in one sprint; some in several, deleted, epics, sub-tasks and their parents, with unknown statuses."""
    pick = random.Random(seed)
    start = microseconds(T0)
    sprints: list[tuple[Any, ...]] = []
    for number in range(8):
        begin = start + DAY * 7 * number
        state = pick.choice(["closed", "closed", "closed", "active", "future"])
        end = begin + pick.choice([DAY * 7, DAY * 7, DAY * 14, -DAY]) if state == "closed" else None
        begins = None if pick.random() < 0.1 else begin
        sprints.append((f"S{number}", pick.choice(["A", "A", None]), f"Sprint {number}", state, begins, end))
    ids = [one[0] for one in sprints]

    def when(share: float, sprint_id: str = "S3") -> int | None:
        near = start + DAY * 7 * int(sprint_id[1:])
        shifts = (-DAY, 0, 0, 1, DAY, DAY, DAY * 3, DAY * 7, DAY * 8)
        return near + pick.choice(shifts) if pick.random() < share else None

    every = [tuple(name for at, name in enumerate(KNOWN) if bits >> at & 1) for bits in range(16)]
    of_sprint = {one: every[(seed * 4 + at) % 16 if at % 2 else 15] for at, one in enumerate(ids)}
    items: list[tuple[Any, ...]] = []
    stated: list[tuple[Any, ...]] = []
    for number in range(160):
        item_id, key = f"i{number}", f"ORD-{number // 2 if pick.random() < 0.05 else number}"
        held = pick.sample(ids, pick.choice([1, 1, 1, 1, 2, 3]))
        kind = pick.choice(["requirement"] * 7 + ["bug", "epic", "subtask"])
        parent = f"i{pick.randrange(160)}" if kind == "subtask" and pick.random() < 0.7 else None
        status = pick.choice([*STATUSES, *STATUSES, "lost", None])
        now = [one for one in held if pick.random() < 0.9] + (["S0"] if pick.random() < 0.05 else [])
        size = pick.choice([None, 0.0, 1.0, 3.0, 0.1])
        items.append(
            (item_id, key, kind, parent, status, size, when(0.5, held[0]), when(0.2), pick.random() < 0.05, now)
        )
        for sprint_id in held:
            if pick.random() < 0.95:
                known = of_sprint[sprint_id]
                stated.append((
                    sprint_id, item_id, list(known),
                    when(0.6, sprint_id) if "added_at" in known else None, pick.choice(["Lin", None]),
                    when(0.4, sprint_id) if "removed_at" in known else None,
                    pick.choice([None, 1.0, 2.0, 0.0]) if "initial_points" in known else None, size,
                    pick.choice([status, "done", "closed", None]), when(0.6, sprint_id) if "done_at" in known else None,
                ))  # fmt: skip
    rules = SourceRules(
        policy=POLICIES[seed % 3],
        counts_subtasks=seed % 2 == 0,
        statuses=pd.DataFrame({"status_id": list(STATUSES), "category": list(STATUSES.values())}),
        boards=pd.DataFrame({
            "board_id": ["A"], "columns": [[{"statuses": ["todo"]}, {"statuses": ["closed"]}]],
        }),
        sprints=list(zip(*sprints, strict=True)),
        log_begins={},
        has_stated=True,
        as_of=instant(start) + timedelta(days=pick.choice([10, 30, 90])),
    )  # fmt: skip
    return rules, list(zip(*items, strict=True)), list(zip(*stated, strict=True))


def walked(rules: SourceRules, items: Columns, stated: Columns) -> History:
    """Every item with its steps: no row is taken as plain."""
    rows = [(*row[:8], row[4] in rules.by_category, *row[8:]) for row in zip(*items, strict=True)]
    return build_history(
        rules.spans.values(),
        rows,
        [],
        _stated_rows(rules, stated),
        log_from={},
        is_full_log=False,  # type: ignore[arg-type]
    )


def told(one: Ledger) -> Mapping[str, Any]:
    """Everything a ledger says, the order of a sentence's parameters included."""
    rows = [(row, list(row.why_params.items())) for row in one.rows]
    return {**vars(one), "rows": rows}


@pytest.mark.parametrize("seed", range(24))
def test_plain_rows_are_counted_as_items_with_steps_are(seed: int) -> None:
    rules, items, stated = sheets(seed)
    whole = walked(rules, items, stated)
    short = recorded_history(rules, items, [()] * 7, stated)
    assert 60 < sum(map(len, short.plain.values())) < 140, "some rows are plain, and some are not"
    ids = list(rules.spans)
    assert [told(one) for one in fold_sprints(rules, short, ids)] == [
        told(one) for one in fold_sprints(rules, whole, ids)
    ]


def test_beside_a_change_log_no_row_is_plain() -> None:
    rules, items, stated = sheets(1)
    logged = replace(rules, log_begins={"status": T0})
    assert recorded_history(logged, items, [()] * 7, stated).plain == {}
