"""What was decided at the sample story's demos: one verdict for each item shown."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from services.sample.cast import HEAD, PRODUCT_OWNER, SEED
from services.sample.story import Row, Story
from services.sample.timeline import Sprint

ACCEPTED_REMARKS: tuple[str | None, ...] = (
    "现场用真实订单演示，通过", "Shown with yesterday's orders, fine", "比预期快", "Exactly what we asked for",
    "仓库同事当场试用", None, None, None, None, None,
)  # fmt: skip
CHANGES_REMARKS: tuple[str | None, ...] = (
    "导出需要加合计行", "Please add a confirmation before the bulk action", "按钮文字改为“放行”", "The reason should be a list, not free text",
    "手机上看不全，需要调整", "Accepted; the wording goes to Customer service for review",
)  # fmt: skip
REJECTED_REMARKS: tuple[str | None, ...] = (
    "与当初说的不是一回事，需求中途改过", "The figures differ from the marketplace's bill", "规则没有和财务确认过", "Too slow with real data",
)  # fmt: skip
NOT_SHOWN_REMARKS: tuple[str | None, ...] = ("未完成，下个迭代演示", "Not finished, moved to the next sprint", None)


@dataclass(frozen=True)
class Decided:
    """A verdict on one item at one demo: accepted, accepted_with_changes, rejected or not_shown."""

    key: str
    sprint: Sprint
    verdict: str
    remark: str | None
    decided_by: str
    department: str | None
    decided_at: datetime


def verdicts(story: Story) -> list[Decided]:
    """Verdicts of every closed sprint's demo; chores are not demoed, removed items neither."""
    decided: list[Decided] = []
    for sprint in story.timeline.sprints:
        if sprint.completed_at is None:
            continue
        shown = [row for row in story.rows_of(sprint) if row.item.type != "task" and row.stay.removed_at is None]
        for minute, row in enumerate(shown):
            decided.append(_verdict(row, sprint, sprint.demo_at + timedelta(minutes=3 * minute + 4)))
    return decided


def _verdict(row: Row, sprint: Sprint, at: datetime) -> Decided:
    random = Random(f"{SEED}:demo:{sprint.name}:{row.item.title}")
    # While scope crept in, people were shown what they had not asked for.
    weights = {True: (62, 25, 13), False: (88, 11, 1)}[3 <= sprint.number <= 6]
    verdict, remarks = random.choices(
        (
            ("accepted", ACCEPTED_REMARKS),
            ("accepted_with_changes", CHANGES_REMARKS),
            ("rejected", REJECTED_REMARKS),
        ),
        weights,
    )[0]
    if row.done_at is None:
        verdict, remarks = "not_shown", NOT_SHOWN_REMARKS
    department = row.item.department
    return Decided(
        key=row.item.key,
        sprint=sprint,
        verdict=verdict,
        remark=random.choice(remarks),
        decided_by=HEAD[department] if department else PRODUCT_OWNER,
        department=department,
        decided_at=at,
    )
