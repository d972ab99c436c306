"""What people decided in the sample story, that no sheet carries: change requests, waivers, verdicts on goals.

The loader performs them through the real actions, with these names at these instants. Before sprint 7 nobody asked for
a change request: whatever was added then is unapproved.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.sample.cast import FINANCE, HEAD, INTAKE, OPERATIONS, PRODUCT_OWNER, SERVICE, WAREHOUSE, ZONE
from services.sample.goals import GOALS
from services.sample.story import Item, Row, Story
from services.sample.timeline import Sprint, previous_workday, working

ADDED, REMOVED, RE_ESTIMATED, CONTENT = "added", "removed", "re_estimated", "content"


@dataclass(frozen=True)
class Covered:
    """A change a request covers: an item in a sprint, and the kind of change."""

    key: str
    sprint: str
    change_kind: str


@dataclass(frozen=True)
class ChangeRequestDecision:
    """A change request as evaluated; `decision` is approved or rejected, None while nobody has signed it. Instants in UTC."""

    title: str
    reason: str
    impact: str
    points: float
    days: float
    department: str
    requested_by: str
    requested_at: datetime
    recorded_by: str
    covered: tuple[Covered, ...]
    decision: str | None = None
    signed_by: str | None = None
    signed_at: datetime | None = None
    remark: str | None = None


@dataclass(frozen=True)
class WaiverDecision:
    """A detected change that needs no request, with the reason. Instant in UTC."""

    key: str
    sprint: str
    change_kind: str
    reason: str
    waived_by: str
    at: datetime


@dataclass(frozen=True)
class GoalDecision:
    """Whether a sprint's goal was met (met, partly, missed), with the evidence. Instant in UTC."""

    sprint: str
    verdict: str
    evidence: str
    decided_by: str
    at: datetime


Decision = ChangeRequestDecision | WaiverDecision | GoalDecision


@dataclass(frozen=True)
class _Request:
    """A change request in the plot: the tag of its items, and how long after the request it was signed (None: never)."""

    tag: str
    kind: str
    title: str
    reason: str
    impact: str
    points: float
    days: float
    department: str
    signed_hours: float | None = 5
    remark: str | None = None
    decision: str = "approved"


_REQUESTS = (
    _Request("a7a", ADDED, "企业订单超额度须财务放行", "两笔企业订单超信用额度发货，回款逾期", "接入组 2 点；“规则统计”顺延", 2, 1, FINANCE, 4),
    _Request("a7d", REMOVED, "规则统计顺延", "为财务放行腾出容量", "少 2 点，上线后再做", -2, 0, OPERATIONS, 4),
    _Request("a7e", RE_ESTIMATED, "The deciding rule is kept with the order, for seven years", "The auditor asks for seven years, not one", "2 points more, storage 4 GB a year", 2, 1, FINANCE, 6),
    _Request("b7a", ADDED, "通话与订单关联（质检要求）", "服务质检从下月起抽查通话", "履约组 3 点；“承诺订单标记”顺延", 3, 1.5, SERVICE, 7),
    _Request("b7d", REMOVED, "Mark an order as promised: later", "Makes room for the call recordings", "3 points less now", -2, 0, SERVICE, 7),
    _Request("a8a", ADDED, "Export for the old system's archive", "The old system is switched off at the launch; tax law wants the orders", "3 points in the pilot sprint, no delay", 3, 1, OPERATIONS, 3),
    _Request("a8c", CONTENT, "Pilot also compares the time from payment to approval", "Without it nobody can say whether the KPI moves", "No points; half a day of Operations", 0, 0.5, OPERATIONS, 3),
    _Request("b8a", ADDED, "备用打印机自动切换", "演练中打印机故障停线 40 分钟", "2 点，不影响上线日", 2, 1, WAREHOUSE, 2),
    _Request("b8c", CONTENT, "上线演练增加断网场景", "杭州仓上月断网两次", "演练多半天", 0, 0.5, WAREHOUSE, 5),
    _Request("a9a", ADDED, "Pause a single store", "The wrong token could only be stopped by stopping all stores", "3 points; rules per store move to later", 3, 1.5, OPERATIONS, 2),
    _Request("a9d", REMOVED, "店铺级规则顺延", "上线首周先稳定", "少 3 点", -3, 0, OPERATIONS, 2),
    _Request("a9e", RE_ESTIMATED, "地址解析改为学习人工修正", "自治区地址错发 23 单", "3 点，顺延到下个迭代完成", 3, 2, OPERATIONS, 24),
    _Request("b9a", ADDED, "一键补打当班面单", "面单错打后逐单补打耗时两小时", "2 点；路线优化顺延", 2, 1, WAREHOUSE, 3),
    _Request("b9d", REMOVED, "波次路线优化顺延", "为补打面单让路", "少 3 点", -3, 0, WAREHOUSE, 3),
    _Request("a10a", ADDED, "Campaign mode", "11.11 needs bands that end by themselves", "3 points, nothing moves", 3, 1, OPERATIONS, 6),
    _Request("a10c", CONTENT, "审核规则合并执行", "单靠加机器到不了 15 分钟", "点数不变，换方案", 0, 0, OPERATIONS, 6),
    _Request("b10a", ADDED, "退货处置损失登记", "财务要求损失可追溯", "2 点", 2, 1, FINANCE, 9),
    _Request("b10e", RE_ESTIMATED, "Outlet sale of grade B returns", "Prices must follow the outlet store's rules", "2 points more", 2, 1, FINANCE, 9),
    _Request("a11a", ADDED, "Second person for refunds above ￥1,000", "Finding of the internal audit", "2 points; keyboard shortcuts move to later", 2, 1, FINANCE, 5, "Needed before the year-end audit"),
    _Request("a11d", REMOVED, "Keyboard shortcuts: later", "Makes room for the second signature on refunds", "2 points less", -2, 0, OPERATIONS, 5),
    _Request("a11t", CONTENT, "异常报表改为原因统计", "运营要的是原因，不是明细", "点数不变", 0, 0, OPERATIONS, 4),
    _Request("a11o", ADDED, "直播专场订单单独排队", "直播高峰挤占普通订单", "3 点，可能顺延批量修正地址", 3, 1.5, OPERATIONS, None),
    _Request("b11a", ADDED, "月末退货成本分摊", "店铺考核需要分摊到店", "3 点；“退货率排行”顺延", 3, 1.5, FINANCE, 6),
    _Request("b11d", REMOVED, "Return rates per store: later", "Makes room for the month-end split", "2 points less", -2, 0, OPERATIONS, 8),
    _Request("b11t", CONTENT, "退货原因二次确认", "首选原因有三成不准", "点数不变", 0, 0, SERVICE, 5),
    _Request("a12a", ADDED, "Hide test orders from all figures", "Sandbox orders of the second marketplace spoil the daily figures", "2 points", 2, 1, OPERATIONS, 26, "Hide them in the sandbox, no code for that", "rejected"),
    _Request("b12a", ADDED, "Photo of the sealed parcel", "Claims against the carrier need proof", "2 points", 2, 1, WAREHOUSE, None),
)  # fmt: skip

_HOTFIX = "上线缺陷，随修随上，不走变更 (defect after the launch, fixed at once)"
_WAIVED = (
    ("a9h", ADDED, _HOTFIX),
    ("b9h", ADDED, _HOTFIX),
    ("a10h", ADDED, _HOTFIX),
    ("b10h", ADDED, "Personal data was visible: fixed at once, reported to Customer service"),
    ("b11h", ADDED, "Defect in what was just delivered; no new scope"),
    ("a11e", RE_ESTIMATED, "Estimate corrected in refinement, the scope is the same"),
    ("a12e", RE_ESTIMATED, "Shared stock needs both marketplaces' rules; the wish is the same"),
    ("b7e", RE_ESTIMATED, "Turned out smaller; nothing was asked for"),
)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def _row(story: Story, item: Item) -> Row:
    """The item's first sprint, in which whatever is decided about it happened."""
    return next(row for row in story.rows if row.item.key == item.key)


def _happened(story: Story, row: Row, kind: str) -> datetime | None:
    """When the change of this kind happened to an item in a sprint; None where it did not (yet)."""
    stay, key = row.stay, row.item.key
    if kind == ADDED:
        return stay.added_at if stay.is_late else None
    if kind == REMOVED:
        return stay.removed_at
    names = ("estimate",) if kind == RE_ESTIMATED else ("title", "description", "priority")
    found = [event.at for name in names for event in story.events_of(key, name) if event.at > stay.sprint.started_at]
    return min(found, default=None)


def _changes(story: Story, tag: str, kind: str) -> list[tuple[Row, datetime]]:
    """The changes of this kind that really happened to the items of a tag, with their instants."""
    rows = [_row(story, item) for item in story.tagged(tag)]
    return [(row, at) for row in rows if (at := _happened(story, row, kind)) is not None]


def change_requests(story: Story) -> list[ChangeRequestDecision]:
    """The change requests that were written before the story's end, in order of time; some are not signed."""
    cut, found = story.timeline.cut, []
    for plan in _REQUESTS:
        changes = _changes(story, plan.tag, plan.kind)
        if not changes:
            continue
        # Evaluated the day before it was done; the habit the team took on in sprint 7.
        changed_at = min(at for _, at in changes)
        requested_at = datetime.combine(previous_workday(changed_at.date()), time(9, changed_at.minute))
        signed_at = _signed_at(plan, requested_at, cut)
        decided = plan.decision if signed_at else None
        sprint = changes[0][0].stay.sprint
        found.append(
            ChangeRequestDecision(
                title=plan.title,
                reason=plan.reason,
                impact=plan.impact,
                points=plan.points,
                days=plan.days,
                department=plan.department,
                requested_by=HEAD[plan.department],
                requested_at=_utc(requested_at),
                recorded_by=sprint.team.lead,
                covered=tuple(Covered(row.item.key, row.stay.sprint.name, plan.kind) for row, _ in changes),
                decision=decided,
                signed_by=_signer(plan.department) if decided else None,
                signed_at=_utc(signed_at) if signed_at else None,
                remark=plan.remark if decided else None,
            )
        )
    return sorted(found, key=lambda each: (each.requested_at, each.title))


def _signed_at(plan: _Request, requested_at: datetime, cut: datetime) -> datetime | None:
    """When it was signed; None where nobody has (yet)."""
    if plan.signed_hours is None:
        return None
    at = working(requested_at + timedelta(hours=plan.signed_hours))
    return at if at < cut else None


def _signer(department: str) -> str:
    """The product owner signs what Operations asks for, so that nobody approves a wish of their own."""
    return PRODUCT_OWNER if department == OPERATIONS else HEAD[OPERATIONS]


def waivers(story: Story) -> list[WaiverDecision]:
    """The changes that need no request, in order of time."""
    found = []
    for tag, kind, reason in _WAIVED:
        for row, at in _changes(story, tag, kind):
            waived_at = at + timedelta(hours=1, minutes=20)
            if waived_at < story.timeline.cut:
                lead = row.stay.sprint.team.lead
                found.append(WaiverDecision(row.item.key, row.stay.sprint.name, kind, reason, lead, _utc(waived_at)))
    return sorted(found, key=lambda each: (each.at, each.key))


def goal_verdicts(story: Story) -> list[GoalDecision]:
    """The verdict on the goal of every closed sprint that had one, in order of time."""
    found = []
    for sprint in story.timeline.sprints:
        if sprint.completed_at is None or sprint.goal is None:
            continue
        verdict, evidence = GOALS[sprint.team.code, sprint.number]
        at = _utc(_end_of_demo(sprint))
        found.append(GoalDecision(sprint.name, verdict, evidence, PRODUCT_OWNER, at))
    return sorted(found, key=lambda each: (each.at, each.sprint))


def _end_of_demo(sprint: Sprint) -> datetime:
    hour = time(15, 30) if sprint.team is INTAKE else time(10, 40)
    return datetime.combine(sprint.demo_at.date(), hour)


def decisions(story: Story) -> list[Decision]:
    """Every decision of the story, in the order in which it was taken."""
    every: list[Decision] = [*change_requests(story), *waivers(story), *goal_verdicts(story)]
    return sorted(every, key=lambda each: each.requested_at if isinstance(each, ChangeRequestDecision) else each.at)
