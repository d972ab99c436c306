"""Fields of the sprint sheets: backlog, change log, demo outcomes, and Jira's own CSV export."""

from connectors.sheets.field import FieldType as T
from connectors.sheets.field import SheetField
from core.i18n import N_


def _f(
    name: str, kind: T, en: str, zh: str, explain: str, words: str = "", required: bool = False, repeats: bool = False
) -> SheetField:
    synonyms = tuple(word for word in words.split("|") if word and word != zh)
    return SheetField(name, kind, en, zh, explain, synonyms, required, repeats)


_KEY = "Issue key|Item key|Item|ID|Issue ID|Item ID|Ticket|Ticket ID|Issue|Story ID|Work item|Work item ID|Work item key|Number|No|需求编号|工作项|工作项编号|工作项ID|任务编号|事项编号|需求ID|任务ID|关键字|问题关键字|单号|事项"
_SPRINT = "迭代|Sprint name|Iteration|Iteration name|迭代名称|所属迭代|冲刺|冲刺名称|所属冲刺"
_SPRINT_ID = "迭代ID|Iteration ID|Sprint key|迭代编号|冲刺ID|冲刺编号"

BACKLOG = (
    _f("key", T.KEY, "Key", "编号", N_("The item's identifier; it stays the same in every file"), _KEY, required=True),
    _f(
        "title",
        T.TEXT,
        "Title",
        "标题",
        N_("What the item is, in one line"),
        "Summary|Name|Subject|Story|User story|Requirement|概要|摘要|主题|名称|需求|需求名称|需求标题|任务名称|用户故事|工作项标题",
        required=True,
    ),
    _f(
        "sprint",
        T.KEY,
        "Sprint",
        "冲刺",
        N_(
            "The sprint of this row; empty for an item that is in no sprint. An item that was in several sprints has a row for each"
        ),
        _SPRINT,
    ),
    _f(
        "sprint_id",
        T.KEY,
        "Sprint ID",
        "冲刺ID",
        N_("The sprint's own identifier, where its name may change"),
        _SPRINT_ID,
    ),
    _f(
        "project",
        T.KEY,
        "Project",
        "项目",
        N_("The project's key"),
        "Project key|Project name|项目名称|项目键|项目编号|所属项目",
    ),
    _f(
        "team",
        T.KEY,
        "Team",
        "团队",
        N_("The team or board that works on the sprint"),
        "Board|Board name|Team name|Squad|看板|面板|小组|所属团队|团队名称",
    ),
    _f(
        "type",
        T.TEXT,
        "Type",
        "类型",
        N_("Story, task, bug, chore, epic or sub-task, in your own words"),
        "Issue type|Item type|Work item type|Kind|工作项类型|需求类型|任务类型|问题类型|事项类型|类别",
    ),
    _f(
        "status",
        T.TEXT,
        "Status",
        "状态",
        N_("The item's status in your own words; for a closed sprint, as it was at its end"),
        "State|Workflow status|当前状态|任务状态|需求状态|进度状态",
    ),
    _f(
        "status_category",
        T.CHOICE,
        "Status category",
        "状态类别",
        N_("To do, in progress or done; says which of these the status means"),
        "Category|Status group|状态分类|状态类型",
    ),
    _f("priority", T.TEXT, "Priority", "优先级", N_("The item's priority"), "Prio|Severity|优先程度|重要程度|优先等级"),
    _f(
        "estimate",
        T.POINTS,
        "Estimate",
        "估算点数",
        N_("The estimate in points now; for a closed sprint, at its end"),
        "Story points|Story point|Points|SP|Size|Final estimate|Estimate points|Story point estimate|估算|点数|故事点|故事点数|估点|工作量|最终估算|规模",
    ),
    _f(
        "initial_estimate",
        T.POINTS,
        "Initial estimate",
        "初始估算",
        N_("The estimate in points when the item came into the sprint"),
        "Original estimate|Committed points|Planned points|Initial points|Estimate at start|初始点数|初始估点|原始估算|计划点数|承诺点数|初始故事点",
    ),
    _f(
        "added_at",
        T.INSTANT,
        "Added at",
        "加入时间",
        N_("When the item came into the sprint; empty: it was in it from the start"),
        "Added|Added on|Date added|Added to sprint|Added date|加入日期|加入迭代时间|纳入时间|纳入日期|添加时间|新增时间",
    ),
    _f("added_by", T.TEXT, "Added by", "加入人", N_("Who brought it into the sprint"), "纳入人|添加人|新增人"),
    _f(
        "removed_at",
        T.INSTANT,
        "Removed at",
        "移出时间",
        N_("When the item left the sprint; empty: it stayed"),
        "Removed|Removed on|Date removed|Removed from sprint|Removed date|移出日期|移除时间|移除日期|移出迭代时间",
    ),
    _f(
        "done_at",
        T.INSTANT,
        "Done at",
        "完成时间",
        N_("When the item was done; empty: it is not done"),
        "Done|Done on|Completed|Completed at|Completed on|Finished at|Resolved|Resolved at|Closed at|Done date|Completion date|完成日期|实际完成时间|解决时间|关闭时间",
    ),
    _f(
        "created_at",
        T.INSTANT,
        "Created at",
        "创建时间",
        N_("When the item was written down"),
        "Created|Created on|Date created|Created date|创建日期|提出时间|提出日期",
    ),
    _f(
        "assignee",
        T.TEXT,
        "Assignee",
        "经办人",
        N_("Who works on it"),
        "Owner|Assigned to|Developer|负责人|处理人|开发人员|执行人",
    ),
    _f(
        "reporter",
        T.TEXT,
        "Reporter",
        "报告人",
        N_("Who asked for it"),
        "Requester|Requested by|Reported by|Created by|提出人|提出者|创建人|需求人|需求方",
    ),
    _f(
        "parent",
        T.KEY,
        "Parent",
        "父级",
        N_("The key of the item this one belongs to"),
        "Parent key|Parent item|父任务|父需求|上级|父工作项|父级编号",
    ),
    _f(
        "epic",
        T.TEXT,
        "Epic",
        "史诗",
        N_("The epic it belongs to"),
        "Epic link|Epic name|Epic key|Feature|特性|史诗名称|所属史诗",
    ),
    _f(
        "description",
        T.TEXT,
        "Description",
        "描述",
        N_("What is wanted, in full"),
        "Details|Body|详情|需求描述|详细描述|说明",
    ),
    _f(
        "acceptance_criteria",
        T.TEXT,
        "Acceptance criteria",
        "验收标准",
        N_("How the department will know that it is right"),
        "AC|Acceptance|Definition of done|验收条件|验收准则",
    ),
    _f("labels", T.LIST, "Labels", "标签", N_("Words, separated by commas"), "Label|Tags|Tag"),
    _f(
        "components",
        T.LIST,
        "Components",
        "模块",
        N_("Parts of the product, separated by commas"),
        "Component|Module|Modules|组件|功能模块|所属模块",
    ),
    _f(
        "fix_version",
        T.LIST,
        "Fix version",
        "修复版本",
        N_("The release it went out with"),
        "Fix versions|Fix Version/s|Release|Version|发布版本|版本|上线版本|解决版本",
    ),
    _f(
        "department",
        T.TEXT,
        "Department",
        "部门",
        N_("The business department that asked for it"),
        "Business unit|Business department|业务部门|需求部门|提出部门|所属部门",
    ),
    _f(
        "sprint_start",
        T.INSTANT,
        "Sprint start",
        "冲刺开始",
        N_("When the sprint started"),
        "迭代开始|Sprint start date|Sprint started at|Sprint started|Iteration start|迭代开始时间|迭代开始日期|冲刺开始|冲刺开始时间|开始日期",
    ),
    _f(
        "sprint_end",
        T.DAY_END,
        "Sprint end",
        "冲刺计划结束",
        N_("When the sprint is planned to end"),
        "迭代计划结束|Sprint end date|Sprint planned end|Planned end|Iteration end|迭代结束|迭代结束时间|迭代结束日期|迭代计划结束时间|冲刺结束|冲刺结束时间|计划结束|计划结束日期|结束日期",
    ),
    _f(
        "sprint_completed",
        T.DAY_END,
        "Sprint completed",
        "冲刺实际结束",
        N_("When the sprint was really closed; empty: it is not closed"),
        "迭代实际结束|Sprint completed at|Sprint complete date|Sprint closed at|Sprint closed|Sprint actual end|Actual end|迭代实际结束时间|迭代完成时间|迭代关闭时间|冲刺完成时间|实际结束|实际结束日期",
    ),
    _f("sprint_goal", T.TEXT, "Sprint goal", "冲刺目标", N_("What the sprint is for"), "Goal|迭代目标"),
    _f(
        "sprint_state",
        T.CHOICE,
        "Sprint state",
        "冲刺状态",
        N_("Future, active or closed; without it the sprint's dates say so"),
        "迭代状态|Sprint status|冲刺状态",
    ),
    _f(
        "resolution",
        T.TEXT,
        "Resolution",
        "解决结果",
        N_("How it was closed, for example done or won't do"),
        "Resolved as|处理结果|解决方案",
    ),
    _f("url", T.TEXT, "URL", "链接", N_("Where the item can be opened"), "Link|Web address|网址|地址"),
)

CHANGE_LOG = (
    _f("key", T.KEY, "Key", "编号", N_("The key of the item that changed"), _KEY, required=True),
    _f(
        "at",
        T.INSTANT,
        "Changed at",
        "变更时间",
        N_("When it changed"),
        "At|When|Date|Time|Changed on|Change date|Timestamp|变更日期|修改时间|日期|时间|操作时间",
        required=True,
    ),
    _f(
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
    _f(
        "from",
        T.TEXT,
        "From",
        "变更前",
        N_("The value before; for a sprint, the full list of sprints"),
        "From value|Old value|Old|Before|Original value|原值|旧值|修改前|原始值",
    ),
    _f(
        "to",
        T.TEXT,
        "To",
        "变更后",
        N_("The value after; for a sprint, the full list of sprints"),
        "To value|New value|New|After|新值|修改后|现值",
    ),
    _f("author", T.TEXT, "Author", "变更人", N_("Who changed it"), "Changed by|By|User|Who|修改人|操作人|作者"),
)

DEMO = (
    _f("key", T.KEY, "Key", "编号", N_("The key of the item that was shown"), _KEY, required=True),
    _f(
        "sprint", T.KEY, "Sprint", "冲刺", N_("The sprint whose demo it was; empty: the sprint the item is in"), _SPRINT
    ),
    _f(
        "sprint_id",
        T.KEY,
        "Sprint ID",
        "冲刺ID",
        N_("The sprint's own identifier, where its name may change"),
        _SPRINT_ID,
    ),
    _f(
        "verdict",
        T.CHOICE,
        "Verdict",
        "演示结论",
        N_("Accepted, accepted with changes, rejected or not shown"),
        "Demo verdict|Demo result|Result|Outcome|Decision|Demo outcome|结论|演示结果|评审结果|评审结论|验收结果|验收结论|结果",
        required=True,
    ),
    _f(
        "remark",
        T.TEXT,
        "Remark",
        "意见",
        N_("What was said"),
        "Remarks|Comment|Comments|Note|Notes|Feedback|备注|评语|反馈意见|反馈|评审意见",
    ),
    _f(
        "decided_by",
        T.TEXT,
        "Decided by",
        "决定人",
        N_("Who decided"),
        "Accepted by|Reviewer|Approver|验收人|评审人|确认人",
    ),
    _f(
        "department",
        T.TEXT,
        "Department",
        "部门",
        N_("For which department"),
        "Business unit|Business department|业务部门|需求部门|所属部门",
    ),
    _f(
        "decided_at",
        T.INSTANT,
        "Decided at",
        "演示时间",
        N_("When it was decided; empty: the end of the sprint"),
        "Demo date|Date|Demo at|Decided on|When|演示日期|日期|时间|评审时间|评审日期|验收时间",
    ),
)

_BY_NAME = {field.name: field for field in BACKLOG}


def _jira(name: str, words: str, required: bool = False, repeats: bool = False, kind: T | None = None) -> SheetField:
    known = _BY_NAME.get(name)
    first, *rest = words.split("|")
    zh = known.zh if known else first
    explain = known.explain if known else N_("As Jira exports it")
    return SheetField(
        name, kind or (known.type if known else T.TEXT), first, zh, explain, tuple(rest), required, repeats
    )


JIRA_CSV = (
    _jira(
        "key",
        "Issue key|Vorgangsschlüssel|Vorgangsnummer|Clé de ticket|Clé|问题关键字|事务关键字|关键字|密钥",
        required=True,
    ),
    _jira("id", "Issue id|Vorgangs-ID|ID de ticket|问题ID|问题 id|事务 ID|事务ID", kind=T.KEY, required=True),
    _jira("title", "Summary|Zusammenfassung|Résumé|概要|摘要|主题", required=True),
    _jira("type", "Issue Type|Work type|Vorgangstyp|Type de ticket|问题类型|事务类型|工作类型"),
    _jira("status", "Status|État|Statut|状态"),
    _jira("status_category", "Status Category|Statuskategorie|Catégorie d'état|状态类别"),
    _jira("priority", "Priority|Priorität|Priorité|优先级"),
    _jira("project", "Project key|Projektschlüssel|Clé de projet|项目关键字|项目密钥"),
    _jira("project_name", "Project name|Projektname|Nom du projet|项目名称"),
    _jira(
        "sprint",
        "Sprint|Custom field (Sprint)|冲刺|自定义字段(Sprint)|Benutzerdefinierte Felder (Sprint)",
        repeats=True,
    ),
    _jira(
        "estimate",
        "Custom field (Story Points)|Story Points|自定义字段(Story Points)|自定义字段(故事点)|Benutzerdefinierte Felder (Story Points)|Champs personnalisés (Story Points)",
    ),
    _jira(
        "estimate_2",
        "Custom field (Story point estimate)|Story point estimate|自定义字段(Story point estimate)|自定义字段(故事点估算)|Benutzerdefinierte Felder (Story point estimate)",
        kind=T.POINTS,
    ),
    _jira("effort", "Original estimate|Original Estimate|Ursprüngliche Schätzung|初始预估|原始估算", kind=T.INTEGER),
    _jira("created_at", "Created|Erstellt|Création|创建日期|已创建|创建时间"),
    _jira("updated_at", "Updated|Aktualisiert|Mise à jour|已更新|更新日期|更新时间", kind=T.INSTANT),
    _jira("done_at", "Resolved|Erledigt|Résolution|Résolu|已解决|解决时间"),
    _jira("resolution", "Resolution|Lösung|Resultat|解决结果|决议"),
    _jira("assignee", "Assignee|Zugewiesene Person|Bearbeiter|Responsable|经办人"),
    _jira("reporter", "Reporter|Autor|Rapporteur|报告人"),
    _jira("parent", "Parent key|Parent|Parent id|Übergeordnet|父级|父问题", kind=T.KEY),
    _jira("epic", "Custom field (Epic Link)|Epic Link|Custom field (Epic Name)|Parent summary"),
    _jira("description", "Description|Beschreibung|描述"),
    _jira(
        "acceptance_criteria",
        "Custom field (Acceptance Criteria)|Custom field (Acceptance criteria)|自定义字段(验收标准)",
    ),
    _jira("labels", "Labels|Stichwörter|Étiquettes|标签", repeats=True),
    _jira("components", "Component/s|Components|Komponenten|Composants|模块|组件", repeats=True),
    _jira(
        "fix_version", "Fix Version/s|Fix versions|Lösungsversionen|Versions corrigées|修复版本|解决版本", repeats=True
    ),
    _jira("department", "Custom field (Department)|自定义字段(部门)|自定义字段(业务部门)"),
)
