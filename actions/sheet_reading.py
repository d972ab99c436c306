"""How the sheets of a file are to be read: guessed, remembered, corrected by a person, previewed cell by cell. Nothing is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from access.permissions import Permission, require
from actions.settings import house_settings
from actions.sheet_checks import more_problems
from connectors.sheets.dates import AMBIGUOUS
from connectors.sheets.field import SheetField
from connectors.sheets.fields import FIELDS, fields_of
from connectors.sheets.guess import guess, possible_headers
from connectors.sheets.known import Agreed, Known
from connectors.sheets.reader import Book, Sheet
from connectors.sheets.settings import Settings
from connectors.sheets.source import Preview, fetch, preview
from connectors.sheets.templates import template
from core.actor import Actor
from core.errors import Invalid, NotFound
from core.i18n import Text
from core.plain import plain_text
from store import lookup
from store import tables as t
from store.db import Session, Store
from store.read import rows_where

__all__ = [
    "AMBIGUOUS", "Reading", "kinds", "preview_all", "preview_file", "read_file", "readings_of", "remembered",
    "remembered_reading", "sheet_settings", "template_file",
]  # fmt: skip

# Kinds in the order in which they may refer to each other.
ORDER = ("backlog", "jira_csv", "change_log", "demo", "kpi", "kpi_measurement", "feedback")
REFERRING = {"change_log", "demo", "feedback"}  # kinds that name work items by key


@dataclass(frozen=True)
class Reading:
    """How one sheet is to be read: as which kind, from which header row (counted from 0), with which mapping of fields to
    columns. None is guessed, or taken from the mapping remembered for these headers."""

    sheet: str
    kind: str | None = None
    header_row: int | None = None
    mapping: Mapping[str, Sequence[int]] | None = None


def read_file(content: bytes, file_name: str) -> Book:
    """The sheets of an uploaded file, read under limits. Raises: Invalid for a file that is refused as a whole."""
    return fetch(content, file_name)


def kinds() -> dict[str, list[SheetField]]:
    """Every kind of sheet and its fields, in the order of the template."""
    return {kind: list(fields_of(kind).values()) for kind in FIELDS}


def template_file(kind: str, lang: str) -> bytes:
    """An .xlsx template of a kind, with example rows and explanations. Raises: Invalid for an unknown kind."""
    return template(kind, lang)


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


def remembered_reading(store: Store, actor: Actor, sheet: Sheet, kind: str | None = None) -> Reading:
    """How a sheet would be read: as confirmed before for these headers, else as guessed. Raises: Refused."""
    require(actor, Permission.IMPORT_DATA)
    with store.reading() as session:
        found = remembered(session, sheet, Reading(sheet.name, kind))
    if found.mapping is None:
        best = guess(sheet, kind)
        return replace(found, kind=best.kind, header_row=best.header_row, mapping=best.mapping)
    return found


def remembered(session: Session, sheet: Sheet, reading: Reading) -> Reading:
    """The reading with what is not said filled in from the mapping that was last confirmed for a header row like one of
    this sheet's, whichever row would be guessed; else the guessed kind."""
    if reading.mapping is not None:
        return reading
    rows = {
        digest: row
        for digest, row in possible_headers(sheet).items()
        if reading.header_row is None or row == reading.header_row
    }
    kept = [
        one
        for one in rows_where(session, t.ImportMapping, header_sha256=list(rows))
        if reading.kind is None or one.sheet_kind == reading.kind
    ]
    if not kept:
        return replace(reading, kind=reading.kind or guess(sheet).kind)
    last = max(kept, key=lambda one: one.confirmed_at)
    return replace(reading, kind=last.sheet_kind, header_row=rows[last.header_sha256], mapping=last.mapping)


def preview_file(
    store: Store,
    actor: Actor,
    book: Book,
    readings: Sequence[Reading],
    *,
    source_name: str = "sheets",
    day_order: str | None = None,
) -> list[Preview]:
    """What an import would read, sheet by sheet, with every problem; nothing is written.

    Args: day_order, `dmy` or `mdy`, as of `import_sheet`. Raises: Refused.
    """
    require(actor, Permission.IMPORT_DATA)
    with store.reading() as session:
        found = rows_where(session, t.Source, name=source_name)
        return preview_all(session, found[0] if found else None, book, readings, day_order)


def sheet_settings(session: Session, source: t.Source | None, day_order: str | None = None) -> Settings:
    """What the connector is told about a source of sheets: its own settings, the project's zone, and what earlier sheets said
    that statuses mean (in progress is also what a status is that nobody explained)."""
    own = dict(source.settings) if source else {}
    told = rows_where(session, t.Status, source_id=source.id) if source else []
    statuses = {one.name: one.category for one in told if one.category != "in_progress"}
    statuses |= own.get("status_mapping", {})
    said = {"day_order": day_order} if day_order else {}
    return Settings.model_validate({**own, **said, "status_mapping": statuses, "zone": house_settings(session).zone})


def preview_all(
    session: Session,
    source: t.Source | None,
    book: Book,
    readings: Sequence[Reading],
    day_order: str | None = None,
) -> list[Preview]:
    """Previews in the order in which sheets may refer to each other; sheets of no kind are left out."""
    settings = sheet_settings(session, source, day_order)
    complete = []
    for reading in readings:
        sheet = book.sheet(reading.sheet)
        if sheet is not None and (filled := remembered(session, sheet, reading)).kind is not None:
            complete.append((sheet, filled))
    complete.sort(key=lambda pair: ORDER.index(str(pair[1].kind)))
    source_id = source.id if source and source.id else 0
    known = _known(session, source_id, {str(reading.kind) for _, reading in complete})
    previews: list[Preview] = []
    for sheet, reading in complete:
        if previews:
            known = known.plus(previews[-1].parsed)
        found = preview(sheet, str(reading.kind), reading.mapping, settings, header_row=reading.header_row, known=known)
        found = replace(found, problems=(*found.problems, *more_problems(session, source_id, found, previews)))
        previews.append(found)
    return previews


def _known(session: Session, source_id: int, kinds_read: set[str]) -> Known:
    """What the store defines that these kinds of sheets may name; a backlog names nothing, and an empty sheet no keys."""
    kpis = lookup.kpis_by_name(session, source_id)
    every_source = [source.id for source in rows_where(session, t.Source) if source.id is not None]
    own = lookup.sprint_names(session, [source_id])
    named = {one: external_id for one, external_id, _, _ in kpis.values()}
    return Known(
        sprints={**lookup.sprint_names(session, every_source), **own},
        items=frozenset(lookup.item_keys(session)) if kinds_read & REFERRING else None,
        kpis={name: (external_id, dimension, unit) for name, (_, external_id, dimension, unit) in kpis.items()},
        levels=lookup.kpi_levels(session, named),
        agreed={one: Agreed(*said) for one, said in lookup.kpi_agreed(session, named).items()},
    )
