"""Who and what the sample story is about: the shop's departments, its people, its stores, its two teams and their goals."""

from dataclasses import dataclass

SEED = "fortnight-sample-1"
PROJECT = "SHOP"
ZONE = "Asia/Shanghai"  # the wall clock of the story; the sheets carry no zone, as sheets do

OPERATIONS = "运营部 Operations"
FINANCE = "财务部 Finance"
SERVICE = "客服部 Customer service"
WAREHOUSE = "仓储部 Warehouse"
DEPARTMENTS = {"O": OPERATIONS, "F": FINANCE, "C": SERVICE, "W": WAREHOUSE}

HEAD = {OPERATIONS: "王芳", FINANCE: "陈静", SERVICE: "Sophie Martin", WAREHOUSE: "马强"}
STAFF = {
    OPERATIONS: ("王芳", "Oliver Brandt", "徐晓燕", "郑凯"),
    FINANCE: ("陈静", "Grace Lim", "刘洋"),
    SERVICE: ("Sophie Martin", "周婷", "Daniel Novak", "吴倩", "何丽"),
    WAREHOUSE: ("马强", "Peter Koval", "胡军", "林小雨", "高峰"),
}
PRODUCT_OWNER = "Anna Berg"
SUPPORT = ("林涛", "Tom Hayes", "赵敏")
STORES = ("杭州店", "成都店", "深圳店")


@dataclass(frozen=True)
class Team:
    """A team with its board's name, the words its board uses, and one goal a sprint (None: nobody wrote one)."""

    code: str
    name: str
    sprint_prefix: str
    lead: str
    members: tuple[str, ...]
    types: dict[str, str]
    statuses: dict[str, str]
    priorities: tuple[str, str, str]
    resolution: str
    goals: tuple[str | None, ...]


INTAKE = Team(
    code="A",
    name="Intake 接入组",
    sprint_prefix="Intake Sprint",
    lead="李雷",
    members=("李雷", "Tom Hayes", "赵敏", "Priya Nair"),
    types={"story": "Story", "bug": "Bug", "task": "Chore"},
    statuses={"todo": "To Do", "in_progress": "In Progress", "done": "Done"},
    priorities=("High", "Medium", "Low"),
    resolution="Done",
    goals=(
        "Orders of the Hangzhou store reach our system by themselves",
        "三个店铺的订单在同一个列表里",
        "No wrong order passes unseen",
        "优惠金额与平台账单一致",
        "Addresses are split without a person",
        "不再超卖",
        "Half of the orders are approved without a person",
        "Ready for launch: the pilot store runs a week without the old process",
        "上线后一周内订单不积压",
        "审核提速，地址准确率 97%（1.1 版）",
        "Exceptions are handled in one place",
        "First test orders of the second marketplace",
    ),
)

FULFILMENT = Team(
    code="B",
    name="Fulfilment 履约组",
    sprint_prefix="履约 Sprint",
    lead="韩梅梅",
    members=("韩梅梅", "Lukas Meyer", "孙浩", "Mei Tan"),
    types={"story": "需求", "bug": "缺陷", "task": "技术任务"},
    statuses={"todo": "待办", "in_progress": "进行中", "done": "已完成"},
    priorities=("高", "中", "低"),
    resolution="已完成",
    goals=(
        "仓库不再用纸质拣货单",
        "A parcel leaves the table with the right label",
        "三家承运商可比价",
        None,
        "退货申请线上化",
        "Refunds go back the way they were paid",
        "客服一页看全订单",
        "三个仓库上线演练通过",
        "上线问题当天响应",
        "退货质检有据可查",
        "A return costs less than ￥16",
        "杭州仓第二条打包线投产",
    ),
)

TEAMS = (INTAKE, FULFILMENT)
