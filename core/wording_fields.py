"""What the fields of an audit entry are called, and the words behind the codes in them. A test holds them against what every
registered action writes; a field that this program does not know keeps its stored name."""

import re
from datetime import UTC, date, datetime
from typing import Any

from core.i18n import N_
from core.reader import Reader
from core.wording_actions import CHANGE_KIND, DECISION, GOAL_VERDICT, POLICY, ROLE, VERDICT
from core.wording_demo import NOTE_KIND, NOTE_STATE, REACTION
from core.wording_kpi import DIRECTION, FEEDBACK_EVENT, FEEDBACK_KIND, FEEDBACK_STATE, PHASE_KIND
from core.wording_reports import REPORT_KIND, REPORT_LANGUAGE
from core.wording_tables import RUN_STATE, SHEET_KIND, SOURCE_KIND, TABLE

FIELD = {
    "account": N_("account"),
    "action": N_("action"),
    "actor": N_("who acted"),
    "added": N_("added"),
    "added_at": N_("added at"),
    "added_by": N_("added by"),
    "at": N_("at"),
    "author": N_("author"),
    "begins_at": N_("from"),
    "board": N_("boards"),
    "boards": N_("boards"),
    "acceptance_field": N_("field of acceptance criteria"),
    "bytes": N_("size in bytes"),
    "calendar": N_("calendar"),
    "can_be_negative": N_("may be below zero"),
    "change": N_("changes"),
    "change_kind": N_("kind of change"),
    "changed": N_("changed"),
    "connect_seconds": N_("seconds to connect"),
    "connections": N_("connections at once"),
    "content_sha256": N_("hash of the content"),
    "counts_subtasks": N_("counts sub-tasks"),
    "created_at": N_("created at"),
    "created_by": N_("created by"),
    "credential": N_("credential"),
    "csat": N_("satisfaction"),
    "current_item_id": N_("item on stage"),
    "data_source": N_("source of the figures"),
    "day": N_("day"),
    "day_order": N_("order of day and month"),
    "days": N_("days"),
    "decided_at": N_("decided at"),
    "decided_by": N_("decided by"),
    "decision": N_("decision"),
    "definition": N_("definition"),
    "demo_every_days": N_("days between demos"),
    "demo_id": N_("demo number"),
    "department": N_("department"),
    "department_calendars": N_("calendars of departments"),
    "dimension": N_("what is measured"),
    "direction": N_("direction"),
    "display_name": N_("shown name"),
    "due_at": N_("due at"),
    "due_on": N_("due on"),
    "email": N_("e-mail address"),
    "ended_at": N_("ended at"),
    "ends_at": N_("until"),
    "entries": N_("entries"),
    "epic_field": N_("field of the epic"),
    "error": N_("error"),
    "estimation_field": N_("field of the estimate"),
    "every_minutes": N_("minutes between syncs"),
    "evidence": N_("evidence"),
    "external_id": N_("id in its source"),
    "failed": N_("failed"),
    "feedback": N_("feedback"),
    "feedback_event": N_("steps of feedback"),
    "feedback_id": N_("feedback number"),
    "file_name": N_("file"),
    "file_sha256": N_("hash of the file"),
    "flavour": N_("kind of Jira"),
    "frozen_at": N_("frozen at"),
    "given_at": N_("given at"),
    "goal_verdict": N_("verdicts on goals"),
    "grant": N_("grant"),
    "guest": N_("guest"),
    "guest_name": N_("guest's name"),
    "hours_per_day": N_("hours a day"),
    "id": N_("entry number"),
    "impact": N_("impact"),
    "impact_days": N_("impact in days"),
    "impact_points": N_("impact in points"),
    "is_active": N_("account active"),
    "is_human": N_("said by a person"),
    "is_locked": N_("locked"),
    "is_over": N_("over"),
    "is_revoked": N_("revoked"),
    "is_working": N_("working day"),
    "items": N_("work items"),
    "kind": N_("kind"),
    "kpi": N_("KPIs"),
    "kpi_baseline": N_("baselines"),
    "kpi_id": N_("KPI number"),
    "kpi_measurement": N_("measurements"),
    "kpi_phase": N_("phases"),
    "kpi_target": N_("targets"),
    "language": N_("language"),
    "link_expires_at": N_("link ends at"),
    "links_withdrawn": N_("links withdrawn"),
    "makes_reports": N_("makes reports by itself"),
    "measured_at": N_("measured at"),
    "media": N_("kind of file"),
    "media_mb": N_("largest file on stage in MB"),
    "media_type": N_("media type"),
    "n": N_("n"),
    "name": N_("name"),
    "new_issue_project": N_("project of new issues"),
    "new_issue_type": N_("type of new issues"),
    "nps": N_("would recommend"),
    "order": N_("order"),
    "overlap_minutes": N_("minutes read again"),
    "owner": N_("owner"),
    "page_size": N_("issues a page"),
    "password": N_("password"),
    "patience_seconds": N_("seconds of patience"),
    "payload": N_("details"),
    "policy": N_("counting policy"),
    "presenter": N_("presenter"),
    "project": N_("project"),
    "project_key": N_("project"),
    "projects": N_("projects"),
    "provenance": N_("where from"),
    "raw_text": N_("as written"),
    "reaction": N_("reaction"),
    "read_seconds": N_("seconds to read"),
    "reason": N_("reason"),
    "received_at": N_("received at"),
    "recorded_at": N_("recorded at"),
    "recorded_by": N_("recorded by"),
    "release": N_("released version"),
    "remark": N_("remark"),
    "removed": N_("taken away"),
    "replaced": N_("replaced file"),
    "request_seconds": N_("seconds a request"),
    "requested_by": N_("requested by"),
    "requests": N_("requests"),
    "restored": N_("restored"),
    "role": N_("role"),
    "rows": N_("rows"),
    "rows_changed": N_("rows changed"),
    "rows_removed": N_("rows removed"),
    "run": N_("run"),
    "run_id": N_("run"),
    "secret": N_("secret"),
    "sessions_ended": N_("sessions ended"),
    "sha256": N_("hash"),
    "sheet": N_("sheet"),
    "sheets": N_("sheets"),
    "signature": N_("signatures"),
    "signed_at": N_("signed at"),
    "signed_by": N_("signed by"),
    "size_bytes": N_("size in bytes"),
    "skipped": N_("rows left out"),
    "source": N_("source"),
    "source_id": N_("source number"),
    "sources": N_("sources"),
    "sprint": N_("sprints"),
    "sprint_field": N_("field of the sprint"),
    "sprint_id": N_("sprint"),
    "sprints": N_("sprints"),
    "started_at": N_("started at"),
    "stated_entry": N_("items stated in a sprint"),
    "state": N_("state"),
    "status": N_("statuses"),
    "status_mapping": N_("mapping of statuses"),
    "subject_id": N_("of what, number"),
    "subject_table": N_("of what"),
    "submitted_by": N_("submitted by"),
    "supersedes_id": N_("supersedes number"),
    "text": N_("text"),
    "title": N_("title"),
    "to_write": N_("to be written"),
    "type_mapping": N_("mapping of types"),
    "unchanged": N_("unchanged"),
    "unit": N_("unit"),
    "url": N_("address"),
    "value": N_("value"),
    "verdict": N_("verdict"),
    "version": N_("version"),
    "waived_at": N_("waived at"),
    "waived_by": N_("waived by"),
    "words": N_("words searched for"),
    "work_ends": N_("work ends"),
    "work_item": N_("work items"),
    "work_item_id": N_("work item"),
    "work_starts": N_("work starts"),
    "writes_back": N_("writes back"),
    "zone": N_("time zone"),
}

CODES: dict[str, dict[str, str]] = {
    "change_kind": CHANGE_KIND,
    "decision": DECISION,
    "dimension": {"duration": N_("duration"), "ratio": N_("ratio"), "money": N_("amount of money"), "number": N_("count")},
    "direction": DIRECTION,
    "kind": {
        **SOURCE_KIND, **SHEET_KIND, **REPORT_KIND, **NOTE_KIND, **PHASE_KIND, **FEEDBACK_KIND, **FEEDBACK_EVENT,
    },
    "language": REPORT_LANGUAGE,
    "policy": POLICY,
    "reaction": REACTION,
    "role": ROLE,
    "state": {**RUN_STATE, **FEEDBACK_STATE, **NOTE_STATE},
    "subject_table": TABLE,
    "verdict": {**VERDICT, **GOAL_VERDICT},
}  # fmt: skip
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:\+00:00)?")


def field_words(name: str, reader: Reader) -> str:
    """What a field is called; `verdict 12` is the twelfth of its kind."""
    word, blank, number = name.partition(" ")
    return f"{reader.t(FIELD[word])}{blank}{number}" if word in FIELD and (not blank or number.isdecimal()) else name


def said(name: str, told: str, reader: Reader) -> str:
    """A field and what it holds."""
    return f"{field_words(name, reader)}{'：' if reader.lang == 'zh' else ': '}{told}"


def together(parts: list[str], reader: Reader) -> str:
    """Several of them in one line."""
    return ("，" if reader.lang == "zh" else ", ").join(parts)


def value_words(name: str, held: Any, reader: Reader) -> str:
    """What a field of that name holds: codes in words, instants in the project's zone, somebody's own words as they are."""
    if held is None or held == "" or held == [] or held == {}:
        return "–"
    if isinstance(held, bool):
        return reader.t("yes") if held else reader.t("no")
    if isinstance(held, float):
        return repr(held).removesuffix(".0")
    if isinstance(held, dict):
        return together([said(one, value_words(one, given, reader), reader) for one, given in held.items()], reader)
    if isinstance(held, list):
        return together([value_words(name, one, reader) for one in held], reader)
    if isinstance(held, str) and held in CODES.get(name, {}):
        return reader.t(CODES[name][held])
    if isinstance(held, str) and (name == "at" or name.endswith("_at")) and _INSTANT.fullmatch(held):
        at = datetime.fromisoformat(held)
        return reader.instant(at if at.tzinfo else at.replace(tzinfo=UTC), with_year=True)
    if isinstance(held, str) and name in ("day", "due_on"):
        return reader.day(date.fromisoformat(held), with_year=True)
    return str(held)
