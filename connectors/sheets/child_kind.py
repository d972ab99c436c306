"""What a file really is, from its first bytes and its package, whatever its name says."""

import zipfile
from io import BytesIO

from connectors.sheets import limits
from connectors.sheets.child_refusal import Unreadable

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_SUFFIXES = ("csv", "tsv", "txt")
_STARTS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"{\\rtf", "rtf"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf", "archive"),
    (b"\x1f\x8b", "archive"),
)
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\v\f\r\x1b"))  # text has none of them, or by accident one
_MARKUP = ((b"<!doctype html", "html"), (b"<html", "html"), (b"<table", "html"), (b"<?xml", "xml"))


def kind_of(content: bytes, suffix: str) -> str:
    """`xlsx`, `ods` or `csv`; anything else, and a name that says otherwise, is refused."""
    if not content.strip():
        raise Unreadable("empty")
    found = _found(content)
    expected = "csv" if suffix in TEXT_SUFFIXES else suffix
    if found == expected and expected in ("xlsx", "ods", "csv"):
        return found
    if expected in ("xlsx", "ods", "csv"):
        raise Unreadable("renamed", found=found, suffix=suffix)
    raise Unreadable("unknown", found=found, suffix=suffix)


def _found(content: bytes) -> str:
    if content.startswith(OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            raise Unreadable("encrypted")
        return "xls"
    if content.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _package(content)
    for start, name in _STARTS:
        if content.startswith(start):
            return name
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, name in _MARKUP:
        if head.startswith(start):
            return "html" if name == "xml" and b"<html" in head else name
    is_utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    first = content[:8192]
    if not is_utf16 and (len(first) - len(first.translate(None, _CONTROLS))) * 100 > len(first):
        return "binary"
    return "csv"


def _package(content: bytes) -> str:
    """What kind of document a zip is; its size when expanded is checked before anything is."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            _refuse_bomb(entries, len(content))
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise Unreadable("encrypted")
            mimetype = package.read("mimetype") if "mimetype" in names else b""
            manifest = package.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
            types = package.read("[Content_Types].xml") if "[Content_Types].xml" in names else b""
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise Unreadable("damaged", detail=str(error)) from error
    if b"encryption-data" in manifest:
        raise Unreadable("encrypted")
    if any(name.lower().endswith("vbaproject.bin") for name in names) or b"macroEnabled" in types:
        raise Unreadable("macro")
    if any(name.startswith("Basic/") for name in names):
        raise Unreadable("macro")
    if b"opendocument.spreadsheet" in mimetype or b"opendocument.spreadsheet" in manifest:
        return "ods"
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "xl/workbook.xml" in names or b"spreadsheetml.sheet.main" in types:
        return "xlsx"
    return "document" if types or mimetype else "archive"


def _refuse_bomb(entries: list[zipfile.ZipInfo], size: int) -> None:
    expanded = sum(entry.file_size for entry in entries)
    suspect = expanded > limits.SUSPECT_FROM_BYTES and expanded > size * limits.SUSPECT_EXPANSION
    if expanded > limits.MAX_EXPANDED_BYTES or suspect:
        largest = max(entries, key=lambda entry: entry.file_size)
        raise Unreadable("bomb", part=largest.filename, expanded=expanded, size=size)
