"""Importing a spreadsheet: read in a child process, checked cell by cell, written all or nothing, undone as one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from access.permissions import Permission, require
from actions.base import Work, acting, action
from actions.derive import derive
from actions.given import one_of, required
from actions.import_items import told_elsewhere
from actions.import_rows import write_parsed
from actions.importing import Import
from actions.sheet_reading import Reading, preview_all, readings_of
from actions.snapshots import SHEETS_OF_SPRINTS, freeze_closed
from connectors.sheets.guess import guess, header_texts, headers_sha256
from connectors.sheets.problem import Problem
from connectors.sheets.reader import Book
from connectors.sheets.source import Preview, fetch
from core.actor import Actor
from core.collector import collector_at_rest
from core.errors import Invalid
from core.i18n import N_, Text, packed
from core.plain import plain_text
from store import lookup
from store import tables as t
from store.db import Store
from store.read import rows_where
from store.write import insert_rows, upsert

DAY_ORDERS = ("dmy", "mdy")


@dataclass(frozen=True, eq=False)
class SheetOutcome:
    """What became of one sheet: how it was read, what it holds, what was wrong, and the rows it wrote by table."""

    name: str
    kind: str
    headers: tuple[str, ...]
    mapping: Mapping[str, Sequence[int]]
    header_row: int
    row_count: int
    problems: tuple[Problem, ...]
    row_counts: Mapping[str, Mapping[str, int]]
    run_id: int | None = None

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that keep the whole file out."""
        return tuple(one for one in self.problems if one.severity == "error")


@dataclass(frozen=True, eq=False)
class ImportOutcome:
    """What an import did. `is_refused`: a cell was wrong and nothing was written; `is_unchanged`: every row was there
    already; `is_dry_run`: what would have been written; `skipped`, sheets that are of no known kind."""

    file_name: str
    source: str
    sheets: tuple[SheetOutcome, ...]
    skipped: tuple[str, ...]
    is_dry_run: bool
    is_refused: bool
    is_unchanged: bool


@action(Permission.IMPORT_DATA)
def import_sheet(
    store: Store,
    actor: Actor,
    file_name: str,
    content: bytes,
    *,
    source_name: str = "sheets",
    sheet_name: str | None = None,
    kind: str | None = None,
    readings: Sequence[Reading] | None = None,
    day_order: str | None = None,
    dry_run: bool = False,
    is_sample: bool = False,
    at: datetime | None = None,
) -> ImportOutcome:
    """Import a spreadsheet into a named source: every sheet of a known kind, or nothing at all.

    Args: sheet_name and kind, to read one sheet, or as one kind; readings, instead of both, what a person confirmed (it is
    remembered for the next file with these headers); day_order, how 03/04/2026 is meant where a column does not show it:
    `dmy` or `mdy`, remembered for the source; dry_run, check and count, but write nothing.
    Raises: Refused; NotFound for a sheet that is not there; Invalid for a file that cannot be read. Cells that are wrong
    do not raise: the outcome lists every one of them.
    """
    require(actor, Permission.IMPORT_DATA)
    with collector_at_rest():
        return _import(
            store, actor, file_name, content, source_name, sheet_name, kind, readings, day_order, dry_run, is_sample, at
        )  # fmt: skip


def _import(
    store: Store,
    actor: Actor,
    file_name: str,
    content: bytes,
    source_name: str,
    sheet_name: str | None,
    kind: str | None,
    readings: Sequence[Reading] | None,
    day_order: str | None,
    dry_run: bool,
    is_sample: bool,
    at: datetime | None,
) -> ImportOutcome:
    book = fetch(content, file_name)
    chosen = readings if readings is not None else readings_of(book, sheet_name, kind)
    with acting(store, actor, "import_sheet", at=at) as work:
        source = _source(work, required(source_name, N_("Source")), is_sample=is_sample)
        order = one_of(day_order, DAY_ORDERS, N_("Order of day and month")) if day_order else None
        sheets = preview_all(work.session, source, book, chosen, order)
        if not sheets:
            raise Invalid(
                Text("No sheet of {file} is of a kind that Fortnight knows.", file=plain_text(file_name)),
                why=Text("No header row with the needed columns was found."),
                next=Text(
                    "Name the kind with --kind, or start from a template: python fortnight.py template backlog FILE"
                ),
            )
        skipped = tuple(one.name for one in book.sheets if one.name not in {each.parsed.sheet for each in sheets})
        outcome = ImportOutcome(file_name, source.name, (), skipped, dry_run, False, False)
        if any(one.errors for one in sheets):
            work.nothing_changed()
            return replace(outcome, sheets=tuple(_outcome(one, {}) for one in sheets), is_refused=True)
        _require_projects(work, sheets)
        outcome = replace(outcome, sheets=_write_all(work, source, sheets, file_name, content))
        changed = any(
            count[part] for one in outcome.sheets for count in one.row_counts.values() for part in ("added", "changed")
        )
        digest = hashlib.sha256(content).hexdigest()
        was_here = len(rows_where(work.session, t.SyncRun, source_id=source.id, file_sha256=digest)) > len(sheets)
        if dry_run or (not changed and was_here):
            work.nothing_changed()
        else:
            if readings is not None:
                _remember(work, book, chosen, source.name)
            if order is not None:
                source.settings = {**source.settings, "day_order": order}
                work.session.add(source)
            said = {"day_order": order} if order else {}
            work.audit(f"import of {file_name} into source {source.name}", None, {**_summary(outcome, digest), **said})
        return replace(outcome, is_unchanged=not changed)


def _source(work: Work, name: str, *, is_sample: bool) -> t.Source:
    found = rows_where(work.session, t.Source, name=name)
    if not found:
        return work.add(t.Source(name=name, kind="sheets", is_sample=is_sample, created_at=work.at))
    if found[0].is_sample != is_sample:
        raise Invalid(
            Text("“{name}” is the sample workspace's own source.", name=name),
            next=Text("Choose another name with --source, or clear the sample first: python fortnight.py sample clear"),
        )
    if found[0].kind != "sheets":
        raise Invalid(
            Text("“{name}” is no source of spreadsheets.", name=name), next=Text("Choose another name with --source.")
        )
    return found[0]


def _require_projects(work: Work, sheets: Sequence[Preview]) -> None:
    """The actor's reach must cover every project the file speaks of; a file that names none asks for all of them."""
    projects = {
        project
        for one in sheets
        for records in (one.parsed.items, one.parsed.kpis, one.parsed.feedback)
        for project in records.column("project_key")
    }
    for project in projects or {None}:
        work.require(project=project)


def _write_all(
    work: Work, source: t.Source, sheets: Sequence[Preview], file_name: str, content: bytes
) -> tuple[SheetOutcome, ...]:
    outcomes: list[SheetOutcome] = []
    jobs: list[Import] = []
    source_id = source.id or 0
    started = {one: at for (_, one), at in lookup.sprint_starts(work.session, [source_id]).items()}
    elsewhere = told_elsewhere([one.parsed for one in sheets], started) if len(sheets) > 1 else [set()]
    for one, others in zip(sheets, elsewhere, strict=True):
        run = work.add(
            t.SyncRun(
                source_id=source_id, kind="import", state="done", actor=work.actor.name, started_at=work.at,
                finished_at=work.at, file_name=plain_text(file_name), file_sha256=hashlib.sha256(content).hexdigest(),
                sheet_kind=one.kind,
            )
        )  # fmt: skip
        ends = lookup.sprint_ends(work.session)
        job = Import(work.session, source_id, run.id or 0, work.actor.name, work.at, ends)
        write_parsed(job, one.parsed, others)
        _record_warnings(work, source, run, one)
        run.row_counts = {name: dict(count) for name, count in job.counts.items() if any(count.values())}
        work.session.add(run)
        work.session.flush()
        jobs.append(job)
        outcomes.append(replace(_outcome(one, run.row_counts), run_id=run.id))
    _derive(work, source_id, jobs)
    if any(one.kind in SHEETS_OF_SPRINTS for one in sheets):
        freeze_closed(work.session, source_id, at=work.at, by=work.actor.name, is_import=True)
    return tuple(outcomes)


def _derive(work: Work, source_id: int, jobs: Sequence[Import]) -> None:
    """Derive what the sheets touched, in every source they touched."""
    for source in sorted({source_id, *(one for job in jobs for one in job.touched)}):
        # From when on changes are recorded decides what can be known of any sprint beside stated rows.
        is_every = any(source in job.has_new_log for job in jobs)
        wrote = [job for job in jobs if source in job.touched_items]
        if len(wrote) == 1 and wrote[0].first is not None and wrote[0].source_id == source and not is_every:
            derive(work.session, source, first=wrote[0].first, at=work.at)
            continue
        sprints = {one for job in jobs for one in job.touched.get(source, ())}
        items = {one for job in jobs for one in job.touched_items.get(source, ())}
        derive(work.session, source, sprint_ids=None if is_every else sprints, item_ids=items, at=work.at)


def _record_warnings(work: Work, source: t.Source, run: t.SyncRun, one: Preview) -> None:
    """Cells that were imported with a reservation stay on record as findings of this run."""
    # What an earlier import of the same sheet warned of is told anew, or is mended.
    earlier = [
        each.id
        for each in rows_where(
            work.session, t.SyncRun, source_id=source.id, sheet_kind=one.kind, file_name=run.file_name
        )
        if each.id != run.id
    ]
    for finding in rows_where(work.session, t.Finding, run_id=earlier) if earlier else []:
        work.session.delete(finding)
    work.session.flush()
    insert_rows(
        work.session,
        t.Finding,
        [
            {
                "source_id": source.id, "run_id": run.id, "sprint_id": None, "code": problem.code,
                "severity": problem.severity, "subject_table": "sync_run", "subject_id": str(run.id),
                "subject_label": f"{problem.sheet}!{problem.cell}".rstrip("!"), "found_at": work.at,
                "params": {
                    "sheet": problem.sheet, "cell": problem.cell, "found": problem.found,
                    "accepted": packed(problem.accepted),
                },
            }
            for problem in one.problems
        ],
    )  # fmt: skip


def _remember(work: Work, book: Book, readings: Sequence[Reading], source_name: str) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for reading in readings:
        sheet = book.sheet(reading.sheet)
        if sheet is None or reading.mapping is None or reading.kind is None:
            continue
        row = guess(sheet, reading.kind).header_row if reading.header_row is None else reading.header_row
        digest = headers_sha256(header_texts(sheet, row))
        rows[digest] = {
            "header_sha256": digest, "sheet_kind": reading.kind, "source_name": source_name,
            "mapping": {name: list(columns) for name, columns in reading.mapping.items()},
            "confirmed_by": work.actor.name, "confirmed_at": work.at,
        }  # fmt: skip
    upsert(work.session, t.ImportMapping, list(rows.values()))


def _outcome(one: Preview, row_counts: Mapping[str, Mapping[str, int]]) -> SheetOutcome:
    return SheetOutcome(
        one.parsed.sheet, one.kind, one.headers, one.mapping, one.header_row, one.row_count, one.problems, row_counts
    )


def _summary(outcome: ImportOutcome, digest: str) -> dict[str, Any]:
    sheets = [
        {"sheet": one.name, "kind": one.kind, "run": one.run_id, "rows": one.row_counts} for one in outcome.sheets
    ]
    return {"file_sha256": digest, "sheets": sheets}
