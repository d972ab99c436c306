"""Fields of the sheets about what happened in sprints: change log and demo outcomes."""

from connectors.sheets.field import FieldType as T
from connectors.sheets.field import field
from connectors.sheets.fields_backlog import KEY_WORDS, SPRINT_ID_WORDS, SPRINT_WORDS
from core.i18n import N_

CHANGE_LOG = (
    field("key", T.KEY, "Key", "编号", N_("The key of the item that changed"), KEY_WORDS, required=True),
    field(
        "at",
        T.INSTANT,
        "Changed at",
        "变更时间",
        N_("When it changed"),
        "At|When|Date|Time|Changed on|Change date|Timestamp|变更日期|修改时间|日期|时间|操作时间",
        required=True,
    ),
    field(
        "field",
        T.TEXT,
        "Field",
        "字段",
        N_(
            "What changed: sprint, estimate, status, title, description, acceptance criteria, type, priority, assignee or parent"
        ),
        "Field name|Changed field|What|变更字段|字段名|变更项|变更内容",
        required=True,
    ),
    field(
        "from",
        T.TEXT,
        "From",
        "变更前",
        N_("The value before; for a sprint, the full list of sprints"),
        "From value|Old value|Old|Before|Original value|原值|旧值|修改前|原始值",
    ),
    field(
        "to",
        T.TEXT,
        "To",
        "变更后",
        N_("The value after; for a sprint, the full list of sprints"),
        "To value|New value|New|After|新值|修改后|现值",
    ),
    field("author", T.TEXT, "Author", "变更人", N_("Who changed it"), "Changed by|By|User|Who|修改人|操作人|作者"),
)

DEMO = (
    field("key", T.KEY, "Key", "编号", N_("The key of the item that was shown"), KEY_WORDS, required=True),
    field(
        "sprint",
        T.KEY,
        "Sprint",
        "冲刺",
        N_("The sprint whose demo it was; empty: the sprint the item is in"),
        SPRINT_WORDS,
    ),
    field(
        "sprint_id",
        T.KEY,
        "Sprint ID",
        "冲刺ID",
        N_("The sprint's own identifier, where its name may change"),
        SPRINT_ID_WORDS,
    ),
    field(
        "verdict",
        T.CHOICE,
        "Verdict",
        "演示结论",
        N_("Accepted, accepted with changes, rejected or not shown"),
        "Demo verdict|Demo result|Result|Outcome|Decision|Demo outcome|结论|演示结果|评审结果|评审结论|验收结果|验收结论|结果",
        required=True,
    ),
    field(
        "remark",
        T.TEXT,
        "Remark",
        "意见",
        N_("What was said"),
        "Remarks|Comment|Comments|Note|Notes|Feedback|备注|评语|反馈意见|反馈|评审意见",
    ),
    field(
        "decided_by",
        T.TEXT,
        "Decided by",
        "决定人",
        N_("Who decided"),
        "Accepted by|Reviewer|Approver|验收人|评审人|确认人",
    ),
    field(
        "department",
        T.TEXT,
        "Department",
        "部门",
        N_("For which department"),
        "Business unit|Business department|业务部门|需求部门|所属部门",
    ),
    field(
        "decided_at",
        T.INSTANT,
        "Decided at",
        "演示时间",
        N_("When it was decided; empty: the end of the sprint"),
        "Demo date|Date|Demo at|Decided on|When|演示日期|日期|时间|评审时间|评审日期|验收时间",
    ),
)
