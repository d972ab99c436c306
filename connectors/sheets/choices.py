"""The closed lists of words a choice column may hold, in both languages, and the code each stands for."""

from connectors.sheets.fields import normal
from core.i18n import N_, Text

# field -> code -> (word shown as accepted, other words)
CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "status_category": {
        "todo": (N_("To do"), "To Do|todo|new|open|待办|未开始|待处理|zu erledigen|à faire"),
        "in_progress": (N_("In progress"), "indeterminate|doing|进行中|处理中|正在进行|in arbeit|in bearbeitung|en cours"),
        "done": (N_("Done"), "complete|completed|closed|完成|已完成|fertig|erledigt|terminé"),
    },
    "sprint_state": {
        "future": (N_("future"), "planned|upcoming|not started|未开始|未来|计划中|待开始"),
        "active": (N_("active"), "open|started|running|in progress|进行中|活动|激活|已开始"),
        "closed": (N_("closed"), "complete|completed|done|finished|ended|已关闭|关闭|已完成|完成|已结束|结束"),
    },
    "verdict": {
        "accepted": (N_("accepted"), "accept|pass|passed|approved|ok|yes|done|通过|已通过|接受|已接受|验收通过|评审通过|同意|合格|满意"),
        "accepted_with_changes": (
            N_("accepted with changes"),
            "accepted with remarks|conditionally accepted|conditional|partly accepted|partially accepted|有条件通过|"
            "修改后通过|部分通过|带问题通过|基本通过|条件通过|通过需修改|通过但需修改",
        ),
        "rejected": (N_("rejected"), "reject|fail|failed|not accepted|declined|no|不通过|未通过|拒绝|已拒绝|打回|退回|驳回|不接受|验收不通过|不合格"),
        "not_shown": (N_("not shown"), "not demoed|not demonstrated|skipped|n/a|none|postponed|未演示|没有演示|未展示|跳过|延期演示|推迟"),
    },
    "direction": {
        "down": (N_("lower"), "lower is better|down|decrease|less|min|minimise|minimize|smaller|越低越好|越少越好|越小越好|降低|减少|下降|低|越短越好|缩短"),
        "up": (N_("higher"), "higher is better|up|increase|more|max|maximise|maximize|larger|greater|越高越好|越多越好|越大越好|提高|增加|提升|上升|高|增长"),
    },
    "kind": {
        "bug": (N_("bug"), "defect|error|problem|complaint|incident|缺陷|故障|问题|错误|报错|投诉|异常|bug反馈"),
        "idea": (N_("idea"), "suggestion|wish|request|feature request|improvement|建议|需求|想法|改进|改进建议|优化建议|功能建议"),
        "question": (N_("question"), "ask|help|support|how to|咨询|疑问|提问|求助|使用咨询|询问"),
        "praise": (N_("praise"), "thanks|compliment|positive|表扬|好评|称赞|感谢|点赞"),
        "survey": (N_("survey"), "rating|score|questionnaire|调查|问卷|评分|满意度调查|问卷调查|回访"),
        "other": (N_("other"), "misc|其他|其它"),
    },
}  # fmt: skip

YES = frozenset(["yes", "y", "true", "1", "是", "可以", "允许", "对", "有"])
NO = frozenset(["no", "n", "false", "0", "否", "不可以", "不允许", "不", "无"])

_CODE_OF = {
    field: {normal(word): code for code, (shown, others) in codes.items() for word in (shown, code, *others.split("|"))}
    for field, codes in CHOICES.items()
}


def code_of(field: str, word: str) -> str | None:
    """The code a word stands for in a choice field; None where it is none of the list."""
    return _CODE_OF[field].get(normal(word))


def accepted_choices(field: str) -> Text:
    """What a choice field accepts, in words."""
    shown = [Text(word) for word, _ in CHOICES[field].values()]
    text = shown[0]
    for word in shown[1:]:
        text = Text("{first}, {second}", first=text, second=word)
    return Text("Accepted: {choices}.", choices=text)
