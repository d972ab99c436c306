"""Which roles may do which action, written down by hand: a new action needs its place here, and a changed permission shows."""

from core.actor import Role

_WHO = {
    "admin": (
        "add_jira_source add_person change_jira_source clear_sample decide_first_start disable_person enable_person "
        "end_sessions grant_role import_holidays invite_person make_webhook_secret remove_source restore_backup "
        "revoke_role save_settings save_source_settings see_as set_credential take_backup unwatch_file watch_file"
    ),
    "admin auditor": ("anchor_log export_log"),
    "admin lead": ("import_sheet note_look rebuild reparse_source sync_source undo_import"),
    "admin lead leader department auditor": ("record_export"),
    "auditor": ("unmask"),
    "department": ("confirm_feedback reopen_feedback"),
    "guest": ("react"),
    "lead": (
        "answer_feedback arrange_demo attach_media begin_phase correct_measurement define_kpi end_demo "
        "link_feedback raise_change_request record_goal_verdict record_measurement record_verdict record_verdicts "
        "refreeze_sprint resolve_feedback revise_change_request revise_kpi set_baseline set_target settle_note "
        "show_item start_demo take_media_away take_note"
    ),
    "lead leader": ("archive_report"),
    "lead leader department": ("attach_files correct_feedback submit_feedback take_file_away"),
    "leader": ("revoke_waiver waive_change"),
    "leader department": ("sign_change"),
    "writer": ("write_back"),
}
WHO_MAY = {name: {Role(role) for role in roles.split()} for roles, names in _WHO.items() for name in names.split()}
