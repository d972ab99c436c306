"""The two example rows of each template, in both languages: people overwrite them."""

from datetime import datetime
from typing import Any

Example = tuple[Any, Any]


def _at(month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(2026, month, day, hour, minute)  # noqa: DTZ001 - a date cell has no zone; it is the project's (R2)


# kind -> field -> (first row, second row); a pair of texts is (English, Chinese).
EXAMPLES: dict[str, dict[str, Example]] = {
    "backlog": {
        "key": ("SHOP-1", "SHOP-2"),
        "title": (
            ("Check stock before an order is confirmed", "订单确认前校验库存"),
            ("Print the picking list by shelf", "拣货单按货架打印"),
        ),
        "sprint": ("Sprint 1", "Sprint 1"),
        "project": ("SHOP", "SHOP"),
        "team": (("Orders", "订单组"), ("Orders", "订单组")),
        "type": (("Story", "需求"), ("Bug", "缺陷")),
        "status": (("Done", "已完成"), ("In progress", "进行中")),
        "status_category": ("done", "in_progress"),
        "priority": (("High", "高"), ("Medium", "中")),
        "estimate": (5, 3),
        "initial_estimate": (3, 3),
        "added_at": (None, _at(11, 5, 10, 30)),
        "added_by": (None, "Lin"),
        "done_at": (_at(11, 11, 16, 20), None),
        "created_at": (_at(10, 20, 9), _at(11, 4, 15)),
        "assignee": ("Chen", "Wang"),
        "reporter": ("Zhao", "Zhao"),
        "description": (("Refuse an order line whose stock is too low", "库存不足的订单行不予确认"), None),
        "acceptance_criteria": (("The line says how many are left", "订单行显示剩余数量"), None),
        "labels": ("stock, order", None),
        "components": (("Orders", "订单"), ("Warehouse", "仓库")),
        "fix_version": ("1.2", None),
        "department": (("Customer service", "客服部"), ("Warehouse", "仓储部")),
        "sprint_start": (_at(11, 2, 9), _at(11, 2, 9)),
        "sprint_end": (_at(11, 15), _at(11, 15)),
        "sprint_completed": (_at(11, 15, 17), _at(11, 15, 17)),
        "sprint_goal": (
            ("Orders are right the first time", "订单一次做对"),
            ("Orders are right the first time", "订单一次做对"),
        ),
        "sprint_state": ("closed", "closed"),
        "resolution": (("Done", "已解决"), None),
        "url": ("https://jira.example.com/browse/SHOP-1", None),
    },
    "change_log": {
        "key": ("SHOP-1", "SHOP-2"),
        "at": (_at(11, 4, 11), _at(11, 5, 10, 30)),
        "field": (("Estimate", "估算点数"), ("Sprint", "迭代")),
        "from": (3, None),
        "to": (5, "Sprint 1"),
        "author": ("Chen", "Lin"),
    },
    "demo": {
        "key": ("SHOP-1", "SHOP-2"),
        "sprint": ("Sprint 1", "Sprint 1"),
        "verdict": ("accepted", "not_shown"),
        "remark": (("Show the reason in red", "原因请用红色显示"), None),
        "decided_by": ("Zhao", "Zhao"),
        "department": (("Customer service", "客服部"), ("Warehouse", "仓储部")),
        "decided_at": (_at(11, 15, 15), _at(11, 15, 15)),
    },
    "kpi": {
        "kpi": ("KPI-1", "KPI-2"),
        "name": (("Order processing time", "订单处理时长"), ("Order accuracy", "订单准确率")),
        "unit": ("min", "%"),
        "direction": ("down", "up"),
        "baseline": ("2h", "85%"),
        "baseline_at": (_at(6, 30), _at(6, 30)),
        "baseline_n": (420, 1300),
        "provenance": (
            ("Stopwatch, four weeks, by customer service", "客服部四周秒表测量"),
            ("Audit of June's orders", "六月订单抽检"),
        ),
        "target": ("15min", "98%"),
        "target_due": (_at(12, 31), _at(12, 31)),
        "project": ("SHOP", "SHOP"),
        "department": (("Customer service", "客服部"), ("Customer service", "客服部")),
        "owner": ("Zhao", "Zhao"),
        "definition": (
            ("From the order's receipt to its confirmation", "从接单到订单确认"),
            ("Orders without correction / all orders", "无更正订单 ÷ 全部订单"),
        ),
        "data_source": (("Order system", "订单系统"), ("Order system", "订单系统")),
        "can_be_negative": ("no", "no"),
        "release_at": (_at(9, 28), _at(9, 28)),
        "release_reason": (("Launch", "上线"), ("Launch", "上线")),
    },
    "kpi_measurement": {
        "kpi": (("Order processing time", "订单处理时长"), ("Order accuracy", "订单准确率")),
        "at": (_at(11, 2), _at(11, 2)),
        "value": ("35min", "93%"),
        "n": (105, 310),
        "remark": (("Holiday week", "节假日当周"), None),
    },
    "feedback": {
        "id": ("F-1", "F-2"),
        "received_at": (_at(11, 3, 9, 12), _at(11, 4, 14, 40)),
        "kind": ("bug", "survey"),
        "text": (("The picking list prints twice", "拣货单打印了两遍"), None),
        "csat": (2, 5),
        "nps": (None, 9),
        "submitted_by": ("Sun", "Qian"),
        "department": (("Warehouse", "仓储部"), ("Customer service", "客服部")),
        "project": ("SHOP", "SHOP"),
        "release": ("1.2", "1.2"),
        "replied_at": (_at(11, 3, 9, 40), None),
        "replied_by": ("Chen", None),
        "reply": (("Thank you, we see it", "谢谢，已经看到"), None),
        "resolved_at": (_at(11, 5, 17), None),
        "confirmed_at": (_at(11, 6, 9), None),
        "work_item": (None, None),
    },
}
