"""The words behind the codes that people's changes use: verdicts, decisions, kinds of change and of item, roles and
permissions. Those of KPIs and feedback are in `core.wording_kpi`."""

from core.i18n import N_

VERDICT = {
    "accepted": N_("accepted"),
    "accepted_with_changes": N_("accepted with changes"),
    "rejected": N_("not accepted"),
    "not_shown": N_("not shown"),
}
GOAL_VERDICT = {"met": N_("met"), "partly": N_("partly met"), "missed": N_("missed")}
CHANGE_KIND = {
    "added": N_("added to the sprint"),
    "removed": N_("removed from the sprint"),
    "re_estimated": N_("re-estimated after the start"),
    "content": N_("content changed"),
}
DECISION = {"approved": N_("approved"), "rejected": N_("declined")}
REQUEST_STATE = {
    "open": N_("waiting for a decision"),
    "approved": N_("approved"),
    "rejected": N_("declined"),
    "void": N_("signature void: changed after it was signed"),
}
ITEM_KIND = {
    "requirement": N_("requirement"),
    "bug": N_("defect"),
    "chore": N_("chore"),
    "epic": N_("epic"),
    "subtask": N_("sub-task"),
}
STATUS_CATEGORY = {"todo": N_("to do"), "in_progress": N_("in progress"), "done": N_("done")}
POLICY = {
    "jira-cloud": N_("as Jira Cloud counts"),
    "jira-dc": N_("as Jira Data Center counts"),
    "plan-cn": N_("completion against plan"),
}
ROLE = {
    "admin": N_("administrator"),
    "lead": N_("team lead"),
    "leader": N_("leadership"),
    "department": N_("business department"),
    "auditor": N_("auditor"),
    "viewer": N_("viewer"),
    "writer": N_("may write back to Jira"),
    "guest": N_("guest of one page"),
}
PERMISSION = {
    "read_sprints": N_("see sprints and demo outcomes"),
    "read_churn": N_("see requirement changes"),
    "read_kpis": N_("see KPIs"),
    "read_feedback": N_("see feedback"),
    "read_data": N_("see sources, imports and data quality"),
    "read_audit": N_("read the audit log"),
    "record_verdict": N_("record verdicts"),
    "manage_changes": N_("record change requests"),
    "sign_change": N_("sign change requests"),
    "waive_change": N_("waive changes"),
    "manage_kpis": N_("maintain KPIs"),
    "submit_feedback": N_("give feedback"),
    "answer_feedback": N_("answer feedback"),
    "confirm_feedback": N_("confirm that feedback is resolved"),
    "import_data": N_("import data"),
    "manage_settings": N_("change the settings"),
    "manage_sample": N_("load and clear the sample workspace"),
    "manage_people": N_("manage people and what they may do"),
    "manage_sources": N_("connect and change sources"),
    "present_demo": N_("present a demo"),
    "write_back": N_("write results back to Jira"),
    "make_report": N_("make reports and minutes"),
    "export": N_("export what may be seen"),
    "react": N_("react to what is shown at a demo"),
    "unmask": N_("see who is behind a pseudonym"),
}
