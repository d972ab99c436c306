"""Pictures and videos that people attach: what they are is read from their bytes, never from their name."""

import io
import warnings

from PIL import Image, ImageOps, UnidentifiedImageError

from core.errors import Invalid
from core.i18n import Text

PICTURES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}
VIDEOS = ("video/mp4", "video/webm")
SUFFIXES = ("png", "jpg", "jpeg", "webp", "gif", "mp4", "m4v", "webm")
MOST_PIXELS = 80_000_000  # what a picture may unfold to; a photograph of a good camera has 50 million
SHOWN_PIXELS = 1600  # the longer side of a picture in a report
# MP4's "brands" say what is inside; HEIC, AVIF and QuickTime use the same box and are played by few browsers.
MP4_BRANDS = (b"isom", b"iso", b"mp4", b"avc", b"M4V", b"MSNV", b"dash", b"dby1")


def media_type_of(content: bytes) -> str:
    """The media type of a picture or video.

    Raises: Invalid for anything else, and for a picture that is damaged or unfolds to more than a screen can use.
    """
    if content[4:8] == b"ftyp" and content[8:12].startswith(MP4_BRANDS):
        return "video/mp4"
    if content.startswith(b"\x1aE\xdf\xa3") and b"webm" in content[:64]:
        return "video/webm"
    return PICTURES[_opened(content).format or ""]


def picture_type_of(content: bytes) -> str | None:
    """The media type of a picture; None for what is none. Raises: Invalid for a damaged or too large one."""
    try:
        return PICTURES[_decoded(content).format or ""]
    except UnidentifiedImageError:
        return None


def is_picture(media_type: object) -> bool:
    """Whether this is a still or moving picture rather than a video."""
    return media_type in PICTURES.values()


def for_paper(content: bytes, longest: int = SHOWN_PIXELS) -> tuple[bytes, int, int]:
    """A picture as every paper takes it: upright, at most `longest` pixels on its longer side, without what a camera writes
    into it (place, owner); of a moving one the first frame.

    Returns: PNG or JPEG bytes, width, height. The same picture gives the same bytes. Raises: Invalid.
    """
    found = _opened(content)
    is_drawn = found.format in {"PNG", "GIF"}
    try:
        upright = ImageOps.exif_transpose(found).convert("RGBA")
    except (OSError, ValueError) as error:
        raise _unreadable() from error
    upright.thumbnail((longest, longest))
    flat = Image.new("RGB", upright.size, "white")
    flat.paste(upright, mask=upright.getchannel("A"))
    out = io.BytesIO()
    if is_drawn:
        flat.save(out, "PNG", optimize=True)
    else:
        flat.save(out, "JPEG", quality=85)
    return out.getvalue(), flat.width, flat.height


def _opened(content: bytes) -> Image.Image:
    try:
        return _decoded(content)
    except UnidentifiedImageError as error:
        raise Invalid(
            Text("This file is neither a picture nor a video that can be shown."),
            next=Text("PNG, JPEG, WebP, GIF, MP4 and WebM are accepted."),
        ) from error


def _decoded(content: bytes) -> Image.Image:
    """Raises: UnidentifiedImageError for what is no picture, Invalid for a damaged or too large one."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own bound follows
            found = Image.open(io.BytesIO(content), formats=tuple(PICTURES))
            if found.width * found.height > MOST_PIXELS:
                raise Invalid(
                    Text("This picture is too large: {width} x {height}.", width=found.width, height=found.height)
                )
            found.load()
    except UnidentifiedImageError:
        raise
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise _unreadable() from error
    return found


def _unreadable() -> Invalid:
    return Invalid(Text("This picture cannot be read: it is damaged."), next=Text("Save it anew and try again."))
