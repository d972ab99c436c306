"""Writing a demo's results back to the Jira they came from: off until the house says otherwise, and a right of its own.

The row that says what is to be written stands in the store before anything is sent, so that nothing is written twice and
nothing is forgotten: what failed is tried again when it is asked for again.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from access.permissions import Permission
from actions.base import Work, acting, action
from actions.demos import demo_in_reach
from actions.settings import house_settings
from actions.sources import jira_source, stored_credential
from connectors.jira.client import Client
from connectors.jira.settings import Settings
from connectors.jira.write import comment_once, writing_client
from core.actor import Actor
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.reader import Reader
from core.wording_actions import VERDICT
from store.db import Session, Store
from store.demos import standing_notes
from store.read import rows_where
from store.tables import Demo, DemoNote, Sprint, Verdict, WriteBack

NO_CREDENTIAL = N_("The source has no credential to write with.")


@dataclass(frozen=True)
class WrittenBack:
    """What became of it: how many comments stand in Jira now, how many were there before, and what failed, by issue."""

    sent: int
    before: int
    failed: tuple[tuple[str, FortnightError], ...] = ()


@dataclass(frozen=True)
class _Comment:
    row_id: int
    issue_id: str
    text: str
    mark: str


@action(Permission.WRITE_BACK)
def write_back(
    store: Store, actor: Actor, *, demo_id: int, client: Client | None = None, at: datetime | None = None
) -> WrittenBack:
    """Put a demo's verdicts and action items as comments on their issues in Jira, each once, even when tried again.

    Args: client, by default made from the source's stored credential.
    Raises: Refused; NotFound; Invalid where the house has it switched off, or the source is no Jira.
    """
    with acting(store, actor, "write_back", at=at) as work:
        demo = demo_in_reach(work, demo_id)
        if not house_settings(work.session).writes_back:
            raise Invalid(
                Text("Nothing is written back to Jira in this house."),
                next=Text("An administrator can switch it on in the settings."),
            )
        source = jira_source(work.session, demo.source_id)
        settings = Settings.model_validate(source.settings)
        waiting, before = _asked(work, demo)
        credential = stored_credential(work.session, store.config, demo.source_id)
        if client is None and credential is None:
            raise Invalid(Text(NO_CREDENTIAL), next=Text("Enter one for this source on the page “Data”."))
        if not waiting:
            work.nothing_changed()
            return WrittenBack(0, before)
        work.audit(f"demo {demo_id}", None, {"comments": len(waiting), "source": source.name})
    done: dict[int, str | FortnightError] = {}
    opened = client or writing_client(settings, credential)  # type: ignore[arg-type]  # refused above where there is none
    try:
        for one in waiting:
            try:
                done[one.row_id] = comment_once(opened, one.issue_id, one.text, one.mark)
            except FortnightError as error:
                done[one.row_id] = error
    finally:
        if client is None:
            opened.close()
        _note(store, actor, demo_id, done, at)
    failed = [(one.issue_id, outcome) for one in waiting if isinstance(outcome := done[one.row_id], FortnightError)]
    return WrittenBack(len(done) - len(failed), before, tuple(failed))


def _asked(work: Work, demo: Demo) -> tuple[list[_Comment], int]:
    """The comments to send, each with its row in the store, and how many were sent before."""
    reader = Reader(house_settings(work.session).language, house_settings(work.session).zone)
    sprint = work.session.get(Sprint, (demo.source_id, demo.sprint_id))
    name = sprint.name if sprint else demo.sprint_id
    known = {
        (row.subject_table, row.subject_id): row
        for row in rows_where(work.session, WriteBack, source_id=demo.source_id)
    }
    waiting, before = [], 0
    for table, subject_id, issue_id, text, at in _said(work.session, demo, name, reader):
        row = known.get((table, subject_id))
        if row is None:
            row = work.add(
                WriteBack(
                    source_id=demo.source_id, subject_table=table, subject_id=subject_id, kind="comment",
                    state="waiting", asked_at=work.at, asked_by=work.actor.name,
                )
            )  # fmt: skip
        if row.state == "sent":
            before += 1
            continue
        mark = "fortnight-" + hashlib.sha256(f"{table} {subject_id} {at.isoformat()}".encode()).hexdigest()[:12]
        waiting.append(_Comment(row.id or 0, issue_id, text, mark))
    return waiting, before


def _said(session: Session, demo: Demo, sprint: str, reader: Reader) -> list[tuple[str, int, str, str, datetime]]:
    """(table, id, issue, words, when) of every verdict given since the demo began and every action item on an issue."""
    found: list[tuple[str, int, str, str, datetime]] = []
    verdicts: dict[str, Verdict] = {}
    for one in rows_where(session, Verdict, source_id=demo.source_id, sprint_id=demo.sprint_id):
        if demo.started_at and one.decided_at >= demo.started_at:
            verdicts[one.work_item_id] = one
    for item, verdict in verdicts.items():
        words = reader.t("Demo of {sprint}: {verdict}", sprint=sprint, verdict=reader.t(VERDICT[verdict.verdict]))
        parts = [words, verdict.decided_by, verdict.remark]
        found.append(("verdict", verdict.id or 0, item, _lines(parts), verdict.decided_at))
    standing = set(standing_notes(session, [demo.id or 0])["note_id"].tolist())
    for note in rows_where(session, DemoNote, demo_id=demo.id):
        if note.id in standing and note.kind == "action" and note.state == "open" and note.work_item_id:
            due = reader.t("due {day}", day=reader.day(note.due_on, with_year=True)) if note.due_on else None
            words = reader.t("Action item from the demo of {sprint}: {text}", sprint=sprint, text=note.text)
            parts = [words, note.owner, due]
            found.append(("demo_note", note.id or 0, note.work_item_id, _lines(parts), note.recorded_at))
    return found


def _lines(parts: list[str | None]) -> str:
    return "\n".join(part for part in parts if part)


def _note(store: Store, actor: Actor, demo_id: int, done: dict[int, str | FortnightError], at: datetime | None) -> None:
    """Keep what became of each comment."""
    if not done:
        return
    with acting(store, actor, "write_back", at=at) as work:
        demo_in_reach(work, demo_id)
        told: dict[str, Any] = {}
        for row_id, outcome in done.items():
            row = work.session.get(WriteBack, row_id)
            if row is None:
                continue
            is_failed = isinstance(outcome, FortnightError)
            row.state = "failed" if is_failed else "sent"
            row.external_id = None if is_failed else str(outcome)
            row.error = str(outcome.what) if isinstance(outcome, FortnightError) else None
            row.sent_at = None if is_failed else work.at
            told[f"{row.subject_table} {row.subject_id}"] = row.error or f"comment {row.external_id}"
        work.audit(f"demo {demo_id}", None, told)
