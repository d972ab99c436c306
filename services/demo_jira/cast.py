"""Who and what stands in the simulated Jira: people in two languages, projects, types, statuses, and what they write."""

from dataclasses import dataclass

DAY = 86_400_000
HOUR = 3_600_000
MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with an account."""

    name: str
    login: str
    zone: str
    is_active: bool = True

    @property
    def account_id(self) -> str:
        """What Cloud calls them."""
        return "557058:" + "".join(f"{ord(letter):02x}" for letter in self.login)[:24].ljust(24, "0")

    @property
    def email(self) -> str:
        """Their address, in a domain that nobody owns."""
        return f"{self.login}@example.test"


PEOPLE = (
    Person("Ada Brook", "ada.brook", "Europe/London"),
    Person("王芳", "wang.fang", "Asia/Shanghai"),
    Person("Liam O’Connor", "liam.oconnor", "America/New_York"),
    Person("李强", "li.qiang", "Asia/Shanghai"),
    Person("Sofía Núñez", "sofia.nunez", "Europe/Madrid"),
    Person("陈静", "chen.jing", "Asia/Shanghai"),
    Person("Noah Weiß", "noah.weiss", "Europe/Berlin"),
    Person("赵磊", "zhao.lei", "Asia/Shanghai"),
    Person("Mira Patel", "mira.patel", "Asia/Kolkata"),
    Person("孙悦", "sun.yue", "Asia/Shanghai", is_active=False),
)


@dataclass(frozen=True, slots=True)
class Status:
    """A step of the workflow."""

    id: str
    name: str
    category: str  # new, indeterminate, done


STATUSES = {
    status.id: status
    for status in (
        Status("10000", "To Do", "new"),
        Status("3", "In Progress", "indeterminate"),
        Status("10001", "In Review", "indeterminate"),
        Status("10002", "Done", "done"),
        Status("10006", "On Hold", "indeterminate"),  # no column of a board maps these two
        Status("10007", "Rejected", "done"),
        Status("10010", "待办", "new"),
        Status("10011", "进行中", "indeterminate"),
        Status("10012", "评审中", "indeterminate"),
        Status("10013", "完成", "done"),
    )
}
GONE_STATUS = Status("10099", "Analysis", "indeterminate")  # deleted since; old histories still name it
CATEGORIES = {
    "new": (2, "To Do", "blue-gray"),
    "indeterminate": (4, "In Progress", "yellow"),
    "done": (3, "Done", "green"),
}
# to do, in progress, in review, done
FLOWS = {"en": ("10000", "3", "10001", "10002"), "zh": ("10010", "10011", "10012", "10013")}
HOLD, REJECTED = "10006", "10007"


@dataclass(frozen=True, slots=True)
class IssueType:
    """A kind of issue; level 1 is an epic, -1 a sub-task."""

    id: str
    name: str
    level: int


TYPES = {
    kind.id: kind
    for kind in (
        IssueType("10100", "Epic", 1),
        IssueType("10101", "Story", 0),
        IssueType("10102", "Task", 0),
        IssueType("10103", "Bug", 0),
        IssueType("10104", "Sub-task", -1),
        IssueType("10110", "Epic", 1),
        IssueType("10111", "故事", 0),
        IssueType("10112", "任务", 0),
        IssueType("10113", "缺陷", 0),
        IssueType("10114", "子任务", -1),
    )
}
# epic, story, task, bug, sub-task
KINDS = {"en": ("10100", "10101", "10102", "10103", "10104"), "zh": ("10110", "10111", "10112", "10113", "10114")}

PRIORITIES = {"1": "Highest", "2": "High", "3": "Medium", "4": "Low", "5": "Lowest"}
RESOLUTIONS = {"10000": "Done", "10001": "Won't Do"}
LINK_TYPES = {
    "10000": ("Blocks", "is blocked by", "blocks"),
    "10002": ("Duplicate", "is duplicated by", "duplicates"),
    "10003": ("Relates", "relates to", "relates to"),
}


@dataclass(frozen=True, slots=True)
class Project:
    """A project: its language decides the words of its types, statuses and texts."""

    id: str
    key: str
    name: str
    lang: str
    is_scrum: bool


SCRUM_PROJECTS = (
    Project("10010", "SHOP", "Online Shop", "en", True),
    Project("10011", "APP", "移动应用", "zh", True),
    Project("10012", "PAY", "Payments", "en", True),
    Project("10013", "LOG", "物流平台", "zh", True),
)
KANBAN_PROJECT = Project("10020", "OPS", "Operations 运维", "en", False)
# Nobody sees it any more; issues that were moved out of it keep its key in their history.
OLD_PROJECT = Project("10005", "WEB", "Old Website", "en", True)

COMPONENTS = {"en": ("Checkout", "Catalogue", "Search", "API"), "zh": ("下单", "商品", "搜索", "接口")}
LABELS = ("customer", "tech-debt", "合规", "quick-win", "影响营收", "security")

_WHAT = {
    "en": ("order import", "price list", "refund", "stock level", "invoice", "coupon", "delivery slot", "login",
           "search filter", "basket", "address book", "monthly report", "audit trail", "payment retry"),
    "zh": ("订单导入", "价格表", "退款", "库存", "发票", "优惠券", "配送时段", "登录", "筛选", "购物车", "地址簿", "月度报表",
           "审计日志", "支付重试"),
}  # fmt: skip
_HOW = {
    "en": ("Speed up the {x}", "Let customers undo a {x}", "Show why a {x} failed", "Import each {x} from the old system",
           "Check the {x} before it is saved", "Export the {x} as a spreadsheet 📊", "Translate the {x} page"),
    "zh": ("加快{x}", "支持撤销{x}", "说明{x}失败的原因", "从旧系统迁移{x}", "保存前校验{x}", "导出{x}为表格 📊", "补充{x}的英文界面"),
}  # fmt: skip
_BROKEN = {
    "en": ("{x} fails on Safari", "{x}: wrong total after a refund", "{x} is slow for large customers"),
    "zh": ("{x}在 Safari 上报错", "{x}：退款后金额不对", "大客户打开{x}很慢"),
}
_BODY = {
    "en": "As a customer I want *{x}* to just work.\n\nh3. Acceptance criteria\n* works for 1,000 rows\n* errors say what to do\n",
    "zh": "作为客户，我希望*{x}*稳定可用。\n\nh3. 验收标准\n* 一千行以内可用\n* 报错说明下一步\n",
}
COMMENTS = {"en": "Looks good to me; released behind a switch.", "zh": "看起来没问题，已灰度发布。"}


def summary(lang: str, number: int, is_bug: bool) -> str:
    """The title of the issue with a number in its project."""
    what = _WHAT[lang][number % 14]
    forms = _BROKEN[lang] if is_bug else _HOW[lang]
    return forms[number // 14 % len(forms)].format(x=what)


def body(lang: str, number: int) -> str:
    """The description in wiki text."""
    return _BODY[lang].format(x=_WHAT[lang][number % 14])
