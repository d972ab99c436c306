"""A person's spreadsheet on its way in: its sheets, the guessed reading, corrected, seen with its problems, imported."""

from typing import Any

import pandas as pd
import streamlit as st
from markupsafe import Markup

from actions.import_sheet import import_sheet
from actions.sheet_reading import AMBIGUOUS, Reading, kinds, preview_file, read_file
from core.errors import FortnightError
from core.i18n import N_
from core.reader import Reader
from core.wording_tables import SHEET_KIND, TABLE
from pages.components import cards, data, entry_form, screens
from pages.components.data_words import SEVERITY, SEVERITY_BADGE
from pages.components.item_table import Column, item_table
from pages.components.markup import badge, join, muted, plain, safe, strong
from pages.components.upload_mapping import cell_text, sheet_reading

SHOWN_ROWS = 5
DAY_ORDER = {"dmy": N_("the day"), "mdy": N_("the month")}
BOOK, PREVIEW, OUTCOME = "data.book", "data.preview", "data.outcome"
QUIET = """<style>
.st-key-{key} [data-testid=stFileUploaderDropzoneInstructions],
.st-key-{key} [data-testid=InputInstructions]{{display:none}}
.st-key-{key} [data-testid=stFileUploaderDropzone] button p{{font-size:0}}
.st-key-{key} [data-testid=stFileUploaderDropzone] button p:after{{content:"{choose}";font-size:.95rem}}
</style>"""


def panel(reader: Reader) -> None:
    """The whole way of a file, step by step on one panel."""
    under = reader.t(".xlsx, .ods or .csv up to 50 MB; all of it comes in, or nothing.")
    with cards.panel(reader.t("Import a spreadsheet"), under=under, key="data-import"):
        quiet(reader, "data-import")
        _outcome(reader)
        filling = entry_form.entry("data.import")
        uploaded = st.file_uploader(
            plain(reader.t("Spreadsheet")), key=filling.key("file"), label_visibility="collapsed"
        )
        if uploaded is None:
            st.session_state.pop(BOOK, None)
            st.session_state.pop(PREVIEW, None)
            return
        st.session_state.pop(OUTCOME, None)
        number, book = _book(reader, uploaded)
        if book is None:
            return
        source = str(
            st.text_input(plain(reader.t("Into the source")), _usual_source(), key=f"data.source.{number}", width=320)
        )
        readings = [
            reading
            for index, sheet in enumerate(book.sheets)
            if sheet.is_visible
            and sheet.row_count
            and (reading := sheet_reading(reader, sheet, f"data.{number}.{index}", book))
        ]
        if not readings:
            cards.html(muted(reader.t("Say of at least one sheet what it holds.")))
            return
        _check_and_import(reader, filling, uploaded, book, source, readings)


def quiet(reader: Reader, key: str) -> None:
    """Put Streamlit's own English words around a file field into the reader's. Args: key, of the container."""
    st.html(Markup(QUIET).format(key=key, choose=reader.t("Choose a file")))


def _usual_source() -> str:
    sources = data.table("sources")
    own = sources[(sources["kind"] == "sheets") & ~sources["is_sample"]]
    return str(own["name"].iloc[-1]) if len(own) else "sheets"


def _book(reader: Reader, uploaded: Any) -> tuple[int, Any]:
    """The file's number in this session and its sheets, read once; a refusal is shown and has none."""
    kept = st.session_state.get(BOOK)
    if kept is None or kept[0] != uploaded.file_id:
        number = st.session_state.get("data.files", 0) + 1
        st.session_state["data.files"] = number
        try:
            found: Any = read_file(uploaded.getvalue(), uploaded.name)
        except FortnightError as error:
            found = error
        kept = st.session_state[BOOK] = (uploaded.file_id, number, found)
    if isinstance(kept[2], FortnightError):
        screens.failed(reader, kept[2])
        return kept[1], None
    return kept[1], kept[2]


def _check_and_import(
    reader: Reader, filling: entry_form.Entry, uploaded: Any, book: Any, source: str, readings: list[Reading]
) -> None:
    """The preview with its problems cell by cell, and the button that imports."""
    key = f"data.order.{uploaded.file_id}"
    order = st.session_state.get(key)
    asked = (uploaded.file_id, source, data.version(), repr(readings), order)
    try:
        if st.session_state.get(PREVIEW, (None,))[0] != asked:
            found = data.do(preview_file, book=book, readings=readings, source_name=source, day_order=order)
            st.session_state[PREVIEW] = (asked, found)
        previews = st.session_state[PREVIEW][1]
    except FortnightError as error:
        screens.failed(reader, error)
        return
    wrong = sum(len(one.errors) for one in previews)
    if order or any(cell.accepted.message == AMBIGUOUS for one in previews for cell in one.errors):
        _ask_day_order(reader, key)
    for one in previews:
        _preview(reader, one, book.sheet(one.parsed.sheet))
    if wrong:
        cards.html(
            badge("alarm", reader.tn("{n} cell cannot be imported", "{n} cells cannot be imported", wrong)),
            " ",
            reader.t("Correct the file, or the mapping above. Nothing comes in until every cell is right."),
        )
    if st.button(plain(reader.t("Import")), type="primary", disabled=bool(wrong), key=filling.key("import")):
        try:
            outcome = data.do(
                import_sheet,
                file_name=uploaded.name,
                content=uploaded.getvalue(),
                source_name=source,
                readings=readings,
                day_order=order,
            )
        except FortnightError as error:
            screens.failed(reader, error)
            return
        st.session_state[OUTCOME] = outcome
        filling.taken(
            reader.t("Nothing was imported.")
            if outcome.is_refused
            else reader.t("Imported: {file}", file=outcome.file_name)
        )


def _ask_day_order(reader: Reader, key: str) -> None:
    """Which of day and month comes first, where no date of a column tells."""
    st.radio(
        plain(reader.t("Dates such as 03/04/2026: what comes first?")),
        list(DAY_ORDER),
        index=None,
        format_func=lambda code: reader.t(DAY_ORDER[code]),
        key=key,
        horizontal=True,
    )


def _preview(reader: Reader, one: Any, sheet: Any) -> None:
    """What one sheet would bring: its rows, its problems, its first rows as they are read."""
    errors, warnings = len(one.errors), len(one.problems) - len(one.errors)
    parts = [
        reader.tn("{n} row as {kind}", "{n} rows as {kind}", one.row_count, kind=reader.t(SHEET_KIND[one.kind])),
        reader.tn("{n} error", "{n} errors", errors),
        reader.tn("{n} warning", "{n} warnings", warnings),
    ]
    cards.html(Markup("<p>{}</p>").format(join([strong(one.parsed.sheet), *parts])))
    problems(reader, one.problems, key=f"data.problems_{one.parsed.sheet}")
    fields = {field.name: field.header(reader.lang) for field in kinds()[one.kind]}
    first, last = one.header_row + 1, min(one.header_row + 1 + SHOWN_ROWS, sheet.row_count)
    rows = {
        name: ["，".join(cell_text(sheet.columns[at][row]) for at in columns) for row in range(first, last)]
        for name, columns in one.mapping.items()
    }
    columns = [Column(name, fields[name]) for name in rows]
    with st.expander(plain(reader.t("The first rows as they are read"))):
        item_table(pd.DataFrame(rows), columns, reader, name=one.parsed.sheet, key=f"data.first_{one.parsed.sheet}")


def problems(reader: Reader, found: Any, key: str) -> None:
    """Problems cell by cell: where, what stands there, what would be accepted."""
    if not found:
        return
    rows = [
        {"severity": one.severity, "cell": one.cell or "-", "found": one.found, "accepted": reader.say(one.accepted)}
        for one in found
    ]
    columns = [
        Column("cell", reader.t("Cell"), "item"),
        Column(
            "severity",
            reader.t("Severity"),
            "badge",
            words={code: reader.t(word) for code, word in SEVERITY.items()},
            colours=SEVERITY_BADGE,
        ),
        Column("found", reader.t("What stands there")),
        Column("accepted", reader.t("What is accepted")),
    ]
    item_table(pd.DataFrame(rows), columns, reader, name=reader.t("Problems"), key=key)


def _outcome(reader: Reader) -> None:
    """What the last import did, until the next file."""
    outcome = st.session_state.get(OUTCOME)
    if outcome is None:
        return
    if outcome.is_refused:
        for one in outcome.sheets:
            problems(reader, one.problems, key=f"data.refused_{one.name}")
        return
    said = reader.t("{file} came into source {source}.", file=outcome.file_name, source=outcome.source)
    if outcome.is_unchanged:
        said = reader.t("{file}: nothing changed, every row was there already.", file=outcome.file_name)
    lines = [
        join([reader.t(TABLE[name]), *_counted(reader, count)])
        for one in outcome.sheets
        for name, count in one.row_counts.items()
    ]
    lines += [join([name, reader.t("left out")]) for name in outcome.skipped]
    listed = Markup("").join(Markup("<li>{}</li>").format(line) for line in lines)
    cards.html(Markup('<div role="status"><p>{}</p><ul class="fn-facts">{}</ul></div>').format(strong(said), listed))


def _counted(reader: Reader, count: Any) -> list[Markup]:
    words = {
        "added": reader.t("{n} added", n=count["added"]),
        "changed": reader.t("{n} changed", n=count["changed"]),
        "unchanged": reader.t("{n} unchanged", n=count["unchanged"]),
    }
    return [safe(words[name]) for name in words if count[name]]
