"""The KPIs of the sample story: what was agreed, what was measured, and the releases that changed the process.

The values are written out by hand: they *are* the story (2 h to 13 min, 85 % to 98 % with a setback, a cost that comes
down too slowly, a training that was measured four times), and the statistics about them are computed by others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.sample.cast import FINANCE, HEAD, OPERATIONS, SERVICE
from services.sample.timeline import Timeline

FRIDAY = 4


@dataclass(frozen=True)
class KpiStory:
    """A KPI as agreed: figures as people write them, the due day counted from the launch."""

    id: str
    name: str
    unit: str
    direction: str
    baseline: str
    baseline_n: int
    provenance: str
    target: str
    due_days: int
    department: str
    definition: str
    data_source: str


@dataclass(frozen=True)
class Measured:
    """One measurement: `value` in the KPI's unit (minutes, a ratio, yuan), `text` as it stands in the sheet."""

    kpi: str
    at: datetime
    value: float
    text: str
    n: int | None
    remark: str | None = None


KPIS = (
    KpiStory(
        "KPI-1", "订单处理时长 Order processing time", "min", "lower", "2h", 400,
        "Stop-watch study by Operations and the team, 400 orders in four weeks", "15min", 42, OPERATIONS,
        "From payment on the marketplace to the release for picking; median of the day", "Until launch: samples by hand; since launch: order log",
    ),
    KpiStory(
        "KPI-2", "订单准确率 Order accuracy", "%", "higher", "85%", 400,
        "运营与仓储联合抽查 400 单，四周", "98%", 42, OPERATIONS,
        "商品、数量、地址、金额全部正确的订单 / 全部订单", "上线前人工抽查；上线后质检与退货记录",
    ),
    KpiStory(
        "KPI-3", "退货处理成本 Cost per return", "￥", "lower", "￥18", 650,
        "Finance, three months of returns before the start", "￥15", 56, FINANCE,
        "Freight, work and loss of value of a return, divided by the number of returns", "Finance ledger",
    ),
    KpiStory(
        "KPI-4", "培训完成率 Training completed", "%", "higher", "0%", 64,
        "培训签到表：上线前无人完成", "95%", 42, SERVICE,
        "通过考核的人数 / 客服与仓储应训人数（64 人）", "签到与考核表",
    ),
)  # fmt: skip

# Minutes, each Friday up to the launch, by hand; the pilot of sprint 8 is in the last two.
TIME_BEFORE = (119, 122, 121, 118, 124, 120, 122, 116, 119, 123, 117, 121, 114, 118, 109, 112, 104, 101, 96, 84, 71)
# Minutes, each working day: the launch, the setback of its second week, the recovery ...
TIME_LAUNCH = (31, 28, 26, 27, 30, 36, 41, 38, 35, 31, 28, 26, 25, 23, 24, 21, 20, 21, 19, 18)
# ... and since release 1.1.
TIME_AFTER = (13.2, 12.9, 13.4, 12.8, 13.1, 12.6, 13.3, 13.0, 12.5, 13.1, 12.7, 13.4, 12.9, 13.2, 12.6, 13.0, 13.3, 12.8, 13.1, 12.9, 13.0)  # fmt: skip

RATIO_BEFORE = (84.8, 85.3, 85.2, 84.6, 85.5, 84.9, 85.1, 84.2, 85.8, 85.0, 84.7, 85.4, 84.4, 85.1, 84.8, 85.6, 86.0, 85.7, 86.3, 87.9, 89.2)  # fmt: skip
RATIO_LAUNCH = (95.8, 96.1, 94.9, 93.2, 92.4, 90.7, 89.6, 90.1, 91.4, 92.2, 92.9, 93.6, 94.1, 94.8, 95.3, 95.1, 95.9, 96.4, 96.2, 96.8)  # fmt: skip
RATIO_AFTER = (97.8, 98.1, 98.4, 97.7, 98.2, 97.9, 98.3, 97.6, 98.1, 98.4, 97.8, 98.2, 98.0, 97.7, 98.3, 98.0, 98.2, 97.8, 98.1, 97.9, 98.2)  # fmt: skip

COST_BEFORE = (18.0, 18.2, 18.3, 17.8, 18.1, 18.4, 17.9, 18.0, 18.2, 17.7, 18.1, 18.3, 17.9, 18.2, 18.0, 17.8, 18.1, 17.9, 18.2, 18.0, 17.8)  # fmt: skip
COST_AFTER = (17.2, 17.5, 17.1, 16.9, 17.2, 16.8, 16.6, 16.7)

TRAINING = ((-7, 42), (7, 71), (21, 88), (35, 94))  # days from the launch, percent

REMARKS = {
    ("KPI-1", 6): "Labels of two stores were mixed up, orders waited",
    ("KPI-2", 6): "地址解析错误集中出现，自治区地址错发",
    ("KPI-2", 13): "地址修正已上线",
}


def duration_text(minutes: float, index: int) -> str:
    """A duration as different people write it; the same value whichever way."""
    hours, rest = divmod(round(minutes * 60), 3600)
    whole = float(minutes).is_integer()
    if hours and whole:
        forms = (
            f"{hours}h {rest // 60}min",
            f"{minutes:.0f}min",
            f"{hours}小时{rest // 60}分钟",
            f"{minutes:.0f} 分钟",
        )
        return f"{hours}h" if not rest else forms[index % len(forms)]
    if whole:
        return (f"{minutes:.0f}min", f"{minutes:.0f} min", f"{minutes:.0f}分钟")[index % 3]
    return (f"{minutes:g}min", f"{minutes:g} min", f"{minutes:g}分钟", f"{round(minutes * 60)}秒")[index % 4]


def fridays_before(calendar: Timeline, count: int) -> list[date]:
    """The last `count` Fridays before the launch, in order."""
    last = calendar.launch_at.date() - timedelta(days=1)
    last -= timedelta(days=(last.weekday() - FRIDAY) % 7)
    return [last - timedelta(days=7 * back) for back in reversed(range(count))]


def days_from(start: date, end: date) -> Iterator[date]:
    """Each working day from `start`, exclusive, up to `end`, exclusive."""
    day = start + timedelta(days=1)
    while day < end:
        if day.weekday() < 5:
            yield day
        day += timedelta(days=1)


def measurements(calendar: Timeline) -> list[Measured]:
    """Every measurement before the story's end, KPI by KPI, in order of time."""
    return [
        *_order(calendar, "KPI-1", TIME_BEFORE, TIME_LAUNCH, TIME_AFTER),
        *_order(calendar, "KPI-2", RATIO_BEFORE, RATIO_LAUNCH, RATIO_AFTER),
        *_cost(calendar),
        *_training(calendar),
    ]


def _order(
    calendar: Timeline, kpi: str, before: tuple[float, ...], launch: tuple[float, ...], after: tuple[float, ...]
) -> Iterator[Measured]:
    evening = time(18, 0)
    for index, (day, given) in enumerate(zip(fridays_before(calendar, len(before)), before, strict=True)):
        yield _measured(kpi, datetime.combine(day, evening), given, index, 40 if index % 7 != 3 else None)
    release = calendar.speed_release_at.date()
    launched = list(days_from(calendar.launch_at.date(), release + timedelta(days=1)))
    for index, (day, given) in enumerate(zip(launched, launch, strict=True)):
        yield _measured(
            kpi, datetime.combine(day, evening), given, index, 180 + index * 13 % 90, REMARKS.get((kpi, index))
        )
    for index, (day, given) in enumerate(zip(days_from(release, calendar.anchor), after, strict=False)):
        yield _measured(kpi, datetime.combine(day, evening), given, index, 240 + index * 17 % 80)


def _measured(kpi: str, at: datetime, given: float, index: int, n: int | None, remark: str | None = None) -> Measured:
    if kpi == "KPI-1":
        return Measured(kpi, at, float(given), duration_text(given, index), n, remark)
    return Measured(kpi, at, given / 100, f"{given:g}%", n, remark)


def _cost(calendar: Timeline) -> Iterator[Measured]:
    noon = time(12, 0)
    for index, (day, given) in enumerate(zip(fridays_before(calendar, len(COST_BEFORE)), COST_BEFORE, strict=True)):
        yield Measured("KPI-3", datetime.combine(day, noon), given, f"￥{given:.2f}", 48 + index * 7 % 11)
    fridays = [day for day in days_from(calendar.launch_at.date(), calendar.anchor) if day.weekday() == FRIDAY]
    for index, (day, given) in enumerate(zip(fridays, COST_AFTER, strict=False)):
        yield Measured("KPI-3", datetime.combine(day, noon), given, f"￥{given:.2f}", 52 + index * 5 % 9)


def _training(calendar: Timeline) -> Iterator[Measured]:
    for days, percent in TRAINING:
        at = datetime.combine(calendar.launch_at.date() + timedelta(days=days), time(17, 0))
        yield Measured("KPI-4", at, percent / 100, f"{percent}%", 64)


def releases(calendar: Timeline) -> dict[str, list[tuple[datetime, str]]]:
    """KPI id -> the releases that changed its process, with what changed: a new phase of its chart begins there."""
    launch = (calendar.launch_at, "Launch 1.0: three stores, three warehouses")
    speed = (calendar.speed_release_at, "Release 1.1：审核提速，地址解析 v2")
    return {"KPI-1": [launch, speed], "KPI-2": [launch, speed], "KPI-3": [launch], "KPI-4": []}


def owner(kpi: KpiStory) -> str:
    """Who answers for a KPI: the head of the department it was agreed with."""
    return HEAD[kpi.department]
