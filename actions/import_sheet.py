"""Importing a spreadsheet: read in a child process, checked cell by cell, written all or nothing, undone as one."""

import gc
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from access.permissions import Permission, require
from actions.base import Work, acting, action
from actions.derive import rederive
from actions.given import required
from actions.import_rows import Import, write_parsed
from actions.settings import house_settings
from connectors.sheets.field import SheetField
from connectors.sheets.fields import FIELDS, fields_of
from connectors.sheets.guess import guess
from connectors.sheets.known import Known
from connectors.sheets.problem import Problem
from connectors.sheets.reader import Book, Sheet
from connectors.sheets.settings import Settings
from connectors.sheets.source import Preview, fetch, preview
from connectors.sheets.templates import template
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import N_, Text, packed
from core.plain import plain_text
from store import lookup
from store import tables as t
from store.db import Session, Store
from store.read import rows_where
from store.write import insert_rows, upsert

# Kinds in the order in which they may refer to each other.
ORDER = ("backlog", "jira_csv", "change_log", "demo", "kpi", "kpi_measurement", "feedback")


@dataclass(frozen=True)
class Reading:
    """How one sheet is to be read: as which kind, from which header row (counted from 0), with which mapping of fields to
    columns. None is guessed, or taken from the mapping remembered for these headers."""

    sheet: str
    kind: str | None = None
    header_row: int | None = None
    mapping: Mapping[str, Sequence[int]] | None = None


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
    dry_run: bool = False,
    is_sample: bool = False,
    at: datetime | None = None,
) -> ImportOutcome:
    """Import a spreadsheet into a named source: every sheet of a known kind, or nothing at all.

    Args: sheet_name and kind, to read one sheet, or as one kind; readings, instead of both, what a person confirmed (it is
    remembered for the next file with these headers); dry_run, check and count, but write nothing.
    Raises: Refused; NotFound for a sheet that is not there; Invalid for a file that cannot be read. Cells that are wrong
    do not raise: the outcome lists every one of them.
    """
    require(actor, Permission.IMPORT_DATA)
    with collector_at_rest():
        return _import(
            store, actor, file_name, content, source_name, sheet_name, kind, readings, dry_run, is_sample, at
        )  # fmt: skip


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """No garbage collection meanwhile: an import makes a million small objects and no cycles, and scanning them again and
    again costs a third of its time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _import(
    store: Store,
    actor: Actor,
    file_name: str,
    content: bytes,
    source_name: str,
    sheet_name: str | None,
    kind: str | None,
    readings: Sequence[Reading] | None,
    dry_run: bool,
    is_sample: bool,
    at: datetime | None,
) -> ImportOutcome:
    book = fetch(content, file_name)
    chosen = readings if readings is not None else readings_of(book, sheet_name, kind)
    with acting(store, actor, "import_sheet", at=at) as work:
        source = _source(work, required(source_name, N_("Source")), is_sample=is_sample)
        sheets = _preview_all(work.session, source, book, chosen)
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
            work.audit(f"import of {file_name} into source {source.name}", None, _summary(outcome, digest))
        return replace(outcome, is_unchanged=not changed)


def readings_of(book: Book, sheet_name: str | None, kind: str | None) -> list[Reading]:
    """The sheets of a book to be read: the named one, or every visible one.

    Raises: NotFound; Invalid for an unknown kind, or one kind for several sheets.
    """
    if kind is not None and kind not in FIELDS:
        raise Invalid(
            Text("“{kind}” is no kind of sheet.", kind=plain_text(kind)),
            next=Text("Known are: {kinds}.", kinds=", ".join(FIELDS)),
        )
    names = [one.name for one in book.sheets]
    if sheet_name is not None:
        if sheet_name not in names:
            raise NotFound(
                Text("There is no sheet “{sheet}”.", sheet=plain_text(sheet_name)),
                next=Text("The file has: {sheets}.", sheets=", ".join(names)),
            )
        return [Reading(sheet_name, kind)]
    filled = [one.name for one in book.sheets if one.is_visible and one.row_count]
    if kind is not None and len(filled) > 1:
        fitting = [one.name for one in book.sheets if one.name in filled and guess(one).kind == kind]
        if len(fitting) != 1:
            raise Invalid(
                Text("The file has several sheets: {sheets}.", sheets=", ".join(filled)),
                next=Text("Say which one is meant with --sheet."),
            )
        filled = fitting
    return [Reading(name, kind) for name in filled]


def remembered(session: Session, sheet: Sheet, reading: Reading) -> Reading:
    """The reading with what is not said filled in from the mapping that was confirmed for these headers, if any."""
    if reading.mapping is not None:
        return reading
    found = guess(sheet, reading.kind)
    kept = session.get(t.ImportMapping, found.header_sha256)
    if kept is None or (reading.kind and kept.sheet_kind != reading.kind):
        return replace(reading, kind=reading.kind or found.kind)
    return replace(reading, kind=kept.sheet_kind, header_row=found.header_row, mapping=kept.mapping)


def preview_file(
    store: Store, actor: Actor, book: Book, readings: Sequence[Reading], *, source_name: str = "sheets"
) -> list[Preview]:
    """What an import would read, sheet by sheet, with every problem; nothing is written.

    Raises: Refused.
    """
    require(actor, Permission.IMPORT_DATA)
    with store.reading() as session:
        found = rows_where(session, t.Source, name=source_name)
        return _preview_all(session, found[0] if found else None, book, readings)


def read_file(content: bytes, file_name: str) -> Book:
    """The sheets of an uploaded file, read under limits. Raises: Invalid for a file that is refused as a whole."""
    return fetch(content, file_name)


def kinds() -> dict[str, list[SheetField]]:
    """Every kind of sheet and its fields, in the order of the template."""
    return {kind: list(fields_of(kind).values()) for kind in FIELDS}


def template_file(kind: str, lang: str) -> bytes:
    """An .xlsx template of a kind, with example rows and explanations. Raises: Invalid for an unknown kind."""
    return template(kind, lang)


def remembered_reading(store: Store, actor: Actor, sheet: Sheet, kind: str | None = None) -> Reading:
    """How a sheet would be read: as confirmed before for these headers, else as guessed. Raises: Refused."""
    require(actor, Permission.IMPORT_DATA)
    with store.reading() as session:
        found = remembered(session, sheet, Reading(sheet.name, kind))
    if found.mapping is None:
        best = guess(sheet, kind)
        return replace(found, kind=best.kind, header_row=best.header_row, mapping=best.mapping)
    return found


def sheet_settings(session: Session, source: t.Source | None) -> Settings:
    """What the connector is told about a source of sheets: its own settings, and the project's zone."""
    own = dict(source.settings) if source else {}
    return Settings.model_validate({**own, "zone": house_settings(session).zone})


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


def _preview_all(session: Session, source: t.Source | None, book: Book, readings: Sequence[Reading]) -> list[Preview]:
    """Previews in the order in which sheets may refer to each other; sheets of no kind are left out."""
    settings = sheet_settings(session, source)
    complete = []
    for reading in readings:
        sheet = book.sheet(reading.sheet)
        if sheet is not None and (filled := remembered(session, sheet, reading)).kind is not None:
            complete.append((sheet, filled))
    complete.sort(key=lambda pair: ORDER.index(str(pair[1].kind)))
    known = _known(session, source.id if source and source.id else 0)
    ambiguous = _ambiguous(session, source.id if source and source.id else 0)
    previews = []
    for sheet, reading in complete:
        found = preview(sheet, str(reading.kind), reading.mapping, settings, header_row=reading.header_row, known=known)
        found = replace(found, problems=(*found.problems, *_ambiguous_cells(found, ambiguous)))
        known = known.plus(found.parsed)
        previews.append(found)
    return previews


def _known(session: Session, source_id: int) -> Known:
    kpis = lookup.kpis_by_name(session, source_id)
    every_source = [source.id for source in rows_where(session, t.Source) if source.id is not None]
    own = lookup.sprint_names(session, [source_id])
    return Known(
        sprints={**lookup.sprint_names(session, every_source), **own},
        items=frozenset(lookup.item_keys(session)),
        kpis={name: (external_id, dimension, unit) for name, (_, external_id, dimension, unit) in kpis.items()},
    )


def _ambiguous(session: Session, source_id: int) -> frozenset[str]:
    places = lookup.items_by_key(session, lookup.item_keys(session), source_id)
    return frozenset(key for key, found in places.items() if len(found) > 1)


def _ambiguous_cells(found: Preview, ambiguous: frozenset[str]) -> list[Problem]:
    """One problem for each row that names a key which several sources have."""
    referring = (found.parsed.changes, found.parsed.verdicts, found.parsed.feedback_events)
    own = {row["key"] for row in found.parsed.items.rows}
    problems = []
    for records in referring:
        for row, at in zip(records.rows, records.at, strict=True):
            key = row["work_item_key"]
            if key in ambiguous and key not in own:
                accepted = Text("Several sources have this key; name the one that is meant with --source.")
                problems.append(
                    Problem(found.parsed.sheet, f"{at}", at, key, accepted, code="ambiguous_key", field="key")
                )
    return problems


def _require_projects(work: Work, sheets: Sequence[Preview]) -> None:
    """The actor's reach must cover every project the file speaks of; a file that names none asks for all of them."""
    projects = {
        row["project_key"]
        for one in sheets
        for row in (*one.parsed.items.rows, *one.parsed.kpis.rows, *one.parsed.feedback.rows)
    }
    for project in projects or {None}:
        work.require(project=project)


def _write_all(
    work: Work, source: t.Source, sheets: Sequence[Preview], file_name: str, content: bytes
) -> tuple[SheetOutcome, ...]:
    outcomes = []
    touched: dict[int, set[str]] = {source.id or 0: set()}
    for one in sheets:
        run = work.add(
            t.SyncRun(
                source_id=source.id or 0, kind="import", state="done", actor=work.actor.name, started_at=work.at,
                finished_at=work.at, file_name=plain_text(file_name), file_sha256=hashlib.sha256(content).hexdigest(),
                sheet_kind=one.kind,
            )
        )  # fmt: skip
        job = Import(
            work.session, source.id or 0, run.id or 0, work.actor.name, work.at, lookup.sprint_ends(work.session)
        )
        write_parsed(job, one.parsed)
        _record_warnings(work, source, run, one)
        run.row_counts = {name: dict(count) for name, count in job.counts.items() if any(count.values())}
        work.session.add(run)
        work.session.flush()
        for source_id, sprint_ids in job.touched.items():
            touched.setdefault(source_id, set()).update(sprint_ids)
        outcomes.append(replace(_outcome(one, run.row_counts), run_id=run.id))
    for source_id, sprint_ids in touched.items():
        rederive(work.session, source_id, sprint_ids=sorted(sprint_ids), at=work.at)
    return tuple(outcomes)


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
                "subject_label": f"{problem.sheet}!{problem.cell}", "found_at": work.at,
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
        digest = guess(sheet, reading.kind).header_sha256
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
