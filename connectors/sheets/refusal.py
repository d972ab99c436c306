"""Why a whole file is refused, in words: what was found, where, and what is accepted."""

from typing import Any

from connectors.sheets import limits
from core.cell_names import cell_name
from core.errors import Invalid
from core.i18n import N_, Text

ACCEPTED = Text(
    "Accepted are .xlsx, .ods and .csv (UTF-8 or GB18030), up to {megabytes} MB and {rows} rows.",
    megabytes=limits.MAX_FILE_BYTES // limits.MEGABYTE,
    rows=limits.MAX_ROWS - 1000,
)
FOUND = {
    "xls": N_("an old .xls workbook"),
    "xlsb": N_("a binary .xlsb workbook"),
    "xlsx": N_("an .xlsx workbook"),
    "ods": N_("an .ods spreadsheet"),
    "csv": N_("plain text"),
    "pdf": N_("a PDF"),
    "image": N_("a picture"),
    "rtf": N_("a text document"),
    "document": N_("a document that is no spreadsheet"),
    "archive": N_("an archive"),
    "html": N_("a web page"),
    "xml": N_("an XML file"),
    "binary": N_("binary data"),
}
_SAVE = Text("Open it in your spreadsheet program, save it as .xlsx, and import that.")
_WHAT = {
    "empty": N_("{file} is empty: there is no cell in it."),
    "encrypted": N_("{file} is protected by a password."),
    "macro": N_("{file} contains macros, which are never accepted."),
    "quote": N_("{file} has a quotation mark that is never closed: all rows after it would be one cell."),
    "csv": N_("{file} cannot be read as comma-separated text: {detail}."),
    "damaged": N_("{file} is damaged or incomplete: {detail}."),
}
_NEXT = {
    "encrypted": Text("Remove the password in your spreadsheet program, save it, and import it again."),
    "macro": Text("Save it as .xlsx, which keeps the cells and drops the macros, and import that."),
    "quote": Text("Close it or write it twice, or save the sheet as .xlsx, and import that."),
    "csv": Text("Save the sheet as .xlsx or as UTF-8 .csv, and import that."),
    "damaged": _SAVE,
    "empty": Text("Download a template to see what is expected."),
}


def refuse(code: str, file_name: str, given: dict[str, Any]) -> Invalid:
    """The error for one of the child's codes."""
    if code in ("renamed", "unknown"):
        found = Text(FOUND[given["found"]])
        if code == "renamed":
            what = Text(
                "{file} is named .{suffix}, but it is {found}.", file=file_name, suffix=given["suffix"], found=found
            )
        else:
            what = Text("{file} is {found}.", file=file_name, found=found)
        return Invalid(what, why=ACCEPTED, next=_SAVE)
    if code == "bomb":
        expanded, size = given["expanded"] // limits.MEGABYTE, max(given["size"] // 1024, 1)
        what = Text(
            "{file} has {size} kB and would unpack to {expanded} MB.", file=file_name, size=size, expanded=expanded
        )
        return Invalid(what, where=Text("Part: {part}.", part=given["part"]), why=ACCEPTED, next=_SAVE)
    if code == "file_size":
        return Invalid(
            Text("{file} has {size} MB.", file=file_name, size=given["size"] / limits.MEGABYTE), why=ACCEPTED
        )
    if code == "too_large":
        return _too_large(file_name, given)
    if code == "too_many_sheets":
        most = limits.MAX_SHEETS
        return Invalid(
            Text("{file} has {n} sheets; up to {most} are accepted.", file=file_name, n=given["count"], most=most)
        )
    if code == "encoding":
        what = Text("{file} is neither UTF-8 nor GB18030 text.", file=file_name)
        where = Text("Row {row} is the first that cannot be read.", row=given["row"] + 1)
        return Invalid(what, where=where, next=Text("Save the sheet as .xlsx or as UTF-8 .csv, and import that."))
    row = Text("Row {row}.", row=given["row"] + 1) if "row" in given else None
    message = Text(_WHAT[code], file=file_name, detail=given.get("detail", ""))
    return Invalid(message, where=row, why=ACCEPTED, next=_NEXT.get(code))


def _too_large(file_name: str, given: dict[str, Any]) -> Invalid:
    cell = cell_name(given["row"], given["column"])
    sheet = given["sheet"] or file_name
    return Invalid(
        Text("{file} has a cell far outside what is accepted.", file=file_name),
        where=Text("Sheet “{sheet}”, cell {cell}.", sheet=sheet, cell=cell),
        why=Text(
            "Accepted are up to {rows} rows, {columns} columns and {cells} cells in a sheet.",
            rows=limits.MAX_ROWS,
            columns=limits.MAX_COLUMNS,
            cells=limits.MAX_CELLS,
        ),
        next=Text("Delete the rows and columns outside your table, save the file, and import it again."),
    )


def died(status: int | None, file_name: str) -> Invalid:
    """The error when the child did not end by itself: None is out of time, else memory or a crash of the reader."""
    if status is None or status == -24:  # SIGXCPU
        why = Text("Reading it took longer than {seconds} seconds.", seconds=limits.MAX_CPU_SECONDS)
    else:
        megabytes = limits.MAX_MEMORY_BYTES // limits.MEGABYTE
        why = Text(
            "Reading it needed more than {megabytes} MB of memory, or its content is malformed.", megabytes=megabytes
        )
    return Invalid(Text("{file} could not be read; nothing was imported.", file=file_name), why=why, next=_SAVE)
