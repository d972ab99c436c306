"""Fields of Jira's own CSV export, by the headers that it writes in several languages."""

from connectors.sheets.field import FieldType as T
from connectors.sheets.field import SheetField
from connectors.sheets.fields_backlog import BACKLOG
from core.i18n import N_

# Fields that Jira keeps as custom ones: their headers are `Custom field (NAME)`, in the language of whoever exported.
CUSTOM = frozenset({"sprint", "estimate", "estimate_2", "epic", "acceptance_criteria", "department"})

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
    _jira("done_at", "Resolved|Erledigt|Résolu|Résolue|已解决|解决时间"),
    _jira("resolution", "Resolution|Lösung|Resultat|Résolution|解决结果|决议"),
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
