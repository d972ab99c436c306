"""One case per action of the house: prepare a store, and return what an actor then does. A new action needs one here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from access.guest_links import guest_token
from actions import (
    archive,
    change_requests,
    demos,
    derive,
    feedback,
    import_sheet,
    kpis,
    maintenance,
    measurements,
    media,
    people,
    reactions,
    sample,
    settings,
    signatures,
    snapshots,
    sources,
    undo,
    verdicts,
    waivers,
    write_back,
)
from connectors.jira.credential import Credential
from core.made_report import Made
from store.db import Store
from store.tables import Demo, Person, SignInSession, Source, StatedEntry, SyncRun
from store.write import table_of
from tests.actions.shop import AT, EVERYONE, LATER, START, Do, feedback_of, kpi_of, measured, request_of, seed


@dataclass(frozen=True)
class Case:
    """Args: prepare, makes the store ready and returns the doing; is_one_transaction, whether the whole action is rows
    in one transaction of the given store (a restore replaces the file); databases, on which it can run."""

    prepare: Callable[[Store], Do]
    is_one_transaction: bool = True
    databases: frozenset[str] = frozenset({"sqlite", "postgresql"})


def _verdict(store: Store) -> Do:
    source = seed(store)
    given = {"source_id": source, "sprint_id": "S1", "work_item_id": "2", "verdict": "accepted"}
    return lambda actor: verdicts.record_verdict(store, actor, **given, at=LATER)


def _verdicts(store: Store) -> Do:
    source = seed(store)
    given = [verdicts.ItemVerdict(source, "S1", item, "accepted") for item in ("2", "3")]
    return lambda actor: verdicts.record_verdicts(store, actor, verdicts=given, at=LATER)


def _goal(store: Store) -> Do:
    source = seed(store)
    given = {"source_id": source, "sprint_id": "S1", "verdict": "partly"}
    return lambda actor: verdicts.record_goal_verdict(store, actor, **given, at=LATER)


def _raise_request(store: Store) -> Do:
    source = seed(store)
    covered = (change_requests.Covered(source, "S1", "2"),)
    content = change_requests.Content("Split orders", "A second warehouse", requested_by="王芳", items=covered)
    return lambda actor: change_requests.raise_change_request(store, actor, content=content, at=LATER)


def _revise_request(store: Store) -> Do:
    number = request_of(store, seed(store)).number
    return lambda actor: change_requests.revise_change_request(store, actor, number=number, impact="Two days", at=LATER)


def _sign(store: Store) -> Do:
    number = request_of(store, seed(store)).number
    return lambda actor: signatures.sign_change(store, actor, number=number, decision="approved", at=LATER)


def _waiver_of(source: int) -> dict[str, object]:
    return {"source_id": source, "sprint_id": "S1", "work_item_id": "2", "change_kind": "added", "reason": "Agreed"}


def _waive(store: Store) -> Do:
    given = _waiver_of(seed(store))
    return lambda actor: waivers.waive_change(store, actor, **given, at=LATER)


def _revoke(store: Store) -> Do:
    given = _waiver_of(seed(store))
    waivers.waive_change(store, EVERYONE, **given, at=AT)
    return lambda actor: waivers.revoke_waiver(store, actor, **given, at=LATER)


def _define_kpi(store: Store) -> Do:
    given = {"name": "Accuracy", "unit": "%", "direction": "up", "project_key": "SHOP"}
    return lambda actor: kpis.define_kpi(store, actor, **given, at=LATER)


def _revise_kpi(store: Store) -> Do:
    kpi = kpi_of(store)
    return lambda actor: kpis.revise_kpi(store, actor, kpi_id=kpi.id, owner="李雷", at=LATER)


def _baseline(store: Store) -> Do:
    kpi = kpi_of(store)
    return lambda actor: kpis.set_baseline(store, actor, kpi_id=kpi.id, value="2h", at=LATER)


def _target(store: Store) -> Do:
    kpi = kpi_of(store)
    return lambda actor: kpis.set_target(store, actor, kpi_id=kpi.id, value="15min", at=LATER)


def _phase(store: Store) -> Do:
    kpi = kpi_of(store)
    given = {"kpi_id": kpi.id, "begins_at": START, "kind": "release", "reason": "Launch"}
    return lambda actor: kpis.begin_phase(store, actor, **given, at=LATER)


def _measure(store: Store) -> Do:
    kpi = kpi_of(store)
    given = {"kpi_id": kpi.id, "value": "90min", "measured_at": START}
    return lambda actor: measurements.record_measurement(store, actor, **given, at=LATER)


def _correct_measurement(store: Store) -> Do:
    kpi = measured(store)
    given = {"kpi_id": kpi.id, "value": "90min", "measured_at": START, "remark": "Misread"}
    return lambda actor: measurements.correct_measurement(store, actor, **given, at=LATER)


def _submit(store: Store) -> Do:
    given = {"kind": "survey", "csat": 4, "department": "ops", "project_key": "SHOP"}
    return lambda actor: feedback.submit_feedback(store, actor, **given, at=LATER)


def _correct_feedback(store: Store) -> Do:
    row = feedback_of(store)
    return lambda actor: feedback.correct_feedback(store, actor, feedback_id=row.id, kind="question", at=LATER)


def _answer(store: Store) -> Do:
    row = feedback_of(store)
    return lambda actor: feedback.answer_feedback(store, actor, feedback_id=row.id, reply="We look at it", at=LATER)


def _link(store: Store) -> Do:
    source = seed(store)
    row = feedback_of(store)
    given = {"feedback_id": row.id, "source_id": source, "work_item_id": "2"}
    return lambda actor: feedback.link_feedback(store, actor, **given, at=LATER)


def _resolve(store: Store) -> Do:
    row = feedback_of(store)
    return lambda actor: feedback.resolve_feedback(store, actor, feedback_id=row.id, at=LATER)


def _confirm(store: Store) -> Do:
    row = feedback_of(store)
    feedback.resolve_feedback(store, EVERYONE, feedback_id=row.id or 0, at=AT)
    return lambda actor: feedback.confirm_feedback(store, actor, feedback_id=row.id, at=LATER)


def _reopen(store: Store) -> Do:
    row = feedback_of(store)
    feedback.resolve_feedback(store, EVERYONE, feedback_id=row.id or 0, at=AT)
    return lambda actor: feedback.reopen_feedback(store, actor, feedback_id=row.id, text="Still twice", at=LATER)


def _save_settings(store: Store) -> Do:
    seed(store)
    return lambda actor: settings.save_settings(store, actor, changes={"zone": "Europe/Berlin"}, at=LATER)


def _save_source(store: Store) -> Do:
    source = seed(store)
    return lambda actor: settings.save_source_settings(store, actor, source_id=source, policy="plan-cn", at=LATER)


def _holidays(store: Store) -> Do:
    days = [settings.Day(date(2031, 1, 1), False, "元旦")]
    return lambda actor: settings.import_holidays(store, actor, calendar="CN", days=days, at=LATER)


def _rebuild(store: Store) -> Do:
    seed(store)
    return lambda actor: derive.rebuild(store, actor, at=LATER)


def _import(store: Store) -> Do:
    content = b"Key,Title,Sprint,Points,Status\nSHOP-1,Split orders,Sprint 1,3,Done\n"
    return lambda actor: import_sheet.import_sheet(store, actor, "backlog.csv", content, kind="backlog", at=LATER)


def _first_start(store: Store) -> Do:
    return lambda actor: sample.decide_first_start(store, actor, at=LATER)


def _clear_sample(store: Store) -> Do:
    seed(store, is_sample=True)
    return lambda actor: sample.clear_sample(store, actor, at=LATER)


def _undo(store: Store) -> Do:
    source = seed(store)
    with store.writing() as session:
        run = SyncRun(
            source_id=source,
            kind="import",
            state="done",
            actor="founder",
            started_at=AT,
            finished_at=AT,
            file_name="a.csv",
        )
        session.add(run)
        session.flush()
        run_id = run.id
    return lambda actor: undo.undo_import(store, actor, run_id, at=LATER)


def _back_up(store: Store) -> Do:
    return lambda actor: maintenance.take_backup(store, actor, at=LATER)


def _restore(store: Store) -> Do:
    saved = maintenance.take_backup(store, EVERYONE, at=AT)
    return lambda actor: maintenance.restore_backup(store.config, actor, saved, at=LATER)


def _demo_started(store: Store) -> Demo:
    source = seed(store)
    return demos.start_demo(store, EVERYONE, source_id=source, sprint_id="S1", order=["2", "3"], at=AT)


def _start_demo(store: Store) -> Do:
    source = seed(store)
    return lambda actor: demos.start_demo(store, actor, source_id=source, sprint_id="S1", at=LATER)


def _show_item(store: Store) -> Do:
    demo = _demo_started(store)
    return lambda actor: demos.show_item(store, actor, demo_id=demo.id or 0, work_item_id="3", at=LATER)


def _arrange(store: Store) -> Do:
    demo = _demo_started(store)
    return lambda actor: demos.arrange_demo(store, actor, demo_id=demo.id or 0, order=["3", "2"], at=LATER)


def _end_demo(store: Store) -> Do:
    demo = _demo_started(store)
    return lambda actor: demos.end_demo(store, actor, demo_id=demo.id or 0, at=LATER)


def _take_note(store: Store) -> Do:
    demo = _demo_started(store)
    given = {"kind": "action", "text": "Ask finance", "owner": "李雷"}
    return lambda actor: demos.take_note(store, actor, demo_id=demo.id or 0, **given, at=LATER)


def _settle_note(store: Store) -> Do:
    demo = _demo_started(store)
    note = demos.take_note(store, EVERYONE, demo_id=demo.id or 0, kind="action", text="Ask finance", at=AT)
    return lambda actor: demos.settle_note(store, actor, note_id=note.id or 0, state="done", at=LATER)


def _attach_media(store: Store) -> Do:
    given = {"source_id": seed(store), "sprint_id": "S1", "work_item_id": "2", "file_name": "walk.webm"}
    content = b"\x1aE\xdf\xa3B\x82\x84webm"
    return lambda actor: media.attach_media(store, actor, **given, content=content, at=LATER)


def _take_media_away(store: Store) -> Do:
    given = {"source_id": seed(store), "sprint_id": "S1", "work_item_id": "2"}
    content = b"\x1aE\xdf\xa3B\x82\x84webm"
    media.attach_media(store, EVERYONE, **given, file_name="walk.webm", content=content, at=AT)
    return lambda actor: media.take_media_away(store, actor, **given, at=LATER)


def _react(store: Store) -> Do:
    demo = _demo_started(store)
    given = {"token": guest_token(demo) or "", "guest": "a phone", "work_item_id": "2", "reaction": "like"}
    return lambda actor: reactions.react(store, actor, demo_id=demo.id or 0, **given, at=LATER)


def _archive_report(store: Store) -> Do:
    seed(store)
    made = Made("weekly", "2026-11-09 2026-11-15", "en", {"pdf": b"%PDF"}, project_key="SHOP")
    return lambda actor: archive.archive_report(store, actor, made=made, at=LATER)


def _write_back(store: Store) -> Do:
    """A Jira where nobody answers: what was asked stays, and is told as failed."""
    demo = _demo_started(store)
    settings.save_settings(store, EVERYONE, changes={"writes_back": True}, at=AT)
    with store.writing() as session:
        source = session.get_one(Source, demo.source_id)
        source.kind, source.settings = "jira", {"url": "http://127.0.0.1:9"}
    credential = Credential("token", None, "secret")
    sources.set_credential(store, EVERYONE, source_id=demo.source_id, credential=credential, at=AT)
    given = {"source_id": demo.source_id, "sprint_id": "S1", "work_item_id": "2", "verdict": "accepted"}
    verdicts.record_verdict(store, EVERYONE, **given, at=LATER)
    return lambda actor: write_back.write_back(store, actor, demo_id=demo.id or 0, at=LATER)


def _refreeze(store: Store) -> Do:
    """A frozen sprint whose source then says otherwise."""
    source = seed(store)
    derive.rebuild(store, EVERYONE, at=AT)
    with store.writing() as session:
        snapshots.freeze_closed(session, source, at=AT, by="founder")
        stated = table_of(StatedEntry)
        session.execute(stated.update().where(stated.c.work_item_id == "2").values(initial_points=8.0))
    derive.rebuild(store, EVERYONE, at=LATER)
    given = {"source_id": source, "sprint_id": "S1", "reason": "Corrected with the team"}
    return lambda actor: snapshots.refreeze_sprint(store, actor, **given, at=LATER)


def _person(store: Store) -> Person:
    return people.add_person(store, EVERYONE, name="wang", display_name="王芳", role="viewer", at=AT)


def _add_person(store: Store) -> Do:
    return lambda actor: people.add_person(store, actor, name="wang", display_name="王芳", role="viewer", at=LATER)


def _disable_person(store: Store) -> Do:
    name = _person(store).name
    return lambda actor: people.disable_person(store, actor, name=name, at=LATER)


def _enable_person(store: Store) -> Do:
    name = _person(store).name
    people.disable_person(store, EVERYONE, name=name, at=AT)
    return lambda actor: people.enable_person(store, actor, name=name, at=LATER)


def _end_sessions(store: Store) -> Do:
    person = _person(store)
    with store.writing() as session:
        session.add(
            SignInSession(
                token_sha256="0" * 64, person_id=person.id or 0, method="password", created_at=AT, last_seen_at=AT,
                expires_at=LATER + timedelta(days=1),
            )
        )  # fmt: skip
    return lambda actor: people.end_sessions(store, actor, name=person.name, at=LATER)


def _grant_role(store: Store) -> Do:
    name = _person(store).name
    return lambda actor: people.grant_role(store, actor, name=name, role="lead", project="SHOP", at=LATER)


def _revoke_role(store: Store) -> Do:
    name = _person(store).name
    return lambda actor: people.revoke_role(store, actor, name=name, role="viewer", at=LATER)


def _invite_person(store: Store) -> Do:
    name = _person(store).name
    return lambda actor: people.invite_person(store, actor, name=name, at=LATER)


CASES: dict[str, Case] = {
    "add_person": Case(_add_person),
    "disable_person": Case(_disable_person),
    "enable_person": Case(_enable_person),
    "end_sessions": Case(_end_sessions),
    "grant_role": Case(_grant_role),
    "invite_person": Case(_invite_person),
    "revoke_role": Case(_revoke_role),
    "refreeze_sprint": Case(_refreeze),
    "archive_report": Case(_archive_report),
    "arrange_demo": Case(_arrange),
    "attach_media": Case(_attach_media),
    "take_media_away": Case(_take_media_away),
    "end_demo": Case(_end_demo),
    "react": Case(_react),
    "settle_note": Case(_settle_note),
    "show_item": Case(_show_item),
    "start_demo": Case(_start_demo),
    "take_note": Case(_take_note),
    "answer_feedback": Case(_answer),
    "begin_phase": Case(_phase),
    "clear_sample": Case(_clear_sample),
    "confirm_feedback": Case(_confirm),
    "correct_feedback": Case(_correct_feedback),
    "correct_measurement": Case(_correct_measurement),
    "decide_first_start": Case(_first_start),
    "define_kpi": Case(_define_kpi),
    "import_holidays": Case(_holidays),
    "import_sheet": Case(_import),
    "link_feedback": Case(_link),
    "raise_change_request": Case(_raise_request),
    "rebuild": Case(_rebuild),
    "record_goal_verdict": Case(_goal),
    "record_measurement": Case(_measure),
    "record_verdict": Case(_verdict),
    "record_verdicts": Case(_verdicts),
    "reopen_feedback": Case(_reopen),
    "resolve_feedback": Case(_resolve),
    "restore_backup": Case(_restore, is_one_transaction=False, databases=frozenset({"sqlite"})),
    "revise_change_request": Case(_revise_request),
    "revise_kpi": Case(_revise_kpi),
    "revoke_waiver": Case(_revoke),
    "save_settings": Case(_save_settings),
    "save_source_settings": Case(_save_source),
    "set_baseline": Case(_baseline),
    "set_target": Case(_target),
    "sign_change": Case(_sign),
    "submit_feedback": Case(_submit),
    "take_backup": Case(_back_up, databases=frozenset({"sqlite"})),
    "undo_import": Case(_undo),
    "waive_change": Case(_waive),
    "write_back": Case(_write_back),
}
