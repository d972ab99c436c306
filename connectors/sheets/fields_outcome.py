"""Fields of the sheets about results: KPI definitions, KPI measurements, feedback and survey answers."""

from connectors.sheets.field import FieldType as T
from connectors.sheets.field import SheetField
from core.i18n import N_


def _f(name: str, kind: T, en: str, zh: str, explain: str, words: str = "", required: bool = False) -> SheetField:
    return SheetField(name, kind, en, zh, explain, tuple(word for word in words.split("|") if word), required)


KPI = (
    _f("kpi", T.KEY, "KPI ID", "指标编号", N_("The KPI's identifier; without it its name is used"), "ID|KPI key|KPI no|Indicator ID|Metric ID|指标ID|KPI编号|编号"),
    _f("name", T.TEXT, "KPI name", "指标名称", N_("What is measured, in a few words"), "KPI|Name|Indicator|Metric|指标|KPI名称|名称", required=True),
    _f("unit", T.TEXT, "Unit", "单位", N_("As people write it: min, h, %, ￥, orders"), "Units|Unit of measure|计量单位"),
    _f("direction", T.CHOICE, "Better when", "改善方向", N_("Lower or higher: which way is better; without it baseline and target say so"), "Direction|Better|Good direction|Better direction|Polarity|方向|优化方向|指标方向|越低越好/越高越好"),
    _f("baseline", T.QUANTITY, "Baseline", "基线", N_("Where it stood before the start"), "Baseline value|Before|As is|基线值|基准|基准值|现状|初始值"),
    _f("baseline_at", T.INSTANT, "Baseline measured at", "基线测量时间", N_("When the baseline was measured"), "Baseline at|Baseline date|Baseline measured on|基线时间|基线日期|基准日期"),
    _f("baseline_n", T.INTEGER, "Baseline sample size", "基线样本量", N_("How many cases the baseline was measured on"), "Baseline n|Baseline sample|n|基线样本数|样本量|样本数"),
    _f("provenance", T.TEXT, "Baseline source", "基线来源", N_("How the baseline was measured, and by whom"), "Provenance|Baseline provenance|Evidence|来源|测量方式|基线依据|基线出处"),
    _f("target", T.QUANTITY, "Target", "目标", N_("What it is to reach"), "Target value|Goal|To be|目标值|期望值"),
    _f("target_due", T.INSTANT, "Target due", "目标期限", N_("By when"), "Due|Due date|Target date|Deadline|目标日期|截止日期|达成日期|到期日"),
    _f("project", T.KEY, "Project", "项目", N_("The project's key"), "Project key|项目名称|所属项目"),
    _f("department", T.TEXT, "Department", "部门", N_("The department it was agreed with"), "Business unit|Business department|业务部门|所属部门|责任部门"),
    _f("owner", T.TEXT, "Owner", "负责人", N_("Who answers for it"), "KPI owner|Responsible|责任人|指标负责人"),
    _f("definition", T.TEXT, "Definition", "定义", N_("From which event to which, what is counted and what is not"), "How it is measured|Description|Formula|口径|指标定义|计算口径|计算公式|说明"),
    _f("data_source", T.TEXT, "Data source", "数据来源", N_("The system the figures come from"), "Source system|System|数据源|来源系统|取数系统"),
    _f("can_be_negative", T.FLAG, "Can be negative", "可为负数", N_("Yes or no; a chart limit below zero makes no sense where it is no"), "Negative allowed|Negative|可为负|允许负值"),
    _f("release_at", T.INSTANT, "Release at", "上线时间", N_("When a release changed the process: the chart begins a new phase there. Repeat the KPI's row for a further release"), "Released at|Release date|Go-live|Go live|Launch|Launch date|上线日期|发布时间|发布日期"),
    _f("release_reason", T.TEXT, "Release reason", "上线说明", N_("What changed with that release"), "Release|Release name|Phase reason|Reason|上线内容|发布说明|变更原因"),
)

KPI_MEASUREMENT = (
    _f("kpi", T.KEY, "KPI", "指标", N_("The KPI's identifier or name"), "KPI ID|KPI key|KPI name|Indicator|Metric|Name|指标名称|指标编号|指标ID|KPI名称|KPI编号", required=True),
    _f("at", T.INSTANT, "Measured at", "测量时间", N_("When it was measured"), "At|Date|Day|Week|Month|Measured on|Measurement date|Time|测量日期|日期|时间|统计日期|周|月份|统计时间", required=True),
    _f("value", T.QUANTITY, "Value", "数值", N_("The measured value, with or without its unit"), "Measured value|Measurement|Actual|Current|Result|值|测量值|实际值|当前值|指标值", required=True),
    _f("n", T.INTEGER, "Sample size", "样本量", N_("How many cases it was measured on"), "n|Sample|Cases|Count|样本数|样本|件数"),
    _f("unit", T.TEXT, "Unit", "单位", N_("As people write it, where the value has none"), "Units|计量单位"),
    _f("remark", T.TEXT, "Remark", "备注", N_("Anything that explains the value"), "Remarks|Comment|Note|Notes|说明|注释"),
)

FEEDBACK = (
    _f("id", T.KEY, "Feedback ID", "反馈编号", N_("Its identifier; without it the row's own content is"), "ID|No|Number|Ticket|Response ID|Answer ID|反馈ID|编号|答卷编号|序号|工单号"),
    _f("received_at", T.INSTANT, "Received at", "反馈时间", N_("When it came in"), "Received|Received on|Date|Submitted at|Submitted|Timestamp|Created|Created at|Time|收到时间|反馈日期|提交时间|提交日期|日期|时间|提交答卷时间", required=True),
    _f("kind", T.CHOICE, "Kind", "反馈类型", N_("Bug, idea, question, praise, survey or other"), "Type|Category|Feedback type|类型|分类|类别|反馈分类"),
    _f("text", T.TEXT, "Feedback", "反馈内容", N_("What was said"), "Text|Comment|Comments|Message|Content|Description|Answer|内容|意见|意见建议|建议|描述|问题描述|反馈意见"),
    _f("csat", T.CSAT, "CSAT (1-5)", "满意度(1-5)", N_("Satisfaction, a whole number from 1 to 5"), "CSAT|Satisfaction|Rating|Score|Satisfaction score|满意度|满意度评分|评分|满意度得分|星级"),
    _f("nps", T.NPS, "NPS (0-10)", "推荐度(0-10)", N_("How likely one is to recommend it, a whole number from 0 to 10"), "NPS|NPS score|Recommend|Likelihood to recommend|推荐度|推荐意愿|NPS评分|推荐分|净推荐值"),
    _f("submitted_by", T.TEXT, "Submitted by", "反馈人", N_("Who said it"), "From|Name|User|Author|Reporter|Customer|提交人|姓名|用户|反馈者"),
    _f("department", T.TEXT, "Department", "部门", N_("Their department"), "Business unit|Team|业务部门|所属部门|反馈部门"),
    _f("project", T.KEY, "Project", "项目", N_("The project's key"), "Project key|Product|项目名称|所属项目|产品"),
    _f("release", T.TEXT, "Release", "版本", N_("The release it is about"), "Version|Release name|上线版本|发布版本"),
    _f("replied_at", T.INSTANT, "Replied at", "回复时间", N_("When a person first answered"), "Replied|First reply at|First response at|Answered at|Response date|首次回复时间|答复时间|回复日期|响应时间"),
    _f("replied_by", T.TEXT, "Replied by", "回复人", N_("Who answered"), "Answered by|Responder|Handled by|答复人|处理人"),
    _f("reply", T.TEXT, "Reply", "回复内容", N_("What was answered"), "Response|Answer text|Reply text|回复|答复|处理意见|答复内容"),
    _f("resolved_at", T.INSTANT, "Resolved at", "解决时间", N_("When it was taken care of"), "Resolved|Resolved on|Fixed at|Closed at|解决日期|处理完成时间|关闭时间"),
    _f("confirmed_at", T.INSTANT, "Confirmed at", "确认时间", N_("When the person who said it confirmed that it is right"), "Confirmed|Confirmed on|Requester confirmed|确认日期|用户确认时间|反馈人确认时间"),
    _f("reopened_at", T.INSTANT, "Reopened at", "重新打开时间", N_("When it turned out that it was not right"), "Reopened|Reopened on|重开时间|再次打开时间"),
    _f("work_item", T.KEY, "Work item", "关联工作项", N_("The key of the item that takes care of it"), "Work item key|Issue key|Linked item|Linked issue|Item|Item key|关联需求|关联编号|工作项|工作项编号|需求编号"),
)
