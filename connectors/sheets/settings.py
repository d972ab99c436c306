"""What a source of sheets may be told: its zone, its words for types and statuses. The only home of status names."""

from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, field_validator

Category = Literal["todo", "in_progress", "done"]
ItemKind = Literal["requirement", "bug", "chore", "epic", "subtask"]

_TYPES: dict[ItemKind, str] = {
    "requirement": "story|user story|requirement|feature|new feature|improvement|enhancement|task|change|change request|"
    "idea|spike|需求|用户故事|故事|功能|新功能|特性|改进|优化|任务|变更|需求变更|业务需求|产品需求",
    "bug": "bug|defect|incident|fault|error|problem|hotfix|fehler|bogue|缺陷|故障|错误|问题|线上问题|漏洞|生产问题",
    "chore": "chore|technical debt|tech debt|debt|maintenance|operations|ops|refactoring|infrastructure|技术债|技术债务|"
    "运维|维护|重构|技术任务|技术改造|基础设施|杂务",
    "epic": "epic|initiative|史诗|专题",
    "subtask": "sub-task|subtask|sub task|technical sub-task|unteraufgabe|sous-tâche|子任务|子需求|技术子任务",
}
_STATUSES: dict[Category, str] = {
    "todo": "to do|todo|open|new|backlog|ready|selected for development|reopened|planned|not started|created|proposed|"
    "draft|offen|neu|zu erledigen|à faire|ouvert|待办|待处理|未开始|新建|打开|待开发|待评审|待排期|规划中|已规划|已排期|"
    "重新打开|待领取|未处理|开放|就绪|待启动|草稿|triage",
    "in_progress": "in progress|doing|in development|development|in review|review|code review|in test|in testing|testing|"
    "test|qa|in qa|blocked|on hold|waiting|started|active|wip|ready for test|ready for release|uat|in arbeit|in bearbeitung|"
    "en cours|进行中|处理中|开发中|测试中|待测试|评审中|联调中|待验收|验收中|已提测|提测|阻塞|挂起|暂停|待上线|待发布|代码评审|正在进行|激活|实现中|变更中|已暂停",
    "done": "done|closed|resolved|complete|completed|finished|accepted|released|deployed|live|shipped|delivered|won't do|"
    "wont do|cancelled|canceled|rejected|fertig|erledigt|geschlossen|terminé|fermé|résolu|完成|已完成|关闭|已关闭|已解决|解决|"
    "已上线|已发布|已验收|验收通过|已交付|已取消|取消|已拒绝|不做|结束|已结束|已实现|duplicate",
}


def _plain(word: str) -> str:
    return " ".join(word.replace("_", " ").casefold().split())


_KIND_OF = {_plain(word): kind for kind, words in _TYPES.items() for word in words.split("|")}
_CATEGORY_OF = {_plain(word): category for category, words in _STATUSES.items() for word in words.split("|")}


class Settings(BaseModel):
    """Settings of one source of sheets, as kept in `Source.settings`; what others keep there is ignored.

    Args: zone, IANA name of the project's time zone (R2); type_mapping, type name -> kind (R19); status_mapping, status
    name -> category; day_order, how `03/04/2026` is meant, where a column does not show it by itself; project_key, the
    project of items that name none.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    zone: str = "UTC"
    type_mapping: dict[str, ItemKind] = {}
    status_mapping: dict[str, Category] = {}
    day_order: Literal["dmy", "mdy"] | None = None
    project_key: str | None = None

    @field_validator("zone")
    @classmethod
    def _exists(cls, zone: str) -> str:
        ZoneInfo(zone)
        return zone

    def kind_of(self, type_name: str) -> ItemKind | None:
        """The kind of a type: as mapped, else by the usual words; None where neither knows it (R19)."""
        own = {_plain(name): kind for name, kind in self.type_mapping.items()}
        return own.get(_plain(type_name)) or _KIND_OF.get(_plain(type_name))

    def category_of(self, status: str) -> Category | None:
        """The category of a status: as mapped, else by the usual words; None where neither knows it."""
        own = {_plain(name): category for name, category in self.status_mapping.items()}
        return own.get(_plain(status)) or _CATEGORY_OF.get(_plain(status))
