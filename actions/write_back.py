"""Writing a demo's results back to the Jira they came from: off until the house says otherwise, and a right of its own.

The row that says what is to be written stands in the store before anything is sent, so that nothing is written twice and
nothing is forgotten: what failed is tried again when it is asked for again.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from access.permissions import Permission, may
from actions.base import Work, acting, action
from actions.demos import demo_in_reach
from actions.settings import house_settings
from actions.sources import jira_source, stored_credential
from connectors.jira.client import Client
from connectors.jira.settings import Settings
from connectors.jira.write import SEEN_AFTER, comment_once, issue_once, writing_client
from core.actor import Actor
from core.errors import FortnightError, Invalid
from core.i18n import N_, Text
from core.reader import Reader
from core.wording_actions import VERDICT
from store.db import Session, Store
from store.demos import standing_notes
from store.read import rows_where
from store.tables import Demo, DemoNote, Sprint, Verdict, WorkItem, WriteBack

NO_CREDENTIAL = N_("The source has no credential to write with.")


@dataclass(frozen=True)
class WrittenBack:
    """What became of it: how many comments and new issues stand in Jira now, how many of these are new issues, how many
    were there before, and what failed, by issue."""

    sent: int
    before: int
    failed: tuple[tuple[str, FortnightError], ...] = ()
    issues: int = 0


@dataclass(frozen=True)
class _Said:
    """What is to be said of a verdict or an action item. Args: issue_id, the issue it concerns (None: none)."""

    table: str
    subject_id: int
    issue_id: str | None
    lines: tuple[str, ...]
    at: datetime

    @property
    def mark(self) -> str:
        """What it is found again by."""
        named = f"{self.table} {self.subject_id} {self.at.isoformat()} {self.issue_id or ''}"
        return "fortnight-" + hashlib.sha256(named.encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Waiting:
    """Args: summary, of a new issue (None: a comment); is_too_soon, whether a first try may not be visible yet."""

    row_id: int
    said: _Said
    summary: str | None
    is_too_soon: bool

    def send(self, client: Client) -> str:
        """Put it there, unless it is. Returns: its id there. Raises: FortnightError."""
        if self.is_too_soon:
            raise Invalid(
                Text("It was tried a moment ago, and Jira may not show yet whether it is there."),
                next=Text("Try again in a minute."),
            )
        text = "\n".join(self.said.lines)
        if self.summary is None:
            return comment_once(client, self.said.issue_id or "", text, self.said.mark)
        return issue_once(client, self.summary, text, self.said.mark)


@action(Permission.WRITE_BACK)
def write_back(
    store: Store, actor: Actor, *, demo_id: int, client: Client | None = None, at: datetime | None = None
) -> WrittenBack:
    """Put a demo's verdicts and action items into Jira, each once, even when tried again: as comments on their issues;
    action items as new issues where the source's settings say in which project and of which type.

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
        waiting, before = _asked(work, demo, settings)
        credential = stored_credential(work.session, store.config, demo.source_id)
        if client is None and credential is None:
            raise Invalid(Text(NO_CREDENTIAL), next=Text("Enter one for this source on the page “Data”."))
        if not waiting:
            work.nothing_changed()
            return WrittenBack(0, before)
        work.audit(f"demo {demo_id}", None, {"to_write": len(waiting), "source": source.name})
    done: dict[int, str | FortnightError] = {}
    opened = client or writing_client(settings, credential)  # type: ignore[arg-type]  # refused above where there is none
    try:
        for one in waiting:
            try:
                done[one.row_id] = one.send(opened)
            except FortnightError as error:
                done[one.row_id] = error
    finally:
        if client is None:
            opened.close()
        _note(store, actor, demo_id, done, at)
    failed = [
        (one.said.issue_id or "", outcome) for one in waiting if isinstance(outcome := done[one.row_id], FortnightError)
    ]
    issues = sum(one.summary is not None and isinstance(done[one.row_id], str) for one in waiting)
    return WrittenBack(len(done) - len(failed), before, tuple(failed), issues)


def _asked(work: Work, demo: Demo, settings: Settings) -> tuple[list[_Waiting], int]:
    """What is to be sent, each with its row in the store, and how many were sent before."""
    reader = Reader(house_settings(work.session).language, house_settings(work.session).zone)
    known = {
        (row.subject_table, row.subject_id): row
        for row in rows_where(work.session, WriteBack, source_id=demo.source_id)
    }
    makes_issues = bool(settings.new_issue_project and settings.new_issue_type)
    waiting, before = [], 0
    for one, summary in _said(work.session, demo, reader):
        row = known.get((one.table, one.subject_id))
        kind = (
            row.kind if row else "issue" if summary and makes_issues else "comment"
        )  # what was tried stays what it is
        if not (makes_issues if kind == "issue" else _is_in_reach(work, demo.source_id, one.issue_id)):
            continue
        is_too_soon = row is not None and kind == "issue" and work.at - row.asked_at < SEEN_AFTER
        if row is None:
            row = work.add(
                WriteBack(
                    source_id=demo.source_id, subject_table=one.table, subject_id=one.subject_id, kind=kind,
                    state="waiting", asked_at=work.at, asked_by=work.actor.name,
                )
            )  # fmt: skip
        if row.state == "sent":
            before += 1
            continue
        if not is_too_soon:
            row.asked_at = work.at
        waiting.append(_Waiting(row.id or 0, one, summary if kind == "issue" else None, is_too_soon))
    return waiting, before


def _is_in_reach(work: Work, source_id: int, issue_id: str | None) -> bool:
    """Whether there is an issue, of a project in which the actor may write: a sprint may hold items of several."""
    item = work.session.get(WorkItem, (source_id, issue_id)) if issue_id else None
    return item is not None and may(
        work.actor, Permission.WRITE_BACK, project=item.project_key, department=item.department
    )


def _said(session: Session, demo: Demo, reader: Reader) -> Iterator[tuple[_Said, str | None]]:
    """What there is to say of every verdict given since the demo began, and of every action item with its text."""
    found = session.get(Sprint, (demo.source_id, demo.sprint_id))
    sprint = found.name if found else demo.sprint_id
    verdicts: dict[str, Verdict] = {}
    for one in rows_where(session, Verdict, source_id=demo.source_id, sprint_id=demo.sprint_id):
        if demo.started_at and one.decided_at >= demo.started_at:
            verdicts[one.work_item_id] = one
    for item, verdict in verdicts.items():
        words = reader.t("Demo of {sprint}: {verdict}", sprint=sprint, verdict=reader.t(VERDICT[verdict.verdict]))
        lines = _lines(words, verdict.decided_by, verdict.remark)
        yield _Said("verdict", verdict.id or 0, item, lines, verdict.decided_at), None
    standing = set(standing_notes(session, [demo.id or 0])["note_id"].tolist())
    for note in rows_where(session, DemoNote, demo_id=demo.id):
        if note.id in standing and note.kind == "action" and note.state == "open":
            due = reader.t("due {day}", day=reader.day(note.due_on, with_year=True)) if note.due_on else None
            words = reader.t("Action item from the demo of {sprint}: {text}", sprint=sprint, text=note.text)
            about = session.get(WorkItem, (demo.source_id, note.work_item_id)) if note.work_item_id else None
            lines = _lines(words, note.owner, due, about.key if about else None)
            yield _Said("demo_note", note.id or 0, note.work_item_id, lines, note.recorded_at), note.text


def _lines(*parts: str | None) -> tuple[str, ...]:
    return tuple(part for part in parts if part)


def _note(store: Store, actor: Actor, demo_id: int, done: dict[int, str | FortnightError], at: datetime | None) -> None:
    """Keep what became of each."""
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
            told[f"{row.subject_table} {row.subject_id}"] = row.error or f"{row.kind} {row.external_id}"
        work.audit(f"demo {demo_id}", None, told)
