"""Files that people attach to what they say: pictures and documents, told by their content, never by their name alone."""

import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.errors import Invalid
from core.i18n import N_, Text
from core.media import PICTURES, picture_type_of
from core.plain import plain_text, straight

MEGABYTE = 1024 * 1024
MOST_MB, MOST_FILES = 10, 10
LONGEST_NAME = 120
OFFICE = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."
ENDINGS = {
    **{media_type: (f".{kind.lower()}",) for kind, media_type in PICTURES.items()},
    "image/jpeg": (".jpg", ".jpeg"),
    "application/pdf": (".pdf",),
    f"{OFFICE}wordprocessingml.document": (".docx",),
    f"{OFFICE}spreadsheetml.sheet": (".xlsx",),
    f"{OFFICE}presentationml.presentation": (".pptx",),
    f"{OPEN_DOCUMENT}text": (".odt",),
    f"{OPEN_DOCUMENT}spreadsheet": (".ods",),
    f"{OPEN_DOCUMENT}presentation": (".odp",),
}
TEXTS = {".txt": "text/plain", ".log": "text/plain", ".md": "text/plain", ".csv": "text/csv"}
# Where an Office file keeps its document: a template or a binary workbook keeps it elsewhere or calls it otherwise.
MAIN_PART = {"word/document.xml": ".docx", "xl/workbook.xml": ".xlsx", "ppt/presentation.xml": ".pptx"}
MACROS = ("Basic/", "Scripts/", "xl/macrosheets/")
PICTURE_BEGINS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
HEIC = (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"avif")
ACCEPTED = N_(
    "Take it out and send again. Accepted are pictures (PNG, JPEG, WebP, GIF), PDF, text (TXT, CSV, LOG, MD), Word, Excel and "
    "PowerPoint (DOCX, XLSX, PPTX) and OpenDocument (ODT, ODS, ODP), up to {most} MB each."
)
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]")  # tab, line ends and ESC stand in logs


@dataclass(frozen=True)
class GivenFile:
    """A file as somebody gave it."""

    file_name: str
    content: bytes


@dataclass(frozen=True)
class CheckedFile:
    """A file that may be kept: its name has no path and the ending of what it is. Args: media_type, with a text's charset."""

    file_name: str
    media_type: str
    content: bytes


def checked_files(given: Sequence[GivenFile]) -> list[CheckedFile]:
    """Files that may be kept and handed out. Raises: Invalid for the first that may not, naming it and saying why."""
    return [checked_file(one) for one in given]


def checked_file(given: GivenFile) -> CheckedFile:
    """A file that may be kept and handed out. Raises: Invalid, naming it and saying why."""
    name = _file_name(given.file_name)
    try:
        if not given.content:
            raise Invalid(Text("This file is empty."))
        if len(given.content) > MOST_MB * MEGABYTE:
            raise Invalid(Text("This file is too large: {size} MB.", size=round(len(given.content) / MEGABYTE, 1)))
        media_type = _media_type(given.content, PurePosixPath(name).suffix.lower())
    except Invalid as error:
        raise Invalid(
            Text("“{file}” cannot be attached.", file=name),
            why=error.what,
            next=error.next or Text(ACCEPTED, most=MOST_MB),
        ) from error
    return CheckedFile(_with_ending(name, media_type), media_type, given.content)


def _file_name(given: str) -> str:
    """The name alone, on one line, without a path or what would turn it round, its ending kept."""
    name = " ".join(straight(plain_text(given)).replace("\\", "/").rpartition("/")[2].split()).strip(". ")
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    return (stem[: LONGEST_NAME - len(ending)] + ending)[:LONGEST_NAME] or "-"


def _with_ending(name: str, media_type: str) -> str:
    """The name as whoever takes the file along needs it: a JPEG named .png, or named without ending, gets its own."""
    endings = ENDINGS.get(media_type, ())
    return name if not endings or name.lower().endswith(endings) else f"{name}{endings[0]}"


def _media_type(content: bytes, ending: str) -> str:
    if picture := picture_type_of(content):
        return picture
    if content[4:8] == b"ftyp" and content[8:12] in HEIC:
        raise Invalid(
            Text("It is a HEIC or AVIF picture, which many browsers do not show."),
            next=Text("Attach a screenshot, or save the picture as JPEG first."),
        )
    if content.startswith(b"%PDF-"):
        if b"%%EOF" not in content[-2048:]:
            raise _damaged()
        return "application/pdf"
    if content.startswith(PICTURE_BEGINS):
        raise _damaged()
    if content.startswith(b"PK\x03\x04"):
        return _of_parts(content)
    if content.startswith(OLD_OFFICE):
        raise Invalid(
            Text("It is an Office file of the old kind, or one with a password: nobody can check what is in it."),
            next=Text("Save it without a password as DOCX, XLSX, PPTX or PDF, then attach that."),
        )
    if ending in TEXTS:
        return f"{TEXTS[ending]}; charset={_charset(content)}"
    raise Invalid(Text("Its content is of no accepted kind, whatever its name says."))


def _of_parts(content: bytes) -> str:
    """The media type of an Office or OpenDocument file, by the parts in it; nothing of it is unpacked but a short line."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            said = parts.open("mimetype").read(100).decode("ascii", "replace") if "mimetype" in names else ""
    except (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _damaged() from error
    if any(name.lower().endswith("vbaproject.bin") or name.startswith(MACROS) for name in names):
        raise Invalid(
            Text("It holds macros, which run on the computer of whoever opens it."),
            next=Text("Save it without macros (as DOCX, XLSX or PPTX) or as PDF, then attach that."),
        )
    wanted = [ending for part, ending in MAIN_PART.items() if part in names and "[Content_Types].xml" in names]
    for media_type, endings in ENDINGS.items():
        if said == media_type or (len(wanted) == 1 and wanted[0] in endings):
            return media_type
    raise Invalid(
        Text("It is an archive; what is in it cannot be checked."), next=Text("Unpack it and attach what is in it.")
    )


def _charset(content: bytes) -> str:
    for charset in ("utf-8", "gb18030"):
        try:
            text = content.decode(charset)
        except UnicodeDecodeError:
            continue
        if not _CONTROL.search(text):
            return charset
    raise Invalid(
        Text("Its name says text, but its content is not."), next=Text("Save it as text in UTF-8, then attach that.")
    )


def _damaged() -> Invalid:
    return Invalid(Text("It is damaged or was cut off."), next=Text("Save it anew and try again."))
