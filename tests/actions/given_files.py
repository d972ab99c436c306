"""Files that people give: pictures and documents, whole, as small as they can be."""

import io
import zipfile

from PIL import Image

from core.attached import GivenFile

CONTENT_TYPES = {"[Content_Types].xml": b"<Types/>"}


def picture(kind: str = "PNG", colour: str = "teal") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), colour).save(out, kind)
    return out.getvalue()


def zipped(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
DOCX = zipped(CONTENT_TYPES | {"word/document.xml": b"<w/>"})
SCREENSHOT = GivenFile("screen.png", picture())
REPORT = GivenFile("report.pdf", PDF)
